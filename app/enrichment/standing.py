"""Who an interview may be compared with, and whether an enrichment still fits what it was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from app.domain.enrichment import Comparable, Enrichment, EnrichmentKind
from app.failures import NotAnalysed
from app.policy import Profile, allows

if TYPE_CHECKING:
    from app.store.library import Library

WORDS = "speech"
"""The modality that covers the words: what is not allowed to be analysed is neither compared nor shown to a model."""


class Outdated(StrEnum):
    """What has changed since an enrichment was made: the analysis, its corrections, the others that it was compared
    with, or the template whose dimensions were asked about."""

    ANALYSIS = "analysis"
    CORRECTION = "correction"
    OTHERS = "others"
    TEMPLATE = "template"


def comparable(library: Library, interview_id: str, rules: Profile) -> tuple[Comparable, ...]:
    """The other candidates' interviews whose words may be compared with: what profile and their consents allow."""
    return tuple(one for one in library.comparable(interview_id) if allows(rules, WORDS, one.consent))


def fingerprint(others: Iterable[Comparable]) -> str:
    """Hex SHA-256 over which interviews took part in which state; it names nobody."""
    rows = sorted([one.interview_id, one.basis.analysis_id, one.basis.correction_id or ""] for one in others)
    return hashlib.sha256(msgspec.json.encode(rows)).hexdigest()


def outdated(library: Library, rules: Profile, made: Enrichment) -> Outdated | None:
    """What an enrichment does not know of; None where it is the newest that can be had."""
    try:
        now = library.analysis_basis(made.interview_id)
    except NotAnalysed:
        return Outdated.ANALYSIS
    if now.analysis_id != made.basis.analysis_id:
        return Outdated.ANALYSIS
    seen = made.basis.correction_id
    if now.correction_id != seen or library.last_correction(made.interview_id) != seen:
        return Outdated.CORRECTION
    compares = made.kind is EnrichmentKind.NOVELTY
    if compares and fingerprint(comparable(library, made.interview_id, rules)) != made.basis.others:
        return Outdated.OTHERS
    return None
