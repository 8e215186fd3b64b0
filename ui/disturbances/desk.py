"""Opens the form of a named disturbance, carries out what it asks for as one operation, and has the answer searched.

Lives in the GUI thread. Forms may be closed while their change is under way: what follows does not depend on them.
"""

from collections.abc import Sequence
from functools import partial

import shiboken6
from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QMenu, QWidget

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import ClosureId, OrderId, ShiftId
from dispatcher.domain.orders import Order, Priority
from dispatcher.domain.place import Place
from dispatcher.domain.roads import Closure
from dispatcher.services.closures import reopen_street
from dispatcher.services.orders import save_order
from dispatcher.services.workplace import Workplace
from ui import format as words
from ui.day import DayBoard
from ui.disturbances import facts, streets
from ui.disturbances.form import Deed, DisturbanceForm, Scene
from ui.disturbances.orders import BiggerLoadForm, NoShowForm
from ui.disturbances.rounds import BrokenDownForm, DepotLateForm, IllForm, LateForm
from ui.disturbances.streets import StreetForm
from ui.hand import Hand
from ui.orders.dialog import OrderDialog
from ui.parts.said import words_of
from ui.proposals.desk import ProposalDesk
from ui.runner import Operation, OpRunner
from ui.theme import Theme


class Disturbances(QObject):
    """What goes wrong on the day shown, by its name.

    Signals:
        line_wanted(str): a line is to be drawn on the map, for what the words say. Answer with `line_drawn` or
            `line_cancelled`.
        line_unwanted(): nobody waits for a line any more.
        street_understood(Understood | None): what the line drawn means, to be shown on the map; or nothing any more.
        told(str): a sentence for the status bar.
    """

    line_wanted = Signal(str)
    line_unwanted = Signal()
    street_understood = Signal(object)
    told = Signal(str)

    def __init__(
        self,
        board: DayBoard,
        hand: Hand,
        proposals: ProposalDesk,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._board, self._hand, self._proposals = board, hand, proposals
        self._workplace, self._runner, self._window = workplace, runner, window
        self._scene = Scene(board, runner, workplace.desk, workplace.clock, theme)
        self._open: dict[str, DisturbanceForm] = {}

    # --- the forms ------------------------------------------------------------------------------------------------

    def van_broken_down(self, shift_id: ShiftId | None = None) -> None:
        """A van stands by the road."""
        if self._ready():
            self._show(BrokenDownForm(self._scene, shift_id, self._window))

    def driver_ill(self, shift_id: ShiftId | None = None) -> None:
        """A driver cannot go on, or not come at all."""
        if self._ready():
            self._show(IllForm(self._scene, shift_id, self._window))

    def driver_late(self, shift_id: ShiftId | None = None, *, late_s: int | None = None) -> None:
        """A driver is behind the plan; by so much, where that was measured."""
        if self._ready():
            form = LateForm(self._scene, shift_id, self._window)
            if late_s is not None:
                form.set_late(late_s)
            self._show(form)

    def depot_late(self) -> None:
        """Nobody can leave yet."""
        if self._ready():
            self._show(DepotLateForm(self._scene, self._window))

    def street_closed(self) -> None:
        """A street cannot be driven."""
        if self._ready():
            form = StreetForm(self._scene, self._workplace, self._runner, self._window)
            form.line_wanted.connect(self.line_wanted)
            form.understood.connect(self.street_understood)
            form.finished.connect(self.line_unwanted)
            self._show(form)

    def urgent_order(self) -> None:
        """An order that must go today comes in."""
        if self._ready() and self._board.day:
            geocoder, critical = self._workplace.geocoder, Priority.CRITICAL
            form = OrderDialog(self._board.day, None, self._scene.theme, geocoder, self._window, must_not_drop=critical)
            form.setWindowTitle(f"Urgent order for {words.weekday_date(self._board.day.date)}")
            form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            form.save_requested.connect(partial(self._save_urgent, form))
            form.show()
            form.activateWindow()

    def no_show(self, order_id: OrderId | None = None) -> None:
        """Nobody was there."""
        if self._ready():
            self._show(NoShowForm(self._scene, order_id, self._window))

    def bigger_load(self, order_id: OrderId | None = None) -> None:
        """There is more of it than was announced."""
        if self._ready():
            self._show(BiggerLoadForm(self._scene, order_id, self._window))

    # --- the map --------------------------------------------------------------------------------------------------

    @Slot(object)
    def line_drawn(self, line: Sequence[Place]) -> None:
        """The line that was wanted."""
        if form := self._street_form():
            form.take_line(line)

    @Slot()
    def line_cancelled(self) -> None:
        """No line was drawn."""
        if form := self._street_form():
            form.give_up_line()

    @Slot(object)
    def tell_closure(self, closure_id: ClosureId) -> None:
        """What a closed street on the map is."""
        if closure := self._closure(closure_id):
            self.told.emit(f"Closed: {closure.name}, {streets.span_words(closure)}.")

    @Slot(object, QPoint)
    def offer_closure(self, closure_id: ClosureId, at: QPoint) -> None:
        """What can be done with it."""
        closure = self._closure(closure_id)
        if closure is None:
            return
        menu = QMenu(self._window)
        menu.setObjectName("disturbance.closure")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"Reopen {closure.name}".replace("&", "&&"), partial(self.reopen, closure))
        menu.addAction("Closed streets…", self.street_closed)
        menu.popup(at)

    def reopen(self, closure: Closure) -> None:
        """Let it be driven again."""
        if self._hand.blocked():
            return
        what = f"{closure.name} is open again"
        change = partial(reopen_street, closure_id=closure.id)
        answer = lambda _done: self._proposals.answer(what)
        self._runner.submit(Operation(f"Reopen {closure.name}", change, why=what), initiator=self, on_done=answer)

    def _closure(self, closure_id: ClosureId) -> Closure | None:
        day = self._board.day
        return next((c for c in day.closures if c.id == closure_id), None) if day else None

    def _street_form(self) -> StreetForm | None:
        form = self._open.get("disturbance.street_closed")
        return form if isinstance(form, StreetForm) and shiboken6.isValid(form) and form.isVisible() else None

    def _ready(self) -> bool:
        """Whether there is a day to disturb; says why not."""
        if self._board.present is None:
            self.told.emit("The day is still being read.")
            return False
        return not self._hand.blocked()

    def _show(self, form: DisturbanceForm) -> None:
        """One form of a kind at a time."""
        before = self._open.get(form.name)
        if before is not None and shiboken6.isValid(before):
            before.close()
        self._open[form.name] = form
        form.acted.connect(partial(self._carry_out, form))
        form.show()
        form.activateWindow()

    # --- what they ask for ----------------------------------------------------------------------------------------

    def _carry_out(self, form: DisturbanceForm, deed: Deed) -> None:
        if self._hand.hindered:
            form.set_pending(False)
            form.blame(self._hand.hindered)
            return
        self._runner.submit(
            Operation(deed.label, deed.change, why=deed.why),
            initiator=self,
            on_done=partial(self._on_done, form, deed),
            on_failed=partial(self._on_failed, form),
        )

    def _on_done(self, form: DisturbanceForm, deed: Deed, _done: object) -> None:
        if deed.title:
            self._proposals.answer(deed.title)
        if shiboken6.isValid(form):
            form.on_done(deed)

    def _save_urgent(self, form: OrderDialog, order: Order) -> None:
        if self._hand.hindered:
            form.on_refused(KnownError(self._hand.hindered))
            return
        what = f"Urgent order {order.number}"
        self._runner.submit(
            Operation(what, partial(save_order, order=order), why=f"{what}: {facts.order_words(order)}"),
            initiator=self,
            on_done=partial(self._on_urgent_saved, form, order, what),
            on_failed=partial(self._on_failed, form),
        )

    def _on_urgent_saved(self, form: OrderDialog, order: Order, title: str, _done: object) -> None:
        if order.date == self._board.date:
            self._proposals.answer(title)
        if shiboken6.isValid(form):
            form.on_saved()

    def _on_failed(self, form: DisturbanceForm | OrderDialog, fault: Exception) -> None:
        if shiboken6.isValid(form):
            form.on_refused(fault)
        else:
            self.told.emit(words_of(fault))
