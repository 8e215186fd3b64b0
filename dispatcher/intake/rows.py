"""One row → what it says of an order, every field read and checked. Rows become orders in `combine.py`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import DriverId
from dispatcher.domain.orders import Contact, OrderKind, OrderLine, Priority
from dispatcher.domain.place import Address, Bounds, Place
from dispatcher.domain.proof import Need, Needs, ProofKind
from dispatcher.domain.time import TimeWindow
from dispatcher.intake import times, values
from dispatcher.intake.dates import DateOrder
from dispatcher.intake.door import cash_of, needs_of
from dispatcher.intake.fields import Field, unit_of
from dispatcher.intake.places import Area, address_of, second_line
from dispatcher.intake.raw import Cell
from dispatcher.intake.row import Columns, RowView
from dispatcher.intake.sheet import Row, text_of
from dispatcher.intake.values import FORMULA_FAULTS, Unreadable
from dispatcher.intake.whens import when_of


@dataclass(frozen=True, slots=True)
class Context:
    """What an import knows besides the file."""

    default_date: date
    """For rows without a date."""
    zone: ZoneInfo
    """The depot's: times in the file are its wall clock."""
    service_s: int = 180
    """For rows without a service time."""
    drivers: Sequence[Driver] = ()
    sender: str = ""
    """For rows without a sender."""
    bounds: Bounds | None = None
    """Of the region, to recognise swapped coordinates; without it the depot's place serves."""
    depot: Place | None = None
    currency: str = ""
    """The depot's; empty takes every currency for its own."""


@dataclass(slots=True)
class ParsedRow:
    """One row as read. `None` is what the row leaves open."""

    row: int
    number: str
    date: date
    sender: str
    kind: OrderKind | None
    address: Address | None
    contact: Contact
    windows: tuple[TimeWindow, ...]
    service_s: int | None
    loads: tuple[float | None, float | None, float | None]
    """Kilograms, litres, parcels."""
    line: OrderLine | None
    skills: frozenset[str]
    driver_id: DriverId | None
    pickup: str
    """The number of the order that fetches the goods."""
    priority: Priority | None
    early: bool
    cash_due: int | None
    needs: Needs
    notes: tuple[str, ...]
    cells: tuple[Cell, ...]


class RowReader:
    """Reads rows of one sheet: what holds for all rows is worked out once."""

    def __init__(self, columns: Columns, order: DateOrder, context: Context) -> None:
        self._columns = columns
        self._order = order
        self._context = context
        self.area = Area(context.bounds, context.depot)
        self._drivers = _driver_names(context.drivers)
        self._units = {
            field: unit_of(columns.header(field), field) for field in (Field.SERVICE, Field.WEIGHT, Field.VOLUME)
        }

    def read(self, row: Row) -> tuple[ParsedRow, RowView]:
        """The row as read, and the view that holds its faults."""
        view = RowView(row, self._columns)
        self._check_shape(view)
        day, windows = when_of(view, self._order, self._context.default_date, self._context.zone)
        priority, early = view.read(Field.PRIORITY, values.priority, (None, False))
        parsed = ParsedRow(
            row=row.number,
            number=view.text(Field.NUMBER),
            date=day,
            sender=view.text(Field.SENDER) or self._context.sender,
            kind=view.read(Field.KIND, lambda cell: values.kind(text_of(cell)), None),
            address=address_of(view, self.area),
            contact=_contact(view),
            windows=windows,
            service_s=view.read(Field.SERVICE, lambda cell: times.duration_s(cell, self._units[Field.SERVICE]), None),
            loads=(
                self._amount(view, Field.WEIGHT),
                self._amount(view, Field.VOLUME),
                view.read(Field.PARCELS, _count, None),
            ),
            line=_line(view),
            skills=frozenset().union(*map(values.skills, view.texts(Field.SKILLS))),
            driver_id=view.read(Field.DRIVER, self._driver, None),
            pickup=view.text(Field.PICKUP_ORDER),
            priority=priority,
            early=early or view.read(Field.DO_EARLY, lambda cell: values.early(text_of(cell)), False),
            cash_due=cash_of(view, self._context.currency),
            needs=needs_of(view),
            notes=tuple(note for note in (second_line(view), *view.texts(Field.NOTES)) if note),
            cells=row.cells,
        )
        if parsed.cash_due and parsed.needs.get(ProofKind.CASH) is Need.OFF:
            view.fail(Field.PROOFS, "Cash is due, but the driver is not to be asked for it.", "Say one of the two.")
        return parsed, view

    def unit(self, field: Field) -> float:
        """Seconds, kilograms or litres to one unit of the column."""
        return self._units[field]

    def _check_shape(self, view: RowView) -> None:
        extra = len(view.cells) - len(self._columns.headers)
        if extra > 0:
            view.fail(
                None,
                f"The row has {extra} more cells than there are columns, so all may stand in the wrong one.",
                "Put quotation marks around a text that holds the delimiter.",
            )
        for fault in FORMULA_FAULTS.intersection(view.cells):
            view.fail(None, f"A cell shows {fault} instead of a value.", "Mend the formula, or type the value.")

    def _amount(self, view: RowView, field: Field) -> float | None:
        unit = self._units[field]
        # Rounded so that 0.1 m³ is 100 litres on every machine
        return view.read(field, lambda cell: round(_not_negative(cell) * unit, 6), None)

    def _driver(self, cell: Cell) -> DriverId:
        name = text_of(cell)
        found = self._drivers.get(_person(name)) or self._drivers.get(name.lstrip("0"))
        if found is None:
            known = ", ".join(f"{d.number} {d.name}" for d in self._context.drivers[:6])
            raise Unreadable(
                f"No driver is called “{name}”.",
                f"Write a number or name of the fleet: {known}…" if known else "Enter the drivers first.",
            )
        return found


def _driver_names(drivers: Sequence[Driver]) -> Mapping[str, DriverId]:
    """Numbers, and names in whatever order their words stand."""
    by_name = {_person(driver.name): driver.id for driver in drivers}
    return by_name | {str(driver.number): driver.id for driver in drivers}


def _person(name: str) -> str:
    return " ".join(sorted(name.casefold().replace(",", " ").split()))


def _contact(view: RowView) -> Contact:
    person, house = view.text(Field.RECIPIENT), view.text(Field.PLACE_NAME)
    names = (house, person) if house != person else (person,)
    return Contact(
        ", ".join(name for name in names if name), phone=view.text(Field.PHONE), email=view.text(Field.EMAIL)
    )


def _line(view: RowView) -> OrderLine | None:
    name, sku, barcode = (view.text(f) for f in (Field.ITEM_NAME, Field.ITEM_SKU, Field.ITEM_BARCODE))
    quantity = view.read(Field.ITEM_QUANTITY, _not_negative, None)
    if not (name or sku or barcode):
        return None
    return OrderLine(name or sku or barcode, 1.0 if quantity is None else quantity, sku, barcode)


def _not_negative(cell: Cell) -> float:
    value = values.number(cell)
    if value < 0:
        raise Unreadable(f"“{text_of(cell)}” is negative.", "A collection is told by its type, not by its sign.")
    return value


def _count(cell: Cell) -> float:
    value = _not_negative(cell)
    if not value.is_integer() or value > 1_000_000:
        raise Unreadable(f"“{text_of(cell)}” is no number of parcels.", "Write a whole number.")
    return value
