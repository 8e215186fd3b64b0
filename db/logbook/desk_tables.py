"""The logbook's tables of the desk: exceptions, messages to customers, their pages and wishes, legal holds.

What has many fields and is looked up by few lies whole in `body`; the columns beside it are what it is found by.
"""

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from db.logbook.tables import metadata


def _text(name: str, *, index: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, index=index)


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _body() -> Column[bytes]:
    return Column("body", LargeBinary, nullable=False)


incident = Table(
    "incident",
    metadata,
    _id(),
    _text("kind"),
    _text("on", index=True),
    _text("about"),
    _text("state"),
    _text("since"),
    Column("order_id", Text, index=True),
    _body(),
    UniqueConstraint("kind", "on", "about"),
    Index("ix_incident_open", "since", sqlite_where=text("state <> 'closed'")),
)

goods = Table(
    "goods",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("piece", Text, primary_key=True),
    Column("on", Text, primary_key=True),
    _text("expected_at"),
    Column("shift_id", Text),
    Column("scanned_at", Text),
    _text("scanned_by"),
    Column("left_at", Text),
    Column("left_for", Text),
    Index("ix_goods_here", "expected_at", sqlite_where=text("left_at IS NULL")),
)

message = Table(
    "message",
    metadata,
    _id(),
    Column("key", Text, nullable=False, unique=True),
    _text("order_id", index=True),
    _text("on", index=True),
    _text("state"),
    _text("made_at"),
    Column("not_before", Text),
    Column("next_at", Text),
    _body(),
    Index(None, "state", "made_at"),
)

reply = Table(
    "reply",
    metadata,
    _id(),
    Column("key", Text, nullable=False, unique=True),
    Column("order_id", Text, index=True),
    _text("at", index=True),
    Column("seen_at", Text),
    _body(),
)

opt_out = Table(
    "opt_out",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("to", Text, primary_key=True),
    _text("at"),
    _text("how"),
)

call = Table(
    "call",
    metadata,
    _id(),
    _text("order_id", index=True),
    _text("at"),
    _text("by"),
    _text("to"),
    _text("text"),
    Column("reached", Integer, nullable=False),
)

customer_page = Table(
    "customer_page",
    metadata,
    Column("order_id", Text, primary_key=True),
    Column("digest", Text, nullable=False, unique=True),
    _text("on", index=True),
    Column("attempt", Integer, nullable=False),
    _text("expires_at"),
    _text("made_at"),
    _body(),
)

wish = Table("wish", metadata, _id(), _text("order_id", index=True), _text("state", index=True), _text("at"), _body())

hold = Table("hold", metadata, Column("order_id", Text, primary_key=True), _text("at"), _text("by"), _text("why"))
