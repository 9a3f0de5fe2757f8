"""Voices: what each is called on the screen, where it speaks longest, and what a person changes about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.document import Analysis, Correction, CorrectionKind, Role, Span, Speakers, Turn
from analysis.turns import speaks_most
from app.text import tr
from ui.review.model import CorrectionDraft, Recording

ABOUT_A_VOICE = (CorrectionKind.ROLE, CorrectionKind.NAME)


def role_words(candidate: str) -> dict[Role, str]:
    """What the voice of a role is called until somebody names it: the candidate as in the library, others by role."""
    return {
        Role.CANDIDATE: candidate or tr("review.role_candidate"),
        Role.INTERVIEWER: tr("review.role_interviewer"),
    }


def unnamed(speakers: Speakers, speaker: str, words: Mapping[Role, str]) -> str:
    """What a voice is called without a name of its own; nothing while the voices are not told apart yet."""
    if not speaker:
        return ""
    return words.get(speakers.roles.get(speaker, Role.OTHER)) or tr("review.speaker", name=speaker)


def voice_name(speakers: Speakers, speaker: str, words: Mapping[Role, str]) -> str:
    """What a voice is called: by the name that somebody gave it, else as `words` say for its role."""
    return speakers.names.get(speaker) or unnamed(speakers, speaker, words)


def longest_turn(turns: Sequence[Turn], speaker: str) -> Span:
    """Where a voice speaks longest without a break; of no length where it has no turn."""
    own = [Span(turn.start, turn.end) for turn in turns if turn.speaker == speaker]
    return max(own, key=lambda span: span.end - span.start, default=Span(0.0, 0.0))


def voice_of(speakers: Speakers, correction: Correction) -> str | None:
    """The voice that a correction of a role or a name is about, as the engine finds it; None where there is none."""
    if correction.end <= correction.start:
        return correction.before if correction.before in speakers.roles else None
    return speaks_most(speakers.turns, correction.start, correction.end, correction.before)


def anchored(recording: Recording | None, drafts: Sequence[CorrectionDraft]) -> list[CorrectionDraft]:
    """The drafts, those about a voice with the time of its longest turn: a new analysis may number the voices anew."""
    turns = recording.analysis.speakers.turns if recording else ()
    return [_anchored(turns, draft) if draft.kind in ABOUT_A_VOICE else draft for draft in drafts]


def _anchored(turns: Sequence[Turn], draft: CorrectionDraft) -> CorrectionDraft:
    turn = longest_turn(turns, draft.before)
    return replace(draft, start=turn.start, end=turn.end)


def name_drafts(analysis: Analysis, typed: Mapping[str, str]) -> list[CorrectionDraft]:
    """Corrections that give voices the names that were typed, "" for none; nothing for what stays as it is."""
    wanted = {speaker: " ".join(name.split()) for speaker, name in typed.items()}
    return [
        CorrectionDraft(CorrectionKind.NAME, 0.0, 0.0, speaker, name)
        for speaker, name in wanted.items()
        if name != analysis.speakers.names.get(speaker, "")
    ]


def role_drafts(analysis: Analysis, speaker: str, role: Role) -> list[CorrectionDraft]:
    """Corrections that give a voice a role. There is one candidate: whoever was it before takes the other's role, and
    of two voices one is the candidate.
    """
    roles = analysis.speakers.roles
    former = roles.get(speaker, Role.OTHER)
    given = {speaker: role}
    if role is Role.CANDIDATE:
        given |= {other: former for other, its in roles.items() if its is Role.CANDIDATE}
    elif former is Role.CANDIDATE and len(roles) == 2:
        given |= {other: Role.CANDIDATE for other in roles if other != speaker}
    return [
        CorrectionDraft(CorrectionKind.ROLE, 0.0, 0.0, each, its.value)
        for each, its in given.items()
        if its is not roles.get(each)
    ]
