"""How long a test waits for what must come: long, as it goes on the moment that it is there."""

from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

PATIENCE_MS = 60_000
"""What a computer takes that is slow and busy; only a test that fails waits so long."""


class PatientBot(QtBot):
    """pytest-qt's bot with this patience, also where a test names a shorter one.

    Only a wait that may end without its signal (`raising=False`) is as short as it says.
    """

    def waitUntil(self, callback: Any, *, timeout: int = 0) -> None:
        super().waitUntil(callback, timeout=max(timeout, PATIENCE_MS))

    def waitSignal(self, signal: Any, *, timeout: int = 0, raising: bool | None = None, **more: Any) -> Any:
        least = timeout if raising is False else max(timeout, PATIENCE_MS)
        return super().waitSignal(signal, timeout=least, raising=raising, **more)

    def waitSignals(self, signals: Any, *, timeout: int = 0, raising: bool | None = None, **more: Any) -> Any:
        least = timeout if raising is False else max(timeout, PATIENCE_MS)
        return super().waitSignals(signals, timeout=least, raising=raising, **more)

    def waitExposed(self, widget: Any, *, timeout: int = 0) -> Any:
        return super().waitExposed(widget, timeout=max(timeout, PATIENCE_MS))

    def waitActive(self, widget: Any, *, timeout: int = 0) -> Any:
        return super().waitActive(widget, timeout=max(timeout, PATIENCE_MS))
