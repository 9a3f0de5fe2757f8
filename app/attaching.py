"""Files that go beside a signed assessment: report, transcript, curves and, where the rules allow it, the recording.

They are made of exactly what was signed, whoever signed it: where the assessment was changed since, or its analysis is
not here, nothing is made until it is signed again. What a laptop signed brings its files along (`app.handover`). A file
is kept in the vault until the HR system has it; making is repeated harmlessly after a crash.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlalchemy.orm import Session

from analysis.failures import Failure
from analysis.features import modality_of_track
from app import text
from app.domain.types import Interview
from app.exporting import file_name, writing_of
from app.failures import NotFound
from app.policy import Profile, profile
from app.recording.stretch_consent import kept_back
from app.settings import SettingsFile
from app.store.vault import digest_of, writing_into
from sync import adding, ledger, listing, outbox, withholding
from sync.breaker import Sessions
from sync.failures import FileGone
from sync.outbox import Item, Kind, Resolution, State
from sync.profile import roles

if TYPE_CHECKING:
    from app.review.session import ReviewSession
    from app.store.library import Library

RECENT_S = 7 * 24 * 3600.0
"""Files are made for what waits, however long, and for what has arrived since then: older assessments went without,
and who turns files on does not want them of all that ever was."""
CURVES_HZ = 1.0
PICTURE_WIDTH = 1600.0
MADE, MEDIA = "made", "media"
CARRIED = roles(("report", "transcript", "curves"))
"""The roles of the files that travel in a package; a recording travels as itself."""
_FORMATS = {
    "report": ("pdf", "application/pdf"),
    "transcript": ("vtt", "text/vtt"),
    "curves": ("json", "application/json"),
    "curves_picture": ("png", "image/png"),
    "video": ("mkv", "video/x-matroska"),
}
_EXPORTS = {"report": "pdf", "transcript": "vtt"}
_log = logging.getLogger("sync")


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file that is ready: where its bytes are, and what they are; `rests_on` = the modalities that it shows something
    of, None = nobody knows."""

    source: dict[str, str]
    size: int
    sha256: str
    rests_on: tuple[str, ...] | None = None


class Attaching:
    """Makes the files of one library and lends them to the sender. Used by one thread."""

    def __init__(self, library: Library, sessions: Sessions, clock: ledger.Clock) -> None:
        self._library, self._sessions, self._clock = library, sessions, clock
        self._left_alone: set[tuple[str, int | None]] = set()

    def prepare(self, send: Collection[str]) -> None:
        """Make what is missing, and put it into the outbox behind its assessment."""
        for role in roles(send):
            with self._library.reading() as session:
                wanted = listing.newest_assessments(session, self._clock() - RECENT_S, role)
            for item in wanted:
                self._attach(item, role)

    def prepare_for(self, interviews: Collection[str], progress: Callable[[int, int], None] = lambda *_: None) -> None:
        """Make what is missing of interviews that somebody else sends, whatever the HR system wants of it.

        `progress` hears how many of how many are made, and may raise to stop.
        """
        with self._library.reading() as session:
            wanted = [
                (item, role)
                for role in CARRIED
                for item in listing.newest_assessments(session, 0.0, role)
                if item.state in (State.PENDING, State.DEAD, State.HANDED) and item.aggregate in interviews
            ]
        for done, (item, role) in enumerate(wanted):
            progress(done, len(wanted))
            self._attach(item, role)

    def open(self, source: dict[str, str]) -> BinaryIO:
        """The bytes of a file in the outbox. FileGone."""
        try:
            vault = self._library.vault
            return vault.open(source["id"]) if source["kind"] == MEDIA else vault.open_made(source["id"])
        except NotFound as missing:
            raise FileGone(name=source["name"]) from missing

    def withheld(self, item: Item) -> tuple[str, dict[str, object]] | None:
        """Why a file or a result may not leave now, be it that it was put into the outbox when it might; None = it
        may."""
        if item.kind is Kind.ASSESSMENT:
            with self._library.reading() as session:
                held = withholding.result_held(session, item, self._library.agreement_in(session, item.aggregate))
            return (withholding.WITHDRAWN, held) if held else None
        if item.kind is not Kind.ATTACHMENT:
            return None
        interview_id = item.aggregate.partition("/")[0]
        with self._library.reading() as session:
            missing = withholding.lacking(item, self._library.agreement_in(session, interview_id))
        if missing:
            return withholding.WITHDRAWN, {"what": list(missing)}
        if json.loads(item.payload)["source"]["kind"] != MEDIA:
            return None
        rules = profile(SettingsFile(self._library.folder).values.jurisdiction)
        if not rules.media_may_leave:
            return withholding.STAYS, {"rules": rules.name}
        kept = kept_back(self._library, self._library.interview(interview_id), rules)
        return (withholding.WITHDRAWN, {"what": list(kept)}) if kept else None

    def follow_consents(self) -> None:
        """Files of those who took consent back, also where a version of the program that did not look is to blame."""
        for interview_id in self._library.taken_back():
            with self._sessions() as session:
                self._library.follow_consent(session, interview_id)

    def sweep(self) -> None:
        """Remove made files that the HR system has."""
        there = self._library.vault.made()
        with self._sessions() as session:  # nobody writes what a file is for meanwhile
            waiting = listing.unfinished(session, Kind.ATTACHMENT)
            self._library.vault.drop_made(there - {json.loads(item.payload)["source"]["id"] for item in waiting})

    def _attach(self, item: Item, role: str) -> None:
        body: dict[str, Any] = json.loads(item.payload)
        version = self._library.assessment(item.aggregate, body["assessor"]).version
        if (f"{item.external_id}/{role}", version) in self._left_alone:
            return
        try:
            if not self._make(item, body["assessor"], role):
                self._left_alone.add((f"{item.external_id}/{role}", version))
        except Failure as failure:
            _log.warning("%s of %s was not made: %s", role, item.external_id, failure.code)
            with self._sessions() as session:
                ledger.note(
                    session, at=self._clock(), direction="sent", kind=Kind.ATTACHMENT,
                    subject=f"{item.external_id}/{role}", outcome="attachment_failed", detail=failure.code,
                )  # fmt: skip
            self._left_alone.add((f"{item.external_id}/{role}", version))

    def _make(self, item: Item, assessor: str, role: str) -> bool:
        """Make the file and put it into the outbox; False where there is nothing to make it of, or the rules let nobody
        have it."""
        from app.review.session import ReviewSession

        review = ReviewSession(self._library, item.aggregate, assessor=assessor)
        if not review.is_signed() or review.assessment.signatures[-1].payload != item.payload:
            return False
        if role == "video":
            file = self._recording(review, review.rules)
            if file is not None:
                with self._sessions() as session:
                    if not self._stands(session, review.interview):
                        return False
                    attach(session, item, review.interview, role, file, self._clock)
            return file is not None
        if role != "report" and review.derived is None:
            return False
        rests_on = _rests_on(review, role)
        agreed = self._library.always_agreed(item.aggregate, datetime.fromtimestamp(item.created, UTC))
        if agreed is not None and set(rests_on) - agreed:
            return False
        with self._library.vault.working() as folder:
            made = folder / f"{role}.{_FORMATS[role][0]}"
            if not _write(review, role, made):
                return False
            size = made.stat().st_size
            with self._sessions() as session:
                if not self._stands(session, review.interview):
                    return False
                digest = self._library.vault.keep_made(made)
                file = MadeFile({"kind": MADE, "id": digest}, size, digest, rests_on)
                attach(session, item, review.interview, role, file, self._clock)
                self._library.follow_consent(session, item.aggregate)
        return True

    def _stands(self, session: Session, made_of: Interview) -> bool:
        """Whether the recording and its analysis are still those of which a file was made: a stretch that was cut out
        meanwhile would be in it."""
        now = self._library.interview_in(session, made_of.id)
        return (now.media, now.analysis_id) == (made_of.media, made_of.analysis_id)

    def _recording(self, session: ReviewSession, rules: Profile) -> MadeFile | None:
        media = session.interview.media
        if media is None or not rules.media_may_leave or kept_back(self._library, session.interview, rules):
            return None
        rests_on = [name for name, there in (("speech", media.has_audio), ("face", media.has_video)) if there]
        with self._library.vault.lease_playable(media.sha256) as path:
            told = {"kind": MEDIA, "id": media.sha256, "interview": session.interview.id}
            return MadeFile(told, path.stat().st_size, digest_of(path), tuple(rests_on))


def attach(
    session: Session, item: Item, interview: Interview, role: str, file: MadeFile, clock: ledger.Clock = time.time
) -> None:
    """Put a file beside a signed assessment of the outbox, to be sent after it, once; anew where it was not told."""
    body, (kind, media_type) = json.loads(item.payload), _FORMATS[role]
    external_id = f"{item.external_id}/{role}"
    there = outbox.find(session, Kind.ATTACHMENT, external_id)
    if there is not None and there.resolution is not Resolution.NOT_TOLD:
        return
    adding.set_aside(session, Kind.ATTACHMENT, external_id)
    name = file_name(interview.title, kind if role != "curves" else "curves")
    name = f"{name.rpartition('.')[0]}.{kind}"
    told = {
        "external_id": external_id, "assessment_external_id": item.external_id, "interview_id": item.aggregate,
        "interview_remote_id": body["interview_remote_id"], "candidate_remote_id": body["candidate_remote_id"],
        "role": role, "name": name, "media_type": media_type, "size": file.size, "sha256": file.sha256,
        "source": file.source | {"name": name},
    }  # fmt: skip
    if file.rests_on is not None:
        told[withholding.RESTS_ON] = list(file.rests_on)
    adding.enqueue(
        session, kind=Kind.ATTACHMENT, aggregate=f"{item.aggregate}/files",
        payload=json.dumps(told, ensure_ascii=False).encode(), external_id=external_id, depends_on=item.op_id,
        clock=clock,
    )  # fmt: skip


def _rests_on(session: ReviewSession, role: str) -> tuple[str, ...]:
    """The modalities that a file of this role shows something of."""
    from app.report.gather import curves
    from app.review.shown import shown

    if session.derived is None:
        return ()
    if role == "transcript":
        return ("speech",)
    derived = shown(session.derived, session.rules)
    if role == "report":
        return tuple(sorted({"speech", *map(modality_of_track, derived.tracks)}))
    return tuple(sorted({modality_of_track(series.name) for series in curves(derived, text.language())}))


def _write(session: ReviewSession, role: str, out: Path) -> bool:
    """Write one file; False where there is nothing to write."""
    from app.report.gather import report_data
    from app.report.series import curves_picture, series_json

    if role in _EXPORTS:
        writing_of(session, _EXPORTS[role])(out)
        return True
    data = report_data(session, text.language())
    if not data.series:
        return False
    as_picture = role == "curves_picture"
    content = curves_picture(data, text.language(), PICTURE_WIDTH) if as_picture else series_json(data, CURVES_HZ)
    if content is None:
        return False
    with writing_into(out.parent):
        out.write_bytes(content)
    return True
