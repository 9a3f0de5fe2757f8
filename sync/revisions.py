"""Which items of the outbox are revisions of one assessment.

An interview is an aggregate, and several assessors may each sign an assessment of it: what is newer, or was agreed on,
is asked of one assessment. Its revisions have the external ids `ASSESSMENT:NUMBER`.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, FromClause, and_, func

from sync.tables import outbox

_DIGITS = "0123456789"


def is_later_revision(later: FromClause) -> ColumnElement[bool]:
    """Whether a row of this alias is a later revision of the same assessment than the row of the outbox."""
    return and_(
        later.c.aggregate == outbox.c.aggregate,
        later.c.kind == outbox.c.kind,
        later.c.seq > outbox.c.seq,
        func.rtrim(later.c.external_id, _DIGITS) == func.rtrim(outbox.c.external_id, _DIGITS),
    )


def is_of_assessment(external_id: str) -> ColumnElement[bool]:
    """Whether a row of the outbox is a revision of the assessment that this one is a revision of."""
    return func.rtrim(outbox.c.external_id, _DIGITS) == external_id.rstrip(_DIGITS)
