"""Long work that the window starts: two jobs never work on one interview."""

from __future__ import annotations

import threading

import pytest

from analysis.failures import Cancelled
from analysis.protocol import PartialMessage, ProgressMessage
from app.domain.types import AnalysisState
from app.jobs import analysis
from app.store.library import Library
from tests.ui.review_library import interview_in
from ui.post import Post
from ui.shell.work import Work


class Engine:
    """Stands for the child processes: says what began and ended, and waits for its cue in between."""

    def __init__(self) -> None:
        self.happened: list[str] = []
        self.may_end = {"analysis": threading.Event(), "derive": threading.Event()}

    def do(self, name: str) -> str:
        self.happened.append(f"{name} begins")
        assert self.may_end[name].wait(60)
        self.happened.append(f"{name} ends")
        return name

    def __call__(self, _library, _interview_id, _choices=None):
        engine = self

        class OneInterview:
            def __call__(self, _report, _stop):
                return engine.do("analysis")

            def rederive(self, _report, _stop):
                return engine.do("derive")

        return OneInterview()


@pytest.fixture
def engine(monkeypatch):
    engine = Engine()
    monkeypatch.setattr(analysis, "InterviewAnalysis", engine)
    return engine


@pytest.fixture
def work(library):
    work = Work(library, Post())
    yield work
    work.close()


def test_a_correction_during_an_analysis_is_derived_after_it(qtbot, library, work, engine):
    interview_id, derived = interview_in(library, None), []
    work.analyse(interview_id)
    qtbot.waitUntil(lambda: engine.happened == ["analysis begins"])
    for _ in range(2):
        work.derive_again(interview_id, lambda: derived.append(interview_id))
    engine.may_end["derive"].set()
    engine.may_end["analysis"].set()
    qtbot.waitUntil(lambda: derived == [interview_id])
    assert engine.happened == ["analysis begins", "analysis ends", "derive begins", "derive ends"]


def test_of_corrections_made_in_a_row_the_last_is_derived_for_all(qtbot, library, work, engine):
    interview_id, derived = interview_in(library, None), []
    for number in range(4):
        work.derive_again(interview_id, lambda number=number: derived.append(number))
        qtbot.waitUntil(lambda: bool(engine.happened))
    engine.may_end["derive"].set()
    qtbot.waitUntil(lambda: derived == [0, 3])
    assert engine.happened == ["derive begins", "derive ends"] * 2


def test_an_analysis_waits_for_the_correction_that_is_being_derived(qtbot, library, work, engine):
    interview_id, derived = interview_in(library, None), []
    work.derive_again(interview_id, lambda: derived.append(interview_id))
    qtbot.waitUntil(lambda: engine.happened == ["derive begins"])
    with qtbot.waitSignal(work.analysisEnded):
        work.analyse(interview_id)
        engine.may_end["analysis"].set()
        engine.may_end["derive"].set()
    assert engine.happened == ["derive begins", "derive ends", "analysis begins", "analysis ends"]


def test_a_finished_stage_leaves_the_bar_where_it_is(qtbot, library, work, monkeypatch):
    class OneInterview:
        def __init__(self, _library, _interview_id, _choices=None):
            pass

        def __call__(self, report, _stop):
            report(ProgressMessage("text", 12.0, 30.0, 0.4, 65.0))
            report(PartialMessage("text"))
            return "done"

    monkeypatch.setattr(analysis, "InterviewAnalysis", OneInterview)
    interview_id, moved = interview_in(library, None), []
    work.analysisMoved.connect(lambda _, share, words: moved.append((share, words)))
    with qtbot.waitSignal(work.analysisEnded):
        work.analyse(interview_id)
    assert [share for share, _ in moved] == [0.0, 0.4, 0.4]
    assert moved[1] == moved[2]
    assert "01:05" in moved[2][1]


def test_an_analysis_that_still_waits_can_be_cancelled(qtbot, library, work, engine):
    interview_id = interview_in(library, None)
    work.derive_again(interview_id, lambda: None)
    work.analyse(interview_id)
    with qtbot.waitSignal(work.analysisEnded):
        work.cancel(interview_id)
    engine.may_end["derive"].set()
    assert not any(line.startswith("analysis") for line in engine.happened)


def test_an_analysis_behind_another_is_cancelled_at_once(qtbot, library, work, engine):
    first, second = (interview_in(library, None) for _ in range(2))
    work.analyse(first)
    work.analyse(second)
    qtbot.waitUntil(lambda: engine.happened == ["analysis begins"])
    with qtbot.waitSignal(work.analysisEnded) as ended:
        work.cancel(second)
    assert ended.args[0] == second
    assert isinstance(ended.args[1], Cancelled), "it is not said to be ready"
    assert library.interview(second).analysis_state is AnalysisState.NONE
    engine.may_end["analysis"].set()


@pytest.mark.parametrize("stopped", [False, True])
def test_an_analysis_that_runs_when_the_window_closes_goes_on_unless_a_person_stopped_it(
    qtbot, library, sample, monkeypatch, stopped
):
    """A window that is closed in the evening cuts off what runs; what waits behind it goes on, too."""
    interview_id, started = interview_in(library, sample / "sample_zh.mp4"), threading.Event()

    def runs(_job, _report, stop):
        started.set()
        assert stop.wait(60)
        raise Cancelled

    monkeypatch.setattr(analysis, "run_child", runs)
    work = Work(library, Post())
    work.analyse(interview_id)
    assert started.wait(60)
    if stopped:
        work.cancel(interview_id)
    work.close()
    library.close()
    with Library.open(library.folder, assessor="李静") as again:
        assert again.interrupted == (() if stopped else (interview_id,))
