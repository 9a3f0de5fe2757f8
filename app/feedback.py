"""Feedback on an interview: kept as it was given, never changed, and told to HR only where its giver lets it go."""

from __future__ import annotations

from app import text
from app.domain.people import Feedback, Side
from app.failures import ValueInvalid
from app.outgoing import Said, say
from app.store import Library
from sync.contract import NoteRole

QUESTIONS = {
    Side.CANDIDATE: ("fair", "clear", "informed", "again"),
    Side.INTERVIEWER: ("prepared", "technique", "time"),
}
"""What each side is asked, by the keys of the texts `feedback.question_…`."""
MOST_CHARACTERS = 4000
_ROLES = {Side.CANDIDATE: NoteRole.CANDIDATE_FEEDBACK, Side.INTERVIEWER: NoteRole.INTERVIEWER_FEEDBACK}


def give(
    library: Library, interview_id: str, side: Side, given_by: str, ratings: dict[str, int], words: str,
    *, may_send: bool,
) -> tuple[Feedback, bool]:  # fmt: skip
    """Keep feedback; gives it and whether it goes to the HR system. Ratings are 1 to 5, by question.

    Raises ValueInvalid for another question or rating, and for nothing at all; NotFound.
    """
    asked = QUESTIONS[side]
    unknown = [f"{name}={value}" for name, value in ratings.items() if name not in asked or not 1 <= value <= 5]
    if unknown or len(words) > MOST_CHARACTERS or not (ratings or words.strip()):
        raise ValueInvalid(what=text.tr("feedback.words"), value=", ".join(unknown) or len(words), allowed="1-5")
    with library.session() as session:
        kept = library.add_feedback(session, interview_id, side, given_by, ratings, words.strip(), may_send=may_send)
        told = may_send and say(session, library.interview_in(session, interview_id), _said(kept)) is not None
    return kept, told


def spoken(kept: Feedback, language: str = "") -> str:
    """Feedback as one passage: each rating with its question, then the words; "" = in the language in use."""
    said = language or text.language()
    ratings = " ".join(
        text.tr_in(said, "feedback.rated", question=text.tr_in(said, f"feedback.question_{name}"), value=value)
        for name, value in kept.ratings.items()
    )
    return text.tr_in(said, "feedback.note", ratings=ratings, words=kept.words).strip()


def _said(kept: Feedback) -> Said:
    role = _ROLES[kept.side]
    texts = {language: spoken(kept, language) for language in text.LANGUAGES}
    return Said(
        f"{kept.interview_id}:{role}:{kept.id}", role, kept.at, kept.given_by, texts,
        {**kept.ratings, "words": kept.words},
    )  # fmt: skip
