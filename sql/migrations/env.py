"""Alembic's entry: runs the steps on the connection that pipeline.warehouse.migrate gives it."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
