"""The logbook's tables of slots and of the dock. What has many fields lies whole in `body`, as at the desk."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from db.logbook.tables import metadata


def _text(name: str, *, index: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, index=index)


def _key(name: str) -> Column[str]:
    return Column(name, Text, primary_key=True)


def _body() -> Column[bytes]:
    return Column("body", LargeBinary, nullable=False)


slot_area = Table("slot_area", metadata, _key("id"), _body())
slot_rule = Table("slot_rule", metadata, _key("id"), _text("area_id", index=True), _body())
slot_change = Table("slot_change", metadata, _key("rule_id"), _key("on"), _body())
blackout = Table("blackout", metadata, _key("on"), _key("area_id"), _text("why"))
"""An empty area is all of them."""

slot_hold = Table(
    "slot_hold",
    metadata,
    _key("id"),
    _text("rule_id"),
    _text("on", index=True),
    _text("state"),
    _text("at"),
    _text("until"),
    Column("order_id", Text, index=True),
    _body(),
    Index(None, "rule_id", "on", "state"),
)

loaded = Table(
    "loaded_piece",
    metadata,
    _key("order_id"),
    _key("piece"),
    _key("on"),
    _text("shift_id"),
    _text("state"),
    _text("at"),
    _text("by"),
    Index(None, "on", "at"),
)

departure = Table("departure", metadata, _key("shift_id"), _text("on", index=True), _body())
