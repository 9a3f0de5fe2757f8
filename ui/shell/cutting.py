"""First cut out, then analyse: an interview's analysis is held, and its review opens with the tools for that."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from analysis.failures import Failure
from ui.actions import Action
from ui.shell.context import Context
from ui.shell.window import MainWindow


class Cutting(QObject):
    """`here` = the interview that is chosen or reviewed; `review` opens one."""

    def __init__(
        self, context: Context, window: MainWindow, here: Callable[[], str], review: Callable[[str], None]
    ) -> None:
        super().__init__(window)
        self._context, self._window, self._here, self._review = context, window, here, review
        window.offer_actions(self.actions)

    def actions(self) -> list[Action]:
        """What can be done with the interview at hand before it is analysed."""
        here, library = self._here(), self._context.library

        def may_cut() -> bool:
            chosen = library.interview(here) if here and not library.read_only else None
            return chosen is not None and chosen.media is not None and chosen.analysis_id is None

        return [Action("cut_first", "window", (), partial(self.hold, here), may_cut)]

    def hold(self, interview_id: str) -> None:
        """Hold the analysis of an interview, end the one that runs, and open the review."""
        try:
            self._context.library.set_cut_first(interview_id, True)
        except Failure as failure:
            self._window.say_failure(failure)
            return
        self._context.work.cancel(interview_id)
        self._review(interview_id)

    def release(self, interview_id: str) -> None:
        """Its analysis waits for nothing any more: somebody starts it."""
        if self._context.library.interview(interview_id).cut_first:
            self._context.library.set_cut_first(interview_id, False)
