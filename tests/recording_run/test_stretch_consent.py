"""What was refused when a stretch was recorded is not analysed, though it was agreed to when the interview went on."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from analysis.document import Span
from app import policy
from app.domain.outside import Purpose
from app.domain.types import ConsentGiven, MediaItem
from app.failures import ConsentMissing
from app.jobs.analysis import InterviewAnalysis
from app.jobs.clips import Parts, parts_of
from app.jobs.enriching import Enriching
from app.outside import gate
from app.recording import consent, holding
from app.recording.consent import Agreed
from app.recording.kinds import Kind
from app.recording.starting import may_analyse
from app.recording.stretch_consent import kept_back, refused_before, unseen
from app.settings import Settings, SettingsFile
from tests.app import outside

BOTH = (Kind.SOUND, Kind.PICTURE)
FIRST = (Span(0.0, 5.0),)
"""All clocks here stand at five seconds."""


@pytest.fixture
def stretch(library, interview):
    """Records a stretch for which these modalities were agreed to."""

    def record(*modalities, goes_on=False):
        shown = consent.notice("zh", library.folder)
        consent.give(library, interview.id, Agreed(BOTH, modalities), shown, ConsentGiven.PAPER)
        run = holding.held(library, library.interview(interview.id), Settings(), lambda: 5.0)
        run.begin(("sound", "picture"), goes_on=goes_on, modalities=modalities)
        return run

    return record


def analysed(library, interview):
    return InterviewAnalysis(library, interview.id)._modalities()


def test_one_stretch_is_as_it_was_agreed(library, interview, stretch):
    stretch("speech", "face").end()
    assert refused_before(library, interview.id) == frozenset()
    assert set(analysed(library, interview)) == {"speech", "face"}


def test_of_a_stretch_that_refused_the_face_no_picture_is_looked_at(library, interview, stretch):
    stretch("speech")
    stretch("speech", "face", goes_on=True).end()
    assert refused_before(library, interview.id) == {"face"}
    assert set(analysed(library, interview)) == {"speech", "face"}
    assert unseen(library, interview.id) == FIRST


def test_what_an_earlier_stretch_refused_to_be_heard_is_not_analysed(library, interview, stretch):
    stretch("face")
    stretch("speech", "face", goes_on=True).end()
    assert refused_before(library, interview.id) == {"speech"}
    assert analysed(library, interview) == ("face",)
    assert unseen(library, interview.id) == ()


def test_what_a_later_stretch_refuses_is_gone_as_well(library, interview, stretch):
    stretch("speech", "face")
    stretch("speech", goes_on=True).end()
    assert analysed(library, interview) == ("speech",)


def test_a_consent_after_the_interview_is_about_the_whole(library, interview, stretch):
    stretch("speech")
    stretch("speech", "face", goes_on=True).end()
    library.record_consent(interview.id, ("speech", "face"), "desk-1", "秦𠮷雅")
    assert set(analysed(library, interview)) == {"speech", "face"}


@pytest.mark.parametrize("during", [True, False])
def test_taking_something_else_back_later_agrees_to_nothing(during, library, interview, stretch):
    """Whoever refused the face at first, and then takes the expression back, has not agreed to the face before."""
    stretch("speech")
    run = stretch("speech", "face", "expression", goes_on=True)
    if not during:
        run.end()
    consent.withdraw(library, interview.id, (), ("expression",))
    if during:
        run.end()
    assert refused_before(library, interview.id) == {"face"}
    assert set(analysed(library, interview)) == {"speech", "face"}
    assert unseen(library, interview.id) == FIRST


def test_nor_does_taking_it_back_at_a_desk_where_nobody_asked_what_may_be_recorded(library, interview, stretch):
    stretch("speech")
    stretch("speech", "face", "expression", goes_on=True).end()
    library.record_consent(interview.id, ("speech", "face"), "desk-1", "秦𠮷雅")
    assert refused_before(library, interview.id) == {"face"}
    library.record_consent(interview.id, ("speech", "face"), "desk-1", "秦𠮷雅")
    assert refused_before(library, interview.id) == frozenset(), "asked once more, about the whole"


def test_what_was_taken_back_in_an_earlier_stretch_is_not_agreed_to_for_it_later(library, interview, stretch):
    run = stretch("speech", "face")
    left = consent.withdraw(library, interview.id, (), ("face",))
    run.withdrawn(left.kinds, left.modalities)
    stretch("speech", "face", goes_on=True).end()
    assert refused_before(library, interview.id) == {"face"}


def test_what_is_not_analysed_of_an_earlier_stretch_does_not_leave_either(library, interview, stretch):
    """Neither to an outside service nor in a clip, nor with the recording."""
    stretch("speech")
    stretch("speech", "face", "expression", goes_on=True).end()
    outside.set_up(library, SimpleNamespace(url="http://127.0.0.1:9"), Purpose.EXPRESSION)
    outside.agree(library, interview.id, Purpose.EXPRESSION)
    with pytest.raises(ConsentMissing):
        gate.agreed(library, interview.id, Purpose.EXPRESSION)
    media = MediaItem("a" * 64, "a.mkv", 1, 1.0, has_video=True, has_audio=True, playable=True)
    recorded = replace(interview, media=media)
    assert parts_of(library, recorded) == Parts(picture=False, sound=True)
    rules = policy.profile("CN")
    assert kept_back(library, recorded, rules) == ("face",)


def test_where_nothing_was_agreed_to_throughout_nothing_is_begun(library, interview, stretch):
    stretch()
    stretch("speech", goes_on=True).end()
    with pytest.raises(ConsentMissing):
        analysed(library, interview)
    assert policy.allowed_modalities(policy.profile("CN"), library.consent(interview.id)) == ("speech",)


def test_a_beginning_that_does_not_go_on_leaves_what_was_before_behind(library, interview, stretch):
    stretch("speech")
    stretch("speech", "face").end()
    assert set(analysed(library, interview)) == {"speech", "face"}


def test_a_beginning_of_an_earlier_version_says_nothing(library, interview, stretch):
    from app.domain.marks import MarkKind

    library.add_mark(interview.id, MarkKind.BEGUN, 0.0, {"questions": [], "recorded": ["sound"], "goes_on": False})
    stretch("speech", "face", goes_on=True).end()
    assert set(analysed(library, interview)) == {"speech", "face"}


def test_where_the_rules_analyse_no_face_leaving_out_its_stretches_begins_nothing(library, interview, stretch):
    stretch()
    stretch("speech", "face", goes_on=True).end()
    SettingsFile(library.folder).change(jurisdiction="strictest")
    rules = policy.profile("strictest")
    assert not may_analyse(library, interview.id, rules)
    with pytest.raises(ConsentMissing):
        InterviewAnalysis(library, interview.id)._modalities()
    with pytest.raises(ConsentMissing):
        Enriching(library, interview.id).require_consent()
