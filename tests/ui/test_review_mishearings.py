"""Likely mishearings and the machine's own words: offered, taken, kept, taken back, by click and by key."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QToolTip

from analysis.document import Correction, CorrectionKind, Segment, Suggestion, Word
from app.review.corrections import in_force
from tests.ui import review_data, rooms
from ui import language, theme
from ui.review.corrected import corrected
from ui.review.lines import Style
from ui.review.model import Recording
from ui.review.originals import machine_text, originals
from ui.review.passages import place_of, words_of
from ui.review.presenter import LibraryPresenter
from ui.review.suggestions import accepted, alike, dismissed, open_suggestions
from ui.review.transcript_model import TranscriptModel

LEFT = Qt.MouseButton.LeftButton
WORD = CorrectionKind.WORD


def heard(*words: tuple[str, float], speaker: str = "S2") -> Segment:
    """A segment of words of half a second each, with their probabilities."""
    said = tuple(Word(at * 0.5, at * 0.5 + 0.5, text, sure) for at, (text, sure) in enumerate(words))
    return Segment(0.0, len(words) * 0.5, speaker, "zh", "".join(text for text, _ in words), said)


SAID = heard(
    ("拆成", 0.9),
    ("了", 0.9),
    ("为", 0.4),
    ("服", 0.9),
    ("务，", 0.9),
    ("再用", 0.9),
    ("为", 0.9),
    ("服", 0.9),
    ("务。", 0.9),
)
FIRST = Suggestion(1.0, 2.5, "S2", "为服务", "微服务", 0.97)
SECOND = replace(FIRST, start=3.0, end=4.5)


def talk(*segments: Segment, suggestions=(FIRST, SECOND), corrections=()) -> Recording:
    found = review_data.analysis(30.0)
    found = replace(found, transcript=replace(found.transcript, segments=segments), suggestions=suggestions, events=())
    return Recording(corrected(found, corrections), {}, None, in_force(corrections))


def correction(before, after, start=1.0, end=2.5, name="a", reverts=None, kind=WORD):
    return Correction(name, kind, start, end, before, after, "李静", "2026-11-21T00:00:00+00:00", reverts)


def waiting(recording: Recording) -> tuple[Suggestion, ...]:
    return tuple(placed.suggestion for placed in open_suggestions(recording.analysis, recording.corrections))


def text(recording: Recording) -> str:
    return "".join(segment.text for segment in recording.analysis.transcript.segments)


# Where words stand


def test_words_are_found_nearest_to_their_time_whatever_the_marks_between_them():
    assert place_of(SAID, "为服务", 1.0) == (3, 6)
    assert place_of(SAID, "为，服务", 3.1) == (9, 12)
    assert place_of(SAID, "为服务", 20.0) is None
    assert words_of(SAID, (3, 6)) == (2, 4)
    english = heard(("about ", 1), ("an ", 1), ("A-B ", 1), ("test", 1))
    assert place_of(english, "a/b", 1.0) == (9, 12)
    assert place_of(english, "ab", 0.0) is None or place_of(english, "ab", 0.0) == (9, 12)


# What is open


def test_a_suggestion_is_open_until_it_is_taken_or_kept():
    assert waiting(talk(SAID)) == (FIRST, SECOND)
    taken = talk(SAID, corrections=(correction("为服务", "微服务"),))
    assert text(taken) == "拆成了微服务，再用为服务。"
    assert waiting(taken) == (SECOND,)
    kept = talk(SAID, corrections=(correction("为服务", "为服务", 3.0, 4.5),))
    assert text(kept) == text(talk(SAID))
    assert waiting(kept) == (FIRST,)


def test_one_that_the_text_does_not_say_any_more_is_not_offered():
    other = talk(heard(("拆成", 0.9), ("了", 0.9), ("微服务。", 1.0)))
    assert waiting(other) == ()


def test_all_alike_read_and_sound_the_same():
    other = replace(SECOND, after="伪服务")
    assert alike((FIRST, SECOND, other), FIRST) == (FIRST, SECOND)
    draft = accepted(FIRST)
    assert (draft.kind, draft.before, draft.after, draft.start) == (WORD, "为服务", "微服务", 1.0)
    assert dismissed(FIRST).after == FIRST.before


# What is marked


def test_a_mishearing_has_one_mark_of_its_own_and_says_what_it_sounds_like(qapp):
    model = TranscriptModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(talk(SAID), {})
    line = model.lines[0]
    marked = [(stretch.start, stretch.end, stretch.style) for stretch in line.stretches]
    assert marked == [(3, 6, Style.SUGGESTED), (9, 12, Style.SUGGESTED)]
    assert line.hint_at(4) == "Sounds like “微服务”"
    assert line.hint_at(0) == ""
    spoken = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole).splitlines()
    assert spoken[1:] == ["为服务: Sounds like “微服务”"] * 2
    language.set_language("zh")
    assert line.hint_at(4) == "听起来像“微服务”"
    assert tester.model() is model


def test_an_uncertain_word_says_how_sure_the_recogniser_was(qapp):
    model = TranscriptModel()
    model.show(talk(SAID, suggestions=()), {})
    assert model.lines[0].hint_at(3) == "The recogniser was not sure (40 %)"


# What the machine wrote


def test_a_corrected_word_keeps_the_machines_own(qapp):
    model = TranscriptModel()
    model.show(talk(SAID, suggestions=(), corrections=(correction("为服务", "微服务"),)), {})
    line = model.lines[0]
    assert [(s.start, s.end) for s in line.stretches if s.style is Style.CORRECTED] == [(3, 6)]
    assert line.hint_at(4) == "The machine wrote: “为服务”"
    assert line.original_at(0) is None
    spoken = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert "微服务: The machine wrote: “为服务”" in spoken


def test_of_a_whole_row_only_what_differs_is_marked():
    row = correction(SAID.text, "拆成了微服务，再用为服务吧。", 0.0, 4.5)
    shown = talk(SAID, corrections=(row,)).analysis.transcript.segments[0]
    (original,) = originals(shown, (row,))
    assert [shown.text[start:end] for start, end in original.changed] == ["微", "吧"]
    assert original.machine == SAID.text


def test_words_corrected_twice_still_know_the_machines():
    first = correction("为服务", "微服务", name="1")
    again = correction("微服务", "微服务器", name="2")
    inside = correction("服务", "伏务", name="3")
    assert machine_text(again, (first,)) == "为服务"
    assert machine_text(inside, (first,)) == "为服务"
    row = correction("拆成了微服务，再用为服务。", "别的", 0.0, 4.5, name="4")
    assert machine_text(row, (first,)) == SAID.text
    shown = talk(SAID, corrections=(first, again)).analysis.transcript.segments[0]
    assert shown.text == "拆成了微服务器，再用为服务。"
    assert originals(shown, (first, again))[-1].machine == "为服务"


# What is laid over the document


def test_only_what_the_document_does_not_include_is_laid_over_it():
    made = correction("服务", "微服务", 1.25, 2.5)
    derived = replace(talk(heard(("拆成", 0.9), ("了", 0.9), ("为微服务", 1.0))).analysis, correction="a")
    assert corrected(derived, (made,)) == derived


def test_a_correction_taken_back_shows_the_machines_words_at_once():
    made, back = correction("为服务", "微服务"), correction("微服务", "为服务", name="b", reverts="a")
    derived = replace(talk(SAID, corrections=(made,)).analysis, correction="a")
    shown = corrected(derived, (made, back))
    assert shown.transcript.segments[0].text == SAID.text


def test_a_confirmed_word_is_certain_and_keeps_its_times():
    kept = talk(SAID, corrections=(correction("为服务", "为服务"),)).analysis.transcript.segments[0]
    assert [word.probability for word in kept.words[2:5]] == [1.0, 1.0, 1.0]
    assert [word.start for word in kept.words] == [word.start for word in SAID.words]


def test_what_reads_so_already_stays():
    once = talk(SAID, corrections=(correction("服务", "微服务", 1.5, 2.5),)).analysis
    assert corrected(once, (correction("服务", "微服务", 1.5, 2.5),)) == once


# In the room


@pytest.fixture
def room(qtbot, library, tmp_path):
    with rooms.made(qtbot, library, tmp_path, review_data.with_findings(review_data.recording(60.0))) as room:
        yield room


def texts(room):
    return [line.segment.text for line in room.transcript.list.rows.lines]


def kept(room):
    return room.presenter.session.library.corrections(room.presenter.interview.id)


def middle(rows, row, stretch):
    """The pixel in the middle of a marked word."""
    return rows._box(row, stretch.start, stretch.end).center().toPoint()


def test_how_many_are_open_stands_beside_the_search(qtbot, room):
    chip = room.transcript.mishearings
    assert (chip.isVisible(), chip.text()) == (True, "2")
    assert chip.accessibleName() == "Likely mishearings: 2"
    language.set_language("zh")
    assert chip.accessibleName() == "可能听错：2 处"
    room.transcript.show_recording(review_data.recording(60.0), "王小雨", editable=True)
    assert chip.isHidden()


def test_a_click_on_the_word_offers_and_a_click_takes(qtbot, room):
    rows = room.transcript.list
    row, stretch = rows.rows.suggested[0]
    rows.scrollTo(rows.rows.index(row))
    with qtbot.waitSignal(rows.seekAsked) as sought:
        qtbot.mouseClick(rows.viewport(), LEFT, pos=middle(rows, row, stretch))
    assert sought.args[0] == stretch.suggestion.start
    assert rows.offer.take.text() == "Change to “相应”"
    assert rows.offer.take_all.text() == "All 2 like it"
    qtbot.mouseClick(rows.offer.take, LEFT)
    assert rows.offer is None
    assert "相应时间" in texts(room)[row]
    assert [(c.before, c.after, c.author) for c in kept(room)] == [("响应", "相应", "李静")]
    assert room.transcript.mishearings.text() == "1"
    qtbot.keyClick(room, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert "响应时间" in texts(room)[row]
    assert room.transcript.mishearings.text() == "2"


def test_all_alike_are_taken_and_undone_together(qtbot, room):
    before = texts(room)
    qtbot.mouseClick(room.transcript.mishearings, LEFT)
    qtbot.mouseClick(room.transcript.list.offer.take_all, LEFT)
    assert sum("相应时间" in said for said in texts(room)) == 2
    assert room.transcript.mishearings.isHidden()
    qtbot.mouseClick(room.transcript.undo, LEFT)
    assert texts(room) == before


def test_by_keys_from_one_to_the_next(qtbot, room):
    rows = room.transcript.list
    with qtbot.waitSignal(rows.seekAsked) as sought:
        qtbot.keyClick(room, Qt.Key.Key_F7)
    first = rows.offer
    assert sought.args[0] == first.suggestion.start
    qtbot.keyClick(first, Qt.Key.Key_Delete)
    assert [(c.before, c.after) for c in kept(room)] == [("响应", "响应")]
    second = rows.offer
    assert second.suggestion.start > first.suggestion.start
    qtbot.keyClick(second, Qt.Key.Key_Return)
    assert [(c.before, c.after) for c in kept(room)] == [("响应", "响应"), ("响应", "相应")]
    assert rows.offer is None
    qtbot.keyClick(room, Qt.Key.Key_F7)
    assert rows.offer is None


def test_f7_goes_round_and_back_and_escape_decides_nothing(qtbot, room):
    rows = room.transcript.list
    starts = [suggestion.start for suggestion in rows.suggestions()]
    seen = []
    for shift in (False, False, False, True):
        qtbot.keyClick(
            room, Qt.Key.Key_F7, Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        )
        seen.append(rows.offer.suggestion.start)
    assert seen == [starts[0], starts[1], starts[0], starts[1]]
    qtbot.keyClick(rows.offer, Qt.Key.Key_Escape)
    assert rows.offer is None
    assert kept(room) == ()


def test_space_still_plays_while_an_offer_is_open(qtbot, room):
    qtbot.keyClick(room, Qt.Key.Key_F7)
    with qtbot.waitSignal(room.player.playback.playingChanged, raising=False, timeout=200):
        qtbot.keyClick(room.transcript.list.offer, Qt.Key.Key_Space)
    assert room.transcript.list.offer is not None
    assert kept(room) == ()


def test_what_comes_while_an_offer_is_open_waits(qtbot, room):
    qtbot.keyClick(room, Qt.Key.Key_F7)
    room.presenter.reload()
    room.refresh()
    assert room.transcript.list.offer is not None
    qtbot.keyClick(room.transcript.list.offer, Qt.Key.Key_Escape)
    assert room.transcript._waiting is None


def test_a_kept_word_stays_kept_in_a_new_session(qtbot, room, tmp_path):
    qtbot.keyClick(room, Qt.Key.Key_F7)
    qtbot.keyClick(room.transcript.list.offer, Qt.Key.Key_Delete)
    again = LibraryPresenter(room.presenter.session.library, room.presenter.interview.id).recording()
    assert len(waiting(again)) == 1


def menu_texts(menu):
    return [action.text() for action in menu.actions() if action.text()]


def test_the_menu_of_a_word_offers_the_same_and_the_way_back(qtbot, room):
    rows = room.transcript.list
    row, stretch = rows.rows.suggested[0]
    menu = rows.row_menu(row, stretch.start)
    assert menu_texts(menu)[:3] == ["Change to “相应”", "All 2 like it", "Right as written"]
    menu.actions()[0].trigger()
    menu.close()
    again = rows.row_menu(row, stretch.start)
    assert menu_texts(again)[:2] == ["The machine wrote: “响应”", "Undo this correction"]
    again.actions()[1].trigger()
    again.close()
    assert "响应时间" in texts(room)[row]
    assert kept(room)[-1].reverts == kept(room)[0].id
    qtbot.mouseClick(room.transcript.undo, LEFT)
    assert "相应时间" in texts(room)[row]


def test_one_of_several_made_together_is_taken_back_alone(qtbot, room):
    qtbot.keyClick(room, Qt.Key.Key_F7)
    qtbot.keyClick(room.transcript.list.offer, Qt.Key.Key_A)
    room.presenter.take_back(kept(room)[0].id)
    room.refresh()
    assert sum("相应时间" in said for said in texts(room)) == 1
    room.undoing.undo()
    assert sum("相应时间" in said for said in texts(room)) == 2
    room.undoing.undo()
    assert not any("相应时间" in said for said in texts(room))
    assert not room.presenter.can_undo


def test_the_hint_is_shown_where_the_pointer_rests(qtbot, room):
    rows = room.transcript.list
    row, stretch = rows.rows.suggested[0]
    rows.scrollTo(rows.rows.index(row))
    at = middle(rows, row, stretch)
    option = QStyleOptionViewItem()
    option.rect = rows.visualRect(rows.rows.index(row))
    event = QHelpEvent(QEvent.Type.ToolTip, at, rows.viewport().mapToGlobal(at))
    assert rows.delegate.helpEvent(event, rows, option, rows.rows.index(row))
    assert QToolTip.text() == "<qt>Sounds like “相应”</qt>"
    QToolTip.hideText()


def test_a_read_only_library_tells_but_offers_nothing(qtbot, room):
    rows = room.transcript.list
    room.transcript.show_recording(room.recording, "王小雨", editable=False)
    row, stretch = rows.rows.suggested[0]
    rows.open_offer(row, stretch)
    assert rows.offer is None
    assert room.transcript.mishearings.isHidden()
    assert "Change to “相应”" not in menu_texts(rows.row_menu(row, stretch.start))
    assert rows.rows.lines[row].hint_at(stretch.start) == "Sounds like “相应”"


@pytest.mark.parametrize("spoken", ["zh", "en"])
@pytest.mark.parametrize("scale", [100, 200])
def test_the_offer_lies_within_the_rows_with_every_word_whole(qtbot, room, spoken, scale):
    language.set_language(spoken)
    theme.apply("light", scale)
    QApplication.processEvents()
    qtbot.keyClick(room, Qt.Key.Key_F7)
    offer = room.transcript.list.offer
    QApplication.processEvents()
    assert room.transcript.list.viewport().rect().contains(offer.geometry())
    for button in (offer.take, offer.take_all, offer.keep):
        area = QRectF(button.rect().translated(button.mapTo(offer, QPoint(0, 0))))
        assert QRectF(offer.rect()).contains(area), button.text()
        assert button.width() >= button.sizeHint().width()
