"""What Alembic runs around the scripts; the connection is handed in by `indexer.catalogue.schema`."""

from __future__ import annotations

from alembic import context

from indexer.catalogue.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    # SQLite changes a table by making it anew.
    render_as_batch=True,
)
context.run_migrations()
