"""Which reader a file is for: by what it begins with, then by its ending."""

from __future__ import annotations

from pathlib import Path

from analysis.failures import (
    TranscriptEmpty,
    TranscriptMissing,
    TranscriptNotText,
    TranscriptTooLarge,
    TranscriptUnknown,
)
from analysis.reading import heard, plain, subtitles
from analysis.reading.cues import Reading
from analysis.reading.decoding import decoded
from analysis.request import TRANSCRIPTS

MAX_BYTES = 32_000_000
MAX_CHARACTERS = 1_000_000
"""Of text, without times: more than fifty hours of speech."""
_XML = ("<?xml", "<ANNOTATION_DOCUMENT", "<!DOCTYPE")


def read(path: Path, name: str = "") -> Reading:
    """The cues of a transcript file; `name` is what messages call it. Raises TranscriptInvalid (one of its kinds)."""
    name = name or path.name
    raw = _bytes(path, name)
    if path.suffix == heard.SUFFIX:
        return _not_empty(heard.read(raw, name), name)
    text = decoded(raw)
    if text is None:
        raise TranscriptNotText(name=name)
    return _not_empty(_read(text, raw, path.suffix.lower(), name), name)


def _not_empty(found: Reading, name: str) -> Reading:
    if not found.cues:
        raise TranscriptEmpty(name=name)
    if sum(len(cue.text) for cue in found.cues) > MAX_CHARACTERS:
        raise TranscriptTooLarge(name=name)
    return found


def _bytes(path: Path, name: str) -> bytes:
    try:
        if not path.is_file():
            raise TranscriptMissing(name=name)
        if path.stat().st_size > MAX_BYTES:
            raise TranscriptTooLarge(name=name)
        return path.read_bytes()
    except OSError as error:
        raise TranscriptMissing(name=name) from error


def _read(text: str, raw: bytes, suffix: str, name: str) -> Reading:
    head = text[:2000].lstrip()
    if head.startswith(_XML):
        from analysis.reading import eaf  # with the dictionaries of Chinese words

        return eaf.read(raw, name)
    if suffix not in TRANSCRIPTS:
        raise TranscriptUnknown(name=name)
    if head.startswith("WEBVTT"):
        return subtitles.webvtt(text)
    if suffix != ".txt" or subtitles.looks_timed(text):
        return subtitles.webvtt(text) if suffix == ".vtt" else subtitles.srt(text)
    return plain.read(text)
