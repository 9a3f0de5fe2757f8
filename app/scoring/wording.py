"""How scores are written: no decimal that the interval does not carry, and words where there is no number."""

from __future__ import annotations

from app import text
from app.domain.scores import MachineScore

ABSENT = "–"


def score_text(value: float | None, low: float | None = None, high: float | None = None) -> str:
    """A score as a person reads it: "7.4"; "7" where its interval is wider than ±1; "–" where there is none."""
    if value is None:
        return ABSENT
    if low is not None and high is not None and _is_wide(low, high):
        return f"{value:.0f}"
    return f"{value:.1f}".removesuffix(".0")


def interval_text(low: float | None, high: float | None) -> str:
    """ "6.9–8.1"; "6–9" where it is wider than ±1; "" without an interval."""
    if low is None or high is None:
        return ""
    return f"{low:.0f}–{high:.0f}" if _is_wide(low, high) else f"{low:.1f}–{high:.1f}"


def _is_wide(low: float, high: float) -> bool:
    return (high - low) / 2 > 1.0


def weight_text(weight: float) -> str:
    """A weight in per cent: "33 %", "12.5 %"."""
    rounded = round(weight, 1)
    return f"{rounded:.0f} %" if abs(weight - round(weight)) < 0.35 else f"{rounded:g} %"


def why_text(machine: MachineScore, language: str) -> str:
    """Why a dimension has no machine score (too little evidence, not machine scored, veiled); "" where it has one."""
    return text.tr_in(language, f"assess.{machine.why}") if machine.score is None and machine.why else ""
