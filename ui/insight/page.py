"""All of Insight below its bar: tiles, the measure chosen, the rows behind it, drivers, and what is said of the work.

Loading it loads pandas and pyqtgraph, which takes a second: the panel does so when it is first seen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.progress import Progress
from dispatcher.services.insight import Figure, Gathered, Span, Terms, Tile, keep_terms
from dispatcher.services.workplace import OpenStore, Workplace
from ui import format as fmt
from ui.board.empty import EmptyState
from ui.insight.bar import InsightBar
from ui.insight.behind import BehindPage
from ui.insight.drivers import DriversPage
from ui.insight.feed import Asked, Behind, Cards, Cutting, InsightFeed, Tiles
from ui.insight.measure import MeasurePage
from ui.insight.plans import PlansPage
from ui.insight.tiles import TileList
from ui.insight.words import Preset, Units, span_words
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.runner import Operation, OpRunner
from ui.theme import Theme

SIZES, MEASURE, FOLDER = "insight/tiles", "insight/measure_id", "insight/folder"
FIRST_MEASURE = "first_attempt"
MEASURING = "Measuring…"
NOTHING = (
    "Nothing was measured in this span.\n"
    "Days come here when their rounds are sent and drivers were at doors. Choose a longer span, or another day."
)
NOBODY = "Nobody drove in this span.\nA scorecard begins with the first round that is sent and driven."
STEP = "Look at a quarter"
NOT_READ = "The measures could not be worked out."
EXPORTING = "Writing the table"
SHOW_AFTER = 0.02
"""Gathering that is done before that share of it needs no bar."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is shown, as a file."""

    name: str
    """Proposed for the file, without an ending."""
    write: Callable[[Path], None]
    """For a worker."""


def _dates(span: Span) -> str:
    return f"{span.first} to {span.last}"


class InsightPage(QWidget):
    """GUI thread.

    Signals:
        told(str): a sentence for the status bar.
        order_requested(OrderId): show this order on the board.
        round_requested(ShiftId, date): show this round of that date on the board.
        wall_requested(): open the board for the wall.
        hidden_changed(bool): whether there is a table that can be exported.
    """

    told = Signal(str)
    order_requested = Signal(object)
    round_requested = Signal(object, object)
    wall_requested = Signal()

    def __init__(
        self,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        parent: QWidget | None = None,
        *,
        learned: QWidget | None = None,
        open_store: OpenStore | None = None,
    ) -> None:
        """`learned` shows what was learned; with `open_store`, which opens what-if copies, plans can be compared.

        What is not given is not offered.
        """
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme, self._settings, self._runner = theme, settings, runner
        self._units = Units(workplace.depot.currency, workplace.depot.zone)
        self._tiles: Tiles | None = None
        self._cards: Cards | None = None
        self.learned = learned or QWidget(self)
        self.feed = InsightFeed(workplace, runner, self._units, self)
        self._make()
        self.plans = PlansPage(workplace, open_store, runner, theme, self._units, self) if open_store else None
        self.bar.plans_button.setVisible(open_store is not None)
        self.bar.learned_button.setVisible(learned is not None)
        self._lay_out()
        self._wire()
        self._dress()
        self._show_empty(MEASURING)

    # --- making ---------------------------------------------------------------------------------------------------

    def _make(self) -> None:
        theme, settings = self._theme, self._settings
        self.bar = InsightBar(theme, settings, self)
        self.said = Said("insight.said", "What was done last", theme, self)
        self.progress = named(QProgressBar(self), "insight.progress", "Days gathered")
        self.progress.setTextVisible(True)
        self.cancel = named(QPushButton("Stop", self), "insight.cancel", "Gather no further")
        self.cancel.setToolTip("Show what is gathered so far")
        self.tiles = TileList(theme, self._units, self)
        self.measure = MeasurePage(theme, self._units, settings, self)
        self.behind = BehindPage(theme, self._units, self)
        self.drivers = DriversPage(theme, settings, self)
        self.empty = EmptyState(theme, icon="chart-line", text="", parent=self)
        self.empty.setObjectName("insight.empty")

    def _lay_out(self) -> None:
        self._work = QWidget(self)
        row = QHBoxLayout(self._work)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.progress, 1)
        row.addWidget(self.cancel)
        self._work.hide()
        self.right = QStackedWidget(self)
        self.right.addWidget(self.measure)
        self.right.addWidget(self.behind)
        self.measures = QSplitter(Qt.Orientation.Horizontal, self)
        self.measures.addWidget(self.tiles)
        self.measures.addWidget(self.right)
        self.measures.setStretchFactor(1, 1)
        self.measures.setChildrenCollapsible(False)
        self.measures.setSizes([self._theme.grid(66), self._theme.grid(250)])
        if (sizes := self._settings.value(SIZES)) is not None:
            self.measures.restoreState(sizes)
        self.stack = QStackedWidget(self)
        for page in (self.measures, self.drivers, self.empty, self.learned, *([self.plans] if self.plans else [])):
            self.stack.addWidget(page)
        self._whole = QVBoxLayout(self)
        for part in (self.bar, self.said, self._work):
            self._whole.addWidget(part)
        self._whole.addWidget(self.stack, 1)

    def _wire(self) -> None:
        feed = self.feed
        self.bar.changed.connect(self.ask)
        self.bar.export_requested.connect(self.ask_file)
        self.bar.wall_requested.connect(self.wall_requested)
        self.bar.terms_chosen.connect(self._on_terms)
        self.cancel.clicked.connect(feed.cancel)
        self.tiles.measure_chosen.connect(self._on_measure)
        self.tiles.opened.connect(self.measure.open_all)
        self.measure.rows_requested.connect(self._on_rows_requested)
        self.behind.left.connect(self.leave_rows)
        self.behind.order_requested.connect(self.order_requested)
        self.behind.round_requested.connect(self.round_requested)
        self.drivers.order_requested.connect(self.order_requested)
        self.drivers.step_requested.connect(self._on_step)
        self.empty.step_requested.connect(self._on_step)
        if self.plans:
            self.plans.failed.connect(self._on_failed)
        feed.tiles_read.connect(self._on_tiles)
        feed.table_read.connect(self._on_table)
        feed.rows_read.connect(self._on_rows)
        feed.cards_read.connect(self._on_cards)
        feed.gathered.connect(self._on_gathered)
        feed.gathering_changed.connect(self._on_gathering)
        feed.failed.connect(self._on_failed)
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(*[grid(3)] * 4)
        self._whole.setSpacing(grid(2))

    # --- what is asked --------------------------------------------------------------------------------------------

    def show_day(self, on: date) -> None:
        """Spans end with this day."""
        self.bar.set_day(on)
        self.ask()

    @Slot()
    def ask(self) -> None:
        """Ask for what is chosen above."""
        if self.bar.plans and self.plans:
            self.said.say("")
            self.plans.look(self.bar.day)
            self._settle()
            return
        if self.bar.learned:
            self._settle()
            return
        measure_id = self.tiles.measure_id or str(self._settings.value(MEASURE, FIRST_MEASURE, type=str))
        asked = Asked(self.bar.span, self.bar.compared, self.bar.cut_id, measure_id)
        former = self.feed.asked
        if former and (former.span, former.cut_id) != (asked.span, asked.cut_id):
            self.leave_rows()
        self.said.say("")
        self.feed.follow(asked, drivers=self.bar.drivers)
        self._ask_terms()
        self._settle()

    def look(self) -> None:
        """What is shown, as it is now."""
        if self.bar.plans and self.plans:
            self.plans.look(self.bar.day)
        self.feed.look()

    def _ask_terms(self) -> None:
        """How strictly promises are read, for the button to say it."""
        work = lambda _progress: self.feed.desk.terms
        self._runner.start(
            work, title="Reading the settings", on_done=self.bar.tolerance.show_terms, latest_key="insight.terms"
        )

    @Slot(object)
    def _on_terms(self, terms: Terms) -> None:
        """A setting of the depot: one step that can be undone."""
        change = Operation("Change what counts as on time", partial(keep_terms, terms=terms))
        self._runner.submit(change, on_done=lambda _answer: self._on_terms_kept(terms), on_failed=self._on_failed)

    def _on_terms_kept(self, terms: Terms) -> None:
        self.bar.tolerance.show_terms(terms)
        self.told.emit(self.bar.tolerance.toolTip())
        self.feed.look()

    @Slot(str)
    def _on_measure(self, measure_id: str) -> None:
        self._settings.setValue(MEASURE, measure_id)
        self.leave_rows()
        if (tile := self._tile(measure_id)) is not None:
            self.bar.allow_cuts(tile.measure)
            self.measure.show_tile(tile)
        if self._tiles is not None:
            self.ask()

    def _tile(self, measure_id: str) -> Tile | None:
        tiles = self._tiles.tiles if self._tiles else ()
        return next((tile for tile in tiles if tile.measure.id == measure_id), None)

    @Slot(str, str, bool)
    def _on_rows_requested(self, key: str, title: str, whole: bool) -> None:
        self.feed.open_rows(key, title, whole=whole)

    @Slot()
    def leave_rows(self) -> None:
        """Back to the chart."""
        if self.right.currentWidget() is self.behind:
            self.right.setCurrentWidget(self.measure)
            if self.isVisible():
                self.measure.chart.setFocus()

    @Slot()
    def _on_step(self) -> None:
        """A longer span; what could not be read is read again."""
        if self.bar.preset is Preset.QUARTER or self._tiles is None:
            self.feed.look()
        else:
            self.bar.choose_preset(Preset.QUARTER)

    # --- what was answered ----------------------------------------------------------------------------------------

    @Slot(object)
    def _on_tiles(self, tiles: Tiles) -> None:
        if self.feed.asked is None or tiles.span != self.feed.asked.span:
            return
        first, self._tiles = self._tiles is None, tiles
        self.tiles.show_tiles(tiles.tiles)
        if first and not self.tiles.choose(self.feed.asked.measure_id):
            self.tiles.choose(tiles.tiles[0].measure.id)
        elif (tile := self._tile(self.tiles.measure_id)) is not None:
            self.bar.allow_cuts(tile.measure)
            self.measure.show_tile(tile)
        self._settle()

    @Slot(object)
    def _on_table(self, cutting: Cutting) -> None:
        if cutting.table.measure.id == self.tiles.measure_id or self._tiles is None:
            self.measure.show_table(cutting.table, cutting.lines)

    @Slot(object)
    def _on_rows(self, behind: Behind) -> None:
        if behind.rows.measure.id != self.tiles.measure_id:
            return
        table = self.measure.table
        self.behind.show_rows(behind, self._figure(behind), table.formula if table else "", span_words(behind.span))
        self.right.setCurrentWidget(self.behind)
        self.behind.grid.setFocus()

    def _figure(self, behind: Behind) -> Figure | None:
        """The number that these rows make."""
        table = self.measure.table
        if table is None or table.span != behind.span:
            return None
        if not behind.cut_id:
            return table.total.figure
        return next((row.figure for row in table.rows if row.key == behind.key and table.cut.id == behind.cut_id), None)

    @Slot(object)
    def _on_cards(self, cards: Cards) -> None:
        if self.feed.asked is None or cards.span != self.feed.asked.span:
            return
        self._cards = cards
        self.drivers.show_cards(cards.cards)
        self._settle()

    def _settle(self) -> None:
        """The page that belongs to what is known."""
        if self.bar.plans and self.plans:
            self.stack.setCurrentWidget(self.plans)
        elif self.bar.learned:
            self.stack.setCurrentWidget(self.learned)
        elif self.bar.drivers:
            self._settle_drivers()
        else:
            some = self._tiles is not None and any(tile.figure.rows for tile in self._tiles.tiles)
            self._show(self.measures, known=self._tiles is not None, some=some, none=NOTHING)

    def _settle_drivers(self) -> None:
        """Shown even where nobody drove: there may be coaching cards and training plans."""
        waited = self.stack.currentWidget() is self.empty and self.hasFocus()
        self.stack.setCurrentWidget(self.drivers)
        if not (self._cards and self._cards.cards):
            measuring = self.feed.gathering or self._cards is None
            step = "" if measuring or self.bar.preset is Preset.QUARTER else STEP
            self.drivers.show_empty(MEASURING if measuring else NOBODY, step)
        if waited:
            self.take_keys()

    def _show(self, page: QWidget, *, known: bool, some: bool, none: str) -> None:
        if some:
            waited = self.stack.currentWidget() is self.empty and self.hasFocus()
            self.stack.setCurrentWidget(page)
            if waited:
                self.take_keys()
        elif self.feed.gathering or not known:
            self._show_empty(MEASURING)
        else:
            self._show_empty(none, "" if self.bar.preset is Preset.QUARTER else STEP)

    def _show_empty(self, text: str, step: str = "") -> None:
        self.empty.set_text(text)
        self.empty.set_step(step)
        self.stack.setCurrentWidget(self.empty)

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        self.said.say_fault(fault)
        if self._tiles is None and self.bar.measured and not self.bar.drivers:
            self._show_empty(NOT_READ, "Try again")

    # --- gathering ------------------------------------------------------------------------------------------------

    @Slot(float, str)
    def _on_gathering(self, fraction: float, text: str) -> None:
        under_way = fraction >= 0
        self._work.setVisible(under_way and fraction > SHOW_AFTER)
        if under_way:
            self.progress.setRange(0, 100)
            self.progress.setValue(round(100 * fraction))
            self.progress.setFormat(text or "Gathering the days…")
        else:
            self._settle()

    @Slot(object)
    def _on_gathered(self, gathered: Gathered) -> None:
        self._ask_terms()
        if gathered.missing:
            days = fmt.count(len(gathered.missing), "day")
            first = fmt.weekday_date(gathered.missing[0])
            self.said.say(f"{days} could not be gathered, the first {first}: {gathered.why}", Tone.WARNING)

    # --- export ---------------------------------------------------------------------------------------------------

    @property
    def export(self) -> Export | None:
        """What can be written to a file now."""
        desk = self.feed.desk
        if self.bar.learned:
            return None
        if self.bar.plans and self.plans:
            plans = self.plans.shown
            return Export(f"Plans of {plans.on}", partial(desk.export_plans, plans)) if plans else None
        if self.bar.drivers:
            if (cards := self._cards) is None:
                return None
            write = partial(desk.export_cards, cards.cards, cards.span)
            return Export(f"Scorecards, {_dates(cards.span)}", write)
        if (table := self.measure.table) is None:
            return None
        name = f"{table.measure.name}, by {table.cut.name.lower()}, {_dates(table.span)}"
        return Export(name, partial(desk.export, table))

    @Slot(str)
    def ask_file(self, ending: str) -> None:
        """Where to write what is shown."""
        if (export := self.export) is None:
            self.said.say("There is nothing to export yet: choose a measure first.", Tone.WARNING)
            return
        folder = Path(str(self._settings.value(FOLDER, "", type=str)) or Path.home())
        ask = QFileDialog(self, "Export", str(folder / f"{export.name}.{ending}"), f"{ending.upper()} (*.{ending})")
        ask.setObjectName("insight.export.dialog")
        ask.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        ask.setDefaultSuffix(ending)
        ask.fileSelected.connect(self.export_to)
        ask.open()

    @Slot(str)
    def export_to(self, file: str) -> None:
        """Write what is shown there."""
        if not file or (export := self.export) is None:
            return
        to = Path(file)
        self._settings.setValue(FOLDER, str(to.parent))

        def work(_progress: Progress) -> Path:
            export.write(to)
            return to

        self._runner.start(
            work, title=EXPORTING, on_done=self._on_exported, on_failed=self._on_failed, latest_key="insight.export"
        )

    @Slot(object)
    def _on_exported(self, file: Path) -> None:
        self.said.say(f"Written: {file}", Tone.GOOD)
        self.told.emit(f"Written: {file.name}")

    # --- the end --------------------------------------------------------------------------------------------------

    def take_keys(self) -> None:
        """To the list that is shown."""
        shown = self.stack.currentWidget()
        (self.tiles if shown is self.measures else self.drivers.grid if shown is self.drivers else self).setFocus()

    def remember(self) -> None:
        """How the room is divided, for next time."""
        self._settings.setValue(SIZES, self.measures.saveState())
        self.measure.remember()
        self.drivers.remember()
