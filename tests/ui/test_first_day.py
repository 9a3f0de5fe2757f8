"""One walk as on the first day: a recording is dropped on the window, reviewed and signed, by keys and clicks only."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialog

from analysis.document import CorrectionKind, Role
from app.domain.types import Conclusion
from app.settings import SettingsFile
from app.store.library import Library
from tests.ui.test_review_transcript import at_word
from ui import language
from ui.shell import start

LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
SAMPLES = {
    "zh": ("sample_zh.mp4", "最长停顿", "沟通清楚，举了具体的例子。", "现场题更重要"),
    "en": ("sample_en.mp4", "longest pause", "Clear, with an example.", "The task matters more"),
}


@pytest.fixture
def window(qtbot, tmp_path):
    """A window on a library that nobody has used yet, as `MianJian` opens it."""
    folder = tmp_path / "资料 库"
    Library.open(folder, assessor="李静").close()
    conductor = start.open_window(folder, SettingsFile(folder))
    conductor.window.resize(1500, 940)
    qtbot.waitExposed(conductor.window)
    yield conductor
    conductor.window.close()
    conductor.window.deleteLater()


@pytest.mark.parametrize("lang", SAMPLES)
def test_from_a_dropped_recording_to_a_signature(qtbot, window, sample, lang):
    name, pause, remark, reason = SAMPLES[lang]
    language.set_language(lang)
    drop(window.library_room, sample / name)
    qtbot.waitSignal(window.context.work.analysisEnded, timeout=180_000).wait()
    qtbot.mouseClick(window.window.message.action, LEFT)
    room = window.window.room("review")
    assert room.isVisible()

    command(qtbot, window, pause)
    longest = room.longest_pause()
    assert room.player.playback.position == pytest.approx(longest.start, abs=0.05)

    correct_a_word(qtbot, room, "改正" if lang == "zh" else "mended")
    name_the_speakers(qtbot, room, {"zh": "李静", "en": "Jane Li"}[lang])
    write(qtbot, room, remark)
    rate_and_weigh(qtbot, room, reason)
    qtbot.waitUntil(room.scorecard.verdict.sign.isEnabled, timeout=30_000)
    qtbot.mouseClick(room.scorecard.verdict.sign, LEFT)

    signature = room.presenter.assessment.signatures[-1]
    kept = room.presenter.session.library
    assert signature.sha256
    assert [comment.text for comment in kept.comments(room.presenter.interview.id)] == [remark]
    assert room.presenter.assessment.conclusion is Conclusion.HIRE
    assert room.presenter.assessment.weight_reason == reason
    made = {each.kind for each in kept.corrections(room.presenter.interview.id)}
    assert {CorrectionKind.WORD, CorrectionKind.NAME} <= made
    assert not [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QDialog) and widget.isModal()]


def drop(room, path):
    """Let a file fall on the room."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    place, how, keys = QPointF(200, 200), Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(room, QDragEnterEvent(place.toPoint(), how, data, LEFT, keys))
    QApplication.sendEvent(room, QDropEvent(place, how, data, LEFT, keys))


def command(qtbot, window, words):
    """Find something to do by its words, and do it."""
    qtbot.keyClick(window.window, Qt.Key.Key_K, CONTROL)
    palette = window.window.command_palette
    assert palette.isVisible()
    palette.field.insert(words)
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert not palette.isVisible()


def correct_a_word(qtbot, room, text):
    """By a double click on the first word of the row that is in the middle of what is shown."""
    rows = room.transcript.list
    row = rows.indexAt(rows.viewport().rect().center()).row()
    qtbot.mouseDClick(rows.viewport(), LEFT, pos=at_word(rows, row, 0))
    rows.editor.setText(text)
    qtbot.keyClick(rows.editor, Qt.Key.Key_Return)
    assert text in rows.rows.lines[row].segment.text


def name_the_speakers(qtbot, room, name):
    """On the card that a key opens: the interviewer's name, then the candidate's."""
    qtbot.keyClick(room, Qt.Key.Key_N)
    card = room.speakers.card
    assert card.isVisible()
    interviewer, candidate = (
        next(row for row in card.rows.values() if row.mark.role is role) for role in (Role.INTERVIEWER, Role.CANDIDATE)
    )
    interviewer.name.setText(name)
    candidate.name.setText("王小雨")
    qtbot.keyClick(candidate.name, Qt.Key.Key_Return)
    assert {"王小雨", name} == {line.name for line in room.transcript.list.rows.lines}


def write(qtbot, room, remark):
    """A comment at the place where the recording stands."""
    qtbot.keyClick(room, Qt.Key.Key_C)
    room.scorecard.comments.field.insert(remark)
    qtbot.keyClick(room.scorecard.comments.field, Qt.Key.Key_Return)


def rate_and_weigh(qtbot, room, reason):
    """Each dimension by its keys, the first one's weight by the keyboard, a reason, a recommendation."""
    for number in range(1, len(room.scorecard.cards) + 1):
        qtbot.keyClick(room, getattr(Qt.Key, f"Key_{number}"), Qt.KeyboardModifier.AltModifier)
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_8)
    first = next(iter(room.scorecard.cards.values()))
    first.slider.setFocus()
    qtbot.keyClick(first.slider, Qt.Key.Key_PageUp)
    room.scorecard.verdict.why.setText(reason)
    qtbot.keyClick(room.scorecard.verdict.why, Qt.Key.Key_Return)
    qtbot.mouseClick(room.scorecard.verdict.choices[Conclusion.HIRE], LEFT)
