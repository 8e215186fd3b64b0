"""Locks, breaks, reloads, pairs, loaded goods, freeze lines, closed streets; a history that keeps every image.

What was done before has lost some of its images already: undo and redo of it still work, its moments are out of reach.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns and tables; let the images belong to revisions instead of steps."""
    _depot_and_fleet()
    _orders_and_stops()
    _tables_of_a_day()
    _history()


def _depot_and_fleet() -> None:
    with op.batch_alter_table("depot") as batch:
        batch.add_column(_whole("reload_s", 900))
        batch.add_column(_whole("handling_s", 600))
        batch.add_column(sa.Column("max_wait_s", sa.Integer(), nullable=True))
        batch.add_column(_whole("improve_s", 20))
    with op.batch_alter_table("vehicle") as batch:
        batch.add_column(_whole("max_reloads", 0))
    with op.batch_alter_table("driver") as batch:
        batch.add_column(_whole("break_s", 0))
        batch.add_column(sa.Column("break_from", sa.Text(), nullable=True))
        batch.add_column(sa.Column("break_until", sa.Text(), nullable=True))
    with op.batch_alter_table("shift", recreate="always") as batch:
        batch.add_column(sa.Column("lock", sa.Text(), nullable=False, server_default="open"))


def _orders_and_stops() -> None:
    with op.batch_alter_table("orders") as batch:
        batch.add_column(sa.Column("pickup_id", sa.Text(), nullable=True))
        batch.create_foreign_key(op.f("fk_orders_pickup_id_orders"), "orders", ["pickup_id"], ["id"])
    op.create_index(op.f("ix_orders_pickup_id"), "orders", ["pickup_id"], sqlite_where=sa.text("pickup_id IS NOT NULL"))
    with op.batch_alter_table("stop") as batch:
        batch.add_column(sa.Column("done", sa.Boolean(), nullable=False, server_default=sa.false()))


def _tables_of_a_day() -> None:
    op.create_table(
        "day",
        sa.Column("date", sa.Text(), nullable=False),
        sa.Column("freeze_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("date", name=op.f("pk_day")),
    )
    op.create_table(
        "loaded",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("shift_id", sa.Text(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["date", "order_id"], ["orders.date", "orders.id"], name=op.f("fk_loaded_date_order_id_orders")
        ),
        sa.ForeignKeyConstraint(
            ["date", "shift_id"], ["shift.date", "shift.id"], name=op.f("fk_loaded_date_shift_id_shift")
        ),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_loaded")),
    )
    op.create_index(op.f("ix_loaded_date_shift_id"), "loaded", ["date", "shift_id"])
    op.create_table(
        "closure",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("line", sa.JSON(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("last", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closure")),
    )


def _history() -> None:
    with op.batch_alter_table("audit") as batch:
        batch.add_column(sa.Column("why", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("kept", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "touched",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("date", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["revision"], ["audit.revision"], name=op.f("fk_touched_revision_audit")),
        sa.PrimaryKeyConstraint("revision", "date", name=op.f("pk_touched")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_touched_date_revision"), "touched", ["date", "revision"])
    with op.batch_alter_table("image") as batch:
        batch.drop_constraint(op.f("fk_image_step_id_step"), type_="foreignkey")
        batch.alter_column("step_id", new_column_name="revision")
    with op.batch_alter_table("image") as batch:
        batch.create_foreign_key(op.f("fk_image_revision_audit"), "audit", ["revision"], ["revision"])
    op.create_index(op.f("ix_image_table_name_revision"), "image", ["table_name", "revision"])
    with op.batch_alter_table("step") as batch:
        batch.add_column(_whole("first", 0))
        batch.add_column(_whole("last", 0))
    op.execute("UPDATE step SET first = id, last = id")
    with op.batch_alter_table("step") as batch:
        for end in ("first", "last"):
            batch.alter_column(end, server_default=None)
            batch.create_foreign_key(op.f(f"fk_step_{end}_audit"), "audit", [end], ["revision"])


def _whole(name: str, default: int) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text(str(default)))
