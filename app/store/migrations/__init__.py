"""The one history of the schema. Alembic reads these files as source, so a frozen program ships them as data."""
