"""Alembic's entry. It runs on the connection `db.upgrading` hands over, inside that connection's transaction."""

from alembic import context

import db.logbook.desk_tables
import db.logbook.people_tables  # noqa: F401 - all belong to the same metadata
from db.logbook.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()
