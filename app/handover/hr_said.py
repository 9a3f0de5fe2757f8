"""What the HR system says beyond our columns, out to a laptop: requirements, own fields, history, earlier feedback, and
candidates' files.

All of it is personal, so it travels only where somebody wants it, not of candidates who took their consent back, and,
where the rules keep recordings at home, only under a passphrase. On the laptop it is kept as what a system of its own
said, beside what another HR system may say there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, BinaryIO, Literal

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import policy, text
from app.documents import KIND, documents_in
from app.domain.types import Interview
from app.failures import ProtectionNeeded
from app.handover.archive import Content, of_bytes
from app.handover.identity import SYSTEM
from app.handover.package import SAID, Member
from app.handover.rows import Row
from app.incoming import CANDIDATE_SAID, POSITION_SAID
from app.said import LEFT_OUT, known
from app.settings import SettingsFile
from app.store.library import Library
from app.store.tables import ConsentRow
from sync import ledger
from sync.contract import RemoteCustom, RemoteDocument, RemoteEvent, RemoteFeedback
from sync.ledger import KnownRow
from sync.tables import sync_row, sync_state

_AT_ONCE = 500
_NAMES = {"position": POSITION_SAID, "candidate": CANDIDATE_SAID}
Sha = Annotated[str, msgspec.Meta(pattern="^(?:[0-9a-f]{64})?$")]


class SaidFields(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is said of a position or a candidate."""

    requirements: str = ""
    custom: tuple[RemoteCustom, ...] = ()
    documents: tuple[RemoteDocument, ...] = ()
    history: tuple[RemoteEvent, ...] = ()
    feedback: tuple[RemoteFeedback, ...] = ()


class SaidRow(msgspec.Struct, frozen=True):
    """The same with the row that it is about, by its id in the package and the HR system's id; `files` = the SHA-256 of
    those documents that travel, by their id; `only_files` = nothing is said of anything but documents."""

    kind: Literal["position", "candidate"]
    row_id: str
    remote_id: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    fields: SaidFields
    deleted: bool = False
    files: dict[str, Sha] = {}
    only_files: bool = False


@dataclass(frozen=True, slots=True)
class Weight:
    """How many files of candidates there are to travel, and how many bytes."""

    files: int = 0
    bytes: int = 0


def weights(library: Library, interviews: Collection[Interview]) -> dict[str, Weight]:
    """What the files of each interview's candidate weigh, by the interview's id; all of them looked up at once."""
    with library.reading() as session:
        candidates = _known_at_once(session, "candidate", {one.candidate.remote_id or "" for one in interviews})
        documents = {remote_id: [each.remote_id for each in documents_in(fields)]
                     for remote_id, fields in candidates.items()}  # fmt: skip
        kept = _known_at_once(session, KIND, {each for listed in documents.values() for each in listed})
        withdrawn = _withdrawn(session, [one.id for one in interviews])
    there = library.vault.documents()
    hashes = {remote_id: str(fields.get("sha256", "")) for remote_id, fields in kept.items()}
    sizes = {sha256: _size(library, sha256) for sha256 in set(hashes.values()) & there}
    found = {}
    for one in interviews:
        listed = documents.get(one.candidate.remote_id or "", []) if one.id not in withdrawn else []
        own = {hashes.get(each, "") for each in listed} & sizes.keys()
        found[one.id] = Weight(len(own), sum(sizes[sha256] for sha256 in own))
    return found


def _known_at_once(session: Session, kind: str, remote_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """What the HR system that was heard last says of many rows, but for those that it deleted."""
    newest_of = select(sync_state.c.system, func.max(sync_state.c.changed)).group_by(sync_state.c.system)
    heard: dict[str, float] = {row[0]: row[1] for row in session.execute(newest_of)}
    listed = sorted(remote_ids)
    rows: list[tuple[str, str, str, bool]] = []
    for start in range(0, len(listed), _AT_ONCE):
        wanted = sync_row.c.kind == kind, sync_row.c.remote_id.in_(listed[start : start + _AT_ONCE])
        columns = (sync_row.c.system, sync_row.c.remote_id, sync_row.c.fields, sync_row.c.deleted)
        rows += [(row[0], row[1], row[2], row[3]) for row in session.execute(select(*columns).where(*wanted))]
    newest = {row[1]: row for row in sorted(rows, key=lambda row: heard.get(row[0], 0.0)) if row[0] in heard}
    return {remote_id: json.loads(fields) for remote_id, (_, _, fields, deleted) in newest.items() if not deleted}


def _withdrawn(session: Session, interviews: Sequence[str]) -> set[str]:
    """Those of these interviews whose candidate has taken consent back."""
    holds: dict[str, list[str]] = {}
    for start in range(0, len(interviews), _AT_ONCE):
        wanted = ConsentRow.interview_id.in_(interviews[start : start + _AT_ONCE])
        said = select(ConsentRow.interview_id, ConsentRow.modalities).where(wanted).order_by(ConsentRow.serial)
        holds |= {row[0]: row[1] for row in session.execute(said)}
    return {interview_id for interview_id, modalities in holds.items() if not modalities}


def said_rows(library: Library, rows: dict[str, list[Row]], *, said: bool, documents: bool) -> list[SaidRow]:
    """What is said of the rows of a package; with `documents` candidates' files, and these alone without `said`."""
    told: list[SaidRow] = []
    if said:
        told += [each for row in rows.get("position", ()) if (each := _told(library, "position", row, {}))]
    if said or documents:
        with library.reading() as session:
            withdrawn = _withdrawn(session, [one.id for one in rows.get("interview", ())])
        left = {one.fields["candidate_id"] for one in rows.get("interview", ()) if one.id in withdrawn}
        for row in rows.get("candidate", ()):
            if row.id not in left:
                remote_id = row.fields.get("remote_id")
                files = dict(_files(library, remote_id)) if documents and remote_id else {}
                told += [each for each in (_told(library, "candidate", row, files, only_files=not said),) if each]
    return told


def said_members(library: Library, told: list[SaidRow]) -> list[Content]:
    """What is said, as members of a package, with the files that it names."""
    if not told:
        return []
    hashes = sorted({sha256 for row in told for sha256 in row.files.values()})
    found = [of_bytes(SAID, msgspec.json.encode(told))]
    return found + [
        Content(Member(f"documents/{sha256}", _size(library, sha256), sha256), _opening(library, sha256))
        for sha256 in hashes
    ]


def refuse_unprotected(library: Library) -> None:
    """Raise ProtectionNeeded where the rules keep recordings at home: then this travels under a passphrase only."""
    if rules := needs_protection(library):
        raise ProtectionNeeded(rules=rules)


def needs_protection(library: Library) -> str:
    """The name of the rules under which this travels under a passphrase only; "" = it may travel without."""
    rules = policy.profile(SettingsFile(library.folder).values.jurisdiction)
    return "" if rules.media_may_leave else text.tr(f"policy.profile_{rules.name.lower()}")


def _told(
    library: Library, kind: Literal["position", "candidate"], row: Row, files: dict[str, str], *,
    only_files: bool = False,
) -> SaidRow | None:  # fmt: skip
    remote_id = row.fields.get("remote_id")
    there = known(library, kind, remote_id) if remote_id else None
    if there is None:
        return None
    names = ("documents",) if only_files else _NAMES[kind]
    fields = msgspec.convert({name: there.fields[name] for name in names if name in there.fields}, SaidFields)
    return SaidRow(kind, row.id, str(remote_id), fields, there.deleted, files, only_files)


def _files(library: Library, remote_id: str) -> list[tuple[str, str]]:
    """A candidate's files that are here: the document's id and the SHA-256."""
    row = known(library, "candidate", remote_id)
    found = []
    for document in documents_in(row.fields) if row is not None and not row.deleted else ():
        kept = known(library, KIND, document.remote_id)
        sha256 = str(kept.fields.get("sha256", "")) if kept else ""
        if sha256 and library.vault.has_document(sha256):
            found.append((document.remote_id, sha256))
    return found


def _size(library: Library, sha256: str) -> int:
    with library.vault.open_document(sha256) as file:
        return file.seek(0, 2)


def _opening(library: Library, sha256: str) -> Callable[[], BinaryIO]:
    return lambda: library.vault.open_document(sha256)


def read_said(body: bytes, members: Iterable[Member]) -> list[SaidRow]:
    """What the HR system says, each file of it in the package and none beside. Raises ValueError, MsgspecError."""
    rows = msgspec.json.decode(body, type=list[SaidRow]) if body else []
    named = {f"documents/{sha256}" for row in rows for sha256 in row.files.values()}
    if named != {member.name for member in members if member.name.startswith("documents/")}:
        raise ValueError(SAID)
    for row in rows:
        if set(row.files) - {document.remote_id for document in row.fields.documents}:
            raise ValueError(row.remote_id)
    return rows


def take_said(session: Session, row: SaidRow, local_id: str, made: datetime, lay: Callable[[str], object]) -> bool:
    """Keep what the HR system says, unless a newer package said it already; `lay` lays a file into the vault.

    False = nothing changed. Files that are not told of any more are marked as gone, for `Fetching.sweep`.
    """
    at = made.timestamp()
    key = sync_row.c.system == SYSTEM, sync_row.c.kind == row.kind, sync_row.c.remote_id == row.remote_id
    newest = session.scalar(select(sync_row.c.changed).where(*key))
    if newest is not None and newest > at:
        return False
    before = ledger.known_row(session, SYSTEM, row.kind, row.remote_id)
    fields = msgspec.to_builtins(row.fields)
    if row.only_files and before is not None:
        fields = {**before.fields, "documents": fields.get("documents", [])}
    changed = before is None or (before.fields, before.deleted) != (fields, row.deleted)
    _keep(session, KnownRow(row.kind, row.remote_id, local_id, fields, row.deleted), at)
    there = () if row.deleted else row.fields.documents
    for document in there:
        changed |= _take_document(session, document, local_id, row.files.get(document.remote_id, ""), at, lay)
    for old in documents_in(before.fields) if before else ():
        if old.remote_id not in {document.remote_id for document in there}:
            _keep(session, KnownRow(KIND, old.remote_id, local_id, {}, True), at)
    return changed


def _take_document(
    session: Session, document: RemoteDocument, local_id: str, sha256: str, at: float, lay: Callable[[str], object]
) -> bool:
    before = ledger.known_row(session, SYSTEM, KIND, document.remote_id)
    told: dict[str, Any] = asdict(document)
    same = before is not None and not before.deleted and before.fields.get("told") == told
    if before is not None and same and before.fields.get("sha256") and sha256 in ("", before.fields["sha256"]):
        return False
    if sha256:
        lay(sha256)
    fields: dict[str, object] = {"told": told, "sha256": sha256, "problem": "" if sha256 else LEFT_OUT}
    _keep(session, KnownRow(KIND, document.remote_id, local_id, fields), at)
    return before is None or before.fields != fields


def _keep(session: Session, row: KnownRow, at: float) -> None:
    ledger.keep_row(session, SYSTEM, row, lambda: at)
