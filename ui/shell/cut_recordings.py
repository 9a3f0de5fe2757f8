"""Recordings that ended with the program: taken in at the next start, and said."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from analysis.failures import Failure
from app import policy, text
from app.domain.types import Interview
from app.failures import RecordingEmpty
from app.recording.evidence import taken_back
from app.recording.recovering import left_behind
from ui.shell.context import Context
from ui.shell.window import MainWindow


class CutRecordings(QObject):
    """Made when the window opens. `came` hears of each that was taken in; the message offers `open_review`.

    Where the candidate withdrew something meanwhile, that is said with it.
    """

    def __init__(
        self,
        context: Context,
        window: MainWindow,
        open_review: Callable[[str], None],
        came: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._open_review, self._came = context, window, open_review, came
        for folder in left_behind(context.library):
            context.work.recover(folder, self._taken_in, self._failed)

    def _taken_in(self, interview: Interview) -> None:
        self._came(interview.id)
        self._window.message.say(
            partial(self._sentence, interview),
            "warn",
            action="shell.open_it",
            done=partial(self._open_review, interview.id),
        )

    def _failed(self, failure: Failure) -> None:
        if not isinstance(failure, RecordingEmpty):
            self._window.say_failure(failure)

    def _sentence(self, interview: Interview) -> str:
        from app.report.consent_words import listed

        length_s = interview.media.duration_s if interview.media else None
        found = text.tr("shell.recording_found", name=interview.title, length=text.timecode(length_s or 0.0))
        gone = taken_back(self._context.library, interview.id)
        if not gone:
            return found
        rules = policy.profile(self._context.settings.values.jurisdiction)
        left = policy.allowed_modalities(rules, self._context.library.consent(interview.id))
        key = "shell.found_withdrawn" if left else "shell.found_all_withdrawn"
        return text.tr(key, found=found, what=listed(gone, text.language()))
