"""The tables, one MetaData. The migrations build the same schema; a test holds the two together.

Dates and moments are ISO 8601 text, moments in UTC: lossless, readable in any SQLite shell, cheap to parse.
Every recorded table has a one-column text key. Nothing cascades: the unit of work removes what hangs on a row itself,
so that undo has seen every row that went.

A column that came with a later schema has a default, in the table and here: rows of before, and the images of such
rows in the history, take it.
"""

import json
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from dispatcher.domain.changes import Kind

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

DEPOT_KEY = "depot"


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _whole(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _real(name: str) -> Column[float]:
    return Column(name, Float, nullable=False)


def _later(name: str, default: str | int | bool | dict[str, Any] | list[Any]) -> Column[Any]:
    """A column of a later schema."""
    match default:
        case dict() | list():
            return Column(name, JSON, nullable=False, default=default, server_default=json.dumps(default))
        case bool():
            return Column(name, Boolean, nullable=False, default=default, server_default=true() if default else false())
        case int():
            return Column(name, Integer, nullable=False, default=default, server_default=text(str(default)))
        case str():
            return Column(name, Text, nullable=False, default=default, server_default=default)


depot = Table(
    "depot",
    metadata,
    Column("id", Text, primary_key=True),
    _text("name"),
    _real("lat"),
    _real("lon"),
    _text("zone_name"),
    _text("region"),
    _text("address"),
    _text("currency"),
    _text("shift_starts"),
    _text("shift_ends"),
    _whole("service_s"),
    _whole("planning_s"),
    _whole("version"),
    _later("reload_s", 900),
    _later("handling_s", 600),
    Column("max_wait_s", Integer),
    _later("improve_s", 20),
    _later("road", {}),
    CheckConstraint(f"id = '{DEPOT_KEY}'", name="only_one"),
)

vehicle = Table(
    "vehicle",
    metadata,
    Column("id", Text, primary_key=True),
    _text("name"),
    _text("kind"),
    _text("plate"),
    _real("capacity_kg"),
    _real("capacity_litres"),
    _whole("capacity_parcels"),
    Column("skills", JSON, nullable=False),
    _whole("cost_per_km"),
    _whole("fixed_cost"),
    _whole("version"),
    _later("max_reloads", 0),
    _later("certificates", []),
)

driver = Table(
    "driver",
    metadata,
    Column("id", Text, primary_key=True),
    _text("name"),
    Column("number", Integer, nullable=False, unique=True),
    _text("phone"),
    Column("skills", JSON, nullable=False),
    Column("vehicle_id", ForeignKey(vehicle.c.id), index=True),
    Column("starts", Text),
    Column("ends", Text),
    Column("weekdays", JSON, nullable=False),
    _whole("cost_per_hour"),
    Column("max_stops", Integer),
    Column("max_duration_s", Integer),
    Column("max_distance_m", Integer),
    Column("active", Boolean, nullable=False),
    _whole("version"),
    _later("break_s", 0),
    Column("break_from", Text),
    Column("break_until", Text),
    _later("certificates", []),
)

shift = Table(
    "shift",
    metadata,
    Column("id", Text, primary_key=True),
    _text("date"),
    Column("driver_id", ForeignKey(driver.c.id), nullable=False, index=True),
    Column("vehicle_id", ForeignKey(vehicle.c.id), nullable=False, index=True),
    _text("starts_at"),
    _text("ends_at"),
    _real("start_lat"),
    _real("start_lon"),
    Column("end_lat", Float),
    Column("end_lon", Float),
    _whole("version"),
    _later("lock", "open"),
    UniqueConstraint("date", "id"),
)

orders = Table(
    "orders",
    metadata,
    Column("id", Text, primary_key=True),
    _text("number"),
    _text("date"),
    _text("sender"),
    _text("kind"),
    _text("state"),
    _text("address_line"),
    _text("postcode"),
    _text("city"),
    _text("country"),
    Column("lat", Float),
    Column("lon", Float),
    _whole("precision"),
    _text("matched"),
    Column("doubtful", Boolean, nullable=False),
    _text("contact_name"),
    _text("contact_phone"),
    _text("contact_email"),
    Column("windows", JSON, nullable=False),
    _whole("service_s"),
    _real("load_kg"),
    _real("load_litres"),
    _whole("load_parcels"),
    Column("lines", JSON, nullable=False),
    Column("skills", JSON, nullable=False),
    Column("driver_id", ForeignKey(driver.c.id), index=True),
    _whole("must_not_drop"),
    Column("do_early", Boolean, nullable=False),
    _text("notes"),
    _whole("version"),
    Column("pickup_id", ForeignKey("orders.id")),
    _later("attempt", 1),
    _later("cash_due", 0),
    _later("needs", {}),
    UniqueConstraint("date", "id"),
    Index(None, "doubtful", "date"),
    # Few orders wait for another's goods; the rest cost an import nothing.
    Index("ix_orders_pickup_id", "pickup_id", sqlite_where=text("pickup_id IS NOT NULL")),
)

stop = Table(
    "stop",
    metadata,
    Column("order_id", Text, primary_key=True),
    _text("shift_id"),
    _text("date"),
    _whole("position"),
    Column("held", Boolean, nullable=False),
    _later("done", False),
    # With the date in both keys no stop can join an order and a shift of different days.
    ForeignKeyConstraint(["date", "order_id"], [orders.c.date, orders.c.id]),
    ForeignKeyConstraint(["date", "shift_id"], [shift.c.date, shift.c.id]),
    UniqueConstraint("shift_id", "position"),
    CheckConstraint("position >= 0", name="position"),
    Index(None, "date", "shift_id"),
)

loaded = Table(
    "loaded",
    metadata,
    Column("order_id", Text, primary_key=True),
    _text("shift_id"),
    _text("date"),
    ForeignKeyConstraint(["date", "order_id"], [orders.c.date, orders.c.id]),
    ForeignKeyConstraint(["date", "shift_id"], [shift.c.date, shift.c.id]),
    Index(None, "date", "shift_id"),
)

day = Table("day", metadata, Column("date", Text, primary_key=True), _text("freeze_at"))

closure = Table(
    "closure",
    metadata,
    Column("id", Text, primary_key=True),
    _text("name"),
    Column("line", JSON, nullable=False),
    _text("first"),
    _text("last"),
    _whole("version"),
)

pin = Table("pin", metadata, Column("key", Text, primary_key=True), _real("lat"), _real("lon"), _text("text"))

remembered = Table(
    "remembered",
    metadata,
    Column("key", Text, primary_key=True),
    _text("text"),
    _text("note"),
    _text("approach"),
    Column("service_s", Integer, nullable=True),
    Column("declined", JSON, nullable=False),
)

mapping = Table("mapping", metadata, Column("sender", Text, primary_key=True), Column("columns", JSON, nullable=False))

audit = Table(
    "audit",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    _text("at"),
    _text("author"),
    _text("label"),
    _later("why", ""),
    _later("kept", False),  # whether `image` has every row it touched, as it was before
)

touched = Table(
    "touched",
    metadata,
    Column("revision", ForeignKey(audit.c.revision), primary_key=True),
    Column("date", Text, primary_key=True),
    Index(None, "date", "revision"),
    sqlite_with_rowid=False,
)

image = Table(
    "image",
    metadata,
    Column("revision", ForeignKey(audit.c.revision), primary_key=True),
    Column("part", Integer, primary_key=True),
    _text("table_name"),
    Column("rows", LargeBinary, nullable=False),
    Index(None, "table_name", "revision"),
)

step = Table(
    "step",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # the latest revision that made it
    _text("label"),
    Column("undone", Boolean, nullable=False),
    # The revisions that it takes back, together.
    Column("first", ForeignKey(audit.c.revision), nullable=False),
    Column("last", ForeignKey(audit.c.revision), nullable=False),
)

RECORDED: dict[Table, Kind] = {
    depot: Kind.DEPOT,
    vehicle: Kind.VEHICLE,
    driver: Kind.DRIVER,
    shift: Kind.SHIFT,
    orders: Kind.ORDER,
    stop: Kind.STOP,
    loaded: Kind.LOADED,
    day: Kind.DAY,
    closure: Kind.CLOSURE,
    pin: Kind.PIN,
    remembered: Kind.REMEMBERED,
    mapping: Kind.MAPPING,
}
"""The tables whose rows undo brings back, each with the kind it is known by."""


def default_of(column: Column[Any]) -> Any:
    """What the column holds in rows that say nothing."""
    return column.default.arg if isinstance(column.default, ScalarElementColumnDefault) else None


def key_of(table: Table) -> Column[str]:
    """The one-column key of a recorded table."""
    (key,) = table.primary_key.columns
    return key
