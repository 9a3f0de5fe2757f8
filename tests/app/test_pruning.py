"""Letting go of old bodies in the background: by the setting, at most once an hour, and said in plain words."""

from __future__ import annotations

import time

from sqlalchemy import update

from app import text
from app.pruning import DAY_S, Pruning
from app.settings import SettingsFile
from app.sync_state import Kind
from sync.tables import outbox
from tests.app.hr import planned, sign


def test_the_setting_says_how_long_and_the_room_says_what_is_gone(library, service):
    service.run_once()
    sign(library, planned(library).id)
    sign(library, planned(library).id, "again")
    service.run_once()
    with library.session() as session:
        session.execute(update(outbox).where(outbox.c.done_at.is_not(None)).values(done_at=time.time() - 40 * DAY_S))
    settings = SettingsFile(library.folder)
    pruning = Pruning(library.session, settings, time.time)
    assert pruning.run() == 0
    settings.change(keep_days=30)
    assert pruning.run() == 0, "at most once an hour"
    assert Pruning(library.session, settings, time.time, most_bytes=10**9).run() > 0
    entries = service.state().entries
    gone = [one for one in entries if "SHA-256" in service.sent_text(one.op_id)]
    assert {one.kind for one in gone} >= {Kind.STATUS}
    assert all(one.title for one in entries)
    newest = next(one for one in entries if one.kind is Kind.ASSESSMENT)
    assert "again" in service.sent_text(newest.op_id), "what was agreed on last is kept"
    assert text.has("sync.payload_pruned")
