"""An error raised in C that leaves a method which Qt calls: told as an error; it does not end the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import sys
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from shiboken6 import Shiboken
import ui

def gone():
    label = QLabel()
    Shiboken.delete(label)
    label.text()

ERRORS = {"number": lambda: int("x"), "place": lambda: [][0], "gone": gone, "end": lambda: next(iter(()))}

class Panel(QWidget):
    def resizeEvent(self, event):
        super().resizeEvent(event)
        if self.isVisible():
            ERRORS[sys.argv[1]]()

app = QApplication([])
panel = Panel()
panel.show()
try:
    panel.resize(300, 300)
except Exception as error:
    print(type(error).__name__)
print("goes on")
"""


@pytest.mark.parametrize(("error", "told"), [
    ("number", "ValueError"), ("place", "IndexError"), ("gone", "RuntimeError"), ("end", "StopIteration"),
])  # fmt: skip
def test_an_error_in_a_method_that_qt_calls_is_told(error, told):
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, error], capture_output=True, text=True, timeout=120, check=False
    )
    assert (ran.returncode, ran.stdout.split("\n")[:2]) == (0, [told, "goes on"]), ran.stderr
