"""What would be sent: the exact request of one signed assessment, or everything but writing for all that waits."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from analysis.failures import Failure
from app import text
from app.mapping_desk import DryRun, Example, MappingDesk
from sync.failures import RemoteFailure
from sync.mapping import Entry
from ui.sync.body_view import BodyView
from ui.sync.mapping_editor.draft import Draft

SOON_MS = 400
"""A preview that is open follows edits after this pause."""


class Trial(QFrame):
    """Hidden until something is tried. `tried` = a dry run has ended; the fields were read on the way."""

    tried = Signal()

    def __init__(self, desk: MappingDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("class", "panel")
        self._desk = desk
        self._draft: Draft | None = None
        self._chosen: Example | None = None
        self._went: tuple[Entry, ...] | None = None
        self.body = BodyView()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.addWidget(self.body)
        self._soon = QTimer(self, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._preview)
        self.hide()

    def preview(self, draft: Draft, chosen: Example) -> None:
        """Show what would be sent for a signed assessment, now and while the draft is being edited."""
        self._draft, self._chosen, self._went = draft, chosen, None
        self.show()
        self.body.show_text(text.tr("mapping.preview_wait"), "")
        self._preview()

    def follow(self, draft: Draft, chosen: Example | None) -> None:
        """The draft, or the chosen assessment, is another one now."""
        if self._went is not None and tuple(draft.entries) != self._went:
            self.body.heading.setText(text.tr("mapping.dry_run_before"))
        if self._chosen is not None and chosen is not None and self.isVisible():
            self._draft, self._chosen = draft, chosen
            self._soon.start()

    def _preview(self) -> None:
        if self._draft is None or self._chosen is None:
            return
        if not self._draft.can_be_saved:
            self.body.show_text(text.tr("mapping.preview_broken"), "")
            return
        self._desk.preview(tuple(self._draft.entries), self._chosen, self._previewed)

    def _previewed(self, requests: object, failure: Failure | RemoteFailure | None) -> None:
        if self._chosen is None:
            return
        heading = text.tr("mapping.preview_title", title=self._chosen.title)
        if failure is not None or not isinstance(requests, tuple):
            self.body.show_text(heading, text.sentence(failure) if failure else "")
        elif len(requests) == 1:
            (one,) = requests
            self.body.show_text(f"{heading}\n{one.method} {one.path}", one.body)
        else:
            self.body.show_text(heading, "\n\n".join(f"{one.method} {one.path}\n{one.body}" for one in requests))

    def dry_run(self, draft: Draft) -> None:
        """Everything but writing, for all that waits."""
        self._draft, self._chosen, self._went = draft, None, tuple(draft.entries)
        self.show()
        self.body.show_text(text.tr("mapping.dry_run"), text.tr("mapping.dry_run_running"))
        self._desk.dry_run(self._went, self._tried)

    def forget(self) -> None:
        """What was tried is about another mapping."""
        self._soon.stop()
        self._draft = self._chosen = self._went = None
        self.hide()

    def forget_dry_run(self) -> None:
        """How a dry run went does not hold any more, or cannot be told in the language that is read now."""
        if self._went is not None:
            self.forget()

    def _tried(self, tried: DryRun | None, failure: Failure | RemoteFailure | None) -> None:
        if self._went is not None and self._draft is not None:  # no preview was asked for meanwhile
            good = tried is not None and tried.good
            heading = text.tr("mapping.dry_run_good" if good else "mapping.dry_run_bad")
            heading = heading if tuple(self._draft.entries) == self._went else text.tr("mapping.dry_run_before")
            self.body.show_text(heading, dry_run_words(tried) if tried else text.sentence(failure) if failure else "")
        self.tried.emit()


def dry_run_words(tried: DryRun) -> str:
    """A dry run as text: its steps, then each waiting item with its calls or why it would not be sent."""
    marks = {True: "✓", False: "✕", None: "–"}
    lines = [f"{marks[step.good]} {text.tr(f'mapping.step_{step.name}')}: {step.sentence}" for step in tried.steps]
    if all(step.good for step in tried.steps[:3]):
        count = sum(not item.problem for item in tried.items)
        lines += ["", text.tr("mapping.dry_run_items", n=count) if tried.items else text.tr("mapping.dry_run_nothing")]
    for item in tried.items:
        lines += ["", f"{'✕' if item.problem else '✓'} {item.title}"]
        lines += [item.problem] if item.problem else []
        lines += [f"{one.method} {one.path}\n{one.body}" for one in item.requests]
    return "\n".join(lines)
