"""`show`: one interview with its assessment, in a few lines or as JSON. The veil holds here as in the window."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from app import text
from app.failures import ValueInvalid

if TYPE_CHECKING:
    from app.domain.scores import Scorecard
    from app.review import ReviewSession
    from app.store.library import Library
    from sync.outbox import Item


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    own = commands.add_parser("show", help=text.tr("show.help"), parents=[shared])
    own.add_argument("id", metavar="ID", help=text.tr("show.help_id"))
    own.add_argument("--json", action="store_true", help=text.tr("show.help_json"))
    own.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print it. A library that another process writes is read all the same."""
    from app.review import ReviewSession
    from app.store.library import Library

    with Library.open(options.data, read_only_if_held=True) as library:
        review = ReviewSession(library, whole_id(library, options.id))
        review.note_opened()
        if options.json:
            print(json.dumps(as_json(review), ensure_ascii=False, indent=2))
        else:
            for line in lines(review):
                print(line)
    return 0


def whole_id(library: Library, given: str) -> str:
    """The id that a person means by its beginning. ValueInvalid where several begin so; unknown ones stay as given."""
    matching = library.interviews_beginning(given)
    if len(matching) > 1:
        ids = ", ".join(one[:12] for one in matching[:5])
        raise ValueInvalid(what=text.tr("store.interview"), value=given, allowed=text.tr("show.several", ids=ids))
    return matching[0] if matching else given


def as_json(review: ReviewSession) -> dict[str, Any]:
    """Everything that a script may want to know, veiled scores left out."""
    from app.enrichment.findings import Findings

    library, interview = review.library, review.interview
    shown = {
        "interview": interview,
        "consent": library.consent(interview.id),
        "assessment": _assessment(review),
        "scorecard": review.card(),
        "analysis": _findings(review),
        "comments": review.comments,
        "consent_signature": library.drawn_signature(interview.id),
        "marks": library.marks(interview.id),
        "corrections": library.corrections(interview.id),
        "redactions": library.redactions(interview.id),
        "enrichments": Findings(review).as_json(),
        "delivery": [_delivery(item) for item in deliveries(library, interview.id)],
    }
    built: dict[str, Any] = msgspec.to_builtins(shown)
    return built


def _findings(review: ReviewSession) -> dict[str, Any] | None:
    """What of the analysis is no curve and no event: the rest stands in the files of `export`."""
    from app.review.shown import shown

    if review.derived is None:
        return None
    analysis = shown(review.derived, review.rules).analysis
    return {
        "id": analysis.id, "correction": analysis.correction, "missing": analysis.missing, "quality": analysis.quality,
        "terms": analysis.terms, "suggestions": analysis.suggestions, "exchanges": analysis.exchanges,
        "fallbacks": analysis.provenance.fallbacks,
    }  # fmt: skip


def _assessment(review: ReviewSession) -> dict[str, Any]:
    values = asdict(review.assessment)
    values["signatures"] = [
        {"revision": one.revision, "sha256": one.sha256, "signed_at": one.signed_at, "assessor": one.assessor}
        for one in review.assessment.signatures
    ]
    return values


def _delivery(item: Item) -> dict[str, Any]:
    return {
        "kind": item.kind, "external_id": item.external_id, "state": item.state, "attempts": item.attempts,
        "last_error": item.last_error, "remote_id": item.remote_id,
    }  # fmt: skip


def deliveries(library: Library, interview_id: str) -> tuple[Item, ...]:
    """What of an interview waits to be sent to the HR system or was sent, in order."""
    from sync import listing

    with library.reading() as session:
        items = listing.items(session)
    own = (item for item in items if item.aggregate.partition("/")[0] == interview_id)
    return tuple(sorted(own, key=lambda item: item.seq))


def lines(review: ReviewSession) -> list[str]:
    """The interview in a few lines for a person."""
    interview, media = review.interview, review.interview.media
    none = text.tr("show.none")
    duration = text.timecode(media.duration_s) if media and media.duration_s is not None else none
    facts = {
        "title": f"{interview.title} ({interview.id})",
        "candidate": interview.candidate.name,
        "position": interview.position.title if interview.position else none,
        "status": text.tr(f"show.status_{interview.status}"),
        "recording": text.tr("show.recording_value", name=media.name, duration=duration) if media else none,
        "analysis": text.tr(f"show.analysis_{interview.analysis_state}"),
    }
    told = [f"{text.tr(f'show.{key}')}: {value}" for key, value in facts.items()]
    return [*told, *_lacking(review), *_scores(review), *_end(review)]


def _lacking(review: ReviewSession) -> list[str]:
    """What the analysis does not have, one reason a line."""
    from app.absence import absences

    missing = review.analysis.missing if review.analysis else ()
    return [text.tr("show.missing", what=phrase) for phrase in absences(missing, text.language())]


def _scores(review: ReviewSession) -> list[str]:
    from app.scoring.wording import score_text, weight_text

    card = review.card()
    rows = []
    for row in card.dimensions:
        score = text.tr("show.unrated") if row.mine is None else score_text(row.mine)
        title = review.dimension(row.dimension_id).title.in_(text.language())
        rows.append(text.tr("show.rating", title=title, score=score, weight=weight_text(row.weight)))
    return [*rows, f"{text.tr('show.composite')}: {_composite(card)}"]


def _composite(card: Scorecard) -> str:
    from app.scoring.wording import score_text

    coverage = text.percent(card.composite.coverage)
    found = card.composite
    if found.value is None:
        return text.tr("show.composite_none", coverage=coverage)
    return text.tr("show.composite_value", value=score_text(found.value, found.low, found.high), coverage=coverage)


def _end(review: ReviewSession) -> list[str]:
    from sync.outbox import standing

    signatures = review.assessment.signatures
    signed = text.tr("show.unsigned")
    if signatures:
        last = signatures[-1]
        at = last.signed_at.astimezone().strftime("%Y-%m-%d %H:%M")
        signed = text.tr("show.signed_value", revision=last.revision, at=at, assessor=last.assessor)
    went = [standing(item.state, item.resolution) for item in deliveries(review.library, review.interview_id)]
    states = [text.tr(f"show.delivery_{each}") for each in went]
    return [
        f"{text.tr('show.signed')}: {signed}",
        f"{text.tr('show.delivery')}: {states[-1] if states else text.tr('show.none')}",
    ]
