"""Who speaks when, by voice activity within the turns, and who holds the floor.

A floor is one speaker's stretch until another one takes over; a back-channel (a short 嗯, 对, yeah while the other goes
on) does not end it. Pauses are silences of at least 0.25 s inside a floor (De Jong & Wempe 2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.derive.segments import SegmentIndex
from analysis.derive.spans import clipped, gaps, merged
from analysis.document import Span, Turn
from analysis.language.fillers import is_backchannel
from analysis.language.questions import asks
from analysis.language.script import has_han, join_words

MIN_PAUSE_S = 0.25
BRIEF_GAP_S, LONG_PAUSE_S = 0.1, 1.0
"""Classes of silences (Campione & Véronis 2002): brief, medium from `MIN_PAUSE_S` on, long above one second. Their
bound between brief and medium is 0.2 s; here it is where a silence begins to count as a pause."""
BACKCHANNEL_S = 1.0
_SAME_BREATH_S = 0.05
_ASKED_S = 2.0


@dataclass(frozen=True)
class Floor:
    """One speaker's hold of the floor, from its first to its last speech; `speech` is the voice activity inside."""

    speaker: str
    start: float
    end: float
    speech: tuple[Span, ...]

    def pauses(self) -> tuple[Span, ...]:
        """Silences of at least 0.25 s."""
        return tuple(gap for gap in gaps(self.speech) if is_pause(gap))


def is_pause(gap: Span) -> bool:
    """Whether a silence is long enough to count."""
    return gap.end - gap.start >= MIN_PAUSE_S - 1e-6


@dataclass(frozen=True, slots=True)
class Backchannel:
    """A short sign of listening. `text` may be empty: a recogniser drops many."""

    speaker: str
    start: float
    end: float
    text: str


def speech_by_speaker(turns: Sequence[Turn], activity: Sequence[Span]) -> dict[str, tuple[Span, ...]]:
    """Voice activity within each speaker's turns (refined ones); without any activity the turns themselves."""
    found: dict[str, list[Span]] = {turn.speaker: [] for turn in turns}
    for turn in turns:
        found[turn.speaker] += clipped(activity, turn.start, turn.end) if activity else [Span(turn.start, turn.end)]
    return {name: merged(spans, _SAME_BREATH_S) for name, spans in found.items()}


def floors(
    speech: dict[str, tuple[Span, ...]], said: SegmentIndex
) -> tuple[tuple[Floor, ...], tuple[Backchannel, ...]]:
    """Floors and back-channels in time order. `said` tells what a short turn says."""
    runs = _runs(speech)
    kept: list[Floor] = []
    signs: list[Backchannel] = []
    for place, run in enumerate(runs):
        sign = _backchannel(runs, place, kept, said)
        if sign:
            signs.append(sign)
        elif kept and kept[-1].speaker == run.speaker:
            kept[-1] = _joined(kept[-1], run)
        else:
            kept.append(run)
    return tuple(kept), tuple(signs)


def _runs(speech: dict[str, tuple[Span, ...]]) -> list[Floor]:
    """Neighbouring speech of one speaker with nobody else between."""
    listed = [Floor(name, span.start, span.end, (span,)) for name, spans in speech.items() for span in spans]
    runs: list[Floor] = []
    for single in sorted(listed, key=lambda floor: (floor.start, floor.end)):
        if runs and runs[-1].speaker == single.speaker:
            runs[-1] = _joined(runs[-1], single)
        else:
            runs.append(single)
    return runs


def _joined(left: Floor, right: Floor) -> Floor:
    return Floor(left.speaker, left.start, max(left.end, right.end), left.speech + right.speech)


def _backchannel(runs: Sequence[Floor], place: int, kept: Sequence[Floor], said: SegmentIndex) -> Backchannel | None:
    """A run as a back-channel: short, nothing but signs of listening, and the same other speaker before and after."""
    run = runs[place]
    if not kept or place + 1 >= len(runs) or run.end - run.start >= BACKCHANNEL_S:
        return None
    holder = kept[-1].speaker
    if holder == run.speaker or runs[place + 1].speaker != holder:
        return None
    text = join_words([word.text for word in said.words(Span(run.start, run.end), run.speaker)])
    if text and (not is_backchannel(text, "zh" if has_han(text) else "en") or _just_asked(said, holder, run.start)):
        return None
    return Backchannel(run.speaker, run.start, run.end, text)


def _just_asked(said: SegmentIndex, holder: str, time_s: float) -> bool:
    """Whether the holder of the floor has just asked: then even a short word is an answer."""
    before = [s for s in said.touching(time_s - _ASKED_S, time_s) if s.speaker == holder and s.start < time_s]
    return bool(before) and asks(before[-1].text, before[-1].language)
