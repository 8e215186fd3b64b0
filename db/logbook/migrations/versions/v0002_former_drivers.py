"""Who had a round before the driver who has it now."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; of rounds sent so far nobody knows any."""
    op.add_column("round", sa.Column("former", sa.Text(), server_default="[]", nullable=False))
