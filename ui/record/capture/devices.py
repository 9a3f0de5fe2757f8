"""What there is to record with, as it is plugged in and out."""

from __future__ import annotations

import os
import platform
from collections import Counter
from pathlib import Path

from PySide6.QtCore import QObject, QSize, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtMultimedia import QAudioDevice, QCameraDevice, QCapturableWindow, QMediaDevices, QWindowCapture

from ui.record.capture import sound_server
from ui.record.capture.choice import Device, What

VIRTUAL = "MIANJIAN_VIRTUAL_INPUT"
"""Names a file that is offered as camera and as microphone: for trying out, and for tests."""
LOOK_MS = 1000


def cameras() -> tuple[Device, ...]:
    """The cameras of this computer."""
    return tuple(Device(What.CAMERA, id_of(each), each.description()) for each in QMediaDevices.videoInputs())


def microphones() -> tuple[Device, ...]:
    """The microphones of this computer, the system's default first."""
    found = sorted(_there(_inputs()), key=lambda each: not each.isDefault())
    return tuple(Device(What.MICROPHONE, id_of(each), each.description()) for each in found)


def screens() -> tuple[Device, ...]:
    """The screens that this computer shows something on."""
    return tuple(Device(What.SCREEN, each.name(), _screen_name(each), _pixels(each)) for each in _screens())


def windows() -> tuple[Device, ...]:
    """The windows of other programs; none where the system does not tell (Wayland)."""
    own = frozenset(each.title() for each in QGuiApplication.topLevelWindows())
    return tuple(Device(What.WINDOW, name, name) for name in _named_windows(own))


def system_sounds() -> tuple[Device, ...]:
    """What the computer plays: wherever it plays by default, then each loudspeaker. None on a Mac, see the guide."""
    outputs = _there(_outputs())
    if platform.system() == "Darwin" or not outputs:
        return ()
    return (Device(What.SYSTEM, "", ""), *(Device(What.SYSTEM, id_of(each), each.description()) for each in outputs))


def files() -> tuple[Device, ...]:
    """The file that stands for a camera and a microphone, where one is named and is there."""
    path = os.environ.get(VIRTUAL, "")
    return (Device(What.FILE, path, Path(path).name),) if path and Path(path).is_file() else ()


LISTS = {
    What.CAMERA: cameras, What.MICROPHONE: microphones, What.SCREEN: screens, What.WINDOW: windows,
    What.SYSTEM: system_sounds, What.FILE: files,
}  # fmt: skip


def listed(kinds: tuple[What, ...]) -> tuple[Device, ...]:
    """All devices of these sorts, in their order."""
    return tuple(device for what in kinds for device in LISTS[what]())


def camera_named(device_id: str) -> QCameraDevice | None:
    """Qt's camera with this id, if it is plugged in."""
    return next((each for each in QMediaDevices.videoInputs() if id_of(each) == device_id), None)


def microphone_named(device_id: str) -> QAudioDevice | None:
    """Qt's microphone with this id, if it is plugged in."""
    return next((each for each in _there(_inputs()) if id_of(each) == device_id), None)


def screen_named(name: str) -> QScreen | None:
    """The screen with this name, if it is connected."""
    return next((each for each in _screens() if each.name() == name), None)


def window_named(name: str) -> QCapturableWindow | None:
    """The window with this title, if it is open. Any thread: the program's own windows are not looked at, which only
    the window's thread may; none of them is ever chosen."""
    return _named_windows(frozenset()).get(name)


def _there(found: list[QAudioDevice]) -> list[QAudioDevice]:
    """Of Qt's devices those that the sound server has, too; all where Qt does not name them as it does."""
    known = sound_server.inputs()
    if known is None or not any(_known_as(each) in known for each in (*_inputs(), *_outputs())):
        return found
    return [each for each in found if _known_as(each) in known]


def _known_as(device: QAudioDevice) -> str:
    name = id_of(device)
    return name if device.mode() is QAudioDevice.Mode.Input else sound_server.loopback_of(name)


def _inputs() -> list[QAudioDevice]:
    return QMediaDevices.audioInputs()


def _outputs() -> list[QAudioDevice]:
    return QMediaDevices.audioOutputs()


def id_of(device: QCameraDevice | QAudioDevice) -> str:
    """The system's own name of a device."""
    return bytes(device.id().data()).decode("utf-8", "replace")


def _screens() -> list[QScreen]:
    return QGuiApplication.screens()


def _pixels(screen: QScreen) -> tuple[int, int]:
    size: QSize = screen.size() * screen.devicePixelRatio()
    return size.width(), size.height()


def _screen_name(screen: QScreen) -> str:
    width, height = _pixels(screen)
    called = " ".join(filter(None, (screen.manufacturer(), screen.model()))) or screen.name()
    return f"{called} ({width} × {height})"


def _named_windows(own: frozenset[str]) -> dict[str, QCapturableWindow]:
    """The windows by title but those with these; of several with one title, the later ones with a number."""
    found, seen = {}, Counter[str]()
    for window in QWindowCapture.capturableWindows():
        title = window.description()
        if not title or title in own:
            continue
        seen[title] += 1
        found[title if seen[title] == 1 else f"{title} ({seen[title]})"] = window
    return found


class DeviceWatch(QObject):
    """Says at once that devices came; that some went, and windows of other programs, it looks for while it watches."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._media = QMediaDevices(self)
        self._media.videoInputsChanged.connect(self.changed)
        self._media.audioInputsChanged.connect(self.changed)
        self._media.audioOutputsChanged.connect(self.changed)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._compare)
        self._known: tuple[Device, ...] = ()

    def watch(self, *, on: bool) -> None:
        """Look from time to time, or no longer."""
        self._known = listed(tuple(What)) if on else ()
        self._timer.start() if on else self._timer.stop()

    def _compare(self) -> None:
        found = listed(tuple(What))
        if found != self._known:
            self._known = found
            self.changed.emit()
