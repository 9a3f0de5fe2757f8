"""The room's presenter over a real library: `app.review.ReviewSession` for the assessment, the library for the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from analysis.document import TO_COME, Exchange, Metric
from analysis.failures import InputInvalid
from app import text
from app.domain.scores import DimensionScore, Scorecard
from app.domain.template import Template
from app.domain.types import WORKING, Assessment, Comment, Conclusion, Interview
from app.enrichment.findings import Findings
from app.exporting import export_of
from app.failures import AnalysisRunning, NotFound
from app.jobs.frames import Times, find_frame_times, kept_frame_times
from app.jobs.landmarks import LandmarkChild, MakeChild
from app.policy import allowed_modalities, shown_modalities
from app.recording.asked import HeldInterview, held_interview
from app.recording.left_out import LeftOut, left_out
from app.recording.stretch_consent import refused_before
from app.review import Reading, ReviewSession
from app.review import step_texts as named
from app.review.corrections import in_force, made_together, undone_last
from app.review.drafting import Draft
from app.review.history import History, Part, Step
from app.review.shown import showable, showable_tracks
from app.review.slots import Slots, written
from app.scoring.wording import weight_text
from app.store import Library
from ui.review.corrected import corrected
from ui.review.model import CorrectionDraft, Recording

if TYPE_CHECKING:
    from app.jobs.partial import Partial

PEAKS, FACE = "peaks", "face"


class LibraryPresenter:
    """See `model.Presenter`. `derive_again` is called after each change of the corrections; whoever does that work
    calls the room's `refresh` when the new document is there.

    What changes something is a step of `history`, by one line around it: see `app.review.history`.
    """

    def __init__(self, library: Library, interview_id: str, derive_again: Callable[[], None] | None = None) -> None:
        self._library = library
        self._session = ReviewSession(library, interview_id)
        self._findings = Findings(self._session)
        self._derive_again = derive_again
        self._slots = Slots(self._session)
        self.history = History(self._earlier(), undone=self._undone_before())
        self._partial: Partial | None = None
        self._held: HeldInterview | None = None

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

    def reload(self, read: Reading | None = None) -> None:
        """Read everything again: an analysis was finished, or something came from elsewhere. `read` is what `read`
        gave."""
        self._session.reload(read)
        self._held = None
        if not self.is_growing():
            self._partial = None

    def read(self) -> Reading:
        """The part of `reload` that takes long, for any thread. Raises DocumentInvalid."""
        return self._session.read()

    def show_partial(self, partial: Partial) -> bool:
        """What a first analysis has found so far; whether that is news. It is shown and never scored, signed or
        recorded: the session, which does all that, knows nothing of it."""
        if partial is self._partial or not self.is_growing():
            return False
        self._partial = partial
        return True

    def is_growing(self) -> bool:
        """Whether a first analysis runs."""
        if self._session.derived is not None:
            return False
        return self._library.interview(self.interview.id).analysis_state in WORKING

    def recording(self) -> Recording | None:
        """The document with all corrections laid over it, as far as there is one, without what the jurisdiction lets
        nobody see."""
        derived = self._session.derived or self._partial
        if derived is None:
            return None
        corrections = self._library.corrections(self.interview.id)
        modalities = shown_modalities(self._session.rules)
        found = {name: np.asarray(values, np.float32) for name, values in derived.tracks.items() if name != PEAKS}
        tracks = showable_tracks(found, modalities)
        peaks = derived.tracks.get(PEAKS)
        shown = showable(corrected(derived.analysis, corrections, self.kit()), modalities)
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

    def frame_times(self) -> Times | None:
        """The list that the import made."""
        media = self.interview.media
        return kept_frame_times(self._library, media.sha256) if media else None

    def find_frame_times(self, cancel: Event) -> Times | None:
        """A child looks, for recordings that were imported without the list."""
        media = self.interview.media
        return find_frame_times(self._library, media.sha256, media.name, cancel) if media else None

    def landmarks(self) -> MakeChild | None:
        """Looking at a face is an analysis: profile and consent have to allow it, and that its findings are shown."""
        from app.jobs.analysis import places

        rules = self._session.rules
        allowed = allowed_modalities(rules, self._library.consent(self.interview.id))
        refused = refused_before(self._library, self.interview.id)
        if FACE not in allowed or FACE in refused or FACE not in shown_modalities(rules):
            return None
        return partial(LandmarkChild, places(self._library.folder))

    def card(self) -> Scorecard:
        """The scorecard under the veil."""
        return self._awaiting(self._session.card())

    def preview(self, dimension_id: str, weight: float) -> Scorecard:
        """The scorecard while a slider moves."""
        return self._awaiting(self._session.card(self._session.moved(dimension_id, weight)))

    def _awaiting(self, card: Scorecard) -> Scorecard:
        """While a first analysis runs, the machine has no score yet, which is not too little evidence."""
        if not self.is_growing():
            return card
        return replace(card, dimensions=tuple(map(_awaited, card.dimensions)))

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

    def left(self) -> tuple[tuple[str, str], ...]:
        """Ids and titles of what is missing."""
        return tuple(self._session.left_parts())

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
        key, values = named.rated(self._title(dimension_id), score)
        with self.history.step(self._slots.rating(dimension_id), key, **values):
            self._session.rate(dimension_id, score)

    def comment_on(self, dimension_id: str, words: str) -> None:
        """The reason for a rating."""
        with self.history.step(self._slots.reason(dimension_id), "history.reason", name=self._title(dimension_id)):
            self._session.comment_on(dimension_id, words)

    def set_weight(self, dimension_id: str, weight: float) -> None:
        """Set a weight; the others make room."""
        title, value = self._title(dimension_id), weight_text(weight)
        with self.history.step(self._slots.weights(), "history.weight", name=title, value=value):
            self._session.set_weights({dimension_id: weight})

    def reset_weights(self) -> None:
        """Back to the template."""
        with self.history.step(self._slots.weights(), "history.weights_reset"):
            self._session.reset_weights()

    def set_weight_reason(self, reason: str) -> None:
        """Why the weights differ."""
        with self.history.step(self._slots.weight_reason(), "history.weight_reason"):
            self._session.set_weight_reason(reason)

    def unveil(self, dimension_id: str) -> None:
        """Look before rating. What was seen cannot be undone. Raises AnalysisRunning: while that runs there is nothing
        to be seen."""
        if self.is_growing():
            raise AnalysisRunning
        self._session.unveil(dimension_id)

    def conclude(self, conclusion: Conclusion | None) -> None:
        """Recommend."""
        key, values = named.concluded(conclusion)
        with self.history.step(self._slots.conclusion(), key, **values):
            self._session.conclude(conclusion)

    def set_summary(self, summary: str) -> None:
        """The closing words."""
        with self.history.step(self._slots.summary(), "history.summary"):
            self._session.set_summary(summary)

    def set_strengths(self, words: str) -> None:
        """What speaks for the candidate."""
        with self.history.step(self._slots.strengths(), "history.strengths"):
            self._session.set_strengths(words)

    def set_to_improve(self, words: str) -> None:
        """What could be better."""
        with self.history.step(self._slots.to_improve(), "history.to_improve"):
            self._session.set_to_improve(words)

    def draft(self) -> Draft:
        """Lines for both."""
        return self._session.draft()

    def rate_question(self, question: str, score: float | None) -> None:
        """Rate a question of the kit."""
        key, values = named.rated(named.quoted(question), score)
        with self.history.step(self._slots.question(question), key, **values):
            self._session.rate_question(question, score)

    def comment_on_question(self, question: str, words: str) -> None:
        """A note on a question."""
        with self.history.step(self._slots.question_note(question), "history.note", name=named.quoted(question)):
            self._session.comment_on_question(question, words)

    def tag_comment(self, comment_id: str, dimension_id: str | None) -> None:
        """Which dimension a comment speaks of."""
        words = named.shortened(self._library.comment(comment_id).text)
        with self.history.step(self._slots.comment_dimension(comment_id), "history.comment_dimension", words=words):
            self._session.tag_comment(comment_id, dimension_id)

    def add_comment(
        self, time_s: float | None, text: str, *, end_s: float | None = None, bookmark: bool = False
    ) -> None:
        """Comment at a time or on a stretch."""
        made = self._session.add_comment(time_s, text, end_s=end_s, bookmark=bookmark)
        key, values = named.commented("added", made.text, made.time_s)
        self.history.made(self._slots.comment(made.id), None, written(made), key, **values)

    def edit_comment(self, comment_id: str, text: str, time_s: float | None = None) -> None:
        """Change a comment's words, and its time where one is given."""
        at = self._library.comment(comment_id).time_s if time_s is None else time_s
        key, values = named.commented("edited", text, at)
        with self.history.step(self._slots.comment(comment_id), key, **values):
            self._session.edit_comment(comment_id, text, time_s)

    def remove_comment(self, comment_id: str) -> None:
        """Take a comment back; its history stays in the library."""
        removed = self._library.comment(comment_id)
        key, values = named.commented("removed", removed.text, removed.time_s)
        with self.history.step(self._slots.comment(comment_id), key, **values):
            self._library.delete_comment(comment_id)

    def restore_comment(self, comment_id: str) -> None:
        """Bring back a comment that was removed: undone, where that was the newest step."""
        slot, newest = self._slots.comment(comment_id), self.history.newest
        if newest is not None and newest.slot.name == slot.name and newest.after is None:
            self.history.undo()
            return
        brought = self._library.comment(comment_id)
        key, values = named.commented("added", brought.text, brought.time_s)
        with self.history.step(slot, key, **values):
            self._library.restore_comment(comment_id)

    def _title(self, dimension_id: str) -> Callable[[], str]:
        title = self._session.dimension(dimension_id).title
        return lambda: title.in_(text.language())

    def kit(self) -> Mapping[str, str]:
        """The position's questions, with the ids that the analysis gave them."""
        from app.jobs.analysis import kit

        position = self.interview.position
        return {question.id: question.text for question in kit(position.questions if position else ())}

    def held(self) -> HeldInterview:
        """How it was held, as it was when this was read last."""
        if self._held is None:
            self._held = held_interview(self._library, self.interview.id)
        return self._held

    def left_out(self) -> tuple[LeftOut, ...]:
        """What was redacted, and what the candidate withdrew while it was held."""
        return left_out(self._library, self.interview.id)

    def written(self, exchange: Exchange) -> str:
        """What the candidate wrote, in the take that counts."""
        question = exchange.matched_question
        asked = self.held().question(question.text) if question is not None else None
        return asked.written if asked is not None else ""

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
        made = [
            self._library.add_correction(self.interview.id, d.kind, d.start, d.end, d.before, d.after) for d in drafts
        ]
        key, values = named.corrected(made)
        self.history.made(self._slots.corrections(*(each.id for each in made)), False, True, key, **values)
        self._changed()

    def take_back(self, correction_id: str) -> None:
        """Append the inverse of one correction."""
        slot = self._slots.corrections(correction_id)
        with self.history.step(slot, "history.correction_taken_back"):
            slot.write(False)
        self._changed()

    def _earlier(self) -> list[Step]:
        """Corrections of earlier sessions can be undone, too."""
        held = in_force(self._library.corrections(self.interview.id))
        return [
            Step(
                self._slots.corrections(*(each.id for each in made)), False, True, *named.corrected(made),
                datetime.fromisoformat(made[-1].created),
            )
            for made in made_together(held)
        ]  # fmt: skip

    def _undone_before(self) -> list[Step]:
        """So can those be done again that were undone last, with no correction after them."""
        return [
            Step(
                self._slots.corrections(*(each.id for each in made), undone_by=[each.id for each in inverses]),
                False, True, *named.corrected(made), datetime.fromisoformat(inverses[0].created),
            )
            for made, inverses in undone_last(self._library.corrections(self.interview.id))
        ]  # fmt: skip

    def _changed(self) -> None:
        if self._derive_again is not None:
            self._derive_again()

    # Undo

    def undo(self) -> Step | None:
        """Undo the newest step."""
        return self._moved(self.history.undo())

    def redo(self) -> Step | None:
        """Do the step again that was undone last."""
        return self._moved(self.history.redo())

    def _moved(self, step: Step | None) -> Step | None:
        if step is not None and step.slot.part is Part.WORDS:
            self._changed()
        return step

    @property
    def can_undo(self) -> bool:
        """Whether there is a step."""
        return not self.read_only and self.history.newest is not None

    @property
    def can_redo(self) -> bool:
        """Whether a step was undone."""
        return not self.read_only and self.history.undone is not None

    @property
    def undo_text(self) -> str:
        """What undo would undo."""
        return self._named(self.history.newest)

    @property
    def redo_text(self) -> str:
        """What redo would do again."""
        return self._named(self.history.undone)

    def _named(self, step: Step | None) -> str:
        return "" if step is None or self.read_only else step.text

    # What is being written

    def unfinished(self, field: str) -> object:
        """What was being written there."""
        return self._library.draft(self.interview.id, field)

    def keep_unfinished(self, field: str, body: object) -> None:
        """Keep what is being written."""
        self._library.keep_draft(self.interview.id, field, body)

    def export_of(self, kind: str) -> Callable[[Path], None]:
        """What writes one format to a file, on any thread; the audit says so."""
        return export_of(self._session, kind)

    def clip_ending(self) -> str:
        """Whether a clip may be written, and of what kind."""
        from app.jobs.clips import parts_of

        return parts_of(self._library, self.interview).ending

    def sign(self) -> None:
        """Sign and put into the outbox. Raises AnalysisRunning, and what the session raises."""
        if self.is_growing():
            raise AnalysisRunning
        self._session.sign()


def _awaited(row: DimensionScore) -> DimensionScore:
    too_little = row.machine.why == "too_little_evidence"
    return replace(row, machine=replace(row.machine, why=TO_COME)) if too_little else row
