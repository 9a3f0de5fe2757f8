"""What the mapping editor asks for: profile, the company's fields as last read, previews, a dry run, and saving.

What needs the HR system runs in a thread of its own; the answer comes through `post`, on the caller's thread.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from analysis.failures import Failure
from app import profiles, text
from app.known_fields import KnownFields as KnownFields
from app.known_fields import keep_fields, known_fields
from app.mapping_words import BROKEN, named
from app.settings import SettingsFile
from app.store import Library
from app.sync_service import Post, SyncService
from app.sync_state import entry as entry_of
from sync import listing
from sync.catalogue import Catalogue
from sync.failures import MappingBroken, RemoteFailure
from sync.mapping import Entry, check
from sync.outbox import Item, Kind, State
from sync.profile import Profile
from sync.system import HrSystem, Request

DRAFT = "mapping_draft"
EXAMPLES = 50
"""So many signed assessments can be chosen as the example, the newest."""


@dataclass(frozen=True, slots=True)
class Example:
    """A signed assessment that can be shown in a preview."""

    external_id: str
    title: str
    signed: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a dry run: what was tried ("connection", "key", "fields", "mapping"), and how it went. `good` None =
    it was not tried."""

    name: str
    good: bool | None
    sentence: str


@dataclass(frozen=True, slots=True)
class WouldSend:
    """One waiting item of a dry run: its calls, or why it would not be sent."""

    title: str
    requests: tuple[Request, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """Everything but writing: the steps, and what would be sent."""

    steps: tuple[Step, ...]
    items: tuple[WouldSend, ...] = ()

    @property
    def good(self) -> bool:
        """Whether everything went well."""
        return all(step.good for step in self.steps) and not any(item.problem for item in self.items)


Told = RemoteFailure | Failure | None
STEPS = ("connection", "key", "fields", "mapping")


class MappingDesk:
    """The mapping of one library's profile. Methods that take `done` answer later, the others at once."""

    def __init__(self, library: Library, settings: SettingsFile, service: SyncService, post: Post) -> None:
        self._library, self._settings, self._service, self._post = library, settings, service, post

    @property
    def read_only(self) -> bool:
        """Whether another program writes the library: nothing can be kept."""
        return self._library.read_only

    # The profile

    def profile(self) -> Profile:
        """The chosen profile. ProfileInvalid."""
        return self._service.profile()

    def is_own(self) -> bool:
        """Whether the chosen profile is the company's own, so that saving changes it in place."""
        return profiles.is_own(self._settings.values.ehr_profile, self._settings.profiles)

    def save(self, entries: tuple[Entry, ...]) -> Profile:
        """Keep a mapping in the own profile, or in an own copy of a shipped one, then chosen. ProfileInvalid."""
        profile, folder = self.profile(), self._settings.profiles
        own = profile if self.is_own() else profiles.own_copy(profile, folder)
        saved = profiles.save(profiles.with_mapping(own, entries), folder)
        self._settings.change(ehr_profile=saved.name)
        self._library.record("mapping_saved", saved.name)
        return saved

    def keep_draft(self, entries: tuple[Entry, ...] | None) -> None:
        """Keep what is not saved while the window closes; None = there is nothing."""
        layout = {name: value for name, value in self._settings.values.layout.items() if name != DRAFT}
        if entries is not None:
            profile = self._settings.values.ehr_profile
            layout[DRAFT] = {"profile": profile, "entries": msgspec.to_builtins(entries)}
        if layout != self._settings.values.layout and not self.read_only:
            self._settings.change(layout=layout)

    def kept_draft(self) -> tuple[Entry, ...] | None:
        """What was not saved when the window closed, where it belongs to the chosen profile."""
        kept = self._settings.values.layout.get(DRAFT)
        if not isinstance(kept, dict) or kept.get("profile") != self._settings.values.ehr_profile:
            return None
        try:
            return msgspec.convert(kept.get("entries"), tuple[Entry, ...])
        except msgspec.ValidationError:
            return None

    def import_file(self, path: Path) -> Profile:
        """Take over a profile file and choose it. ProfileInvalid."""
        taken = profiles.import_profile(path, self._settings.profiles)
        self._settings.change(ehr_profile=taken.name)
        return taken

    def export_file(self, entries: tuple[Entry, ...], path: Path) -> None:
        """Write the profile with this mapping to a file for somebody else. ProfileInvalid."""
        profiles.export_profile(profiles.with_mapping(self.profile(), entries), path)

    # The company's fields

    def known(self) -> KnownFields | None:
        """The company's fields as they were last read, also offline; None = never read."""
        return known_fields(self._library, self._service.address)

    def read_fields(self, done: Callable[[KnownFields | None, Told], None]) -> None:
        """Read the company's fields anew."""
        self._beside(self._fetched, done)

    def _fetched(self) -> KnownFields:
        system = self._service.speaking()
        try:
            return self._kept(system.catalogue())
        finally:
            system.close()

    def _kept(self, catalogue: Catalogue) -> KnownFields:
        return keep_fields(self._library, self._service.address, catalogue, self._service.clock)

    # Examples, previews, the dry run

    def examples(self) -> tuple[Example, ...]:
        """Signed assessments, the newest first."""
        with self._library.reading() as session:
            found = [item for item in listing.items(session) if item.kind is Kind.ASSESSMENT and not item.pruned]
        newest = sorted(found, key=lambda item: -item.seq)[:EXAMPLES]
        return tuple(Example(item.external_id, _title(item), item.payload) for item in newest)

    def dimensions(self, examples: tuple[Example, ...]) -> dict[str, str]:
        """The titles of all dimensions by id: of the library's templates, and of what was signed."""
        found: dict[str, str] = {}
        for template_id in {position.template_id for position in self._library.positions()} | {"default"}:
            for dimension in self._library.template(template_id).dimensions:
                found.setdefault(dimension.id, dimension.title.in_(text.language()))
        for one in examples:
            for told in json.loads(one.signed)["dimensions"]:
                found.setdefault(str(told["id"]), str(told["title"]))
        return found

    def preview(
        self, entries: tuple[Entry, ...], chosen: Example, done: Callable[[tuple[Request, ...] | None, Told], None]
    ) -> None:
        """Exactly what would be sent for a signed assessment."""

        def work() -> tuple[Request, ...]:
            system = self._service.speaking(profiles.with_mapping(self.profile(), entries))
            try:
                return system.preview(chosen.external_id, chosen.signed)
            finally:
                system.close()

        self._beside(work, done)

    def dry_run(self, entries: tuple[Entry, ...], done: Callable[[DryRun | None, Told], None]) -> None:
        """Everything but writing, for all that waits."""
        self._beside(lambda: self._tried(entries), done)

    def _tried(self, entries: tuple[Entry, ...]) -> DryRun:
        profile = profiles.with_mapping(self.profile(), entries)
        system = self._service.speaking(profile)
        plain = self._service.speaking(profiles.with_mapping(profile, ()) if _may_be_plain(profile) else profile)
        steps: list[Step] = []
        try:
            found: list[Catalogue] = []
            tries: dict[str, Callable[[], object]] = {
                "connection": system.health,
                "key": plain.check,
                "fields": lambda: found.append(self._kept(system.catalogue()).catalogue),
                "mapping": lambda: _check(entries, found[0], system),
            }
            for name in STEPS:
                steps.append(self._step(name, tries[name], skip=any(step.good is False for step in steps)))
            reached = all(step.good for step in steps[:3])
            waiting = self._waiting() if reached else ()
            items = tuple(self._would_send(system, entries, found[0], item) for item in waiting)
            return DryRun(tuple(steps), items)
        finally:
            plain.close()
            system.close()

    def _waiting(self) -> list[Item]:
        """Assessments that the mapping concerns: those that are to be sent from here, and those that it stopped."""
        with self._library.reading() as session:
            found = listing.unfinished(session, Kind.ASSESSMENT)
        waits = [item for item in found if item.state in (State.PENDING, State.INFLIGHT) or _by_mapping(item)]
        return sorted(waits, key=lambda item: item.seq)

    def _would_send(self, system: HrSystem, entries: tuple[Entry, ...], catalogue: Catalogue, item: Item) -> WouldSend:
        try:
            _check(entries, catalogue, system)
            return WouldSend(_title(item), system.preview(item.external_id, item.payload), "")
        except RemoteFailure as failure:
            return WouldSend(_title(item), (), self._sentence(failure))

    def _step(self, name: str, work: Callable[[], object], *, skip: bool) -> Step:
        if skip:
            return Step(name, None, text.tr("mapping.step_not_tried"))
        try:
            work()
        except (RemoteFailure, Failure) as failure:
            return Step(name, False, self._sentence(failure))
        return Step(name, True, text.tr(f"mapping.step_{name}_good"))

    def _sentence(self, failure: RemoteFailure | Failure) -> str:
        """A failure with the names of fields in place of their ids."""
        if not isinstance(failure, MappingBroken):
            return text.sentence(failure)
        return text.sentence(named(failure, self.known(), self.dimensions(())))

    # What the mapping stopped

    def stopped(self) -> int:
        """How many items wait for a person because the mapping did not fit."""
        return len(self._stopped())

    def send_stopped(self) -> int:
        """Send them again; gives how many."""
        stopped = self._stopped()
        for item in stopped:
            self._service.resend(item.op_id)
        return len(stopped)

    def _stopped(self) -> list[Item]:
        return [item for item in self._waiting() if item.state is State.DEAD and _by_mapping(item)]

    def _beside(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        def run() -> None:
            try:
                result = work()
            except (RemoteFailure, Failure) as failure:
                told = failure
                self._post(lambda: done(None, told))
            else:
                self._post(lambda: done(result, None))

        threading.Thread(target=run, name="mapping", daemon=True).start()


def _check(entries: tuple[Entry, ...], catalogue: Catalogue, system: HrSystem) -> None:
    """MappingBroken where an entry does not find its field; an HR system without a list of fields says nothing."""
    if catalogue.fields:
        check(entries, catalogue, system.address.host)


def _title(item: Item) -> str:
    return entry_of(item, "", "").title


def _by_mapping(item: Item) -> bool:
    return bool(item.last_error) and str(item.last_error).startswith(BROKEN)


def _may_be_plain(profile: Profile) -> bool:
    """Whether the profile says enough without a mapping, so that the key can be tried on its own."""
    return not msgspec.structs.replace(profile.shape, mapping=()).wrong()
