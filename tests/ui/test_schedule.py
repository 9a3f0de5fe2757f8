"""Who is late, in the window; and the dialog that invites: by clicks and keys, in both languages and themes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from app import text
from app.domain.types import Candidate, InterviewStatus, Position
from app.settings import SettingsFile
from app.store.library import Library
from sync import listing
from sync.outbox import Kind
from tests.app.test_store_library import an_interview
from tests.ui.clipped import clipped
from tests.ui.rooms import drained
from ui import language, theme
from ui.library.list_menu import list_menu
from ui.schedule.invite import InviteDialog
from ui.shell import start

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def opened(qtbot, tmp_path):
    """A window whose watch has a clock of its own, a quarter of an hour after four interviews should have begun."""
    conductor = start.open_window(tmp_path / "library", SettingsFile(tmp_path / "library"))
    library = conductor.context.library
    position = library.save_position(Position("", "后端工程师"))
    for number, name in enumerate(("陈明", "Anna Smith", "秦𠮷雅", "王小雨")):
        candidate = library.save_candidate(Candidate("", name, email=f"c{number}@example.com"))
        at = (NINE + timedelta(seconds=number)).astimezone(UTC)
        library.save_interview(an_interview(candidate, position, scheduled_at=at, remote_id=f"int-{number}"))
    conductor.people._timer.stop()
    conductor.clock = [NINE.astimezone(UTC) + timedelta(minutes=15, seconds=30)]
    conductor.people.watch._clock = lambda: conductor.clock[0]
    conductor.people.watch._last = None
    conductor.window.resize(1300, 860)
    conductor.window.show()
    conductor.people.look()
    yield conductor
    conductor.window.close()
    conductor.window.deleteLater()


def names(opened):
    return [line.late.interview.candidate.name for line in opened.people.bar.lines]


def status_of(opened, name):
    return next(each for each in opened.context.library.interviews() if each.candidate.name == name).status


def notes(opened):
    with opened.context.library.reading() as session:
        found = [item for item in listing.items(session) if item.kind is Kind.NOTE and item.resolution is None]
    return sorted((json.loads(item.payload)["role"], json.loads(item.payload)["text"]) for item in found)


def test_who_is_late_stands_above_the_room_and_how_many_more(opened):
    assert names(opened) == ["陈明", "Anna Smith", "秦𠮷雅"]
    assert opened.people.bar.isVisible()
    assert opened.people.bar.more.text() == text.tr("schedule.more", n=1)
    assert "15" in opened.people.bar.lines[0].label.text()


def test_arrived_starts_the_interview_and_the_next_one_moves_up(opened, qtbot):
    qtbot.mouseClick(opened.people.bar.lines[0].start, LEFT)
    assert status_of(opened, "陈明") is InterviewStatus.IN_PROGRESS
    assert names(opened) == ["Anna Smith", "秦𠮷雅", "王小雨"]
    assert "arrived" in dict(notes(opened))
    assert opened.people.bar.more.isHidden()


@pytest.mark.parametrize("by_palette", [False, True])
def test_arrived_leads_to_the_interview_in_the_room_that_records(opened, qtbot, by_palette):
    interview = opened.people.bar.lines[0].late.interview
    if by_palette:
        next(action for action in opened.window.actions_here() if action.id == "late_arrived").run()
    else:
        qtbot.mouseClick(opened.people.bar.lines[0].start, LEFT)
    room = opened.recordings.room
    assert opened.window.pages.currentWidget() is room
    assert room.pages.currentWidget() is room.consent
    room.consent.refuse.click()
    room.setup.begin.click()
    assert room.held.interview.id == interview.id
    another = opened.people.bar.lines[0]
    opened.window.enter("library")
    qtbot.mouseClick(another.start, LEFT)
    assert status_of(opened, another.late.interview.candidate.name) is InterviewStatus.IN_PROGRESS
    assert room.held.interview.id == interview.id, "who is being interviewed is not interrupted"
    assert opened.window.pages.currentWidget() is opened.window.room("library")
    assert opened.window.message.label.text() == text.tr("record.another_is_held")
    room.running.end()
    qtbot.waitUntil(lambda: not room.is_holding(), timeout=10_000)


def held(opened, qtbot):
    """The first of them is interviewed, without a recording: the room that records."""
    qtbot.mouseClick(opened.people.bar.lines[0].start, LEFT)
    room = opened.recordings.room
    room.consent.refuse.click()
    room.setup.begin.click()
    assert room.is_holding()
    return room


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_over_an_interview_that_goes_on_the_bar_is_one_line_until_somebody_opens_it(opened, qtbot, tongue):
    language.set_language(tongue)
    bar, before = opened.people.bar, opened.people.bar.sizeHint().height()
    room = held(opened, qtbot)
    opened.people.look()
    assert not any(line.isVisible() for line in bar.lines)
    assert all(name in bar.folded.label.accessibleName() for name in ("Anna Smith", "秦𠮷雅", "王小雨"))
    assert bar.sizeHint().height() < before / 4
    assert clipped(bar) == []
    qtbot.mouseClick(bar.folded.open, LEFT)
    assert all(line.isVisible() for line in bar.lines)
    assert bar.fold_again.hasFocus(), "the space bar rests the interview, and starts nobody else's"
    opened.people.look()
    assert bar.lines[0].isVisible()
    qtbot.mouseClick(bar.fold_again, LEFT)
    assert bar.folded.isVisible()
    opened.window.enter("library")
    assert bar.lines[0].isVisible()
    opened.window.enter("record")
    assert not bar.lines[0].isVisible()
    room.running.end()
    qtbot.waitUntil(lambda: not room.is_holding(), timeout=10_000)
    assert bar.lines[0].isVisible()


def test_who_did_not_come_is_written_of_while_the_bar_is_folded(opened, qtbot):
    bar, room = opened.people.bar, held(opened, qtbot)
    next(action for action in opened.window.actions_here() if action.id == "late_absent").run()
    assert bar.lines[0].words.isVisible()
    opened.people.look()
    bar.lines[0].words.setText("电话无人接听")
    qtbot.keyClick(bar.lines[0].words, Qt.Key.Key_Return)
    assert bar.folded.isVisible()
    assert any("电话无人接听" in words for role, words in notes(opened) if role == "absent")
    room.running.end()
    qtbot.waitUntil(lambda: not room.is_holding(), timeout=10_000)


def test_where_there_is_an_hr_system_it_is_asked_for_the_times_first(qtbot, tmp_path):
    """It may have moved the interview while this computer slept: nothing is said by what stood here then."""
    folder = tmp_path / "library"
    now = datetime.now(UTC)
    with Library.open(folder, assessor="王芳") as library:
        candidate = library.save_candidate(Candidate("", "陈明"))
        library.save_interview(an_interview(candidate, scheduled_at=now - timedelta(minutes=20), remote_id="int-1"))
    settings = SettingsFile(folder)
    settings.change(ehr_url="http://127.0.0.1:9")
    conductor = start.open_window(folder, settings)
    drained()
    assert conductor.people.bar.lines == []
    assert notes(conductor) == []
    conductor.people.look()
    assert len(conductor.people.bar.lines) == len(notes(conductor)) == 1
    conductor.window.close()
    conductor.window.deleteLater()


def test_postponed_and_hidden_leave_the_bar(opened, qtbot):
    qtbot.mouseClick(opened.people.bar.lines[0].postpone, LEFT)
    qtbot.mouseClick(opened.people.bar.lines[0].close_line, LEFT)
    assert names(opened) == ["秦𠮷雅", "王小雨"]
    opened.clock[0] += timedelta(minutes=30)
    opened.people.watch._last = None
    opened.people.look()
    assert names(opened)[-1] == "陈明"


def test_did_not_come_takes_words_by_keyboard_and_a_look_does_not_disturb_the_writer(opened, qtbot):
    line = opened.people.bar.lines[0]
    line.absence.setFocus()
    qtbot.keyClick(line.absence, Qt.Key.Key_Space)
    assert line.words.isVisible()
    assert line.start.isHidden()
    line.words.setText("电话无人接听")
    opened.people.look()
    assert opened.people.bar.lines[0].words.text() == "电话无人接听"
    qtbot.keyClick(line.words, Qt.Key.Key_Return)
    assert "陈明" not in names(opened)
    assert any("电话无人接听" in words for role, words in notes(opened) if role == "absent")


def test_the_palette_knows_what_can_be_done_about_it(opened):
    by_id = {action.id: action for action in opened.window.actions_here()}
    assert "陈明" in by_id["late_arrived"].title
    assert by_id["late_arrived"].enabled()
    by_id["late_postpone"].run()
    assert names(opened)[0] == "Anna Smith"
    opened.people.bar.show_late(())
    assert not {a.id: a for a in opened.window.actions_here()}["late_arrived"].enabled()


def test_a_reminder_comes_in_the_window(opened):
    library = opened.context.library
    candidate = library.save_candidate(Candidate("", "李雷"))
    at = opened.clock[0] + timedelta(minutes=8)
    library.save_interview(an_interview(candidate, scheduled_at=at))
    opened.people.look()
    assert "李雷" in opened.window.message.label.text()
    language.set_language("zh")
    assert "李雷 将于" in opened.window.message.label.text()


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("tongue", ["zh", "en"])
@pytest.mark.parametrize("width", [960, 1300])
def test_no_text_of_the_bar_is_cut_off(opened, look, tongue, width, qtbot):
    theme.apply(look, 100)
    language.set_language(tongue)
    opened.window.resize(width, 700)
    opened.people.bar.lines[1].ask_for_words(True)
    qtbot.wait(50)
    assert clipped(opened.people.bar) == []


# Invitations


@pytest.fixture
def dialog(opened, qtbot):
    settings = opened.context.settings
    settings.change(organizer_mail="wang@example.com", assessor="王芳")
    library = opened.context.library
    interview = next(each for each in library.interviews() if each.candidate.name == "陈明")
    opened.urls = []
    made = InviteDialog(library, settings, interview, opened.window, open_url=opened.urls.append)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    return made


def saved(dialog, qtbot, monkeypatch, path):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    qtbot.mouseClick(dialog.save, LEFT)
    return Calendar.from_ical(path.read_bytes())


def test_the_menu_and_the_palette_open_it_once(opened, qtbot):
    room = opened.window.room("library")
    room.refresh()
    menu = list_menu(room, room.chosen())
    action = next(each for each in menu.actions() if each.text() == text.tr("menu.invite"))
    action.trigger()
    ((key, there),) = opened.people.dialogs.items()
    assert isinstance(there, InviteDialog)
    {a.id: a for a in opened.window.actions_here()}["invite"].run()
    assert opened.people.dialogs == {key: there}
    there.close()
    qtbot.waitUntil(lambda: not opened.people.dialogs)


def test_save_change_and_cancel_are_one_event(dialog, opened, qtbot, monkeypatch, tmp_path):
    (first,) = saved(dialog, qtbot, monkeypatch, tmp_path / "a.ics").walk("VEVENT")
    assert first.decoded("dtstart").astimezone(UTC) == NINE.astimezone(UTC)
    dialog.time.setDateTime(QDateTime(2026, 3, 29, 9, 30, 0))
    dialog.zone.setCurrentText("Europe/London")
    (second,) = saved(dialog, qtbot, monkeypatch, tmp_path / "b.ics").walk("VEVENT")
    assert second.decoded("dtstart").astimezone(UTC) == datetime(2026, 3, 29, 8, 30, tzinfo=UTC)
    assert (first["uid"], int(second["sequence"])) == (second["uid"], 1)
    kept = opened.context.library.interview(dialog.interview.id)
    assert (kept.time_zone, kept.scheduled_at) == ("Europe/London", datetime(2026, 3, 29, 8, 30, tzinfo=UTC))
    dialog.cancelling.setChecked(True)
    calendar = saved(dialog, qtbot, monkeypatch, tmp_path / "c.ics")
    assert calendar["method"] == "CANCEL"
    assert int(calendar.walk("VEVENT")[0]["sequence"]) == 2
    assert not dialog.cancelling.isEnabled() or dialog.cancelling.isChecked()


def test_the_mail_is_copied_and_opened_as_it_is_shown(dialog, opened, qtbot):
    dialog.mail_language.setCurrentIndex(dialog.mail_language.findData("zh"))
    assert "陈明，您好" in dialog.words.toPlainText()
    qtbot.mouseClick(dialog.copy, LEFT)
    assert "面试邀请：后端工程师" in QGuiApplication.clipboard().text()
    qtbot.mouseClick(dialog.mailing, LEFT)
    (url,) = opened.urls
    assert url.scheme() == "mailto"
    assert "陈明" in url.toString(url.ComponentFormattingOption.FullyDecoded)


def test_what_is_wrong_is_said_and_nothing_can_be_made_of_it(dialog):
    dialog.candidate_mail.setText("nobody")
    assert text.tr("schedule.wrong_candidate_mail")[1:] in dialog.said.text()
    assert not dialog.save.isEnabled()
    dialog.candidate_mail.setText("chen@example.com")
    assert dialog.save.isEnabled()
    dialog.zone.setCurrentText("Moon/Crater")
    assert not dialog.save.isEnabled()
    dialog.zone.setCurrentText("Europe/London")
    dialog.time.setDateTime(QDateTime(2026, 3, 29, 1, 30, 0))
    assert text.tr("schedule.wrong_gap")[1:] in dialog.said.text()
    assert not dialog.save.isEnabled()


@pytest.mark.parametrize("tongue", ["zh", "en"])
def test_who_invites_is_asked_for_and_never_the_computers_account(tongue, opened, qtbot, monkeypatch, tmp_path):
    language.set_language(tongue)
    context = opened.context
    context.settings.change(organizer_mail="hr@example.com", assessor="")
    context.library.assessor = "root"
    interview = next(each for each in context.library.interviews() if each.candidate.name == "陈明")
    dialog = InviteDialog(context.library, context.settings, interview, opened.window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.candidate_mail.setText("chen@example.com")
    assert dialog.organizer.text() == ""
    assert dialog.said.text().casefold() == text.tr("schedule.wrong_organizer").casefold()
    assert dialog.said.property("class") == "muted", "nothing is wrong yet"
    assert not dialog.save.isEnabled()
    assert "root" not in dialog.words.toPlainText()
    dialog.organizer.setText("极光科技")
    (event,) = saved(dialog, qtbot, monkeypatch, tmp_path / "a.ics").walk("VEVENT")
    assert event["organizer"].params["CN"] == "极光科技"
    assert "极光科技" in dialog.words.toPlainText()
    again = InviteDialog(context.library, context.settings, interview, opened.window)
    qtbot.addWidget(again)
    assert again.organizer.text() == "极光科技"
    assert context.settings.values.assessor == "", "who invites is not who assesses"


def test_a_broken_template_of_the_company_is_told(dialog, opened):
    folder = opened.context.library.folder / "invitations"
    folder.mkdir()
    (folder / "invitation.en.toml").write_text('subject = "{salary}"', "utf-8")
    dialog.mail_language.setCurrentIndex(dialog.mail_language.findData("zh"))
    dialog.mail_language.setCurrentIndex(dialog.mail_language.findData("en"))
    assert "invitation.en.toml" in dialog.said.text()
    assert not dialog.copy.isEnabled()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_no_text_of_the_dialog_is_cut_off(dialog, look, qtbot):
    theme.apply(look, 100)
    for tongue in text.LANGUAGES:
        language.set_language(tongue)
        qtbot.wait(30)
        assert clipped(dialog) == []


def test_settings_keep_minutes_and_address_and_hand_out_the_texts(opened, qtbot):
    opened.window.enter("settings")
    fields = opened.window.room("settings").schedule
    shown = []
    fields._open_folder = shown.append
    fields.late.setValue(5)
    fields.remind.setValue(0)
    fields.mail.setText("li@example.com")
    fields.mail.editingFinished.emit()
    values = SettingsFile(opened.context.library.folder).values
    assert (values.late_after_min, values.remind_min, values.organizer_mail) == (5, 0, "li@example.com")
    assert fields.state.text() == text.tr("settings.mail_text_shipped")
    qtbot.mouseClick(fields.folder, LEFT)
    assert fields.state.text() == text.tr("settings.mail_text_own")
    (url,) = shown
    assert sorted(path.name for path in (opened.context.library.folder / "invitations").iterdir()) == [
        "invitation.en.toml", "invitation.zh.toml",
    ]  # fmt: skip
    assert url.isLocalFile()
    (opened.context.library.folder / "invitations" / "invitation.zh.toml").write_text("x", "utf-8")
    fields.check()
    assert "invitation.zh.toml" in fields.state.text()
