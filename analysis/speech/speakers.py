"""Who speaks when: two microphones are told apart by channel, one microphone by voice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.document import Span, Turn
from analysis.media import SAMPLE_RATE, SoundFile, read_clip
from analysis.observations import SpeakerObservation
from analysis.speech.clustering import MAX_SPEAKERS, cluster, suggest
from analysis.speech.sides import side_spans
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


def observe_speakers(
    sound: SoundFile,
    speech: Sequence[Span],
    count: int | None,
    enrol_clip: str | Path | None,
    segmentation_model: str | Path,
    embedding_model: str | Path,
    threads: int,
    progress: Progress,
) -> SpeakerObservation:
    """Find the turns of `count` speakers (1..4; None = the automatic suggestion), and overlaps of two voices.

    `speech` are the spans of `observe_sound`; `enrol_clip` a recording of one person, matched at a cosine of 0.61;
    `progress` gets the media seconds done. Raises the failures of opening the clip.
    """
    prints = VoicePrint(embedding_model, threads)
    if len(sound.sides) == 2 and count in (None, 2):
        spans: list[list[Span]] = [list(found) for found in side_spans(sound.sides, progress)]
        voices = [_mean_voice(prints, side, found) for side, found in zip(sound.sides, spans, strict=True)]
        suggested = 2
    else:
        segmenter = Segmenter(segmentation_model, threads)
        spans, voices, suggested = _by_voice(sound, speech, count, segmenter, prints, progress)
    named = _named(spans)
    order = sorted(range(len(spans)), key=lambda i: spans[i][0].start if spans[i] else np.inf)
    enrolled, similarity = _enrolled(enrol_clip, prints, [voices[i] for i in order])
    progress(sound.duration)
    return SpeakerObservation(
        turns=tuple(_turns(named)),
        overlaps=tuple(_overlaps(list(named.values()))),
        suggested=suggested,
        enrolled=enrolled,
        similarity=similarity,
    )


def _by_voice(
    sound: SoundFile,
    speech: Sequence[Span],
    count: int | None,
    segmenter: Segmenter,
    prints: VoicePrint,
    progress: Progress,
) -> tuple[list[list[Span]], list[Floats | None], int]:
    """Each speaker's spans and mean voice, and the suggested count."""
    active = _activity(sound, speech, segmenter, lambda done: progress(done * 0.4))
    pieces = [piece for window in range(len(active)) for piece in _pieces(active[window], window)]
    found = _voice_prints(sound, pieces, prints, lambda done: progress(sound.duration * 0.4 + done * 0.6))
    heard = [i for i, voice in enumerate(found) if voice is not None]
    if not heard:
        return [], [], 0
    vectors = np.stack([voice for voice in found if voice is not None])
    suggested = suggest(vectors)
    wanted = max(1, min(count or suggested, MAX_SPEAKERS, len(heard)))
    labels = cluster(vectors, wanted)
    placed = _fill(pieces, dict(zip(heard, labels.tolist(), strict=True)))
    spans = [_joined([p for p, label in zip(pieces, placed, strict=True) if label == who]) for who in range(wanted)]
    voices = [_unit(vectors[labels == who].mean(axis=0)) if (labels == who).any() else None for who in range(wanted)]
    return spans, list(voices), suggested


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


def _joined(pieces: Sequence[_Piece]) -> list[Span]:
    """One speaker's pieces as spans, merged over gaps below 0.5 s."""
    spans: list[Span] = []
    for piece in sorted(pieces, key=lambda piece: piece.start):
        if spans and piece.start - spans[-1].end < MERGE_GAP_S:
            spans[-1] = Span(spans[-1].start, max(spans[-1].end, piece.end))
        else:
            spans.append(Span(piece.start, piece.end))
    return [span for span in spans if span.end - span.start >= MIN_TURN_S]


def _named(spans: Sequence[Sequence[Span]]) -> dict[str, list[Span]]:
    """Speakers by first appearance: S1, S2 …"""
    present = sorted((list(found) for found in spans if found), key=lambda found: found[0].start)
    return {f"S{i + 1}": found for i, found in enumerate(present)}


def _turns(named: dict[str, list[Span]]) -> list[Turn]:
    turns = [Turn(round(s.start, 3), round(s.end, 3), name) for name, spans in named.items() for s in spans]
    return sorted(turns, key=lambda turn: (turn.start, turn.end))


def _overlaps(speakers: Sequence[Sequence[Span]]) -> list[Span]:
    """Where two speakers' turns cover the same time."""
    found = []
    for one, other in combinations(speakers, 2):
        for a in one:
            for b in other:
                start, end = max(a.start, b.start), min(a.end, b.end)
                if end - start >= MIN_OVERLAP_S:
                    found.append(Span(round(start, 3), round(end, 3)))
    return sorted(found, key=lambda span: span.start)


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
