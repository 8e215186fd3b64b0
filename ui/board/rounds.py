"""The rounds panel: the table of rounds with its filter line, menu and keys. Every wish leaves as a signal."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QStackedLayout, QVBoxLayout, QWidget

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Day
from dispatcher.domain.schedule import Schedule
from dispatcher.services.live import LiveDay
from dispatcher.services.verdict import Verdict
from ui import format as fmt
from ui.board import drag, words
from ui.board.arrangement import Arrangement
from ui.board.empty import EmptyState
from ui.board.filter_line import FilterLine
from ui.board.filtering import Filter, Mark
from ui.board.round_actions import RoundActions
from ui.board.round_model import RoundModel
from ui.board.round_view import RoundView
from ui.board.round_wishes import Choice
from ui.theme import Theme

_EMPTY = "No drivers on duty this day – add shifts under Fleet."
_MARKS = (
    Mark.TROUBLE, Mark.AT_RISK, Mark.FAILED, Mark.NOT_SEEN, Mark.NOT_DONE, Mark.UNLOCKED, Mark.HELD, Mark.LOADED,
    Mark.FORENOON, Mark.AFTERNOON,
)  # fmt: skip


class RoundsPanel(QWidget):
    """Rounds and their stops. GUI thread; the window owns it and answers its wishes.

    Signals:
        selection_changed(order_ids, shift_ids): a person chose other rows.
        filter_changed(frozenset of order ids | None): the stops that the filter takes; None while there is none.
        drag_began(order_ids): stops are in the hand, of this panel or from outside; answer with `show_verdicts`.
        drag_ended(): no longer; the verdicts are gone.
        drop_hovered(order_ids, shift_id, index): a drag hangs there; answer with `show_verdict`.
        move_requested(order_ids, shift_id, index): put them before stop `index` of the round; None: where they fit.
        move_to_requested(order_ids): choose a driver; answer with `MoveTo.offer`.
        tail_requested(shift_id, index): choose a driver for this stop and all behind it.
        split_requested(shift_id, index): from this stop on somebody else takes the round.
        swap_requested(one, other): each of the two shifts takes the other's round.
        lock_requested(shift_ids, Lock), loaded_requested(shift_ids, bool), done_requested(order_ids, bool),
        unassign_requested(order_ids), hold_requested(order_ids, held), cancel_requested(order_ids),
        edit_requested(order_id), explain_requested(order_id), show_on_map_requested(order_ids),
        optimise_requested(shift_ids), add_shifts_requested().
    """

    selection_changed = Signal(object, object)
    filter_changed = Signal(object)
    drag_began = Signal(object)
    drag_ended = Signal()
    drop_hovered = Signal(object, object, object)
    move_requested = Signal(object, object, object)
    move_to_requested = Signal(object)
    tail_requested = Signal(object, int)
    split_requested = Signal(object, int)
    swap_requested = Signal(object, object)
    lock_requested = Signal(object, object)
    loaded_requested = Signal(object, bool)
    done_requested = Signal(object, bool)
    unassign_requested = Signal(object)
    hold_requested = Signal(object, bool)
    cancel_requested = Signal(object)
    edit_requested = Signal(object)
    explain_requested = Signal(object)
    show_on_map_requested = Signal(object)
    optimise_requested = Signal(object)
    add_shifts_requested = Signal()

    def __init__(self, theme: Theme, *, run_drag: drag.RunDrag = drag.run_drag, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("board.rounds")
        self.setAccessibleName("Rounds")
        self._theme = theme
        self._currency = "EUR"
        self._known = False
        self._told: frozenset[OrderId] | None = None
        self._troubles: tuple[Sequence[QAction], Sequence[QAction]] = ((), ())
        self._unfolded_from: frozenset[ShiftId] | None = None
        self.model = RoundModel(self)
        self.view = RoundView(self.model, theme, run_drag, self)
        self.view.setObjectName("board.rounds.table")
        self.view.setAccessibleName("Rounds and their stops")
        self.setFocusProxy(self.view)
        self.line = FilterLine(theme, _MARKS, "board.rounds", self)
        self.line.edit.setAccessibleName("Filter rounds and stops")
        self.arrangement = Arrangement(self.view.columns, self.line, self)
        self.actions_by_name = RoundActions(self, theme, self._run, self._lock)
        self._lay_out()
        self._connect()
        self._on_theme_changed()
        self._show_counts()
        self._offer()

    # ── Told from outside ────────────────────────────────────────────────────────────────────────────────────────

    def prepare_day(self, day: Day, schedule: Schedule | None) -> None:
        """For a worker, before `set_day`: what takes longest of it."""
        self.model.prepare_day(day, schedule)

    def prepare_live(self, live: LiveDay) -> None:
        """For a worker, before `set_live`: what takes longest of it."""
        self.model.prepare_live(live)

    def set_day(self, day: Day, schedule: Schedule | None) -> None:
        """Show this day's rounds; on the same date only what differs changes."""
        self._currency, self._known = day.depot.currency, True
        self.view.set_day(day, schedule)
        self.line.set_skills(self.model.skills())
        self._show_counts()
        self._offer()
        self._tell_filter()

    def set_live(self, live: LiveDay | None) -> bool:
        """Say in every row how it stands on the road, `None` for nothing; whether any says something else now."""
        changed = self.view.set_live(live)
        if changed and self.line.filter:
            self._show_counts()
            self._tell_filter()
        return changed

    def show_only(self, mark: Mark) -> None:
        """Show only what has this mark; everything again if that is what is shown."""
        alone = Filter(marks=frozenset({mark}))
        self.line.set_filter(Filter() if self.line.filter == alone else alone)
        if self.line.filter:
            self.view.set_open(self.model.taken_rounds())

    def select(
        self, order_ids: Collection[OrderId], shift_ids: Collection[ShiftId] = (), *, sought: bool = True
    ) -> None:
        """Select these stops and rounds and bring the first into view, without a signal.

        A filter that hides all of them gives way if they were sought: what was asked for must be seen.
        """
        if sought and self.line.filter and not self.model.takes_any(order_ids, shift_ids):
            self.line.clear()
        self.view.select(order_ids, shift_ids)
        self._offer()

    def show_verdicts(self, verdicts: Mapping[ShiftId, Verdict]) -> None:
        """Say in every driver's row what taking the stops in hand would cost at their best place; best first."""
        rulings = {shift_id: words.ruling(verdict, self._currency) for shift_id, verdict in verdicts.items()}
        self.view.show_rulings(rulings, next(iter(rulings), None))

    def clear_verdicts(self) -> None:
        """Show the rounds' own figures again."""
        self.view.show_rulings({}, None)

    def show_verdict(self, text: str, tone: str = "text") -> None:
        """Say what the drop under the pointer would bring; `tone` as `words.tone_of` gives it."""
        self.view.show_verdict(text, tone)

    def offer_troubles(self, of_stops: Sequence[QAction], of_rounds: Sequence[QAction]) -> None:
        """What may happen to a stop or to a round on its way stands in their menus.

        The first of a stop is what is done about one where the driver was in vain: there it comes before all else.
        """
        self._troubles = (of_stops, of_rounds)

    def focus_filter(self) -> None:
        """Put the cursor into the filter."""
        self.line.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.line.edit.selectAll()

    def state(self) -> dict[str, object]:
        """Columns, filter and saved views, to be kept as JSON."""
        return self.arrangement.state()

    def restore(self, kept: object) -> None:
        """Arrange the panel as it was kept."""
        self.arrangement.restore(kept)

    # ── Building ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        self.empty = EmptyState(self._theme, icon="account-clock-outline", text=_EMPTY, step="Add shifts…")
        self.missed = EmptyState(self._theme, icon="magnify", text="No stop matches.", step="Clear the filter")
        self._stack = QStackedLayout()
        for widget in (self.view, self.empty, self.missed):
            self._stack.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.line)
        layout.addLayout(self._stack, 1)

    def _connect(self) -> None:
        self.model.move_requested.connect(self.move_requested)
        self.view.selection_changed.connect(self.selection_changed)
        self.view.selection_changed.connect(self._offer)
        self.view.open_requested.connect(self.edit_requested)
        self.view.drop_hovered.connect(self.drop_hovered)
        self.view.drag_began.connect(self.drag_began)
        self.view.drag_ended.connect(self.drag_ended)
        self.view.menu_requested.connect(self._on_menu_requested)
        self.line.changed.connect(self._on_filter_changed)
        self.empty.step_requested.connect(self.add_shifts_requested)
        self.missed.step_requested.connect(self.line.clear)
        self._theme.changed.connect(self._on_theme_changed)

    def action(self, name: str) -> QAction:
        """One of the panel's actions by its name in `round_actions`."""
        return self.actions_by_name[name]

    # ── Wishes ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _choice(self) -> Choice:
        return Choice(self.model, self.view.selected_stops(), self.view.selected_shifts())

    def _run(self, name: str) -> None:
        """Turn an action into the wish it stands for."""
        if name == "expand":
            self.view.expandAll()
        elif name == "collapse":
            self.view.collapseAll()
        elif (wish := self._choice().wish(name)) is not None:
            signal, *values = wish
            getattr(self, signal).emit(*values)

    def _lock(self, which: Lock) -> None:
        if shift_ids := self._choice().rounds():
            self.lock_requested.emit(shift_ids, which)

    @Slot()
    def _offer(self) -> None:
        """Offer only what can be done with what is selected."""
        choice = self._choice()
        self.actions_by_name.offer(choice.possible(), choice.locks())

    # ── Menu, filter, looks ──────────────────────────────────────────────────────────────────────────────────────

    def context_menu(self) -> QMenu:
        """What can be done with the selection; the caller shows it and it deletes itself."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        stops, rounds = bool(self.view.selected_orders()), bool(self.view.selected_shifts())
        if self._choice().failed and self._troubles[0]:  # first, since that is what is to be done about it
            menu.addAction(self._troubles[0][0])
            menu.addSeparator()
        self.actions_by_name.fill(menu, stops=stops, rounds=rounds)
        if troubles := self._troubles[0 if stops else 1] if stops or rounds else ():
            menu.addSeparator()
            menu.addMenu("Disturbance").addActions(troubles)
        return menu

    @Slot(QPoint)
    def _on_menu_requested(self, at: QPoint) -> None:
        self.context_menu().popup(at)

    @Slot(object)
    def _on_filter_changed(self, chosen: Filter) -> None:
        self.view.set_filter(chosen)
        self._unfold(bool(chosen.words))
        self._show_counts()
        self._tell_filter()

    def _unfold(self, searching: bool) -> None:
        """Words are typed to find stops, so the rounds that have them stand open; afterwards all is as it was."""
        if searching:
            if self._unfolded_from is None:
                self._unfolded_from = self.model.open_rounds
            self.view.set_open(self.model.taken_rounds())
        elif self._unfolded_from is not None:
            self.view.set_open(self._unfolded_from)
            self._unfolded_from = None

    def _tell_filter(self) -> None:
        taken = frozenset(row.order_id for row in self.model.taken_stops()) if self.line.filter else None
        if taken != self._told:
            self._told = taken
            self.filter_changed.emit(taken)

    @Slot()
    def _show_counts(self) -> None:
        rounds, stops = len(self.model.round_rows()), len(self.model.all_stop_rows())
        if self.line.filter:
            shown = f"{len(self.model.taken_stops()):,} of {fmt.count(stops, 'stop')}"
        else:
            shown = f"{rounds} · {fmt.count(stops, 'stop')}"
        self.line.count.setText(shown if rounds else "")
        self.line.setVisible(bool(rounds))
        shows = self.view if self.model.rows or not self._known else self.missed if rounds else self.empty
        self._stack.setCurrentWidget(shows)

    @Slot()
    def _on_theme_changed(self) -> None:
        self.actions_by_name.dress()
