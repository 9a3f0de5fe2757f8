"""A library of 10,000 interviews: list, search, filter."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from app.domain.types import InterviewQuery, InterviewStatus
from app.store.library import Library
from app.store.tables import CandidateRow, InterviewRow, PositionRow

ROWS = 10_000
ROUNDS = 40
WHAT = {
    "library_10k_ms_p95": f"from the call of Library.interviews to its {ROWS:,}-row answer page (first 200), over "
    f"{ROUNDS} rounds of: newest page, search by name, search by position, filter by status; 95th percentile",
}


def fill(library: Library) -> None:
    """10,000 interviews of 5,000 candidates for 40 positions."""
    began = datetime(2026, 1, 1, tzinfo=UTC)
    states = list(InterviewStatus)
    with library.session() as session:
        session.add_all(PositionRow(id=f"p{n}", title=f"职位 {n}", assessor="x") for n in range(40))
        session.add_all(CandidateRow(id=f"c{n}", name=f"候选人 {n} Name{n % 977}", assessor="x") for n in range(5000))
        session.flush()
        session.add_all(
            InterviewRow(
                id=f"i{n}", title=f"interview {n}.mp4", status=str(states[n % 4]), candidate_id=f"c{n % 5000}",
                position_id=f"p{n % 40}", created=began + timedelta(minutes=n), time_zone="Asia/Shanghai", assessor="x",
                round=1,
            )
            for n in range(ROWS)
        )  # fmt: skip


def measure() -> dict[str, float]:
    """The figure of `WHAT`."""
    with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder), assessor="x") as library:
        fill(library)
        times = []
        for n in range(ROUNDS):
            queries = (
                InterviewQuery(), InterviewQuery(text=f"Name{n}"), InterviewQuery(text=f"职位 {n}"),
                InterviewQuery(status=InterviewStatus.TO_REVIEW, position_id=f"p{n}"),
            )  # fmt: skip
            for query in queries:
                began = time.perf_counter()
                library.interviews(query)
                times.append((time.perf_counter() - began) * 1000)
    return {"library_10k_ms_p95": float(np.percentile(times, 95))}
