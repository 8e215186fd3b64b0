"""Certificates of drivers and vehicles."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add columns; nobody has one yet."""
    for table in ("vehicle", "driver"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("certificates", sa.JSON(), nullable=False, server_default="[]"))
