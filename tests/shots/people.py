"""What is about people: who is late, an invitation, suggestions with their rules, feedback, and what HR knows."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.domain.types import Candidate, Interview, InterviewStatus
from app.settings import SettingsFile
from app.suggestions.rules import Outcome, Rule, When, example_rules, write_rules
from tests.shots.opening import Save, interview_of, window
from ui.library.room import LibraryRoom
from ui.shell.conductor import Conductor

NAMES = (
    "library-late", "library-hr", "library-resume", "dialog-invite", "dialog-suggestions", "dialog-rules",
    "dialog-feedback",
)  # fmt: skip
POOLS = {"en": "Senior engineers", "zh": "资深工程师"}
LATE = {"en": "Priya Shah", "zh": "周子墨"}


def shoot(data: Path, copy: Path, lang: str, look: str, save: Save) -> None:
    """All of them, on a copy of the library that is connected to nothing: rows are added."""
    shutil.copytree(data, copy)
    SettingsFile(copy).change(ehr_url="")
    with window(copy, lang, look) as conductor:
        screens(conductor, lang, save)


def screens(conductor: Conductor, lang: str, save: Save) -> None:
    """Each screen and dialog."""
    library, shown = conductor.context.library, conductor.window
    late = _late(conductor, LATE[lang])
    shown.enter("library")
    conductor.people.look()
    save("library-late", shown)
    room = shown.room("library")
    assert isinstance(room, LibraryRoom)
    room.choose(interview_of(conductor, lang))
    save("library-hr", shown)
    room.details.hr.documents[0].click()
    save("library-resume", room.details.hr.window_shown)
    room.details.hr.window_shown.close()
    fits = Rule("strong", When(composite=True, op=">=", value=6.0, coverage=0.8), Outcome.POOL, POOLS[lang])
    write_rules(library.folder, (*example_rules(), fits))
    signed = interview_of(conductor, lang)
    for interview, what in ((late, "invite"), (signed, "suggestions"), ("", "rules"), (signed, "feedback")):
        conductor.people.open(interview, what)
        dialog = conductor.people.dialogs[interview, what]
        save(f"dialog-{what}", dialog)
        dialog.close()


def _late(conductor: Conductor, name: str) -> str:
    library = conductor.context.library
    candidate = library.save_candidate(Candidate("", name, email="candidate@example.com"))
    position = library.positions()[0]
    planned = Interview(
        "", f"{name} · {position.title}", 1, InterviewStatus.SCHEDULED, candidate, position, None, datetime.now(UTC),
        "Asia/Shanghai", datetime.now(UTC) - timedelta(minutes=22), remote_id=f"shot-{name}",
    )  # fmt: skip
    return library.save_interview(planned).id
