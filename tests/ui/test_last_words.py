"""What is left of a process that dies: where each of its threads was."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import os, sys
from pathlib import Path
from ui.shell.start import keep_last_words

def the_last_step():
    os.abort()

keep_last_words(Path(sys.argv[1]))
the_last_step()
"""


def test_a_process_that_dies_says_where_it_was(tmp_path):
    ran = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, timeout=120, check=False)
    assert ran.returncode != 0
    assert "in the_last_step" in (tmp_path / "crash.log").read_text("utf-8")


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path):
    command = [sys.executable, "-c", SCRIPT.replace("\nthe_last_step()", ""), str(tmp_path / "none")]
    assert subprocess.run(command, timeout=120, check=False).returncode == 0
