"""Slots that customers choose, who holds places in them, and what is loaded at the dock."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "blackout",
        sa.Column("on", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("on", "area_id", name=op.f("pk_blackout")),
    )
    op.create_table(
        "departure",
        sa.Column("shift_id", sa.Text(), nullable=False),
        sa.Column("on", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_departure")),
    )
    op.create_index(op.f("ix_departure_on"), "departure", ["on"], unique=False)
    op.create_table(
        "loaded_piece",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("piece", sa.Text(), nullable=False),
        sa.Column("on", sa.Text(), nullable=False),
        sa.Column("shift_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "piece", "on", name=op.f("pk_loaded_piece")),
    )
    op.create_index(op.f("ix_loaded_piece_on_at"), "loaded_piece", ["on", "at"], unique=False)
    op.create_table(
        "slot_area",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_area")),
    )
    op.create_table(
        "slot_change",
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("on", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "on", name=op.f("pk_slot_change")),
    )
    op.create_table(
        "slot_hold",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("on", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_hold")),
    )
    op.create_index(op.f("ix_slot_hold_on"), "slot_hold", ["on"], unique=False)
    op.create_index(op.f("ix_slot_hold_order_id"), "slot_hold", ["order_id"], unique=False)
    op.create_index(op.f("ix_slot_hold_rule_id_on_state"), "slot_hold", ["rule_id", "on", "state"], unique=False)
    op.create_table(
        "slot_rule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("area_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_rule")),
    )
    op.create_index(op.f("ix_slot_rule_area_id"), "slot_rule", ["area_id"], unique=False)
