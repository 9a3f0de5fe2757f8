"""A window that is at work in a review until it is killed: `python -m tests.ui.cut_off LIBRARY INTERVIEW COMMENT`.

It writes half a comment, half a change of the comment COMMENT, half a word over the transcript and half a name, goes to
a moment, prints "kept" once all of that is written down, and waits for its end.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from app.settings import SettingsFile
from tests.ui.review_library import remembered
from ui import language, theme
from ui.review.drafts import COMMENT, COMMENT_EDIT, CORRECTION, NAMES
from ui.review.remembered import PLACES
from ui.shell import start
from ui.shell.recovery import OPEN

PLACE_S = 21.5
AT_MOST_MS = 60_000


def main(folder: Path, interview_id: str, comment_id: str) -> int:
    """Write, wait until it is kept, and stay."""
    app = start.application()
    language.set_language("en")
    theme.set_up(app, "light")
    conductor = start.open_window(folder, SettingsFile(folder), interview_id)
    assert conductor is not None
    room = conductor.window.room("review")
    library = conductor.context.library

    def write() -> None:
        room.memory._soon.setInterval(50)
        room.seek(PLACE_S)
        room.scorecard.comments.field.setText("half a comment")
        assert room.scorecard.comments.edit(comment_id)
        room.scorecard.comments.editor.words.setPlainText("half a change")
        room.speakers.open()
        room.speakers.card.rows["S1"].name.setText("half a name")
        room.transcript.list.edit_word(1, 3)
        room.transcript.list.editor.setText("半个")

    def look() -> None:
        drafts = [library.draft(interview_id, field) for field in (COMMENT, COMMENT_EDIT, CORRECTION, NAMES)]
        layout = remembered(folder)
        if all(drafts) and layout.get(OPEN) == interview_id and layout.get(PLACES) == {interview_id: PLACE_S}:
            looking.stop()
            print("kept", flush=True)

    looking = QTimer()
    looking.timeout.connect(look)
    looking.start(100)
    QTimer.singleShot(0, write)
    QTimer.singleShot(AT_MOST_MS, app.quit)
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
