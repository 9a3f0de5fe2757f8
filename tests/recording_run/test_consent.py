"""Consent: versioned notices in both languages, per kind and modality; given, withdrawn, and what follows."""

from __future__ import annotations

import pytest

from analysis.features import modalities
from app import policy, text
from app.domain.types import ConsentGiven
from app.failures import ConsentMissing, ConsentNoticeInvalid
from app.recording import consent
from app.recording.consent import Agreed
from app.recording.kinds import Kind

ALL = (Kind.PICTURE, Kind.SOUND)


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_a_notice_says_all_that_the_law_asks_for(library, language):
    shown = consent.notice(language, library.folder)
    assert shown.language == language
    assert all(len(words) > 10 for words in shown.paragraphs())
    assert set(shown.record) == set(Kind)
    assert set(shown.analyse) >= set(modalities())
    assert "{name}" in shown.spoken
    assert "{items}" in shown.spoken
    assert len(shown.sha256) == 64


def test_both_languages_say_the_same_points(library):
    zh, en = (consent.notice(name, library.folder) for name in text.LANGUAGES)
    assert (zh.number, zh.version) == (en.number, en.version)
    assert zh.analyse.keys() == en.analyse.keys()
    assert zh.sha256 != en.sha256


def test_only_what_the_jurisdiction_allows_is_asked_for(library):
    shown = consent.notice("zh", library.folder)
    assert consent.offered(policy.profile("CN"), shown) == modalities()
    assert consent.offered(policy.profile("EU"), shown) == ("speech", "face")
    assert consent.offered(policy.profile("strictest"), shown) == ("speech",)


def test_a_company_has_its_own_words(library):
    folder = library.folder / "consent"
    folder.mkdir()
    for language in text.LANGUAGES:
        shipped = consent.resource("consent", f"1.{language}.toml").read_text("utf-8")
        (folder / f"7.{language}.toml").write_text(shipped.replace('title = "', 'title = "ACME '), "utf-8")
    shown = consent.notice("en", library.folder)
    assert shown.title.startswith("ACME")
    assert shown.version == "notice-own-7"
    assert consent.notice("en", library.folder, 1).version == "notice-1"
    (folder / "7.en.toml").write_text("title = 3", "utf-8")
    with pytest.raises(ConsentNoticeInvalid) as failure:
        consent.notice("en", library.folder)
    assert "7.en.toml" in text.sentence(failure.value)


def test_a_text_in_one_language_only_is_not_taken(library):
    folder = library.folder / "consent"
    folder.mkdir()
    (folder / "9.zh.toml").write_text("", "utf-8")
    assert consent.notice("zh", library.folder).version == "notice-1"


def test_nothing_may_be_recorded_before_anybody_was_asked(library, interview):
    assert consent.may_record(library.consent(interview.id)) == frozenset()
    library.record_consent(interview.id, ("speech",), "desk-1", "秦𠮷雅")
    assert consent.may_record(library.consent(interview.id)) == frozenset()
    assert not consent.was_asked(library.consent(interview.id))


def test_a_consent_names_the_words_that_were_read(library, interview):
    shown = consent.notice("zh", library.folder)
    strokes = {"width": 400, "height": 120, "strokes": [[[1, 2], [3, 4]]]}
    consent.give(library, interview.id, Agreed(ALL, ("speech", "face")), shown, ConsentGiven.SIGNED, strokes)
    kept = library.consent(interview.id)
    assert (kept.text_version, kept.notice_sha256, kept.language) == ("notice-1", shown.sha256, "zh")
    assert (kept.how, kept.by, set(kept.kinds)) == (ConsentGiven.SIGNED, "秦𠮷雅", {"sound", "picture"})
    assert library.drawn_signature(interview.id) == strokes
    assert consent.may_record(kept) == {Kind.SOUND, Kind.PICTURE}
    (line,) = [each for each in library.audit(interview.id) if each.action == "consent"]
    assert line.detail == "speech,face notice-1 signed picture,sound"


def test_what_is_not_recorded_is_not_analysed(library, interview):
    shown = consent.notice("en", library.folder)
    consent.give(library, interview.id, Agreed((Kind.SOUND,), ("speech", "face")), shown, ConsentGiven.PAPER)
    assert library.consent(interview.id).modalities == ("speech",)
    rules = policy.profile("CN")
    assert policy.require_modalities(rules, library.consent(interview.id), modalities()) == ("speech",)


def test_withdrawing_a_kind_takes_along_what_rests_on_it(library, interview):
    shown = consent.notice("en", library.folder)
    consent.give(library, interview.id, Agreed(ALL, ("speech", "face")), shown, ConsentGiven.SPOKEN)
    left = consent.withdraw(library, interview.id, (Kind.PICTURE,), ())
    assert (left.kinds, left.modalities, left.text_version) == (("sound",), ("speech",), "notice-1")
    left = consent.withdraw(library, interview.id, (), ("speech",))
    assert (left.kinds, left.modalities) == (("sound",), ())
    with pytest.raises(ConsentMissing):
        policy.require_modalities(policy.profile("CN"), left, modalities())
    assert [len(each.modalities) for each in library.consents(interview.id)] == [2, 1, 0]


@pytest.mark.parametrize("room", modalities()[2:])
def test_what_is_read_from_the_face_goes_with_the_face(library, interview, room):
    shown, rules = consent.notice("en", library.folder), policy.profile("CN")
    consent.give(library, interview.id, Agreed(ALL, ("speech", room)), shown, ConsentGiven.SIGNED)
    assert library.consent(interview.id).modalities == ("speech",)
    consent.give(library, interview.id, Agreed(ALL, modalities()), shown, ConsentGiven.SIGNED)
    assert policy.allowed_modalities(rules, library.consent(interview.id)) == modalities()
    assert consent.withdraw(library, interview.id, (), ("face",)).modalities == ("speech",)
    library.record_consent(interview.id, (room,), "desk-1", "秦𠮷雅")
    with pytest.raises(ConsentMissing):
        policy.require_modalities(rules, library.consent(interview.id), modalities())


def test_the_desk_narrows_what_is_analysed_and_leaves_what_may_be_recorded(library, interview):
    shown = consent.notice("en", library.folder)
    consent.give(library, interview.id, Agreed(ALL, ("speech", "face")), shown, ConsentGiven.SIGNED)
    library.record_consent(interview.id, ("speech",), "desk-1", "秦𠮷雅")
    assert consent.may_record(library.consent(interview.id)) == set(ALL)
    library.record_consent(interview.id, (), "desk-1", "秦𠮷雅")
    assert consent.may_record(library.consent(interview.id)) == frozenset()


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_what_is_said_aloud_names_the_person_and_the_points(library, language):
    shown = consent.notice(language, library.folder)
    said = consent.spoken_words(shown, "秦{𠮷}雅", Agreed((Kind.SOUND,), ("speech",)))
    assert "秦{𠮷}雅" in said
    assert shown.record["sound"].casefold() in said.casefold()
    assert shown.record["picture"].casefold() not in said.casefold()
    assert "{" not in said.replace("秦{𠮷}雅", "")
