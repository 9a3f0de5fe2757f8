"""Two hours beside 10 and 30 minutes, in one run. By name only: it takes half an hour."""

from __future__ import annotations

from tests.bench import long_bench

MINUTES = (10, 30, 120)
WHAT = long_bench.what(MINUTES)


def measure() -> dict[str, float | None]:
    """The figures of `WHAT`."""
    return long_bench.measure(MINUTES)
