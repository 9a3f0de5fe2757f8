"""Temporary folders of a process that ends without unwinding."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LEAVING = """
import os, sys, threading
from pathlib import Path
from analysis.scratch import clear_mine, scratch

out = Path(sys.argv[1])
begun = threading.Event()

def folders():
    while True:
        with scratch(out):
            begun.set()

def files():
    with scratch(out / "busy") as folder:
        for number in range(1_000_000):
            try:
                (folder / f"{number}.bin").write_bytes(b"0" * 4096)
            except OSError:
                os._exit(7)

(out / "busy").mkdir()
threading.Thread(target=folders, daemon=True).start()
threading.Thread(target=files, daemon=True).start()
begun.wait()
clear_mine()
os._exit(0)
"""


@pytest.mark.parametrize("_turn", range(3))
def test_nothing_is_left_though_other_threads_go_on(tmp_path, _turn):
    ended = subprocess.run([sys.executable, "-c", LEAVING, tmp_path], check=False, timeout=30)
    assert ended.returncode in (0, 7)
    assert [path for path in tmp_path.rglob("*") if path.name != "busy"] == []
    assert Path(tmp_path / "busy").is_dir()
