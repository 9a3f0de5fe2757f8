"""What is pulled from Greenhouse: jobs, and applications with their candidate and interview.

An application is a candidate here, for it is what one person's interviews for one job hang on. What changed since the
last time, and a little before it, comes again; a row that came as it is now is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from sync.contract import InterviewStatus, Pulled, RemoteCandidate, RemotePosition
from sync.dialects.greenhouse.belongings import SCORECARDS, documents_of, feedback_of, may_read_scorecards
from sync.dialects.greenhouse.calls import Calls, Row
from sync.dialects.greenhouse.files import PATH as ATTACHMENTS
from sync.dialects.greenhouse.people import values, whole
from sync.dialects.greenhouse.shape import GreenhouseShape
from sync.dialects.odoo.plain import plain
from sync.dialects.runs import Run, begun, fresh
from sync.failures import CursorUnknown, RemoteNonsense, RemoteRejected

FIRST = ("jobs", "applications")
OF_APPLICATIONS = {"interviews": "/v3/interviews", "attachments": ATTACHMENTS, "scorecards": SCORECARDS}
LATER = (*FIRST, "candidates", *OF_APPLICATIONS)
"""What is walked through; all but jobs bring the applications that they belong to."""
OPEN, CLOSED, COMPLETE = "in_process", "closed", "complete"


class Incoming:
    """Pulls page by page; all that it remembers is in the cursor."""

    def __init__(self, calls: Calls, shape: GreenhouseShape) -> None:
        self._calls, self._shape = calls, shape

    def changes(self, cursor: str) -> Pulled:
        """One page of changes after a cursor."""
        try:
            run = begun(cursor, LATER, self._calls.wire.clock.now(), self._shape.overlap_s)
        except ValueError as error:
            raise CursorUnknown(host=self._calls.wire.host) from error
        page, token = self._read(run)
        page, now = fresh(run, page, self._shape.overlap_s)
        run = run.following(token, now, LATER if run.since else FIRST)
        return replace(page, cursor=run.cursor(), more=bool(run.walk))

    def vanished(self, known: Mapping[str, frozenset[str]]) -> Pulled:
        """Of the ids that are known here those that Greenhouse does not give any more, asked for by id."""
        jobs, people = known.get("position", frozenset()), known.get("candidate", frozenset())
        there = {str(row["id"]) for row in self._calls.of("/v3/jobs", "ids", sorted(jobs))}
        here = {str(row["id"]) for row in self._calls.of("/v3/applications", "ids", sorted(people))}
        return Pulled(
            tuple(RemotePosition(one, "", deleted=True) for one in sorted(jobs - there)),
            tuple(RemoteCandidate(one, "", deleted=True) for one in sorted(people - here)),
        )

    def _read(self, run: Run) -> tuple[Pulled, str]:
        walks: dict[str, Callable[[Run], tuple[Pulled, str]]] = {
            "jobs": self._jobs, "applications": self._applications, "candidates": self._candidates,
        }  # fmt: skip
        try:
            return walks.get(run.walk, self._of_applications)(run)
        except RemoteRejected as failure:
            if run.page:  # Greenhouse has forgotten where this walk stood
                raise CursorUnknown(host=self._calls.wire.host) from failure
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RemoteNonsense(host=self._calls.wire.host) from error

    def _jobs(self, run: Run) -> tuple[Pulled, str]:
        jobs, token = self._page("/v3/jobs", run, "updated_at")
        departments = self._calls.of("/v3/departments", "ids", _ids(jobs, "department_id"))
        names = {row["id"]: str(row.get("name") or "") for row in departments}
        posts = {row["job_id"]: row for row in self._calls.of("/v3/job_posts", "job_ids", _ids(jobs, "id"))}
        made = (_position(job, names, posts.get(job["id"])) for job in jobs)
        return Pulled(positions=tuple(made)), token

    def _applications(self, run: Run) -> tuple[Pulled, str]:
        """The first time only those that are going on; later whatever something happened to."""
        rows, token = self._page("/v3/applications", run, "last_activity_at", {} if run.since else {"status": OPEN})
        return self._people(rows), token

    def _candidates(self, run: Run) -> tuple[Pulled, str]:
        rows, token = self._page("/v3/candidates", run, "updated_at")
        return self._people(self._calls.of("/v3/applications", "candidate_ids", _ids(rows, "id"))), token

    def _of_applications(self, run: Run) -> tuple[Pulled, str]:
        """What hangs on applications and changed."""
        if run.walk == "scorecards" and not may_read_scorecards(self._calls):
            return Pulled(), ""
        rows, token = self._page(OF_APPLICATIONS[run.walk], run, "updated_at")
        return self._people(self._calls.of("/v3/applications", "ids", _ids(rows, "application_id"))), token

    def _page(self, path: str, run: Run, changed: str, more: Mapping[str, str] | None = None) -> tuple[list[Row], str]:
        query = {"per_page": str(self._shape.page_size)} | dict(more or {})
        query |= {changed: f"gte|{run.since}"} if run.since else {}
        return self._calls.page(path, query, run.page)

    def _people(self, applications: Iterable[Row]) -> Pulled:
        """Applications with what belongs to them: a call of each kind for up to fifty."""
        rows = list(applications)
        people = {row["id"]: row for row in self._calls.of("/v3/candidates", "ids", _ids(rows, "candidate_id"))}
        found = sorted(
            self._calls.of("/v3/interviews", "application_ids", _ids(rows, "id")), key=lambda one: one["application_id"]
        )
        interviews = {key: list(some) for key, some in groupby(found, key=lambda one: one["application_id"])}
        documents = documents_of(self._calls, _ids(rows, "id"))
        feedback = feedback_of(self._calls, rows)
        made = (
            replace(
                self._candidate(row, people[row["candidate_id"]], interviews.get(row["id"], [])),
                documents=tuple(documents.get(row["id"], ())),
                feedback=tuple(feedback.get(row["candidate_id"], ())),
            )
            for row in rows
            if row["candidate_id"] in people
        )
        return Pulled(candidates=tuple(made))

    def _candidate(self, application: Row, person: Row, interviews: list[Row]) -> RemoteCandidate:
        interview = _next_one(interviews)
        own = self._shape.marker.partition("{}")[2]
        emails = [one for one in values(person, "email_addresses") if not one.endswith(own)]
        done = interview is not None and interview.get("status") == COMPLETE
        return RemoteCandidate(
            remote_id=str(application["id"]),
            name=whole(person),
            position_remote_id=str(application["job_id"]) if application.get("job_id") else None,
            email=next(iter(emails), ""),
            phone=next(iter(values(person, "phone_numbers")), ""),
            status=InterviewStatus.ASSESSED if done else InterviewStatus.SCHEDULED,
            interview_remote_id=f"{application['id']}.{interview['id']}" if interview else None,
            scheduled_at=interview.get("starts_at") if interview else None,
            time_zone=self._shape.time_zone,
            updated=str(application.get("last_activity_at") or application.get("updated_at") or ""),
            there=tuple(f"{application['id']}.{one['id']}" for one in interviews),
        )


def _position(job: Row, departments: Mapping[Any, str], post: Row | None) -> RemotePosition:
    texts = [plain(post.get("content")) if post else "", str(job.get("notes") or ""), *_own_fields(job)]
    return RemotePosition(
        remote_id=str(job["id"]),
        title=str(job["name"]),
        department=departments.get(job.get("department_id"), ""),
        description="\n\n".join(filter(None, texts)),
        updated=str(job.get("updated_at") or ""),
        deleted=job.get("status") == CLOSED,
    )


def _own_fields(job: Row) -> list[str]:
    """Fields of the company's own, as lines."""
    lines = []
    for name, field in (job.get("custom_fields") or {}).items():
        value = field.get("value") if isinstance(field, dict) else field
        title = field.get("name", name) if isinstance(field, dict) else name
        said = ", ".join(map(str, value)) if isinstance(value, list) else value
        if isinstance(said, str | int | float) and not isinstance(said, bool) and said != "":
            lines.append(f"{title}: {said}")
    return lines


def _next_one(interviews: list[Row]) -> Row | None:
    """The first interview that is not complete, else the last one; None = there is none."""
    inorder = sorted(interviews, key=lambda one: str(one.get("starts_at") or ""))
    going_on = (one for one in inorder if one.get("status") != COMPLETE)
    return next(going_on, inorder[-1] if inorder else None)


def _ids(rows: Iterable[Row], name: str) -> list[Any]:
    return [row[name] for row in rows if row.get(name) is not None]
