"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "action",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("driver_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("shift_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("taking", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("effect", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_action")),
        sa.UniqueConstraint("device_id", "key", name=op.f("uq_action_device_id_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_action_shift_id"), "action", ["shift_id"], unique=False)
    op.create_table(
        "code",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("opens_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("right_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("order_id", "attempt", name=op.f("pk_code")),
    )
    op.create_table(
        "cursor",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursor")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("driver_id", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.Column("paired_at", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.Text(), nullable=True),
        sa.Column("battery", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    op.create_index(op.f("ix_device_app_unique_id"), "device", ["app", "unique_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("driver_id", sa.Text(), nullable=True),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=True),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_invitation")),
    )
    op.create_table(
        "leg",
        sa.Column("shift_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("on", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("planned_s", sa.Integer(), nullable=False),
        sa.Column("driven_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id", "position", name=op.f("pk_leg")),
    )
    op.create_index(op.f("ix_leg_on"), "leg", ["on"], unique=False)
    op.create_table(
        "name",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_name")),
        sa.UniqueConstraint("id", name=op.f("uq_name_id")),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("driver_id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.Text(), nullable=False),
        sa.Column("from_driver", sa.Boolean(), nullable=False),
        sa.Column("fetched_at", sa.Text(), nullable=True),
        sa.Column("read_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index(op.f("ix_note_driver_id_written_at"), "note", ["driver_id", "written_at"], unique=False)
    op.create_table(
        "photo",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("copy_sha256", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.Text(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("sharpness", sa.Float(), nullable=True),
        sa.Column("brightness", sa.Float(), nullable=True),
        sa.Column("lookalike", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_photo")),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 'policy'", name=op.f("ck_policy_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    op.create_table(
        "record",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("on", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_record")),
        sa.UniqueConstraint("digest", name=op.f("uq_record_digest")),
        sa.UniqueConstraint("previous", name=op.f("uq_record_previous")),
    )
    op.create_index(op.f("ix_record_on"), "record", ["on"], unique=False)
    op.create_table(
        "round",
        sa.Column("shift_id", sa.Text(), nullable=False),
        sa.Column("driver_id", sa.Text(), nullable=False),
        sa.Column("on", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id", name=op.f("pk_round")),
    )
    op.create_index(op.f("ix_round_driver_id_on"), "round", ["driver_id", "on"], unique=False)
    op.create_index(op.f("ix_round_on"), "round", ["on"], unique=False)
    op.create_table(
        "visit",
        sa.Column("shift_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.Text(), nullable=False),
        sa.Column("departed_at", sa.Text(), nullable=True),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("distance_m", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("shift_id", "order_id", "arrived_at", name=op.f("pk_visit")),
    )
    op.create_table(
        "letter",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("driver", sa.Integer(), nullable=True),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("received_ms", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["name.n"], name=op.f("fk_letter_device_name")),
        sa.ForeignKeyConstraint(["driver"], ["name.n"], name=op.f("fk_letter_driver_name")),
        sa.ForeignKeyConstraint(["source"], ["name.n"], name=op.f("fk_letter_source_name")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_received_ms"), "letter", ["received_ms"], unique=False)
    op.create_table(
        "token",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_token_device_id_device")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_token")),
        sa.UniqueConstraint("device_id", "scope", name=op.f("uq_token_device_id_scope")),
    )
    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("letter", sa.Integer(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["letter"], ["letter.n"], name=op.f("fk_event_letter_letter")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_event")),
        sa.UniqueConstraint(
            "device", "at_ms", "kind", "detail", "unique_id", name=op.f("uq_event_device_at_ms_kind_detail_unique_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_event_letter"), "event", ["letter"], unique=False)
    op.create_table(
        "fix",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("letter", sa.Integer(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("driver", sa.Integer(), nullable=True),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column("lat7", sa.Integer(), nullable=False),
        sa.Column("lon7", sa.Integer(), nullable=False),
        sa.Column("sent_ms", sa.Integer(), nullable=True),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("speed_mps", sa.Float(), nullable=True),
        sa.Column("heading_deg", sa.Float(), nullable=True),
        sa.Column("altitude_m", sa.Float(), nullable=True),
        sa.Column("battery", sa.Float(), nullable=True),
        sa.Column("charging", sa.Boolean(), nullable=True),
        sa.Column("mock", sa.Boolean(), nullable=False),
        sa.Column("motion", sa.Text(), nullable=False),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.Column("extras", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["letter"], ["letter.n"], name=op.f("fk_fix_letter_letter")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_fix")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_fix_driver_at_ms"), "fix", ["driver", "at_ms"], unique=False)
    op.create_index(op.f("ix_fix_letter"), "fix", ["letter"], unique=False)
    op.create_index(
        "uq_fix_client_id", "fix", ["device", "client_id"], unique=True, sqlite_where=sa.text("client_id <> ''")
    )
    op.create_index(
        "uq_fix_place",
        "fix",
        ["at_ms", "device", "lat7", "lon7", "source"],
        unique=True,
        sqlite_where=sa.text("client_id = ''"),
    )
    op.create_table(
        "quarantine",
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("letter", sa.Integer(), nullable=False),
        sa.Column("device", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["letter"], ["letter.n"], name=op.f("fk_quarantine_letter_letter")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_quarantine")),
        sa.UniqueConstraint("device", "key", name=op.f("uq_quarantine_device_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_quarantine_letter"), "quarantine", ["letter"], unique=False)
