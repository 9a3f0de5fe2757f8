"""From a review session to the report's data: the one place that knows both."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analysis import features
from analysis.document import TRACK_RATE_HZ
from app import __version__, text
from app.recording.asked import held_interview
from app.recording.holding import written_answers
from app.report.data import ReportData, Series
from app.review.shown import shown
from app.scoring.metrics import UNIT_KEYS
from app.told import in_language

if TYPE_CHECKING:
    from analysis.derive import Derived
    from app.review.session import ReviewSession

_CURVES = ("pitch", "loudness", "speech_rate")
"""The tracks of the voice that a report shows, below those of an optional room."""


def report_data(session: ReviewSession, language: str, *, full_transcript: bool = True) -> ReportData:
    """What a report on this session's assessment shows now, with the veil applied and without what the jurisdiction
    lets nobody see."""
    derived = shown(session.derived, session.rules) if session.derived else None
    return ReportData(
        interview=session.interview,
        template=session.template,
        card=session.card(),
        assessment=session.assessment,
        comments=tuple(in_language(comment, language) for comment in session.comments),
        made_at=datetime.now(UTC),
        app_version=__version__,
        analysis=derived.analysis if derived else None,
        series=curves(derived, language) if derived else (),
        keywords=session.keywords(),
        full_transcript=full_transcript,
        written=tuple(
            (take.text, words) for take, words in written_answers(session.library, session.interview.id) if take.used
        ),
        held=held_interview(session.library, session.interview.id),
        signature_holds=not session.assessment.signatures or session.is_signed(),
    )


def curves(derived: Derived, language: str) -> tuple[Series, ...]:
    """The curves that a report shows; a track without a title in this build is left out."""
    found = []
    room = features.expression()
    for name in (*(room.THREE if room else ()), *_CURVES):
        values, info = derived.tracks.get(name), derived.analysis.tracks.get(name)
        title = _title(name, language)
        if values is not None and info is not None and title:
            found.append(Series(name, title, _unit(info.unit, language), TRACK_RATE_HZ, values, _bounds(info.unit)))
    return tuple(found)


def _title(name: str, language: str) -> str:
    keys = (f"report.track_{name}", f"expression.track_{name}")
    return next((text.tr_in(language, key) for key in keys if text.has(key)), "")


def _bounds(unit: str) -> tuple[float, float] | None:
    """Shares and probabilities are drawn on their whole scale: blown up, noise would look like change."""
    return (0.0, 1.0) if unit in ("share", "probability", "0-1") else None


def _unit(unit: str, language: str) -> str:
    key = UNIT_KEYS.get(unit.split(" ")[0])
    return text.tr_in(language, f"assess.{key}") if key else unit
