"""The line at the top: which depot, which day, how it stands; find, plan, undo."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple, override

from PySide6.QtCore import QDate, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QCalendarWidget,
    QFrame,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.changes import DaySummary
from dispatcher.domain.orders import OrderState
from dispatcher.domain.roads import NO_WAY
from dispatcher.services.live import LiveDay
from dispatcher.services.planning import Outlook
from ui import format as words
from ui.board.filtering import Mark
from ui.board.onroad import Tally, tally_of
from ui.theme import Size, Theme
from ui.window.find import FindBox

_BETWEEN = " · "


class Figure(NamedTuple):
    """One figure of the day."""

    text: str
    weight: int
    """Those of the least go first where there is no room."""
    token: str = ""
    """The colour of what it means; empty for none."""
    mark: Mark | None = None
    """What it counts."""


def _without_least(figures: Sequence[Figure]) -> list[Figure]:
    least = min(figures, key=lambda figure: figure.weight)
    return [figure for figure in figures if figure is not least]


class Header(QWidget):
    """Lives above the panels. The window hands it the actions its buttons stand for.

    Signals:
        day_requested(date): show another day.
        found(OrderId): an order was chosen in the find box.
        round_found(ShiftId): a driver's round was chosen there.
        mark_requested(Mark): show only the rounds' stops that a count is about.
    """

    day_requested = Signal(object)
    found = Signal(object)
    round_found = Signal(object)
    mark_requested = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self._theme = theme
        self._date = date.min
        self._outlook: Outlook | None = None
        self._tally: Tally | None = None
        self.depot = _button(self, "header.depot", "Depot", popup=True)
        self._back = _button(self, "header.previous_day", "Previous day")
        self._day = _button(self, "header.day", "Day")
        self._forth = _button(self, "header.next_day", "Next day")
        self._counts = QLabel(self)
        self._counts.setObjectName("header.counts")
        self._counts.setAccessibleName("The day in figures")
        self._counts.setMinimumWidth(1)  # it says what there is room for
        self._counts.setTextFormat(Qt.TextFormat.RichText)
        self._counts.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self._counts.linkActivated.connect(self._on_count)
        self.find = FindBox(self)
        self._calendar = DayPopup(theme, self)
        self._lay_out()
        self._back.clicked.connect(self._on_back)
        self._forth.clicked.connect(self._on_forth)
        self._day.clicked.connect(self.open_calendar)
        self._calendar.chosen.connect(self.day_requested)
        self.find.found.connect(self.found)
        self.find.round_found.connect(self.round_found)
        theme.changed.connect(self._dress)
        self._dress()

    def _lay_out(self) -> None:
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 6, 12, 6)
        self._row.setSpacing(6)
        for widget in (self.depot, self._back, self._day, self._forth):
            self._row.addWidget(widget)
        self._row.addSpacing(10)
        self._row.addWidget(self._counts)
        self._row.addStretch(1)
        self._row.addWidget(self.find, 2)

    def add_actions(self, actions: Iterable[QAction]) -> None:
        """Buttons at the right end."""
        for action in actions:
            button = _button(self, f"header.{action.objectName()}", action.text().replace("&", ""))
            button.setDefaultAction(action)
            button.setToolButtonStyle(
                Qt.ToolButtonStyle.ToolButtonTextBesideIcon
                if action.property("worded")
                else Qt.ToolButtonStyle.ToolButtonIconOnly
            )
            self._row.addWidget(button)

    def set_depot(self, name: str) -> None:
        """The depot's name."""
        self.depot.setText(name)

    def set_days(self, days: Iterable[DaySummary]) -> None:
        """Which days have orders, for the calendar."""
        self._calendar.set_days({d.date: d for d in days})

    def set_date(self, on: date) -> None:
        """The day shown, before it is read."""
        self._date = on
        self._day.setText(words.weekday_date(on) + (f" {on.year}" if on.year != date.today().year else ""))  # noqa: DTZ011

    def set_outlook(self, outlook: Outlook) -> None:
        """The day in figures."""
        self._outlook = outlook
        self.find.set_day(outlook.day)
        self._tell()

    def set_live(self, live: LiveDay | None) -> None:
        """How the day stands on the road; `None` where nobody knows."""
        known = live and self._outlook and self._outlook.day.date == live.date
        tally = tally_of(self._outlook, live) if known and live and self._outlook else None
        if tally != self._tally:
            self._tally = tally
            self._tell()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def _tell(self) -> None:
        """As many figures as there is room for; resting on them tells all."""
        if self._outlook is None:
            return
        shown = every = list(self._figures(self._outlook))
        room, metrics = self._room(), QFontMetrics(self._theme.font(bold=True))
        while len(shown) > 1 and metrics.horizontalAdvance(_BETWEEN.join(part.text for part in shown)) > room:
            shown = _without_least(shown)
        self._counts.setText(self._html(shown))
        self._counts.setToolTip(self._html(every) if len(shown) < len(every) else "")

    def _room(self) -> int:
        """What the others leave."""
        taken = self._row.spacing() * self._row.count()
        for n in range(self._row.count()):
            widget = self._row.itemAt(n).widget()
            if widget is self.find:
                taken += widget.minimumWidth()
            elif widget is not None and widget is not self._counts:
                taken += widget.sizeHint().width()
        return self.contentsRect().width() - taken - 2 * self._theme.grid(4)

    @Slot(str)
    def _on_count(self, mark: str) -> None:
        self.mark_requested.emit(Mark(mark))

    def _figures(self, outlook: Outlook) -> Iterator[Figure]:
        day, schedule = outlook.day, outlook.schedule
        open_orders = sum(1 for order in day.orders.values() if order.state is OrderState.OPEN)
        rounds = [r for r in schedule.routes.values() if r.stops]
        tally = self._tally or Tally(late=schedule.late_stops)
        waiting = len(day.unplanned)
        yield Figure(words.count(open_orders, "order"), weight=2)
        if open_orders:
            yield Figure(f"{waiting:,} unplanned", 3, "risk" if waiting else "done")
        for count, what, mark, token in (
            (tally.late, "late", Mark.TROUBLE, "late"),
            (tally.at_risk, "at risk", Mark.AT_RISK, "risk"),
            (tally.failed, "failed", Mark.FAILED, "late"),
        ):
            if count:
                yield Figure(f"{count:,} {what}", 4, token, mark)
        yield Figure(words.count(len(rounds), "round"), weight=1)
        if rounds and schedule.distance_m < NO_WAY:
            yield Figure(words.distance(schedule.distance_m), weight=0)

    def _html(self, figures: Iterable[Figure]) -> str:
        told = _BETWEEN.join(self._flagged(figure) if figure.token else figure.text for figure in figures)
        return f"<span style='color:{self._theme.colour('muted').name()}'>{told}</span>"

    def _flagged(self, figure: Figure) -> str:
        """In the colour of what it means; one that has a mark shows what it counts when it is clicked."""
        style = f"style='color:{self._theme.colour(figure.token).name()}; text-decoration:none'"
        if figure.mark is None:
            return f"<b {style}>{figure.text}</b>"
        return f"<b><a href='{figure.mark.value}' {style}>{figure.text}</a></b>"

    @Slot()
    def open_calendar(self) -> None:
        """Choose a day from the calendar."""
        self._calendar.open_at(self._day.mapToGlobal(QPoint(0, self._day.height())), self._date)

    @Slot()
    def _on_back(self) -> None:
        self.day_requested.emit(self._date - timedelta(days=1))

    @Slot()
    def _on_forth(self) -> None:
        self.day_requested.emit(self._date + timedelta(days=1))

    @Slot()
    def _dress(self) -> None:
        self._back.setIcon(self._theme.icon("chevron-left"))
        self._forth.setIcon(self._theme.icon("chevron-right"))
        self._day.setFont(self._theme.font(Size.TEXT, bold=True))
        self.depot.setFont(self._theme.font(Size.TEXT, bold=True))
        self.find.setMinimumWidth(self._theme.grid(30))
        self.find.setMaximumWidth(self._theme.grid(60))
        self._tell()


def _button(parent: QWidget, name: str, accessible: str, *, popup: bool = False) -> QToolButton:
    button = QToolButton(parent)
    button.setObjectName(name)
    button.setAccessibleName(accessible)
    button.setToolTip(accessible)
    button.setAutoRaise(True)
    if popup:
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


class DayPopup(QFrame):
    """A calendar that drops from the day's button; days with orders are marked.

    Signals:
        chosen(date): a day was picked.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("header.calendar")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._theme = theme
        self._days: dict[date, DaySummary] = {}
        self._calendar = QCalendarWidget(self)
        self._calendar.setAccessibleName("Choose a day")
        self._calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.ISOWeekNumbers)
        self._calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        self._hint = QLabel(self)
        column = QVBoxLayout(self)
        column.addWidget(self._calendar)
        column.addWidget(self._hint)
        self._calendar.activated.connect(self._on_activated)
        self._calendar.clicked.connect(self._on_activated)
        self._calendar.currentPageChanged.connect(self._mark)

    def set_days(self, days: Mapping[date, DaySummary]) -> None:
        """The days to mark."""
        self._days = dict(days)
        self._mark()

    def open_at(self, at: QPoint, on: date) -> None:
        """Show it below the button."""
        self._calendar.setSelectedDate(QDate(on.year, on.month, on.day))
        self._mark()
        self.move(at)
        self.show()
        self._calendar.setFocus()

    @Slot()
    def _mark(self) -> None:
        self._calendar.setDateTextFormat(QDate(), self._calendar.dateTextFormat(QDate()))
        for on, summary in self._days.items():
            if not summary.orders:
                continue
            shape = self._calendar.dateTextFormat(QDate(on.year, on.month, on.day))
            shape.setFontWeight(700)
            shape.setForeground(self._theme.colour("accent"))
            waiting = f", {summary.unplanned:,} unplanned" if summary.unplanned else ""
            shape.setToolTip(f"{words.count(summary.orders, 'order')}{waiting}")
            self._calendar.setDateTextFormat(QDate(on.year, on.month, on.day), shape)
        busy = sum(1 for summary in self._days.values() if summary.orders)
        self._hint.setText(f"{words.count(busy, 'day')} with orders" if busy else "No day has orders yet")

    @Slot(QDate)
    def _on_activated(self, on: QDate) -> None:
        self.hide()
        self.chosen.emit(date(on.year(), on.month(), on.day()))
