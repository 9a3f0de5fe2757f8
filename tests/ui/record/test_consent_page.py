"""The page on which a candidate agrees: what is ticked, how it is given, and what holds for how long."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from analysis.features import modalities
from app import text
from app.domain.types import ConsentGiven
from app.recording import consent
from app.recording.kinds import Kind
from tests.ui.record.steps import agree, sign
from ui import language, theme


def test_nothing_is_ticked_beforehand_and_nothing_goes_without_a_signature(room, interview, library):
    room.choose(interview.id)
    page = room.consent
    assert not any(box.isChecked() for box in page.ticks.values())
    assert not page.agree.isEnabled()
    assert not page.ticks["speech"].isEnabled()
    page.ticks["sound"].click()
    assert page.ticks["speech"].isEnabled()
    assert not page.agree.isEnabled()
    sign(page.pad)
    assert page.agree.isEnabled()
    page.clear.click()
    assert not page.agree.isEnabled()
    assert library.consent(interview.id) is None


@pytest.mark.parametrize("key", modalities()[2:])
def test_what_is_read_from_the_face_cannot_be_ticked_without_the_face(room, interview, key):
    room.choose(interview.id)
    ticks = room.consent.ticks
    ticks["picture"].click()
    assert not ticks[key].isEnabled()
    ticks["face"].click()
    ticks[key].click()
    assert room.consent.agreed().modalities == ("face", key)
    ticks["face"].click()
    assert room.consent.agreed().modalities == ()
    assert not ticks[key].isEnabled()
    room.consent.every.click()
    assert room.consent.agreed().modalities == modalities()


def test_a_signature_is_kept_as_it_was_drawn(room, interview, library):
    room.choose(interview.id)
    agree(room, "sound", "speech")
    kept = library.consent(interview.id)
    assert (kept.kinds, kept.modalities, kept.how) == (("sound",), ("speech",), ConsentGiven.SIGNED)
    drawn = library.drawn_signature(interview.id)
    assert len(drawn["strokes"]) == 1
    assert len(drawn["strokes"][0]) > 20
    assert all(0 <= x <= drawn["width"] and 0 <= y <= drawn["height"] for x, y in drawn["strokes"][0])
    assert room.pages.currentWidget() is room.setup
    assert room.setup.panel.allowed == {Kind.SOUND}


def test_a_slip_of_the_hand_is_no_signature(room, interview):
    room.choose(interview.id)
    QTest.mouseClick(room.consent.pad, Qt.MouseButton.LeftButton)
    assert not room.consent.pad.is_signed()


def test_a_finger_signs_too(room, interview, qtbot):
    room.choose(interview.id)
    device = QTest.createTouchDevice()
    pad = room.consent.pad
    for moment in ("press", "move", "release"):
        event = QTest.touchEvent(pad, device)
        at = QPoint(30, 60) if moment == "press" else QPoint(160, 90)
        getattr(event, moment)(0, at, pad)
        event.commit()
    assert pad.is_signed()
    assert pad.strokes()["strokes"][0][0] == [30.0, 60.0]


def test_the_notice_is_in_the_candidates_language_whatever_the_windows_is(room, interview, library):
    language.set_language("en")
    room.choose(interview.id)
    page = room.consent
    page.ticks["sound"].click()
    page.languages["zh"].click()
    assert page.title.text() == consent.notice("zh", library.folder).title
    assert page.ticks["sound"].isChecked()
    assert page.agree.text() == text.tr_in("zh", "record.agree")
    sign(page.pad)
    page.agree.click()
    assert library.consent(interview.id).language == "zh"


def test_a_signature_holds_for_what_was_ticked_and_read_only(room, interview):
    room.choose(interview.id)
    page = room.consent
    page.ticks["sound"].click()
    sign(page.pad)
    theme.apply("dark")
    assert page.agree.isEnabled()
    page.ticks["picture"].click()
    assert not page.pad.is_signed()
    assert not page.agree.isEnabled()
    sign(page.pad)
    assert page.agree.isEnabled()
    other = next(name for name in text.LANGUAGES if name != page.notice.language)
    page.languages[other].click()
    assert page.ticks["picture"].isChecked()
    assert not page.pad.is_signed()


@pytest.mark.parametrize("way", [ConsentGiven.SPOKEN, ConsentGiven.PAPER])
def test_what_was_said_or_written_holds_for_what_was_ticked_only(room, interview, way):
    room.choose(interview.id)
    page = room.consent
    page.ways[way].click()
    box = page.said if way is ConsentGiven.SPOKEN else page.paper
    page.ticks["sound"].click()
    box.click()
    assert page.agree.isEnabled()
    page.ticks["speech"].click()
    assert not box.isChecked()
    box.click()
    page.ticks["speech"].click()
    assert not box.isChecked()
    assert not page.agree.isEnabled()


def test_under_other_rules_the_screen_asks_for_less(room, interview, settings):
    settings.change(jurisdiction="strictest")
    room.choose(interview.id)
    assert set(room.consent.ticks) == {"sound", "picture", "speech"}


def test_what_was_agreed_to_before_is_ticked_and_named(room, interview, library):
    shown = consent.notice("en", library.folder)
    consent.give(library, interview.id, consent.Agreed((Kind.SOUND,), ("speech",)), shown, ConsentGiven.PAPER)
    room.choose(interview.id)
    page = room.consent
    assert {key for key, box in page.ticks.items() if box.isChecked()} == {"sound", "speech"}
    assert text.tr("record.how_paper") in page.said_before.text()
    page.ways[ConsentGiven.PAPER].click()
    page.paper.click()
    assert page.agree.isEnabled()
