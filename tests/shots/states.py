"""The states of a review that a person comes upon while working in it, driven through its widgets."""

from __future__ import annotations

import io
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPlainTextEdit, QWidget

from analysis.derive import Derived
from analysis.document import Missing
from analysis.export import write_all
from analysis.failures import WorkerDied
from app.domain.types import AnalysisState, Candidate, Conclusion, Position
from app.resources import resource
from app.settings import SettingsFile
from app.store.importing import import_file
from app.store.library import Library
from app.store.recordings import Belonging
from tests.clips import cut
from tests.shots import packages
from tests.shots.opening import LARGE, REVIEWER, SETTLE_MS, Save, interview_of, reviewing, window
from ui.review.room import ReviewRoom
from ui.shell.conductor import Conductor
from ui.shell.layout import PEOPLE
from ui.shell.recovery import OPEN
from ui.sync.room import SyncRoom

OTHER = {"en": "Chen Wei", "zh": "陈伟"}
SOUGHT = {"en": "team", "zh": "系统"}
SAID = {"en": "Good example, with numbers: ask how it was measured", "zh": "例子具体，有数字：可追问是怎么测的"}
WHY = {"en": "The role leads a team of ten", "zh": "该岗位要带十人团队"}
SUMMARY = {"en": "Clear, structured answers; ready for the next round.", "zh": "表达清楚，有条理，建议进入下一轮。"}
CLIP = {"en": "answer.webm", "zh": "回答.webm"}
IMPORT_S = 90.0
NAMES = (
    "review-selection",
    "review-timeline-menu",
    "review-clip",
    "review-search",
    "review-row",
    "review-word",
    "review-comment",
    "review-look",
    "review-weights",
    "review-ready",
    "review-read-only",
    "review-not-analysed",
    "review-failed",
    "review-just-failed",
    "review-sound",
    "review-damaged",
    "review-returned",
    "review-imported",
    "library-200",
    "sync-200",
    "sync-history",
    "sync-packages",
    "sync-hand-over",
    "settings-200",
)
"""What its pictures' names begin with."""


def screens(data: Path, scratch: Path, lang: str, look: str, save: Save) -> None:
    """All of them, on a copy of the library that lies in `scratch`; nothing of packages is sent to the HR system."""
    shutil.copytree(data, scratch)
    with window(scratch, lang, look) as conductor, somebody_else(conductor.context.library, OTHER[lang]):
        chosen = interview_of(conductor, lang)
        room = reviewing(conductor, chosen)
        QTest.qWait(SETTLE_MS)
        timeline_states(conductor, room, lang, save)
        transcript_states(conductor, room, lang, save)
        comment_states(conductor, room, lang, save)
        scorecard_states(conductor, room, lang, save)
    with window(scratch, lang, look) as conductor:
        library_states(conductor, chosen, lang, save)
    alone = Path(shutil.copytree(scratch, scratch.with_name(f"{scratch.name}-alone")))
    SettingsFile(alone).change(ehr_url="")
    with window(alone, lang, look) as conductor:
        packages.states(conductor, scratch.parent, lang, save)
    with window(scratch, lang, look), window(scratch, lang, look) as second:
        reviewing(second, chosen)
        save("review-read-only", second.window)
    returned(scratch, chosen, lang, look, save)
    with window(scratch, lang, look, LARGE, 200) as conductor:
        large_states(conductor, chosen, save)
    with window(scratch, lang, look) as conductor:
        imported(conductor, chosen, lang, save)


@contextmanager
def somebody_else(library: Library, name: str) -> Iterator[None]:
    """Another assessor, who has rated nothing yet."""
    library.assessor = name
    yield
    library.assessor = REVIEWER


def timeline_states(conductor: Conductor, room: ReviewRoom, lang: str, save: Save) -> None:
    """A selected stretch with its tools, the menu there, and its clip being written."""
    timeline = room.timeline
    timeline.region.select(14.0, 26.0)
    room.seek(18.0)
    save("review-selection", conductor.window)
    menu = menu_at(timeline.viewport(), timeline.point("pitch", 20.0))
    save("review-timeline-menu", menu)
    menu.close()
    conductor.context.work.clipMoved.emit(f"/home/{CLIP[lang]}", 0.42)
    save("review-clip-running", conductor.window)
    conductor.window.message.dismiss()
    room.let_go()


def menu_at(asked: QWidget, at: QPoint) -> QMenu:
    """The menu that a right click opens."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, asked.mapToGlobal(at))
    QApplication.sendEvent(asked, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def transcript_states(conductor: Conductor, room: ReviewRoom, lang: str, save: Save) -> None:
    """Hits of a search, a row's menu, and the editors of a word and of a row."""
    transcript, rows = room.transcript, room.transcript.list
    transcript.search.setText(SOUGHT[lang])
    QTest.keyClick(transcript.search, Qt.Key.Key_Return)
    save("review-search", conductor.window)
    transcript.search.setText("zzz")
    save("review-search-nothing", conductor.window)
    transcript.search.clear()
    room.seek(0.0)
    row = next(n for n, line in enumerate(rows.rows.lines) if len(line.segment.words) > 6)
    rows.scrollTo(rows.rows.index(row))
    box = rows._box(row, *rows.rows.lines[row].places[2])
    menu = menu_at(rows.viewport(), box.center().toPoint())
    save("review-row-menu", menu)
    menu.close()
    rows.edit_word(row, 3)
    save("review-word-editor", conductor.window)
    QTest.keyClick(rows.editor, Qt.Key.Key_Escape)
    rows.edit_row(row)
    assert isinstance(rows.editor, QPlainTextEdit)
    save("review-row-editor", conductor.window)
    QTest.keyClick(rows.editor, Qt.Key.Key_Escape)


def comment_states(conductor: Conductor, room: ReviewRoom, lang: str, save: Save) -> None:
    """A comment that is being changed, and one that was removed."""
    comments, bar = room.scorecard.comments, room.scorecard.scroller.verticalScrollBar()
    for time_s in (12.0, 31.0):
        room.seek(time_s)
        comments.field.setText(SAID[lang])
        QTest.keyClick(comments.field, Qt.Key.Key_Return)
    first, last = (each for each in room.presenter.comments() if each.text == SAID[lang])
    comments.edit(last.id)
    QTest.qWait(50)
    assert comments.editor is not None
    comments.editor.time.setText("99:99")
    QTest.keyClick(comments.editor.words, Qt.Key.Key_Return)
    QTest.qWait(50)
    room.scorecard.scroller.ensureWidgetVisible(comments)
    save("review-comment-editor", conductor.window)
    QTest.keyClick(comments.editor.words, Qt.Key.Key_Escape)
    comments.removeAsked.emit(first.id)
    QTest.qWait(50)
    room.scorecard.scroller.ensureWidgetVisible(comments)
    save("review-comment-removed", conductor.window)
    bar.setValue(0)


def scorecard_states(conductor: Conductor, room: ReviewRoom, lang: str, save: Save) -> None:
    """Asked whether to look first, weights off the template with a reason, and all that signing needs."""
    scorecard = room.scorecard
    cards = list(scorecard.cards.values())
    cards[0].veil.click()
    save("review-look-first", conductor.window)
    for _ in range(3):
        QTest.keyClick(cards[0].slider, Qt.Key.Key_PageUp)
    save("review-weights-no-reason", conductor.window)
    scorecard.verdict.why.setText(WHY[lang])
    scorecard.verdict.why.save()
    save("review-weights-off", conductor.window)
    for number, card in enumerate(cards):
        QTest.keyClick(card.picker, str(6 + number % 3))
    scorecard.summary.setPlainText(SUMMARY[lang])
    scorecard.save_open_fields()
    scorecard.verdict.choices[Conclusion.HIRE].click()
    assert scorecard.verdict.sign.isEnabled()
    save("review-ready", conductor.window)


def library_states(conductor: Conductor, chosen: str, lang: str, save: Save) -> None:
    """Not analysed yet, analysis failed, sound alone, a picture that cannot be decoded."""
    library = conductor.context.library
    waiting = given(library, lang, "waiting", ("video", "audio"))
    reviewing(conductor, waiting)
    save("review-not-analysed", conductor.window)
    library.set_analysis_state(waiting, AnalysisState.FAILED)
    reviewing(conductor, waiting)
    save("review-failed", conductor.window)
    conductor.context.work.analysisEnded.emit(waiting, WorkerDied(detail="signal 9"))
    save("review-just-failed", conductor.window)
    conductor.window.message.dismiss()
    heard = given(library, lang, "heard", ("audio",))
    found = library.load_analysis(chosen)
    folder = library.folder / "heard-analysis"
    write_all(folder, sound_of(found))
    library.record_analysis(heard, folder)
    reviewing(conductor, heard).seek(24.0)
    save("review-sound-alone", conductor.window)
    room = reviewing(conductor, chosen)
    room.seek(0.0)
    room.presenter.open_media = lambda: io.BytesIO(b"\x1aE\xdf\xa3" + b"no film" * 4000)  # type: ignore[method-assign]
    room.player.close_recording()
    room.player.open(room.presenter, room.recording)
    wait_until(lambda: bool(room.player.pane.message))
    save("review-damaged", conductor.window)


def given(library: Library, lang: str, name: str, kinds: tuple[str, ...]) -> str:
    """The interview of a new candidate with a piece of the sample's recording, not analysed."""
    ending = ".mp4" if "video" in kinds else ".m4a"
    clip = cut(Path(resource("sample", f"sample_{lang}.mp4")), library.folder / f"{name}{ending}", 40.0, kinds=kinds)
    position = library.save_position(Position("", "Backend engineer" if lang == "en" else "后端工程师"))
    candidate = library.save_candidate(Candidate("", "Grace Lin" if lang == "en" else "林小雨"))
    belonging = Belonging(candidate_id=candidate.id, position_id=position.id)
    return import_file(library, clip, belonging=belonging).interview.id


SEEN = frozenset({"smile", "frown", "blink", "gaze_away", "face_lost", "other_shown", "too_dark", "blurred"})
HEARD = frozenset({"speech", "speech_rate", "pitch", "loudness", "vocal_activation", "peaks"})


def sound_of(found: Derived) -> Derived:
    """What is left of an analysis where there is no picture."""
    analysis = found.analysis
    media = replace(analysis.media, streams=tuple(each for each in analysis.media.streams if each.kind == "audio"))
    missing = (*analysis.missing, Missing("face", "no_picture"), Missing("expression", "no_picture"))
    heard = {name: track for name, track in found.tracks.items() if name in HEARD}
    return Derived(
        replace(
            analysis,
            media=media,
            missing=missing,
            tracks={name: info for name, info in analysis.tracks.items() if name in HEARD},
            events=tuple(event for event in analysis.events if event.kind not in SEEN),
            quality=replace(analysis.quality, face_coverage=None),
        ),
        heard,
    )


def returned(data: Path, chosen: str, lang: str, look: str, save: Save) -> None:
    """The window opens again after it ended in the middle of a review."""
    settings = SettingsFile(data)
    layout = settings.values.layout
    people = layout.get(PEOPLE, {})
    mine = {**people.get(REVIEWER, {}), OPEN: chosen}
    settings.change(layout={**layout, PEOPLE: {**people, REVIEWER: mine}})
    with window(data, lang, look) as conductor:
        save("review-returned", conductor.window)


def large_states(conductor: Conductor, chosen: str, save: Save) -> None:
    """Library, HR system and settings at twice their size."""
    assert conductor.library_room is not None
    conductor.library_room.choose(chosen)
    save("library-200", conductor.window)
    for name in ("sync", "settings"):
        conductor.window.enter(name)
        save(f"{name}-200", conductor.window)
    sync = conductor.window.room("sync")
    assert isinstance(sync, SyncRoom)
    sync.tabs.setCurrentIndex(1)
    conductor.window.enter("sync")
    save("sync-history-200", conductor.window)


def imported(conductor: Conductor, chosen: str, lang: str, save: Save) -> None:
    """A transcript that somebody else wrote in place of the machine's, once it was taken in."""
    room = reviewing(conductor, chosen)
    given = conductor.context.library.folder / ("Notes of the interview.vtt" if lang == "en" else "面试记录.vtt")
    room.presenter.export_of("vtt")(given)
    room.importing.choose = lambda *_: str(given)
    room.importing.ask()
    wait_until(room.importing.line.isVisible)
    room.seek(24.0)
    save("review-imported", conductor.window)


def wait_until(true: Callable[[], bool]) -> None:
    """Let the window work until something holds."""
    end = time.monotonic() + IMPORT_S
    while not true():
        assert time.monotonic() < end, "it did not come"
        QTest.qWait(50)
