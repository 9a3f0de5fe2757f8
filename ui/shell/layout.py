"""How rooms are arranged, remembered in the settings by name, for each assessor by themselves."""

from __future__ import annotations

from collections.abc import Callable

from app.settings import SettingsFile

PEOPLE = "people"
"""Where the settings' layout keeps what is remembered of each assessor, by their names."""


class SettingsLayout:
    """A layout store over `Settings.layout`; a read-only window remembers only until it closes.

    `who` tells whose it is now: several assessors may work on one library in turn. What was remembered before they
    were told apart holds for each of them, until they change it.
    """

    def __init__(self, settings: SettingsFile, who: Callable[[], str], *, keep: bool) -> None:
        self._settings, self._who, self._keep = settings, who, keep
        self._shared = dict(settings.values.layout)
        people = self._shared.pop(PEOPLE, None)
        known = people.items() if isinstance(people, dict) else ()
        self._people = {name: dict(values) for name, values in known if isinstance(values, dict)}

    def get(self, name: str, default: object) -> object:
        """What was remembered, else `default`."""
        return self._people.get(self._who(), {}).get(name, self._shared.get(name, default))

    def put(self, name: str, value: object) -> None:
        """Remember something that JSON can hold, at once."""
        self._people.setdefault(self._who(), {})[name] = value
        if self._keep:
            self._settings.change(layout={**self._settings.values.layout, PEOPLE: self._people})
