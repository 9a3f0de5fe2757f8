"""Moka as the product asks for it; see `sync.system.HrSystem` for what each method promises.

Bodies are judged before HTTP: a wrong key is HTTP 500 there, with a code and words in the body. An application is a
candidate here, for it is what one person's interviews for one job hang on.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from sync.address import Address
from sync.catalogue import Catalogue
from sync.client import Answer, Wire, unsure
from sync.contract import InterviewStatus, Pulled, RemoteCandidate, RemotePosition
from sync.dialects.moka.shape import MokaShape
from sync.dialects.runs import Run, begun, fresh
from sync.failures import CursorUnknown, LoginPage, RemoteNonsense, RemoteRejected, RemoteUnauthorized
from sync.profile import Profile
from sync.system import Agreed, Delivered, Move, Request

Row = dict[str, Any]
JOBS, APPLICATIONS = "/v1/jobs/getJobs", "/v2/data/ehrApplications"
PEOPLE = "applications"
JOBS_A_PAGE, PEOPLE_A_PAGE = 30, 20
"""As many rows as Moka gives at once."""
OK = (0, 200)
NO_KEY = ("认证", "apiKey")
"""What the words say where the key is missing or wrong."""
CLOSED, DONE, CANCELLED = "closed", "已结束", "已取消"


class MokaSystem:
    """Speaks to one Moka."""

    def __init__(self, wire: Wire, profile: Profile) -> None:
        assert isinstance(profile.shape, MokaShape)
        self.profile, self._wire, self._shape = profile, wire, profile.shape
        self.address: Address = wire.address
        self._lists = (*profile.shape.hire_modes, PEOPLE)

    def close(self) -> None:
        """Close all connections."""
        self._wire.close()

    def health(self) -> None:
        """Whether Moka answers at all: without a key it says so in its envelope."""
        answer = self._wire.send("POST", JOBS, body=b"{}", open_to_all=True)
        if not isinstance(self._wire.json(answer).get("code"), int):
            raise RemoteNonsense(host=self._wire.host)

    def check(self) -> None:
        """Whether address and key serve, and both lists may be read."""
        self.health()
        self.changes("")
        self._asked(APPLICATIONS, {"limit": 1, "needAttachment": False})

    def changes(self, cursor: str) -> Pulled:
        """One page of changes after a cursor."""
        try:
            run = begun(cursor, self._lists, self._wire.clock.now(), self._shape.overlap_s)
        except ValueError as error:
            raise CursorUnknown(host=self._wire.host) from error
        try:
            page, token = self._people(run) if run.walk == PEOPLE else self._jobs(run)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise RemoteNonsense(host=self._wire.host) from error
        page, now = fresh(run, page, self._shape.overlap_s)
        run = run.following(token, now, self._lists)
        return replace(page, cursor=run.cursor(), more=bool(run.walk))

    def register_interview(self, body: bytes, operation: str) -> str:
        """Moka takes none."""
        del body, operation
        self._refuse()

    def move_status(self, remote_id: str, move: Move, operation: str) -> None:
        """Moka is not told of any."""
        del remote_id, move, operation
        self._refuse()

    def put_assessment(self, external_id: str, signed: bytes, operation: str, agreed: Agreed) -> Delivered:
        """Moka takes none."""
        del external_id, signed, operation, agreed
        self._refuse()

    def held_assessment(self, external_id: str, signed: bytes) -> Delivered | None:
        """Moka has none from here."""
        del external_id, signed
        return None

    def catalogue(self) -> Catalogue:
        """Nothing: no result goes there."""
        return Catalogue()

    def preview(self, external_id: str, signed: bytes) -> tuple[Request, ...]:
        """Nothing would be sent."""
        del external_id, signed
        return ()

    def _refuse(self) -> NoReturn:
        raise RemoteRejected(host=self._wire.host, status=405, detail="Moka takes no results from outside.")

    def _jobs(self, run: Run) -> tuple[Pulled, str]:
        """By number of the first row; what is asked for by day comes again and is left out."""
        begin = int(run.page or 0)
        wanted: Row = {"hireMode": run.walk, "limit": JOBS_A_PAGE, "offset": begin}
        if run.since:
            day = datetime.fromisoformat(run.since).astimezone(ZoneInfo("Asia/Shanghai")) - timedelta(days=1)
            wanted["updatedFromAt"] = day.strftime("%Y-%m-%d")
        data = self._asked(JOBS, wanted)["data"]
        jobs = {str(job["id"]): job for job in data["jobs"]}  # one may be in the page twice
        following = begin + len(jobs)
        more = bool(jobs) and following < int(data["total"])
        return Pulled(positions=tuple(map(_position, jobs.values()))), str(following) if more else ""

    def _people(self, run: Run) -> tuple[Pulled, str]:
        """By `next`, which stands alone; the first time only those that are not archived."""
        wanted: Row = {"limit": PEOPLE_A_PAGE, "needAttachment": False}
        if run.page:
            wanted = {"next": run.page}
        elif run.since:
            wanted["updateAtStartTime"] = _written(run.since)
        else:
            wanted["archived"] = False
        said = self._asked(APPLICATIONS, wanted)
        following = str(said.get("next") or "")
        if following and following == run.page:
            raise ValueError(following)
        people = tuple(self._candidate(row) for row in said.get("data") or [])
        return Pulled(candidates=people), following

    def _candidate(self, row: Row) -> RemoteCandidate:
        basic = row["basicInfo"]
        job = basic.get("job") or row.get("job") or row.get("jobInfo") or {}
        rounds = row.get("interviewInfo") or []
        held = [one for one in ([rounds] if isinstance(rounds, dict) else rounds) if one.get("status") != CANCELLED]
        interview = _next_one(held)
        application = str(basic["applicationId"])
        done = interview is not None and interview.get("status") == DONE
        job_id = job.get("jobId") or job.get("id") or basic.get("jobId")
        return RemoteCandidate(
            remote_id=application,
            name=str(basic["name"]),
            position_remote_id=str(job_id) if job_id else None,
            email=str(basic.get("email") or ""),
            phone=str(basic.get("phone") or ""),
            status=InterviewStatus.ASSESSED if done else InterviewStatus.SCHEDULED,
            interview_remote_id=_id_of(application, interview) if interview else None,
            scheduled_at=_read(interview.get("startTime")) if interview else None,
            time_zone=self._shape.time_zone,
            updated=_read(basic.get("updatedAt")) or "",
            there=tuple(_id_of(application, one) for one in held),
        )

    def _asked(self, path: str, wanted: Row) -> Row:
        """A good answer, by the code in its body."""
        answer = self._wire.send("POST", path, body=json.dumps(wanted, ensure_ascii=False).encode())
        said = _decoded(answer)
        if said is None:
            if not answer.good:
                raise self._wire.failure_of(answer)
            raise unsure(LoginPage(host=self._wire.host) if answer.page else RemoteNonsense(host=self._wire.host))
        message = str(said.get("msg") or said.get("message") or "")
        if answer.good and said.get("code") in OK:
            return said
        if said.get("code") == -1 and any(word in message for word in NO_KEY):
            raise RemoteUnauthorized(host=self._wire.host)
        if answer.good:
            raise RemoteRejected(host=self._wire.host, status=422, detail=self._wire.plain(message))
        raise self._wire.failure_of(answer, message=message)


def _position(job: Row) -> RemotePosition:
    return RemotePosition(
        remote_id=str(job["id"]),
        title=str(job["title"]),
        department=str((job.get("department") or {}).get("name") or ""),
        description=str(job.get("description") or ""),
        updated=_read(job.get("updatedAt")) or "",
        deleted=job.get("status") == CLOSED,
    )


def _id_of(application: str, interview: Row) -> str:
    return f"{application}.{interview.get('id') or interview.get('round')}"


def _next_one(rounds: list[Row]) -> Row | None:
    """The first interview that is not over, else the last one; None = there is none."""
    inorder = sorted(rounds, key=lambda one: _read(one.get("startTime")) or "")
    return next((one for one in inorder if one.get("status") != DONE), inorder[-1] if inorder else None)


def _read(moment: object) -> str | None:
    """A time of Moka's, milliseconds or ISO 8601, as ISO 8601 in UTC; one without a zone is on Beijing's clocks."""
    if moment in (None, "", 0):
        return None
    if isinstance(moment, int | float) or str(moment).isdecimal():
        return datetime.fromtimestamp(float(str(moment)) / 1000, UTC).isoformat()
    read = datetime.fromisoformat(str(moment))
    return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo("Asia/Shanghai"))).astimezone(UTC).isoformat()


def _written(iso: str) -> str:
    """A time to ask from, in UTC. Should Moka read it on Beijing's clocks, it means eight hours earlier: more comes."""
    return datetime.fromisoformat(iso).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _decoded(answer: Answer) -> Row | None:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
