"""What may be seen of an interview's enrichments: current or outdated, and claims behind the veil of their dimension.

Window and command line look through here. Novelty is an observation, as speech rate is, and belongs to no dimension: it
is shown at once. A claim names evidence for a dimension, so it stays hidden as long as the machine's score of that
dimension does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from analysis.features import modalities
from app.domain.enrichment import (
    LOCAL,
    Body,
    Claim,
    Claims,
    Enrichment,
    EnrichmentKind,
    Novelty,
    OutsideExpression,
    OutsideScores,
    OutsideTerms,
)
from app.domain.outside import MODALITY, Purpose
from app.enrichment.model_choice import chosen
from app.enrichment.standing import WORDS, Outdated, comparable, outdated
from app.policy import shown_modalities
from app.settings import SettingsFile

if TYPE_CHECKING:
    from app.domain.template import Template
    from app.review.session import ReviewSession


@dataclass(frozen=True, slots=True)
class Shown:
    """An enrichment as it may be seen.

    `outdated` = what it does not know of; `veiled` = the dimensions whose claims are left out of it.
    """

    made: Enrichment
    outdated: Outdated | None
    veiled: tuple[str, ...] = ()

    @property
    def novelty(self) -> Novelty | None:
        """The novelty of each answer, where that is what it is."""
        return self.made.body if isinstance(self.made.body, Novelty) else None

    @property
    def claims(self) -> Claims | None:
        """The claims that may be seen, where that is what it is."""
        return self.made.body if isinstance(self.made.body, Claims) else None

    @property
    def terms(self) -> OutsideTerms | None:
        """The terms that an outside service found, where that is what it is."""
        return self.made.body if isinstance(self.made.body, OutsideTerms) else None

    @property
    def expression(self) -> OutsideExpression | None:
        """What an outside service saw in pictures, where that is what it is."""
        return self.made.body if isinstance(self.made.body, OutsideExpression) else None

    @property
    def scores(self) -> OutsideScores | None:
        """The scores of an outside service that may be seen, where that is what it is."""
        return self.made.body if isinstance(self.made.body, OutsideScores) else None

    def claims_for(self, dimension_id: str) -> tuple[Claim, ...]:
        """The claims for one dimension, in time order."""
        return tuple(one for one in (self.claims.claims if self.claims else ()) if one.dimension_id == dimension_id)


def kinds() -> tuple[EnrichmentKind, ...]:
    """The kinds of this build: one that belongs to a room which is left out goes with it."""
    left = EnrichmentKind.OUTSIDE_EXPRESSION
    whole = MODALITY[Purpose.EXPRESSION] in modalities()
    return tuple(kind for kind in EnrichmentKind if whole or kind is not left)


class Findings:
    """The enrichments of the interview of a session, read anew at each call."""

    def __init__(self, session: ReviewSession) -> None:
        self._session = session

    def of(self, kind: EnrichmentKind) -> Shown | None:
        """The newest of a kind; None where there is none, or where the profile lets no words be shown."""
        session = self._session
        made = session.library.enrichment(session.interview_id, kind)
        needed = MODALITY[Purpose.EXPRESSION] if kind is EnrichmentKind.OUTSIDE_EXPRESSION else WORDS
        if made is None or needed not in shown_modalities(session.rules):
            return None
        shown = Shown(made, outdated(session.library, session.rules, made))
        return self._veiled(shown) if isinstance(made.body, Claims | OutsideScores) else shown

    def _veiled(self, shown: Shown) -> Shown:
        """Without what the assessor may not see yet, and without dimensions that the template does not have."""
        session = self._session
        names = tuple(dimension.id for dimension in session.template.dimensions)
        hidden = tuple(name for name in names if session.is_veiled(name))
        made = replace(shown.made, body=_only(shown.made.body, frozenset(names) - frozenset(hidden)))
        template = f"{session.template.id} {session.template.version}"
        same = made.method.settings.get("template") == template
        return Shown(made, shown.outdated if same or shown.outdated else Outdated.TEMPLATE, hidden)

    @property
    def template(self) -> Template:
        """The template of the assessment, whose dimensions are spoken of."""
        return self._session.template

    @property
    def can_compare(self) -> bool:
        """Whether there is a position to compare within, and an analysis."""
        interview = self._session.interview
        return interview.position is not None and interview.analysis_id is not None

    @property
    def can_ask(self) -> bool:
        """Whether a language model is set up, and there is an analysis to ask it about."""
        settings = SettingsFile(self._session.library.folder).values
        return chosen(settings) is not None and self._session.interview.analysis_id is not None

    def can_ask_outside(self, purpose: Purpose) -> bool:
        """Whether an outside service is turned on for it, the rules let anything leave, and there is an analysis."""
        from app.outside.gate import allowed
        from app.outside.services import setting

        session = self._session
        on = setting(session.library.folder, purpose).on and allowed(session.rules, purpose)
        return on and session.interview.analysis_id is not None

    def others(self) -> int:
        """How many other candidates for the same position may be compared with now."""
        session = self._session
        found = comparable(session.library, session.interview_id, session.rules)
        return len({other.candidate_id for other in found})

    def as_json(self) -> dict[str, Any]:
        """Everything for a script, veiled claims left out; None for what was not made here, nothing for what was not
        made elsewhere."""
        found = {kind: self.of(kind) for kind in kinds()}
        return {str(kind): _as_json(shown) for kind, shown in found.items() if shown is not None or kind in LOCAL}


def _only(body: Body, dimensions: frozenset[str]) -> Body:
    """What it says about these dimensions."""
    if isinstance(body, Claims):
        return replace(body, claims=tuple(one for one in body.claims if one.dimension_id in dimensions))
    assert isinstance(body, OutsideScores)
    return replace(body, scores=tuple(one for one in body.scores if one.dimension_id in dimensions))


def _as_json(shown: Shown | None) -> dict[str, Any] | None:
    if shown is None:
        return None
    built: dict[str, Any] = msgspec.to_builtins(shown.made)
    del built["interview_id"], built["kind"]
    built["outdated"] = shown.outdated
    if isinstance(shown.made.body, Claims | OutsideScores):
        built["veiled"] = list(shown.veiled)
    return built
