"""Why something could not be measured at a time: from what the analysis saw of the face, heard of the voices, and from
the recording itself."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from analysis.document import PEAK_RATE_HZ, TRACK_RATE_HZ, Role
from app.absence import withheld
from app.text import tr
from ui.review.bar_lanes import in_order, indexed
from ui.review.event_index import EventIndex
from ui.review.lane import Gaps
from ui.review.model import Recording
from ui.review.pyramid import gaps
from ui.review.voices import role_words, voice_name

GAP_S = 1.0
"""What of the face has no value for longer than this is a gap; shorter breaks (a blink) are just breaks."""
SPEECH_GAP_S = 2.0
"""The candidate's voice is a gap only where nothing was heard of it for so long: every question is a break."""
SILENT, SILENT_S = 1e-4, 10.0
"""A recording without sound: below -80 dBFS for so long. Shorter silence is what a noise gate leaves between words."""
OF_THE_FACE = ("face_lost", "other_shown", "too_dark", "blurred")
"""Events that say why nothing of the candidate's face could be read."""


class Reasons:
    """The gaps of one recording's tracks, each with its causes."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        events = [event for event in recording.analysis.events if event.kind in OF_THE_FACE]
        self._events = in_order(events)
        self._seen = indexed(self._events)
        self._withheld = withheld(recording.analysis.missing)
        self._turns = sorted(recording.analysis.speakers.turns, key=lambda turn: turn.start)
        self._spoken = EventIndex((turn.start, turn.end) for turn in self._turns)

    def of_face(self, *tracks: str) -> Gaps:
        """Where none of some tracks of the face has a value."""
        return Gaps(self._without(tracks, GAP_S), self._why_no_face)

    def of_voice(self, *tracks: str) -> Gaps:
        """Where none of some tracks of the candidate's voice has a value."""
        return Gaps(self._without(tracks, SPEECH_GAP_S), self._why_no_voice)

    @cached_property
    def of_sound(self) -> Gaps:
        """Where the recording has no sound, or its sound has ended."""
        peaks, duration = self._recording.peaks, self._recording.analysis.media.duration
        if peaks is None or not len(peaks):
            return Gaps(EventIndex(()), _no_sound)
        silent = np.abs(peaks).max(axis=1) < SILENT
        spans = gaps(np.where(silent, np.nan, 0.0), PEAK_RATE_HZ, SILENT_S)
        end = len(peaks) / PEAK_RATE_HZ
        if duration - end > GAP_S:
            spans = [*spans, (end, duration)]
        return Gaps(EventIndex(spans), _no_sound)

    def _without(self, names: tuple[str, ...], longer_than_s: float) -> EventIndex:
        tracks = [self._recording.tracks[name] for name in names if name in self._recording.tracks]
        if not tracks:
            return EventIndex(())
        absent = np.logical_and.reduce([~np.isfinite(track) for track in tracks])
        return EventIndex(gaps(np.where(absent, np.nan, 0.0), TRACK_RATE_HZ, longer_than_s))

    def _why_no_face(self, time_s: float) -> str:
        """Whether it was allowed; the event there; else whether there is a face at all."""
        if any(start <= time_s < end for start, end in self._withheld):
            return tr("review.gap_withheld")
        place = self._seen.at(time_s)
        if place is not None:
            return tr(f"review.gap_{self._events[place].kind}")
        present, sample = self._recording.tracks.get("present"), int(time_s * TRACK_RATE_HZ)
        seen = present is not None and sample < len(present) and present[sample] > 0
        return tr("review.gap_unread" if seen else "review.gap_face_lost")

    def _why_no_voice(self, time_s: float) -> str:
        """No sound, somebody else who speaks, nobody; else the candidate does, and it could not be measured."""
        if silent := self.of_sound.reason(time_s):
            return silent
        if not self._turns:
            return tr("review.gap_voice")
        speakers = self._recording.analysis.speakers
        here = dict.fromkeys(self._turns[place].speaker for place in self._spoken.within(time_s, time_s))
        if not here:
            return tr("review.gap_nobody")
        if any(speakers.roles.get(speaker) is Role.CANDIDATE for speaker in here):
            return tr("review.gap_unmeasured")
        words = role_words(self._recording.candidate)
        names = tr("review.comma").join(voice_name(speakers, speaker, words) for speaker in here)
        return tr("review.gap_other_speaks", name=names)


def _no_sound(_time_s: float) -> str:
    return tr("review.gap_no_sound")
