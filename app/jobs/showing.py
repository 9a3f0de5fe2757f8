"""What a command that waits for a job shows meanwhile: one line on a terminal, or JSON lines for another program."""

from __future__ import annotations

import shutil
import sys
import unicodedata
from typing import Protocol, TextIO

import msgspec

from analysis import protocol
from app import text
from app.jobs.child import ChildReport

BAR = 20


class Show(Protocol):
    """Told what happens to a job."""

    def report(self, report: ChildReport) -> None:
        """The child's newest message."""

    def result(self, result: protocol.Result) -> None:
        """The job is done."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class JsonShow:
    """Every message as the child sends it, one JSON line each; but for what only a window can look at."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def report(self, report: ChildReport) -> None:
        """Write a line."""
        if not isinstance(report, protocol.SoFarMessage):
            self._write(report)

    def result(self, result: protocol.Result) -> None:
        """Write the last line."""
        self._write(protocol.ResultMessage(result))

    def close(self) -> None:
        """Nothing to leave behind."""

    def _write(self, message: protocol.Message) -> None:
        self._out.write(msgspec.json.encode(message).decode() + "\n")
        self._out.flush()


class LineShow:
    """One line that is written over again; nothing where the output is not a terminal."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._live = out.isatty()

    def report(self, report: ChildReport) -> None:
        """Write the line over."""
        if self._live and isinstance(report, protocol.ProgressMessage):
            self._out.write("\r\x1b[K" + cut(progress_line(report), shutil.get_terminal_size().columns - 1))
            self._out.flush()

    def result(self, result: protocol.Result) -> None:
        """The command says it itself."""

    def close(self) -> None:
        """Clear the line."""
        if self._live:
            self._out.write("\r\x1b[K")
            self._out.flush()


def show(as_json: bool) -> Show:
    """JSON lines on standard output, or the line for a person on standard error."""
    return JsonShow(sys.stdout) if as_json else LineShow(sys.stderr)


def progress_line(report: protocol.ProgressMessage) -> str:
    """[████────────────────]  23 %  Writing down what is said · 01:05 left"""
    full = round(report.share * BAR)
    left = text.tr("jobs.left", time=text.timecode(report.remaining_s + 0.5))
    stage = text.tr(f"jobs.stage_{report.stage}")
    return f"[{'█' * full}{'─' * (BAR - full)}] {text.percent(report.share):>5}  {stage} · {left}"


def cut(line: str, columns: int) -> str:
    """As much of a line as fits; a Chinese character takes two columns."""
    taken, end = 0, 0
    for end, character in enumerate(line, start=1):
        taken += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if taken > columns:
            return line[: end - 1]
    return line[:end]
