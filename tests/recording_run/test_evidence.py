"""A consent as it is shown afterwards: read from what was kept, in both languages, and withdrawn point by point."""

from __future__ import annotations

import unicodedata

import pytest
from pypdf import PdfReader

from app import policy, text
from app.domain.outside import Purpose
from app.domain.redaction import Reason
from app.domain.types import ConsentGiven
from app.exporting import consent_of
from app.recording import consent, holding
from app.recording.consent import Agreed
from app.recording.consent_words import ConsentWords
from app.recording.evidence import Stands, drawing_of, evidence, take_back, taken_back
from app.recording.kinds import Kind
from app.settings import Settings
from app.store.importing import import_file
from app.store.recordings import Belonging
from tests.analysis.media_samples import record

ALL = Agreed((Kind.PICTURE, Kind.SOUND), ("speech", "face"))
STROKES = {"width": 400, "height": 120, "strokes": [[[10, 100], [200, 20], [390, 90]], [[50, 50], [60, 60]]]}
CN = policy.profile("CN")


def signed(library, interview, agreed=ALL, language="zh"):
    shown = consent.notice(language, library.folder)
    consent.give(library, interview.id, agreed, shown, ConsentGiven.SIGNED, STROKES)
    return shown


def stands(library, interview, rules=CN):
    return {
        str(p.kind or p.modality or p.service.host): p.stands for p in evidence(library, interview.id, rules).points
    }


def test_what_was_signed_is_shown_as_it_was_given(library, interview):
    shown = signed(library, interview, Agreed((Kind.SOUND,), ("speech",)))
    found = evidence(library, interview.id, policy.profile("EU"))
    assert found.notice == shown
    assert found.same_words
    assert (found.given.how, found.kept_by) == (ConsentGiven.SIGNED, "李静")
    assert found.drawing.lines[1] == ((50.0, 50.0), (60.0, 60.0))
    assert stands(library, interview, policy.profile("EU")) == {
        "sound": Stands.AGREED, "picture": Stands.REFUSED, "speech": Stands.AGREED, "face": Stands.REFUSED,
    }  # fmt: skip
    assert {p.words for p in found.points} == {*shown.record.values(), shown.analyse["speech"], shown.analyse["face"]}


def test_a_withdrawal_is_dated_and_the_signature_stays(library, interview, each_language):
    signed(library, interview)
    picture = next(p for p in evidence(library, interview.id, CN).points if p.kind is Kind.PICTURE)
    take_back(library, interview.id, CN, picture)
    assert library.consent(interview.id).how is ConsentGiven.DESK
    found = evidence(library, interview.id, CN)
    now = {str(p.kind or p.modality): p for p in found.points}
    assert (now["picture"].stands, now["face"].stands) == (Stands.WITHDRAWN, Stands.WITHDRAWN)
    assert now["picture"].since == library.consent(interview.id).recorded
    assert now["sound"].stands is Stands.AGREED
    assert now["sound"].since == found.given.recorded
    assert found.drawing is not None
    assert [(e.added, e.taken_back) for e in found.entries] == [
        (("sound", "picture", "speech", "face"), ()), ((), ("picture", "face")),
    ]  # fmt: skip
    assert [str(p.kind or p.modality) for p in taken_back(library, interview.id)] == ["picture", "face"]
    history = ConsentWords(found, each_language).history()
    assert text.tr("record.kind_picture") in history[1][1]


def test_given_again_it_is_agreed_since_then(library, interview):
    signed(library, interview)
    consent.withdraw(library, interview.id, (), ("face",))
    signed(library, interview)
    face = next(p for p in evidence(library, interview.id, CN).points if p.modality == "face")
    assert (face.stands, face.since) == (Stands.AGREED, library.consent(interview.id).recorded)
    assert taken_back(library, interview.id) == ()


def test_what_the_desk_noted_is_taken_back_alone(library, interview):
    library.record_consent(interview.id, ("speech", "face"), "desk-1", "秦𠮷雅")
    found = evidence(library, interview.id, CN)
    assert found.given is None
    assert not any(p.kind for p in found.points)
    take_back(library, interview.id, CN, next(p for p in found.points if p.modality == "face"))
    kept = library.consent(interview.id)
    assert (kept.modalities, kept.kinds) == (("speech",), None)


def test_without_a_record_a_withdrawal_narrows_what_the_company_allows(library, interview):
    found = evidence(library, interview.id, CN)
    assert {p.stands for p in found.points} == {Stands.UNKNOWN}
    take_back(library, interview.id, CN, next(p for p in found.points if p.modality == "face"))
    assert "face" not in policy.allowed_modalities(CN, library.consent(interview.id))
    assert "speech" in policy.allowed_modalities(CN, library.consent(interview.id))


def test_a_service_is_a_point_of_its_own(library, interview):
    library.record_outside_consent(
        interview.id, Purpose.SPEECH, "asr.example", "ASR", agreed=True, text_version="outside-1", by="秦𠮷雅"
    )
    service = next(p for p in evidence(library, interview.id, CN).points if p.service)
    assert service.stands is Stands.AGREED
    take_back(library, interview.id, CN, service)
    assert stands(library, interview)["asr.example"] is Stands.WITHDRAWN
    assert not library.outside_consent(interview.id, Purpose.SPEECH, "asr.example").agreed
    assert len(evidence(library, interview.id, CN).entries) == 2


def test_changed_words_are_not_passed_off_as_those_that_were_shown(library, interview, each_language):
    folder = library.folder / "consent"
    folder.mkdir()
    for name in text.LANGUAGES:
        shipped = consent.resource("consent", f"1.{name}.toml").read_text("utf-8")
        (folder / f"1.{name}.toml").write_text(shipped, "utf-8")
    signed(library, interview)
    assert evidence(library, interview.id, CN).same_words
    words = (folder / "1.zh.toml").read_text("utf-8")
    (folder / "1.zh.toml").write_text(words.replace("完全由您决定", "由公司决定"), "utf-8")
    kept = evidence(library, interview.id, CN)
    assert kept.same_words, "as they were shown"
    assert "完全由您决定" in "".join(kept.notice.paragraphs())
    (folder / "shown" / f"{kept.notice.sha256}.json").unlink()
    found = evidence(library, interview.id, CN)
    assert found.notice.own
    assert not found.same_words
    assert ConsentWords(found, each_language).sameness() == text.tr("consent.text_changed")
    (folder / "1.zh.toml").unlink()
    gone = evidence(library, interview.id, CN)
    assert gone.notice is None
    assert ConsentWords(gone, each_language).sameness() == text.tr("consent.text_gone")


def test_words_that_a_power_cut_left_empty_are_kept_the_next_time(library, interview):
    shown = consent.notice("zh", library.folder)
    kept = library.folder / consent.FOLDER / consent.SHOWN / f"{shown.sha256}.json"
    kept.parent.mkdir(parents=True)
    kept.touch()
    signed(library, interview)
    assert kept.stat().st_size > 0


def test_a_build_without_an_optional_room_knows_the_words(library, interview):
    with_all = consent.notice("zh", library.folder)
    bare, same = consent.named("notice-1", "zh", consent._read(
        consent.resource("consent"), 1, "zh", own=False, additions=False).sha256, library.folder)  # fmt: skip
    assert same
    assert "expression" not in bare.analyse
    assert consent.named(with_all.version, "zh", with_all.sha256, library.folder) == (with_all, True)
    for version in ("desk-1", "notice-99", "notice-own-1", "notice-../../x"):
        assert consent.named(version, "zh", "", library.folder) == (None, False)


@pytest.mark.parametrize(
    "kept",
    [
        None,
        {},
        {"width": 1e999, "height": 5, "strokes": [[[1, 1]]]},
        {"width": "x", "height": 5, "strokes": []},
        {"width": 10, "height": 10, "strokes": "nonsense"},
        {"width": 10, "height": 10, "strokes": [[[1, 2, 3]]]},
        {"width": 10, "height": 10, "strokes": [[]]},
        {"width": 0, "height": 10, "strokes": [[[1, 2]]]},
        {"width": 10, "height": 10, "strokes": [[[1, 2]] * 20_001]},
    ],
)
def test_a_drawing_that_is_none_is_not_painted(kept):
    assert drawing_of(kept) is None


def test_points_outside_the_field_stay_inside_it():
    assert drawing_of({"width": 10, "height": 8, "strokes": [[[-5, 4], [99, 99]]]}).lines == (((0, 4), (10, 8)),)


@pytest.fixture
def spoken(library, interview, tmp_path):
    """Held and recorded, the consent said aloud at 1.5 s."""
    shown = consent.notice("en", library.folder)
    consent.give(library, interview.id, ALL, shown, ConsentGiven.SPOKEN)
    now = [0.0]
    run = holding.held(library, interview, Settings(), lambda: now[0])
    run.begin(("sound",))
    now[0] = 1.5
    run.consent_said(("sound",), ("speech",))
    now[0] = 3.0
    run.end()
    return interview


def recorded(library, interview, tmp_path):
    return import_file(library, record(tmp_path / "谈话.mp4", 4.0), belonging=Belonging(interview_id=interview.id))


def test_the_moment_of_the_spoken_consent_is_found(library, spoken, tmp_path, each_language):
    assert evidence(library, spoken.id, CN).said == ()  # there is nothing to hear it in
    recorded(library, spoken, tmp_path)
    found = evidence(library, spoken.id, CN)
    assert [(mark.at_s, audible) for mark, audible in found.said] == [(1.5, True)]
    assert ConsentWords(found, each_language).proof() == [text.tr("consent.said_at", time="00:01")]


def test_what_was_redacted_cannot_be_heard_again(library, spoken, tmp_path, each_language):
    import threading

    from app.jobs.redacting import RedactWork

    recorded(library, spoken, tmp_path)
    RedactWork(library, spoken.id, 1.0, 2.0, Reason.OTHER)(lambda _: None, threading.Event())
    found = evidence(library, spoken.id, CN)
    assert [audible for _, audible in found.said] == [False]
    assert ConsentWords(found, each_language).proof() == [text.tr("consent.said_redacted", time="00:01")]


def test_the_sheet_has_all_of_it_and_the_audit_tells_that_it_left(library, interview, tmp_path, each_language):
    shown = signed(library, interview, language="en")
    consent.withdraw(library, interview.id, (), ("face",), ConsentGiven.DESK)
    found, out = evidence(library, interview.id, CN), tmp_path / "同意书.pdf"
    consent_of(library, found)(out)
    pages = PdfReader(out).pages
    words = unicodedata.normalize("NFKC", "".join(page.extract_text() for page in pages))
    plain = "".join(words.split())
    for wanted in (
        text.tr("consent.answers"), text.tr("consent.proof"), text.tr("consent.text"), text.tr("consent.changes"),
        shown.title, shown.rights, shown.sha256, *(line for pair in ConsentWords(found, each_language).history()
                                                   for line in pair),
    ):  # fmt: skip
        assert "".join(unicodedata.normalize("NFKC", wanted).split()) in plain
    assert [(one.action, one.detail) for one in library.audit(interview.id)][-1] == ("exported", "consent")
