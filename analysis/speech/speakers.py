"""Who speaks when: two microphones are told apart by channel, one microphone by voice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.document import Span, Turn
from analysis.media import SAMPLE_RATE, SoundFile, read_clip
from analysis.media.stretches import within
from analysis.observations import SpeakerObservation
from analysis.speech.clustering import cluster, suggest
from analysis.speech.voices import FRAME_S, FRAMES, LOCAL_SPEAKERS, SAME_VOICE, WINDOW_S, Segmenter, VoicePrint

Progress = Callable[[float], None]
Floats = NDArray[np.float32]

PIECE_S = 1.5
MIN_RUN_S = 0.3
"""Shorter runs are too short for a voice print; they follow their neighbours."""

MERGE_GAP_S = 0.5
MIN_TURN_S = 0.2
MIN_OVERLAP_S = 0.15
_ENROL_S = 30.0
_BLOCK_WINDOWS = 30


@dataclass(frozen=True)
class _Piece:
    """A piece of one local speaker's run: window, local speaker, frames [first, last)."""

    window: int
    local: int
    first: int
    last: int

    @property
    def start(self) -> float:
        return self.window * WINDOW_S + self.first * FRAME_S

    @property
    def end(self) -> float:
        return self.window * WINDOW_S + self.last * FRAME_S


@dataclass(frozen=True, eq=False)
class _Person:
    """Somebody's speech in time order, as it was heard, and how the voice sounds (a unit vector)."""

    speech: list[Span]
    voice: Floats | None


def observe_speakers(
    sound: SoundFile,
    speech: Sequence[Span],
    count: int | None,
    enrol_clip: str | Path | None,
    segmentation_model: str | Path,
    embedding_model: str | Path,
    threads: int,
    progress: Progress,
    sides: Sequence[Sequence[Span]] = (),
    shared: Sequence[Span] = (),
) -> SpeakerObservation:
    """Find the turns of `count` speakers (None = the automatic suggestion, 1..4), and overlaps of two voices.

    `speech` and `sides` are the spans of `observe_sound`; `enrol_clip` a recording of one person, matched at a cosine
    of 0.61. In `shared` stretches the people with own microphones are known again by their voices. `progress` gets the
    media seconds done. Raises the failures of opening the clip.
    """
    prints = VoicePrint(embedding_model, threads)
    by_side = len(sides) == 2 and count in (None, 2)
    if by_side:
        sounding = zip(sound.sides, sides, strict=True)
        people = [_Person(list(spans), _mean_voice(prints, side, spans)) for side, spans in sounding]
        suggested = 2
        if within(speech, shared):
            found, _ = _by_voice(sound, speech, 2, Segmenter(segmentation_model, threads), prints, progress)
            people = _known_again(people, found, shared)
    else:
        segmenter = Segmenter(segmentation_model, threads)
        people, suggested = _by_voice(sound, speech, count, segmenter, prints, progress)
    order = sorted(people, key=lambda person: person.speech[0].start if person.speech else np.inf)
    enrolled, similarity = _enrolled(enrol_clip, prints, [person.voice for person in order])
    progress(sound.duration)
    return SpeakerObservation(
        turns=tuple(_turns(order)),
        overlaps=tuple(_overlaps(order)),
        suggested=suggested,
        enrolled=enrolled,
        similarity=similarity,
        sides=tuple(_name(order.index(person)) for person in people) if by_side else (),
    )


def _name(place: int) -> str:
    """Speakers by first appearance: S1, S2 …"""
    return f"S{place + 1}"


def _by_voice(
    sound: SoundFile,
    speech: Sequence[Span],
    count: int | None,
    segmenter: Segmenter,
    prints: VoicePrint,
    progress: Progress,
) -> tuple[list[_Person], int]:
    """The people, and the suggested count."""
    active = _activity(sound, speech, segmenter, lambda done: progress(done * 0.4))
    pieces = [piece for window in range(len(active)) for piece in _pieces(active[window], window)]
    found = _voice_prints(sound, pieces, prints, lambda done: progress(sound.duration * 0.4 + done * 0.6))
    heard = [i for i, voice in enumerate(found) if voice is not None]
    if not heard:
        return [], 0
    vectors = np.stack([voice for voice in found if voice is not None])
    suggested = suggest(vectors)
    wanted = max(1, min(count or suggested, len(heard)))
    labels = cluster(vectors, wanted)
    placed = _fill(pieces, dict(zip(heard, labels.tolist(), strict=True)))
    people = []
    for who in range(wanted):
        own = [Span(p.start, p.end) for p, label in zip(pieces, placed, strict=True) if label == who]
        voice = _unit(vectors[labels == who].mean(axis=0)) if (labels == who).any() else None
        people.append(_Person(_joined(own, FRAME_S), voice))
    return people, suggested


def _known_again(people: Sequence[_Person], found: Sequence[_Person], shared: Sequence[Span]) -> list[_Person]:
    """The people, each with what one of the voices of the whole recording says in the shared stretches: the voice that
    speaks when that person's own microphone hears speech, and where nothing tells that, the likest one."""

    def likeness(order: Sequence[int]) -> tuple[float, float]:
        pairs = [(people[who], one) for who, one in zip(order, found, strict=True)]
        together = sum(_length(_shared(person.speech, one.speech)) for person, one in pairs)
        return round(together, 1), sum(_likeness(person, one) for person, one in pairs)

    best = max(permutations(range(len(people)), len(found)), key=likeness)
    said = {who: within(one.speech, shared) for who, one in zip(best, found, strict=True)}
    return [
        _Person(_joined([*person.speech, *said.get(who, ())], FRAME_S), person.voice)
        for who, person in enumerate(people)
    ]


def _length(spans: Iterable[Span]) -> float:
    return sum(span.end - span.start for span in spans)


def _likeness(one: _Person, other: _Person) -> float:
    return float(one.voice @ other.voice) if one.voice is not None and other.voice is not None else 0.0


def _activity(sound: SoundFile, speech: Sequence[Span], segmenter: Segmenter, progress: Progress) -> NDArray[np.bool_]:
    """Local speakers' activity (windows, 589, 3), block by block; windows without any speech are not looked at."""
    count = int(np.ceil(sound.duration / WINDOW_S))
    active = np.zeros((count, FRAMES, LOCAL_SPEAKERS), bool)
    spoken = np.zeros(count, bool)
    for span in speech:
        spoken[int(span.start / WINDOW_S) : int(span.end / WINDOW_S) + 1] = True
    for first in range(0, count, _BLOCK_WINDOWS):
        last = min(first + _BLOCK_WINDOWS, count)
        if spoken[first:last].any():
            active[first:last] = segmenter.active(sound.slice(first * WINDOW_S, last * WINDOW_S))
        progress(min(last * WINDOW_S, sound.duration))
    active[~spoken] = False
    return active


def _pieces(active: NDArray[np.bool_], window: int) -> list[_Piece]:
    """One window's runs, each cut into pieces of about 1.5 s."""
    pieces = []
    for local in range(LOCAL_SPEAKERS):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], active[:, local].view(np.int8), [0]])))
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            parts = max(1, round((last - first) * FRAME_S / PIECE_S))
            cuts = np.linspace(first, last, parts + 1).astype(int).tolist()
            pieces += [_Piece(window, local, a, b) for a, b in pairwise(cuts)]
    return pieces


def _voice_prints(
    sound: SoundFile, pieces: Sequence[_Piece], prints: VoicePrint, progress: Progress
) -> list[Floats | None]:
    found: list[Floats | None] = []
    for piece in pieces:
        long_enough = piece.end - piece.start >= MIN_RUN_S
        found.append(prints.of(sound.slice(piece.start, piece.end)) if long_enough else None)
        if len(found) % 20 == 0:
            progress(piece.end)
    return found


def _fill(pieces: Sequence[_Piece], known: dict[int, int]) -> list[int]:
    """A label for every piece: too short ones follow the same local speaker of their window, else the nearest piece."""
    by_local: dict[tuple[int, int], list[int]] = {}
    for i, label in known.items():
        by_local.setdefault((pieces[i].window, pieces[i].local), []).append(label)
    labels = []
    for i, piece in enumerate(pieces):
        if i in known:
            labels.append(known[i])
        elif same := by_local.get((piece.window, piece.local)):
            labels.append(max(set(same), key=same.count))
        else:
            labels.append(known[min(known, key=lambda j: abs(pieces[j].start - piece.start))])
    return labels


def _joined(spans: Sequence[Span], gap_s: float) -> list[Span]:
    """Spans in time order, merged over gaps below `gap_s`."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start):
        if found and span.start - found[-1].end < gap_s:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _turns(people: Sequence[_Person]) -> list[Turn]:
    """Each person's turns, joined over gaps below 0.5 s."""
    turns = [
        Turn(round(span.start, 3), round(span.end, 3), _name(place))
        for place, person in enumerate(people)
        for span in _joined(person.speech, MERGE_GAP_S)
        if span.end - span.start >= MIN_TURN_S
    ]
    return sorted(turns, key=lambda turn: (turn.start, turn.end))


def _overlaps(people: Sequence[_Person]) -> list[Span]:
    """Where two people really sound at once: a turn goes on over its own short gaps, in which another may speak."""
    found = [
        Span(round(span.start, 3), round(span.end, 3))
        for one, other in combinations(people, 2)
        for span in _shared(one.speech, other.speech)
        if span.end - span.start >= MIN_OVERLAP_S
    ]
    return sorted(found, key=lambda span: span.start)


def _shared(one: Sequence[Span], other: Sequence[Span]) -> Iterator[Span]:
    """What two lists of spans in time order have in common."""
    i = j = 0
    while i < len(one) and j < len(other):
        start, end = max(one[i].start, other[j].start), min(one[i].end, other[j].end)
        if start < end:
            yield Span(start, end)
        if one[i].end < other[j].end:
            i += 1
        else:
            j += 1


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float32)


def _mean_voice(prints: VoicePrint, sound: SoundFile, spans: Sequence[Span]) -> Floats | None:
    """The mean voice of the first half minute of these spans."""
    found, seconds = [], 0.0
    for span in spans:
        for start in np.arange(span.start, span.end - MIN_RUN_S, PIECE_S):
            voice = prints.of(sound.slice(float(start), min(float(start) + PIECE_S, span.end)))
            if voice is not None:
                found.append(voice)
                seconds += PIECE_S
        if seconds >= _ENROL_S:
            break
    return _unit(np.stack(found).mean(axis=0)) if found else None


def _enrolled(
    clip: str | Path | None, prints: VoicePrint, voices: Sequence[Floats | None]
) -> tuple[str | None, float | None]:
    """The speaker that the clip matches, and how well the best one does."""
    if clip is None:
        return None, None
    sound = read_clip(clip, _ENROL_S)
    voice = _mean_voice(prints, sound, [Span(0.0, len(sound.samples) / SAMPLE_RATE)])
    known = [(float(voice @ other), i) for i, other in enumerate(voices) if voice is not None and other is not None]
    if not known:
        return None, None
    similarity, best = max(known)
    return (f"S{best + 1}" if similarity >= SAME_VOICE else None), round(similarity, 4)
