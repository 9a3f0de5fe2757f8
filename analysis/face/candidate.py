"""Which of the people in the picture is the candidate: the one whose mouth and window go with the candidate's voice.

Two cues, both differences between the times when only the candidate speaks and when only others do, -1..1: how much
more of the former a person is in the picture (a call that shows whoever speaks), and how much more the mouth moves in
the former, as twice the distance of a Mann-Whitney AUC from chance (a call that shows everybody). Without voices, or
where they tell nothing, the one who is in the picture most is taken, of several at once the most prominent: that counts
for a tenth of a full cue.

Somebody else who is alone in the picture, and for more seconds under the candidate's voice than under others', is the
candidate in another light or place. So is who is seen under both voices, under others' for less than tells anything,
where the picture otherwise stays on the candidate while others speak: such a recording does not show whoever speaks.
Who is seen for less than a second (a cross-fade) is nobody in particular.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analysis.document import HOLD_S, Span
from analysis.face.blendshapes import INDEX
from analysis.face.prominence import prominence
from analysis.face.series import Flags, inside, smoothed, step
from analysis.observations import FaceObservation, Floats

Rows = NDArray[np.intp]

_MOUTH = tuple(INDEX[name] for name in ("jawOpen", "mouthFunnel", "mouthPucker"))
_MOTION_S = 1.0
_MIN_VOICE_S = 5.0
"""Of either side's voice alone: less tells nothing."""
_PROMINENCE_WEIGHT = 0.1
_FLEETING_S = 1.0
_BESIDE = 0.1
"""Two people are not one if they are seen together for more than this share of the rarer one's time."""
_COMPANION = 0.5


@dataclass(frozen=True)
class Chosen:
    """The candidate's face, one row per time, and from which rows of the whole observation it is (-1: from none).

    Where somebody else is shown in the candidate's place, `face.person` names that one and the rest of the row is NaN.
    """

    face: FaceObservation
    rows: Rows

    def of(self, values: Floats) -> Floats:
        """The candidate's rows of an array over all rows."""
        return _picked(values, self.rows)


def choose(face: FaceObservation, candidate: Sequence[Span], others: Sequence[Span]) -> Chosen:
    """The candidate's face; `candidate` and `others` are the voice activity of the candidate and of everybody else."""
    people = None if face.person is None else np.unique(face.person[np.isfinite(face.person)])
    if people is None or (len(people) <= 1 and len(np.unique(face.times)) == len(face.times)):
        return Chosen(face, np.arange(len(face.times)))
    seen = _Seen(face, people)
    spoken = seen.alone(candidate, others), seen.alone(others, candidate)
    first = seen.likeliest(*spoken)
    return _view(face, seen, seen.also(first, *spoken))


@dataclass(frozen=True)
class _Seen:
    """Who was seen when: `place` (people, samples) the row of each person at each time, -1 where not seen."""

    face: FaceObservation
    people: Floats

    @cached_property
    def times(self) -> Floats:
        return np.unique(self.face.times)

    @cached_property
    def place(self) -> Rows:
        assert self.face.person is not None
        place = np.full((len(self.people), len(self.times)), -1, np.intp)
        rows = np.flatnonzero(np.isfinite(self.face.person))
        place[
            np.searchsorted(self.people, self.face.person[rows]), np.searchsorted(self.times, self.face.times[rows])
        ] = rows
        return place

    @cached_property
    def there(self) -> Flags:
        """(people, samples) who is in the picture."""
        there: Flags = self.place >= 0
        return there

    @cached_property
    def step_s(self) -> float:
        return step(self.face.rate_hz)

    def seconds(self, flags: Flags) -> float:
        """How long something holds."""
        return float(flags.sum()) * self.step_s

    def alone(self, voice: Sequence[Span], others: Sequence[Span]) -> Flags:
        """(samples,) where only this voice is heard."""
        return inside(self.times, voice) & ~inside(self.times, others)

    def likeliest(self, mine: Flags, theirs: Flags) -> int:
        """The person that the cues speak for most."""
        told = min(self.seconds(mine), self.seconds(theirs)) >= _MIN_VOICE_S
        scores = _PROMINENCE_WEIGHT * self.weights / max(float(self.weights.sum()), 1e-9)
        for who in range(len(self.people)) if told else ():
            in_mine, in_theirs = self.there[who][mine].mean(), self.there[who][theirs].mean()
            scores[who] += in_mine - in_theirs + self._mouth(who, mine, theirs) * min(in_mine, in_theirs)
        lasting = np.array([self.seconds(row) >= _FLEETING_S for row in self.there])
        return int(np.argmax(np.where(lasting | ~lasting.any(), scores, -np.inf)))

    def also(self, first: int, mine: Flags, theirs: Flags) -> list[int]:
        """`first`, and whoever else must be the candidate, most prominent first."""
        members = [first]
        stays = bool(theirs.any()) and float(self.there[first][theirs].mean()) > _COMPANION
        for who in sorted(set(range(len(self.people))) - {first}, key=lambda who: -self.weights[who]):
            if any(self.together(who, member) > _BESIDE for member in members):
                continue
            under_mine, under_theirs = self.seconds(self.there[who] & mine), self.seconds(self.there[who] & theirs)
            fleeting = self.seconds(self.there[who]) < _FLEETING_S
            least = _FLEETING_S if stays and under_theirs < _MIN_VOICE_S else max(under_theirs, _FLEETING_S)
            if fleeting or under_mine > least:
                members.append(who)
        return members

    def together(self, one: int, other: int) -> float:
        """Share of the rarer one's time in which both are in the picture."""
        rarer = min(self.there[one].sum(), self.there[other].sum())
        return float((self.there[one] & self.there[other]).sum() / max(1, rarer))

    @cached_property
    def weights(self) -> Floats:
        """(people,) seconds in the picture; of people beside each other, the less prominent one's count for less."""
        x, y, width, height = self.face.box.T
        stands_out = np.append(np.nan_to_num(prominence(x + width / 2, y + height / 2, width)), 0.0)
        shown = stands_out[self.place]
        weights: Floats = (shown / np.maximum(shown.max(axis=0), 1e-9)).sum(axis=1) * self.step_s
        return weights

    def _mouth(self, who: int, mine: Flags, theirs: Flags) -> float:
        """-1..1: how much more the mouth moves under the candidate's voice than under others', less its error."""
        shapes = _picked(self.face.blendshapes[:, list(_MOUTH)], self.place[who])
        moved = np.abs(np.diff(shapes, axis=0, prepend=np.nan)).sum(axis=1)
        moved[np.diff(self.times, prepend=-np.inf) > max(HOLD_S, 1.5 * self.step_s)] = np.nan
        motion = smoothed(self.times, moved, _MOTION_S)
        high, low = motion[mine & np.isfinite(motion)], motion[theirs & np.isfinite(motion)]
        seconds = len(high) * self.step_s, len(low) * self.step_s
        if min(seconds) < _MIN_VOICE_S:
            return 0.0
        error = np.sqrt((sum(seconds) + 1) / (12 * seconds[0] * seconds[1]))
        distance = _auc(high, low) - 0.5
        return float(2.0 * np.sign(distance) * max(0.0, abs(distance) - error))


def _auc(high: Floats, low: Floats) -> float:
    """The probability that one of `high` is above one of `low`, ties counting half (Mann and Whitney 1947)."""
    ordered = np.sort(low)
    below = np.searchsorted(ordered, high, side="left") + np.searchsorted(ordered, high, side="right")
    return float(below.mean() / (2 * len(low)))


def _view(face: FaceObservation, seen: _Seen, members: list[int]) -> Chosen:
    rows = np.full(len(seen.times), -1, np.intp)
    for who in reversed(members):
        rows[seen.there[who]] = seen.place[who][seen.there[who]]
    person = np.full(len(seen.times), np.nan, np.float32)
    for who in set(range(len(seen.people))) - set(members):
        if all(seen.together(who, member) <= _COMPANION for member in members):
            person[seen.there[who]] = seen.people[who]
    person[rows >= 0] = face.person[rows[rows >= 0]] if face.person is not None else np.nan
    shown = replace(
        face,
        times=seen.times,
        box=_picked(face.box, rows),
        head=_picked(face.head, rows),
        gaze=_picked(face.gaze, rows),
        blendshapes=_picked(face.blendshapes, rows),
        faces=face.faces[np.searchsorted(face.times, seen.times)],
        lighting=_picked(face.lighting, rows),
        sharpness=_picked(face.sharpness, rows),
        person=person,
    )
    return Chosen(shown, rows)


def _picked(values: Floats, rows: Rows) -> Floats:
    """The rows of an array, NaN where there is none."""
    picked: Floats = values[np.maximum(rows, 0)].copy()
    picked[rows < 0] = np.nan
    return picked
