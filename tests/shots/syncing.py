"""The sync room in each of its states, and the mapping editor, for the pictures: a library of its own and a sandbox."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from sqlalchemy import update

from app.domain.types import Conclusion
from app.resources import resource
from app.review import ReviewSession
from app.settings import SettingsFile
from app.store.library import Library
from app.sync_service import SyncService
from app.sync_state import Connection, Entry, Kind, State
from sync.failures import CONTESTED
from sync.mapping import Entry as Mapped
from sync.sandbox.server import Sandbox
from sync.tables import outbox
from tests.shots.opening import LARGE, REVIEWER, window
from ui.shell.conductor import Conductor
from ui.sync.mapping_editor.editor import MappingEditor
from ui.sync.room import SyncRoom

Save = Callable[[str, QWidget], None]
NAMES = ("sync-", "mapping")
COMM, LEVEL, ADVICE = (f"custom_fields.{name}" for name in ("communication", "level", "recommendation"))
WAIT_MS = 1500


def shoot(folder: Path, lang: str, look: str, save: Save) -> None:
    """All of them in one language and theme, at 100 %, and two at 200 %."""
    with Sandbox(resource("contract", "openapi.json"), folder / "ehr", key=os.environ["MIANJIAN_EHR_TOKEN"]) as sandbox:
        prepare(folder / "library", sandbox, REVIEWER)
        with window(folder / "library", lang, look) as conductor:
            screens(conductor, sandbox, save)
        if look == "light":
            with window(folder / "library", lang, look, LARGE, 200) as conductor:
                conductor.window.enter("sync")
                QTest.qWait(WAIT_MS)
                save("sync-200", conductor.window)
                editor_screens(conductor, lambda name, widget: save(f"{name}-200", widget))


def prepare(folder: Path, sandbox: Sandbox, assessor: str) -> None:
    """Four assessments: one arrived, one refused, one stopped by the mapping, one contested; one more waits."""
    settings = SettingsFile(folder)
    settings.change(ehr_url=sandbox.url, ehr_profile="sandbox", assessor=assessor)
    with Library.open(folder, assessor=assessor) as library:
        service = SyncService(library, settings, secret=lambda _: sandbox.key)
        service.run_once()
        interviews = library.interviews()[:5]
        _sign(library, interviews[0].id)
        service.run_once(hurry=True)
        for interview in interviews[1:]:
            _sign(library, interview.id)
        waiting = [one for one in service.state().entries if one.kind is Kind.ASSESSMENT and one.done is None]
        _refuse(library, waiting)
        service.close()


def _sign(library: Library, interview_id: str) -> None:
    review = ReviewSession(library, interview_id)
    for place, dimension in enumerate(review.template.dimensions):
        review.rate(dimension.id, 6 + place % 3)
    review.conclude(Conclusion.HIRE)
    review.set_summary("表达清楚，举例具体；对失败项目的复盘还可以更深入。")
    review.sign()


def _refuse(library: Library, items: list[Entry]) -> None:
    said = {"host": "hr.example.com"}
    contested = [
        {"field": COMM, "base": 3, "mine": 4, "theirs": 5, "has_base": True},
        {"field": LEVEL, "base": "grade_b", "mine": "grade_a", "theirs": "grade_c", "has_base": True},
        {
            "field": "custom_fields.remarks",
            "base": None,
            "mine": "建议录用",
            "theirs": "待复核：期望薪资",
            "has_base": False,
        },
    ]
    ends: list[tuple[State, str, dict[str, object], dict[str, object]]] = [
        (State.CONFLICT, "remote_conflict", said | {"field": CONTESTED}, {CONTESTED: contested}),
        (State.DEAD, "mapping_gone", said | {"field": COMM, "source": "composite"}, {}),
        (State.DEAD, "remote_rejected", said | {"status": 422, "detail": "Interviewer is not active."}, {}),
    ]
    with library.session() as session:
        for item, (state, error, params, theirs) in zip(items, ends, strict=False):
            values = {"state": state.value, "last_error": error, "last_params": json.dumps(params),
                      "theirs": json.dumps(theirs)}  # fmt: skip
            session.execute(update(outbox).where(outbox.c.op_id == item.op_id).values(**values))


def screens(conductor: Conductor, sandbox: Sandbox, save: Save) -> None:
    """A conflict, both dead letters, leaving one, calls, runs, the editor with trouble, a preview and a dry run."""
    window = conductor.window
    editor_screens(conductor, save)
    window.enter("sync")
    room = window.room("sync")
    assert isinstance(room, SyncRoom)
    until(lambda: conductor.context.sync.standing().connection is not Connection.UNTRIED)
    room.refresh()
    by_code = {one.code: one for one in room.entries.rows if one.code}
    for code, name in (("remote_conflict", "conflict"), ("mapping_gone", "mapping"), ("remote_rejected", "refused")):
        room._choose(by_code[code].op_id)
        save(f"sync-{name}", window)
    room.panel.leave.click()
    save("sync-leaving", window)
    room.panel.leaving.no.click()
    sent = next(one for one in room.entries.rows if one.kind is Kind.ASSESSMENT and one.done)
    room.show_calls(sent.op_id, sent.title)
    save("sync-calls", window)
    room.tabs.setCurrentWidget(room.runs_view)
    save("sync-runs", window)
    room.tabs.setCurrentWidget(room.queue_view)
    conductor.context.sync._given_address = "http://127.0.0.1:9"
    conductor.context.sync.run_once(hurry=True)
    QTest.qWait(WAIT_MS)
    save("sync-offline", window)
    conductor.context.sync._given_address = sandbox.url


def until(holds: Callable[[], bool]) -> None:
    """Wait for what comes from a thread."""
    for _ in range(400):
        if holds():
            return
        QTest.qWait(50)
    raise AssertionError("it did not come")


def editor_screens(conductor: Conductor, save: Save) -> None:
    """The editor: fields read, entries of which one does not fit; the exact body; everything but writing."""
    from ui.shell.mapping import open_mapping

    open_mapping(conductor.context, conductor.window)
    editor = conductor.window.findChild(MappingEditor)
    assert editor is not None
    save("mapping-empty", editor)
    editor.read_fields.click()
    until(lambda: editor.theirs.list.count() > 0)
    for ours, theirs in (("composite", COMM), ("composite", LEVEL), ("conclusion", ADVICE), ("summary", COMM)):
        editor.ours.choose(ours)
        editor.theirs.choose(theirs)
        editor.connect_both.click()
    save("mapping-trouble", editor)
    editor._remove()
    words = {"hire": "opt_101", "unsure": "opt_102", "no_hire": "opt_103", "cannot_tell": "opt_102"}
    editor.draft.entries[2] = Mapped("conclusion", ADVICE, "option", options=words)
    editor._show_all()
    editor.pairs.setCurrentRow(1)
    editor.preview.click()
    until(lambda: COMM.rpartition(".")[2] in editor.trial.body.field.toPlainText())
    save("mapping-preview", editor)
    editor.dry_run.click()
    until(lambda: editor.trial.body.field.toPlainText().startswith(("✓", "✕")))
    editor.pairs.setCurrentRow(2)
    save("mapping-dry-run", editor)
    editor.draft.entries = list(editor.draft.saved)
    editor.close()
    editor.deleteLater()
    QTest.qWait(50)
