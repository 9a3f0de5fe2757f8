"""What the window and the command line show of the connection to the HR system: plain types and their sentences."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from app import text
from app.domain.types import InterviewStatus
from app.known_fields import KnownFields
from app.mapping_words import in_words
from app.pulled import BODY, TIME, Waiting
from sync.failures import CONTESTED, RemoteFailure
from sync.ledger import LogEntry
from sync.outbox import Item, Resolution, standing
from sync.outbox import Kind as Kind
from sync.outbox import State as State
from sync.pull import Received
from sync.withholding import BY_MACHINE, STAYS, is_redacted


class Connection(StrEnum):
    """How it is: no address, not tried since the start, all well, not reachable, or a person has to look."""

    NONE = "none"
    UNTRIED = "untried"
    OK = "ok"
    OFFLINE = "offline"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one run did. `left` = items that are still to be sent; `people` = items that wait for a decision.

    `failure` = why it could not be all; `until` = the HR system is left alone until then. `asked_nobody` = it was left
    alone in this run, for a reason that an earlier one met.
    """

    at: datetime
    sent: int = 0
    left: int = 0
    people: int = 0
    received: Received = field(default_factory=Received)
    refused_templates: tuple[str, ...] = ()
    failure: RemoteFailure | None = None
    until: datetime | None = None
    asked_nobody: bool = False

    def with_sent(self, sent: int) -> SyncReport:
        """The same with the items of earlier passes counted in."""
        return replace(self, sent=sent)

    @property
    def complete(self) -> bool:
        """Whether everything has been sent."""
        return self.failure is None and self.left == 0 and self.people == 0

    @property
    def sentence(self) -> str:
        """The run in one or two sentences."""
        if self.failure is not None:
            why = text.sentence(self.failure)
            return f"{why} {text.tr('sync.left', n=self.left)}" if self.left else why
        if self.people:
            return f"{text.tr('sync.people', n=self.people)} {text.tr('sync.open_room')}"
        if self.left:
            return text.tr("sync.left", n=self.left)
        return text.tr("sync.all_sent", sent=self.sent, received=self.received.rows)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the outbox as it is shown. Times in UTC; `can_resend`, `can_choose`, `can_leave` say which buttons it
    has. `code` = why it is not there yet, `field` = the company's field that it is about; a file has name and size.
    `kind` None = no item, but a row of the HR system with fields that both sides changed.
    """

    op_id: str
    kind: Kind | None
    state: State
    title: str
    sentence: str
    created: datetime
    done: datetime | None
    next_try: datetime | None
    attempts: int
    external_id: str
    remote_id: str | None
    interview_id: str
    can_resend: bool
    can_choose: bool
    can_leave: bool = False
    code: str = ""
    field: str = ""
    file_name: str = ""
    file_size: int = 0
    resolution: Resolution | None = None

    @property
    def standing(self) -> str:
        """How it stands, in one word; what is done has not always arrived."""
        return standing(self.state, self.resolution)

    @property
    def is_pulled(self) -> bool:
        """Whether it came from the HR system and waits for a decision here."""
        return self.kind is None

    @property
    def by_mapping(self) -> bool:
        """Whether the mapping to the company's fields stopped it."""
        return self.state is State.DEAD and self.code.startswith("mapping_")


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line of what was sent and received; `title` = what it was about, of the item `op_id`."""

    at: datetime
    sent: bool
    sentence: str
    subject: str
    bytes: int
    sha256: str | None
    title: str = ""
    op_id: str = ""


@dataclass(frozen=True, slots=True)
class SyncState:
    """Everything that the window shows. `queue` = items not sent yet; `last_run` None = there was none yet, `last_went`
    = how the last one went; `offline_since` None = the HR system answers, or was not asked; `next_try` = it is left
    alone until then."""

    connection: Connection
    sentence: str
    url: str
    queue: int
    people: int
    running: bool
    last_run: datetime | None
    entries: tuple[Entry, ...]
    offline_since: datetime | None = None
    last_went: str = ""
    next_try: datetime | None = None

    @property
    def open(self) -> int:
        """How much is not settled: what waits to be sent, and what waits for a person."""
        return self.queue + self.people


@dataclass(slots=True)
class _Said:
    """A failure as the outbox remembers it."""

    code: str
    params: dict[str, object]


def entry(
    item: Item, candidate: str, interview_id: str, *, lets_go: bool = False, known: KnownFields | None = None,
    behind: str = "",
) -> Entry:  # fmt: skip
    """An item of the outbox as it is shown; `candidate` is the person's name where it is known, `known` are the
    company's fields. `lets_go` = what is held could be sent now; `behind` = what has to be decided before it is sent.
    """
    waiting = item.state is State.PENDING
    return Entry(
        op_id=item.op_id,
        kind=item.kind,
        state=item.state,
        title=title_of(item, candidate),
        sentence=_sentence(item, known, behind),
        created=utc(item.created),
        done=utc(item.done_at) if item.done_at else None,
        next_try=utc(item.next_at) if waiting and item.last_error else None,
        attempts=item.attempts,
        external_id=item.external_id,
        remote_id=item.remote_id,
        interview_id=interview_id,
        can_resend=item.state in (State.DEAD, State.HANDED)
        or (waiting and item.last_error is not None)
        or (item.state is State.HELD and lets_go),
        can_choose=item.state is State.CONFLICT,
        can_leave=item.state in (State.DEAD, State.HELD),
        code=item.last_error or "" if item.state is not State.DONE else "",
        field=str(item.last_params.get("field", "")),
        resolution=item.resolution,
        **_file(item),
    )


def pulled_entry(found: Waiting) -> Entry:
    """A row of the HR system with fields that both sides changed, as it is shown."""
    return Entry(
        op_id=found.id,
        kind=None,
        state=State.CONFLICT,
        title=text.tr(f"pulled.title_{found.row.kind}", name=found.name),
        sentence=text.joined(text.tr("pulled.waits", n=len(found.fields)), *_hints(found)),
        created=utc(found.row.changed),
        done=None,
        next_try=None,
        attempts=0,
        external_id=found.row.remote_id,
        remote_id=found.row.remote_id,
        interview_id=found.interview_id,
        can_resend=False,
        can_choose=True,
        code=CONTESTED,
    )


def _hints(found: Waiting) -> list[str]:
    """What a person ought to know before the decision."""
    hints = [text.tr("pulled.hint_time")] if TIME in found.fields else []
    return hints + ([text.tr("pulled.hint_template")] if BODY in found.fields else [])


def _file(item: Item) -> dict[str, Any]:
    if item.kind is not Kind.ATTACHMENT or item.pruned:
        return {}
    told = json.loads(item.payload)
    return {"file_name": str(told["name"]), "file_size": int(told["size"])}


def history_line(line: LogEntry, title: str = "") -> HistoryLine:
    """A line of the log as it is shown; `title` = what it was about."""
    sent = line.direction == "sent"
    if not sent:
        positions, candidates, templates = (line.detail or "0/0/0").split("/")
        sentence = text.tr("sync.log_received", positions=positions, candidates=candidates, templates=templates)
    elif text.has(f"sync.log_{line.outcome}"):
        of_file = "_file" if line.kind == Kind.ATTACHMENT and line.outcome == Resolution.OVERTAKEN else ""
        sentence = text.tr(f"sync.log_{line.outcome}{of_file}", what=text.tr(f"sync.kind_{line.kind}"))
    else:
        sentence = text.tr("sync.log_failed", what=text.tr(f"sync.kind_{line.kind}"))
    return HistoryLine(utc(line.at), sent, sentence, line.subject, line.bytes, line.sha256, title, line.op_id or "")


def held_sentence(item: Item) -> str:
    """Why an item is held."""
    if item.last_error == STAYS:
        rules = text.tr(f"policy.profile_{str(item.last_params.get('rules', '')).lower()}")
        return text.tr("sync.held_rules", rules=rules)
    told = item.last_params.get("what")
    if item.kind is Kind.ASSESSMENT:
        words = text.tr("sync.held_scores" if item.last_params.get(BY_MACHINE) else "sync.held_judgement")
    else:
        words = text.tr("sync.held_consent", what=modality_words(told if isinstance(told, list) else ()))
    more = [text.tr("sync.held_handed")] if item.last_params.get("handed") else []
    return text.joined(words, *more, *([text.tr("sync.held_unsure")] if item.uncertain else []))


def modality_words(names: Iterable[object]) -> str:
    """Modalities as people call them: "Voice and words, Face"."""
    keys = (f"policy.modality_{name}" for name in names)
    return text.tr("package.comma").join(text.tr(key) for key in keys if text.has(key))


def conflict_sentence(reason: str) -> str:
    """What a conflict is about; `reason` is the HR system's code for it."""
    key = f"sync.conflict_{reason}"
    return text.tr(key) if text.has(key) else text.tr("sync.state_conflict")


def utc(seconds: float) -> datetime:
    """An aware UTC time."""
    return datetime.fromtimestamp(seconds, UTC)


def title_of(item: Item, candidate: str) -> str:
    """What an item is, in a few words; `candidate` is the person's name where it is known."""
    body = json.loads(item.payload)
    if item.kind is Kind.ASSESSMENT:
        return text.tr(
            "sync.title_assessment", candidate=body.get("candidate_name", candidate), revision=body["revision"]
        )
    if item.kind is Kind.ATTACHMENT:
        return text.tr("sync.title_attachment", candidate=candidate, what=text.tr(f"sync.file_{body['role']}"))
    if item.kind is Kind.INTERVIEW:
        return text.tr("sync.title_interview", candidate=body.get("candidate_name", candidate))
    if item.kind is Kind.NOTE:
        return text.tr("sync.title_note", candidate=candidate, what=text.tr(f"sync.note_{body['role']}"))
    names = {side: text.tr(f"sync.status_{InterviewStatus(body[side])}") for side in ("from", "to")}
    return text.tr("sync.title_status", candidate=candidate, before=names["from"], after=names["to"])


def _sentence(item: Item, known: KnownFields | None, behind: str) -> str:
    if item.resolution is Resolution.OVERTAKEN and item.kind is Kind.ATTACHMENT:
        return text.tr("sync.resolved_overtaken_file")
    if item.resolution is Resolution.WITHDRAWN and is_redacted(item):
        return text.tr("sync.resolved_redacted")
    if item.resolution is not None:
        return text.tr(f"sync.resolved_{Resolution(item.resolution)}")
    if item.state is State.PENDING and behind:
        return text.tr("sync.state_behind", what=behind)
    if item.state is State.PENDING and item.last_error is None:
        return text.tr("sync.state_pending")
    if item.state is State.DONE and item.sent_by and item.done_at:
        at = f"{utc(item.done_at).astimezone():%Y-%m-%d %H:%M}"
        return text.tr("sync.sent_elsewhere", by=item.sent_by, at=at)
    if item.state is State.CONFLICT:
        return conflict_sentence(str(item.last_params.get("field", "")))
    if item.state is State.HELD:
        return held_sentence(item)
    if item.last_error is not None and item.state is not State.DONE:
        told = in_words(item.last_error, item.last_params, known, _dimensions(item))
        return text.sentence(_Said(item.last_error, told))
    return text.tr(f"sync.state_{item.state}")


def _dimensions(item: Item) -> dict[str, str]:
    """The titles of the dimensions of a signed assessment, by id."""
    if item.kind is not Kind.ASSESSMENT or item.pruned:
        return {}
    return {str(one["id"]): str(one["title"]) for one in json.loads(item.payload).get("dimensions", ())}
