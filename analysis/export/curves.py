"""All curves as one table for a spreadsheet."""

from __future__ import annotations

import csv
import io

import numpy as np

from analysis.derive import Derived
from analysis.document import TRACK_RATE_HZ

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_table(derived: Derived) -> str:
    """First column `time_s`, then every described track in order; an empty cell is a missing value."""
    names = list(derived.analysis.tracks)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["time_s", *(plain_cell(name) for name in names)])
    columns = [derived.tracks[name] for name in names]
    length = columns[0].size if columns else 0
    table = np.stack(columns, axis=1) if columns else np.empty((0, 0), dtype=np.float32)
    for place in range(length):
        writer.writerow([f"{place / TRACK_RATE_HZ:.1f}", *(_cell(float(value)) for value in table[place])])
    return out.getvalue()


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.5g}"


def plain_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
