"""Linux's sound server and Windows' loopback, by the package `soundcard`: what Qt does not tell of sound.

Qt lists no monitors, and under PulseAudio it hears of devices that come but not of those that go (6.11). The way of
Windows has not been run.
"""

from __future__ import annotations

import atexit
import importlib
import os
import platform
import socket
import sys
import threading
from typing import Any

ON_LINUX = platform.system() == "Linux"
PULSE = "soundcard.pulseaudio"
_READY = 4
"""PA_CONTEXT_READY: any other state means that the connection has ended."""
_lock = threading.Lock()


def connected() -> Any:
    """The package, connected with the sound server; None where none answers.

    Asked over a connection that has ended, libpulse would end the program; so that is looked at first, and a new one
    is made where the server is there again.
    """
    if not ON_LINUX:
        return importlib.import_module("soundcard")
    with _lock:
        card = sys.modules.get(PULSE)
        if card is not None and not _alive(card):
            atexit.unregister(card._pulse._shutdown)
            del sys.modules[PULSE]
            card = None
        if card is not None or not _server_there():
            return card
        try:
            return importlib.import_module(PULSE)
        except (OSError, AssertionError):
            return None


def _alive(card: Any) -> bool:
    return bool(card._pulse._pa_context_get_state(card._pulse.context) == _READY)


def _server_there() -> bool:
    """Whether a server listens: asking is not to start one."""
    given = os.environ.get("PULSE_SERVER", "")
    if given and not given.startswith("unix:"):
        return True
    runtime = os.environ.get("PULSE_RUNTIME_PATH") or f"{os.environ.get('XDG_RUNTIME_DIR', '')}/pulse"
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(given.removeprefix("unix:") or f"{runtime}/native") == 0


def inputs() -> frozenset[str] | None:
    """The ids of all microphones and monitors that are there now; None where only Qt knows."""
    card = connected() if ON_LINUX else None
    return None if card is None else frozenset(each.id for each in card.all_microphones(include_loopback=True))


def loopback_of(speaker: str) -> str:
    """The id under which a loudspeaker's own sound is recorded."""
    return f"{speaker}.monitor" if ON_LINUX else speaker


def recorder(wanted: str, rate: int, channels: int, block: int) -> Any:
    """What records a microphone or monitor (its id), in blocks of so many samples; None where it is not there."""
    card = connected()
    found = card.all_microphones(include_loopback=True) if card is not None else []
    return next((each.recorder(rate, channels, block) for each in found if each.id == wanted), None)
