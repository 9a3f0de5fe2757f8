"""How rooms are arranged, remembered in the settings by name."""

from __future__ import annotations

from app.settings import SettingsFile


class SettingsLayout:
    """A layout store over `Settings.layout`; a read-only window remembers only until it closes."""

    def __init__(self, settings: SettingsFile, *, keep: bool) -> None:
        self._settings = settings
        self._keep = keep
        self._values = dict(settings.values.layout)

    def get(self, name: str, default: object) -> object:
        """What was remembered, else `default`."""
        return self._values.get(name, default)

    def put(self, name: str, value: object) -> None:
        """Remember something that JSON can hold, at once."""
        self._values[name] = value
        if self._keep:
            self._settings.change(layout={**self._settings.values.layout, name: value})
