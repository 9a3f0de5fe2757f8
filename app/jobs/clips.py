"""Clips: a stretch of an interview's recording as a file of its own, as far as jurisdiction and consent let it go."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis import protocol
from app import policy, text
from app.domain.types import Interview
from app.failures import MediaStays, NotFound, RecordingChanged, ValueInvalid
from app.jobs.child import ChildReport, run_child
from app.recording.stretch_consent import require_throughout
from app.settings import SettingsFile
from app.store.library import Library
from app.whole_file import whole_file

SOUND, PICTURE = "speech", "face"
"""Whoever may analyse the voice may hear it in a clip; whoever may analyse the face may see it."""
SLACK_S = 1.0
"""A stretch may reach so far beyond the length that the container told."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a clip of a recording may have."""

    picture: bool
    sound: bool

    @property
    def ending(self) -> str:
        """How its file ends."""
        return ".webm" if self.picture else ".flac"


def parts_of(library: Library, interview: Interview) -> Parts:
    """What of an interview's recording may leave the library as a clip.

    Raises NotFound without a recording, MediaStays where the jurisdiction allows no clips,
    ConsentMissing where no consent covers what the recording has.
    """
    media = interview.media
    if media is None:
        raise NotFound(what=text.tr("store.media"), id=interview.id)
    rules = policy.profile(SettingsFile(library.folder).values.jurisdiction)
    if not rules.clips:
        raise MediaStays(rules=text.tr(f"policy.profile_{rules.name.lower()}"))
    has = {PICTURE: media.has_video, SOUND: media.has_audio}
    wanted = tuple(name for name, there in has.items() if there)
    allowed = require_throughout(library, interview.id, rules, wanted)
    return Parts(PICTURE in allowed, SOUND in allowed)


class ClipWork:
    """Writes [start, end) (s) of an interview's recording to `out`; a job for `JobQueue.submit`.

    Raises what `parts_of` does, and ValueInvalid for a stretch outside the recording or a file of another kind.
    """

    def __init__(self, library: Library, interview_id: str, start: float, end: float, out: Path) -> None:
        self._library, self._interview = library, library.interview(interview_id)
        self._start, self._end, self._out = start, end, out
        self.parts = parts_of(library, self._interview)
        media = self._interview.media
        assert media is not None
        self._media = media
        latest = float("inf") if media.duration_s is None else media.duration_s + SLACK_S
        if not 0 <= start < end <= latest:
            allowed = "0-…" if media.duration_s is None else f"0-{media.duration_s:.2f} s"
            raise ValueInvalid(what="--clip", value=f"{start:g}-{end:g}", allowed=allowed)
        if out.suffix.lower() != self.parts.ending:
            raise ValueInvalid(what="--out", value=out.name, allowed=f"*{self.parts.ending}")

    def __call__(self, report: Callable[[ChildReport], None], stop: threading.Event) -> Path:
        """Write it, whole or not at all, and note in the audit that it left the library.

        Raises RecordingChanged where a stretch of the recording was redacted meanwhile, and what `run_child` does.
        """
        self._check()
        library, parts, media = self._library, self.parts, self._media
        with whole_file(self._out) as part, library.vault.lease_playable(media.sha256) as source:
            job = protocol.ClipJob(
                str(source), media.name, str(part), self._start, self._end, parts.picture, parts.sound
            )
            run_child(job, report, stop)
            self._check()
        if not library.read_only:
            library.record("exported", self._interview.id, f"clip {self._start:.2f}-{self._end:.2f} s")
        return self._out

    def _check(self) -> None:
        if self._library.interview(self._interview.id).media != self._media:
            raise RecordingChanged
