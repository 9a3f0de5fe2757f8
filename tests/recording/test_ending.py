"""A recording that a failed test leaves behind goes on into no other test."""

from __future__ import annotations

import os
import signal
import sys

import psutil
import pytest

from tests.recording import ending
from tests.recording.sources import Attempt


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_one_that_nobody_ended_ends(library):
    with ending.all_end() as begun:
        attempt = Attempt(library).run_until_kept(0.5)
        pid = attempt.recording.part_pid
    assert begun == [attempt.recording]
    assert not attempt.recording._writer.is_alive()
    assert gone(pid)
    assert not library.vault.recordings()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP there")
def test_one_whose_child_hangs_ends_too(library, monkeypatch):
    monkeypatch.setattr(ending, "ENDS_S", 1.0)
    with ending.all_end():
        attempt = Attempt(library).run_until_kept(0.5)
        pid = attempt.recording.part_pid
        os.kill(pid, signal.SIGSTOP)
    assert not attempt.recording._writer.is_alive()
    assert gone(pid)
