"""What of that which a machine made of an interview stays out of a package, for the candidate does not agree to it.

Refused or taken back is the same here. Where nobody recorded a consent, the rules of the jurisdiction decide alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.features import modalities, modality_of_event, modality_of_track
from app import policy, text
from app.domain.types import Interview
from app.failures import NotAnalysed
from app.policy import Profile, shown_modalities
from app.recording.stretch_consent import kept_back
from app.settings import SettingsFile
from app.store.library import Library
from app.store.redactions import QUOTING
from app.store.tables import CorrectionRow
from app.sync_state import modality_words

RECORDINGS, ANALYSES, REPORTS, FILES = "recordings", "analyses", "reports", "files"
WITHOUT = "analysis_without"
"""The analysis travels, but for what it shows of these modalities."""
SPEECH = "speech"
"""What an analysis cannot be without: its words."""


@dataclass(frozen=True, slots=True)
class Stays:
    """What of one interview does not travel: `parts` of what was asked for, for it shows something of the modalities
    `what`."""

    interview_id: str
    candidate: str
    what: tuple[str, ...]
    parts: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The candidate, what is not agreed to, and what stays for it."""
        parts = text.tr("package.comma").join(text.tr(f"package.part_{part}") for part in self.parts)
        return text.tr("package.stays", candidate=self.candidate, what=modality_words(self.what), parts=parts)


def stays(library: Library, interviews: Iterable[Interview], wanted: Collection[str]) -> tuple[Stays, ...]:
    """What of these interviews stays of the parts that are wanted, in their order."""
    rules = policy.profile(SettingsFile(library.folder).values.jurisdiction)
    found = (_stays(library, interview, wanted, rules) for interview in interviews)
    return tuple(each for each in found if each.parts)


def _stays(library: Library, interview: Interview, wanted: Collection[str], rules: Profile) -> Stays:
    what: set[str] = set()
    parts: list[str] = []
    if RECORDINGS in wanted and rules.media_may_leave and (kept := kept_back(library, interview, rules)):
        what, parts = set(kept), [RECORDINGS]
    rest = [part for part in (ANALYSES, REPORTS, FILES) if part in wanted]
    if rest and (missing := lacking(library, interview.id, rules)):
        what |= set(missing)
        parts += [WITHOUT if part == ANALYSES and SPEECH not in missing else part for part in rest]
    return Stays(interview.id, interview.candidate.name, tuple(each for each in modalities() if each in what),
                 tuple(parts))  # fmt: skip


def lacking(library: Library, interview_id: str, rules: Profile) -> tuple[str, ...]:
    """The modalities that an interview's analysis shows something of and that its candidate does not agree to."""
    with library.reading() as session:
        agreement = library.agreement_in(session, interview_id)
    if agreement is None or set(modalities()) <= agreement.now:
        return ()
    try:
        outline = library.outline(interview_id)
    except NotAnalysed:
        return ()
    found = {*map(modality_of_track, outline.tracks), *map(modality_of_event, outline.kinds)}
    return tuple(sorted(({SPEECH} | found & set(shown_modalities(rules))) - agreement.now))


def narrowed(rules: Profile, left_out: Collection[str]) -> Profile:
    """The rules, but for these modalities: nothing of them may be shown."""
    return replace(rules, modalities={name: rule for name, rule in rules.modalities.items() if name not in left_out})


def quoting(session: Session, library: Library, interviews: Collection[str]) -> frozenset[str]:
    """Corrections that repeat what candidates said who do not agree to the use of their words, and those that take one
    of them back."""
    agreed = {each: library.agreement_in(session, each) for each in interviews}
    silent = [each for each, agreement in agreed.items() if agreement is not None and SPEECH not in agreement.now]
    of_silent = CorrectionRow.interview_id.in_(silent)
    gone = set(session.scalars(select(CorrectionRow.id).where(of_silent, CorrectionRow.kind.in_(QUOTING))))
    reverting = select(CorrectionRow.id, CorrectionRow.reverts).where(of_silent, CorrectionRow.reverts.is_not(None))
    for row_id, reverts in session.execute(reverting.order_by(CorrectionRow.serial)):
        if reverts in gone:
            gone.add(row_id)
    return frozenset(gone)
