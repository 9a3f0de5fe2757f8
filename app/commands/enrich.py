"""`enrich --interview ID`: compare answers with other candidates', and have a local language model name evidence."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from typing import TYPE_CHECKING

from app import text

if TYPE_CHECKING:
    from app.domain.enrichment import AnswerNovelty, Claim, EnrichmentKind
    from app.enrichment.findings import Shown
    from app.review import ReviewSession
    from app.store.library import Library


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    from app.domain.enrichment import EnrichmentKind
    from app.enrichment.findings import kinds

    tr = text.tr
    own = commands.add_parser("enrich", help=tr("enrich.help"), description=tr("enrich.about"), parents=[shared])
    own.add_argument("--interview", metavar="ID", required=True, help=tr("enrich.help_interview"))
    own.add_argument("--novelty", action="store_true", help=tr("enrich.help_novelty"))
    own.add_argument("--claims", action="store_true", help=tr("enrich.help_claims"))
    own.add_argument("--outside-terms", action="store_true", help=tr("enrich.help_outside_terms"))
    own.add_argument("--outside-scores", action="store_true", help=tr("enrich.help_outside_scores"))
    if EnrichmentKind.OUTSIDE_EXPRESSION in kinds():
        own.add_argument("--outside-expression", action="store_true", help=tr("enrich.help_outside_expression"))
    own.add_argument("--outside", action="store_true", help=tr("enrich.help_outside"))
    own.add_argument("--json", action="store_true", help=tr("enrich.help_json"))
    own.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Enrich; 0 when all that was asked for is done. Without a choice: all that leaves nothing from this computer."""
    from app.commands.outside import confirm
    from app.commands.show import whole_id
    from app.enrichment.findings import Findings
    from app.jobs.enriching import PURPOSES
    from app.review import ReviewSession
    from app.store.library import Library

    with Library.open(options.data) as library:
        interview_id = whole_id(library, options.interview)
        kinds = _kinds(options, library)
        for kind in kinds:
            if options.outside and kind in PURPOSES:
                confirm(library, interview_id, PURPOSES[kind])
            _enrich(library, interview_id, kind)
        review = ReviewSession(library, interview_id)
        findings = Findings(review)
        if options.json:
            shown = findings.as_json()
            print(json.dumps({str(kind): shown[kind] for kind in kinds}, ensure_ascii=False, indent=2))
            return 0
        for kind in kinds:
            found = findings.of(kind)
            for line in lines(review, found) if found else ():
                print(line)
    return 0


def _kinds(options: argparse.Namespace, library: Library) -> list[EnrichmentKind]:
    from app.domain.enrichment import LOCAL, EnrichmentKind
    from app.enrichment.model_choice import chosen
    from app.settings import SettingsFile

    if wanted := [kind for kind in EnrichmentKind if getattr(options, kind, False)]:
        return wanted
    can_ask = chosen(SettingsFile(library.folder).values) is not None
    return list(LOCAL) if can_ask else [EnrichmentKind.NOVELTY]


def _enrich(library: Library, interview_id: str, kind: EnrichmentKind) -> None:
    """With progress on standard error: standard output belongs to the result."""
    from app.jobs.enriching import WORKS
    from app.jobs.interrupt import interruptible
    from app.jobs.showing import show

    with closing(show(as_json=False)) as shown, interruptible() as cancel:
        WORKS[kind](library, interview_id)(shown.report, cancel)


def lines(review: ReviewSession, shown: Shown) -> list[str]:
    """A summary for a person."""
    from app.domain.enrichment import LOCAL
    from app.enrichment.wording import claims_summary, method_line

    if shown.novelty is not None:
        head = [text.tr("enrich.novelty_title"), method_line(shown.made)]
        return [*head, *(_answer_line(one, shown.novelty.least) for one in shown.novelty.answers)]
    if shown.made.kind not in LOCAL:
        return _outside_lines(review, shown)
    assert shown.claims is not None
    told = [text.tr("enrich.claims_title"), method_line(shown.made), claims_summary(shown.claims)]
    for dimension in review.template.dimensions:
        title = dimension.title.in_(text.language())
        if dimension.id in shown.veiled:
            told.append(text.tr("enrich.veiled", title=title))
        told += [_claim_line(title, claim) for claim in shown.claims_for(dimension.id)]
    return told


def _outside_lines(review: ReviewSession, shown: Shown) -> list[str]:
    """What an outside service found, with its name."""
    from app.enrichment.wording import claims_summary, expression_lines, method_line

    told = [text.tr(f"enrich.{shown.made.kind}_title"), method_line(shown.made)]
    if shown.terms is not None:
        said = [
            text.tr("enrich.outside_term", term=one.text, time=text.timecode(one.start), quote=one.quote)
            for one in shown.terms.terms
        ]
        return [*told, claims_summary(shown.terms), *said]
    if shown.expression is not None:
        return [*told, *(text.tr("enrich.answer", **line) for line in expression_lines(shown.expression))]
    assert shown.scores is not None
    titles = {each.id: each.title.in_(text.language()) for each in review.template.dimensions}
    told += [claims_summary(shown.scores), text.tr("findings.outside_scores_count")]
    told += [text.tr("enrich.veiled", title=titles[name]) for name in shown.veiled]
    return told + [
        text.tr(
            "enrich.outside_score", number=one.exchange + 1, title=titles[one.dimension_id], score=f"{one.score:g}",
            reason=one.reason, time=text.timecode(one.start), quote=one.quote,
        )
        for one in shown.scores.scores
    ]  # fmt: skip


def _answer_line(one: AnswerNovelty, least: int) -> str:
    from app.enrichment.wording import novelty_line

    told = text.tr(
        "enrich.answer", number=one.exchange + 1, time=text.timecode(one.start), what=novelty_line(one, least)
    )
    return "\n".join([told, *(f"    {text.timecode(said.start)} {said.text}" for said in one.newest)])


def _claim_line(title: str, claim: Claim) -> str:
    return text.tr(
        "enrich.claim", title=title, claim=claim.claim, time=text.timecode(claim.start), quote=claim.quote
    )  # fmt: skip
