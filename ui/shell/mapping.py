"""Opens the mapping editor beside the window; one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.mapping_desk import MappingDesk
from ui.shell.context import Context

if TYPE_CHECKING:
    from ui.shell.window import MainWindow


def open_mapping(context: Context, window: MainWindow, target: str = "") -> None:
    """Open it, or bring it to the front; `target` = the field of the company that it turns to."""
    from ui.sync.mapping_editor.editor import MappingEditor

    editor = window.findChild(MappingEditor)
    if editor is None:
        desk = MappingDesk(context.library, context.settings, context.sync, context.post)
        editor = MappingEditor(desk, window)
        editor.saved.connect(context.sync.sync_now)
        editor.saved.connect(lambda: _renew_settings(window))
        window.closing.connect(editor.window_closes)
    elif not editor.isVisible():
        editor.load()
    editor.show()
    editor.raise_()
    editor.activateWindow()
    if target:
        editor.choose(target)


def _renew_settings(window: MainWindow) -> None:
    """The settings show the profile that was chosen by saving."""
    from ui.settings.room import SettingsRoom

    room = window.room("settings")
    if isinstance(room, SettingsRoom):
        room.hr.renew()
