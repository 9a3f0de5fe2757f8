"""Alembic's entry: runs the history on the connection that `app.store.migrating` hands over."""

from alembic import context

from app.store.migrating import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata(), render_as_batch=True, transaction_per_migration=True
)
with context.begin_transaction():
    context.run_migrations()
