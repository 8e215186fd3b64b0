"""Opens returned run sheets, keeps each keyed line and saves them, on the lane of the dock. Knows no widget.

What is keyed is shown at once and written after; a line that could not be written brings the sheet back as it is kept.
"""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from PySide6.QtCore import QObject, Signal

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import ShiftId
from dispatcher.services.loading.returned import Returned
from dispatcher.services.loading.run_sheets import ROUND
from dispatcher.services.loading.sheet_desk import Saved
from dispatcher.services.planning import Outlook
from ui.loading.feed import LoadFeed

NO_PLAN = KnownError("The day is not read yet.", "Try again in a moment.")


class SheetFeed(QObject):
    """GUI thread; answers come there too.

    Signals:
        listed(list[SheetLine]): the day's rounds and their sheets.
        opened(Returned): a sheet, as it stands.
        saved(Returned, Saved): it was saved.
        refused(Exception): something could not be done.
    """

    listed = Signal(object)
    opened = Signal(object)
    saved = Signal(object, object)
    refused = Signal(object)

    def __init__(self, feed: LoadFeed, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._feed, self._desk = feed, feed.sheets

    def list(self) -> None:
        """Read which sheets there are."""
        if (outlook := self._feed.outlook) is not None:
            self._ask(partial(self._desk.lines, outlook), self.listed.emit)

    def open(self, text: str) -> None:
        """By the sheet's code, scanned or typed."""
        self._with_plan(lambda outlook: self._ask(partial(self._desk.open, text, outlook), self.opened.emit))

    def open_round(self, shift_id: ShiftId) -> None:
        """The sheet printed last of a round; as it is planned, if none was."""
        self.open(ROUND + shift_id)

    def key(self, returned: Returned, row_id: str, text: str) -> Returned:
        """The sheet with this typed; it is written after. Raises `BadInput`."""
        keyed = self._desk.keyed(returned, row_id, text)
        self._write(returned, partial(self._desk.write_line, returned.sheet.code, row_id, text))
        return keyed

    def undo(self, returned: Returned) -> tuple[Returned, str]:
        """The sheet without the line keyed last, and which row that was. Raises `KnownError`."""
        undone = self._desk.undone(returned)
        self._write(returned, partial(self._desk.write_undone, returned.sheet.code, returned.sheet.draft[-1]))
        return undone

    def row_named(self, returned: Returned, text: str) -> str | None:
        """The stop whose code was scanned; `None` for other words. Raises `BadInput` for a stop of another sheet."""
        return self._desk.row_named(returned, text)

    def save(self, returned: Returned, *, by: str) -> None:
        """Write what was keyed into the logbook."""

        def told(answer: tuple[Returned, Saved]) -> None:
            self.saved.emit(*answer)
            self._feed.look()

        self._with_plan(lambda plan: self._ask(partial(self._desk.save, returned, plan, by=by), told))

    def _write(self, returned: Returned, work: Callable[[], None]) -> None:
        def failed() -> None:
            self.open(returned.sheet.code)

        self._ask(work, lambda _nothing: None, failed)

    def _with_plan(self, then: Callable[[Outlook], None]) -> None:
        if (outlook := self._feed.outlook) is None:
            self.refused.emit(NO_PLAN)
        else:
            then(outlook)

    def _ask[T](
        self, work: Callable[[], T], then: Callable[[T], object], failed: Callable[[], None] = lambda: None
    ) -> None:
        def answered(future: Future[object]) -> None:
            if isinstance(fault := future.exception(), Exception):
                self.refused.emit(fault)
                failed()
            else:
                then(future.result())  # type: ignore[arg-type]

        self._feed.send(work, answered)
