"""The review while a first analysis runs: before anything is there, and as its parts come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

from analysis.protocol import ProgressMessage
from app.domain.types import AnalysisState, Candidate, Position
from app.jobs import Job
from app.resources import resource
from app.store.importing import import_file
from app.store.library import Library
from app.store.recordings import Belonging
from tests.clips import cut
from tests.ui.partials import AFTER_SOUND, partial_of
from ui.review.room import ReviewRoom
from ui.shell.conductor import Conductor
from ui.shell.work import described

LENGTH_S = 56.0
STATES = {
    "sound": (AFTER_SOUND, ProgressMessage("text", 19.0, LENGTH_S, 0.16, 15.0), {"text": 0.34, "face": 0.12}),
    "text": (AFTER_SOUND[1:], ProgressMessage("speakers", 22.0, LENGTH_S, 0.52, 9.0), {"speakers": 0.4, "face": 0.41}),
    "voice": (AFTER_SOUND[3:], ProgressMessage("face", 38.0, LENGTH_S, 0.71, 5.0), {"face": 0.68}),
}


def screens(conductor: Conductor, analysed: str, lang: str, save: Callable[[str, QWidget], None]) -> None:
    """Each state, with what was found in the sample for what a running analysis has found so far."""
    library = conductor.context.library
    whole = library.load_analysis(analysed)
    interview_id = _waiting(library, lang)
    conductor.open_review(interview_id)
    room = conductor.window.room("review")
    assert isinstance(room, ReviewRoom)
    job = Job(interview_id, "")
    job.progress = ProgressMessage("sound", 30.0, LENGTH_S, 0.02, 18.0)
    room.show_running(*described(job))
    save("review-running", conductor.window)
    for name, (awaited, job.progress, shares) in STATES.items():
        room.presenter.show_partial(partial_of(whole, awaited))  # type: ignore[attr-defined]
        room.coming.move(shares)
        room.refresh()
        room.show_running(*described(job))
        save(f"review-running-{name}", conductor.window)


def _waiting(library: Library, lang: str) -> str:
    """An interview of its own with the sample's recording, as if its analysis ran."""
    clip = library.folder / f"running_{lang}.mp4"
    if not clip.exists():
        cut(Path(resource("sample", f"sample_{lang}.mp4")), clip, LENGTH_S)
    position = library.save_position(Position("", "Backend engineer" if lang == "en" else "后端工程师"))
    candidate = library.save_candidate(Candidate("", "Grace Lin" if lang == "en" else "林小雨"))
    belonging = Belonging(candidate_id=candidate.id, position_id=position.id)
    interview_id = import_file(library, clip, belonging=belonging).interview.id
    library.set_analysis_state(interview_id, AnalysisState.RUNNING)
    return interview_id
