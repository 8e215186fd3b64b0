"""The tables, one MetaData. The migrations build the same schema; a test holds the two together.

Dates and moments are ISO 8601 text, moments in UTC: lossless, readable in any SQLite shell, cheap to parse.
Every recorded table has a one-column text key. Nothing cascades: the unit of work removes what hangs on a row itself,
so that undo has seen every row that went.
"""

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
)

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
    UniqueConstraint("date", "id"),
    Index(None, "doubtful", "date"),
)

stop = Table(
    "stop",
    metadata,
    Column("order_id", Text, primary_key=True),
    _text("shift_id"),
    _text("date"),
    _whole("position"),
    Column("held", Boolean, nullable=False),
    # With the date in both keys no stop can join an order and a shift of different days.
    ForeignKeyConstraint(["date", "order_id"], [orders.c.date, orders.c.id]),
    ForeignKeyConstraint(["date", "shift_id"], [shift.c.date, shift.c.id]),
    UniqueConstraint("shift_id", "position"),
    CheckConstraint("position >= 0", name="position"),
    Index(None, "date", "shift_id"),
)

pin = Table("pin", metadata, Column("key", Text, primary_key=True), _real("lat"), _real("lon"), _text("text"))

mapping = Table("mapping", metadata, Column("sender", Text, primary_key=True), Column("columns", JSON, nullable=False))

audit = Table(
    "audit",
    metadata,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    _text("at"),
    _text("author"),
    _text("label"),
)

step = Table(
    "step",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # the revision it made
    _text("label"),
    Column("undone", Boolean, nullable=False),
)

image = Table(
    "image",
    metadata,
    Column("step_id", ForeignKey(step.c.id), primary_key=True),
    Column("part", Integer, primary_key=True),
    _text("table_name"),
    Column("rows", LargeBinary, nullable=False),
)

RECORDED: dict[Table, Kind] = {
    depot: Kind.DEPOT,
    vehicle: Kind.VEHICLE,
    driver: Kind.DRIVER,
    shift: Kind.SHIFT,
    orders: Kind.ORDER,
    stop: Kind.STOP,
    pin: Kind.PIN,
    mapping: Kind.MAPPING,
}
"""The tables whose rows undo brings back, each with the kind it is known by."""


def key_of(table: Table) -> Column[str]:
    """The one-column key of a recorded table."""
    (key,) = table.primary_key.columns
    return key
