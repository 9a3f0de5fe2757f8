"""A package taken into the library: checked as a whole, then taken an interview after the other.

A transaction is short, so that whoever works in the window does not wait for it; each leaves the library consistent.
What is interrupted between two of them goes on when the package is taken again: what is here already is nothing new.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from analysis.failures import Cancelled
from app import text
from app.attaching import Attaching
from app.documents import Fetching
from app.failures import PackageDamaged, ReadOnly, TakenInPart
from app.handover.archive import Progress, opened
from app.handover.content import Content, read_content
from app.handover.identity import hear_of, library_id
from app.handover.package import Kind
from app.handover.phases import Phases
from app.handover.taking_added import TakingAdded
from app.handover.taking_files import Files, Placing, Staging
from app.handover.taking_rows import TakingRows
from app.handover.taking_steps import Step, steps
from app.outgoing import receiving
from app.store.importing import RunChild
from app.store.library import Library
from app.store.tables import PackageRow

COUNTED = (
    "position", "candidate", "interview", "signature", "comment", "consent", "outside_consent", "correction",
    "redaction", "recording", "analysis", "report", "note", "file", "feedback", "suggestion", "schedule_event", "said",
    "document", "template", "called_off", "receipt",
)  # fmt: skip
"""Kinds that a person counts."""
SLICE_S, MOST_S, PAUSE_S = 0.03, 0.12, 0.025
"""A transaction ends after the interview during which so much time has passed, and within a large one after the second
time; then others may write for as long as the third."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a package. `own` = it was made by this very library; `before` = it was taken already, then.

    `new`, `changed`, `same` and `cards` count rows by kind; `to_send` signed revisions that are sent from here now,
    `confirmed` items that arrived by way of the other library; `kept` recordings and `left` templates (their titles)
    were left in the package, because there is another one here, `redacted` rows and files because they are of a
    recording of which a stretch was redacted here.
    """

    id: str
    kind: Kind
    made: datetime
    by: str
    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    cards: Counter[str] = field(default_factory=Counter)
    to_send: int = 0
    confirmed: int = 0
    kept: int = 0
    left: tuple[str, ...] = ()
    redacted: int = 0
    own: bool = False
    before: datetime | None = None

    @property
    def nothing_new(self) -> bool:
        """Whether nothing changed here but lines of the audit."""
        told = {*self.new, *self.changed} - {"audit"}
        return not (told or self.cards or self.confirmed)


def take_package(
    library: Library,
    path: Path,
    passphrase: str = "",
    *,
    progress: Progress = lambda *_: None,
    stop: threading.Event | None = None,
    run_child: RunChild | None = None,
) -> Taken:
    """Take a package in. The same one again, or an older one after a newer, changes nothing.

    Raises ReadOnly, PackageDamaged, PackageNewer, PassphraseNeeded, PassphraseWrong, Cancelled; nothing of the package
    is here then. DiskFull, FolderNotWritable, LibraryBusy, TakenInPart (cancelled later): what is here is whole, and
    taking the package again goes on from there.
    """
    if library.read_only:
        raise ReadOnly
    stop, phases = stop or threading.Event(), Phases(progress)
    with opened(path, passphrase) as archive:
        archive.verify(phases.part(0.0, 0.15))
        content = read_content(archive, path.name)
        with library.session() as session:
            here = library_id(library, session)
            hear_of(session, content.manifest.system)
        if known := _known(library, content, here):
            _sweep(library)
            return known
        staging = Staging(library, archive, content, phases.part(0.15, 0.4), stop, run_child or _in_a_child())
        with staging.files() as files:
            return _Taking(library, content, files, here, path.name, phases.rest(), stop).take()


def _sweep(library: Library) -> None:
    """Remove made files that nothing waits for, also those that a try left that was interrupted, and analyses and
    reports of recordings of which a stretch was redacted elsewhere."""
    library.sweep_redacted()
    Attaching(library, library.session, time.time).sweep()


def _in_a_child() -> RunChild:
    from app.jobs import run_child

    return run_child


def _known(library: Library, content: Content, here: str) -> Taken | None:
    """What there is to say of a package that brings nothing: our own, or one that was taken before."""
    if content.manifest.library == here:
        return _taken(content, own=True)
    wanted = select(PackageRow.created).where(
        PackageRow.package_id == content.manifest.id, PackageRow.outgoing.is_(False)
    )
    with library.reading() as session:
        before = session.scalar(wanted.limit(1))
    return _taken(content, before=before) if before is not None else None


def _taken(content: Content, *, own: bool = False, before: datetime | None = None) -> Taken:
    manifest = content.manifest
    same = Counter({kind: len(rows) for kind, rows in content.rows.items() if rows})
    return Taken(manifest.id, manifest.kind, datetime.fromisoformat(manifest.made), manifest.by, same=same, own=own,
                 before=before)  # fmt: skip


class _Taking:
    """Takes the rows, in as many transactions as it needs."""

    def __init__(
        self, library: Library, content: Content, files: Files, here: str, name: str, progress: Progress,
        stop: threading.Event,
    ) -> None:  # fmt: skip
        self._library, self._content, self._files, self._name = library, content, files, name
        self._progress, self._stop = progress, stop
        self._rows = TakingRows(library, content, here)
        self._added, self._placing = TakingAdded(self._rows), Placing(library, files)
        self._steps = steps(content, self._rows, self._added, self._placing)
        self._at = 0

    def take(self) -> Taken:
        """Everything. The HR system knows what comes from the office: nothing of that is sent."""
        try:
            self._placing.recordings()
            while not (taken := self._slice()):
                self._breathe()
        except IntegrityError as contradictory:
            self._placing.undo()
            raise PackageDamaged(name=self._name, what=text.tr("package.rows")) from contradictory
        except BaseException:  # whatever stopped the rows, the files must not stay without them
            self._placing.undo()
            raise
        _sweep(self._library)
        if self._content.said:
            Fetching(self._library, self._library.session, time.time).sweep()
        return taken

    def _slice(self) -> Taken | None:
        """One transaction; gives what came of the package once all of it is here."""
        taken, begun = None, time.monotonic()
        with self._library.session() as session:
            self._rows.session = session
            with nullcontext() if self._content.is_results else receiving():
                while self._at < len(self._steps):
                    step = self._steps[self._at]
                    step.do()
                    self._at += 1
                    if self._is_enough(step, time.monotonic() - begun):
                        break
            if self._at == len(self._steps):
                taken = self._taken()
                _record(self._library, session, taken, self._content, self._name)
        self._placing.settle()
        return taken

    def _is_enough(self, step: Step, passed_s: float) -> bool:
        if self._at == len(self._steps):
            return False
        return (step.ends and passed_s > SLICE_S) or (step.cut and passed_s > MOST_S)

    def _breathe(self) -> None:
        """Let others write. Raises TakenInPart where somebody does not want the rest."""
        try:
            self._progress(self._at, len(self._steps))
        except Cancelled as cancelled:
            raise TakenInPart(name=self._name) from cancelled
        if self._stop.wait(PAUSE_S):
            raise TakenInPart(name=self._name)

    def _taken(self) -> Taken:
        tally, manifest = self._rows.tally, self._content.manifest
        return Taken(
            manifest.id, manifest.kind, datetime.fromisoformat(manifest.made), manifest.by, +tally.new,
            +tally.changed, +tally.same, +tally.cards, self._added.to_send, self._added.confirmed, self._files.kept,
            tuple(tally.left), tally.redacted,
        )  # fmt: skip


def _record(library: Library, session: Session, taken: Taken, content: Content, name: str) -> None:
    session.add(
        PackageRow(
            package_id=taken.id, kind=str(taken.kind), outgoing=False, library=content.manifest.library,
            made=taken.made, by=taken.by, file=name, assessor=library.assessor,
            counts=_counts(taken),
        )
    )  # fmt: skip
    library.note_in(session, "package_taken", "package", taken.id, name)


def _counts(taken: Taken) -> dict[str, int]:
    """What a person counts of it: not ratings, histories and audit lines, which belong to what they are about."""
    told = {name: sum(each[kind] for kind in COUNTED) for name, each in
            (("new", taken.new), ("changed", taken.changed), ("same", taken.same))}  # fmt: skip
    return told | {"cards": taken.cards.total(), "to_send": taken.to_send, "confirmed": taken.confirmed}
