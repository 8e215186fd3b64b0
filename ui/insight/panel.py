"""The panel "Insight": what the window knows of it. Its contents are made when it is first seen, or the wall is wanted.

They load pandas and pyqtgraph, which takes a second that a window's start must not.
"""

from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from dispatcher.domain.plan import Day
from dispatcher.services.live import LiveDay, Today
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import OpenStore, Workplace
from ui.board.empty import EmptyState
from ui.insight.coaching_feed import People, PeopleFeed
from ui.learned.page import LearnedPage
from ui.parts.fields import named
from ui.runner import OpRunner
from ui.theme import Theme

if TYPE_CHECKING:
    from ui.insight.page import InsightPage
    from ui.insight.wall import WallBoard

NO_LOGBOOK = (
    "There is nothing to measure here.\nMeasures are made of what happens on the road: open the depot with its logbook."
)
KEYS = (
    ("measures", "Measures", "M"),
    ("drivers", "Drivers' scorecards", "D"),
    ("rows", "The rows behind the number", "R"),
    ("compare", "Compare with the span before", "C"),
    ("export", "Export what is shown…", "Ctrl+Shift+X"),
    ("plans", "Plans side by side", "P"),
    ("learned", "What the depot has learned", "G"),
    ("wall", "Board for the wall", "W"),
    ("follow_ups", "Follow-ups of coaching cards", "F"),
    ("training", "Training plans", "T"),
    ("coach", "Write a coaching card…", "K"),
    ("settle", "Settle the card, or note the training as done…", "S"),
    ("change", "Change the follow-up, or the line of the plan…", "E"),
    ("add", "Add to the training plan…", "N"),
    ("remove", "Take the line out of the plan", "Del"),
    ("up", "Line of the plan up", "Ctrl+Up"),
    ("down", "Line of the plan down", "Ctrl+Down"),
)
OF_PEOPLE = ("coach", "settle", "change", "add", "remove", "up", "down")


class InsightPanel(QWidget):
    """What the depot's days amount to. GUI thread.

    Signals:
        told(str): a sentence for the status bar.
        order_requested(OrderId), day_requested(date): show it on the board.
        round_requested(ShiftId, date): show this round of that date on the board.
        proof_requested(str, date): show the proof of this attempt.
        count_changed(int, int): coaching cards due, and lines of training plans overdue.
    """

    told = Signal(str)
    order_requested = Signal(object)
    day_requested = Signal(object)
    round_requested = Signal(object, object)
    proof_requested = Signal(str, object)
    count_changed = Signal(int, int)

    def __init__(
        self,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        parent: QWidget | None = None,
        *,
        open_store: OpenStore | None = None,
    ) -> None:
        """With `open_store`, which opens what-if copies, plans can be compared."""
        super().__init__(parent)
        named(self, "insight", "Insight")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._workplace, self._runner, self._theme, self._settings = workplace, runner, theme, settings
        self._open_store = open_store
        self._on: date | None = None
        self._shown_on: date | None = None
        self._day: Day | None = None
        self._live: tuple[Day, LiveDay] | None = None
        self._exceptions: tuple[int, int] | None = None
        self.people = PeopleFeed(workplace, runner, self)
        self.people.people_read.connect(self._on_people)
        self.learned = self._made_learned() if workplace.live else None
        self.page: InsightPage | None = None
        self.wall: WallBoard | None = None
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._actions = {name: self._action(name, text, key) for name, text, key in KEYS}
        self._wire()
        self.empty: EmptyState | None = None
        if workplace.live is None:
            self.empty = EmptyState(theme, icon="chart-line", text=NO_LOGBOOK, parent=self)
            self.empty.setObjectName("insight.nothing")
            self._whole.addWidget(self.empty)
            for action in self._actions.values():
                action.setEnabled(False)

    def _made_learned(self) -> LearnedPage:
        """There from the start: what was learned is used whether anybody looks at it or not."""
        learned = LearnedPage(self._workplace, self._runner, self._theme, self)
        learned.told.connect(self.told)
        learned.hide()
        return learned

    def _action(self, name: str, text: str, key: str) -> QAction:
        """Answers in all of the panel, not where people type."""
        action = QAction(text, self)
        action.setObjectName(f"insight.do.{name}")
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(action)
        return action

    def _wire(self) -> None:
        for name, action in self._actions.items():
            action.triggered.connect(self.open_wall if name == "wall" else getattr(self, f"_do_{name}"))
        self._allow()

    def actions(self) -> list[QAction]:
        """What can be done here, for menus."""
        return [*self._actions.values(), *(self.learned.actions() if self.learned else [])]

    def action(self, name: str) -> QAction:
        """One of them."""
        return self._actions[name]

    # --- what the window tells ------------------------------------------------------------------------------------

    def show_day(self, on: date) -> None:
        """Spans end with this day."""
        self._on = on
        if self.learned:
            self.learned.show_day(on)
        if self.isVisible():
            self._follow()
        elif self._workplace.live is not None and self.people.people is None:
            self.people.look()

    def take_outlook(self, outlook: Outlook) -> None:
        """The plan as it stands; never a preview."""
        self._day = outlook.day

    def take_live(self, live: LiveDay) -> None:
        """The road as it stands, of the day shown."""
        if self._day and self._day.date == live.date and live.date == self._today:
            self._take(self._day, live)

    def take_today(self, today: Today) -> None:
        """The same of today, while another day is shown."""
        self._take(today.day, today.live)

    def take_exceptions(self, count: int, overdue: int) -> None:
        """So many are open, and of these so many past due."""
        self._exceptions = count, overdue
        self._tell_wall()

    @property
    def _today(self) -> date:
        return self._workplace.clock().astimezone(self._workplace.depot.zone).date()

    def _take(self, day: Day, live: LiveDay) -> None:
        self._live = day, live
        self._tell_wall()
        if (people := self.people.people) is not None and people.today != self._today:
            self.people.look()

    # --- what is shown --------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Made the first time; then what is shown is as it is now."""
        super().showEvent(event)
        if self._workplace.live is not None:
            self._made().feed.wake()
            self._follow()
            self._made().take_keys()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is gathered while nobody looks."""
        super().hideEvent(event)
        if self.page:
            self.page.remember()
            self.page.feed.rest()

    def _made(self) -> "InsightPage":
        if self.page is None:
            from ui.insight.page import InsightPage

            self.page = InsightPage(
                self._workplace, self._runner, self._theme, self._settings, self, learned=self.learned,
                open_store=self._open_store,
            )  # fmt: skip
            self._whole.addWidget(self.page)
            self.page.told.connect(self.told)
            self.page.order_requested.connect(self.order_requested)
            self.page.round_requested.connect(self.round_requested)
            self.page.drivers.day_requested.connect(self.day_requested)
            self.page.drivers.proof_requested.connect(self.proof_requested)
            self.page.drivers.follow(self.people)
            self.page.bar.changed.connect(self._allow)
            self._allow()
            self.page.wall_requested.connect(self.open_wall)
        return self.page

    def _follow(self) -> None:
        page = self._made()
        self.people.look()
        if self._on is not None and self._on != self._shown_on:
            self._shown_on = self._on
            page.show_day(self._on)
        elif self._on is not None:
            page.look()

    @Slot()
    def refresh(self) -> None:
        """Gather and read again now."""
        if self.page:
            self.page.look()

    @Slot()
    def focus_filter(self) -> None:
        """Let the keys go to the list shown."""
        if self.page:
            self.page.take_keys()

    def _do_measures(self) -> None:
        self._made().bar.measures_button.setChecked(True)

    def _do_drivers(self) -> None:
        self._show_side("SCORECARDS")

    def _do_follow_ups(self) -> None:
        self._show_side("FOLLOW_UPS")

    def _do_training(self) -> None:
        self._show_side("TRAINING")

    def _show_side(self, name: str) -> None:
        from ui.insight.drivers import Side

        self._made().bar.drivers_button.setChecked(True)
        self._made().drivers.choose(Side[name])

    def _do_coach(self) -> None:
        self._made().drivers.coach()

    def _do_settle(self) -> None:
        self._made().drivers.settle_or_finish()

    def _do_change(self) -> None:
        self._made().drivers.change()

    def _do_add(self) -> None:
        self._made().drivers.add()

    def _do_remove(self) -> None:
        self._made().drivers.remove()

    def _do_up(self) -> None:
        self._made().drivers.move_line(-1)

    def _do_down(self) -> None:
        self._made().drivers.move_line(1)

    def _do_rows(self) -> None:
        self._made().measure.open_all()

    def _do_compare(self) -> None:
        self._made().bar.compare.toggle()

    def _do_plans(self) -> None:
        if self._made().plans:
            self._made().bar.plans_button.setChecked(True)

    def _do_learned(self) -> None:
        self._made().bar.learned_button.setChecked(True)

    def _do_export(self) -> None:
        """As the kind of file that tables are mostly wanted in."""
        self._made().ask_file("xlsx")

    @Slot()
    def _allow(self) -> None:
        """Measures are compared, and cards written where people are shown."""
        people = self.page is not None and self.page.bar.drivers
        self._actions["compare"].setEnabled(self.page is None or (self.page.bar.measured and not people))
        for name in OF_PEOPLE:
            self._actions[name].setEnabled(people)

    @Slot(object)
    def _on_people(self, people: People) -> None:
        self.count_changed.emit(people.due, people.overdue)

    # --- the wall -------------------------------------------------------------------------------------------------

    @Slot()
    def open_wall(self) -> None:
        """Today in large figures, on another screen if there is one."""
        if self.wall is None:
            from ui.insight.wall import WallBoard

            depot = self._workplace.depot
            clock = self._workplace.clock
            self.wall = WallBoard(depot.name, depot.zone, clock, self._theme, self._settings, self)
        self._tell_wall()
        self.wall.open()

    def _tell_wall(self) -> None:
        if self.wall is None:
            return
        from ui.insight.today import NOT_KNOWN, Exceptions, figures_of

        today = self._live if self._live and self._live[1].date == self._today else None
        self.wall.show_figures(figures_of(*today) if today and today[1].followed else None)
        self.wall.show_exceptions(Exceptions(*self._exceptions) if self._exceptions else NOT_KNOWN)

    def stop(self) -> None:
        """Ask no more. Call it before the runner is stopped."""
        self.people.stop()
        if self.learned:
            self.learned.stop()
        if self.wall:
            self.wall.close()
        if self.page:
            self.page.remember()
            self.page.feed.stop()
