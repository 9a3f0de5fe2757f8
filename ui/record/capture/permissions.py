"""The system's leave to open cameras and microphones: a Mac asks the person, elsewhere opening one tells."""

from __future__ import annotations

import platform
from collections.abc import Callable

from PySide6.QtCore import QCameraPermission, QCoreApplication, QMicrophonePermission, QObject, Qt

from app.recording.kinds import Kind
from ui.record.capture.choice import What

ASKS = platform.system() == "Darwin"
_WANTED = {What.CAMERA: QCameraPermission, What.MICROPHONE: QMicrophonePermission}
_KINDS = {Kind.PICTURE: What.CAMERA, Kind.SOUND: What.MICROPHONE}


def allowed(what: What) -> bool:
    """Whether this sort of device may be opened."""
    application = QCoreApplication.instance()
    if not ASKS or what not in _WANTED or application is None:
        return True
    return application.checkPermission(_WANTED[what]()) is not Qt.PermissionStatus.Denied


def ask(kinds: frozenset[Kind], context: QObject, answered: Callable[[], object]) -> None:
    """Let the system ask the person where it does, and call `answered` after each answer. In the window's thread."""
    application = QCoreApplication.instance()
    if not ASKS or application is None:
        return
    for kind in sorted(kinds):
        permission = _WANTED[_KINDS[kind]]()
        if application.checkPermission(permission) is Qt.PermissionStatus.Undetermined:
            application.requestPermission(permission, context, lambda _: answered())
