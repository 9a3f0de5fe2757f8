"""After a crash the interview goes on, and its recording is one in the end."""

from __future__ import annotations

import av
import numpy as np
import pytest

from analysis.media.opening import LEFT, RIGHT, SHOWN
from analysis.media.stretches import ROLE, stretches_of
from app import policy
from app.domain.types import AnalysisState, Interview
from app.failures import InterviewRecorded, NotAnalysed, RecordingEmpty
from app.recording import folders
from app.recording.kinds import PictureTrack, Role, SoundTrack
from app.recording.recovering import recover
from app.recording.starting import forgotten, waiting
from app.store.importing import import_file
from app.store.recordings import Belonging
from tests.recording.sources import ALL, CAMERA, ROOM, Attempt, Feeder, begin, kept, waiting_interview
from tests.recording.test_deaths import starts
from tests.ui.review_data import recording
from tests.ui.review_library import analysed


def go_on(library, interview: Interview, tracks, seconds: float) -> tuple[float, object]:
    """Where it went on (s), and what it ended with."""
    outcome: list[object] = []
    recording = begin(library, interview.id, tracks, allowed=ALL, go_on=True)
    from_s = recording.now()
    if seconds:
        Feeder(recording, tracks).run(seconds)
    recording.stop(outcome.append)
    recording.join(60)
    return from_s, outcome[0]


@pytest.mark.parametrize(
    "tracks",
    [
        [CAMERA, ROOM],
        [ROOM, CAMERA],
        [PictureTrack(Role.CAMERA, 640, 360), SoundTrack(Role.INTERVIEWER), SoundTrack(Role.CANDIDATE)],
    ],
)
def test_what_is_recorded_later_follows(library, tracks):
    first = Attempt(library).run(2.0).stop()
    earlier = first.media
    from_s, interview = go_on(library, first, tracks, 2.0)
    assert from_s == pytest.approx(earlier.duration_s, abs=0.1)
    assert interview.id == first.id
    assert interview.media.name == earlier.name
    assert interview.media.duration_s == pytest.approx(earlier.duration_s + 2.0, abs=0.5)
    assert not library.vault.has(earlier.sha256)
    assert library.find_interview(sha256=earlier.sha256) is None
    original, playable = kept(library, interview)
    for file in (original, playable):
        pictures, sound = starts(file)
        assert np.diff(pictures).max() < 0.6
        assert np.diff(sound).max() < 0.6
    with av.open(str(playable)) as container:
        assert sum(1 for _ in container.decode(video=0)) > 80
    assert len(library.interviews()) == 1


def test_each_stretch_says_its_own_sources(library):
    """Two microphones, then one; a camera, then a screen."""
    two = [CAMERA, SoundTrack(Role.INTERVIEWER), SoundTrack(Role.CANDIDATE)]
    first = Attempt(library, two).run(2.0).stop()
    assert first.media.duration_s == pytest.approx(2.0, abs=0.5)
    from_s, interview = go_on(library, first, [PictureTrack(Role.SCREEN, 320, 240), ROOM], 2.0)
    with av.open(str(kept(library, interview)[0])) as container:
        heard = stretches_of(container.streams.audio[0].metadata)
        seen = stretches_of(container.streams.video[0].metadata)
        assert SHOWN in container.streams.video[0].metadata
    assert [one.tags for one in heard] == [{LEFT: "interviewer", RIGHT: "candidate"}, {LEFT: "room"}]
    assert [one.tags for one in seen] == [{ROLE: "camera"}, {ROLE: "screen"}]
    assert heard[1].start == pytest.approx(from_s, abs=0.3)
    assert seen[1].start == pytest.approx(from_s, abs=0.3)


def test_the_whole_is_analysed_anew(library, tmp_path):
    first = Attempt(library).run(1.5).stop()
    derived = library.vault.derived(first.media.sha256)
    analysed(library, first.id, tmp_path / "analysis", recording(1.5))
    assert library.interview(first.id).analysis_state is AnalysisState.DONE
    _, interview = go_on(library, first, [CAMERA, ROOM], 1.5)
    assert interview.id == first.id
    assert (interview.analysis_id, interview.analysis_state) == (None, AnalysisState.NONE)
    assert not derived.exists()
    with pytest.raises(NotAnalysed):
        library.analysis_folder(first.id)
    assert waiting(library, policy.profile("CN")) == forgotten(library, policy.profile("CN")) == (first.id,)


def test_cut_off_before_it_went_on_it_is_still_the_same_interview(library, monkeypatch):
    first = Attempt(library).run(1.5).stop()
    folder = library.vault.recording(first.id)

    def cut_off(file, part):
        put(file, part)
        raise KeyboardInterrupt

    put = folders._put_first
    monkeypatch.setattr(folders, "_put_first", cut_off)
    with pytest.raises(KeyboardInterrupt):
        begin(library, first.id, [ROOM], allowed=ALL, go_on=True)
    monkeypatch.undo()
    assert folders.about(folder).interview_id == first.id
    with pytest.raises(RecordingEmpty):
        recover(library, folder)
    assert [one.id for one in library.interviews()] == [first.id]
    assert kept(library, first)[0].exists()


def test_where_nothing_follows_the_recording_stays(library):
    first = Attempt(library).run(1.5).stop()
    _, outcome = go_on(library, first, [ROOM], 0.0)
    assert isinstance(outcome, RecordingEmpty)
    assert library.interview(first.id).media == first.media
    assert kept(library, first)[0].exists()


def test_only_a_recording_of_this_program_goes_on(library, sample):
    interview = waiting_interview(library)
    with pytest.raises(InterviewRecorded):
        begin(library, interview.id, [ROOM], allowed=ALL, go_on=True)
    import_file(library, sample / "sample_zh.mp4", belonging=Belonging(interview_id=interview.id))
    with pytest.raises(InterviewRecorded):
        begin(library, interview.id, [ROOM], allowed=ALL, go_on=True)
