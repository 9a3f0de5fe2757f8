"""Tests a connection step by step, and tells of each step whether it is good; what is wrong is a known failure."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from sync.auth import ServerClock
from sync.client import Exchange
from sync.failures import (
    AccountUnauthorized,
    AddressInvalid,
    AskingRejected,
    CertificateExpiredHere,
    CertificateUnshown,
    CertificateUnusable,
    CertificateWanted,
    ClockWrong,
    GivenUnauthorized,
    HostUnknown,
    MappingBroken,
    ProfileInvalid,
    RemoteFailure,
    RemoteNonsense,
    RemoteRejected,
    RemoteUnauthorized,
    RemoteUnreachable,
    RemoteUntrusted,
    RightMissing,
    SecretMissing,
    SystemUnlike,
    path_unknown,
)
from sync.secrets import given_by
from sync.system import HrSystem

MAX_SKEW_S = 300.0
"""Signatures are refused beyond this."""
MAX_PAGES, MAX_COUNTING_S, MAX_LOOKING_S = 20, 4.0, 15.0
"""Pages and seconds for counting; so long it goes on where no candidate has come yet: some systems list them last."""


class Step(StrEnum):
    """What is looked at, in this order."""

    ADDRESS = "address"
    CONNECTION = "connection"
    CERTIFICATE = "certificate"
    SYSTEM = "system"
    CLOCK = "clock"
    KEY = "key"
    RIGHTS = "rights"
    FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the key lets see. `more` = there is more than was counted."""

    name: str
    positions: int
    candidates: int
    more: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One step. `failure` None = it is good; `seen` with the rights; `needed` False: nothing had to be looked at."""

    step: Step
    failure: RemoteFailure | None = None
    seen: Seen | None = None
    needed: bool = True


Open = Callable[[ServerClock, Callable[[Exchange], None]], HrSystem]
"""Connects as the product does. Raises what is wrong before anything is sent."""


def diagnose(connect: Open) -> Iterator[Finding]:
    """Each step as it is found, up to the first that makes the next ones senseless. The clock alone ends nothing."""
    clock, last = ServerClock(), _Last()
    try:
        system = connect(clock, last)
    except RemoteFailure as failure:
        yield Finding(_before_sending(failure), failure)
        return
    try:
        yield from _steps(system, clock, last)
    finally:
        system.close()


def _steps(system: HrSystem, clock: ServerClock, last: _Last) -> Iterator[Finding]:
    failure = _in_health(_failure_of(system.health, last), system, last)
    ends = _step_of(failure) if failure else None
    for step in (Step.ADDRESS, Step.CONNECTION, Step.CERTIFICATE, Step.SYSTEM):
        if step is ends:
            yield Finding(step, failure)
            return
        yield Finding(step, needed=step is not Step.CERTIFICATE or system.address.base.startswith("https"))
    yield Finding(Step.CLOCK, _wrong_clock(system, clock))
    if failure is None:
        failure = _failure_of(system.check, last)
        ends = _step_of(failure) if failure else None
    if failure is not None and _for_a_token(system, last):
        ends = Step.KEY
    if ends is Step.KEY:
        yield Finding(Step.KEY, _of_both(failure, system))
        return
    yield Finding(Step.KEY)
    if failure is not None and ends is not Step.FIELDS:
        yield Finding(Step.RIGHTS, failure)
        return
    yield _rights(system, last)
    yield Finding(Step.FIELDS, failure)


def _rights(system: HrSystem, last: _Last) -> Finding:
    """What can be seen with the key, as far as a few pages and seconds go."""
    positions, candidates = set[str](), set[str]()  # a page may bring again what an earlier one had
    cursor, more, began = "", True, time.monotonic()
    for _ in range(MAX_PAGES):
        try:
            page = system.changes(cursor)
        except RemoteFailure as failure:
            return Finding(Step.RIGHTS, path_unknown(failure, last.path))
        positions |= {one.remote_id for one in page.positions if not one.deleted}
        candidates |= {one.remote_id for one in page.candidates if not one.deleted}
        cursor, more = page.cursor, page.more
        if not more or time.monotonic() - began > (MAX_COUNTING_S if candidates else MAX_LOOKING_S):
            break
    name = getattr(system, "system_name", "")
    return Finding(Step.RIGHTS, seen=Seen(name, len(positions), len(candidates), more))


def _failure_of(call: Callable[[], None], last: _Last) -> RemoteFailure | None:
    try:
        call()
    except RemoteFailure as failure:
        told = path_unknown(failure, last.path)
        return AskingRejected(**failure.params) if type(told) is RemoteRejected else told
    return None


def _in_health(failure: RemoteFailure | None, system: HrSystem, last: _Last) -> RemoteFailure | None:
    """What it means that the system does not even answer as it does to anybody."""
    if type(failure) is RemoteNonsense:
        return SystemUnlike(host=system.address.host, path=last.path)
    if type(failure) is CertificateWanted and not system.profile.shape.auth.wants_certificate:
        return CertificateUnshown(**failure.params)
    return failure


def _for_a_token(system: HrSystem, last: _Last) -> bool:
    """Whether the last call was the one for a token."""
    auth = system.profile.shape.auth
    return auth.kind == "token" and last.path == (urlsplit(auth.token.url).path or "/")


def _of_both(failure: RemoteFailure | None, system: HrSystem) -> RemoteFailure | None:
    """A refused key, with the account that is shown beside it, or with where it came from."""
    if type(failure) is RemoteUnauthorized and system.profile.shape.auth.wants_account:
        return AccountUnauthorized(**failure.params)
    if type(failure) is RemoteUnauthorized and given_by():
        return GivenUnauthorized(**failure.params, variable=given_by())
    return failure


def _before_sending(failure: RemoteFailure) -> Step:
    if isinstance(failure, AddressInvalid):
        return Step.ADDRESS
    if isinstance(failure, CertificateUnusable | CertificateExpiredHere):
        return Step.CERTIFICATE
    return Step.SYSTEM if isinstance(failure, ProfileInvalid) else Step.KEY


def _step_of(failure: RemoteFailure) -> Step:
    """Where a failure of a call belongs."""
    places: tuple[tuple[type[RemoteFailure] | tuple[type[RemoteFailure], ...], Step], ...] = (
        (HostUnknown, Step.ADDRESS),
        (RemoteUnreachable, Step.CONNECTION),
        (RemoteUntrusted, Step.CERTIFICATE),
        (RightMissing, Step.RIGHTS),
        ((RemoteUnauthorized, SecretMissing), Step.KEY),
        (MappingBroken, Step.FIELDS),
    )
    return next((step for kind, step in places if isinstance(failure, kind)), Step.SYSTEM)


def _wrong_clock(system: HrSystem, clock: ServerClock) -> ClockWrong | None:
    if abs(clock.skew_s) <= MAX_SKEW_S:
        return None
    here = datetime.fromtimestamp(clock.local(), UTC).astimezone()
    there = datetime.fromtimestamp(clock.now(), UTC).astimezone()
    minutes = round(abs(clock.skew_s) / 60)
    return ClockWrong(host=system.address.host, minutes=minutes, here=f"{here:%H:%M}", there=f"{there:%H:%M}")


class _Last:
    """Remembers which path was called last."""

    path = ""

    def __call__(self, exchange: Exchange) -> None:
        self.path = exchange.path
