"""The catalogue: areas and recurring slots, each a table with its form below. It wishes; the panel has it done."""

from dataclasses import replace
from datetime import date, time

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QTableView, QVBoxLayout, QWidget

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import new_id
from dispatcher.domain.slots import Area, AreaId, RuleId, SlotBook, SlotRule
from dispatcher.services.slots import SlotsHeld
from ui import format as fmt
from ui.parts.fields import named, primary
from ui.parts.said import Said, Tone
from ui.slots import words
from ui.slots.forms import AreaForm, RuleForm
from ui.slots.rows import Column, RowTable
from ui.theme import Size, Theme

NEW_RULE = "A new slot. Its area is the one chosen above it."
NO_AREA = "Make an area first: a slot belongs to one."
ANYWAY = "Remove all the same"


class Catalogue(QWidget):
    """GUI thread.

    Signals:
        area_saved(Area), rule_saved(SlotRule): keep this.
        area_removed(AreaId, bool), rule_removed(RuleId, bool): take it away; whether places in it are no hindrance.
    """

    area_saved = Signal(object)
    rule_saved = Signal(object)
    area_removed = Signal(str, bool)
    rule_removed = Signal(str, bool)

    def __init__(self, theme: Theme, currency: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "slots.catalogue", "Catalogue")
        self._theme, self._currency = theme, currency
        self._book = SlotBook()
        self._mine = True
        self._today = date.min
        self._make()
        self._lay_out()
        self._wire()
        theme.changed.connect(self._dress)
        self._dress()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme = self._theme
        self.said = Said("slots.catalogue.said", "What was done last", theme, self)
        self.anyway = named(QPushButton(ANYWAY, self), "slots.catalogue.anyway", ANYWAY)
        self.anyway.hide()
        self._to_remove: tuple[str, str] | None = None
        self.areas: RowTable[Area] = RowTable("slots.areas", "Areas", self._area_columns(), theme, self)
        self.rules: RowTable[SlotRule] = RowTable("slots.rules", "Recurring slots", self._rule_columns(), theme, self)
        self.area_form = AreaForm(theme, self)
        self.rule_form = RuleForm(theme, self._currency, self)
        self.buttons: dict[str, QPushButton] = {}
        for name, text in (
            ("area.new", "New area"), ("area.remove", "Remove area"), ("area.save", "Save area"),
            ("rule.new", "New slot"), ("rule.remove", "Remove slot"), ("rule.save", "Save slot"),
        ):  # fmt: skip
            self.buttons[name] = named(QPushButton(text, self), f"slots.{name}", text)
        primary(self.buttons["area.save"])
        primary(self.buttons["rule.save"])
        self._heads = [QLabel("Areas", self), QLabel("Recurring slots", self)]

    def _area_columns(self) -> tuple[Column, ...]:
        return (
            Column("Area", lambda area: area.name, most=50),
            Column("Slots", lambda area: f"{self._rules_in(area.id):,}", right=True, most=16),
            Column("Takes", _takes),
        )

    def _rule_columns(self) -> tuple[Column, ...]:
        most = lambda rule: "no limit" if rule.most_orders is None else f"{rule.most_orders:,}"
        return (
            Column("Area", lambda rule: self._name(rule.area_id), most=40),
            Column("Hours", lambda rule: f"{rule.opens:%H:%M}–{rule.closes:%H:%M}", most=36),
            Column("Days", lambda rule: words.weekdays(rule.weekdays), most=36),
            Column("Orders", most, right=True, most=26),
            Column("Price", self._price, right=True, most=24),
            Column("Cut-off", lambda rule: f"{rule.cut_off_s / 3600:g} h before", most=30),
            Column("Only", on_dates),
        )

    def _price(self, rule: SlotRule) -> str:
        return fmt.price(rule.price, self._currency) if rule.price else "free"

    def _lay_out(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.addWidget(self._side(0, "area", self.areas.view, self.area_form))
        split.addWidget(self._side(1, "rule", self.rules.view, self.rule_form))
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        self._top = QHBoxLayout()
        self._top.addWidget(self.said, 1)
        self._top.addWidget(self.anyway)
        self._whole = QVBoxLayout(self)
        self._whole.addLayout(self._top)
        self._whole.addWidget(split, 1)

    def _side(self, n: int, kind: str, table: QTableView, form: QWidget) -> QWidget:
        side = QWidget(self)
        column, keys = QVBoxLayout(side), QHBoxLayout()
        column.addWidget(self._heads[n])
        column.addWidget(table, 1)
        for name in ("new", "remove"):
            keys.addWidget(self.buttons[f"{kind}.{name}"])
        keys.addStretch(1)
        keys.addWidget(self.buttons[f"{kind}.save"])
        column.addWidget(form)
        column.addLayout(keys)
        column.setContentsMargins(self._theme.grid(3) if n else 0, 0, 0 if n else self._theme.grid(3), 0)
        return side

    def _wire(self) -> None:
        self.areas.view.selectionModel().currentRowChanged.connect(self._on_area)
        self.rules.view.selectionModel().currentRowChanged.connect(self._on_rule)
        done = {
            "area.new": self.new_area, "area.remove": self._remove_area, "area.save": self.save_area,
            "rule.new": self.new_rule, "rule.remove": self._remove_rule, "rule.save": self.save_rule,
        }  # fmt: skip
        for name, deed in done.items():
            self.buttons[name].clicked.connect(deed)
        self.anyway.clicked.connect(self._on_anyway)
        self.area_form.submitted.connect(self.save_area)
        self.rule_form.submitted.connect(self.save_rule)
        for view, deed in ((self.areas.view, self._remove_area), (self.rules.view, self._remove_rule)):
            action = QAction("Remove", view)
            action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(deed)
            view.addAction(action)

    @Slot()
    def _dress(self) -> None:
        for head in self._heads:
            head.setFont(self._theme.font(Size.HEAD, bold=True))
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(self._theme.grid(2))
        self.areas.dress()
        self.rules.dress()

    def _rules_in(self, area_id: AreaId) -> int:
        return sum(rule.area_id == area_id for rule in self._book.rules.values())

    def _name(self, area_id: AreaId) -> str:
        area = self._book.areas.get(area_id)
        return area.name if area else "?"

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_book(self, book: SlotBook, today: date) -> None:
        """Show this catalogue; what is being typed stays."""
        self._today = today
        if book == self._book and self.areas.model.rows:
            return
        self._book = book
        areas = sorted(book.areas.values(), key=lambda a: a.name.casefold())
        self.rule_form.show_areas(areas)
        self.areas.show_rows(areas, lambda area: area.id)
        rules = sorted(book.rules.values(), key=lambda r: (self._name(r.area_id).casefold(), r.opens, r.closes, r.id))
        self.rules.show_rows(rules, lambda rule: rule.id)
        self._allow()

    def set_mine(self, mine: bool) -> None:
        """Whether anything can be changed here."""
        self._mine = mine
        self._allow()

    def _allow(self) -> None:
        for button in self.buttons.values():
            button.setEnabled(self._mine)
        self.buttons["area.remove"].setEnabled(self._mine and self.areas.current is not None)
        self.buttons["rule.remove"].setEnabled(self._mine and self.rules.current is not None)
        for name in ("rule.new", "rule.save"):
            self.buttons[name].setEnabled(self._mine and bool(self._book.areas))

    @Slot()
    def _on_area(self) -> None:
        if area := self.areas.current:
            self.area_form.show_area(area)
        self._allow()

    @Slot()
    def _on_rule(self) -> None:
        if rule := self.rules.current:
            self.rule_form.show_rule(rule, self._today)
        self._allow()

    # --- what is wished -------------------------------------------------------------------------------------------

    @Slot()
    def new_area(self) -> None:
        """An empty form for one more."""
        self.areas.view.clearSelection()
        self.area_form.show_area(Area(AreaId(new_id()), ""))
        self.area_form.name.setFocus()

    @Slot()
    def new_rule(self) -> None:
        """The form of one more: as the one chosen, since most differ in little."""
        like, area = self.rules.current, self.areas.current
        area_id = area.id if area else next(iter(self._book.areas), None)
        if area_id is None:
            self.said.say(NO_AREA, Tone.WARNING)
            return
        fresh = SlotRule(RuleId(new_id()), area_id, time(8), time(12))
        self.rules.view.clearSelection()
        self.rule_form.show_rule(replace(like, id=fresh.id, area_id=area_id) if like else fresh, self._today)
        self.said.say(NEW_RULE, Tone.QUIET)
        self.rule_form.opens.setFocus()

    @Slot()
    def save_area(self) -> None:
        """What the form says, if it makes sense."""
        try:
            area = self.area_form.area()
        except BadInput as fault:
            self.say_fault(fault)
            return
        self.area_saved.emit(area)

    @Slot()
    def save_rule(self) -> None:
        """What the form says, if it makes sense."""
        try:
            rule = self.rule_form.rule()
        except BadInput as fault:
            self.say_fault(fault)
            return
        self.rule_saved.emit(rule)

    @Slot()
    def _remove_area(self) -> None:
        if self._mine and (area := self.areas.current):
            self._to_remove = ("area", area.id)
            self.area_removed.emit(area.id, False)

    @Slot()
    def _remove_rule(self) -> None:
        if self._mine and (rule := self.rules.current):
            self._to_remove = ("rule", rule.id)
            self.rule_removed.emit(rule.id, False)

    @Slot()
    def _on_anyway(self) -> None:
        if self._to_remove:
            kind, which = self._to_remove
            (self.area_removed if kind == "area" else self.rule_removed).emit(which, True)

    # --- what became of it ----------------------------------------------------------------------------------------

    def say(self, text: str, tone: Tone = Tone.GOOD) -> None:
        """It is done."""
        self.anyway.hide()
        self._to_remove = None
        self.said.say(text, tone)

    def say_fault(self, fault: Exception) -> None:
        """It was refused, and why; what is held can be removed all the same."""
        self.anyway.setVisible(isinstance(fault, SlotsHeld))
        self.said.say_fault(fault)


def _takes(area: Area) -> str:
    if area.ring:
        return f"an outline of {len(area.ring)} corners"
    if area.postcodes:
        return "postcodes " + words.some(area.postcodes, 6)
    return "all the rest"


def on_dates(rule: SlotRule) -> str:
    """As in "from Tue 1 Dec 2026 until Thu 24 Dec 2026"; empty for always."""
    bounds = (("from", rule.first), ("until", rule.last))
    return " ".join(f"{word} {fmt.weekday_date(on)} {on.year}" for word, on in bounds if on)
