"""Transcripts that people gave: kept beside the recording, and taken in place of what the machine would hear.

Every file that was ever given stays, as analyses name it by its hash; a pointer says which one the next analysis takes.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import msgspec

from analysis.failures import TranscriptUnknown
from analysis.request import TRANSCRIPTS
from app import text
from app.failures import NotFound, ReadOnly
from app.store.recordings import Recordings
from app.store.vault import private_file, private_folder, writing_into

if TYPE_CHECKING:
    from analysis.reading.heard import HeardFile

POINTER = "transcript.json"
HEARD = ".heard"
"""The ending of what an outside recogniser heard: see `analysis.reading.heard`."""


@dataclass(frozen=True, slots=True)
class KeptTranscript:
    """A transcript beside a recording: what it was called, its hash (hex), and its file for one child job."""

    name: str
    sha256: str
    path: Path

    @property
    def heard(self) -> bool:
        """Whether an outside recogniser heard it, and no person gave it."""
        return self.path.suffix == HEARD


class _Pointer(msgspec.Struct, frozen=True):
    """What the pointer's file says; `file` lies in the same folder."""

    name: str
    sha256: str
    file: str


class Transcripts(Recordings):
    """Transcripts beside recordings."""

    def keep_transcript(self, interview_id: str, source: Path) -> KeptTranscript:
        """Copy a transcript into the vault, once it is known that it can be read; `use_transcript` makes it count.

        Raises TranscriptInvalid (one of its kinds), ReadOnly, NotFound, DiskFull, FolderNotWritable.
        """
        from analysis import reading

        if self.read_only:
            raise ReadOnly
        folder = self._beside(interview_id)
        if source.suffix.lower() == HEARD:  # only what a recogniser really said is kept as that
            raise TranscriptUnknown(name=source.name)
        reading.read(source)
        raw = source.read_bytes()
        digest = hashlib.sha256(raw).hexdigest()
        suffix = source.suffix.lower()
        kept = folder / f"{digest}{suffix if suffix in TRANSCRIPTS else '.eaf'}"  # by another ending, only XML is read
        with writing_into(folder):
            private_folder(folder)
            if not kept.exists():
                _write(kept, raw)
        return KeptTranscript(source.name, digest, kept)

    def keep_heard(self, interview_id: str, file: HeardFile) -> KeptTranscript:
        """Keep what an outside recogniser heard, as a transcript; `use_transcript` makes it count.

        Raises ReadOnly, NotFound, DiskFull, FolderNotWritable.
        """
        from analysis.reading.heard import encode

        if self.read_only:
            raise ReadOnly
        folder, raw = self._beside(interview_id), encode(file)
        digest = hashlib.sha256(raw).hexdigest()
        kept = folder / f"{digest}{HEARD}"
        with writing_into(folder):
            private_folder(folder)
            _write(kept, raw)
        return KeptTranscript(file.source.name, digest, kept)

    def use_transcript(self, interview_id: str, kept: KeptTranscript) -> None:
        """From now on the interview's analyses take their words from it. Raises ReadOnly, DiskFull."""
        folder = self._beside(interview_id)
        with self.session() as session:
            action = "transcript_recognised" if kept.heard else "transcript_imported"
            self._note(session, action, "interview", interview_id, f"{kept.name} {kept.sha256}")
            with writing_into(folder):
                _write(folder / POINTER, msgspec.json.encode(_Pointer(kept.name, kept.sha256, kept.path.name)))

    def forget_transcript(self, interview_id: str) -> None:
        """From now on the machine listens again. The file stays. Raises ReadOnly, NotFound."""
        pointer = self._beside(interview_id) / POINTER
        with self.session() as session:
            if pointer.exists():
                pointer.unlink()
                self._note(session, "transcript_set_aside", "interview", interview_id)

    def transcript(self, interview_id: str) -> KeptTranscript | None:
        """The transcript that the interview's next analysis takes, None = it listens. Raises NotFound."""
        folder = self._beside(interview_id)
        try:
            said = msgspec.json.decode((folder / POINTER).read_bytes(), type=_Pointer)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        return KeptTranscript(said.name, said.sha256, folder / Path(said.file).name)

    def _beside(self, interview_id: str) -> Path:
        media = self.interview(interview_id).media
        if media is None:
            raise NotFound(what=text.tr("store.media"), id=interview_id)
        return self.vault.transcripts(media.sha256)


def _write(path: Path, raw: bytes) -> None:
    """Whole or not at all."""
    part = path.with_name(f"part-{uuid4().hex}")
    try:
        with private_file(part) as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
