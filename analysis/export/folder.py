"""The folder of an analysis: all seven files written at once, and the document read back from it."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import numpy as np

from analysis.derive import PEAKS, Derived
from analysis.derive.voice import track_length
from analysis.document import SCHEMA_VERSION, Analysis
from analysis.export import curves, elan, rttm, subtitles
from analysis.failures import DiskFull, DocumentInvalid, FolderNotWritable
from analysis.observations import Floats

DOCUMENT, TRACKS = "analysis.json", "tracks.npz"
FILES = (TRACKS, "transcript.vtt", "transcript.srt", "speakers.rttm", "transcript.eaf", "curves.csv", DOCUMENT)
"""In the order of writing: the document last, so that a folder with it is complete."""


class DocumentMissing(DocumentInvalid):
    """The folder holds no finished analysis. params: folder"""

    code = "document_missing"


class DocumentNewer(DocumentInvalid):
    """The analysis was made by a newer version of the program. params: folder, version"""

    code = "document_newer"


class DocumentDamaged(DocumentInvalid):
    """A file of the analysis cannot be understood, or does not belong to the others. params: folder, file"""

    code = "document_damaged"


class _Version(msgspec.Struct):
    """The one field that is read before anything else is believed."""

    schema_version: Annotated[int, msgspec.Meta(ge=1)]


def write_all(folder: Path, derived: Derived, names: Sequence[str] = FILES) -> None:
    """Write the seven files, or those that are named.

    Whatever happens, the folder holds the old analysis, none, or the new one.

    Raises DiskFull, FolderNotWritable.
    """
    parts = {name: folder / f"part-{name}" for name in names}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, part in parts.items():
            _write(part, content(derived, name))
        (folder / DOCUMENT).unlink(missing_ok=True)
        for name, part in parts.items():
            os.replace(part, folder / name)
    except OSError as error:
        _remove(list(parts.values()))
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise (DiskFull if full else FolderNotWritable)(folder=str(folder)) from error


def content(derived: Derived, name: str) -> bytes:
    """What one of the seven files holds."""
    contents: dict[str, Callable[[], bytes]] = {
        TRACKS: lambda: _npz(derived.tracks),
        "transcript.vtt": lambda: subtitles.webvtt(derived.analysis).encode(),
        "transcript.srt": lambda: subtitles.srt(derived.analysis).encode(),
        "speakers.rttm": lambda: rttm.rttm(derived.analysis).encode(),
        "transcript.eaf": lambda: elan.eaf(derived.analysis),
        "curves.csv": lambda: curves.csv_table(derived).encode("utf-8-sig"),
        DOCUMENT: lambda: document_json(derived.analysis),
    }
    return contents[name]()


def document_json(analysis: Analysis) -> bytes:
    """The document as indented UTF-8 JSON."""
    return msgspec.json.format(msgspec.json.encode(analysis), indent=1)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _remove(paths: list[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            continue  # the folder itself is gone or read-only: the failure that led here is the one to tell


def _npz(tracks: dict[str, Floats]) -> bytes:
    """Uncompressed: a two-hour interview opens in milliseconds."""
    buffer = io.BytesIO()
    arrays = {name: np.asarray(values, dtype=np.float32) for name, values in tracks.items()}
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def read(folder: Path) -> Derived:
    """The document and its tracks. Raises DocumentMissing, DocumentNewer or DocumentDamaged (all DocumentInvalid)."""
    try:
        raw = (folder / DOCUMENT).read_bytes()
    except OSError as error:
        raise DocumentMissing(folder=str(folder)) from error
    try:
        version = msgspec.json.decode(raw, type=_Version).schema_version
        if version > SCHEMA_VERSION:
            raise DocumentNewer(folder=str(folder), version=version)
        analysis = msgspec.json.decode(raw, type=Analysis)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DocumentDamaged(folder=str(folder), file=DOCUMENT) from error
    return Derived(analysis, _tracks(folder, analysis))


def _tracks(folder: Path, analysis: Analysis) -> dict[str, Floats]:
    try:
        with (folder / TRACKS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            tracks = {name: np.asarray(stored[name], dtype=np.float32) for name in stored.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise DocumentDamaged(folder=str(folder), file=TRACKS) from error
    length = track_length(analysis.media.duration)
    described = {name: values for name, values in tracks.items() if name != PEAKS}
    if set(described) != set(analysis.tracks) or any(values.shape != (length,) for values in described.values()):
        raise DocumentDamaged(folder=str(folder), file=TRACKS)
    return tracks
