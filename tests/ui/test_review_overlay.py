"""What is drawn over the face: box, landmarks, gaze; each at will, on a real face, within what is allowed."""

from __future__ import annotations

import threading

import numpy as np
import psutil
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication

from analysis.failures import ModelMissing
from app.settings import SettingsFile
from app.store.library import Library
from tests.ui import review_data
from tests.ui.rooms import drained, shown
from ui import language
from ui.review.face_marks import AMBER, GREEN, LABEL, FaceMarks, Mark, arrow_of, usual_removed
from ui.review.model import PassingLayout
from ui.review.player import Player
from ui.review.presenter import LibraryPresenter

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def layout():
    return PassingLayout()


@pytest.fixture
def enter(qtbot, reviewed_copy, layout):
    """Opens the room on the real analysis of the sample, as often as wanted."""
    rooms = []
    with Library.open(reviewed_copy[0], assessor="李静") as library:

        def open_():
            room = shown(qtbot, LibraryPresenter(library, reviewed_copy[1]), layout, size=(1500, 900))
            qtbot.waitUntil(lambda: room.player.pane.image is not None, timeout=20_000)
            rooms.append(room)
            return room

        open_.library = library
        yield open_
        for room in rooms:
            room.leave()


def children():
    return {child.pid for child in psutil.Process().children(recursive=True)}


def near(colour, other):
    return all(abs(a - b) < 20 for a, b in zip(colour.getRgb()[:3], other.getRgb()[:3], strict=True))


def has_colour(pane, colour):
    picture = pane.grab().toImage()
    return any(
        near(picture.pixelColor(x, y), colour) for x in range(picture.width()) for y in range(0, picture.height(), 2)
    )


def standing(room, time_s, qtbot):
    with qtbot.waitSignal(room.player.playback.frameArrived, timeout=20_000):
        room.seek(time_s)


# The gaze


def test_the_arrow_points_where_the_eyes_look_more_than_usual():
    tracks = {name: np.full(50, 10.0, np.float32) for name in ("head_yaw", "head_pitch", "gaze_yaw", "gaze_pitch")}
    tracks["gaze_yaw"][30:] = 40.0
    tracks["gaze_pitch"][40:] = -20.0
    look = usual_removed(tracks)
    assert look[[0, 35, 45]].tolist() == [[0, 0], [30, 0], [30, -30]]
    line = arrow_of(QRectF(100, 100, 60, 80), (30.0, -30.0))
    assert line.dx() == pytest.approx(45.0)
    assert line.dy() == pytest.approx(45.0)
    assert usual_removed({"gaze_yaw": tracks["gaze_yaw"]}) is None


def test_gaze_is_drawn_at_will_and_not_where_the_face_was_lost(qtbot, enter):
    room = enter()
    pane = room.player.pane
    standing(room, 12.0, qtbot)
    assert not has_colour(pane, AMBER)
    qtbot.keyClick(room, Qt.Key.Key_G, SHIFT)
    assert has_colour(pane, AMBER)
    assert pane.marks.look(12.0) is not None
    qtbot.keyClick(room, Qt.Key.Key_F, SHIFT)
    assert not has_colour(pane, GREEN)
    pane.marks._boxes[:] = np.nan
    assert not has_colour(pane, AMBER)


# The menu, and what is remembered


def test_each_mark_is_chosen_by_itself_and_all_are_remembered(qtbot, enter, layout):
    room = enter()
    overlay = room.player.overlay
    assert overlay.wanted == {Mark.BOX}
    assert overlay.isChecked()
    overlay.ticks[Mark.BOX].trigger()
    assert not overlay.isChecked()
    overlay.ticks[Mark.GAZE].trigger()
    assert overlay.isChecked()
    room.player.mute.setChecked(True)
    room.leave()
    room.close()
    again = enter().player
    assert again.overlay.wanted == {Mark.GAZE}
    assert again.pane.marks.wanted == {Mark.GAZE}
    assert again.mute.isChecked()


def test_the_menu_says_its_keys_in_both_languages(enter):
    overlay = enter().player.overlay
    for spoken, box in (("zh", "人脸框"), ("en", "Face box")):
        language.set_language(spoken)
        assert overlay.ticks[Mark.BOX].text() == f"{box}\tShift+F"
        assert not overlay.menu().actions()[-1].isVisible()


@pytest.mark.parametrize(
    ("tracks", "possible", "why"),
    [
        (("pitch",), set(), "No face was found in this recording"),
        ((*review_data.FACE[:5],), {Mark.BOX, Mark.MESH}, "No face was found in this recording"),
        (review_data.FACE, set(Mark), ""),
    ],
)
def test_what_a_recording_lacks_is_not_offered(tracks, possible, why):
    player = Player()
    player.mark_recording(review_data.recording(20.0, tracks), sound_only=False)
    assert player.pane.marks.possible() == possible
    assert {mark for mark, tick in player.overlay.ticks.items() if tick.isEnabled()} == possible
    assert player.overlay.menu().actions()[-1].text() == why


# What is allowed


@pytest.mark.parametrize("how", ["consent", "profile"])
def test_a_face_that_must_not_be_looked_at_gets_no_mark(qtbot, enter, reviewed_copy, how):
    if how == "consent":
        interview = reviewed_copy[1]
        enter.library.record_consent(interview, ("speech",), "1", "李静")
    else:
        SettingsFile(reviewed_copy[0]).change(jurisdiction="strictest")
    room = enter()
    player = room.player
    assert not any(tick.isEnabled() for tick in player.overlay.ticks.values())
    assert player.overlay.menu().actions()[-1].text() == "The rules in force do not allow looking at the face"
    before = children()
    for key in (Qt.Key.Key_G, Qt.Key.Key_L):
        qtbot.keyClick(room, key, SHIFT)
    standing(room, 12.0, qtbot)
    drained()
    assert children() == before
    assert not has_colour(player.pane, GREEN)


# Landmarks


def test_landmarks_of_the_picture_that_stands_lie_in_the_box(qtbot, enter):
    room = enter()
    player, marks = room.player, room.player.pane.marks
    before = children()
    standing(room, 12.0, qtbot)
    qtbot.keyClick(room, Qt.Key.Key_L, SHIFT)
    qtbot.waitUntil(lambda: marks.mesh is not None, timeout=60_000)
    assert marks.mesh.shape == (478, 2)
    box = marks.box(12.0)
    inside = [box.contains(QPointF(float(x), float(y))) for x, y in marks.mesh]
    assert np.mean(inside) > 0.9
    qtbot.keyClick(room, Qt.Key.Key_F, SHIFT)
    assert has_colour(player.pane, LABEL)
    started = children() - before
    assert len(started) == 1
    standing(room, 20.0, qtbot)
    assert marks.mesh is None
    qtbot.waitUntil(lambda: marks.mesh is not None, timeout=20_000)
    assert children() - before == started
    room.leave()
    qtbot.waitUntil(lambda: children() == before, timeout=10_000)


def test_while_it_plays_nothing_is_looked_at(qtbot, enter):
    room = enter()
    player, asked = room.player, []
    player.overlay.ticks[Mark.MESH].setChecked(True)
    qtbot.waitUntil(lambda: player.pane.marks.mesh is not None, timeout=60_000)
    ask = player.landmarks._child.ask
    player.landmarks._child.ask = lambda picture: (asked.append(picture), ask(picture))
    player.playback.play()
    qtbot.waitUntil(lambda: player.playback.position > 1.0, timeout=20_000)
    assert not asked
    assert player.pane.marks.mesh is None
    player.playback.pause()
    qtbot.waitUntil(lambda: player.pane.marks.mesh is not None, timeout=20_000)
    assert len(asked) == 1


def test_why_there_are_no_landmarks_is_said_in_both_languages(qtbot, enter):
    room = enter()
    player = room.player
    player.landmarks.failed.emit(ModelMissing(model="face_landmarks", file="face_landmarks.onnx"))
    assert "face_landmarks" in player.note.text()
    assert "No landmarks" in player.note.text()
    language.set_language("zh")
    assert "无法显示面部关键点" in player.note.text()


def test_of_several_faces_the_one_in_the_box_is_taken():
    marks = FaceMarks()
    marks.show_recording(review_data.recording(4.0))
    marks._boxes[:] = (0.5, 0.2, 0.2, 0.4)
    candidate = np.random.default_rng(1).uniform((0.52, 0.25), (0.68, 0.55), (478, 2)).astype(np.float32)
    other = candidate - np.float32(0.4)
    assert marks.nearest((other, candidate), 1.0) is candidate
    assert marks.nearest((other,), 1.0) is None
    marks._boxes[:] = np.nan
    assert marks.nearest((candidate,), 1.0) is None


def test_closing_leaves_no_thread(qtbot, enter):
    before = set(threading.enumerate())
    room = enter()
    room.player.overlay.ticks[Mark.MESH].setChecked(True)
    qtbot.waitUntil(lambda: room.player.pane.marks.mesh is not None, timeout=60_000)
    room.leave()
    QApplication.processEvents()
    names = ("landmarks", "landmark-answers", "landmark-complaints", "recording", "frame-times")
    qtbot.waitUntil(lambda: not [t for t in set(threading.enumerate()) - before if t.name in names], timeout=10_000)
