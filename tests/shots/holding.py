"""The room that holds interviews: each of its pages, and the candidate's screen."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.domain.types import Candidate, ConsentGiven, Interview, InterviewStatus
from app.recording.running import Prompt
from app.resources import resource
from app.settings import SettingsFile
from app.store.library import Library
from tests.shots.opening import REVIEWER, SMALL, Save, window
from ui.kit.dialog import KitDialog
from ui.library.consent_dialog import ConsentDialog
from ui.record.room import RecordRoom
from ui.shell.conductor import Conductor

NAMES = (
    "record-choose", "record-consent", "record-consent-spoken", "record-setup", "record-running",
    "record-candidate", "record-closing", "record-done", "record-running-1280", "record-consent-1280", "record-kit",
    "record-consent-shown", "record-review-held",
)  # fmt: skip
WHO = {"en": ("Emma Clarke", "Priya Shah", "Oliver Grant"), "zh": ("王小雨", "周子墨", "秦𠮷雅")}
POSITION = {"en": "Product manager", "zh": "后端工程师"}
ANSWER = {
    "en": "First I read the documentation, then I build something small.",
    "zh": "我会先看文档，再动手做一个小例子。",
}
NOTE = {"en": "clear order", "zh": "条理清楚"}
TRIES = 200


def shoot(data: Path, copy: Path, lang: str, look: str, save: Save) -> None:
    """All pages, on a copy of the library; a film is played as camera and microphone."""
    shutil.copytree(data, copy)
    os.environ["MIANJIAN_VIRTUAL_INPUT"] = str(resource("sample", f"sample_{lang}.mp4"))
    SettingsFile(copy).change(ehr_url="", analyse_when="by_hand", answers="speech")
    with Library.open(copy, assessor=REVIEWER) as library:
        first = [_planned(library, name, hours, lang) for hours, name in enumerate(WHO[lang])]
    with window(copy, lang, look) as conductor:
        _whole(conductor, first[0], lang, save)
    SettingsFile(copy).change(answers="both")
    with window(copy, lang, look, SMALL) as conductor:
        _written(conductor, first[1], lang, save)
    with window(copy, lang, look) as conductor:
        _refused(conductor, first[2], lang, save)


def _whole(conductor: Conductor, interview_id: str, lang: str, save: Save) -> None:
    shown = conductor.window
    shown.enter("record")
    QTest.qWait(400)
    save("record-choose", shown)
    room = _consented(conductor, interview_id, save)
    save("record-setup", shown)
    room.setup.edit.click()
    QTest.qWait(200)
    (kit,) = room.setup.findChildren(KitDialog)
    save("record-kit", kit)
    kit.close()
    _begin(room)
    room.running.go_next()
    room.running.rate(8.0)
    room.running.mark()
    room.running.note.setText(NOTE[lang])
    QTest.qWait(2500)
    save("record-running", shown)
    shown.close()
    save("record-closing", shown)
    shown.message.hide()
    _end(room)
    save("record-done", shown)
    conductor.consents.open(interview_id)
    QTest.qWait(200)
    (dialog,) = [each for each in shown.findChildren(ConsentDialog) if each.isVisible()]
    save("record-consent-shown", dialog)
    dialog.close()


def _written(conductor: Conductor, interview_id: str, lang: str, save: Save) -> None:
    room = _consented(conductor, interview_id, lambda name, shown: save(f"{name}-1280", shown))
    _begin(room)
    room.running.go_next()
    room.running.toggle_candidate()
    window = room.running.candidate
    assert window is not None
    window.answer.insertPlainText(ANSWER[lang])
    room.running.prompt(Prompt.CALM)
    QTest.qWait(1500)
    save("record-candidate", window)
    save("record-running-1280", conductor.window)
    _end(room)


def _refused(conductor: Conductor, interview_id: str, lang: str, save: Save) -> None:
    conductor.recordings.hold(interview_id)
    room = conductor.recordings.room
    assert room is not None
    room.consent.decline()
    _begin(room)
    room.running.go_next()
    room.running.answer.setPlainText(ANSWER[lang])
    room.running.note.setText(NOTE[lang])
    room.running.keep_note()
    room.running.rate(7.0)
    room.running.go_next()
    QTest.qWait(1200)
    _end(room)
    conductor.open_review(interview_id)
    QTest.qWait(600)
    save("record-review-held", conductor.window)


def _consented(conductor: Conductor, interview_id: str, save: Save) -> RecordRoom:
    conductor.recordings.hold(interview_id)
    room = conductor.recordings.room
    assert room is not None
    page = room.consent
    page.tick_all()
    page.ways[ConsentGiven.SPOKEN].click()
    save("record-consent-spoken", conductor.window)
    page.ways[ConsentGiven.SIGNED].click()
    QTest.mousePress(page.pad, Qt.MouseButton.LeftButton, pos=QPoint(60, 80))
    for step in range(40):
        QTest.mouseMove(page.pad, QPoint(60 + 7 * step, 80 - (step * 37 % 50)))
    QTest.mouseRelease(page.pad, Qt.MouseButton.LeftButton, pos=QPoint(340, 70))
    save("record-consent", conductor.window)
    page.confirm()
    return room


def _begin(room: RecordRoom) -> None:
    for _ in range(TRIES):
        if room.setup.begin.isEnabled():
            break
        QTest.qWait(100)
    room.setup.go()
    QTest.qWait(800)


def _end(room: RecordRoom) -> None:
    room.running.end()
    for _ in range(TRIES):
        if not room.is_holding():
            break
        QTest.qWait(100)


def _planned(library: Library, name: str, hours: int, lang: str) -> str:
    candidate = library.find_candidate(name=name) or library.save_candidate(Candidate("", name))
    position = next(each for each in library.positions() if each.title == POSITION[lang])
    at = datetime.now(UTC) + timedelta(hours=hours)
    new = Interview(
        "", f"{name} · {position.title}", 2, InterviewStatus.SCHEDULED, candidate, position, None, datetime.now(UTC),
        "Asia/Shanghai", at,
    )  # fmt: skip
    return library.save_interview(new).id
