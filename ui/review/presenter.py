"""The room's presenter over a real library: `app.review.ReviewSession` for the assessment, the library for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from analysis.document import Correction, Metric
from analysis.failures import InputInvalid
from app import text
from app.domain.scores import Scorecard
from app.domain.template import Template
from app.domain.types import Assessment, Comment, Conclusion, Interview
from app.enrichment.findings import Findings
from app.exporting import export
from app.failures import NotFound
from app.review import ReviewSession
from app.store import Library
from ui.review.corrected import corrected, in_force
from ui.review.model import CorrectionDraft, Recording

PEAKS = "peaks"


class LibraryPresenter:
    """See `model.Presenter`. `derive_again` is called after each change of the corrections; whoever does that work
    calls the room's `refresh` when the new document is there.
    """

    def __init__(self, library: Library, interview_id: str, derive_again: Callable[[], None] | None = None) -> None:
        self._library = library
        self._session = ReviewSession(library, interview_id)
        self._findings = Findings(self._session)
        self._derive_again = derive_again
        self._undoable: list[tuple[str, ...]] = []
        self._redoable: list[tuple[str, ...]] = []

    @property
    def session(self) -> ReviewSession:
        """The session behind it."""
        return self._session

    @property
    def interview(self) -> Interview:
        """The interview under review."""
        return self._session.interview

    @property
    def template(self) -> Template:
        """The template that it is assessed by."""
        return self._session.template

    @property
    def assessment(self) -> Assessment:
        """The assessor's own assessment."""
        return self._session.assessment

    @property
    def read_only(self) -> bool:
        """Whether another window writes this library."""
        return self._library.read_only

    @property
    def weights_locked(self) -> bool:
        """Whether the position locks its weights."""
        return self._session.weights_locked

    @property
    def findings(self) -> Findings:
        """What was found beside the analysis."""
        return self._findings

    def reload(self) -> None:
        """Read everything again: an analysis was finished, or something came from elsewhere."""
        self._session.reload()

    def recording(self) -> Recording | None:
        """The document with all corrections laid over it."""
        derived = self._session.derived
        if derived is None:
            return None
        corrections = self._library.corrections(self.interview.id)
        tracks = {name: np.asarray(values, np.float32) for name, values in derived.tracks.items() if name != PEAKS}
        peaks = derived.tracks.get(PEAKS)
        shown = corrected(derived.analysis, corrections, self.kit())
        return Recording(shown, tracks, peaks, in_force(corrections), self.interview.candidate.name)

    def open_media(self) -> BinaryIO | None:
        """The playable copy."""
        media = self.interview.media
        if media is None:
            return None
        try:
            return self._library.vault.open(media.sha256)
        except NotFound:
            return None

    def card(self) -> Scorecard:
        """The scorecard under the veil."""
        return self._session.card()

    def preview(self, dimension_id: str, weight: float) -> Scorecard:
        """The scorecard while a slider moves."""
        return self._session.card(self._session.moved(dimension_id, weight))

    def veiled(self, dimension_id: str) -> bool:
        """Whether the machine's score is hidden."""
        return self._session.is_veiled(dimension_id)

    def observations(self, dimension_id: str) -> tuple[tuple[str, Metric], ...]:
        """What was measured of what the template wants shown."""
        seen = self._session.observations(dimension_id)
        return tuple((o.metric, o.value) for o in seen if o.value is not None and o.value.value is not None)

    def comments(self) -> tuple[Comment, ...]:
        """All comments."""
        return self._session.comments

    def left(self) -> tuple[str, ...]:
        """Titles of what is missing."""
        return tuple(self._session.left_to_sign())

    def needs_reason(self) -> bool:
        """Whether a reason for the weights is missing."""
        return self._session.needs_reason()

    def deviates(self) -> bool:
        """Whether a weight differs from the template's."""
        return bool(self._session.deviating())

    def is_signed(self) -> bool:
        """Whether the newest signature still says what stands here."""
        return self._session.is_signed()

    def is_behind(self) -> bool:
        """Whether the document does not include every correction yet."""
        return self._session.is_behind()

    def rate(self, dimension_id: str, score: float | None) -> None:
        """Rate a dimension."""
        self._session.rate(dimension_id, score)

    def comment_on(self, dimension_id: str, words: str) -> None:
        """The reason for a rating."""
        self._session.comment_on(dimension_id, words)

    def set_weight(self, dimension_id: str, weight: float) -> None:
        """Set a weight; the others make room."""
        self._session.set_weights({dimension_id: weight})

    def reset_weights(self) -> None:
        """Back to the template."""
        self._session.reset_weights()

    def set_weight_reason(self, reason: str) -> None:
        """Why the weights differ."""
        self._session.set_weight_reason(reason)

    def unveil(self, dimension_id: str) -> None:
        """Look before rating."""
        self._session.unveil(dimension_id)

    def conclude(self, conclusion: Conclusion | None) -> None:
        """Recommend."""
        self._session.conclude(conclusion)

    def set_summary(self, summary: str) -> None:
        """The closing words."""
        self._session.set_summary(summary)

    def add_comment(self, time_s: float | None, text: str, *, bookmark: bool = False) -> None:
        """Comment at a time."""
        self._session.add_comment(time_s, text, bookmark=bookmark)

    def remove_comment(self, comment_id: str) -> None:
        """Take a comment back; its history stays in the library."""
        self._library.delete_comment(comment_id)

    def kit(self) -> Mapping[str, str]:
        """The position's questions, with the ids that the analysis gave them."""
        from app.jobs.analysis import kit

        position = self.interview.position
        return {question.id: question.text for question in kit(position.questions if position else ())}

    def glossary_titles(self) -> Mapping[str, str]:
        """The titles of those in force; none where a glossary's file cannot be read, which the next analysis says."""
        from app.glossaries import glossaries

        spoken = text.language()
        try:
            found = glossaries(self._library.folder)
        except InputInvalid:
            return {}
        return {glossary.id: glossary.title.get(spoken, glossary.id) for glossary in found}

    # Corrections: append-only; undo appends the inverse, redo the inverse of that.

    def correct(self, *drafts: CorrectionDraft) -> None:
        """Append corrections."""
        self._undoable = self._groups()
        made = [
            self._library.add_correction(self.interview.id, d.kind, d.start, d.end, d.before, d.after) for d in drafts
        ]
        self._undoable.append(tuple(correction.id for correction in made))
        self._redoable.clear()
        self._changed()

    def take_back(self, correction_id: str) -> None:
        """Append the inverse of one correction; redo makes it again."""
        self._undoable = [group for group in self._groups() if correction_id not in group]
        self._redoable.append(self._reverted((correction_id,)))
        self._changed()

    def undo(self) -> bool:
        """Append the inverse of the last correction, be it of this session or an earlier one."""
        self._undoable = self._groups()
        if not self._undoable:
            return False
        self._redoable.append(self._reverted(self._undoable.pop()))
        self._changed()
        return True

    def redo(self) -> bool:
        """Append the inverse of the last undo."""
        if not self._redoable:
            return False
        undone = self._redoable.pop()
        self._reverted(undone)
        self._changed()
        return True

    def _reverted(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._library.revert_correction(each).id for each in reversed(ids))

    def _groups(self) -> list[tuple[str, ...]]:
        """Corrections in force, those that were made together still together."""
        active: list[Correction] = list(in_force(self._library.corrections(self.interview.id)))
        ids = [correction.id for correction in active]
        together = {each: group for group in self._undoable for each in group}
        groups: list[tuple[str, ...]] = []
        for each in ids:
            group = together.get(each, (each,))
            if group not in groups:
                groups.append(group)
        return groups

    def _changed(self) -> None:
        if self._derive_again is not None:
            self._derive_again()

    @property
    def can_undo(self) -> bool:
        """Whether a correction is in force."""
        return not self.read_only and bool(in_force(self._library.corrections(self.interview.id)))

    @property
    def can_redo(self) -> bool:
        """Whether something was undone in this session."""
        return not self.read_only and bool(self._redoable)

    def export(self, kind: str, out: Path) -> None:
        """Write one format to a file; the audit says so."""
        export(self._session, kind, out)

    def sign(self) -> None:
        """Sign and put into the outbox."""
        self._session.sign()
