"""Partial results by a real child: made beside the analysis, read into memory, and nothing of them stays."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from analysis.document import TO_COME, CorrectionKind
from analysis.failures import Cancelled, DocumentInvalid
from analysis.protocol import SoFarMessage
from app.domain.types import AnalysisState
from app.jobs.analysis import Choices, InterviewAnalysis
from app.jobs.partial import partial_result
from app.store.importing import import_file
from app.store.library import Library
from tests.clips import cut


@pytest.fixture(scope="module")
def half_way(tmp_path_factory, sample):
    """A library in which an analysis was cancelled once it knew who speaks: library, id, request, what stood then."""
    folder = tmp_path_factory.mktemp("资料库")
    clip = cut(sample / "sample_zh.mp4", folder / "面试.mp4", 10)
    with Library.open(folder / "library", assessor="李静") as library:
        interview_id = import_file(library, clip).interview.id
        work, stop, told = InterviewAnalysis(library, interview_id, Choices(face_fps=25.0)), threading.Event(), []

        def hear(message):
            if isinstance(message, SoFarMessage):
                told.append(message.so_far)
                if "speakers" in message.so_far.kept:
                    stop.set()

        with pytest.raises(Cancelled):
            work(hear, stop)
        yield library, interview_id, work.request, told[-1]


def left(library, interview_id):
    """Folders beside the observations."""
    derived = library.vault.derived(library.interview(interview_id).media.sha256)
    return sorted(path.name.partition("-")[0] for path in derived.iterdir())


@pytest.mark.slow
def test_it_is_read_and_gone_and_the_library_knows_nothing_of_it(half_way):
    library, interview_id, request, so_far = half_way
    found = partial_result(library, interview_id, request, so_far, threading.Event())
    assert found.analysis.transcript.segments
    assert found.analysis.speakers.roles
    awaited = {missing.what for missing in found.analysis.missing if missing.why == TO_COME}
    assert awaited == {*so_far.to_come, "meaning"}
    assert len(found.tracks["peaks"])
    assert left(library, interview_id) == ["observed"]
    assert library.interview(interview_id).analysis_id is None
    assert library.interview(interview_id).analysis_state is AnalysisState.NONE


@pytest.mark.slow
def test_corrections_made_meanwhile_are_in_the_next_one(half_way):
    library, interview_id, request, so_far = half_way
    segments = partial_result(library, interview_id, request, so_far, threading.Event()).analysis.transcript.segments
    word = segments[0].words[0]
    made = library.add_correction(interview_id, CorrectionKind.WORD, word.start, word.end, word.text, "您")
    assert request.corrections == ()
    found = partial_result(library, interview_id, request, so_far, threading.Event()).analysis
    assert found.correction == made.id
    assert found.transcript.segments[0].text.startswith("您")


@pytest.mark.slow
def test_cancelled_or_too_late_it_leaves_nothing(half_way):
    library, interview_id, request, so_far = half_way
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        partial_result(library, interview_id, request, so_far, stop)
    gone = replace(so_far, kept={**so_far.kept, "text": "text-0000000000000000"})
    with pytest.raises(DocumentInvalid):
        partial_result(library, interview_id, request, gone, threading.Event())
    assert left(library, interview_id) == ["observed"]


def test_what_a_crash_left_is_swept_when_the_library_opens_and_finished_analyses_stay(tmp_path, sample):
    with Library.open(tmp_path / "library", assessor="李静") as library:
        interview_id = import_file(library, cut(sample / "sample_zh.mp4", tmp_path / "a.mp4", 2)).interview.id
        derived = library.vault.derived(library.interview(interview_id).media.sha256)
        for name in ("partial-1", "analysis-unfinished", "analysis-whole", "observed"):
            (derived / name).mkdir()
        for name in ("partial-1", "analysis-whole"):
            (derived / name / "analysis.json").write_text("{}")
    with Library.open(tmp_path / "library", assessor="李静") as library:
        assert len(list(derived.iterdir())) == 4  # nothing had been under way
        library.set_analysis_state(interview_id, AnalysisState.RUNNING)
    with Library.open(tmp_path / "library", assessor="李静"):
        assert sorted(path.name for path in derived.iterdir()) == ["analysis-whole", "observed"]
