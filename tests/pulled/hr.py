"""An office that pulls from a sandbox, and what people in HR do there."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from app.schedule.watch import ScheduleWatch
from app.settings import SettingsFile
from app.sync_service import SyncService
from sync import listing
from sync.outbox import Kind
from sync.queue import Queue

KEY = "the-key-of-this-run"
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def office(library, sandbox):
    """A service between a library and the sandbox, which has pulled once."""
    settings = SettingsFile(library.folder)
    settings.change(ehr_url=sandbox.url, ehr_profile="sandbox", assessor=library.assessor)
    made = SyncService(library, settings, queue=Queue(jitter=lambda: 1.0), secret=lambda _: KEY)
    made.run_once()
    return made


def put(sandbox, kind, remote_id, **changes):
    """HR changes fields of a row."""
    body = sandbox.store.entity(kind, remote_id)
    for name in ("id", "updated", "deleted", "interview", "interviews"):
        body.pop(name, None)
    sandbox.store.put(kind, remote_id, body | changes)


def plan(sandbox, library, service, at=MORNING):
    """An interview that HR plans, as it is here."""
    remote = sandbox.store.plan_interview("cand-wang", at.isoformat(), "Asia/Shanghai")
    service.run_once()
    return library.find_interview(remote_id=remote)


def cards(service):
    return [entry for entry in service.state().entries if entry.is_pulled]


def fields(service, entry):
    return {one.field: (one.base, one.mine, one.theirs) for one in service.conflict(entry.op_id).fields}


def watch(library, at):
    return ScheduleWatch(library, SettingsFile(library.folder), lambda: at, lambda: 0.0)


def notes(library):
    with library.reading() as session:
        return [json.loads(item.payload) for item in reversed(listing.items(session)) if item.kind is Kind.NOTE]
