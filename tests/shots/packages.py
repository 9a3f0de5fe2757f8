"""The sync room with results that came home by package, a difference to decide, and what is offered to go out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.types import Candidate, Conclusion, Interview, InterviewStatus
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from app.review import ReviewSession
from app.store.library import Library
from tests.shots.opening import REVIEWER, SETTLE_MS, Save
from ui.shell.conductor import Conductor
from ui.sync.hand_over import HandOverDialog

PEOPLE = {"en": ("Emma Clarke", "Tom Baker", "Priya Shah"), "zh": ("周子墨", "林悦", "赵启明")}
FILES = {"en": ("to-laptop", "results"), "zh": ("交给笔记本", "评估结果")}


def states(conductor: Conductor, scratch: Path, lang: str, save: Save) -> None:
    """Both, on the library of the open window."""
    library, folder = conductor.context.library, scratch / f"packages-{uuid4().hex[:8]}"
    folder.mkdir()
    there, back = (folder / f"{name}-2026-11-26.mianjian" for name in FILES[lang])
    planned = [_planned(library, name) for name in PEOPLE[lang]]
    write_package(library, Choice(Kind.OUTWARD, tuple(planned)), there)
    with Library.open(folder / "laptop", assessor=REVIEWER) as laptop:
        take_package(laptop, there)
        _sign(laptop, planned[0])
        laptop.save_candidate(replace(laptop.interview(planned[0]).candidate, phone="+86 136 2222 1111"))
        write_package(laptop, Choice(Kind.RESULTS, (planned[0],)), back)
    library.save_candidate(replace(library.interview(planned[0]).candidate, phone="+86 139 5555 0000"))
    conductor.window.enter("sync")
    conductor.packages.show_page()
    conductor.packages.take([back])
    QTest.qWait(4 * SETTLE_MS)
    conductor.window.message.hide()
    save("sync-packages", conductor.window)
    conductor.packages.hand_over(Kind.OUTWARD)
    dialog = conductor.window.findChild(HandOverDialog)
    dialog.list.item(0).setCheckState(Qt.CheckState.Checked)
    save("sync-hand-over", dialog)
    dialog.reject()


def _planned(library: Library, name: str) -> str:
    candidate = library.save_candidate(Candidate("", name, phone="+86 138 0013 8000"))
    position = library.positions()[0]
    when = datetime(2026, 12, 1, 6, 30, tzinfo=UTC)
    made = Interview(
        "", f"{name} · {position.title}", 1, InterviewStatus.SCHEDULED, candidate, position, None, datetime.now(UTC),
        "Asia/Shanghai", when,
    )  # fmt: skip
    return library.save_interview(made).id


def _sign(library: Library, interview_id: str) -> None:
    review = ReviewSession(library, interview_id)
    for dimension in review.template.dimensions:
        review.rate(dimension.id, 8)
    review.conclude(Conclusion.HIRE)
    review.sign()
