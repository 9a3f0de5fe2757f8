"""Files that go beside a signed assessment: report, transcript, curves and, where the rules allow it, the recording.

They are made of what was signed: where the assessment was changed since, nothing is made until it is signed again. A
file is kept in the vault until the HR system has it; making is repeated harmlessly after a crash.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from analysis.failures import Failure
from app import text
from app.domain.types import Interview
from app.exporting import file_name, writing_of
from app.failures import NotFound
from app.policy import Profile, kept_back, profile
from app.settings import SettingsFile
from app.store.vault import digest_of, writing_into
from sync import ledger, outbox
from sync.breaker import Sessions
from sync.failures import FileGone
from sync.outbox import Item, Kind

if TYPE_CHECKING:
    from app.review.session import ReviewSession
    from app.store.library import Library

RECENT_S = 7 * 24 * 3600.0
"""Files are made for what was signed since then; older assessments were sent without."""
CURVES_HZ = 1.0
PICTURE_WIDTH = 1600.0
MADE, MEDIA = "made", "media"
ROLES = {
    "report": ("report",),
    "transcript": ("transcript",),
    "curves": ("curves", "curves_picture"),
    "video": ("video",),
}
"""The files that each word of a profile's `send` stands for."""
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
class _File:
    """A file that is ready: where its bytes are, and what they are."""

    source: dict[str, str]
    size: int
    sha256: str


class Attaching:
    """Makes the files of one library and lends them to the sender. Used by one thread."""

    def __init__(self, library: Library, sessions: Sessions, clock: ledger.Clock) -> None:
        self._library, self._sessions, self._clock = library, sessions, clock
        self._left_alone: set[tuple[str, int | None]] = set()

    def prepare(self, send: Collection[str]) -> None:
        """Make what is missing, and put it into the outbox behind its assessment."""
        roles = [role for word in ROLES if word in send for role in ROLES[word]]
        for role in roles:
            with self._library.reading() as session:
                wanted = outbox.newest_assessments(session, self._clock() - RECENT_S, role)
            for item in wanted:
                self._attach(item, role)

    def open(self, source: dict[str, str]) -> BinaryIO:
        """The bytes of a file in the outbox. FileGone, also of a recording that may not leave any more."""
        try:
            vault = self._library.vault
            if source["kind"] == MEDIA and not self._lets_go(source):
                raise FileGone(name=source["name"])
            return vault.open(source["id"]) if source["kind"] == MEDIA else vault.open_made(source["id"])
        except NotFound as missing:
            raise FileGone(name=source["name"]) from missing

    def sweep(self) -> None:
        """Remove made files that the HR system has."""
        with self._library.reading() as session:
            waiting = outbox.unfinished(session, Kind.ATTACHMENT)
        self._library.vault.drop_made({json.loads(item.payload)["source"]["id"] for item in waiting})

    def _attach(self, item: Item, role: str) -> None:
        body: dict[str, Any] = json.loads(item.payload)
        if body["assessor"] != self._library.assessor:
            return
        version = self._library.assessment(body["interview_id"]).version
        if (f"{item.external_id}/{role}", version) in self._left_alone:
            return
        try:
            file = self._made(body["interview_id"], role)
        except Failure as failure:
            _log.warning("%s of %s was not made: %s", role, item.external_id, failure.code)
            with self._sessions() as session:
                ledger.note(
                    session, at=self._clock(), direction="sent", kind=Kind.ATTACHMENT,
                    subject=f"{item.external_id}/{role}", outcome="attachment_failed", detail=failure.code,
                )  # fmt: skip
            file = None
        if file is None:
            self._left_alone.add((f"{item.external_id}/{role}", version))
            return
        with self._sessions() as session:
            outbox.enqueue(
                session, kind=Kind.ATTACHMENT, aggregate=f"{body['interview_id']}/files",
                payload=self._payload(item, body, role, file), external_id=f"{item.external_id}/{role}",
                depends_on=item.op_id, clock=self._clock,
            )  # fmt: skip

    def _payload(self, item: Item, body: dict[str, Any], role: str, file: _File) -> bytes:
        kind, media_type = _FORMATS[role]
        title = self._library.interview(body["interview_id"]).title
        name = file_name(title, kind if role != "curves" else "curves")
        name = f"{name.rpartition('.')[0]}.{kind}"
        told = {
            "external_id": f"{item.external_id}/{role}", "assessment_external_id": item.external_id,
            "interview_id": body["interview_id"], "interview_remote_id": body["interview_remote_id"],
            "candidate_remote_id": body["candidate_remote_id"], "role": role, "name": name, "media_type": media_type,
            "size": file.size, "sha256": file.sha256, "source": file.source | {"name": name},
        }  # fmt: skip
        return json.dumps(told, ensure_ascii=False).encode()

    def _made(self, interview_id: str, role: str) -> _File | None:
        """The file; None where there is nothing to make it of, or the rules let nobody have it."""
        from app.review.session import ReviewSession

        session = ReviewSession(self._library, interview_id)
        if not session.is_signed():
            return None
        if role == "video":
            return self._recording(session, session.rules)
        if role != "report" and session.derived is None:
            return None
        with self._library.vault.working() as folder:
            made = folder / f"{role}.{_FORMATS[role][0]}"
            if not _write(session, role, made):
                return None
            size = made.stat().st_size
            digest = self._library.vault.keep_made(made)
        return _File({"kind": MADE, "id": digest}, size, digest)

    def _may_leave(self, interview: Interview, rules: Profile) -> bool:
        """Whether jurisdiction and consent let all of the recording go."""
        media = interview.media
        if media is None or not rules.media_may_leave:
            return False
        consent = self._library.consent(interview.id)
        return not kept_back(rules, consent, has_sound=media.has_audio, has_picture=media.has_video)

    def _recording(self, session: ReviewSession, rules: Profile) -> _File | None:
        media = session.interview.media
        if media is None or not self._may_leave(session.interview, rules):
            return None
        with self._library.vault.lease_playable(media.sha256) as path:
            told = {"kind": MEDIA, "id": media.sha256, "interview": session.interview.id}
            return _File(told, path.stat().st_size, digest_of(path))

    def _lets_go(self, source: dict[str, str]) -> bool:
        """Whether a recording that was put into the outbox may still leave: a consent can be withdrawn."""
        rules = profile(SettingsFile(self._library.folder).values.jurisdiction)
        return self._may_leave(self._library.interview(source["interview"]), rules)


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
