"""What a measurement hands back: figures with their number of items and interval, tables, and what was left out.

A figure's key is its stem and what it is of: `cer` of `zh_be_dev` is `cer_zh_be_dev`. Every stem is listed in
`MEANINGS` with its words and unit, so that no page can name a figure that is not measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike

from tests.accuracy.intervals import Interval, of_any, of_class_means, of_mean, of_ratio, wilson

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the figures of a stem say, in words, and their unit: "share", "s", "deg", "cents", "1" or "count"."""

    text: str
    unit: str = "share"


MEANINGS = {
    "cer": Meaning("Chinese characters wrong, figures as spoken"),
    "wer": Meaning("English words wrong, figures as spoken"),
    "cer_no_terms": Meaning("Chinese characters wrong, without the position's terms"),
    "wer_no_terms": Meaning("English words wrong, without the position's terms"),
    "der": Meaning("diarization error, collar 0.25 s"),
    "der_missed": Meaning("diarization error: speech given to nobody"),
    "der_false_alarm": Meaning("diarization error: silence or more voices given than speak"),
    "der_confusion": Meaning("diarization error: speech given to the wrong speaker"),
    "role_share": Meaning("true speech given to the right role"),
    "speakers_suggested": Meaning("recordings whose suggested number of speakers is right"),
    "vad_precision": Meaning("frames taken for speech that are speech"),
    "vad_recall": Meaning("frames of speech that are taken for speech"),
    "vad_f1": Meaning("F1 of frames of speech"),
    "pause_recall": Meaning("inserted silences of answers that are shown as pauses"),
    "pause_within_share": Meaning("inserted silences whose start and end are within 0.3 s"),
    "pause_error_s": Meaning("error of a pause's length", "s"),
    "pause_start_error_s": Meaning("error of a pause's start", "s"),
    "pause_end_error_s": Meaning("error of a pause's end", "s"),
    "pause_worst_s": Meaning("worst start or end of a pause", "s"),
    "filler_recall": Meaning("spoken fillers that are found"),
    "filler_precision": Meaning("shown fillers that were spoken"),
    "term_recall": Meaning("spoken terms that are found"),
    "term_precision": Meaning("shown terms that were spoken"),
    "term_within_share": Meaning("spoken terms whose shown start is within 0.5 s"),
    "term_error_s": Meaning("error of a term's start", "s"),
    "term_worst_s": Meaning("worst start of a term", "s"),
    "exchange_recall": Meaning("asked questions that became an exchange, their end within 1 s"),
    "latency_error_s": Meaning("error of a response latency", "s"),
    "latency_worst_s": Meaning("worst response latency", "s"),
    "rate_error": Meaning("relative error of an answer's speech rate"),
    "rate_worst": Meaning("worst relative error of an answer's speech rate"),
    "rate_bias": Meaning("mean relative deviation of an answer's speech rate"),
    "question_top1": Meaning("questions of the kit, asked as written, that are recognised"),
    "question_top3": Meaning("questions of the kit that are among the first three offered"),
    "offtopic_precision": Meaning("answers hinted at as off topic that are"),
    "offtopic_recall": Meaning("off-topic answers that are hinted at"),
    "suggestion_precision": Meaning("suggested corrections that are what was said"),
    "smile_precision": Meaning("shown smiles that are there"),
    "smile_recall": Meaning("smiles that are shown"),
    "smile_f1": Meaning("F1 of smiles"),
    "smiles": Meaning("smiles counted in a clip", "count"),
    "face_seen_share": Meaning("time with a face in which it is seen"),
    "no_face_right_share": Meaning("time without a face in which none is seen"),
    "blink_precision": Meaning("shown blinks that are there"),
    "blink_recall": Meaning("blinks that are shown"),
    "blink_f1": Meaning("F1 of blinks"),
    "face_found_share": Meaning("pictures whose face is found"),
    "expression7_accuracy": Meaning("pictures given the right one of seven expressions"),
    "expression7_recall": Meaning("mean recall over the seven expressions"),
    "expression3_accuracy": Meaning("pictures given the right one of positive, neutral, negative"),
    "pitch_gross_error": Meaning("voiced frames whose pitch is more than 20 % off"),
    "pitch_recall": Meaning("voiced frames that are given a pitch"),
    "pitch_false_voicing": Meaning("unvoiced frames that are given a pitch"),
    "pitch_median_cents": Meaning("median error of the pitch, gross errors apart", "cents"),
    "head_yaw_mirror_error_deg": Meaning("yaw of a mirrored picture against mirrored yaw", "deg"),
    "head_pitch_mirror_error_deg": Meaning("pitch of a mirrored picture against its pitch", "deg"),
    "head_roll_mirror_error_deg": Meaning("roll of a mirrored picture against mirrored roll", "deg"),
    "head_roll_rotated_error_deg": Meaning("change of roll of a rotated picture against the rotation", "deg"),
    "head_roll_rotated_slope": Meaning("degrees of roll shown for one degree of rotation", "1"),
    "head_yaw_rendered_error_deg": Meaning("yaw of a rendered head against its true yaw", "deg"),
    "head_yaw_rendered_slope": Meaning("degrees of yaw shown for one degree", "1"),
    "head_pitch_rendered_error_deg": Meaning("pitch of a rendered head against its true pitch", "deg"),
    "head_pitch_rendered_slope": Meaning("degrees of pitch shown for one degree", "1"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: `value` from `n` of `items`, its 95 % interval and how that was made, and the kind of `media`.

    `groups` = how many independent things it rests on: the clips of some words, the stills of some pictures, `n` where
    the items are strangers to each other. A worst case and a plain count have no interval (None).
    """

    stem: str
    of: str
    value: float
    n: int
    items: str
    low: float | None
    high: float | None
    method: str
    media: str
    groups: int

    @property
    def key(self) -> str:
        """The name in the JSON file."""
        return f"{self.stem}_{self.of}" if self.of else self.stem


@dataclass(frozen=True, slots=True)
class Table:
    """A small table of texts."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(slots=True)
class Section:
    """What one measurement found. `skipped` are sentences on what could not be measured here, and why."""

    name: str
    title: str
    text: str
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def stem_of(key: str) -> str | None:
    """The longest known stem that a key begins with; None where there is none."""
    return max((stem for stem in MEANINGS if key == stem or key.startswith(f"{stem}_")), key=len, default=None)


@dataclass(frozen=True, slots=True)
class Subject:
    """What figures are of, and on what kind of media; makes figures, none where there are no items.

    `groups`: where all items come from that many recordings and are much alike, such as one man's smile repeated.
    """

    of: str
    media: str
    groups: int | None = None

    def share(self, stem: str, hits: int, n: int, items: str) -> list[Figure]:
        """A proportion of independent items."""
        return [self._figure(stem, hits / n, n, items, wilson(hits, n), "Wilson", n)] if n else []

    def ratio(self, stem: str, parts: ArrayLike, wholes: ArrayLike, items: str, *, n: int, over: str) -> list[Figure]:
        """sum(parts) / sum(wholes), resampled `over` clips, turns or the like; `n` counts the `items` in all.

        Where no item has any error, or all are right, resampling cannot move: Wilson's interval over `n` then.
        """
        top, bottom = np.asarray(parts, np.float64), np.asarray(wholes, np.float64)
        if not n or bottom.sum() <= 0:
            return []
        value = float(top.sum() / bottom.sum())
        if len(top) < 2 or not top.any() or np.array_equal(top, bottom):
            method = f"Wilson, {len(top)} {over} alike" if len(top) > 1 else "Wilson"
            return [self._figure(stem, value, n, items, wilson(min(value, 1.0) * n, n), method, len(top))]
        return [self._figure(stem, value, n, items, of_ratio(top, bottom), _over(len(top), over), len(top))]

    def mean(self, stem: str, values: Sequence[float], items: str) -> list[Figure]:
        """A mean over items."""
        if not values:
            return []
        interval, n = of_mean(values) if len(values) > 1 else None, len(values)
        return [self._figure(stem, float(np.mean(values)), n, items, interval, _over(n, items), n)]

    def median(self, stem: str, groups: Sequence[ArrayLike], items: str, over: str) -> list[Figure]:
        """A median of all values of the groups, resampled over the groups (the frames of a clip are no strangers)."""
        full = [np.asarray(group, np.float64) for group in groups if len(np.asarray(group))]
        if not full:
            return []
        value, n = float(np.median(np.concatenate(full))), sum(len(group) for group in full)
        interval = of_any(full, lambda drawn: float(np.median(np.concatenate(drawn)))) if len(full) > 1 else None
        return [self._figure(stem, value, n, items, interval, _over(len(full), over), len(full))]

    def worst(self, stem: str, values: Sequence[float], items: str) -> list[Figure]:
        """The largest of some errors."""
        return [self._figure(stem, max(values), len(values), items, None, "maximum", len(values))] if values else []

    def count(self, stem: str, value: int) -> list[Figure]:
        """A plain count."""
        return [self._figure(stem, float(value), 1, "clip", None, "count", 1)]

    def harmonic(self, stem: str, hits: int, found: int, there: int, items: str) -> list[Figure]:
        """F1 of `hits` among `found` and `there`, resampled over right, superfluous and missed items."""
        if not found + there:
            return []
        right, extra, missed = hits, found - hits, there - hits
        parts = [2.0] * right + [0.0] * (extra + missed)
        wholes = [2.0] * right + [1.0] * (extra + missed)
        return self.ratio(stem, parts, wholes, items, n=len(parts), over="items")

    def found(self, kind: str, hits: int, found: int, there: int, items: str) -> list[Figure]:
        """Precision and recall of events of a kind."""
        return [
            *self.share(f"{kind}_precision", hits, found, f"shown {items}"),
            *self.share(f"{kind}_recall", hits, there, f"true {items}"),
        ]

    def slope(self, stem: str, groups: Sequence[T], of: Callable[[Sequence[T]], float], n: int, items: str,
              over: str) -> list[Figure]:  # fmt: skip
        """A statistic of groups of items, resampled over the groups; none below two of them."""
        if len(groups) < 2:
            return []
        count = len(groups)
        return [self._figure(stem, of(groups), n, items, of_any(groups, of), _over(count, over), count)]

    def stratified(self, stem: str, right: Sequence[int], counts: Sequence[int], items: str) -> list[Figure]:
        """The mean of the shares right / count of classes; each class is resampled by itself, lest one gets lost."""
        shares, n = np.array(right) / np.array(counts), int(np.sum(counts))
        if not n:
            return []
        method = f"bootstrap within {len(counts)} classes"
        interval = of_class_means(right, counts)
        return [self._figure(stem, float(shares.mean()), n, items, interval, method, n)]

    def _figure(
        self, stem: str, value: float, n: int, items: str, interval: Interval | None, method: str, groups: int
    ) -> Figure:
        if stem not in MEANINGS:
            raise KeyError(f"{stem} has no meaning in MEANINGS")
        low, high = interval or (None, None)
        return Figure(stem, self.of, value, n, items, low, high, method, self.media, self.groups or groups)


def _over(count: int, what: str) -> str:
    return f"bootstrap over {count} {what}" if count > 1 else "one item"
