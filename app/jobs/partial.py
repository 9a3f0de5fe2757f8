"""What a running analysis has found so far, derived in a child of its own when somebody looks at the interview.

The result is held in memory only: its files lie beside the analyses for the moment between writing and reading.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from analysis.document import Analysis
from analysis.progress import SoFar
from analysis.protocol import PartialJob
from analysis.request import AnalysisRequest
from app.jobs.child import run_child
from app.store.vault import PARTIAL

if TYPE_CHECKING:
    from analysis.observations import Floats
    from app.store import Library


@dataclass(frozen=True, slots=True)
class Partial:
    """Document and arrays of an analysis that is not done; a type of its own, so that nothing scores or keeps it."""

    analysis: Analysis
    tracks: Mapping[str, Floats]


def partial_result(
    library: Library, interview_id: str, request: AnalysisRequest, so_far: SoFar, stop: threading.Event
) -> Partial:
    """A document of the stages that `so_far` names, with the corrections made until now; `request` is the analysis'.

    Raises Cancelled, DocumentInvalid where the analysis ended meanwhile, and the other failures of `run_child`.
    """
    from analysis.export import read

    folder = Path(request.out_dir).parent / f"{PARTIAL}{uuid4().hex}"
    wanted = replace(request, out_dir=str(folder), corrections=library.corrections(interview_id))
    try:
        run_child(PartialJob(wanted, so_far), lambda _: None, stop)
        derived = read(folder)
        return Partial(derived.analysis, derived.tracks)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
