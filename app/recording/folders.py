"""Where a recording lies until it is in the library: one folder an interview, in it one folder for each part."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import psutil

from analysis.recording.wire import Files, Finished
from app.store.vault import (
    FACTS,
    FRAMES,
    ORIGINAL,
    PLAYABLE,
    THUMBNAIL,
    private_file,
    private_folder,
    sync_folder,
    writing_into,
)

ABOUT = "recording.json"
PART = "part-"
FINISHED = ".finished"
WRITER = ".writer"
ADMITTING = "admitting"


class About(msgspec.Struct, frozen=True):
    """What a recording is of: the interview, its `name` for people, when it began (UTC).

    Where it goes on with an earlier one: the hash of that, which it `replaces` (its first part is the same file).
    """

    interview_id: str
    name: str
    began: datetime
    replaces: str = ""


def make(folder: Path, interview_id: str, name: str, goes_on: Path | None = None, replaces: str = "") -> About:
    """A new folder for a recording, whose first part is the file that it goes on with. Raises OSError.

    Whatever cuts this off, the folder says whose it is before there is anything in it.
    """
    about = About(interview_id, name, datetime.now(UTC), replaces)
    private_folder(folder)
    with private_file(folder / ABOUT) as file:
        file.write(msgspec.json.encode(about))
        file.flush()
        os.fsync(file.fileno())
    sync_folder(folder)
    sync_folder(folder.parent)
    if goes_on is not None:
        _put_first(goes_on, folder / f"{PART}{0:04}")
        sync_folder(folder)
    return about


def _put_first(file: Path, part: Path) -> None:
    """Not copied where the disk can give a file two names."""
    private_folder(part)
    try:
        os.link(file, part / ORIGINAL)
    except OSError:
        shutil.copyfile(file, part / ORIGINAL)


def about(folder: Path) -> About:
    """What is known of a recording: where nothing is, it is of no interview, and named by its folder."""
    try:
        return msgspec.json.decode((folder / ABOUT).read_bytes(), type=About)
    except (OSError, msgspec.DecodeError):
        return About("", f"{folder.name}.mkv", datetime.now(UTC))


def parts(folder: Path) -> list[Path]:
    """The folders of its parts, in order."""
    return sorted(path for path in folder.glob(f"{PART}*") if path.is_dir())


def new_part(folder: Path) -> Files:
    """A folder for the next part. Raises OSError."""
    part = folder / f"{PART}{len(parts(folder)):04}"
    private_folder(part)
    sync_folder(folder)
    return Files(
        original=str(part / ORIGINAL),
        playable=str(part / PLAYABLE),
        thumbnail=str(part / THUMBNAIL),
        facts=str(part / FACTS),
        frames=str(part / FRAMES),
        finished=str(part.with_suffix(FINISHED)),
    )


def note_admitting(folder: Path, sha256: str) -> None:
    """Its recording, by this hash, is about to be taken into the library. Raises DiskFull, FolderNotWritable."""
    with writing_into(folder):
        (folder / ADMITTING).write_text(sha256, "ascii")


def admitting(folder: Path) -> str:
    """The hash of what was about to be taken in, "" where nothing was."""
    try:
        return (folder / ADMITTING).read_text("ascii")
    except (OSError, ValueError):
        return ""


def note_writer(part: Path, pid: int) -> None:
    """Which process writes a part. Raises OSError."""
    process = psutil.Process(pid)
    part.with_suffix(WRITER).write_text(f"{pid} {process.create_time()}", "ascii")


def writer(part: Path) -> psutil.Process | None:
    """The process that still writes a part; None where it is finished, or nobody does."""
    if finished(part) is not None:
        return None
    try:
        pid, born = part.with_suffix(WRITER).read_text("ascii").split()
        process = psutil.Process(int(pid))
        lives = process.create_time() == float(born) and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, psutil.Error):
        return None
    return process if lives else None


def finished(part: Path) -> Finished | None:
    """What its child said of a part that it finished; None where it could not finish it."""
    try:
        return msgspec.json.decode(part.with_suffix(FINISHED).read_bytes(), type=Finished)
    except (OSError, msgspec.DecodeError):
        return None
