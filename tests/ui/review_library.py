"""A real library with one interview whose analysis is made from plain values: for the review room's tests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.derive import Derived
from analysis.export import write_all
from app.domain.types import Candidate, Interview, InterviewStatus, Position
from app.settings import SettingsFile
from app.store.importing import import_file
from app.store.library import Library
from app.store.recordings import Belonging
from tests.ui import review_data
from ui.review.model import Recording
from ui.shell.layout import PEOPLE


def interview_in(library: Library, clip: Path | None, *, position: Position | None = None) -> str:
    """The id of a new interview of 王小雨, with the clip as its recording."""
    candidate = library.save_candidate(Candidate(id="", name="王小雨"))
    kept = library.save_position(position or Position(id="", title="后端工程师", keywords=("负载均衡",)))
    if clip is not None:
        belonging = Belonging(candidate_id=candidate.id, position_id=kept.id)
        return import_file(library, clip, belonging=belonging).interview.id
    interview = Interview(
        id="", title="一面", round=1, status=InterviewStatus.TO_REVIEW, candidate=candidate, position=kept, media=None,
        created=datetime.now(UTC), time_zone="Asia/Shanghai",
    )  # fmt: skip
    return library.save_interview(interview).id


def remembered(folder: Path) -> dict[str, Any]:
    """What the settings of a library's folder remember of the window, whoever it is remembered of."""
    layout = SettingsFile(folder).values.layout
    people = layout.get(PEOPLE, {}).values()
    return {**layout, **{name: value for values in people for name, value in values.items()}}


def derived(shown: Recording) -> Derived:
    """What is shown, as the engine hands it over."""
    assert shown.peaks is not None
    return Derived(shown.analysis, {**shown.tracks, "peaks": shown.peaks})


def analysed(library: Library, interview_id: str, folder: Path, recording: Recording | None = None) -> None:
    """Give the interview an analysis."""
    write_all(folder, derived(recording or review_data.recording()))
    library.record_analysis(interview_id, folder)
