"""Taking a person out of the plan for good: out of orders as they are, as they were, and out of what the history says.

History is the one thing in this database that is never rewritten, except here: in the images of every earlier revision
the person's words are put out where they stand. So an undo goes on putting back all else that an order was - its date,
its goods, its windows - and neither it nor the time machine can bring the person back.
"""

import json
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select, update

from db.reading import by_keys, fetch
from db.tables import audit, driver, image, key_of, orders, pin, remembered, step
from dispatcher.domain.ids import DriverId, OrderId
from dispatcher.domain.keeping import ERASED, Trace
from dispatcher.domain.orders import OrderState

BLANK = {
    "contact_name": ERASED,
    "contact_phone": "",
    "contact_email": "",
    "address_line": ERASED,
    "matched": "",
    "notes": "",
}
PLACE = ("lat", "lon")
DECIMALS = 2
"""Of a degree: about a kilometre, so that past rounds still lie where they were driven, at nobody's door."""
TRACED = (
    "id",
    "number",
    "date",
    "state",
    "contact_name",
    "contact_phone",
    "contact_email",
    "address_line",
    "postcode",
    "city",
)
"""What a trace is made of."""
TELLING = ("contact_name", "contact_phone", "contact_email", "address_line")
SHORTEST = 4
"""Shorter names are part of too many words to be put out wherever they stand."""

type Values = Mapping[str, Any]


def traces(connection: Connection, matches: Callable[[Trace], bool], tick: Callable[[], None]) -> list[Trace]:
    """Every order of which anything that it is, or ever was, matches; as it is now, or was last."""
    newest: dict[str, Trace] = {}
    found: dict[str, list[Trace]] = {}
    for values, kept in _ever(connection, tick):
        trace = _trace(values, removed=not kept)
        newest.setdefault(trace.order_id, trace)
        if trace.order_id not in found and matches(trace):
            found[trace.order_id] = []
    for values, _ in _ever(connection, tick, found.keys()):
        found[values["id"]].append(_trace(values, removed=False))
    known = (_over_time(newest[order_id], was) for order_id, was in found.items())
    return sorted(known, key=lambda trace: (trace.on, trace.number, trace.order_id))


def _over_time(trace: Trace, was: Iterable[Trace]) -> Trace:
    every = list(was)
    return replace(
        trace,
        dates=frozenset(each.on for each in every),
        addresses=frozenset((each.address, each.postcode, each.city) for each in every if not each.erased),
        reached_by=frozenset(said for each in every for said in (each.phone, each.email) if said),
    )


def blank(row: Values) -> dict[str, Any]:
    """The order's row without its person."""
    near = {part: None if row[part] is None else round(row[part], DECIMALS) for part in PLACE if part in row}
    return {**row, **{column: value for column, value in BLANK.items() if column in row}, **near}


def blank_driver(row: Values) -> dict[str, Any]:
    """The driver's row without a name; the number is what is left to tell rounds apart.

    Of certificates stays what past rounds were judged by. An image of an older schema has none.
    """
    blank = {**row, "name": f"Former driver {row['number']}", "phone": ""}
    if "certificates" in row:
        blank["certificates"] = [{**each, "number": "", "note": ""} for each in row["certificates"]]
    return blank


def names_of(connection: Connection, driver_ids: Collection[DriverId]) -> set[str]:
    """What these drivers were ever called, and their telephones."""
    wanted = set(driver_ids)
    rows = [row for row in fetch(connection, select(driver)) if row["id"] in wanted]
    for _, content in _contents(connection, driver, wanted):
        rows += [r for v in content["rows"] if (r := dict(zip(content["columns"], v, strict=True)))["id"] in wanted]
    words = {str(row[column]).strip() for row in rows for column in ("name", "phone")}
    return {word for word in words if len(word) >= SHORTEST}


def words_of(connection: Connection, order_ids: Collection[OrderId]) -> set[str]:
    """What these orders' people were ever called, and where they could be reached."""
    rows = (values for values, _ in _ever(connection, lambda: None, set(order_ids)))
    words = {str(values[column]).strip() for values in rows for column in TELLING if column in values}
    return {word for word in words if len(word) >= SHORTEST and word != ERASED}


def scrub_images(
    connection: Connection,
    order_ids: Collection[OrderId],
    pins: Collection[str],
    driver_ids: Collection[DriverId] = (),
) -> None:
    """Put the person out of every image of an order or a driver, and drop those of remembered places."""
    wanted: tuple[tuple[Table, set[str]], ...] = (
        (orders, set(order_ids)),
        (pin, set(pins)),
        (remembered, set(pins)),
        (driver, set(driver_ids)),
    )
    for table, keys in wanted:
        # all of them before any is changed
        for part, content in list(_contents(connection, table, keys)):
            if _scrub(content, table, keys):
                packed = zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 1)
                here = image.c.revision == part.revision, image.c.part == part.part
                connection.execute(update(image).where(*here).values(rows=packed))


def scrub_labels(connection: Connection, words: Iterable[str]) -> None:
    """Put these words out of what the history says was done, and why."""
    longest_first = sorted(words, key=len, reverse=True)
    for table, columns in ((audit, ("label", "why")), (step, ("label",))):
        key = table.c.revision if table is audit else table.c.id
        for row in connection.execute(select(key.label("key"), *(table.c[c] for c in columns))).all():
            said = {column: _without(getattr(row, column), longest_first) for column in columns}
            if any(said[column] != getattr(row, column) for column in columns):
                connection.execute(update(table).where(key == row.key).values(said))


def _without(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, ERASED)
    return text


def _scrub(content: dict[str, Any], table: Table, keys: set[str]) -> bool:
    """Whether anything of it was theirs. A remembered place is known by its address, so nothing of it may stay."""
    columns, key = content["columns"], key_of(table).name
    place = columns.index(key) if columns else 0
    if table in (pin, remembered):
        kept = [values for values in content["rows"] if values[place] not in keys]
        absent = [known for known in content["absent"] if known not in keys]
        touched = len(kept) < len(content["rows"]) or len(absent) < len(content["absent"])
        content.update(rows=kept, absent=absent)
        return touched
    touched = False
    for at, values in enumerate(content["rows"]):
        if values[place] in keys:
            row = dict(zip(columns, values, strict=True))
            content["rows"][at] = list((blank(row) if table is orders else blank_driver(row)).values())
            touched = True
    return touched


def _ever(
    connection: Connection, tick: Callable[[], None], only: Collection[str] | None = None
) -> Iterator[tuple[Values, bool]]:
    """Every order's row as it is, then all that it was, the latest first; with whether it is there now.

    With `only`, those of these orders.
    """
    present: set[str] = set()
    query = select(*(orders.c[column] for column in TRACED))
    for row in fetch(connection, query) if only is None else by_keys(connection, orders, only):
        present.add(row["id"])
        yield row, True
    for _, content in _contents(connection, orders, only):
        tick()
        columns = content["columns"]
        place = columns.index("id") if columns else 0
        for values in content["rows"]:
            if only is None or values[place] in only:
                yield dict(zip(columns, values, strict=True)), values[place] in present


def _contents(connection: Connection, table: Table, only: Collection[str] | None) -> Iterator[tuple[Any, Any]]:
    """The images of a table, the latest first, unpacked; with `only`, those in which one of these keys may stand.

    Bytes are searched many times faster than they are read as JSON.
    """
    if only is not None and not only:
        return
    wanted = None if only is None else [json.dumps(key, ensure_ascii=False).encode() for key in only]
    query = select(image).where(image.c.table_name == table.name)
    for part in connection.execute(query.order_by(image.c.revision.desc(), image.c.part)):
        raw = zlib.decompress(part.rows)
        if wanted is None or any(key in raw for key in wanted):
            yield part, msgspec.json.decode(raw)


def _trace(row: Values, *, removed: bool) -> Trace:
    return Trace(
        OrderId(row["id"]),
        row["number"],
        date.fromisoformat(row["date"]),
        row["contact_name"],
        row["contact_phone"],
        row["contact_email"],
        row["address_line"],
        row["postcode"],
        row["city"],
        cancelled=row["state"] == OrderState.CANCELLED.value,
        removed=removed,
    )
