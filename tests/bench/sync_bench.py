"""The exchange with an HR system under all that can go wrong: nothing lost, nothing doubled, nothing written over.

`sync_kills` kills both ends at random, `sync_trouble` loses every answer, stays offline for a week and cuts an upload,
`sync_moment` writes to one field from both sides, `sync_pull` fetches thousands of people beside a window,
`sync_canary` looks for secrets in all that is kept.

    python -m tests.bench.sync_bench [PART …]
"""

from __future__ import annotations

import json
import sys
import time

from tests.bench import sync_canary, sync_kills, sync_moment, sync_pull, sync_trouble

PARTS = {
    "kills": sync_kills, "trouble": sync_trouble, "moment": sync_moment, "pull": sync_pull, "canary": sync_canary,
}  # fmt: skip
WHAT = {key: what for part in PARTS.values() for key, what in part.WHAT.items()}


def measure() -> dict[str, float]:
    """The figures of all parts, one after the other."""
    figures: dict[str, float] = {}
    for name, part in PARTS.items():
        began = time.monotonic()
        figures |= part.measure()
        print(f"   {name}: {time.monotonic() - began:.0f} s", flush=True)
    return figures


if __name__ == "__main__":
    for chosen in sys.argv[1:] or PARTS:
        print(json.dumps(PARTS[chosen].measure()), flush=True)
