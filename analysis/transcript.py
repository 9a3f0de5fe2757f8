"""The transcript that a request brings in place of what the machine would hear."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analysis import reading
from analysis.document import Provenance, Span
from analysis.observations import TextObservation
from analysis.reading import Reading, Source
from analysis.request import AnalysisRequest

SETTING, ALIGNED, LEFT_OUT = "transcript", "transcript_aligned", "transcript_left_out"
HASH = 12
"""Characters of the file's hash that the provenance has."""


@dataclass(frozen=True)
class Transcript:
    """A transcript as people call it, its hash (hex) and its cues."""

    name: str
    sha256: str
    reading: Reading

    def placed(self, speech: Sequence[Span], duration: float, heard: TextObservation | None) -> TextObservation:
        """Its words with times: from the cues and the voice activity, or from the words that were `heard`.

        Raises TranscriptForeign.
        """
        from analysis.speech import placing

        if self.reading.source is not None:
            return placing.recognised(self.reading, speech, duration, self.name)
        if heard is None:
            return placing.placed(self.reading, speech, duration, self.name)
        return placing.matched(self.reading, heard, speech, duration, self.name)


def given(request: AnalysisRequest) -> Transcript | None:
    """The request's transcript, read. Raises TranscriptInvalid (one of its kinds)."""
    if request.transcript is None:
        return None
    path = Path(request.transcript)
    name = request.transcript_name or path.name
    found = reading.read(path, name)
    return Transcript(name, hashlib.sha256(path.read_bytes()).hexdigest(), found)


def with_transcript(origin: Provenance, transcript: Transcript | None, text: TextObservation | None) -> Provenance:
    """The record of an analysis with where its words come from: the file's name and hash, and how well it fits."""
    if transcript is None or text is None or text.fit is None:
        return origin
    from analysis.speech.placing import percent

    said = {SETTING: f"{transcript.name} ({transcript.sha256[:HASH]})"} | _recogniser(transcript.reading.source)
    if text.fit.aligned is not None:
        said[ALIGNED] = percent(text.fit.aligned)
    if text.fit.left_out:
        said[LEFT_OUT] = f"{text.fit.left_out} / {text.fit.cues}"
    return replace(origin, settings=origin.settings | said)


def _recogniser(source: Source | None) -> dict[str, str]:
    """The outside recogniser that the words come from; nothing where a person gave them."""
    if source is None:
        return {}
    said = {
        "recogniser": source.name, "recogniser_host": source.host, "recogniser_at": source.at,
        "recogniser_profile": f"{source.profile} ({source.sha256[:HASH]})",
    }  # fmt: skip
    return said | ({"recogniser_model": source.model} if source.model else {})
