"""What is pulled from Feishu Hire: jobs, applications with their talent and interview, feedback forms.

Everything that changed since the last time, and a little before it, comes again; a row that came as it is now is left
out. An application is a candidate here, for it is what one person's interviews for one job hang on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from sync.contract import (
    InterviewStatus,
    Pulled,
    RemoteCandidate,
    RemoteCustom,
    RemoteDocument,
    RemoteFeedback,
    RemotePosition,
    RemoteTemplate,
)
from sync.dialects.envelope import Gone
from sync.dialects.feishu.calls import Calls, Row, below, once
from sync.dialects.feishu.forms import template_id, template_of, words_of
from sync.dialects.feishu.shape import FeishuShape
from sync.failures import CursorUnknown, RemoteNonsense

Found = TypeVar("Found", RemotePosition, RemoteCandidate, RemoteTemplate)
CLOSED = 2
SUBMITTED = 1
COLLECTIVE, CALLED_OFF = 2, 4
ACTIVE = "1"
FIRST = ("forms", "jobs", "applications")
LATER = (*FIRST, "talents", "interviews")
"""What is walked through, in this order; talents and interviews bring the applications that they belong to."""
MOST_SEEN = 1000
_FORMS, _INTERVIEWS = 100, 100
_DAY_MS = 86_400_000


class Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a pull stands. `since`, `until` in ms since 1970; `seen` = rows of the last run that the overlap brings
    again, by a hash of what they held, `now` = those of this run. `walk` "" = the run is over."""

    walk: str = FIRST[0]
    since: int = 0
    until: int = 0
    token: str = ""
    seen: dict[str, str] = {}
    now: dict[str, str] = {}


class Incoming:
    """Pulls page by page; all that it remembers is in the cursor."""

    def __init__(self, calls: Calls, shape: FeishuShape) -> None:
        self._calls, self._shape = calls, shape

    def changes(self, cursor: str) -> Pulled:
        """One page of changes after a cursor."""
        at = self._begun(cursor)
        walks: dict[str, Callable[[Cursor], tuple[Pulled, str]]] = {
            "forms": self._forms, "jobs": self._jobs, "applications": self._applications, "talents": self._talents,
            "interviews": self._interviews,
        }  # fmt: skip
        try:
            page, token = walks[at.walk](at)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RemoteNonsense(host=self._calls.wire.host) from error
        page, now = self._fresh(page, at)
        following = _next(msgspec.structs.replace(at, token=token, now=now))
        told = msgspec.json.encode(following).decode()
        return replace(page, cursor=told, more=bool(following.walk))

    def vanished(self, known: Mapping[str, frozenset[str]]) -> Pulled:
        """Of the ids that are known here those that are in no list, each asked for by itself before it is believed."""
        size = self._shape.page_size
        jobs = known.get("position", frozenset()) - {str(job["id"]) for job in self._calls.every("/v1/jobs", size)}
        there = set(map(str, self._calls.every("/v1/applications", size)))
        people = self._candidates(sorted(known.get("candidate", frozenset()) - there))
        positions = (RemotePosition(job, "", deleted=True) for job in sorted(jobs) if self._is_gone(job))
        return Pulled(tuple(positions), tuple(one for one in people.candidates if one.deleted))

    def candidate(self, application_id: str) -> RemoteCandidate:
        """One application with its talent and the interview that is next."""
        try:
            application = self._calls.ask("GET", below("/v1/applications", application_id))["application"]
        except Gone:
            return RemoteCandidate(application_id, "", deleted=True)
        whole = self._calls.ask("GET", below("/v2/talents", application["talent_id"]))
        talent = whole["basic_info"]
        query = {"application_id": application_id, "page_size": str(_INTERVIEWS)}
        listed = once(self._calls.ask("GET", "/v1/interviews", query).get("items") or [])
        interviews = [one for one in listed if not _called_off(one)]
        interview = _next_one(interviews)
        return RemoteCandidate(
            remote_id=application_id,
            name=str(talent["name"]),
            position_remote_id=application.get("job_id"),
            email=str(talent.get("email") or ""),
            phone=" ".join(filter(None, (talent.get("mobile_code"), talent.get("mobile_number")))),
            status=self._status(application, interview),
            interview_remote_id=_id_of(application_id, interview) if interview else None,
            scheduled_at=_moment(interview.get("begin_time")) if interview else None,
            time_zone=self._zone(interview or {}),
            updated=_moment(application.get("modify_time")) or "",
            documents=tuple(map(_document, whole.get("resume_attachment_list") or [])),
            feedback=tuple(_feedback(one, record) for one in interviews for record in _submitted(one)),
            custom=_custom(whole),
            there=tuple(_id_of(application_id, one) for one in interviews) if len(listed) < _INTERVIEWS else None,
        )

    def _begun(self, cursor: str) -> Cursor:
        now = int(self._calls.wire.clock.now() * 1000)
        if not cursor:
            return Cursor(until=now)
        try:
            at = msgspec.json.decode(cursor.encode(), type=Cursor)
        except msgspec.MsgspecError as error:
            raise CursorUnknown(host=self._calls.wire.host) from error
        if at.walk not in ("", *LATER):
            raise CursorUnknown(host=self._calls.wire.host)
        if at.walk:
            return at
        since = max(1, at.until - int(self._shape.overlap_s * 1000))
        return Cursor(since=since, until=max(now, at.until), seen=at.now)

    def _jobs(self, at: Cursor) -> tuple[Pulled, str]:
        jobs, token = self._page("/v1/jobs", at)
        return Pulled(positions=tuple(self._position(job["id"]) for job in jobs)), token

    def _position(self, job_id: str) -> RemotePosition:
        detail = self._calls.ask("GET", below("/v1/jobs", job_id) + "/get_detail")["job_detail"]
        job = detail["basic_info"]
        form = (detail.get("job_config") or {}).get("assessment_template") or {}
        return RemotePosition(
            remote_id=job_id,
            title=str(job["title"]),
            department=words_of((job.get("department") or {}).get("name"))["zh"],
            description=str(job.get("description") or ""),
            keywords=tuple(words_of(one.get("name"))["zh"] for one in job.get("highlight_list") or []),
            template_id=template_id(words_of(form["name"])["zh"]) if form else None,
            updated=_moment(job.get("update_time")) or "",
            deleted=job.get("active_status") == CLOSED,
            requirements=str(job.get("requirement") or ""),
            custom=_custom(job),
        )

    def _is_gone(self, job_id: str) -> bool:
        try:
            self._calls.ask("GET", below("/v1/jobs", job_id) + "/get_detail")
        except Gone:
            return True
        return False

    def _forms(self, at: Cursor) -> tuple[Pulled, str]:
        """All of them each time: they say nothing of when they changed."""
        forms, token = self._calls.page("/v1/interview_feedback_forms", _FORMS, at.token, {})
        return Pulled(templates=tuple(filter(None, map(template_of, forms)))), token

    def _applications(self, at: Cursor) -> tuple[Pulled, str]:
        """The first time only those that are going on; later whatever changed."""
        ids, token = self._page("/v1/applications", at, {} if at.since else {"active_status": ACTIVE})
        return self._candidates(map(str, ids)), token

    def _talents(self, at: Cursor) -> tuple[Pulled, str]:
        talents, token = self._page("/v1/talents", at)
        ids: list[str] = []
        for talent in talents:
            own = self._calls.every("/v1/applications", self._shape.page_size, {"talent_id": talent["id"]})
            ids += map(str, own)
        return self._candidates(ids), token

    def _interviews(self, at: Cursor) -> tuple[Pulled, str]:
        """Those that begin from yesterday on, as far as they changed."""
        query = {"start_time": str(at.since - _DAY_MS)}
        interviews, token = self._calls.page("/v1/interviews", _INTERVIEWS, at.token, query)
        changed = (one for one in interviews if int(one.get("biz_modify_time") or at.since) >= at.since)
        return self._candidates(one["application_id"] for one in changed), token

    def _candidates(self, ids: Iterable[str]) -> Pulled:
        return Pulled(candidates=tuple(self.candidate(one) for one in dict.fromkeys(ids)))

    def _page(self, path: str, at: Cursor, more: Mapping[str, str] | None = None) -> tuple[list[Any], str]:
        query = {"update_start_time": str(at.since)} if at.since else {}
        return self._calls.page(path, self._shape.page_size, at.token, query | dict(more or {}))

    def _fresh(self, page: Pulled, at: Cursor) -> tuple[Pulled, dict[str, str]]:
        """The page without rows that came as they are now, and what the next run may leave out."""
        begin, now = at.until - int(self._shape.overlap_s * 1000), dict(at.now)

        def fresh(kind: str, rows: tuple[Found, ...]) -> tuple[Found, ...]:
            found = []
            for row in rows:
                name, held = f"{kind}:{row.remote_id}", _hash(row)
                if held not in (at.seen.get(name), now.get(name)):
                    found.append(row)
                if len(now) < MOST_SEEN and (not row.updated or _ms(row.updated) >= begin):
                    now[name] = held
            return tuple(found)

        rows = fresh("p", page.positions), fresh("c", page.candidates), fresh("t", page.templates)
        return Pulled(*rows), now

    def _status(self, application: Row, interview: Row | None) -> InterviewStatus:
        """By its stage where that is one of ours, else by whether its interview is assessed."""
        stage = application.get("stage") or {}
        for name in (stage.get("zh_name"), stage.get("en_name")):
            if name and (status := self._shape.status(name)):
                return status
        return InterviewStatus.ASSESSED if interview and _assessed(interview) else InterviewStatus.SCHEDULED

    def _zone(self, interview: Row) -> str:
        name = str((interview.get("talent_time_zone") or {}).get("code") or "")
        try:
            return ZoneInfo(name).key if name else self._shape.time_zone
        except (ZoneInfoNotFoundError, ValueError):
            return self._shape.time_zone


def _next(at: Cursor) -> Cursor:
    if at.token:
        return at
    walks = LATER if at.since else FIRST
    place = walks.index(at.walk) + 1
    return msgspec.structs.replace(at, walk=walks[place] if place < len(walks) else "")


def _next_one(interviews: list[Row]) -> Row | None:
    """The first interview that is not assessed, else the last one; None = there is none."""
    inorder = sorted(interviews, key=lambda one: int(one.get("begin_time") or 0))
    return next((one for one in inorder if not _assessed(one)), inorder[-1] if inorder else None)


def _id_of(application_id: str, interview: Row) -> str:
    return f"app:{application_id}:{interview['id']}"


def _called_off(interview: Row) -> bool:
    """Of a collective interview Feishu says so; a single one that was called off is in no list any more."""
    return interview.get("arrangement_type") == COLLECTIVE and interview.get("arrangement_status") == CALLED_OFF


def _assessed(interview: Row) -> bool:
    records = interview.get("interview_record_list") or []
    return bool(records) and all(one.get("commit_status") == SUBMITTED for one in records)


def _custom(row: Row) -> tuple[RemoteCustom, ...]:
    """The company's own fields of a job or a talent that have a value."""
    found = (_customized(one) for one in row.get("customized_data_list") or [])
    return tuple(one for one in found if one.value)


def _customized(field: Row) -> RemoteCustom:
    value = field.get("value") or {}
    options = value.get("option_list") or ([value["option"]] if value.get("option") else [])
    words = [words_of(one.get("name"))["zh"] for one in options]
    said = "、".join(words) or value.get("content") or value.get("number") or ""
    return RemoteCustom(words_of(field.get("name"))["zh"], str(said))


def _document(resume: Row) -> RemoteDocument:
    return RemoteDocument(str(resume["id"]), str(resume.get("name") or ""), str(resume.get("mime") or ""))


def _submitted(interview: Row) -> list[Row]:
    records = interview.get("interview_record_list") or []
    return [one for one in records if one.get("commit_status") == SUBMITTED]


def _feedback(interview: Row, record: Row) -> RemoteFeedback:
    """What an interviewer wrote; Feishu's score is a level of the company's with a name, and has no top."""
    score = record.get("interview_score") or {}
    name = (record.get("interviewer") or {}).get("name") or ""
    return RemoteFeedback(
        remote_id=str(record["id"]),
        at=_moment(record.get("feedback_submit_time")) or "",
        by=str(name if isinstance(name, str) else words_of(name)["zh"]),
        text=str(record.get("content") or ""),
        score=float(score["level"]) if score.get("level") is not None else None,
        conclusion=str(score.get("zh_name") or ""),
        round=int(interview.get("round") or 0) or None,
    )


def _moment(ms: object) -> str | None:
    """ISO 8601 in UTC of milliseconds since 1970; None where there are none."""
    number = int(str(ms or 0))
    return datetime.fromtimestamp(number / 1000, UTC).isoformat().replace("+00:00", "Z") if number > 0 else None


def _ms(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp() * 1000 if moment else 0.0


def _hash(row: object) -> str:
    return hashlib.sha256(msgspec.json.encode(row)).hexdigest()[:12]
