"""The logbook's tables, one MetaData. The migrations build the same schema; a test holds the two together.

Positions come by the thousand, so they are kept small: moments as milliseconds since 1970, degrees as whole 1e-7ths,
and ids as numbers of `name`. All else is kept as in the plan's database: ISO 8601 text, moments in UTC.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from db.tables import metadata as plan

metadata = MetaData(naming_convention=plan.naming_convention)

POLICY_KEY = "policy"


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _whole(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _bytes(name: str) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=False)


def _named(column: str) -> Column[Any]:
    return Column(column, ForeignKey("name.n"), nullable=False)


def _of_letter() -> Column[Any]:
    return Column("letter", ForeignKey("letter.n"), nullable=False, index=True)


# --- devices ------------------------------------------------------------------------------------------------------

device = Table(
    "device",
    metadata,
    Column("id", Text, primary_key=True),
    _text("app"),
    Column("driver_id", Text),
    _text("label"),
    _text("unique_id"),
    Column("paired_at", Text),
    Column("revoked_at", Text),
    Column("seen_at", Text),
    Column("battery", Float),
    Index(None, "app", "unique_id"),
)

token = Table(
    "token",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("device_id", ForeignKey(device.c.id), nullable=False),
    _text("scope"),
    UniqueConstraint("device_id", "scope"),
)

invitation = Table(
    "invitation",
    metadata,
    Column("code_hash", Text, primary_key=True),
    _text("app"),
    Column("driver_id", Text),
    _text("made_at"),
    _text("expires_at"),
    _text("label"),
    Column("used_at", Text),
    Column("device_id", Text),
)

# --- positions ----------------------------------------------------------------------------------------------------

name = Table("name", metadata, Column("n", Integer, primary_key=True), Column("id", Text, nullable=False, unique=True))
"""Ids of devices and drivers, and names of sources, that positions repeat."""

letter = Table(
    "letter",
    metadata,
    Column("n", Integer, primary_key=True),
    _named("device"),
    Column("driver", ForeignKey(name.c.n)),
    _named("source"),
    Column("received_ms", Integer, nullable=False, index=True),
    _bytes("body"),
)

fix = Table(
    "fix",
    metadata,
    Column("seq", Integer, primary_key=True),
    _of_letter(),
    # The letter's own, again: they are what positions are looked up by.
    _whole("device"),
    Column("driver", Integer),
    _whole("source"),
    _whole("at_ms"),
    _whole("lat7"),
    _whole("lon7"),
    Column("sent_ms", Integer),
    Column("accuracy_m", Float),
    Column("speed_mps", Float),
    Column("heading_deg", Float),
    Column("altitude_m", Float),
    Column("battery", Float),
    Column("charging", Boolean),
    _flag("mock"),
    _text("motion"),
    _flag("valid"),
    _text("client_id"),
    _text("unique_id"),
    Column("extras", Text),
    Index(None, "driver", "at_ms"),
    # What makes two fixes one: the client's own name of it, or all that places it. Time comes first, so that what
    # arrives together is written to the same few pages.
    Index("uq_fix_client_id", "device", "client_id", unique=True, sqlite_where=text("client_id <> ''")),
    Index(
        "uq_fix_place", "at_ms", "device", "lat7", "lon7", "source", unique=True, sqlite_where=text("client_id = ''")
    ),
    # A follower remembers the last number it has seen: one that was forgotten must not come again.
    sqlite_autoincrement=True,
)

event = Table(
    "event",
    metadata,
    Column("seq", Integer, primary_key=True),
    _of_letter(),
    _whole("device"),
    _whole("at_ms"),
    _text("kind"),
    _text("detail"),
    _text("unique_id"),
    UniqueConstraint("device", "at_ms", "kind", "detail", "unique_id"),
    sqlite_autoincrement=True,
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("n", Integer, primary_key=True),
    _of_letter(),
    _whole("device"),
    _text("why"),
    Column("part", Integer),
    _bytes("key"),  # digest of what and why: the same message sent again is kept once
    UniqueConstraint("device", "key"),
    sqlite_autoincrement=True,
)

# --- rounds and what drivers do -----------------------------------------------------------------------------------

policy = Table(
    "policy",
    metadata,
    Column("id", Text, primary_key=True),
    Column("body", JSON, nullable=False),
    CheckConstraint(f"id = '{POLICY_KEY}'", name="only_one"),
)

round_ = Table(
    "round",
    metadata,
    Column("shift_id", Text, primary_key=True),
    _text("driver_id"),
    Column("on", Text, nullable=False, index=True),
    _whole("version"),
    _text("sent_at"),
    _text("starts_at"),
    _text("ends_at"),
    _bytes("body"),
    _whole("accepted"),
    _whole("fetched"),
    _flag("withdrawn"),
    Column("former", Text, nullable=False, server_default="[]"),  # [[driver, until]…]
    Index(None, "driver_id", "on"),
)

action = Table(
    "action",
    metadata,
    Column("n", Integer, primary_key=True),
    _text("device_id"),
    _text("driver_id"),
    _text("received_at"),
    _text("key"),
    _whole("seq"),
    _text("kind"),
    _text("at"),
    Column("shift_id", Text, nullable=False, index=True),
    Column("order_id", Text),
    _bytes("body"),
    _text("taking"),
    _text("why"),
    _flag("withdrawn"),
    _bytes("effect"),
    UniqueConstraint("device_id", "key"),
    sqlite_autoincrement=True,
)

note = Table(
    "note",
    metadata,
    Column("id", Text, primary_key=True),
    _text("driver_id"),
    _text("text"),
    _text("written_at"),
    _flag("from_driver"),
    Column("fetched_at", Text),
    Column("read_at", Text),
    Index(None, "driver_id", "written_at"),
    Index(None, "written_at"),
    Index("ix_note_unread", "written_at", sqlite_where=text("from_driver = 1 AND read_at IS NULL")),
)

# --- proof --------------------------------------------------------------------------------------------------------

record = Table(
    "record",
    metadata,
    Column("n", Integer, primary_key=True),
    _text("kind"),
    _text("key"),
    _text("order_id"),
    Column("on", Text, nullable=False, index=True),
    _text("at"),
    _bytes("body"),
    _bytes("salt"),
    # Two links upon one, or one link twice, are no chain.
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("previous", LargeBinary, nullable=False, unique=True),
    Column("leaf", LargeBinary, nullable=False, server_default=text("x''")),  # of a record that was erased
)

code = Table(
    "code",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    _bytes("salt"),
    _bytes("digest"),
    _text("opens_at"),
    _text("expires_at"),
    _whole("tries"),
    Column("right_at", Text),
)

photo = Table(
    "photo",
    metadata,
    Column("sha256", Text, primary_key=True),
    _whole("size"),
    _text("received_at"),
    _text("device_id"),
    _text("mime"),
    _whole("width"),
    _whole("height"),
    _text("copy_sha256"),
    _text("fault"),
    Column("taken_at", Text),
    Column("lat", Float),
    Column("lon", Float),
    Column("sharpness", Float),
    Column("brightness", Float),
    _text("lookalike"),
)

# --- what was made of the track -----------------------------------------------------------------------------------

visit = Table(
    "visit",
    metadata,
    Column("shift_id", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("arrived_at", Text, primary_key=True),
    Column("departed_at", Text),
    _text("witness"),
    Column("distance_m", Float, nullable=False),
)

leg = Table(
    "leg",
    metadata,
    Column("shift_id", Text, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("on", Text, nullable=False, index=True),
    _text("zone"),
    _whole("hour"),
    _whole("weekday"),
    _whole("planned_s"),
    _whole("driven_s"),
)

cursor = Table("cursor", metadata, Column("name", Text, primary_key=True), _whole("at"))
