"""How long the window stands still when a word of a long interview is corrected.

Two hours, 11,520 words in 960 rows, 50 corrections made before, offscreen 1600 x 1000. A correction has two moments:
Enter in the row, and the document derived anew coming in (its derivation runs in a child process and is not part of
this; here the same document is written with the correction in it). A timer that fires whenever the window's thread is
free tells how long it was not: the longest such time in either moment, all painting included, is the figure.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import perf_counter

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QLineEdit

from analysis.derive import Derived
from analysis.document import CorrectionKind, Event, Segment
from analysis.export import write_all
from app.settings import SettingsFile
from app.store.library import Library
from tests.conftest import ROOT
from tests.ui import review_data, review_library
from ui import theme
from ui.review.model import Recording
from ui.review.room import ReviewRoom
from ui.shell import start
from ui.shell.conductor import Conductor

HOURS_S = 7200.0
CHARACTERS_A_S = 4
BEFORE, CORRECTED = 50, 6
WATCHED_S = 1.5
WHAT = {
    "correct_2h_ms": "longest time that the window's thread is held up by one corrected word in a 2-hour interview: at "
    "Enter with the row painted, or when the document derived anew is shown, whichever is longer; median of "
    f"{CORRECTED - 1}",
}


def measure() -> dict[str, float | None]:
    """The figure of `WHAT`."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme.set_up(application, "light")
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as scratch:
        folder = Path(scratch) / "library"
        interview_id = _made(folder, Path(scratch))
        conductor = start.open_window(folder, SettingsFile(folder))
        assert conductor is not None
        try:
            return {"correct_2h_ms": _corrections(application, conductor, interview_id, Path(scratch))}
        finally:
            conductor.window.close()
            conductor.window.deleteLater()
            application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _made(folder: Path, scratch: Path) -> str:
    """The id of an interview of two hours with corrections that its document includes."""
    recording = spoken(review_data.recording(HOURS_S))
    with Library.open(folder, assessor="x") as library:
        interview_id = review_library.interview_in(library, ROOT / "resources" / "sample" / "sample_zh.mp4")
        for said in recording.analysis.transcript.segments[:BEFORE]:
            word = said.words[2]
            library.add_correction(interview_id, CorrectionKind.WORD, word.start, word.end, word.text, word.text)
        newest = library.corrections(interview_id)[-1].id
        shown = replace(recording, analysis=replace(recording.analysis, correction=newest))
        review_library.analysed(library, interview_id, scratch / "analysis", shown)
    return interview_id


def spoken(recording: Recording) -> Recording:
    """The same with as many words as are spoken in the time, and a part of a story in each answer."""
    found = recording.analysis
    segments = tuple(_spoken(said) for said in found.transcript.segments)
    parts = [Event("structure", said.start, said.end, "action", 0.6) for said in segments if said.speaker == "S2"]
    transcript = replace(found.transcript, segments=segments)
    return replace(recording, analysis=replace(found, transcript=transcript, events=(*found.events, *parts)))


def _spoken(said: Segment) -> Segment:
    text = (said.text * 9)[: round((said.end - said.start) * CHARACTERS_A_S)]
    return review_data.segment(said.start, said.end, said.speaker, text)


def _corrections(application: QApplication, conductor: Conductor, interview_id: str, scratch: Path) -> float:
    """Median of the longest time held up, in ms, over some corrections; the first warms up."""
    shown: list[Callable[[], None]] = []
    conductor.context.work.derive_again = lambda _id, done: shown.append(done)  # type: ignore[method-assign]
    conductor.window.resize(1600, 1000)
    conductor.open_review(interview_id)
    conductor.window.show()
    room = conductor.window.room("review")
    assert isinstance(room, ReviewRoom)
    room.seek(HOURS_S / 2)
    held_up(application, lambda: None)
    longest = []
    for number in range(CORRECTED):
        at_enter = held_up(application, lambda row=400 + number: _correct(room, row))  # type: ignore[misc]
        _derived(conductor, interview_id, scratch / f"analysis-{number}")
        longest.append(max(at_enter, held_up(application, shown[-1])))
    assert not room.presenter.is_behind()
    return round(float(np.median(longest[1:])), 1)


def _correct(room: ReviewRoom, row: int) -> None:
    rows = room.transcript.list
    rows.edit_word(row, 1)
    assert isinstance(rows.editor, QLineEdit)
    rows.editor.setText(f"新词{row}")
    rows.commit()


def _derived(conductor: Conductor, interview_id: str, folder: Path) -> None:
    """The document as it would come from a derivation: with every correction in it."""
    library = conductor.context.library
    derived, newest = library.load_analysis(interview_id), library.corrections(interview_id)[-1]
    write_all(folder, Derived(replace(derived.analysis, correction=newest.id), derived.tracks))
    library.record_analysis(interview_id, folder)


def held_up(application: QApplication, act: Callable[[], None]) -> float:
    """The longest time, in ms, in which the window's thread did nothing else while something was done and shown."""
    ticks: list[float] = []
    timer = QTimer(interval=0)
    timer.timeout.connect(lambda: ticks.append(perf_counter()))
    timer.start()
    QTimer.singleShot(30, act)
    end = perf_counter() + WATCHED_S
    while perf_counter() < end:
        application.processEvents()
    timer.stop()
    return float(np.diff(ticks).max()) * 1000


if __name__ == "__main__":
    print(measure())
