"""The set-up panel: what is chosen, how it is chosen, what it says; with a file as camera and microphone."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

from app import text
from app.domain.types import ConsentGiven
from app.recording import consent
from app.recording.consent import Agreed
from app.recording.kinds import Kind, Role
from app.settings import SettingsFile
from tests.recording_run.conftest import planned_interview
from tests.ui.clipped import clipped
from ui import language, theme
from ui.record import setup, trial_bar
from ui.record.capture import devices
from ui.record.capture.choice import Arrangement, Device, What
from ui.record.capture.levels import FLOOR_DB, Level
from ui.record.capture.problems import SourceProblem, Trouble
from ui.record.choosing import Choosing
from ui.record.meters import Meter
from ui.record.preview import Preview
from ui.record.setup import KEPT, SetupPanel
from ui.record.setup_page import SetupPage

BOTH = frozenset(Kind)
CAMERA = Device(What.CAMERA, "cam-1", "Webcam 720p", (1280, 720))
DESK, HEADSET = Device(What.MICROPHONE, "desk", "Desk"), Device(What.MICROPHONE, "usb-1", "Headset")
SPEAKER = Device(What.SYSTEM, "", "")


@pytest.fixture
def settings(tmp_path):
    return SettingsFile(tmp_path)


@pytest.fixture
def plugged(monkeypatch):
    """What the computer lists: the test plugs in and out. None of it can be opened."""
    there: list[Device] = [CAMERA, DESK, HEADSET, SPEAKER, Device(What.SCREEN, "S1", "Screen", (1920, 1080))]

    def listing(kinds):
        return tuple(each for what in kinds for each in there if each.what is what)

    monkeypatch.setattr(devices, "listed", listing)
    monkeypatch.setattr(setup, "listed", listing)
    return there


@pytest.fixture
def virtual(sample, tmp_path, monkeypatch):
    """A copy of the sample stands for camera and microphone; nothing else is there."""
    path = tmp_path / "候选人.mp4"
    shutil.copyfile(sample / "sample_zh.mp4", path)
    monkeypatch.setenv("MIANJIAN_VIRTUAL_INPUT", str(path))
    return path


@pytest.fixture
def panel(qtbot, settings):
    """Makes a shown panel."""
    made = []

    def make(allowed=BOTH):
        widget = SetupPanel(settings, allowed)
        qtbot.addWidget(widget, before_close_func=lambda each: each.close_sources())
        made.append(widget)
        widget.resize(980, 560)
        widget.show()
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow)
        return widget

    return make


def listing(*there):
    return lambda kinds: tuple(each for what in kinds for each in there if each.what is what)


class TestChoosing:
    def test_what_is_there_is_taken(self):
        choice = Choosing({}, BOTH, listing(CAMERA, DESK)).choice({Role.CAMERA: (1920, 1080)})
        assert [(each.role, each.device) for each in choice.picked] == [(Role.CAMERA, CAMERA), (Role.ROOM, DESK)]
        assert (choice.tracks[0].width, choice.tracks[0].height, choice.tracks[0].fps) == (1920, 1080, 25.0)
        assert choice.kinds == BOTH

    def test_each_of_two_microphones_has_its_own(self):
        choosing = Choosing({}, BOTH, listing(CAMERA, DESK, HEADSET))
        choosing.arrange(Arrangement.TWO)
        assert choosing.devices() == {Role.CANDIDATE: DESK, Role.INTERVIEWER: HEADSET, Role.CAMERA: None}
        choosing.take(Role.CANDIDATE, HEADSET)
        assert choosing.clash
        assert choosing.choice({}) is None

    def test_it_is_remembered_and_known_at_another_socket(self):
        choosing = Choosing({}, BOTH, listing(CAMERA, DESK, HEADSET))
        choosing.arrange(Arrangement.MICROPHONE)
        choosing.take(Role.ROOM, HEADSET)
        moved = Device(What.MICROPHONE, "usb-2", "Headset")
        again = Choosing(choosing.kept(), BOTH, listing(DESK, moved))
        assert again.arrangement is Arrangement.MICROPHONE
        assert again.devices() == {Role.ROOM: moved}

    @pytest.mark.parametrize("kept", [{"devices": 3}, {"arrangement": "x", "devices": {"room": ["?", 1]}}, {"a": 1}])
    def test_what_cannot_be_read_counts_as_nothing(self, kept):
        assert Choosing(kept, BOTH, listing(DESK)).arrangement is Arrangement.CAMERA

    def test_an_optional_place_stays_empty_when_it_was_emptied(self):
        choosing = Choosing({"arrangement": "screen"}, BOTH, listing(DESK, SPEAKER))
        assert choosing.devices()[Role.INTERVIEWER] == DESK
        choosing.take(Role.INTERVIEWER, None)
        again = Choosing(choosing.kept(), BOTH, listing(DESK, SPEAKER))
        assert again.devices()[Role.INTERVIEWER] is None

    def test_what_is_unplugged_keeps_its_place_until_another_is_taken(self):
        there = [DESK, HEADSET]
        choosing = Choosing({"arrangement": "microphone"}, BOTH, lambda kinds: listing(*there)(kinds))
        choosing.take(Role.ROOM, HEADSET)
        assert choosing.choice({}) is not None
        there.remove(HEADSET)
        choosing.look()
        assert choosing.devices() == {Role.ROOM: HEADSET}
        assert choosing.options(choosing.places[0]) == (HEADSET, DESK)
        assert choosing.choice({}) is None
        choosing.take(Role.ROOM, DESK)
        assert choosing.choice({}) is not None

    def test_consent_narrows_it(self):
        sound = Choosing({"arrangement": "camera"}, frozenset({Kind.SOUND}), listing(CAMERA, DESK))
        assert not sound.offers(Arrangement.CAMERA)
        assert sound.choice({}).kinds == {Kind.SOUND}
        picture = Choosing({}, frozenset({Kind.PICTURE}), listing(CAMERA, DESK))
        assert picture.choice({}).kinds == {Kind.PICTURE}
        assert [each for each in Arrangement if picture.offers(each)] == [Arrangement.CAMERA, Arrangement.SCREEN]


def test_picture_and_sound_of_a_file(qtbot, virtual, panel, settings):
    widget = panel()
    qtbot.waitUntil(lambda: widget.preview.shows_picture, timeout=10_000)
    qtbot.waitUntil(lambda: widget.rows[Role.ROOM].meter.peak_db > FLOOR_DB, timeout=10_000)
    choice = widget.choice()
    assert (choice.tracks[0].width, choice.tracks[0].height) == (640, 480)
    assert all(each.device.name == "候选人.mp4" for each in choice.picked)
    assert widget.preview.accessibleName() == "Preview: Camera"
    widget.hide()
    assert widget.session is None, "nothing is open that is not seen"


def test_a_device_that_vanishes_is_said_and_comes_back(qtbot, virtual, panel):
    widget = panel()
    changed = []
    widget.choiceChanged.connect(lambda: changed.append(widget.choice()))
    qtbot.waitUntil(lambda: widget.preview.shows_picture, timeout=10_000)
    virtual.rename(virtual.with_suffix(".away"))
    qtbot.waitUntil(lambda: widget.choice() is None, timeout=5_000)
    assert "is not there any more" in widget.rows[Role.CAMERA].trouble.text()
    assert widget.rows[Role.CAMERA].box.currentText() == "候选人.mp4 (not connected)"
    language.set_language("zh")
    assert widget.rows[Role.CAMERA].box.currentText() == "候选人.mp4（未连接）"
    assert "放回原处" in widget.rows[Role.CAMERA].trouble.text()
    virtual.with_suffix(".away").rename(virtual)
    qtbot.waitUntil(lambda: widget.preview.shows_picture and widget.choice() is not None, timeout=10_000)
    assert widget.rows[Role.CAMERA].trouble.text() == ""


def test_nothing_is_begun_with_a_device_that_has_just_vanished(qtbot, plugged, panel):
    widget = panel()
    widget.arrange(Arrangement.MICROPHONE)
    qtbot.waitUntil(lambda: widget.session is not None)
    assert widget.choice() is not None
    plugged.remove(DESK)
    widget.session.problem.emit(SourceProblem(Role.ROOM, DESK, Trouble.GONE))
    assert widget.choice() is None
    assert not widget.trial.button.isEnabled()


def test_without_any_device_it_says_what_to_do(panel, each_language):
    language.set_language(each_language)
    widget = panel()
    assert widget.choice() is None
    assert widget.preview.heading == {"en": "No camera found", "zh": "没有找到摄像头"}[each_language]
    assert not widget.rows[Role.ROOM].box.isEnabled()
    assert (
        widget.rows[Role.ROOM].box.currentText() == {"en": "No microphone found", "zh": "没有找到麦克风"}[each_language]
    )


def test_chosen_by_keyboard_and_remembered(qtbot, plugged, panel, settings):
    widget = panel()
    widget.buttons[Arrangement.CAMERA].setFocus()
    for _ in range(3):
        QTest.keyClick(widget.focusWidget(), Qt.Key.Key_Right)
    assert widget.choosing.arrangement is Arrangement.MICROPHONE
    assert list(widget.rows) == [Role.ROOM]
    box = widget.rows[Role.ROOM].box
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentData() == HEADSET
    assert widget.choice().picked[0].device == HEADSET
    kept = SettingsFile(settings.path.parent).values.layout[KEPT]
    assert kept == {"arrangement": "microphone", "devices": {"room": ["microphone", "usb-1", "Headset"]}}
    assert panel().choice().picked[0].device == HEADSET


def test_tab_reaches_everything_and_everything_has_a_name(qtbot, plugged, panel):
    widget = panel()
    widget.arrange(Arrangement.SCREEN)
    qtbot.waitUntil(widget.rows[Role.SCREEN].box.isVisible)
    widget.buttons[Arrangement.SCREEN].setFocus()
    seen = set()
    for _ in range(12):
        QTest.keyClick(widget.focusWidget(), Qt.Key.Key_Tab)
        seen.add(widget.focusWidget())
    wanted = {row.box for row in widget.rows.values()}
    assert wanted <= seen
    names = [box.accessibleName() for box in wanted] + [each.text() for each in widget.buttons.values()]
    assert all(names)
    assert widget.rows[Role.SYSTEM].meter.accessibleName() == "Level: Sound of the meeting"


@pytest.mark.parametrize("arrangement", Arrangement)
def test_tab_goes_from_what_records_to_how_it_is_held_and_then_to_begin(qtbot, plugged, library, settings, arrangement):
    interview = planned_interview(library)
    consent.give(library, interview.id, Agreed(tuple(Kind)), consent.notice("zh", library.folder), ConsentGiven.PAPER)
    page = SetupPage(library, settings)
    qtbot.addWidget(page, before_close_func=lambda each: each.drop_panel())
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.show_interview(interview)
    chosen = page.panel.buttons[arrangement]
    chosen.click()
    qtbot.waitUntil(lambda: all(row.box.isVisible() for row in page.panel.rows.values()))
    page.panel.trial.offer(())
    page.begin.setEnabled(True)
    page.setFocus()
    assert _tabbed(page) in page.panel.buttons.values()
    chosen.setFocus()
    boxes = [row.box for row in page.panel.rows.values()]
    due = [*boxes, page.minutes, page.answers, page.retake, page.second, page.edit, page.back, page.begin]
    got = [_tabbed(page) for _ in due]
    assert [_named(each) for each in got] == [_named(each) for each in due]


def _named(widget):
    return widget.accessibleName() or widget.text()


def _tabbed(page):
    QTest.keyClick(page.focusWidget() or page, Qt.Key.Key_Tab)
    return page.focusWidget()


def test_only_what_is_agreed_to_is_opened(qtbot, virtual, panel):
    widget = panel(frozenset({Kind.SOUND}))
    assert not widget.buttons[Arrangement.CAMERA].isEnabled()
    assert widget.buttons[Arrangement.CAMERA].toolTip()
    assert "did not agree to be filmed" in widget.note.text()
    qtbot.waitUntil(lambda: widget.session is not None, timeout=5_000)
    assert widget.session.choice.kinds == {Kind.SOUND}
    assert widget.choice().kinds == {Kind.SOUND}
    assert widget.preview.heading == "Only sound is recorded"


def test_a_camera_is_ready_once_it_shows_how_large_its_pictures_are():
    choosing = Choosing({}, BOTH, listing(Device(What.CAMERA, "cam-1", "Webcam"), DESK))
    assert choosing.choice({}) is None
    assert choosing.choice({Role.CAMERA: (640, 480)}).tracks[0].height == 480


def test_a_test_recording_is_played_and_thrown_away(qtbot, virtual, panel, settings, monkeypatch):
    monkeypatch.setattr(trial_bar, "TRIAL_S", 2.0)
    widget = panel()
    qtbot.waitUntil(widget.trial.button.isEnabled, timeout=10_000)
    qtbot.waitUntil(lambda: widget.preview.shows_picture, timeout=10_000)
    shown = []
    widget.trial.shown.connect(lambda image: shown.append((image.width(), image.height())))
    QTest.keyClick(widget.trial.button, Qt.Key.Key_Space)
    assert widget.trial.words.text().startswith("Recording")
    files = settings.path.parent / "vault" / "incoming"
    qtbot.waitUntil(lambda: widget.trial.playing is not None, timeout=15_000)
    assert list(files.glob("*/part-*"))
    with qtbot.waitSignal(widget.trial.ended, timeout=15_000):
        pass
    assert len(shown) > 25
    assert set(shown) == {(640, 480)}
    assert "thrown away" in widget.trial.words.text()
    assert not list(files.iterdir())
    language.set_language("zh")
    assert "已回放并删除" in widget.trial.words.text()
    widget.arrange(Arrangement.MICROPHONE)
    assert widget.trial.words.text() == text.tr("capture.trial_hint", seconds=2)


def test_a_test_recording_can_be_stopped(qtbot, virtual, panel, settings):
    widget = panel()
    qtbot.waitUntil(widget.trial.button.isEnabled, timeout=10_000)
    widget.trial.button.click()
    assert widget.trial.button.text() == "Stop the test"
    qtbot.waitUntil(lambda: widget.trial.progress.value() > 300, timeout=10_000)
    widget.trial.button.click()
    assert not widget.trial.busy
    qtbot.waitUntil(lambda: not list((settings.path.parent / "vault" / "incoming").glob("*")), timeout=5_000)
    widget.trial.button.click()
    assert widget.trial.busy
    widget.hide()
    assert not widget.trial.busy


def test_one_microphone_in_two_places_is_said(plugged, panel):
    widget = panel()
    widget.arrange(Arrangement.TWO)
    box = widget.rows[Role.INTERVIEWER].box
    box.setCurrentIndex(0)
    box.activated.emit(0)
    assert widget.choosing.clash
    assert "the same microphone" in widget.rows[Role.INTERVIEWER].trouble.text()
    assert widget.choice() is None


@pytest.mark.parametrize("look", ["light", "dark"])
def test_nothing_is_clipped(qtbot, plugged, panel, look, each_language):
    theme.apply(look, 100)
    language.set_language(each_language)
    widget = panel()
    for each in Arrangement:
        widget.arrange(each)
        assert clipped(widget) == []


def test_a_meter_holds_its_peak_and_marks_what_is_too_loud(qtbot):
    meter = Meter()
    qtbot.addWidget(meter)
    meter.resize(200, 14)
    meter.say("Microphone")
    meter.show()
    meter.show_level(Level(-1.0, -6.0, clipped=True))
    meter.show_level(Level(-40.0, -45.0))
    assert meter.peak_db == -1.0
    assert "too loud" in meter.accessibleDescription()
    bad = theme.color("bad").name()
    assert QColor(meter.grab().toImage().pixel(190, 2)).name() == bad
    qtbot.waitUntil(lambda: not meter.clipped, timeout=5_000)
    qtbot.waitUntil(lambda: meter.peak_db < -10, timeout=5_000)
    meter.reset()
    assert meter.accessibleDescription() == "silent"


def test_a_preview_shows_the_whole_picture_and_asks_for_the_next(qtbot):
    preview = Preview()
    qtbot.addWidget(preview)
    preview.resize(400, 200)
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    with qtbot.waitSignal(preview.painted):
        preview.show_picture(image)
        preview.show()
    shown = preview.grab().toImage()
    assert QColor(shown.pixel(200, 100)).name() == "#ff0000"
    assert QColor(shown.pixel(50, 100)).name() == theme.color("track_bg").name()
    preview.say("video", "No camera found", "Plug one in.")
    assert preview.accessibleDescription() == "No camera found Plug one in."
