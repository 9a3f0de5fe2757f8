"""Everything that touches the recording itself: what it is, its sound, its pictures, and one clean copy of it.

With `analysis.recording` this is what may import `av`. A file is opened by what it contains, never by its name; nothing
in a file can make the decoder open another one. Times are seconds from the earliest timestamp of its sound and picture.
"""

from __future__ import annotations

from analysis.media.clipping import clip
from analysis.media.copying import remux
from analysis.media.pictures import DETAIL_SIDE, MAX_SIDE, Pictures, frames, thumbnail
from analysis.media.probing import probe
from analysis.media.redacting import redact
from analysis.media.sound import SAMPLE_RATE, SoundFile, read_clip
from analysis.media.timing import frame_times

__all__ = [
    "DETAIL_SIDE", "MAX_SIDE", "SAMPLE_RATE", "Pictures", "SoundFile", "clip", "frame_times", "frames", "probe",
    "read_clip", "redact", "remux", "thumbnail",
]  # fmt: skip
