"""Recordings that ended with the program, or were not one yet when it did: taken in at the next start, and said."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from analysis.failures import Failure
from app import policy, text
from app.domain.types import Interview
from app.failures import RecordingEmpty
from app.recording.consent_words import listed
from app.recording.cut_off import can_go_on
from app.recording.evidence import taken_back
from app.recording.recovering import left_behind
from app.recording.running import standing
from ui.shell.context import Context
from ui.shell.topics import cut_off
from ui.shell.window import MainWindow
from ui.widgets.message_bar import Way


class CutRecordings(QObject):
    """Made when the window opens. `came` hears of each that was taken in; the message offers `open_review`, and where
    the interview was cut off to `go_on` with it.

    Where the candidate withdrew something meanwhile, that is said with it.
    """

    def __init__(
        self,
        context: Context,
        window: MainWindow,
        open_review: Callable[[str], None],
        go_on: Callable[[str], None],
        came: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._came = context, window, came
        self._open_review, self._go_on = open_review, go_on
        for folder in left_behind(context.library):
            context.work.recover(folder, self._taken_in, self._failed)

    def _taken_in(self, interview: Interview) -> None:
        self._came(interview.id)
        ended = standing(self._context.library.marks(interview.id)).ended
        ways: list[Way] = [("shell.open_it", partial(self._open_review, interview.id))]
        if can_go_on(self._context.library, interview.id):
            ways.insert(0, ("shell.go_on", partial(self._go_on, interview.id)))
        (action, done), *others = ways
        self._window.message.say(
            partial(self._sentence, interview, ended), "ok" if ended else "warn", action=action, done=done,
            also=others[0] if others else None, topic=cut_off(interview.id),
        )  # fmt: skip

    def _failed(self, failure: Failure) -> None:
        if not isinstance(failure, RecordingEmpty):
            self._window.say_failure(failure)

    def _sentence(self, interview: Interview, ended: bool) -> str:
        length_s = interview.media.duration_s if interview.media else None
        said = "shell.recording_joined" if ended else "shell.recording_found"
        found = text.tr(said, name=interview.title, length=text.timecode(length_s or 0.0))
        gone = taken_back(self._context.library, interview.id)
        if not gone:
            return found
        rules = policy.profile(self._context.settings.values.jurisdiction)
        left = policy.allowed_modalities(rules, self._context.library.consent(interview.id))
        key = "shell.found_withdrawn" if left else "shell.found_all_withdrawn"
        return text.tr(key, found=found, what=listed(gone, text.language()))
