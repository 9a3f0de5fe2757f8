"""The text in which interviews are searched: folded once when something changes, so that a search only scans it."""

from __future__ import annotations

import unicodedata

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app.store.tables import CandidateRow, InterviewRow, MediaRow, PositionRow


def folded(words: str) -> str:
    """Without differences of case and width, in any script: "ＡＢＣ Müller" is "abc müller"."""
    return unicodedata.normalize("NFKC", words).casefold()


def index_for_search(session: Session, which: ColumnElement[bool]) -> None:
    """Write the text anew for the interviews that `which` picks. Their versions stay: nobody changed them."""
    wanted = (
        select(
            InterviewRow.id,
            InterviewRow.search,
            InterviewRow.title,
            CandidateRow.name,
            PositionRow.title,
            MediaRow.name,
        )
        .join(CandidateRow, InterviewRow.candidate_id == CandidateRow.id)
        .outerjoin(PositionRow, InterviewRow.position_id == PositionRow.id)
        .outerjoin(MediaRow, InterviewRow.media_sha256 == MediaRow.sha256)
        .where(which)
    )
    for row_id, before, *parts in session.execute(wanted).all():
        text = folded("\n".join(part for part in parts if part))
        if text != before:
            session.execute(
                update(InterviewRow)
                .where(InterviewRow.id == row_id)
                .values(search=text, changed=InterviewRow.changed)
                .execution_options(synchronize_session=False)
            )
