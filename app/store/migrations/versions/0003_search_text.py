"""Interviews carry the text in which they are searched, folded for case and width in every script."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_PARTS = """
SELECT interview.id, interview.title, candidate.name, position.title, media.name FROM interview
JOIN candidate ON candidate.id = interview.candidate_id
LEFT JOIN position ON position.id = interview.position_id
LEFT JOIN media ON media.sha256 = interview.media_sha256
"""


def upgrade() -> None:
    """Add the column and fill it for what is there."""
    op.add_column("interview", sa.Column("search", sa.String(), nullable=False, server_default=""))
    connection = op.get_bind()
    for row_id, *parts in connection.execute(sa.text(_PARTS)).all():
        text = unicodedata.normalize("NFKC", "\n".join(part for part in parts if part)).casefold()
        statement = sa.text("UPDATE interview SET search = :text WHERE id = :id")
        connection.execute(statement, {"text": text, "id": row_id})
