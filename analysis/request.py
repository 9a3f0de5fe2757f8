"""What the child process is asked to do: plain data, sent as JSON, so that nothing is pickled."""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.document import Correction, Fallback, Span

TRANSCRIPTS = (".vtt", ".srt", ".eaf", ".txt")
"""Endings of the transcripts that are read: WebVTT, SubRip, ELAN, plain text."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the position, with its language-independent aliases."""

    text: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Glossary:
    """The terms of a domain, counted apart from the position's own."""

    id: str
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class KitQuestion:
    """A question of the interview kit."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was marked as asked in [start, end] of the recording (s), its answer included.

    `id` is the kit's, "" for one that is in it no more; `used` False = it was asked anew later, this does not count.
    """

    id: str
    text: str
    start: float
    end: float
    used: bool = True


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """One analysis of one media file.

    `modalities` are names of `analysis.features.modalities()`. `media` and `out_dir` are paths that the child may open;
    `observed_dir` keeps finished stages for resuming and for deriving again. `language` is "auto", "zh" or "en";
    `speakers` None = suggest; `device` "auto", "cpu" or "cuda".
    `transcriber` is a faster-whisper folder, None = the bundled base model. `transcript` is a path to a transcript that
    is taken in place of what the machine would hear, `transcript_name` what people call that file. `instead` = what
    somebody else was to do, and is done here after all. `asked` = what was marked while the interview was held.
    `unseen` = stretches (s) whose pictures are not looked at: the candidate did not agree to it then.
    """

    media: str
    out_dir: str
    observed_dir: str
    language: str = "auto"
    speakers: int | None = 2
    terms: tuple[Term, ...] = ()
    questions: tuple[KitQuestion, ...] = ()
    glossaries: tuple[Glossary, ...] = ()
    enrol_clip: str | None = None
    modalities: tuple[str, ...] = ("speech", "face")
    face_fps: float = 5.0
    device: str = "auto"
    threads: int = 2
    transcriber: str | None = None
    display_name: str = ""
    corrections: tuple[Correction, ...] = field(default=())
    transcript: str | None = None
    transcript_name: str = ""
    instead: tuple[Fallback, ...] = ()
    asked: tuple[Asked, ...] = ()
    unseen: tuple[Span, ...] = ()
