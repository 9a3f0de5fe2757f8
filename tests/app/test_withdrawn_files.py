"""A candidate who takes consent back: what has not left does not leave any more, and what arrived is told of."""

from __future__ import annotations

import json
import threading

import pytest
from sqlalchemy import select

from app import text
from app.domain.redaction import Reason
from app.jobs.redacting import RedactWork
from app.lying_there import has_arrived
from app.recording import consent
from app.recording.kinds import Kind as Track
from app.settings import SettingsFile
from app.store.importing import import_file
from app.store.recordings import Belonging
from sync import listing, tables, withholding
from sync.failures import ConflictStale
from sync.outbox import Kind, Resolution, State
from tests.analysis.media_samples import clicks, record
from tests.app.hr import sign
from tests.app.test_attaching import WITH_VIDEO, files
from tests.app.test_attaching import interview as interview
from tests.app.test_attaching import sample_interview as sample_interview
from tests.ui.review_library import analysed

ALL = ("speech", "face", "expression")
ROLES = ("report", "transcript", "curves", "curves_picture")


def agree(library, interview_id, *modalities):
    library.record_consent(interview_id, modalities, "v1", "张伟")


def waiting(library, service, interview_id, roles=ROLES):
    """Signed, with these files made and not sent."""
    agree(library, interview_id, *ALL)
    sign(library, interview_id)
    service._attaching.prepare(roles)


def by_role(service):
    """Role → item of the room."""
    entries = [one for one in service.state().entries if one.kind is Kind.ATTACHMENT]
    return {one.external_id.rpartition("/")[2]: one for one in entries}


def items(library):
    with library.reading() as session:
        found = [item for item in listing.items(session) if item.kind is Kind.ATTACHMENT]
    return {json.loads(item.payload)["role"]: item for item in found}


def test_what_waits_when_all_is_taken_back_does_not_leave(library, service, sandbox, interview):
    waiting(library, service, interview.id)
    agree(library, interview.id)
    held = by_role(service)
    assert {one.state for one in held.values()} == {State.HELD}, "at once, before anything is tried"
    assert service.run_once().failure is None
    assert files(sandbox) == {}
    assert sandbox.store.assessments() == [], "its scores of the machine are not sent either"
    assert service.state().people == 1, "what becomes of the result is for a person"


@pytest.mark.parametrize(
    ("kept", "leaves"),
    [
        (("face", "expression"), set()),
        (("speech", "face"), {"transcript"}),
        (("speech", "expression"), {"transcript", "curves", "curves_picture"}),
    ],
)
def test_each_file_follows_the_modalities_that_it_shows_something_of(
    kept, leaves, library, service, sandbox, interview
):
    waiting(library, service, interview.id)
    agree(library, interview.id, *kept)
    service.run_once()
    assert set(files(sandbox)) == leaves
    assert {role for role, one in by_role(service).items() if one.state is State.HELD} == set(ROLES) - leaves


def test_it_is_told_why_in_both_languages(library, service, interview):
    waiting(library, service, interview.id, ("transcript",))
    agree(library, interview.id, "face")
    assert "voice and words" in by_role(service)["transcript"].sentence
    try:
        text.set_language("zh")
        assert "声音与言语" in by_role(service)["transcript"].sentence
    finally:
        text.set_language("en")


def test_consent_given_again_sends_nothing_by_itself(library, service, sandbox, interview):
    waiting(library, service, interview.id)
    agree(library, interview.id, "face")
    held = by_role(service)["transcript"]
    assert not held.can_resend
    with pytest.raises(ConflictStale):
        service.resend(held.op_id)
    agree(library, interview.id, *ALL)
    service.run_once()
    service.run_once(hurry=True)
    assert files(sandbox) == {}
    held = by_role(service)["transcript"]
    assert held.can_resend
    service.resend(held.op_id)
    service.run_once()
    assert set(files(sandbox)) == {"transcript"}


def test_nothing_is_made_of_what_was_taken_back_after_the_signature(library, service, sandbox, interview):
    agree(library, interview.id, *ALL)
    sign(library, interview.id)
    agree(library, interview.id, "face")
    service.run_once()
    assert by_role(service) == {}
    agree(library, interview.id, *ALL)
    service._attaching._left_alone.clear()
    service.run_once()
    assert by_role(service) == {}, "agreeing again sends nothing of that revision"
    sign(library, interview.id, "signed anew")
    service.run_once()
    assert set(files(sandbox)) == set(ROLES)


def test_what_is_held_may_be_left_for_good(library, service, sandbox, interview):
    waiting(library, service, interview.id, ("transcript",))
    agree(library, interview.id)
    service.leave(by_role(service)["transcript"].op_id)
    agree(library, interview.id, *ALL)
    service.run_once()
    assert items(library)["transcript"].resolution is Resolution.LEFT
    assert "transcript" not in files(sandbox)
    assert not list((library.folder / "vault" / "made").glob("*")), "nor is it kept"


def test_what_arrived_before_is_told_until_a_person_removed_it_there(library, service, sandbox, interview):
    agree(library, interview.id, *ALL)
    sign(library, interview.id)
    assert service.run_once().complete
    assert service.lying_there() == ()
    agree(library, interview.id, "speech", "expression")
    (told,) = service.lying_there()
    assert told.interview_id == interview.id
    assert (len(told.files), "face" in told.sentence, "张伟" in told.sentence) == (1, True, True)
    assert service.standing().people == 1
    agree(library, interview.id)
    (told,) = service.lying_there()
    assert (len(told.files), len(told.results), len(told.op_ids)) == (4, 1, 5)
    assert all("removed" in one.sentence for one in by_role(service).values())
    service.removed_there(told.op_ids)
    assert service.lying_there() == ()
    assert service.standing().people == 0
    assert {item.resolution for item in items(library).values()} == {Resolution.REMOVED}
    assert [line.action for line in library.audit(interview.id)].count("removed_in_hr") == 5
    with pytest.raises(ConflictStale):
        service.removed_there(told.op_ids)


def test_what_is_agreed_to_again_may_stay_there(library, service, interview):
    agree(library, interview.id, *ALL)
    sign(library, interview.id)
    service.run_once()
    agree(library, interview.id)
    agree(library, interview.id, *ALL)
    assert service.lying_there() == ()
    assert {item.resolution for item in items(library).values()} == {None}


def test_what_an_earlier_program_sent_or_queued_is_found_at_the_start(library, service, sandbox, interview):
    agree(library, interview.id, *ALL)
    sign(library, interview.id)
    assert service.run_once().complete
    with library.session() as session:
        for item in items(library).values():
            body = json.loads(item.payload)
            body.pop(withholding.RESTS_ON)
            where = tables.outbox.c.seq == item.seq
            session.execute(tables.outbox.update().where(where).values(payload=json.dumps(body).encode()))
    agree(library, interview.id)
    with library.session() as session:
        session.execute(tables.outbox.update().values(resolution=None))
        session.execute(tables.sync_state.delete().where(tables.sync_state.c.name.in_(select(tables.outbox.c.op_id))))
    assert service.lying_there() == ()
    service._followed = False
    service.run_once()
    (told,) = service.lying_there()
    assert (len(told.files), len(told.results)) == (4, 1)


def test_taken_back_while_a_file_is_on_its_way(library, service, sandbox, interview):
    """The rest is not sent: it is held, and not tried again."""
    waiting(library, service, interview.id, ("curves_picture",))
    asked = []
    attaching = service._attaching
    whole = attaching.withheld

    def withheld(item):
        asked.append(item)
        if len(asked) == 3:
            with library.together():
                agree(library, interview.id)
        return whole(item)

    attaching.withheld = withheld
    service.run_once()
    found = items(library)["curves_picture"]
    assert (found.state, found.last_error) == (State.HELD, withholding.WITHDRAWN)
    assert files(sandbox) == {}


@pytest.mark.parametrize("taken", [((Track.PICTURE,), ()), ((), ("speech",))])
def test_a_recording_stays_where_sound_or_picture_is_taken_back(
    taken, library, service, sandbox, sample_interview, tmp_path
):
    with_video(service)
    analysed(library, sample_interview, tmp_path / "analysis")
    library.record_consent(sample_interview, ALL, "v1", "Ann", kinds=("sound", "picture"))
    sign(library, sample_interview)
    service._attaching.prepare(("video",))
    consent.withdraw(library, sample_interview, *taken)
    assert by_role(service)["video"].state is State.HELD
    service.run_once()
    assert files(sandbox) == {}


def test_a_recording_that_the_rules_keep_meanwhile_is_held_and_no_dead_letter(
    library, service, sandbox, sample_interview, tmp_path
):
    with_video(service)
    analysed(library, sample_interview, tmp_path / "analysis")
    library.record_consent(sample_interview, ALL, "v1", "Ann")
    sign(library, sample_interview)
    service._attaching.prepare(("video",))
    SettingsFile(library.folder).change(jurisdiction="CN")
    service._settings.change(jurisdiction="CN")
    service.run_once()
    held = by_role(service)["video"]
    assert (held.state, held.can_resend) == (State.HELD, False)
    assert "China" in held.sentence
    assert files(sandbox) == {}


def with_video(service):
    service._settings.profiles.mkdir()
    (service._settings.profiles / "with-video.toml").write_text(WITH_VIDEO)
    service._settings.change(ehr_profile="with-video", jurisdiction="US")


def test_files_that_arrived_before_a_redaction_are_told_of_until_somebody_has_removed_them(
    library, service, sandbox, interview, tmp_path, each_language
):
    """Consent given anew does not bring them into line: what was said in the stretch is in them."""
    source = record(tmp_path / "谈话.mp4", 4.0, sound=clicks(4.0, [0.5, 1.5]))
    import_file(library, source, belonging=Belonging(interview_id=interview.id))
    waiting(library, service, interview.id)
    assert service.run_once().failure is None
    assert has_arrived(library, interview.id)
    calls = service.book.lines(items(library)["transcript"].op_id)
    assert any("WEBVTT" in (service.book.bodies(one.id)[0].text or "") for one in calls)
    RedactWork(library, interview.id, 0.5, 1.5, Reason.SALARY)(lambda _: None, threading.Event())
    agree(library, interview.id, *ALL)
    (told,) = service.lying_there()
    assert len(told.files) == len(ROLES)
    assert by_role(service)["report"].sentence == text.tr("sync.resolved_redacted")
    assert ("redacted" if each_language == "en" else "涂去") in told.sentence
    assert service.state().people == len(ROLES)
    kept = [body.text for one in calls for body in service.book.bodies(one.id)]
    assert set(kept) <= {"", None}, "the lines themselves stay"
    agree(library, interview.id, "face", "expression")
    assert [bool(one.what) for one in service.lying_there()] == [True], "one reason is enough to remove a file"
    agree(library, interview.id, *ALL)
    (told,) = service.lying_there()
    service.removed_there(told.op_ids)
    assert service.lying_there() == ()
    assert service.state().people == 0
