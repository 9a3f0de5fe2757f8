"""What the review room needs to know and may do: the `Presenter` that every widget here talks to.

`ui.review.presenter` makes one from the library; tests make one from plain values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Event
from typing import BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from analysis.document import Analysis, Correction, CorrectionKind, Exchange, Metric
from app.domain.scores import Scorecard
from app.domain.template import Template
from app.domain.types import Assessment, Comment, Conclusion, Interview
from app.enrichment.findings import Findings
from app.jobs.landmarks import MakeChild
from app.recording.asked import HeldInterview
from app.recording.left_out import LeftOut
from app.review.drafting import Draft
from app.review.history import Step

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Recording:
    """An analysed recording as the room shows it: the document with its corrections, its tracks and its waveform.

    `tracks` are the document's arrays by name (10 Hz); `peaks` is (n, 2) minimum and maximum at 100 Hz, or None.
    `corrections` are those in force, in the order in which they were made; `candidate` is the candidate's name in the
    library, by which the candidate's voice is called until somebody names it.
    """

    analysis: Analysis
    tracks: Mapping[str, Floats]
    peaks: Floats | None
    corrections: tuple[Correction, ...] = ()
    candidate: str = ""


class Stage(StrEnum):
    """What the room shows: the review, or why there is nothing to review yet."""

    NO_MEDIA = "no_media"
    UNRECORDED = "unrecorded"
    NOT_ANALYSED = "not_analysed"
    RUNNING = "running"
    FAILED = "failed"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class CorrectionDraft:
    """A correction that a person asks for; see `analysis.document.Correction` for the meaning of the fields."""

    kind: CorrectionKind
    start: float
    end: float
    before: str
    after: str


class Presenter(Protocol):
    """One interview's review. Every change is saved before the call returns; a known failure is raised as such."""

    @property
    def interview(self) -> Interview:
        """The interview under review."""
        ...

    @property
    def template(self) -> Template:
        """The template that it is assessed by."""
        ...

    @property
    def assessment(self) -> Assessment:
        """The assessor's own assessment, newest state."""
        ...

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed."""
        ...

    @property
    def weights_locked(self) -> bool:
        """Whether the position locks its weights."""
        ...

    @property
    def findings(self) -> Findings:
        """What was found beside the analysis, as it may be seen."""
        ...

    def recording(self) -> Recording | None:
        """The analysed recording with the corrections made so far; None before the first analysis has any result."""
        ...

    def open_media(self) -> BinaryIO | None:
        """The playable copy as a seekable stream of its own; None where there is none."""
        ...

    def frame_times(self) -> NDArray[np.int32] | None:
        """When each picture of that copy is shown, (n,) ms; None where it has to be looked up first."""
        ...

    def find_frame_times(self, cancel: Event) -> NDArray[np.int32] | None:
        """Look it up, which takes a while; from any thread. Known failures are raised as such, Cancelled among them."""
        ...

    def landmarks(self) -> MakeChild | None:
        """What makes the child that finds landmarks; None where faces must not be looked at."""
        ...

    def card(self) -> Scorecard:
        """The scorecard as it may be seen: what is veiled is not in it."""
        ...

    def preview(self, dimension_id: str, weight: float) -> Scorecard:
        """The scorecard as it would be with another weight; nothing is saved. Quick enough for every frame."""
        ...

    def veiled(self, dimension_id: str) -> bool:
        """Whether the machine's score is hidden until this dimension is rated or unveiled."""
        ...

    def observations(self, dimension_id: str) -> tuple[tuple[str, Metric], ...]:
        """Metrics to be shown beside a dimension, unscored, by name; only those that were measured."""
        ...

    def comments(self) -> tuple[Comment, ...]:
        """The assessor's comments and bookmarks in time order."""
        ...

    def left(self) -> tuple[tuple[str, str], ...]:
        """What is still missing before signing: a dimension's id ("" = the recommendation) and a short text."""
        ...

    def needs_reason(self) -> bool:
        """Whether a weight differs from the template's and nobody has said why."""
        ...

    def deviates(self) -> bool:
        """Whether a weight differs from the template's."""
        ...

    def is_signed(self) -> bool:
        """Whether the newest signature says what the assessment says now."""
        ...

    def is_behind(self) -> bool:
        """Whether a correction is not in the machine's scores yet: signing has to wait."""
        ...

    def is_growing(self) -> bool:
        """Whether a first analysis runs: what `recording` gives meanwhile is partial, and signing has to wait."""
        ...

    def rate(self, dimension_id: str, score: float | None) -> None:
        """Rate a dimension 0-10 (None = not rated any more)."""
        ...

    def comment_on(self, dimension_id: str, words: str) -> None:
        """The reason for a rating."""
        ...

    def set_weight(self, dimension_id: str, weight: float) -> None:
        """Give a dimension a weight in %; the others make room."""
        ...

    def reset_weights(self) -> None:
        """Give all weights back to the template."""
        ...

    def set_weight_reason(self, reason: str) -> None:
        """Say why weights deviate from the template."""
        ...

    def unveil(self, dimension_id: str) -> None:
        """Look at the machine's score before rating; this is audited."""
        ...

    def conclude(self, conclusion: Conclusion | None) -> None:
        """Recommend, or take the recommendation back."""
        ...

    def set_summary(self, summary: str) -> None:
        """The closing words."""
        ...

    def set_strengths(self, words: str) -> None:
        """What speaks for the candidate."""
        ...

    def set_to_improve(self, words: str) -> None:
        """What the candidate could do better."""
        ...

    def draft(self) -> Draft:
        """Lines for both, from what may be seen now."""
        ...

    def rate_question(self, question: str, score: float | None) -> None:
        """Rate a question of the kit, told by its words, 0-10 (None = not rated any more)."""
        ...

    def comment_on_question(self, question: str, words: str) -> None:
        """A note on a question of the kit."""
        ...

    def tag_comment(self, comment_id: str, dimension_id: str | None) -> None:
        """Say which dimension a comment speaks of; None = none."""
        ...

    def add_comment(
        self, time_s: float | None, text: str, *, end_s: float | None = None, bookmark: bool = False
    ) -> None:
        """Comment at a time of the recording, or on the stretch from there to `end_s`."""
        ...

    def edit_comment(self, comment_id: str, text: str, time_s: float | None = None) -> None:
        """Change a comment's words, and its time (s) where one is given."""
        ...

    def remove_comment(self, comment_id: str) -> None:
        """Take a comment back."""
        ...

    def restore_comment(self, comment_id: str) -> None:
        """Bring back a comment that was taken back."""
        ...

    def kit(self) -> Mapping[str, str]:
        """The position's kit: each question's text by its id, in the kit's order."""
        ...

    def held(self) -> HeldInterview:
        """How the interview was held in this program: what was asked, written, and whether it was recorded."""
        ...

    def left_out(self) -> tuple[LeftOut, ...]:
        """Where its recording has no picture on purpose."""
        ...

    def written(self, exchange: Exchange) -> str:
        """What the candidate wrote in answer to an exchange's question; "" for nothing."""
        ...

    def glossary_titles(self) -> Mapping[str, str]:
        """What the domain glossaries are called in the window's language, by id."""
        ...

    def correct(self, *drafts: CorrectionDraft) -> None:
        """Correct words, speakers, roles, names or questions; what is given together is undone together."""
        ...

    def take_back(self, correction_id: str) -> None:
        """Undo one correction, wherever it stands among the others: a step of its own, which `undo` takes back."""
        ...

    def undo(self) -> Step | None:
        """Undo the newest step of any kind, and give it; None where there is none. Raises NotUndone where somebody else
        changed the same thing since: what is there stays, and the step is forgotten.
        """
        ...

    def redo(self) -> Step | None:
        """Do the step again that was undone last; as `undo`."""
        ...

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to undo."""
        ...

    @property
    def can_redo(self) -> bool:
        """Whether there is one to do again."""
        ...

    @property
    def undo_text(self) -> str:
        """What `undo` would undo, in the language in use; "" where there is nothing."""
        ...

    @property
    def redo_text(self) -> str:
        """What `redo` would do again; "" where there is nothing."""
        ...

    def unfinished(self, field: str) -> object:
        """What the assessor was writing in a field and had not given, as it was kept; None = nothing."""
        ...

    def keep_unfinished(self, field: str, body: object) -> None:
        """Keep what is being written there, as something that JSON can hold; None forgets it."""
        ...

    def export_of(self, kind: str) -> Callable[[Path], None]:
        """What writes one of `app.exporting.FORMATS`, as all stands now, to a file; it may run on any thread."""
        ...

    def clip_ending(self) -> str:
        """How the file of a clip ends; what keeps the recording in the library is raised."""
        ...

    def sign(self) -> None:
        """Sign the assessment and put it into the outbox."""
        ...


class LayoutStore(Protocol):
    """Where the room remembers how it was arranged, by name."""

    def get(self, name: str, default: object) -> object:
        """What was remembered, else `default`."""
        ...

    def put(self, name: str, value: object) -> None:
        """Remember something that JSON can hold."""
        ...


class PassingLayout:
    """A layout store that forgets at the end of the program: for rooms opened without a library."""

    def __init__(self) -> None:
        self._values: dict[str, object] = {}

    def get(self, name: str, default: object) -> object:
        """What was put under the name, else `default`."""
        return self._values.get(name, default)

    def put(self, name: str, value: object) -> None:
        """Remember until the end."""
        self._values[name] = value
