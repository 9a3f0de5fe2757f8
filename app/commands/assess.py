"""`assess DIR`: what the machine makes of a bare analysis, a technician's view. `assess --interview ID`: an assessor's
work on an interview of the library, where the machine's scores stay veiled until rated or unveiled."""

from __future__ import annotations

import argparse
import json
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import text
from app.failures import ValueInvalid

if TYPE_CHECKING:
    from app.domain.scores import Scorecard
    from app.domain.template import Template
    from app.review import ReviewSession

ALL = "all"
CONCLUSIONS = ("hire", "unsure", "no_hire", "cannot_tell")
CHANGING = ("template", "rate", "weights", "weight_reason", "comment", "conclusion", "summary", "unveil", "sign")
"""Options that change the library: without one of them it is only read."""
OF_INTERVIEW = ("rate", "weight_reason", "comment", "conclusion", "summary", "unveil", "sign")
"""Options that a bare folder cannot take: nobody's assessment is kept there."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    tr = text.tr
    own = commands.add_parser("assess", help=tr("assess.help"), description=tr("assess.help"), parents=[shared])
    own.add_argument("folder", metavar="DIR", type=Path, nargs="?", help=tr("assess.help_folder"))
    own.add_argument("--template", metavar="T", help=tr("assess.help_template"))
    own.add_argument("--weights", metavar="DIM=%,…", help=tr("assess.help_weights").replace("%", "%%"))
    own.add_argument("--out", metavar="FILE", type=Path, help=tr("assess.help_out"))
    own.add_argument("--interview", metavar="ID", help=tr("assess.help_interview"))
    own.add_argument("--rate", metavar="DIM=N", action="append", default=[], help=tr("assess.help_rate"))
    own.add_argument("--weight-reason", metavar="TEXT", help=tr("assess.help_weight_reason"))
    own.add_argument("--comment", metavar="SECONDS=TEXT", action="append", default=[], help=tr("assess.help_comment"))
    own.add_argument("--conclusion", choices=CONCLUSIONS, help=tr("assess.help_conclusion"))
    own.add_argument("--summary", metavar="TEXT", help=tr("assess.help_summary"))
    own.add_argument("--unveil", metavar="DIM", action="append", default=[], help=tr("assess.help_unveil"))
    own.add_argument("--sign", action="store_true", help=tr("assess.help_sign"))
    own.add_argument("--json", action="store_true", help=tr("assess.help_json"))
    own.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Assess; 0 when done."""
    if (options.interview is None) == (options.folder is None):
        raise ValueInvalid(
            what="assess", value=options.folder or options.interview or "", allowed="DIR, --interview ID"
        )
    if options.interview is not None:
        return _interview(options)
    for name in OF_INTERVIEW:
        if getattr(options, name):
            given = f"--{name.replace('_', '-')}"
            raise ValueInvalid(what=str(options.folder), value=given, allowed="--template, --weights, --out")
    return _folder(options)


# A bare folder


def _folder(options: argparse.Namespace) -> int:
    from analysis.export import read
    from app.scoring import card, effective_weights, find_template, machine_scores, parse_weights, spread
    from app.whole_file import whole_file

    template = find_template(options.template or "default")
    analysis = read(options.folder).analysis
    weights = None
    if options.weights is not None:
        weights = spread(effective_weights(template, {}), parse_weights(options.weights), template)
    shown = folder_report(
        template, card(template, machine_scores(template, analysis), None, None, weights), analysis.id
    )
    if options.out is None:
        print(json.dumps(shown, ensure_ascii=False, indent=2))
        return 0
    with whole_file(options.out) as part:
        part.write_text(json.dumps(shown, ensure_ascii=False, indent=2), "utf-8")
    print(text.tr("assess.technician"))
    print(text.tr("assess.written", file=options.out))
    return 0


def folder_report(template: Template, card: Scorecard, analysis_id: str) -> dict[str, Any]:
    """The machine's scores of a bare analysis, with the bands and their sources; nobody has rated anything."""
    import msgspec

    from app.scoring import preview

    titles = {d.id: d.title for d in template.dimensions}
    dimensions = [
        {"title": titles[row.dimension_id].in_(text.language())} | msgspec.to_builtins(row) for row in card.dimensions
    ]
    sources = sorted({support.source for d in template.dimensions for support in d.supports})
    return {
        "format": "mianjian-machine-scores",
        "version": 1,
        "note": text.tr("assess.technician"),
        "analysis_id": analysis_id,
        "template": {"id": template.id, "version": template.version, "machine_share": template.machine_share},
        "dimensions": dimensions,
        "composite": msgspec.to_builtins(card.composite),
        "composite_preview": msgspec.to_builtins(preview(card.dimensions, template.min_coverage)),
        "band_sources": sources,
    }


def _out(path: Path | None) -> AbstractContextManager[Path | None]:
    """The file to write, opened before anything is signed. Raises ValueInvalid, FolderNotWritable, DiskFull."""
    from app.whole_file import whole_file

    return nullcontext() if path is None else whole_file(path)


# An interview of the library


def _interview(options: argparse.Namespace) -> int:
    from app.commands.show import whole_id
    from app.review import ReviewSession
    from app.store.library import Library

    changes = any(getattr(options, name) not in (None, [], False) for name in CHANGING)
    with Library.open(options.data, read_only_if_held=not changes) as library, _out(options.out) as part:
        review = ReviewSession(library, whole_id(library, options.interview))
        review.note_opened()
        _change(review, options)
        signature = review.sign() if options.sign else None
        shown = interview_report(review)
        if part is not None:
            part.write_text(json.dumps(shown, ensure_ascii=False, indent=2), "utf-8")
        if options.json:
            print(json.dumps(shown, ensure_ascii=False, indent=2))
            return 0
        for line in _lines(review):
            print(line)
        if signature is not None:
            print(text.tr("assess.signed", revision=signature.revision, sha256=signature.sha256))
    return 0


def _change(review: ReviewSession, options: argparse.Namespace) -> None:
    """Do what was asked, everything checked before anything is written."""
    from app.domain.types import Conclusion
    from app.scoring import parse_weights

    if options.template:
        review.set_template(_template_id(review, options.template))
    ratings = [_rating(review, given) for given in options.rate]
    comments = [_comment(given) for given in options.comment]
    weights = parse_weights(options.weights) if options.weights is not None else None
    known = [d.id for d in review.template.dimensions]
    unveiled = known if ALL in options.unveil else [review.dimension(name).id for name in options.unveil]
    for dimension_id in unveiled:
        review.unveil(dimension_id)
    for dimension_id, score in ratings:
        review.rate(dimension_id, score)
    if weights is not None:
        review.set_weights(weights)
    if options.weight_reason is not None:
        review.set_weight_reason(options.weight_reason)
    for time_s, end_s, words in comments:
        review.add_comment(time_s, words, end_s=end_s)
    if options.conclusion:
        review.conclude(Conclusion(options.conclusion))
    if options.summary is not None:
        review.set_summary(options.summary)


def _template_id(review: ReviewSession, given: str) -> str:
    """A template of the library by id, or a file, which the library then keeps."""
    from app.scoring import find_template

    template = find_template(given, review.library.templates())
    return review.library.save_template(template).id


def _rating(review: ReviewSession, given: str) -> tuple[str, float]:
    name, _, number = given.partition("=")
    dimension = review.dimension(name.strip())
    try:
        score = float(number)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 10:
        raise ValueInvalid(what=dimension.id, value=number, allowed="0-10")
    return dimension.id, score


def _comment(given: str) -> tuple[float, float | None, str]:
    """Where a comment begins, where it ends if it is about a stretch, and its words."""
    seconds, equals, words = given.partition("=")
    try:
        start, *end = map(float, seconds.split("-"))
    except ValueError:
        start, end = -1.0, []
    if not equals or not words.strip() or not start >= 0 or len(end) > 1:
        raise ValueInvalid(what="--comment", value=given, allowed=text.tr("assess.comment_shape"))
    return start, end[0] if end else None, words


def interview_report(review: ReviewSession) -> dict[str, Any]:
    """The assessment as a script wants it; what is veiled is not in it."""
    import msgspec

    card = review.card()
    shown = {
        "format": "mianjian-assessment",
        "version": 1,
        "interview_id": review.interview_id,
        "status": review.interview.status,
        "template": {"id": review.template.id, "version": review.template.version},
        "dimensions": card.dimensions,
        "composite": card.composite,
        "keyword_rate": card.keyword_rate,
        "weight_reason": review.assessment.weight_reason,
        "conclusion": review.assessment.conclusion,
        "summary": review.assessment.summary,
        "strengths": review.assessment.strengths,
        "to_improve": review.assessment.to_improve,
        "questions": list(review.assessment.questions.values()),
        "comments": review.comments,
        "left_to_sign": review.left_to_sign(),
        "signed": review.is_signed(),
        "signatures": [{"revision": s.revision, "sha256": s.sha256} for s in review.assessment.signatures],
    }
    built: dict[str, Any] = msgspec.to_builtins(shown)
    return built


def _lines(review: ReviewSession) -> list[str]:
    from app.scoring.wording import interval_text, score_text, weight_text, why_text

    card, language = review.card(), text.language()
    lines = []
    for row in card.dimensions:
        machine = score_text(row.machine.score, row.machine.low, row.machine.high)
        told = why_text(row.machine, language) or f"{machine} ({interval_text(row.machine.low, row.machine.high)})"
        lines.append(
            text.tr(
                "assess.line",
                title=review.dimension(row.dimension_id).title.in_(language),
                weight=weight_text(row.weight),
                machine=told,
                mine=score_text(row.mine),
                combined=score_text(None if row.preview else row.combined, row.low, row.high),
            )
        )
    found = card.composite
    value = score_text(found.value, found.low, found.high)
    spread = interval_text(found.low, found.high) or text.tr("report.no_interval")
    lines.append(text.tr("assess.composite", value=value, interval=spread, coverage=text.percent(found.coverage)))
    left = review.left_to_sign()
    if left:
        lines.append(text.tr("assess.left", left=text.tr("report.list_comma").join(left)))
    return lines
