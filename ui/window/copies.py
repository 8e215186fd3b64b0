"""What-if copies in the window: the list of them, going into one and out again, and bringing what was tried home."""

from datetime import date
from functools import partial

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from dispatcher.services import whatifs
from dispatcher.services.comparing import Promotion, prepare_promotion
from dispatcher.services.plan import Applied
from dispatcher.services.ports import Done
from dispatcher.services.workplace import OpenStore, Workplace
from ui.day import DayBoard
from ui.hand import Hand
from ui.runner import OpRunner
from ui.theme import Theme
from ui.whatif.dialog import WhatIfDialog

LASTS_S = 20.0
"""So long what came of a promotion is said."""


class Copies(QObject):
    """GUI thread.

    Signals:
        told(str, float): a sentence for the status bar, for so many seconds.
        what_if_requested(str, date): show this copy instead, or the depot itself for no name.
        promote_requested(str, date): show the depot itself, and bring this copy into it.
    """

    told = Signal(str, float)
    what_if_requested = Signal(str, object)
    promote_requested = Signal(str, object)

    def __init__(
        self,
        board: DayBoard,
        hand: Hand,
        workplace: Workplace,
        open_store: OpenStore,
        runner: OpRunner,
        theme: Theme,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._board, self._hand, self._workplace, self._runner = board, hand, workplace, runner
        self._open_store, self._theme, self._window = open_store, theme, window
        self._dialog: WhatIfDialog | None = None

    def promote(self, name: str) -> None:
        """Bring what was tried in a copy into this depot, as one change."""
        work = lambda _progress: prepare_promotion(
            self._workplace,
            whatifs.named(self._workplace.home, self._workplace.slug, name),
            open_store=self._open_store,
        )
        self._runner.start(work, title=f"Reading “{name}”", on_done=self._on_prepared)

    def _on_prepared(self, promotion: Promotion) -> None:
        why = f"Tried out in the copy “{promotion.what_if.name}”"
        self._hand.submit(promotion.label, promotion.run, then=partial(self._on_promoted, promotion), why=why)

    def _on_promoted(self, promotion: Promotion, done: Done[Applied]) -> None:
        left = ", ".join(promotion.left(done.value))
        kept = f" Changed in the depot meanwhile, and so left: {left}." if left else ""
        self.told.emit(f"The copy's day is now the depot's.{kept}", LASTS_S)

    @Slot()
    def show(self) -> None:
        """The copies of this depot, side by side."""
        if (on := self._board.date) is None:
            return
        if self._dialog is not None and shiboken6.isValid(self._dialog):
            self._dialog.show()
            self._dialog.raise_()
            self._dialog.activateWindow()
        else:
            self._open(on)

    def _open(self, on: date) -> None:
        dialog = WhatIfDialog(self._workplace, self._open_store, self._runner, self._theme, on, self._window)
        self._dialog = dialog
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open_requested.connect(self._on_open)
        dialog.promote_requested.connect(self.bring_home)
        self._board.settled.connect(dialog.follow)
        dialog.show()

    @Slot(str)
    def _on_open(self, name: str) -> None:
        self.what_if_requested.emit(name, self._board.date)

    @Slot()
    def leave(self) -> None:
        """Back to the depot itself."""
        self.what_if_requested.emit("", self._board.date)

    @Slot(str)
    def bring_home(self, name: str) -> None:
        """Promote; from within a copy the depot has to be opened first."""
        if self._workplace.what_if:
            self.promote_requested.emit(name, self._board.date)
        else:
            self.promote(name)
