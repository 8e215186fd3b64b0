"""What the window's actions do: mostly a word to whoever does it, with what is selected."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication

from dispatcher.domain.ids import ShiftId
from ui import format as words
from ui.window.actions import DOCKS

if TYPE_CHECKING:
    from ui.window.main import MainWindow


class Deeds(QObject):
    """Joins each action to its deed. GUI thread."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._tell_times = False
        window.day.settled.connect(self._on_settled_day)
        self.connect_all()

    def connect_all(self) -> None:
        """Let every action of the menus do what it says."""
        window = self._window
        slots: dict[str, Callable[[], object]] = {
            "open_depot": window.forms.choose_depot,
            "new_depot": window.forms.new_depot,
            "depot_settings": window.forms.depot_settings,
            "build_region": window.forms.build_region,
            "add_addresses": window.forms.add_addresses,
            "keeping": window.desks.open_keeping,
            "close_day": window.desks.close_day,
            "evidence": window.desks.write_evidence,
            "quit": window.close,
            "import_orders": window.import_orders,
            "export_day": self._on_export,
            "new_order": self._on_new_order,
            "cancel_orders": self._on_cancel_orders,
            "reopen_orders": self._on_reopen_orders,
            "open_day": window.header.open_calendar,
            "previous_day": partial(self._step_day, -1),
            "next_day": partial(self._step_day, 1),
            "today": self._on_today,
            "undo": window.hand.undo,
            "redo": window.hand.redo,
            "find": self._on_find,
            "palette": window.palette_box.open,
            "resequence": self._on_resequence,
            "times_only": self._on_times_only,
            "what_if": window.copies.show,
            "drills": window.drills.open,
            **self._disturbance_slots(),
            **window.road_wires.slots(self._round_in_hand),
            "pair_phone": window.road_wires.pair_phone,
            "simulate": window.simulation.open,
            "improve": window.proposals.improve_now,
            "freeze_now": self._on_freeze_now,
            "unfreeze": partial(window.hand.freeze, None),
            "filter": self._on_filter,
            "larger": partial(window.looks.step_scale, 1),
            "smaller": partial(window.looks.step_scale, -1),
            "next_theme": window.looks.next_theme,
            "optimise": window.optimise,
            "stop_search": window.search.stop,
            "cancel_search": window.search.cancel,
            "clear": window.hand.clear,
            "staff": window.hand.staff,
            "fit": window.board.map.fit,
            "reset_layout": partial(window.board.restore_layout, None),
            "keys": window.forms.show_keys,
            "about": window.forms.show_about,
        }
        slots |= {f"show_{title.lower()}": partial(self._go_to, title) for title in DOCKS}
        for name, slot in slots.items():
            window.actions_by_name[name].triggered.connect(lambda _checked=False, slot=slot: slot())
        for name in ("stop_search", "cancel_search", "undo", "redo"):
            window.actions_by_name[name].setEnabled(False)

    def _disturbance_slots(self) -> dict[str, Callable[[], object]]:
        """Each form opens on what is selected."""
        those = self._window.disturbances
        order = lambda: self._window.board.selected[0] if self._window.board.selected else None
        return {
            "van_broken_down": lambda: those.van_broken_down(self._round_in_hand()),
            "driver_ill": lambda: those.driver_ill(self._round_in_hand()),
            "driver_late": lambda: those.driver_late(self._round_in_hand()),
            "depot_late": those.depot_late,
            "street_closed": those.street_closed,
            "urgent_order": those.urgent_order,
            "no_show": lambda: those.no_show(order()),
            "bigger_load": lambda: those.bigger_load(order()),
        }

    def _round_in_hand(self) -> ShiftId | None:
        """The round that is selected, or that serves what is selected."""
        chosen = self._window.board.selected_shifts or tuple(self._window.day.shifts_of(self._window.board.selected))
        return chosen[0] if chosen else None

    @Slot()
    def _on_new_order(self) -> None:
        if self._window.day.day and not self._window.in_the_past():
            self._window.forms.edit_order(self._window.day.day, None)

    @Slot()
    def _on_cancel_orders(self) -> None:
        self._window.hand.cancel_orders(self._window.board.selected)

    @Slot()
    def _on_reopen_orders(self) -> None:
        self._window.hand.reopen_orders(self._window.board.selected)

    @Slot()
    def _on_export(self) -> None:
        if self._window.day.date:
            self._window.forms.export_day(self._window.day.date)

    def _step_day(self, days: int) -> None:
        if self._window.day.date:
            self._window.open_day(date.fromordinal(self._window.day.date.toordinal() + days))

    @Slot()
    def _on_today(self) -> None:
        self._window.open_day(self._window.day.workplace.today)

    @Slot()
    def _on_find(self) -> None:
        self._window.header.find.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._window.header.find.selectAll()

    def _go_to(self, title: str) -> None:
        """Show one part of the board and let the keys go there."""
        self._window.show_panel(self._window.board)
        self._window.board.bring_up(title)
        part = self._window.board.docks[title].widget()
        part.activateWindow()  # it, or what has the keys now, may float in a window of its own
        part.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def _on_filter(self) -> None:
        window = self._window
        for listed in window.desks.filtered:
            if window.panels.currentWidget() is listed:
                listed.focus_filter()
                return
        self._window.show_panel(self._window.board)
        focused = QApplication.focusWidget()  # in whichever window: parts of the board float
        panel = (
            self._window.board.pool
            if focused and self._window.board.pool.isAncestorOf(focused)
            else self._window.board.rounds
        )
        panel.focus_filter()

    @Slot()
    def _on_resequence(self) -> None:
        shifts = self._window.board.selected_shifts or tuple(self._window.day.shifts_of(self._window.board.selected))
        if shifts:
            self._window.hand.resequence(shifts)
        else:
            self._window.status.tell("Choose the rounds to re-sequence first.")

    @Slot()
    def _on_times_only(self) -> None:
        """Nothing moves: the day is read and judged again, and what it comes to is said."""
        self._tell_times = True
        self._window.day.refresh()

    @Slot(object)
    def _on_settled_day(self, _day: object) -> None:
        if self._tell_times and self._window.day.present:
            self._tell_times = False
            schedule = self._window.day.present.schedule
            late = f"{words.count(schedule.late_stops, 'stop')} late" if schedule.late_stops else "nothing late"
            self._window.status.tell(f"Times are worked out anew, every order kept: {late}.")

    @Slot()
    def _on_freeze_now(self) -> None:
        self._window.hand.freeze(self._window.day.workplace.clock())
