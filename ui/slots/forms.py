"""The fields of an area and of a recurring slot, and what they mean. Wrong ones are framed and said in words."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time

from PySide6.QtCore import QDate, Qt, QTime, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateEdit,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QTimeEdit,
    QWidget,
)

from dispatcher.domain.errors import BadInput
from dispatcher.domain.orders import Load
from dispatcher.domain.place import Place
from dispatcher.domain.slots import Area, SlotRule
from ui.parts.fields import label, mark, named
from ui.theme import Theme

NO_LIMIT = "no limit"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
POSTCODES = "beginnings, e.g. 520, 52134; empty for all the rest"
CORNERS = "or an outline, a corner a line: 50.776, 6.084"


def parse_ring(text: str) -> tuple[Place, ...]:
    """Corners, one "latitude, longitude" a line; empty lines count for nothing. Raises `BadInput` with the line."""
    corners = []
    for n, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            lat, lon = (float(part) for part in line.replace(";", ",").split(","))
            corners.append(Place(lat, lon))
        except ValueError:
            raise BadInput(
                f"Line {n} of the outline, “{line.strip()}”, is no corner.",
                "Type latitude and longitude with a comma between: 50.776, 6.084.",
            ) from None
    return tuple(corners)


class _Form(QWidget):
    """Enter in a field submits.

    Signals:
        submitted(): save it.
    """

    submitted = Signal()

    def __init__(self, name: str, accessible: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, name, accessible)
        self.theme = theme
        self.grid = QGridLayout(self)
        theme.changed.connect(self._dress)
        self._dress()

    def add_row(self, row: int, text: str, *fields: QWidget) -> None:
        """A label and its fields, beside one another."""
        high = isinstance(fields[0], QPlainTextEdit)
        way = Qt.AlignmentFlag.AlignTop if high else Qt.AlignmentFlag.AlignVCenter
        self.grid.addWidget(label(text, fields[0], self), row, 0, way)
        beside = QHBoxLayout()
        beside.setSpacing(self.theme.grid(2))
        for field in fields:
            beside.addWidget(field, 1)
        self.grid.addLayout(beside, row, 1)

    @Slot()
    def _dress(self) -> None:
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(self.theme.grid(3))
        self.grid.setVerticalSpacing(self.theme.grid(1.5))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submitted.emit()
        else:
            super().keyPressEvent(event)


class AreaForm(_Form):
    """One area. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("slots.area", "Area", theme, parent)
        self._area: Area | None = None
        self.name = named(QLineEdit(self), "slots.area.name", "Name of the area")
        self.postcodes = named(QLineEdit(self), "slots.area.postcodes", "Postcodes, parted by commas")
        self.postcodes.setPlaceholderText(POSTCODES)
        self.ring = named(QPlainTextEdit(self), "slots.area.ring", "Outline, a corner a line")
        self.ring.setPlaceholderText(CORNERS)
        self.ring.setTabChangesFocus(True)
        self.ring.setFixedHeight(theme.grid(20))
        self.add_row(0, "&Name", self.name)
        self.add_row(1, "&Postcodes", self.postcodes)
        self.add_row(2, "&Outline", self.ring)
        self.name.textEdited.connect(lambda: mark(self.name, invalid=False))

    def show_area(self, area: Area) -> None:
        """Fill the fields."""
        self._area = area
        mark(self.name, invalid=False)
        self.name.setText(area.name)
        self.postcodes.setText(", ".join(area.postcodes))
        self.ring.setPlainText("\n".join(f"{p.lat:.6f}, {p.lon:.6f}" for p in area.ring))

    def area(self) -> Area:
        """As filled in. Raises `BadInput`."""
        if self._area is None:
            raise BadInput("No area is chosen.", "Choose one, or press New area.")
        name = self.name.text().strip()
        if not name:
            mark(self.name, invalid=True)
            self.name.setFocus()
            raise BadInput("The area has no name.", "Type one.")
        codes = tuple(dict.fromkeys(c.strip() for c in self.postcodes.text().split(",") if c.strip()))
        try:
            ring = parse_ring(self.ring.toPlainText())
        except BadInput:
            self.ring.setFocus()
            raise
        return replace(self._area, name=name, postcodes=codes, ring=ring)


class RuleForm(_Form):
    """One recurring slot. GUI thread."""

    def __init__(self, theme: Theme, currency: str, parent: QWidget) -> None:
        super().__init__("slots.rule", "Recurring slot", theme, parent)
        self._rule: SlotRule | None = None
        self._make(currency)
        self.add_row(0, "&Area", self.area)
        self.add_row(1, "&Hours", self.opens, self.closes)
        self.add_row(2, "&Days", *self.days)
        self.add_row(3, "O&rders, minutes", self.orders, self.minutes)
        self.add_row(4, "&Load", self.kg, self.litres, self.parcels)
        self.add_row(5, "&Cut-off, price", self.cut_off, self.price)
        self.add_row(6, "&Booked ahead", self.lead, self.ahead)
        self.add_row(7, "Onl&y", self.begins, self.first, self.ends, self.last)

    def _make(self, currency: str) -> None:
        self.area = named(QComboBox(self), "slots.rule.area", "Area")
        self.opens = _clock(self, "slots.rule.opens", "Opens")
        self.closes = _clock(self, "slots.rule.closes", "Closes")
        self.days = [named(QCheckBox(day, self), f"slots.rule.{day.lower()}", day) for day in DAYS]
        self.orders = _limit(self, "slots.rule.orders", "Most orders", " orders")
        self.minutes = _limit(self, "slots.rule.minutes", "Most minutes of service", " min")
        self.kg = _amount(self, "slots.rule.kg", "Most weight", " kg")
        self.litres = _amount(self, "slots.rule.litres", "Most volume", " l")
        self.parcels = _limit(self, "slots.rule.parcels", "Most parcels", " parcels", least=0)
        self.cut_off = named(QDoubleSpinBox(self), "slots.rule.cut_off", "Hours before it opens that it can be chosen")
        self.cut_off.setRange(0, 720)
        self.cut_off.setDecimals(1)
        self.cut_off.setSuffix(" h before")
        self.price = named(QDoubleSpinBox(self), "slots.rule.price", "What the customer pays")
        self.price.setRange(0, 100_000)
        self.price.setSuffix(f" {currency}")
        self.lead = _days(self, "slots.rule.lead", "Not within so many days", "not within {} days")
        self.ahead = _days(self, "slots.rule.ahead", "Not farther ahead", "up to {} days ahead")
        self.first, self.last = (_day(self, f"slots.rule.{n}", n.title()) for n in ("first", "last"))
        self.begins = named(QCheckBox("from", self), "slots.rule.begins", "Only from a date on")
        self.ends = named(QCheckBox("until", self), "slots.rule.ends", "Only until a date")
        self.begins.toggled.connect(self.first.setEnabled)
        self.ends.toggled.connect(self.last.setEnabled)

    def show_areas(self, areas: Sequence[Area]) -> None:
        """Among which to choose; the one chosen stays."""
        chosen = self.area.currentData()
        self.area.clear()
        for area in areas:
            self.area.addItem(area.name, area.id)
        self.area.setCurrentIndex(max(0, self.area.findData(chosen)))

    def show_rule(self, rule: SlotRule, today: date) -> None:
        """Fill the fields; dates that there are none of yet begin with today."""
        self._rule = rule
        most = rule.most or Load()
        self.area.setCurrentIndex(max(0, self.area.findData(rule.area_id)))
        for edit, at in ((self.opens, rule.opens), (self.closes, rule.closes)):
            edit.setTime(QTime(at.hour, at.minute))
        for n, box in enumerate(self.days):
            box.setChecked(n in rule.weekdays)
        for spin, limit in ((self.orders, rule.most_orders), (self.minutes, rule.most_minutes)):
            spin.setValue(-1 if limit is None else limit)
        for amount, load in ((self.kg, most.kg), (self.litres, most.litres)):
            amount.setValue(load)
        self.parcels.setValue(most.parcels)
        self.cut_off.setValue(rule.cut_off_s / 3600)
        self.price.setValue(rule.price / 100)
        self.lead.setValue(rule.lead_days)
        self.ahead.setValue(rule.ahead_days)
        for used, day, on in ((self.begins, self.first, rule.first), (self.ends, self.last, rule.last)):
            shown = on or today
            used.setChecked(on is not None)
            day.setEnabled(on is not None)
            day.setDate(QDate(shown.year, shown.month, shown.day))

    def rule(self) -> SlotRule:
        """As filled in. Raises `BadInput`."""
        area_id = self.area.currentData()
        if self._rule is None or area_id is None:
            raise BadInput("No slot is chosen.", "Choose one, or press New slot.")
        weekdays = frozenset(n for n, box in enumerate(self.days) if box.isChecked())
        if not weekdays:
            self.days[0].setFocus()
            raise BadInput("The slot is on no day of the week.", "Tick one at least.")
        return replace(
            self._rule,
            area_id=area_id,
            opens=_time(self.opens),
            closes=_time(self.closes),
            weekdays=weekdays,
            first=_date(self.first) if self.begins.isChecked() else None,
            last=_date(self.last) if self.ends.isChecked() else None,
            cut_off_s=round(self.cut_off.value() * 3600),
            lead_days=self.lead.value(),
            ahead_days=self.ahead.value(),
            most_orders=_value(self.orders),
            most_minutes=_value(self.minutes),
            most=self._most(),
            price=round(self.price.value() * 100),
        )

    def _most(self) -> Load | None:
        most = Load(self.kg.value(), self.litres.value(), self.parcels.value())
        return None if most == Load() else most


def _value(spin: QSpinBox) -> int | None:
    return None if spin.value() < 0 else spin.value()


def _time(edit: QTimeEdit) -> time:
    return time(edit.time().hour(), edit.time().minute())


def _date(edit: QDateEdit) -> date:
    return date(edit.date().year(), edit.date().month(), edit.date().day())


def _clock(parent: QWidget, name: str, accessible: str) -> QTimeEdit:
    edit = named(QTimeEdit(parent), name, accessible)
    edit.setDisplayFormat("HH:mm")
    return edit


def _day(parent: QWidget, name: str, accessible: str) -> QDateEdit:
    edit = named(QDateEdit(parent), name, accessible)
    edit.setCalendarPopup(True)
    edit.setDisplayFormat("d MMM yyyy")
    edit.setEnabled(False)
    return edit


def _limit(parent: QWidget, name: str, accessible: str, suffix: str, *, least: int = -1) -> QSpinBox:
    """At its least it says that there is no limit."""
    spin = named(QSpinBox(parent), name, accessible)
    spin.setRange(least, 1_000_000)
    spin.setSpecialValueText(NO_LIMIT)
    spin.setSuffix(suffix)
    spin.setMinimumWidth(40)
    return spin


def _amount(parent: QWidget, name: str, accessible: str, suffix: str) -> QDoubleSpinBox:
    """Nothing of it is no limit."""
    spin = named(QDoubleSpinBox(parent), name, accessible)
    spin.setRange(0, 1_000_000)
    spin.setDecimals(1)
    spin.setSpecialValueText(NO_LIMIT)
    spin.setSuffix(suffix)
    spin.setMinimumWidth(40)
    return spin


def _days(parent: QWidget, name: str, accessible: str, words: str) -> QSpinBox:
    spin = named(QSpinBox(parent), name, accessible)
    spin.setRange(0, 366)
    before, _, after = words.partition("{}")
    spin.setPrefix(before)
    spin.setSuffix(after)
    return spin
