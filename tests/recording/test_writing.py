"""A recording from its beginning into the library: a real child writes real files."""

from __future__ import annotations

import json
import time

import pytest

from analysis import media
from app.domain.types import InterviewStatus
from app.failures import ConsentMissing, InterviewRecorded, RecordingEmpty
from app.recording.kinds import Kind
from tests.recording.sources import ALL, CAMERA, ROOM, Attempt, begin, kept, waiting_interview


def test_what_was_recorded_is_in_the_library(library):
    attempt = Attempt(library).run(3.0)
    interview = attempt.stop()
    assert interview.id == attempt.interview.id
    assert interview.status is InterviewStatus.TO_REVIEW
    assert not attempt.problems
    original, playable = kept(library, interview)
    info = media.probe(original, "recording")
    assert info.sha256 == interview.media.sha256
    assert [stream.codec for stream in info.streams] == ["vp8", "opus"]
    assert info.duration == pytest.approx(attempt.ended_s, abs=0.1)
    assert interview.media.duration_s == pytest.approx(info.duration, abs=0.05)
    assert interview.media.playable
    assert playable != original
    assert not list(library.vault.recordings())


def test_the_copy_that_plays_is_as_an_import_makes_it(library):
    interview = Attempt(library).run(2.5).stop()
    _, playable = kept(library, interview)
    listed = json.loads(library.vault.frames(interview.media.sha256))
    assert listed == media.frame_times(playable).tolist()
    assert len(listed) > 50
    assert library.vault.thumbnail(interview.media.sha256).startswith(b"\xff\xd8")


@pytest.mark.alone
def test_an_hour_would_be_in_the_library_as_fast(library):
    """Nothing is copied, hashed or looked through when it ends, whatever its length."""
    attempt = Attempt(library).run_until_kept(1.0)
    began = time.monotonic()
    attempt.stop()
    assert time.monotonic() - began < 1.0


def test_what_is_not_agreed_to_is_not_recorded(library):
    interview = waiting_interview(library)
    with pytest.raises(ConsentMissing):
        begin(library, interview.id, [CAMERA, ROOM], allowed={Kind.SOUND})
    assert not library.vault.recordings()


def test_an_interview_is_recorded_once(library):
    attempt = Attempt(library)
    with pytest.raises(InterviewRecorded):
        begin(library, attempt.interview.id, [ROOM], allowed=ALL)
    attempt.run(1.0).stop()
    with pytest.raises(InterviewRecorded):
        begin(library, attempt.interview.id, [ROOM], allowed=ALL)


def test_nothing_is_no_recording(library):
    attempt = Attempt(library, [CAMERA])
    attempt.recording.stop(attempt.outcome.append)
    attempt.recording.join(60)
    assert isinstance(attempt.outcome[0], RecordingEmpty)
    assert not library.vault.recordings()
