"""What happened, told where the window tells it: undo's words, counts on the rail, what was saved when."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QKeySequence

from dispatcher.domain.changes import ChangeSet, HistoryState
from ui.faults import show_fault

if TYPE_CHECKING:
    from ui.window.main import MainWindow

TOLD_S = 4.0


class News(QObject):
    """Hears the runner and the panels, and tells. GUI thread."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        runner, line = window.runner, window.status.work
        runner.failed.connect(self._on_failed)
        runner.history_changed.connect(self._on_history_changed)
        runner.op_finished.connect(self._on_op_finished)
        runner.busy_changed.connect(window.status.set_saving)
        runner.job_started.connect(line.on_started)
        runner.job_progressed.connect(line.on_progressed)
        runner.job_progressed.connect(window.search_bar.on_progressed)
        runner.job_ended.connect(line.on_ended)
        runner.refresh_history()
        self._addresses = {"doubtful": 0, "proposed": 0}
        window.addresses.count_changed.connect(partial(self._on_addresses, "doubtful"))
        window.addresses.proposed_changed.connect(partial(self._on_addresses, "proposed"))
        window.proofs.count_changed.connect(self._on_proof_count)

    def stop(self) -> None:
        """What is still being written changes no view any more."""
        self._window.runner.op_finished.disconnect()

    def count(self, panel: str, name: str, count: int) -> None:
        """How much waits in a panel, on its place in the rail."""
        self._window.actions_by_name[f"panel_{panel}"].setText(f"{name.replace('&', '')} {count}" if count else name)

    @Slot(object)
    def _on_failed(self, error: Exception) -> None:
        show_fault(self._window, error)

    @Slot(object)
    def _on_history_changed(self, history: HistoryState) -> None:
        for name, label in (("undo", history.undo), ("redo", history.redo)):
            action, word = self._window.actions_by_name[name], name.capitalize()
            action.setEnabled(label is not None)
            said = f"{word} {label}" if label else word
            action.setText("&" + said.replace("&", "&&"))
            action.setToolTip(f"{said}  ({action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)})")

    @Slot(object, object)
    def _on_op_finished(self, changes: ChangeSet, _initiator: object) -> None:
        if changes.empty:
            return
        window, workplace = self._window, self._window.day.workplace
        window.status.set_saved(workplace.clock().astimezone(workplace.depot.zone))
        window.status.tell(changes.label, TOLD_S)
        window.runner.read(lambda r: r.days(), window.header.set_days, latest_key="days")

    def _on_addresses(self, which: str, count: int) -> None:
        """Addresses in doubt, and what proofs taught of others."""
        self._addresses[which] = count
        self.count("addresses", "&Addresses", sum(self._addresses.values()))

    @Slot(int)
    def _on_proof_count(self, count: int) -> None:
        self.count("proofs", "Pr&oofs", count)
