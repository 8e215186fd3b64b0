"""Messages are found by when they were written, and those that nobody at the depot has seen by that."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the indexes; what drivers wrote so far counts as seen, as nothing told apart what was not."""
    op.create_index("ix_note_written_at", "note", ["written_at"])
    unread = sa.text("from_driver = 1 AND read_at IS NULL")
    op.create_index("ix_note_unread", "note", ["written_at"], sqlite_where=unread)
    op.execute("UPDATE note SET read_at = written_at WHERE from_driver AND read_at IS NULL")
