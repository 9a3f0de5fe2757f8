"""Partial results for the window: one at a time, the newest state next, and nothing once the analysis is over."""

from __future__ import annotations

import threading

import pytest

from analysis.document import MediaInfo
from analysis.failures import Cancelled, WorkerDied
from analysis.progress import SoFar
from analysis.request import AnalysisRequest
from app.jobs import partial
from ui.post import Post
from ui.shell.partials import Partials

REQUEST = AnalysisRequest("media", "out", "observed")


def state(*kept: str, to_come: tuple[str, ...] = ("face",)) -> SoFar:
    return SoFar(MediaInfo("f" * 64, 60.0, ()), {stage: f"{stage}-1" for stage in kept}, (), to_come)


class Deriving:
    """Stands for the child: says what was asked for, and waits for its cue."""

    def __init__(self) -> None:
        self.asked: list[SoFar] = []
        self.cue = threading.Event()
        self.fails = False

    def __call__(self, _library, _interview_id, _request, so_far, stop):
        self.asked.append(so_far)
        while not self.cue.wait(0.01):
            if stop.is_set():
                raise Cancelled
        if self.fails:
            raise WorkerDied(detail="signal 9")
        return so_far


@pytest.fixture
def deriving(monkeypatch):
    stand_in = Deriving()
    monkeypatch.setattr(partial, "partial_result", stand_in)
    return stand_in


@pytest.fixture
def partials(qapp, library):
    made = Partials(library, Post())
    made.came = []
    made.arrived.connect(lambda *what: made.came.append(what))
    yield made
    made.close()


def test_while_one_is_derived_the_newest_of_the_others_waits(qtbot, partials, deriving):
    first, second, third = state("sound"), state("sound", "text"), state("sound", "text", "speakers")
    partials.ask("a", REQUEST, first)
    qtbot.waitUntil(lambda: deriving.asked == [first])
    partials.ask("a", REQUEST, second)
    partials.ask("a", REQUEST, third)
    deriving.cue.set()
    qtbot.waitUntil(lambda: partials.came == [("a", first), ("a", third)])
    assert deriving.asked == [first, third]


def test_who_looks_again_has_it_at_once(qtbot, partials, deriving):
    deriving.cue.set()
    partials.ask("a", REQUEST, state("sound"))
    qtbot.waitUntil(lambda: len(partials.came) == 1)
    partials.ask("a", REQUEST, state("sound"))
    assert partials.came == [("a", state("sound"))] * 2
    assert len(deriving.asked) == 1


def test_one_that_fails_is_passed_over(qtbot, partials, deriving):
    deriving.fails = True
    deriving.cue.set()
    partials.ask("a", REQUEST, state("sound"))
    qtbot.waitUntil(lambda: partials._job is None)
    deriving.fails = False
    partials.ask("a", REQUEST, state("sound", "text"))
    qtbot.waitUntil(lambda: partials.came == [("a", state("sound", "text"))])


def test_nothing_arrives_once_the_analysis_is_over(qtbot, partials, deriving):
    partials.ask("a", REQUEST, state("sound"))
    qtbot.waitUntil(lambda: len(deriving.asked) == 1)
    partials.ask("a", REQUEST, state("sound", "text"))
    partials.drop("b")
    partials.drop("a")
    deriving.cue.set()
    partials.ask("c", REQUEST, state("sound"))
    qtbot.waitUntil(lambda: partials.came == [("c", state("sound"))])
    assert state("sound", "text") not in deriving.asked


def test_the_whole_is_waited_for_where_nothing_is_to_come(partials, deriving):
    partials.ask("a", REQUEST, state("sound", to_come=()))
    assert partials._job is None
    assert not deriving.asked
