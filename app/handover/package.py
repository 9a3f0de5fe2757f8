"""What a package says of itself: its kind, its manifest, and how much of anything one may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

import msgspec

SUFFIX = ".mianjian"
FORMAT = "mianjian-package"
VERSION = 2
"""2 = with notes, made files, or what the HR system says; a package without these is written as 1."""
MANIFEST = "manifest.json"

MOST_MEMBERS = 20_000
MOST_BYTES = 64 << 30
"""Of one recording."""
MOST_DATA_BYTES = 256 << 20
"""Of one member that is no recording: rows are read as a whole."""
MOST_MANIFEST_BYTES = 16 << 20
MOST_RATIO = 200
"""Rows shrink to a tenth or so. More than this from a megabyte on is a bomb."""
FREE_BYTES = 1 << 20

_ID = r"[0-9A-Za-z][0-9A-Za-z._-]{0,99}"
_NAMES = re.compile(
    rf"rows/[a-z_]{{1,40}}\.json|receipts\.json|signed/{_ID}\.json|media/[0-9a-f]{{64}}"
    r"|notes\.json|files\.json|said\.json|(?:made|documents)/[0-9a-f]{64}"
    rf"|analyses/{_ID}/[a-z_]{{1,40}}\.(?:json|npz|vtt|srt|rttm|eaf|csv)|reports/{_ID}\.pdf"
)
"""Every name that a member may have: nothing in it leads out of a folder."""
NOTES, FILES, SAID = "notes.json", "files.json", "said.json"
_OF_VERSION_2 = (NOTES, FILES, SAID, "made/", "documents/")


class Kind(StrEnum):
    """Which way a package goes. RESULTS come home; the other two go out, RECEIPTS with confirmations alone."""

    OUTWARD = "outward"
    RESULTS = "results"
    RECEIPTS = "receipts"


class Member(msgspec.Struct, frozen=True):
    """One file of the package; `bytes` and `sha256` (hex) of its content."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """The first member. `library` tells the packages of one library apart from those of others; times in UTC. `system`
    = the HR system that `remote_id`s are of, "" = not told."""

    id: str
    kind: Kind
    library: str
    made: str
    by: str
    app_version: str
    members: tuple[Member, ...]
    format: str = FORMAT
    version: int = VERSION
    system: str = ""


def is_name(name: str) -> bool:
    """Whether a package of this version may have a member of this name."""
    return _NAMES.fullmatch(name) is not None


def version_of(names: Iterable[str]) -> int:
    """The lowest version that knows members of these names: older programs take what they can understand."""
    return 2 if any(name.startswith(_OF_VERSION_2) for name in names) else 1


def is_stored(name: str) -> bool:
    """Whether a member is stored as it is: recordings, and files whose makers may have shrunk them to nothing."""
    return name.startswith(("media/", "made/", "documents/"))


def is_recording(name: str) -> bool:
    """Whether a member is a recording, which is never read as a whole."""
    return name.startswith("media/")


def signed_name(external_id: str) -> str:
    """Where the canonical bytes of a signed revision lie; a colon is no part of a file's name."""
    return f"signed/{external_id.replace(':', '.')}.json"
