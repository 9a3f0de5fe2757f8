"""Transcripts that people or other programs wrote: WebVTT, SubRip, ELAN and plain text, read with every doubt.

`read(path)` gives cues; nothing here knows a recording. What cannot be understood is a `TranscriptInvalid` with a
sentence, what is merely odd (a broken cue among good ones) is passed over and counted.
"""

from analysis.reading.cues import Cue, Reading, Source
from analysis.reading.files import read

__all__ = ["Cue", "Reading", "Source", "read"]
