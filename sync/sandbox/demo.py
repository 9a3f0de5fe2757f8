"""Fills a fresh sandbox with the demo's templates, positions, candidates and planned interviews (`demo.toml`)."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.sandbox.store import Store

DEFAULT_ZONE = "Asia/Shanghai"


def fill(store: Store, today: datetime | None = None) -> None:
    """Put the demo data in; interviews are planned from `today` (UTC) on."""
    today = (today or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0)
    demo = tomllib.loads((Path(__file__).parent / "demo.toml").read_text("utf-8"))
    for template in demo["templates"]:
        store.put("template", template["id"], template)
    for position in demo["positions"]:
        store.put("position", position.pop("id"), position)
    for candidate in demo["candidates"]:
        remote_id, zone = candidate.pop("id"), candidate.pop("time_zone", DEFAULT_ZONE)
        at = today + timedelta(days=candidate.pop("in_days"), hours=candidate.pop("hour"))
        store.put("candidate", remote_id, candidate)
        store.plan_interview(remote_id, at.isoformat().replace("+00:00", "Z"), zone)
