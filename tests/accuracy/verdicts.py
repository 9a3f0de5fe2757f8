"""When a figure may be relied on: two thresholds a figure, by what a person does with it, and never on few items.

"May rely" needs the figure itself to reach the first threshold and the worse end of its interval to reach the second;
"as a hint" needs the figure to reach the second. Below eight independent items nothing is more than a hint.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tests.accuracy.figures import Figure

FEW = 8
"""Fewer independent items than this say little, however well they came out."""


class Verdict(StrEnum):
    """The words of the page."""

    RELY = "may rely"
    HINT = "as a hint"
    NO = "do not rely"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a figure must reach to be relied on, and to be a hint. Errors are better low, shares better high."""

    rely: float
    hint: float

    def reached(self, value: float, threshold: float) -> bool:
        """Whether a value is at least as good as a threshold."""
        return value <= threshold if self.rely < self.hint else value >= threshold


WORDS = Rule(0.05, 0.20)
"""One word in twenty wrong can be quoted after listening; one in five can still be searched."""
FOUND = Rule(0.90, 0.70)
"""Of events and answers: nine of ten can be counted on; below seven of ten a count misleads."""
RULES = {
    "cer": WORDS, "wer": WORDS, "cer_no_terms": WORDS, "wer_no_terms": WORDS,
    "der": Rule(0.10, 0.25),  # a tenth is what manual cutting of turns leaves open
    "role_share": Rule(0.95, 0.85), "speakers_suggested": FOUND, "vad_f1": Rule(0.90, 0.80),
    "pause_recall": FOUND, "pause_within_share": FOUND, "filler_recall": FOUND, "filler_precision": FOUND,
    "term_recall": FOUND, "term_precision": FOUND, "term_within_share": FOUND, "exchange_recall": FOUND,
    "latency_error_s": Rule(0.10, 0.30),  # against ordinary latencies of 0.2 s and more
    "rate_error": Rule(0.05, 0.15), "rate_worst": Rule(0.05, 0.15),  # ordinary speakers differ by a quarter and more
    "question_top1": FOUND, "question_top3": FOUND, "offtopic_precision": FOUND, "offtopic_recall": FOUND,
    "suggestion_precision": FOUND, "smile_precision": FOUND, "smile_recall": FOUND, "blink_precision": FOUND,
    "blink_recall": FOUND, "face_seen_share": Rule(0.95, 0.85), "no_face_right_share": Rule(0.95, 0.85),
    "face_found_share": Rule(0.95, 0.85), "expression7_accuracy": Rule(0.80, 0.65),
    "expression7_recall": Rule(0.80, 0.65), "expression3_accuracy": Rule(0.85, 0.70),
    "pitch_gross_error": Rule(0.01, 0.05),  # trackers in the literature: 0.3 to 5 %
    "pitch_recall": Rule(0.70, 0.50), "pitch_median_cents": Rule(25.0, 50.0),  # a quarter of a semitone
    "head_yaw_rendered_error_deg": Rule(5.0, 10.0), "head_pitch_rendered_error_deg": Rule(5.0, 10.0),
    "head_roll_rotated_error_deg": Rule(5.0, 10.0), "head_yaw_mirror_error_deg": Rule(5.0, 10.0),
    "head_pitch_mirror_error_deg": Rule(5.0, 10.0), "head_roll_mirror_error_deg": Rule(5.0, 10.0),
}  # fmt: skip


def verdict(figure: Figure) -> Verdict:
    """What the rule of a figure's stem makes of it."""
    rule = RULES[figure.stem]
    if not rule.reached(figure.value, rule.hint):
        return Verdict.NO
    ends = [end for end in (figure.low, figure.high) if end is not None]
    steady = bool(ends) and all(rule.reached(end, rule.hint) for end in ends)
    if rule.reached(figure.value, rule.rely) and steady and figure.groups >= FEW:
        return Verdict.RELY
    return Verdict.HINT
