"""What a report is made of: plain values, gathered by the caller, so that a report never looks anything up itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from analysis.document import Analysis
from app.domain.scores import Scorecard
from app.domain.template import Template
from app.domain.types import Assessment, Comment, Interview
from app.recording.asked import HeldInterview


@dataclass(frozen=True, slots=True)
class Series:
    """One curve: values at `rate_hz` from time 0 on, NaN where nothing was measured. `title` is in words.

    `bounds` = the whole scale, where the unit has one; else the curve's own range is drawn.
    """

    name: str
    title: str
    unit: str
    rate_hz: float
    values: NDArray[np.float32]
    bounds: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything that a report shows. `card` has the veil applied already: what is hidden is not in it.

    `keywords` are the position's, each with the times at which the candidate said it. `full_transcript` False prints
    the answers that the evidence rests on; True prints everything. `signature_holds` False: the
    assessment was changed since its newest signature. `written` are the candidate's written answers with their
    questions, of takes that count; `held` = what was asked, and whether it was recorded.
    """

    interview: Interview
    template: Template
    card: Scorecard
    assessment: Assessment
    comments: tuple[Comment, ...]
    made_at: datetime
    app_version: str
    analysis: Analysis | None = None
    series: tuple[Series, ...] = ()
    keywords: tuple[tuple[str, tuple[float, ...]], ...] = ()
    full_transcript: bool = True
    signature_holds: bool = True
    written: tuple[tuple[str, str], ...] = ()
    held: HeldInterview = field(default_factory=HeldInterview)
