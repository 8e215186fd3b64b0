"""Attempts, cash and proofs that orders ask for; the depot's habits on the road."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add columns."""
    with op.batch_alter_table("depot") as batch:
        batch.add_column(sa.Column("road", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("orders") as batch:
        batch.add_column(sa.Column("attempt", sa.Integer(), nullable=False, server_default=sa.text("1")))
        batch.add_column(sa.Column("cash_due", sa.Integer(), nullable=False, server_default=sa.text("0")))
        batch.add_column(sa.Column("needs", sa.JSON(), nullable=False, server_default="{}"))
