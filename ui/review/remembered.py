"""What is remembered of single interviews, and of how the player was set, for the next time the room opens."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QObject, QTimer

from ui.review.face_marks import Mark
from ui.review.model import LayoutStore
from ui.review.playback import SPEEDS
from ui.review.player import Player

PLACES = "review.places"
MOST = 200
"""So many interviews are remembered; the one that was put first is forgotten first."""
SAVE_WITHIN_MS = 5000
"""What the player does is written down so long after it began at the latest: a crash costs no more."""
SPEED, VOLUME, MUTED = "review.speed", "review.volume", "review.muted"
MARKS = {Mark.BOX: "review.overlay", Mark.MESH: "review.overlay_mesh", Mark.GAZE: "review.overlay_gaze"}
AT_FIRST: Mapping[str, object] = MappingProxyType(
    {SPEED: 1.0, VOLUME: 100, MUTED: False} | {name: mark is Mark.BOX for mark, name in MARKS.items()}
)


class PerInterview:
    """One interview's value among those of the last `MOST` interviews, all under one name of the layout store."""

    def __init__(self, store: LayoutStore, name: str, interview_id: str) -> None:
        self._store, self._name, self._interview = store, name, interview_id

    def get(self) -> object:
        """What was put, else None."""
        return self._all().get(self._interview)

    def put(self, value: object) -> None:
        """Remember something that JSON can hold; None forgets."""
        kept = self._all()
        if kept.pop(self._interview, None) == value:
            return
        if value is not None:
            kept[self._interview] = value
        self._store.put(self._name, dict(list(kept.items())[-MOST:]))

    def _all(self) -> dict[str, object]:
        kept = self._store.get(self._name, None)
        return dict(kept) if isinstance(kept, dict) else {}


class PlayerMemory(QObject):
    """Sets the player as it was left, and writes down where it is in the interview, its speed, sound and overlay."""

    def __init__(self, player: Player, store: LayoutStore, interview_id: str) -> None:
        super().__init__(player)
        self._player, self._store = player, store
        self._place = PerInterview(store, PLACES, interview_id)
        self._soon = QTimer(self, singleShot=True, interval=SAVE_WITHIN_MS)
        self._soon.timeout.connect(self.save)
        self._set_as_left()
        player.playback.positionChanged.connect(self._save_soon)
        player.playback.speedChanged.connect(self._save_soon)
        player.volume.valueChanged.connect(self._save_soon)
        player.mute.toggled.connect(self._save_soon)
        player.overlay.wantedChanged.connect(self._save_soon)

    def place(self) -> float:
        """Where the interview was left (s); 0.0 where it never was."""
        kept = self._place.get()
        known = isinstance(kept, int | float) and math.isfinite(kept)
        return max(0.0, float(kept)) if known else 0.0  # type: ignore[arg-type]

    def save(self) -> None:
        """Write down what is so now; nothing once the recording is closed."""
        self._soon.stop()
        playback = self._player.playback
        if not playback.loaded:
            return
        self._place.put(round(playback.position, 2) or None)
        for name, value in self._now().items():
            if self._store.get(name, AT_FIRST[name]) != value:
                self._store.put(name, value)

    def _now(self) -> dict[str, object]:
        player = self._player
        sound: dict[str, object] = {
            SPEED: player.playback.speed,
            VOLUME: player.volume.value(),
            MUTED: player.mute.isChecked(),
        }
        return sound | {name: mark in player.overlay.wanted for mark, name in MARKS.items()}

    def _save_soon(self, _changed: object = None) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _set_as_left(self) -> None:
        """What stands in the store came from a file that people can edit: only what can be set is taken."""
        kept = {name: self._store.get(name, first) for name, first in AT_FIRST.items()}
        speed, volume = kept[SPEED], kept[VOLUME]
        if speed in SPEEDS:
            self._player.playback.set_speed(float(speed))
        if isinstance(volume, int) and 0 <= volume <= 100:
            self._player.volume.setValue(volume)
        self._player.mute.setChecked(kept[MUTED] is True)
        for mark, name in MARKS.items():
            if isinstance(kept[name], bool):
                self._player.overlay.ticks[mark].setChecked(kept[name] is True)
        self._player.pane.say("")  # nobody has just changed it
