"""The sync room as a person uses it: what went over the line, conflicts field by field, dead letters, offline."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication
from sqlalchemy import update

from app import text
from app.settings import SettingsFile
from app.store.library import Library
from app.sync_service import SyncService
from app.sync_state import Kind, State
from sync import ledger
from sync.failures import CONTESTED
from sync.mapping import Entry
from sync.system import Agreed
from sync.tables import outbox
from tests.app.hr import planned, sign
from tests.pulled.hr import KEY
from ui import language
from ui.shell.rail import Rail
from ui.sync.item_panel import size_words
from ui.sync.model import clock
from ui.sync.room import SyncRoom

COMM, REMARKS = "custom_fields.communication", "custom_fields.remarks"


def items(service, kind=Kind.ASSESSMENT):
    return [one for one in service.state().entries if one.kind is kind]


def settle(library, op_id, state, error="", params=None, theirs=None):
    """What the sender would have settled an item as."""
    values = {"state": state.value, "last_error": error, "last_params": json.dumps(params or {}),
              "theirs": json.dumps(theirs or {})}  # fmt: skip
    with library.session() as session:
        session.execute(update(outbox).where(outbox.c.op_id == op_id).values(**values))


def choose(room, op_id):
    room.refresh()
    room._choose(op_id)


@contextmanager
def heard(signal):
    found = []
    signal.connect(lambda *told: found.append(told))
    yield found


def click(qtbot, button):
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_went_over_the_line_is_shown_to_the_byte(qtbot, room, library, service):
    signature = sign(library, planned(library).id)
    service.run_once()
    room.refresh()
    (signed,) = items(service)
    choose(room, signed.op_id)
    click(qtbot, room.panel.calls)
    page = room.calls_page
    assert room.tabs.currentWidget() is page
    assert not room.panel.isVisible()
    tester = QAbstractItemModelTester(page.calls, QAbstractItemModelTester.FailureReportingMode.Fatal)
    line, before = page.calls.rows
    assert (line.method, line.status) == ("PUT", 201)
    assert (before.method, before.status) == ("GET", 404), "what stands there is looked at before"
    assert signed.title in page.only.text()
    assert json.loads(page.sent.field.toPlainText()) == json.loads(signature.payload)
    click(qtbot, page.sent.laid_out)
    assert page.sent.field.toPlainText().encode() == signature.payload
    click(qtbot, page.sent.copy)
    assert QApplication.clipboard().text().encode() == signature.payload
    assert f"{len(signature.payload):,}" in page.sent.heading.text()
    click(qtbot, page.all)
    assert len(page.calls.rows) == len(service.book.lines())
    assert tester.model() is page.calls
    shown = page.sent.field.toPlainText() + page.received.field.toPlainText()
    assert KEY not in shown


def test_what_was_sent_and_what_came_have_half_the_room_each(qtbot, room, library, service):
    sign(library, planned(library).id)
    service.run_once()
    choose(room, items(service)[0].op_id)
    click(qtbot, room.panel.calls)
    page = room.calls_page
    both, asked = (next(n for n, one in enumerate(page.calls.rows) if one.method == way) for way in ("PUT", "GET"))
    page.view.selectRow(both)
    above, below = page.bodies.sizes()
    assert abs(above - below) <= 2
    assert page.sent.field.height() > 150
    page.view.selectRow(asked)
    above, below = page.bodies.sizes()
    assert above < below / 3, "what was asked without a body needs no more than its heading"
    page.view.selectRow(both)
    page.bodies.moveSplitter(150, 1)
    page.view.selectRow(asked)
    page.view.selectRow(both)
    assert abs(page.bodies.sizes()[0] - 150) <= 6, "as a person has shared it"


def test_a_file_is_named_with_its_size_and_its_bytes_are_only_counted(qtbot, room, library, service):
    sign(library, planned(library).id)
    service.run_once()
    file = next(one for one in items(service, Kind.ATTACHMENT))
    choose(room, file.op_id)
    assert file.file_name in room.panel.facts.text()
    assert size_words(file.file_size) in room.panel.facts.text()
    click(qtbot, room.panel.calls)
    pieces = [n for n, one in enumerate(room.calls_page.calls.rows) if one.method == "PATCH"]
    room.calls_page.view.selectRow(pieces[0])
    assert text.tr("sync_room.body_binary") in room.calls_page.sent.heading.text()
    assert room.calls_page.sent.field.toPlainText() == ""


@pytest.mark.parametrize(("size", "words"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 * 2**20, "5.0 MiB")])
def test_sizes_are_told_as_people_read_them(size, words):
    assert size_words(size) == words


def contested(library, service):
    """An assessment of which the HR system says that a person changed two of its fields too."""
    sign(library, planned(library).id)
    (signed,) = items(service)
    fields = [
        {"field": COMM, "base": 3, "mine": 4, "theirs": 5, "has_base": True},
        {"field": REMARKS, "base": None, "mine": "<b>好</b>", "theirs": "待复核", "has_base": False},
    ]
    settle(
        library, signed.op_id, State.CONFLICT, "remote_conflict", {"host": "h", "field": CONTESTED}, {CONTESTED: fields}
    )
    return signed.op_id


def test_contested_fields_are_chosen_row_by_row_with_the_keyboard(qtbot, room, library, service, sandbox):
    op_id = contested(library, service)
    choose(room, op_id)
    panel = room.panel
    assert panel.sentence.text() == text.tr("sync.conflict_contested_fields")
    assert not panel.apply.isEnabled(), "nothing is chosen beforehand"
    panel.fields.setFocus()
    panel.fields.setCurrentCell(0, 0)
    qtbot.keyClick(panel.fields, Qt.Key.Key_M)
    assert panel.fields.currentRow() == 1
    assert panel.fields.item(0, 2).font().bold()
    assert not panel.apply.isEnabled()
    qtbot.keyClick(panel.fields, Qt.Key.Key_T)
    room.refresh()
    assert len(panel.fields.choices()) == 2, "reading anew forgets no choice"
    assert panel.apply.text() == "Carry out: 1 mine, 1 theirs"
    assert panel.fields.item(1, 2).text() == "<b>好</b>"
    click(qtbot, panel.apply)
    with library.reading() as session:
        agreed = ledger.read_agreed(session, sandbox.url, items(service)[0].external_id.rpartition(":")[0])
    assert agreed == Agreed(leave=frozenset({REMARKS}), seen={COMM: 5})
    assert items(service)[0].state is State.PENDING


def test_all_fields_can_be_chosen_at_once_in_chinese(qtbot, room, library, service):
    language.set_language("zh")
    choose(room, contested(library, service))
    click(qtbot, room.panel.mine)
    assert room.panel.apply.text() == "执行：我的 2 项，对方 0 项"
    click(qtbot, room.panel.theirs)
    assert room.panel.apply.text() == "执行：我的 0 项，对方 2 项"
    assert room.panel.hint.text() == text.tr("sync_room.choose_done")


def test_a_dead_letter_offers_the_review_and_is_left_only_after_it_was_asked(qtbot, room, library, service):
    sign(library, planned(library).id)
    (signed,) = items(service)
    settle(library, signed.op_id, State.DEAD, "remote_rejected", {"host": "h", "status": 422, "detail": "<i>no"})
    choose(room, signed.op_id)
    panel = room.panel
    assert not panel.mapping.isVisible()
    with heard(room.reviewRequested) as reviews:
        click(qtbot, panel.edit)
    assert reviews == [(signed.interview_id,)]
    click(qtbot, panel.leave)
    assert items(service)[0].state is State.DEAD
    assert panel.leaving.isVisible()
    room.refresh()
    assert panel.leaving.isVisible(), "reading anew takes no question away"
    click(qtbot, panel.leaving.no)
    assert not panel.leaving.isVisible()
    click(qtbot, panel.leave)
    click(qtbot, panel.leaving.yes)
    left = items(service)[0]
    assert (left.state, left.sentence) == (State.DONE, text.tr("sync.resolved_left"))
    assert not panel.leave.isVisible()


def test_what_the_mapping_stopped_opens_the_editor_at_its_field(qtbot, room, library, service):
    sign(library, planned(library).id)
    (signed,) = items(service)
    said = {"host": "h", "field": COMM, "source": "composite"}
    settle(library, signed.op_id, State.DEAD, "mapping_gone", said)
    choose(room, signed.op_id)
    with heard(room.mappingRequested) as asked:
        click(qtbot, room.panel.mapping)
    assert asked == [(COMM,)]
    assert COMM in room.panel.sentence.text()


def test_offline_says_since_when_and_what_waits_and_the_runs_are_listed(qtbot, room, library, service, sandbox):
    sign(library, planned(library).id)
    service._given_address = "http://127.0.0.1:9"
    for _ in range(2):
        service.run_once(hurry=True)
    room.refresh()
    assert room.last.text().startswith("Offline since ")
    assert f"Waiting: {service.state().queue}" in room.last.text()
    room.tabs.setCurrentWidget(room.runs_view)
    tester = QAbstractItemModelTester(room.runs, QAbstractItemModelTester.FailureReportingMode.Fatal)
    newest = room.runs.rows[0]
    assert (newest.times, newest.good) == (2, False)
    assert room.runs.index(0, room.runs.columns.index("how")).data().startswith("✕")
    assert tester.model() is room.runs


def test_the_rail_tells_offline_trouble_and_what_waits(qtbot):
    rail = Rail(("library", "sync", "settings"))
    qtbot.addWidget(rail)
    rail.show()
    for state, waiting, visible, words in (("ok", 0, False, ""), ("ok", 3, True, "3"), ("offline", 0, True, ""),
                                           ("trouble", 120, True, "99+"), ("none", 2, False, "2")):  # fmt: skip
        rail.show_sync(state, waiting)
        assert (rail.light.isVisible(), rail.light.words()) == (visible, words)
    rail.show_sync("trouble", 2)
    assert rail._buttons["sync"].accessibleDescription() == text.tr("shell.sync_trouble", n=2)


def test_the_rooms_reach_editor_and_review(qtbot, opened_window):
    from ui.sync.mapping_editor.editor import MappingEditor

    window = opened_window.window
    window.enter("settings")
    qtbot.mouseClick(window.room("settings").hr.mapping, Qt.MouseButton.LeftButton)
    editor = window.findChild(MappingEditor)
    assert editor.isVisible()
    editor.draft.entries = [Entry("composite", COMM, "number")]
    assert editor._save()
    assert window.room("settings").hr.profile.currentData() == "generic-own"
    window.enter("sync")
    window.room("sync").mappingRequested.emit(COMM)
    assert window.findChildren(MappingEditor) == [editor]
    window.room("sync").reviewRequested.emit(opened_window.context.library.interviews()[0].id)
    assert window.pages.currentWidget() is window.room("review")


def test_an_unsaved_mapping_is_there_again_after_the_window_was_closed(qtbot, reviewed_copy):
    from ui.shell import start
    from ui.sync.mapping_editor.editor import MappingEditor

    folder = reviewed_copy[0]
    entry = Entry("composite", COMM, "number")
    for round_ in range(2):
        conductor = start.open_window(folder, SettingsFile(folder))
        conductor.window.enter("settings")
        conductor.window.room("settings").hr.mappingRequested.emit()
        editor = conductor.window.findChild(MappingEditor)
        if round_:
            assert editor.draft.entries == [entry]
            assert editor.draft.changed
        editor.draft.entries = [entry]
        conductor.window.close()
        assert not editor.isVisible()
        conductor.window.deleteLater()


def test_a_library_without_calls_says_so(qtbot, tmp_path):
    with Library.open(tmp_path / "empty", assessor="li") as library:
        service = SyncService(library, SettingsFile(library.folder))
        room = SyncRoom(service)
        qtbot.addWidget(room)
        room.show()
        room.tabs.setCurrentWidget(room.calls_page)
        assert room.calls_page.facts.text() == text.tr("sync_room.calls_none")
        service.close()


@pytest.mark.parametrize(("said", "words", "button"), [
    ("zh", "评估结果 1 项，状态变更 3 项", "现在发送"),
    ("en", "assessments: 1, status changes: 3", "Send them now"),
])  # fmt: skip
def test_what_an_earlier_profile_did_not_send_is_offered_once_another_does(
    said, words, button, qtbot, library, service, room, sandbox
):
    language.set_language(said)
    silent = 'base = "sandbox"\nname = "silent"\nsend = []\n'
    settings = SettingsFile(library.folder)
    settings.profiles.mkdir()
    (settings.profiles / "silent.toml").write_text(silent)
    service._settings.change(ehr_profile="silent")
    sign(library, planned(library).id)
    service.run_once()
    room.refresh()
    assert sandbox.store.assessments() == []
    assert not room.untold.isVisible()
    service._settings.change(ehr_profile="sandbox")
    service.run_once()
    room.refresh()
    assert (room.untold.isVisible(), sandbox.store.assessments()) == (True, []), "nothing leaves unasked"
    assert words in room.untold.words.text()
    assert room.untold.send.text() == button
    qtbot.mouseClick(room.untold.send, Qt.MouseButton.LeftButton)
    assert not room.untold.isVisible()
    service.run_once()
    assert len(sandbox.store.assessments()) == 1


def test_what_was_held_back_may_stay_unsent(qtbot, library, service, room, sandbox):
    sign(library, planned(library).id)
    with library.session() as session:
        session.execute(update(outbox).values(state=State.DONE.value, resolution="not_told"))
    room.refresh()
    qtbot.mouseClick(room.untold.leave, Qt.MouseButton.LeftButton)
    assert not room.untold.isVisible()
    service.run_once()
    assert sandbox.store.assessments() == []


def test_the_head_says_when_it_is_tried_again(qtbot, room, service, sandbox):
    assert text.tr("sync_room.next_try", at="") not in room.last.text()
    sandbox.faults.set("429:retry=600")
    report = service.run_once()
    qtbot.waitUntil(lambda: text.tr("sync_room.next_try", at=clock(report.until)) in room.last.text())


def test_what_waits_behind_something_stopped_says_for_what(qtbot, room, library, service, each_language):
    sign(library, planned(library).id)
    (signed,) = items(service)
    settle(library, signed.op_id, State.DEAD, "remote_rejected", {"host": "h", "status": 422, "detail": "x"})
    moved = items(service, Kind.STATUS)[0]
    assert moved.sentence == text.tr("sync.state_behind", what=signed.title)
    (dead,) = items(service)
    assert dead.sentence != moved.sentence
    service.leave(signed.op_id)
    assert items(service, Kind.STATUS)[0].sentence == text.tr("sync.state_pending")


def test_what_never_arrived_is_not_called_arrived(qtbot, room, library, service, each_language):
    interview = planned(library).id
    sign(library, interview, "one")
    (first,) = items(service)
    sign(library, interview, "two")
    choose(room, first.op_id)
    row = next(n for n, one in enumerate(room.entries.rows) if one.op_id == first.op_id)
    assert room.entries.index(row, 2).data() == text.tr("sync_room.state_unsent")
    assert text.tr("sync_room.settled", at="").strip() in room.panel.facts.text()
    assert text.tr("sync_room.arrived", at="").strip() not in room.panel.facts.text()
    service.run_once()
    newest = items(service)[0]
    choose(room, newest.op_id)
    assert text.tr("sync_room.arrived", at="").strip() in room.panel.facts.text()


def test_a_line_of_the_history_names_its_item_and_shows_it(qtbot, room, library, service):
    sign(library, planned(library).id)
    service.run_once()
    room.refresh()
    room.tabs.setCurrentWidget(room.history_view)
    assert not room.panel.body.isVisible(), "no line is chosen"
    for kind in (Kind.STATUS, Kind.ASSESSMENT):
        title = items(service, kind)[0].title
        row = next(n for n, line in enumerate(room.history.rows) if line.title == title)
        room.history_view.selectRow(row)
        assert room.panel.title.text() == title
    library.save_position(library.positions()[0])
    room.refresh()
    assert room.panel.title.text() == title, "the line stays chosen"
    received = next(n for n, line in enumerate(room.history.rows) if not line.sent)
    room.history_view.selectRow(received)
    assert not room.panel.body.isVisible()
    room.tabs.setCurrentWidget(room.queue_view)
    assert room.panel.title.text() == room.chosen().title
