"""Recording an interview: what a kill costs, what it costs the computer, and whether sound and picture keep step."""

from __future__ import annotations

from tests.bench import record_cost, record_kills, record_step, record_window

WHAT = record_cost.WHAT | record_window.WHAT | record_step.WHAT | record_kills.WHAT


def measure() -> dict[str, float]:
    """Cost, window, step, kills."""
    return record_cost.cost() | record_window.window() | record_step.step() | record_kills.lost()
