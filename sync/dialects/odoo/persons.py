"""What hangs on applicants in Odoo beside name and time: files, log, other applications, answered forms, own fields.

What people wrote (comments, notes, answers) is earlier feedback, for it may judge; what Odoo logged, mails and other
applications are history. What came from here is left out, and so are fields that results are written to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sync.contract import RemoteCustom, RemoteDocument, RemoteEvent, RemoteFeedback
from sync.dialects.odoo.calls import OWN, Odoo, Row
from sync.dialects.odoo.fields import MODEL, own_fields
from sync.dialects.odoo.plain import plain
from sync.dialects.odoo.stages import many2one

ATTACHMENTS, MESSAGES, ANSWERS = "ir.attachment", "mail.message", "survey.user_input"
OF_APPLICANTS: dict[str, list[Any]] = {
    ATTACHMENTS: [["res_model", "=", MODEL], ["res_id", "!=", 0], ["type", "=", "binary"]],
    MESSAGES: [["model", "=", MODEL], ["res_id", "!=", 0]],
    ANSWERS: [["applicant_id", "!=", False], ["state", "=", "done"]],
}
"""What of these models hangs on an applicant."""
OWNER = {ATTACHMENTS: "res_id", MESSAGES: "res_id", ANSWERS: "applicant_id"}
"""The field that names whose it is."""
SAME_PERSON = ("email_normalized", "partner_phone_sanitized", "linkedin_profile")
"""By these Odoo itself counts the applications of one person."""
NOT_POOL = ["talent_pool_ids", "=", False]
MOST_MESSAGES, MOST_OTHERS, MOST_CHARACTERS = 60, 20, 4000
"""For one applicant; of one message."""
_WRITTEN = ("comment",)
_LOGGED = ("notification", "email", "email_outgoing", "auto_comment")


@dataclass(slots=True)
class Belongings:
    """What hangs on one applicant."""

    documents: list[RemoteDocument] = field(default_factory=list)
    history: list[RemoteEvent] = field(default_factory=list)
    feedback: list[RemoteFeedback] = field(default_factory=list)
    custom: tuple[RemoteCustom, ...] = ()


class Persons:
    """Reads what hangs on applicants of one server. `targets` = the fields that results are written to."""

    def __init__(self, odoo: Odoo, targets: Iterable[str]) -> None:
        self._odoo, self._targets = odoo, frozenset(targets)

    def columns(self) -> list[str]:
        """What has to be read of an applicant for `of`."""
        return [*self._odoo.known(MODEL, SAME_PERSON), *own_fields(self._odoo, MODEL)]

    def of(self, rows: Sequence[Row], application: str) -> dict[int, Belongings]:
        """By applicant. `application` = the word for a line of history that is another application."""
        found = {row["id"]: Belongings(custom=self._custom(row)) for row in rows}
        self._documents(found)
        others = self._others(rows)
        about: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for applicant in found:
            about[applicant].append((applicant, ""))
            for other in others[applicant]:
                about[other["id"]].append((applicant, _name(other["job_id"])))
                found[applicant].history.append(_application(other, application))
        self._messages(found, about)
        self._answers(found, about)
        return found

    def _custom(self, row: Row) -> tuple[RemoteCustom, ...]:
        described = own_fields(self._odoo, MODEL)
        return tuple(one for name, said in described.items() for one in said(row.get(name), self._targets))

    def _documents(self, found: Mapping[int, Belongings]) -> None:
        domain = [*OF_APPLICANTS[ATTACHMENTS], ["res_id", "in", sorted(found)]]
        rows = self._odoo.rows(ATTACHMENTS, domain, ["name", "mimetype", "file_size", "res_id"])
        for row in self._not_ours(ATTACHMENTS, rows):
            size = row["file_size"] or None
            document = RemoteDocument(str(row["id"]), row["name"] or "", row["mimetype"] or "", size)
            found[_number(row["res_id"])].documents.append(document)

    def _others(self, rows: Sequence[Row]) -> dict[int, list[Row]]:
        """Other applications of the same people, the newest first."""
        same = [name for name in SAME_PERSON if any(row.get(name) for row in rows)]
        found: dict[int, list[Row]] = defaultdict(list)
        if not same:
            return found
        either = ["|"] * (len(same) - 1) + [[name, "in", _values(rows, name)] for name in same]
        fields = self._odoo.known(MODEL, ["job_id", "stage_id", "create_date", "refuse_reason_id", *same])
        there = self._odoo.rows(MODEL, ["&", NOT_POOL, *either], fields, order="id desc")
        for row in rows:
            mine = [one for one in there if one["id"] != row["id"] and _is_same(one, row, same)]
            found[row["id"]] = mine[:MOST_OTHERS]
        return found

    def _messages(self, found: Mapping[int, Belongings], about: Mapping[int, list[tuple[int, str]]]) -> None:
        for row in self._not_ours(MESSAGES, self._newest(about)):
            for applicant, job in about[_number(row["res_id"])]:
                _heard(found[applicant], row, job, is_own=applicant == _number(row["res_id"]))

    def _newest(self, owners: Iterable[int]) -> list[Row]:
        """The newest messages of each of these applicants, in the order of their making."""
        fields = ["res_id", "date", "body", "author_id", "message_type", "subtype_id"]
        left, kept, before = set(owners), defaultdict[int, list[Row]](list), list[Any]()
        domain = [*OF_APPLICANTS[MESSAGES], ["message_type", "in", [*_WRITTEN, *_LOGGED]]]
        while left:
            limit = MOST_MESSAGES * len(left)
            asked = [*domain, ["res_id", "in", sorted(left)], *before]
            rows = self._odoo.rows(MESSAGES, asked, fields, order="id desc", limit=limit)
            for row in rows:
                kept[_number(row["res_id"])].append(row)
            left = {one for one in left if len(kept[one]) < MOST_MESSAGES} if len(rows) == limit else set()
            before = [["id", "<", rows[-1]["id"]]] if rows else []
        newest = (row for some in kept.values() for row in some[:MOST_MESSAGES])
        return sorted(newest, key=lambda row: int(row["id"]))

    def _answers(self, found: Mapping[int, Belongings], about: Mapping[int, list[tuple[int, str]]]) -> None:
        """Answered interview forms, where the user may see surveys."""
        if not self.has_answers():
            return
        domain = [*OF_APPLICANTS[ANSWERS], ["applicant_id", "in", sorted(about)]]
        rows = self._odoo.rows(ANSWERS, domain, ["applicant_id", "survey_id", "partner_id", "email", "end_datetime"])
        ids = [row["id"] for row in rows]
        fields = ["user_input_id", "question_id", "display_name", "skipped"]
        lines = self._odoo.rows(f"{ANSWERS}.line", [["user_input_id", "in", ids]], fields) if ids else []
        said: dict[int, list[str]] = defaultdict(list)
        for line in lines:
            if not line["skipped"]:
                said[many2one(line["user_input_id"]) or 0].append(
                    f"{_name(line['question_id'])}: {line['display_name']}"
                )
        for row in rows:
            for applicant, job in about[many2one(row["applicant_id"]) or 0]:
                found[applicant].feedback.append(_answered(row, said[row["id"]], job))

    def has_answers(self) -> bool:
        """Whether there are surveys, and the user may read their answers."""
        return bool(self._odoo.fields(ANSWERS)) and self._odoo.call(ANSWERS, "has_access", operation="read") is True

    def _not_ours(self, model: str, rows: list[Row]) -> list[Row]:
        if not rows:
            return []
        names = self._odoo.call(model, "get_external_id", ids=[row["id"] for row in rows])
        return [row for row in rows if not str(names.get(str(row["id"]), "")).startswith(f"{OWN}.")]


def _heard(of: Belongings, row: Row, job: str, *, is_own: bool) -> None:
    """One message: what a person wrote is feedback, what was logged is history of its own application."""
    text, by, at = plain(row["body"])[:MOST_CHARACTERS], _name(row["author_id"]), _iso(row["date"])
    if row["message_type"] in _WRITTEN:
        if text:
            of.feedback.append(RemoteFeedback(f"message.{row['id']}", at, by, _headed(job, text)))
    elif is_own:
        kind = _name(row["subtype_id"])
        if text or kind:
            of.history.append(RemoteEvent(at, text or kind, kind if text else "", by))


def _answered(row: Row, lines: list[str], job: str) -> RemoteFeedback:
    text = _headed(job, "\n".join([_name(row["survey_id"]), *lines]))[:MOST_CHARACTERS]
    by = _name(row["partner_id"]) or str(row["email"] or "")
    return RemoteFeedback(f"answer.{row['id']}", _iso(row["end_datetime"]), by, text)


def _application(row: Row, word: str) -> RemoteEvent:
    parts = (_name(row["job_id"]), _name(row["stage_id"]), _name(row.get("refuse_reason_id")))
    return RemoteEvent(_iso(row["create_date"]), " · ".join(filter(None, parts)), word)


def _headed(job: str, text: str) -> str:
    return f"{job}: {text}" if job else text


def _is_same(one: Row, other: Row, names: Iterable[str]) -> bool:
    return any(one.get(name) and one.get(name) == other.get(name) for name in names)


def _values(rows: Sequence[Row], name: str) -> list[str]:
    return sorted({str(row[name]) for row in rows if row.get(name)})


def _number(value: Any) -> int:
    """The id in a reference: Odoo gives a number, or [id, name]."""
    return value if isinstance(value, int) else many2one(value) or 0


def _name(value: Any) -> str:
    return str(value[1] or "") if isinstance(value, list) and len(value) == 2 else ""


def _iso(time: Any) -> str:
    """Odoo's times are UTC and do not say so."""
    return f"{time.replace(' ', 'T')}+00:00" if isinstance(time, str) and time else ""
