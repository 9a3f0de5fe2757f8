"""What the tests of `sync` send, and the clock they set."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

import msgspec
import rfc8785

from sync import adding, listing, outbox
from sync.client import Timeouts
from sync.contract import NoteRole
from sync.outbox import Kind
from sync.profile import Profile, shipped_profile
from sync.system import Note

CONTRACT = Path(__file__).resolve().parents[2] / "resources" / "contract" / "openapi.json"
IMPATIENT = Timeouts(connect_s=2.0, read_s=0.4, total_s=2.0)
"""For servers that are slow on purpose."""
AT = "2026-03-02T08:00:00+00:00"


class FakeClock:
    """A clock that only moves when it is told to; begins at a fixed UTC time."""

    def __init__(self, at=1_770_000_000.0):
        self.at = at

    def __call__(self):
        return self.at

    def pass_s(self, seconds):
        self.at += seconds


def interview_body(client_id, candidate_id=None):
    return json.dumps(
        {
            "client_id": client_id, "candidate_id": candidate_id, "candidate_name": "秦𠮷雅", "position_id": None,
            "position_title": "后端工程师", "scheduled_at": None, "time_zone": "Asia/Shanghai",
        },
        ensure_ascii=False,
    ).encode()  # fmt: skip


def assessment_body(interview_id, assessment_id, revision=1, **changes):
    """A signed assessment as canonical bytes."""
    dimension = {
        "id": "communication", "title": "语言表达", "weight": 60.0, "template_weight": 50.0, "machine": 6.5,
        "machine_low": 5.5, "machine_high": 7.25, "mine": 8, "combined": 7.55, "comment": "清楚",
    }  # fmt: skip
    body = {
        "external_id": f"{assessment_id}:{revision}", "assessment_id": assessment_id, "revision": revision,
        "interview_id": interview_id, "interview_remote_id": None, "candidate_remote_id": None,
        "candidate_name": "秦𠮷雅", "position_title": "后端工程师", "assessor": "王芳", "template_id": "default",
        "template_version": 1, "analysis_id": None, "correction_id": None,
        "dimensions": [dimension, dimension | {"id": "logic", "title": "逻辑思维", "machine": None, "machine_low": None,
                                               "machine_high": None, "mine": None, "combined": None}],
        "composite": 7.55, "composite_low": 6.9, "composite_high": 8.1, "coverage": 0.75, "weight_reason": "岗位要求",
        "keyword_rate": 0.5, "conclusion": "hire", "summary": "总体不错",
        "comments": [
            {"time_s": 72.5, "text": '<img src="file:///etc/passwd">'}, {"time_s": None, "text": "整体"},
            {"time_s": 80.0, "end_s": 92.5, "text": "一段"},
        ],
        "signed_at": AT, "app_version": "0.1.0", "contract_version": 1,
    }  # fmt: skip
    return rfc8785.dumps(body | changes)


def note_of(interview, role=NoteRole.LATE, key="1", **changes):
    note = Note(
        f"{interview}:{role}:{key}", role.value, interview, None, None, None, AT, "王芳", "15 分钟 <b>迟到</b>",
        {"minutes": 15.0, "planned": AT},
    )  # fmt: skip
    return json.dumps(asdict(note) | changes, ensure_ascii=False).encode()


SAID = {"zh": "原定 09:00，迟到 15 分钟。", "en": "Planned for 09:00; 15 min late."}
"""What a note says in both languages, for `note_of(…, texts=SAID)`."""


def enqueue_note(session, interview, depends_on=None, role=NoteRole.LATE, key="1", **changes):
    return adding.enqueue(
        session, kind=Kind.NOTE, aggregate=f"{interview}/notes", payload=note_of(interview, role, key, **changes),
        external_id=f"{interview}:{role}:{key}", depends_on=depends_on, clock=lambda: 0.0,
    )  # fmt: skip


def move_body(interview_id, source, target, remote_id=None):
    return json.dumps(
        {"interview_id": interview_id, "interview_remote_id": remote_id, "from": source, "to": target, "at": AT}
    ).encode()


def enqueue_interview(session, interview_id=None, clock=lambda: 0.0):
    """Registration, three moves and an assessment of one interview; gives (interview id, assessment id)."""
    interview_id, assessment_id = interview_id or str(uuid4()), str(uuid4())
    moves = f"{interview_id}/moves"
    first = adding.enqueue(
        session, kind=Kind.INTERVIEW, aggregate=moves, payload=interview_body(interview_id), external_id=interview_id,
        clock=clock,
    )  # fmt: skip
    signed = enqueue_assessment(session, interview_id, assessment_id, depends_on=first, clock=clock)
    for source, target in (("scheduled", "in_progress"), ("in_progress", "to_review"), ("to_review", "assessed")):
        adding.enqueue(
            session, kind=Kind.STATUS, aggregate=moves, payload=move_body(interview_id, source, target),
            external_id=f"{interview_id}:{target}", depends_on=signed if target == "assessed" else None, clock=clock,
        )  # fmt: skip
    return interview_id, assessment_id


def enqueue_assessment(session, interview_id, assessment_id, revision=1, depends_on=None, clock=lambda: 0.0, **changes):
    return adding.enqueue(
        session, kind=Kind.ASSESSMENT, aggregate=interview_id, external_id=f"{assessment_id}:{revision}",
        payload=assessment_body(interview_id, assessment_id, revision, **changes), depends_on=depends_on, clock=clock,
    )  # fmt: skip


def drain_until_empty(sender, queue, clock, sessions, rounds=400):
    """Run after run, with the time between them passing, until nothing is left to send; gives the runs."""
    runs = []
    for _ in range(rounds):
        runs.append(sender.drain())
        with sessions() as session:
            counts = listing.counts(session)
        if counts[outbox.State.PENDING] + counts[outbox.State.INFLIGHT] == 0:
            return runs
        clock.pass_s(301)
    raise AssertionError(f"still waiting: {counts}")


def pulled(hr, cursor=""):
    """All positions and candidates that come after a cursor, by id, and the cursor then."""
    found, more = {}, True
    while more:
        page = hr.changes(cursor)
        found |= {one.remote_id: one for one in (*page.positions, *page.candidates)}
        cursor, more = page.cursor, page.more
    return found, cursor


def altered(profile, old, new):
    """The text of a shipped profile with something else in one place."""
    written = Path(shipped_profile(profile).file).read_text("utf-8")
    assert old in written
    return written.replace(old, new, 1)


def feishu_with(**changes):
    """The shipped profile for Feishu Hire with other values."""
    return Profile(msgspec.structs.replace(shipped_profile("feishu").shape, **changes))
