"""Another recording comes for an interview while it is recorded: what is recorded never lands in a third one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app import text
from app.failures import InterviewBeingRecorded
from app.recording import folders
from app.store.importing import import_file
from app.store.recordings import Belonging, Recorded
from app.store.vault import ORIGINAL, Incoming, digest_of
from tests.recording.sources import waiting_interview


def under_way(library, interview, content=b"what was recorded") -> Recorded:
    """What is recorded of an interview, as it lies in the vault until it is admitted."""
    folder = library.vault.recording(interview.id)
    folders.make(folder, interview.id, "李雷 2026.mkv")
    part = Path(folders.new_part(folder).original).parent
    (part / ORIGINAL).write_bytes(content)
    incoming = Incoming(part, part / ORIGINAL, digest_of(part / ORIGINAL), len(content), "李雷 2026.mkv")
    return Recorded(incoming, interview.id, 1.0, True, True)


def test_an_interview_that_is_recorded_takes_no_other_recording(library, sample, each_language):
    interview = waiting_interview(library)
    under_way(library, interview)
    with pytest.raises(InterviewBeingRecorded) as refused:
        import_file(library, sample / "sample_zh.mp4", belonging=Belonging(interview_id=interview.id))
    assert interview.title in text.sentence(refused.value)
    assert library.interview(interview.id).media is None


def test_one_that_began_while_the_file_was_copied_takes_none_either(library, sample):
    interview = waiting_interview(library)
    with library.vault.receive(sample / "sample_zh.mp4") as incoming:
        under_way(library, interview)
        with pytest.raises(InterviewBeingRecorded):
            library.admit(incoming, Belonging(interview_id=interview.id), None)
    assert library.interview(interview.id).media is None
    assert not library.vault.has(incoming.sha256)


def test_a_file_of_the_candidate_does_not_go_to_the_one_that_is_recorded(library, sample):
    interview = waiting_interview(library)
    under_way(library, interview)
    imported = import_file(
        library, sample / "sample_zh.mp4", belonging=Belonging(candidate_id=interview.candidate.id)
    ).interview
    assert imported.id != interview.id
    assert imported.candidate == interview.candidate


def test_where_another_came_none_the_less_it_gets_an_interview_of_its_own(library, sample):
    first = waiting_interview(library)
    second = library.save_interview(replace(first, id="", title="李雷 二面"))
    import_file(library, sample / "sample_zh.mp4", belonging=Belonging(interview_id=first.id))
    interview = library.admit_recorded(under_way(library, first))
    assert interview.id not in (first.id, second.id)
    assert interview.candidate == first.candidate
    assert interview.media is not None
    assert library.interview(second.id).media is None
