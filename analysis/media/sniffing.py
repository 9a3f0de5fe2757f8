"""Which container a file is, told from its first bytes alone, so that no name and no guess of the decoder decides.

Playlists and concatenation lists name other files; FFmpeg's own probing would follow them. They are refused here, and
everything that is not on the list of containers never reaches a demuxer at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from analysis.failures import MediaEmpty, MediaMissing, MediaRefused, MediaUnreadable

HEAD_BYTES = 4096
_ISO_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp"}
_PLAYLISTS = (
    ("ffconcat", "ffconcat"),
    ("#extm3u", "m3u8"),
    ("[playlist]", "pls"),
    ("<mpd", "MPD"),
    ("<smil", "SMIL"),
    ("<asx", "ASX"),
    ("v=0", "SDP"),
    ("[reference]", "ASX"),
    ("#!trf1", "playlist"),
    ("file '", "ffconcat"),
    ("file /", "ffconcat"),
)


def container_of(path: Path, name: str) -> str:
    """The FFmpeg demuxer for the file's content, one of the permitted ones.

    `name` is what the person calls the file, for messages. Raises MediaMissing, MediaEmpty, MediaRefused (a playlist)
    or MediaUnreadable (anything else that is not a permitted container).
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            if not head:
                raise MediaEmpty(name=name)
            kind = _after_tag(file, head) if head[:3] == b"ID3" else _binary_kind(head)
    except OSError as error:
        raise MediaMissing(name=name) from error
    playlist = playlist_kind(head)
    if playlist is not None:
        raise MediaRefused(name=name, format=playlist)
    if kind is None:
        raise MediaUnreadable(name=name)
    return kind


def _binary_kind(head: bytes) -> str | None:
    """The demuxer for a file that starts with `head`, None where it is none of the permitted."""
    if head[4:8] in _ISO_BOXES:
        return "mov"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska"
    if head[:4] in (b"RIFF", b"RF64", b"BW64"):
        return {b"AVI ": "avi", b"WAVE": "wav"}.get(head[8:12])
    if head[:4] == b"fLaC":
        return "flac"
    if head[:4] == b"OggS":
        return "ogg"
    return _frame_sync_kind(head)


def _frame_sync_kind(head: bytes) -> str | None:
    """MP3 and AAC (ADTS) have no header of their own: both start with a frame's eleven or twelve set bits.

    The two layer bits after them are 0 in ADTS and never 0 in MPEG audio (ISO/IEC 11172-3, 13818-7).
    """
    head = head.lstrip(b"\0")
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0x06:
        bitrate, rate = head[2] >> 4, (head[2] >> 2) & 3
        return "mp3" if bitrate != 15 and rate != 3 else None
    return "aac" if head[1] & 0xF0 == 0xF0 else None


def _after_tag(file: BinaryIO, head: bytes) -> str | None:
    """What follows an ID3v2 tag; its length is four bytes of seven bits."""
    size = sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    file.seek(10 + size)
    rest = file.read(HEAD_BYTES)
    return _binary_kind(rest) or ("mp3" if rest else None)


def playlist_kind(head: bytes) -> str | None:
    """The name of the playlist format that `head` begins, None where it is no playlist."""
    text = _as_text(head).lstrip("\ufeff \t\r\n").lower()
    if text.startswith(("<?xml", "<!--")):
        return next((kind for mark, kind in _PLAYLISTS if mark.startswith("<") and mark in text), None)
    return next((kind for mark, kind in _PLAYLISTS if text.startswith(mark)), None)


def _as_text(head: bytes) -> str:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head.decode(encoding, errors="replace")
    return head.decode("utf-8", errors="replace")
