"""A package taken into the library: checked as a whole, then all of it in one transaction or nothing."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import text
from app.failures import PackageDamaged, ReadOnly
from app.handover.archive import Progress, opened
from app.handover.content import Content, read_content
from app.handover.identity import library_id
from app.handover.package import Kind
from app.handover.taking_added import TakingAdded
from app.handover.taking_files import Files, Placing, Staging
from app.handover.taking_rows import TakingRows
from app.outgoing import receiving
from app.store.importing import RunChild
from app.store.library import Library
from app.store.tables import PackageRow

COUNTED = (
    "position", "candidate", "interview", "signature", "comment", "consent", "outside_consent", "correction",
    "recording", "analysis", "report", "template", "receipt",
)  # fmt: skip
"""Kinds that a person counts."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a package. `own` = it was made by this very library; `before` = it was taken already, then.

    `new`, `changed`, `same` and `cards` count rows by kind; `to_send` signed revisions that are sent from here now,
    `confirmed` items that arrived by way of the other library; `kept` recordings and `left` templates (their titles)
    were left in the package, because there is another one here.
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
    own: bool = False
    before: datetime | None = None

    @property
    def nothing_new(self) -> bool:
        """Whether nothing changed here."""
        return not (self.new or self.changed or self.cards or self.confirmed)


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

    Raises ReadOnly, PackageDamaged, PackageNewer, PassphraseNeeded, PassphraseWrong, DiskFull, FolderNotWritable,
    LibraryBusy, Cancelled; nothing of the package is here then.
    """
    if library.read_only:
        raise ReadOnly
    with opened(path, passphrase) as archive:
        archive.verify(progress)
        content = read_content(archive, path.name)
        with library.session() as session:
            here = library_id(library, session)
        if known := _known(library, content, here):
            return known
        staging = Staging(library, archive, content, progress, stop or threading.Event(), run_child or _in_a_child())
        with staging.files() as files:
            return _take(library, content, files, here, path.name)


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


def _take(library: Library, content: Content, files: Files, here: str, name: str) -> Taken:
    placing = Placing(library, files)
    try:
        placing.recordings()
        with library.session() as session:
            taken = _write(library, session, content, placing, files, here)
            _record(library, session, taken, content, name)
    except IntegrityError as contradictory:
        placing.undo()
        raise PackageDamaged(name=name, what=text.tr("package.rows")) from contradictory
    except BaseException:  # whatever stopped the rows, the files must not stay without them
        placing.undo()
        raise
    placing.settle()
    return taken


def _write(library: Library, session: Session, content: Content, placing: Placing, files: Files, here: str) -> Taken:
    """Everything in the order in which one thing needs the other; moves before signatures, as when signing here.

    What comes from the office, the HR system knows: nothing of that is sent.
    """
    rows = TakingRows(library, session, content, here)
    added = TakingAdded(rows)
    with nullcontext() if content.is_results else receiving():
        rows.take()
        added.take()
        placing.rows(rows)
        rows.move()
    to_send = added.sign() if content.is_results else 0
    confirmed = 0 if content.is_results else added.confirm()
    tally, manifest = rows.tally, content.manifest
    return Taken(
        manifest.id, manifest.kind, datetime.fromisoformat(manifest.made), manifest.by, +tally.new, +tally.changed,
        +tally.same, +tally.cards, to_send, confirmed, files.kept, tuple(tally.left),
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
