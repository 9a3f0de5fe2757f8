"""Fills a fresh sandbox with the demo's templates, positions, candidates and planned interviews (`demo.toml`)."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sync.sandbox.store import Store

DEFAULT_ZONE = "Asia/Shanghai"
DOCUMENTS = Path(__file__).parent / "documents"
"""Résumés of invented persons; the PDF ones are written by `python packaging/demo_resumes.py`."""


def fill(store: Store, today: datetime | None = None) -> None:
    """Put the demo data in; interviews are planned from `today` (UTC) on."""
    today = (today or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0)
    demo = tomllib.loads((Path(__file__).parent / "demo.toml").read_text("utf-8"))
    for template in demo["templates"]:
        store.put("template", template["id"], template)
    for position in demo["positions"]:
        position["requirements"] = position.get("requirements", "").strip()
        store.put("position", position.pop("id"), position)
    for candidate in demo["candidates"]:
        remote_id, zone = candidate.pop("id"), candidate.pop("time_zone", DEFAULT_ZONE)
        _dated(remote_id, candidate, today)
        if resume := candidate.pop("resume", None):
            content = (DOCUMENTS / resume["file"]).read_bytes()
            candidate["documents"] = [store.put_file(f"doc-{remote_id}", resume["name"], resume["media_type"], content)]
        at = today + timedelta(days=candidate.pop("in_days"), hours=candidate.pop("hour"))
        store.put("candidate", remote_id, candidate)
        store.plan_interview(remote_id, at.isoformat().replace("+00:00", "Z"), zone)


def _dated(remote_id: str, candidate: dict[str, Any], today: datetime) -> None:
    """History and earlier feedback happened so many days before `today`."""
    for number, line in enumerate((*candidate.get("history", ()), *candidate.get("feedback", ()))):
        at = today - timedelta(days=line.pop("days_ago")) + timedelta(hours=2, minutes=number)
        line["at"] = at.isoformat().replace("+00:00", "Z")
    for number, feedback in enumerate(candidate.get("feedback", ()), 1):
        feedback["id"] = f"fb-{remote_id}-{number}"
