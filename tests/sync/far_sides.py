"""HR systems that the contract suite runs against: how each is reached, made to misbehave, and looked into from behind.

A system joins by a class that is a `FarSide` and one line in `SYSTEMS`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import msgspec

from sync.address import Address
from sync.auth import Credentials
from sync.client import Exchange
from sync.dialects import connect
from sync.dialects.notes import mark_in
from sync.mapping import Entry
from sync.profile import Profile, shipped_profile
from sync.sandbox.faces.feishu import app_id
from sync.sandbox.faces.feishu_imports import APPLICATION, ASSESSMENT
from sync.sandbox.faces.feishu_imports import NOTE as FEISHU_NOTE
from sync.sandbox.faces.greenhouse import NOTE, client_id
from sync.sandbox.faces.greenhouse_rows import Rows, number
from sync.sandbox.server import Sandbox
from sync.system import HrSystem
from sync.waits import COMMON
from tests.sync.ehr import CONTRACT, feishu_with


@dataclass(frozen=True)
class Arrived:
    """One result as the HR system holds it. What arrived twice is in the list twice."""

    external_id: str
    summary: str


class Twice(StrEnum):
    """What an HR system does with a write that reaches it twice, where nobody here sent it twice."""

    NOTHING = "nothing"
    SAME = "same"
    """The same change once more, which its history has twice."""
    DOUBLED = "doubled"
    """A second one: it knows no key, and nothing of it can be taken back."""


class FarSide(Protocol):
    """One HR system. Everything but `hr` looks into it, or changes it, past the calls that the product makes."""

    twice: Twice

    def hr(self, **more) -> HrSystem:
        """A connection as the product makes it; `more` goes to `sync.dialects.connect`."""

    def misbehave(self, faults: str) -> bool:
        """Put faults (`sync.sandbox.faults`) in force, "" = none; False = this system cannot be made to."""

    def misbehaved(self) -> bool:
        """Whether any fault happened since they were put in force."""

    def arrived(self) -> list[Arrived]:
        """Every result that it holds from here."""

    def notes(self) -> list[str]:
        """The text of every note beside a result that it has from here, as people read it."""

    def moves(self, interview_id: str) -> list[str]:
        """The statuses (in our words) that our interview came to, oldest first."""

    def registered(self) -> list[str]:
        """Our ids of the interviews that it has from here; one that is there twice is listed twice."""

    def somebody_moves(self, interview_id: str, target: str) -> None:
        """A person moves our interview, which is registered, to a later status."""

    def card(self, ours: str) -> str:
        """The name on a card of the field that our `summary`, or our `composite`, goes to."""

    def composite(self, value: float) -> object:
        """A composite score as it is told there."""

    def standing(self, assessment_id: str) -> dict[str, object]:
        """`summary` and `composite` of an assessment's result as people see it there."""

    def somebody_writes(self, assessment_id: str, **values: object) -> None:
        """A person there writes `summary` or `composite`."""

    def between(self, then: Callable[[], None]) -> HrSystem | None:
        """A connection during whose next delivery `then` happens, once, after the result that stands there was read;
        None = this system has no writing that depends on what was read."""

    def lose_field(self) -> HrSystem:
        """A connection that maps to a field of the company, which a person has just renamed or taken away."""

    def positions(self) -> dict[str, str]:
        """Remote id → title of every position that is not deleted."""

    def rename_position(self, remote_id: str, title: str) -> None:
        """A person renames a position."""

    def delete_position(self, remote_id: str) -> None:
        """A person deletes a position."""


class SandboxSide:
    """The sandbox EHR by one of its tongues, which are all about the same store."""

    twice = Twice.NOTHING

    def __init__(self, sandbox: Sandbox, profile: str, below: str = "", account: str = "") -> None:
        self.sandbox, self._profile = sandbox, profile
        self._base, self._account = sandbox.url + below, account
        self._made: list[HrSystem] = []

    def close(self) -> None:
        for system in self._made:
            system.close()

    def hr(self, profile: Profile | None = None, **more) -> HrSystem:
        key = self.sandbox.key
        credentials = Credentials(lambda: key, self._account)
        spoken = profile or shipped_profile(self._profile)
        self._made.append(connect(Address.parse(self._base), spoken, credentials, **more))
        return self._made[-1]

    def misbehave(self, faults: str) -> bool:
        self.sandbox.faults.set(faults)
        return True

    def misbehaved(self) -> bool:
        return bool(self.sandbox.faults.seen)

    def arrived(self) -> list[Arrived]:
        held = reversed(self.sandbox.store.assessments())
        return [Arrived(one.external_id, json.loads(one.body)["summary"]) for one in held]

    def notes(self) -> list[str]:
        return [json.loads(one["body"])["text"] for one in self.sandbox.store.notes()]

    def moves(self, interview_id: str) -> list[str]:
        there = self._interview(interview_id)
        return [move["target"] for move in self.sandbox.store.moves() if move["interview_id"] == there]

    def registered(self) -> list[str]:
        return [one["client_id"] for one in self.sandbox.store.interviews() if one["client_id"]]

    def somebody_moves(self, interview_id: str, target: str) -> None:
        there = self._interview(interview_id)
        stands = self.sandbox.store.interview(there)["status"]
        self.sandbox.store.move(there, stands, target, "2026-01-01T00:00:00Z", f"somebody-{target}", target)

    STANDING = "/v1/results/"
    OWN = Entry("composite", "custom_fields.communication", "integer", (0, 10, 1, 5))

    def card(self, ours: str) -> str:
        return ours

    def composite(self, value: float) -> object:
        return value

    def standing(self, assessment_id: str) -> dict[str, object]:
        stands = self.sandbox.store.standing(assessment_id).body
        return {name: stands[name] for name in ("summary", "composite")}

    def somebody_writes(self, assessment_id: str, **values: object) -> None:
        self.sandbox.store.edit_result(assessment_id, values)

    def between(self, then: Callable[[], None]) -> HrSystem | None:
        todo = [then]

        def read(exchange: Exchange) -> None:
            if self.STANDING in exchange.path and todo:
                todo.pop()()

        return self.hr(record=read)

    def lose_field(self) -> HrSystem:
        self.sandbox.faults.set("field_renamed")
        shape = shipped_profile(self._profile).shape
        return self.hr(profile=Profile(msgspec.structs.replace(shape, mapping=(self.OWN,))))

    def positions(self) -> dict[str, str]:
        return {one["id"]: one["title"] for one in self.sandbox.store.all("position")}

    def rename_position(self, remote_id: str, title: str) -> None:
        self._put_position(remote_id, {"title": title})

    def delete_position(self, remote_id: str) -> None:
        self._put_position(remote_id, {}, deleted=True)

    def _put_position(self, remote_id: str, changes: dict[str, object], *, deleted: bool = False) -> None:
        there = self.sandbox.store.entity("position", remote_id)
        body = {name: value for name, value in there.items() if name not in ("id", "updated", "deleted")}
        self.sandbox.store.put("position", remote_id, body | changes, deleted=deleted)

    def _interview(self, interview_id: str) -> str:
        return next(one["id"] for one in self.sandbox.store.interviews() if one["client_id"] == interview_id)


class IhrSide(SandboxSide):
    """The sandbox as an HR system of the kind that i人事 is."""

    STANDING = "/evaluations/current"
    OWN = Entry("composite", "customFields.communication", "integer", (0, 10, 1, 5))


class FeishuSide(SandboxSide):
    """The sandbox as Feishu Hire. What came to it from here are external applications and assessments."""

    twice = Twice.SAME

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox, "feishu", account=app_id(sandbox.key))

    def arrived(self) -> list[Arrived]:
        versions = [one for kept in self.sandbox.store.documents(ASSESSMENT) for one in kept["versions"]]
        marks = [one["assessment_dimension_list"][-1]["content"].split()[0] for one in versions]
        return [Arrived(mark, one["content"]) for mark, one in zip(marks, versions, strict=True)]

    def registered(self) -> list[str]:
        return [one["external_id"] for one in self.sandbox.store.documents(APPLICATION)]

    def notes(self) -> list[str]:
        return [one["content"] for one in self.sandbox.store.documents(FEISHU_NOTE)]

    def card(self, ours: str) -> str:
        return {"summary": "content", "composite": "综合得分"}[ours]

    def composite(self, value: float) -> object:
        return round(value * 10)

    def standing(self, assessment_id: str) -> dict[str, object]:
        kept = self._kept(assessment_id)
        scores = {one["title"]: one.get("score") for one in kept["assessment_dimension_list"]}
        return {"summary": kept["content"], "composite": scores["综合得分"]}

    def somebody_writes(self, assessment_id: str, **values: object) -> None:
        kept = self._kept(assessment_id)
        changed = dict[str, object]()
        if "summary" in values:
            changed["content"] = values["summary"]
        if "composite" in values:
            entries = kept["assessment_dimension_list"]
            changed["assessment_dimension_list"] = [
                one | {"score": values["composite"]} if one["title"] == "综合得分" else one for one in entries
            ]
        self.sandbox.store.put_document(ASSESSMENT, kept["id"], kept | changed)

    def between(self, then: Callable[[], None]) -> HrSystem | None:
        return None

    def lose_field(self) -> HrSystem:
        self.sandbox.store.put_document("feishu_field", "field-note", {"id": "field-note", "gone": True})
        return self.hr(profile=feishu_with(mapping=(Entry("summary", "field-note", "text"),)))

    def _kept(self, assessment_id: str) -> dict[str, object]:
        kept = self.sandbox.store.documents(ASSESSMENT)
        return next(one for one in kept if one["external_id"] == assessment_id)


class GreenhouseSide(SandboxSide):
    """The sandbox as Greenhouse: results are notes, interviews from here are candidates with an address of ours."""

    twice = Twice.DOUBLED

    def __init__(self, sandbox: Sandbox, mapping: tuple[Entry, ...] = ()) -> None:
        super().__init__(sandbox, "greenhouse", "/greenhouse", client_id(sandbox.key))
        self._mapping = mapping

    OWN = (
        Entry("summary", "candidate.remarks", "text"),
        Entry("composite", "candidate.total_score", "number"),
        Entry("dimensions.communication.combined", "candidate.communication", "integer", (0, 10, 1, 5)),
    )

    def hr(self, profile: Profile | None = None, **more) -> HrSystem:
        return super().hr(profile or greenhouse_here(mapping=self._mapping), **more)

    def card(self, ours: str) -> str:
        return {"summary": "candidate.remarks", "composite": "candidate.total_score"}[ours]

    def standing(self, assessment_id: str) -> dict[str, object]:
        own = Rows(self.sandbox.store).own("candidate", self._person(assessment_id))
        return {"summary": own["remarks"], "composite": own["total_score"]}

    def somebody_writes(self, assessment_id: str, **values: object) -> None:
        named = {"summary": "remarks", "composite": "total_score"}
        own = {named[name]: value for name, value in values.items()}
        Rows(self.sandbox.store).write_own("candidate", self._person(assessment_id), own)

    def between(self, then: Callable[[], None]) -> HrSystem | None:
        return None

    def lose_field(self) -> HrSystem:
        self.sandbox.faults.set("field_renamed")
        return self.hr()

    def _person(self, assessment_id: str) -> int:
        notes = self.sandbox.store.documents(NOTE)
        return next(int(one["candidate_id"]) for one in notes if f" {assessment_id}:" in one["body"])

    def arrived(self) -> list[Arrived]:
        notes = [one.splitlines() for one in self._feed() if mark_in(one) is None]
        return [Arrived(lines[-1].split()[-2], lines[lines.index("Summary") + 1]) for lines in notes]

    def notes(self) -> list[str]:
        return [one for one in self._feed() if mark_in(one) is not None]

    def _feed(self) -> list[str]:
        return [one["body"] for one in self.sandbox.store.documents(NOTE)]

    def moves(self, interview_id: str) -> list[str]:
        return []

    def registered(self) -> list[str]:
        emails = [one["email"] for one in self.sandbox.store.all("candidate")]
        return [one.partition("@")[0] for one in emails if one.endswith("@interview.invalid")]

    def positions(self) -> dict[str, str]:
        return {str(number("job", one)): title for one, title in super().positions().items()}

    def _put_position(self, remote_id: str, changes: dict[str, object], *, deleted: bool = False) -> None:
        known = {str(number("job", one["id"])): one["id"] for one in self.sandbox.store.all("position")}
        super()._put_position(known[remote_id], changes, deleted=deleted)


def greenhouse_here(**changes) -> Profile:
    """The shipped profile for Greenhouse, with the token got where everything else is."""
    shape = shipped_profile("greenhouse").shape
    token = msgspec.structs.replace(shape.auth.token, url="/auth/token")
    auth = msgspec.structs.replace(shape.auth, token=token)
    return Profile(msgspec.structs.replace(shape, **{"auth": auth} | changes))


class MokaSide(SandboxSide):
    """The sandbox as Moka, which is only read. The limit of its calls is left out."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox, "moka", "/moka")

    def hr(self, profile: Profile | None = None, account: str = "", **more) -> HrSystem:
        key = self.sandbox.key
        shape = msgspec.structs.replace(shipped_profile("moka").shape, limits=COMMON)
        credentials = Credentials(lambda: key, account)
        made = connect(Address.parse(self._base), profile or Profile(shape), credentials, **more)
        self._made.append(made)
        return made


def sandbox_side(make: Callable[[Sandbox], SandboxSide]) -> Callable[[Path], AbstractContextManager[FarSide]]:
    """Opens the sandbox in a folder, as the system that `make` makes of it, spoken to as a shipped profile says."""

    @contextmanager
    def opened(folder: Path) -> Iterator[FarSide]:
        with Sandbox(CONTRACT, folder / "far") as sandbox:
            side = make(sandbox)
            yield side
            side.close()

    return opened


def ihr_side(profile: str) -> Callable[[Path], AbstractContextManager[FarSide]]:
    """The same by the tongue of i人事, with an account."""
    return sandbox_side(lambda sandbox: IhrSide(sandbox, profile, "/ihr", "mianjian"))


SYSTEMS: dict[str, Callable[[Path], AbstractContextManager[FarSide]]] = {
    "sandbox": sandbox_side(lambda sandbox: SandboxSide(sandbox, "sandbox")),
    "ihr": ihr_side("ihr"),
    "ihr-signed": ihr_side("ihr-signed"),
    "feishu": sandbox_side(FeishuSide),
    "greenhouse": sandbox_side(lambda sandbox: GreenhouseSide(sandbox, GreenhouseSide.OWN)),
    "moka": sandbox_side(MokaSide),
}
"""Opens a system for one test, with a folder of its own. It calls `pytest.skip` where the system cannot be had."""
