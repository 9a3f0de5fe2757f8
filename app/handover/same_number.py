"""Two revisions with one number, signed by one person on two computers: what becomes of the one that came second.

It waits in its card until that person decides, or has signed a later revision, which says it better. The computer that
it came from hears of either, so that nothing waits there for ever.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.store.tables import CardRow, SignatureRow
from sync.conflicts import Choice
from sync.handing import Receipt
from sync.outbox import Kind, Resolution

SIGNATURE = "signature"
"""The kind of a card on two signed revisions with the same number; its sides are the canonical bytes as text."""
_BECAME = {str(Choice.MINE): Resolution.THEIRS, str(Choice.THEIRS): Resolution.NEW_REVISION}
"""What a decision means at the computer that the second one came from."""


def is_overtaken(session: Session, card: CardRow) -> bool:
    """Whether the same person has signed a later revision here, with a higher number, than the one that came."""
    theirs: dict[str, Any] = json.loads(str(card.theirs))
    later = select(SignatureRow.payload).where(
        SignatureRow.assessment_id == card.row_id,
        SignatureRow.signed_at > datetime.fromisoformat(theirs["signed_at"]),
    )  # fmt: skip
    return any(json.loads(payload)["revision"] > theirs["revision"] for payload in session.scalars(later))


def receipts(session: Session) -> tuple[Receipt, ...]:
    """What became of revisions that were not taken because another one here has their number."""
    cards = session.scalars(select(CardRow).where(CardRow.kind == SIGNATURE).order_by(CardRow.created, CardRow.id))
    told = ((card, _became(session, card)) for card in cards)
    return tuple(_receipt(card, became) for card, became in told if became is not None)


def _became(session: Session, card: CardRow) -> Resolution | None:
    """None = it waits for a person."""
    if card.decision is not None:
        return _BECAME.get(card.decision)
    return Resolution.SUPERSEDED if is_overtaken(session, card) else None


def _receipt(card: CardRow, became: Resolution) -> Receipt:
    theirs = str(card.theirs)
    digest = hashlib.sha256(theirs.encode()).hexdigest()
    name = json.loads(theirs)["external_id"]
    return Receipt(Kind.ASSESSMENT.value, name, digest, None, became.value, card.changed.timestamp())
