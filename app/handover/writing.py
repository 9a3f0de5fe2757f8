"""From the library into a package file: whole or not at all, and what is handed over is not sent from here as well."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.failures import DocumentInvalid
from app import __version__, policy, text
from app.attaching import Attaching
from app.domain.types import Interview, InterviewQuery, InterviewStatus, MediaItem
from app.failures import AnalysisLost, NotAnalysed, NothingToHandOver, PackageTooLarge, RecordingStays, ValueInvalid
from app.handover import archive, called_off, carried
from app.handover.archive import Content, Progress, of_file
from app.handover.consented import ANALYSES, FILES, RECORDINGS, REPORTS, WITHOUT, Stays, narrowed, stays
from app.handover.content import RECORDING
from app.handover.gathering import HANDED_OVER, Gathered, Gathering
from app.handover.hr_said import SaidRow, refuse_unprotected, said_members, said_rows
from app.handover.identity import hr_system, library_id
from app.handover.package import SUFFIX, Kind, Manifest, Member, version_of
from app.handover.phases import Phases
from app.handover.rows import Row
from app.settings import SettingsFile
from app.store.library import Library
from app.store.tables import PackageRow
from app.whole_file import whole_file
from sync import handing, outbox, tables
from sync.outbox import Item
from sync.outbox import Kind as ItemKind
from sync.withholding import Agreement


@dataclass(frozen=True, slots=True)
class Choice:
    """What to hand over. Recordings, analyses and reports travel with results only, and only where they are wanted.

    `files` = report, transcript and curves are made of what was signed, for the office to send beside it. `said` = with
    what the HR system says of positions and candidates, `documents` = with candidates' files; both outward only.
    """

    kind: Kind
    interviews: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    recordings: bool = False
    analyses: bool = False
    reports: bool = False
    files: bool = False
    said: bool = False
    documents: bool = False

    @property
    def wanted(self) -> frozenset[str]:
        """What of that which a machine made is wanted along with results."""
        asked = {RECORDINGS: self.recordings, ANALYSES: self.analyses, REPORTS: self.reports, FILES: self.files}
        return frozenset(name for name, is_wanted in asked.items() if is_wanted and self.kind is Kind.RESULTS)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the package's id and how many rows of each kind. `handed` = items that the other side sends,
    `stays` = what is not in it, for candidates do not agree to it."""

    id: str
    kind: Kind
    counts: dict[str, int]
    handed: int = 0
    stays: tuple[Stays, ...] = ()


def offered(library: Library, kind: Kind) -> tuple[Interview, ...]:
    """The interviews that can be handed over this way: those still to be held, or those with a signed assessment or a
    note that nobody has sent yet."""
    if kind is Kind.RESULTS:
        signed = library.interviews(InterviewQuery(signed=True, limit=None))
        told = sorted(said(library) - {one.id for one in signed})
        return (*signed, *(library.interview(each) for each in told))
    planned = (InterviewStatus.SCHEDULED, InterviewStatus.IN_PROGRESS)
    return tuple(one for one in library.interviews(InterviewQuery(signed=False, limit=None)) if one.status in planned)


def said(library: Library) -> frozenset[str]:
    """The interviews of which something waits to be said to the HR system."""
    wanted = tables.outbox.c.kind == ItemKind.NOTE.value, handing.is_waiting()
    with library.reading() as session:
        return frozenset(item.aggregate.partition("/")[0] for item in outbox.select_items(session, *wanted))


def recordings_stay(library: Library) -> str:
    """Why no recording may travel, as a sentence; "" where they may."""
    rules = policy.profile(SettingsFile(library.folder).values.jurisdiction)
    if rules.media_may_leave:
        return ""
    return text.sentence(RecordingStays(rules=text.tr(f"policy.profile_{rules.name.lower()}")))


def write_package(
    library: Library, choice: Choice, out: Path, passphrase: str = "", progress: Progress = lambda *_: None
) -> Written:
    """Write a package, note what was handed over, and let the other side send it.

    What a candidate does not agree to stays out of it. Raises NothingToHandOver, RecordingStays, ProtectionNeeded,
    ValueInvalid for another ending, ReadOnly, NotFound, AnalysisLost, FolderNotWritable, DiskFull, PackageTooLarge;
    whatever `progress` raises stops it and leaves no file.
    """
    if out.suffix.lower() != SUFFIX:
        raise ValueInvalid(what=text.tr("package.file"), value=out.name, allowed=f"*{SUFFIX}")
    for interview_id in choice.interviews:
        library.interview(interview_id)
    for position_id in choice.positions:
        library.position(position_id)
    with library.session() as session:
        here = library_id(library, session)
    phases = Phases(progress)
    for interview_id in choice.interviews:
        with library.session() as session:
            library.follow_consent(session, interview_id)
    if choice.kind is Kind.RESULTS and choice.files:
        attaching = Attaching(library, library.session, time.time)
        attaching.prepare_for(frozenset(choice.interviews), phases.part(0.0, 0.6))
    vanished = 0
    while True:
        try:
            return _write(library, choice, out, passphrase, here, phases.rest())
        except _ClosedMeanwhile:
            continue
        except (_Vanished, FileNotFoundError):
            vanished += 1
            if vanished > MOST_TIMES:
                raise


MOST_TIMES = 3
"""So often a package is begun again for a file of the library that a newer one has taken the place of."""


class _ClosedMeanwhile(Exception):
    """Something of the package, or a candidate's consent, was taken back while it was written."""


class _Vanished(Exception):
    """A file of the library that was to be packed is not there any more."""


def _write(library: Library, choice: Choice, out: Path, passphrase: str, here: str, progress: Progress) -> Written:
    """One try. Raises _ClosedMeanwhile, and then there is no file."""
    with library.reading() as session:
        ground, system = _ground(library, session, choice), hr_system(session)
        gathered = _gather(Gathering(library, session), choice)
    kept = _stays(library, choice)
    with ExitStack() as stack, ExitStack() as last:
        folder = stack.enter_context(library.vault.working())
        told: list[SaidRow] = []
        attached = _attached(library, choice, gathered, {each.interview_id: each for each in kept}, folder, stack)
        if choice.kind is Kind.OUTWARD and (choice.said or choice.documents):
            if not passphrase:
                refuse_unprotected(library)
            told = said_rows(library, gathered.rows, said=choice.said, documents=choice.documents)
            attached += said_members(library, told)
        contents = gathered.contents() + carried.members(library, gathered.waiting) + attached
        members = tuple(each.member for each in contents)
        made = datetime.now(UTC).isoformat(timespec="seconds")
        version = version_of(each.name for each in members)
        manifest = Manifest(
            str(uuid4()), choice.kind, here, made, library.assessor, __version__, members, version=version,
            system=system,
        )  # fmt: skip
        counts = gathered.counts() | _attachments(members) | carried.count(gathered.waiting)
        if told and choice.said:
            counts["said"] = len(told)
        with _fitting(out), whole_file(out) as part:
            with part.open("wb") as target:
                try:
                    archive.write(target, manifest, contents, passphrase, progress)
                except FileNotFoundError as gone:  # one of the library, for the package is open
                    raise _Vanished from gone
                target.flush()
                os.fsync(target.fileno())
            # The file gets its name within the transaction: nothing of it can be taken back in between.
            session = last.enter_context(library.session())
            if _ground(library, session, choice) != ground:
                raise _ClosedMeanwhile
            handed = _record(library, session, choice, manifest, counts, gathered.waiting, out)
            called_off.note_told(library, session, gathered.called_off)
    return Written(manifest.id, choice.kind, counts, handed, kept)


def _stays(library: Library, choice: Choice) -> tuple[Stays, ...]:
    found: list[Stays] = []
    for interview_id in choice.interviews:
        interview = library.interview(interview_id)
        with _telling_whose(interview):
            found += stays(library, [interview], choice.wanted)
    return tuple(found)


@contextmanager
def _telling_whose(interview: Interview) -> Iterator[None]:
    """Of many interviews, whose analysis it is that cannot be read."""
    try:
        yield
    except DocumentInvalid as invalid:
        raise AnalysisLost(candidate=interview.candidate.name) from invalid


def _ground(
    library: Library, session: Session, choice: Choice
) -> list[tuple[Agreement | None, MediaItem | None, str | None]]:
    """What a package of the chosen interviews stands on: what each candidate agrees to, the recording and its analysis;
    a stretch may be cut out of them while they are written."""
    found = (library.interview_in(session, interview_id) for interview_id in choice.interviews)
    return [(library.agreement_in(session, each.id), each.media, each.analysis_id) for each in found]


def _gather(gathering: Gathering, choice: Choice) -> Gathered:
    if choice.kind is Kind.RECEIPTS:
        found = gathering.receipts()
    elif choice.kind is Kind.RESULTS:
        found = gathering.results(choice.interviews)
        if not found.signed and not found.waiting:
            raise NothingToHandOver
    else:
        found = gathering.outward(choice.interviews, choice.positions)
        if not (found.rows["interview"] or found.rows["position"] or found.receipts or found.called_off):
            raise NothingToHandOver
    return found


def _record(
    library: Library, session: Session, choice: Choice, manifest: Manifest, counts: dict[str, int],
    waiting: list[Item], out: Path,
) -> int:  # fmt: skip
    """Note what is handed over; gives how many items are not sent from here any more. Raises _ClosedMeanwhile."""
    if handing.any_closed(session, waiting):
        raise _ClosedMeanwhile
    handed = handing.hand_over(session, waiting)
    for interview_id in choice.interviews:
        library.record_in(session, HANDED_OVER, interview_id, f"{choice.kind} {manifest.id}")
    session.add(
        PackageRow(
            package_id=manifest.id, kind=str(choice.kind), outgoing=True, library=manifest.library,
            made=datetime.fromisoformat(manifest.made), by=manifest.by, file=out.name, counts=counts,
            assessor=library.assessor,
        )
    )  # fmt: skip
    library.record_in(session, "package_written", manifest.id, out.name)
    return handed


def _attached(
    library: Library, choice: Choice, gathered: Gathered, kept: Mapping[str, Stays], folder: Path, stack: ExitStack
) -> list[Content]:
    if choice.kind is not Kind.RESULTS:
        return []
    found: dict[str, Content] = {}
    for interview_id in choice.interviews:
        interview = library.interview(interview_id)
        staying = kept.get(interview_id)
        parts = staying.parts if staying else ()
        if choice.recordings and interview.media is not None and RECORDINGS not in parts:
            each = _recording(library, interview, stack)
            found[each.member.name] = each
            told = {"interview_id": interview_id, "name": interview.media.name}
            gathered.rows.setdefault(RECORDING, []).append(Row(interview.media.sha256, told))
        with _telling_whose(interview):
            if choice.analyses and ANALYSES not in parts:
                left_out = staying.what if staying and WITHOUT in parts else ()
                found |= {each.member.name: each for each in _analysis(library, interview, left_out, folder)}
            if choice.reports and REPORTS not in parts:
                found |= {each.member.name: each for each in _report(library, interview, folder)}
    return [found[name] for name in sorted(found)]


def _recording(library: Library, interview: Interview, stack: ExitStack) -> Content:
    """The recording as it came, where the jurisdiction lets it go."""
    media = interview.media
    assert media is not None
    rules = policy.profile(SettingsFile(library.folder).values.jurisdiction)
    if not rules.media_may_leave:
        raise RecordingStays(rules=text.tr(f"policy.profile_{rules.name.lower()}"))
    path = stack.enter_context(library.vault.lease(media.sha256))
    return Content(Member(f"media/{media.sha256}", media.bytes, media.sha256), lambda: path.open("rb"))


def _analysis(library: Library, interview: Interview, left_out: Collection[str], folder: Path) -> list[Content]:
    """The analysis, as much of it as the jurisdiction lets anybody see, without the modalities `left_out`."""
    from analysis.export import FILES, write_all
    from app.review.shown import shown

    try:
        source = library.analysis_folder(interview.id)
    except NotAnalysed:
        return []
    whole = library.load_analysis(interview.id)
    rules = policy.profile(SettingsFile(library.folder).values.jurisdiction)
    seen = shown(whole, narrowed(rules, left_out))
    if seen is not whole:
        source = folder / f"analysis-{interview.id}"
        source.mkdir()
        write_all(source, seen)
    names = [name for name in FILES if (source / name).is_file()]
    return [of_file(f"analyses/{interview.id}/{name}", source / name) for name in names]


def _report(library: Library, interview: Interview, folder: Path) -> list[Content]:
    """The report on the acting assessor's assessment, where it is signed."""
    from app.report import write_report
    from app.report.gather import report_data
    from app.review import ReviewSession

    if not library.assessment(interview.id).signatures:
        return []
    out = folder / f"{interview.id}.pdf"
    write_report(report_data(ReviewSession(library, interview.id), text.language()), text.language(), out)
    return [of_file(f"reports/{interview.id}.pdf", out)]


def _attachments(members: tuple[Member, ...]) -> dict[str, int]:
    """How many recordings, analyses, reports and documents are in there."""
    names = [member.name.split("/") for member in members]
    found = {
        "analysis": len({parts[1] for parts in names if parts[0] == "analyses"}),
        "report": sum(parts[0] == "reports" for parts in names),
        "document": sum(parts[0] == "documents" for parts in names),
    }
    return {kind: number for kind, number in found.items() if number}


@contextmanager
def _fitting(out: Path) -> Iterator[None]:
    """A memory stick with FAT32 holds no file of 4 GiB, however empty it is."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise PackageTooLarge(file=out.name) from error
        raise


@dataclass(frozen=True, slots=True)
class PackageLine:
    """A package that was written or taken here, for the list of them."""

    at: datetime
    outgoing: bool
    kind: Kind
    made: datetime
    by: str
    file: str
    counts: dict[str, int]


def packages(library: Library, limit: int = 200) -> tuple[PackageLine, ...]:
    """The newest packages, newest first."""
    wanted = select(PackageRow).order_by(PackageRow.created.desc()).limit(limit)
    with library.reading() as session:
        return tuple(
            PackageLine(row.created, row.outgoing, Kind(row.kind), row.made, row.by, row.file, dict(row.counts))
            for row in session.scalars(wanted)
        )


def go_along(library: Library) -> tuple[int, int]:
    """How many confirmations, and how many interviews that were called off, go along with each package for laptops."""
    with library.reading() as session:
        found = Gathering(library, session).receipts()
    return len(found.receipts), len(found.called_off)
