"""Whole rows selected in a table, by the runs that Qt keeps: for indexes it would ask for every cell's flags."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QItemSelectionRange
from PySide6.QtWidgets import QTableView

from ui.board.diff import runs

FLAGS = QItemSelectionModel.SelectionFlag


def selected_runs(view: QTableView) -> Iterator[tuple[int, int]]:
    """First and last row of each run, in no order."""
    for run in view.selectionModel().selection():  # type: ignore[attr-defined]  # the stubs know no iteration
        yield run.top(), run.bottom()


def selected_rows(view: QTableView) -> list[int]:
    """From the top."""
    return sorted({row for first, last in selected_runs(view) for row in range(first, last + 1)})


def select_rows(view: QTableView, rows: Sequence[int]) -> None:
    """Select these, rising, and nothing else; the current row becomes one of them."""
    model, last = view.model(), view.model().columnCount() - 1
    selection = QItemSelection()
    for first, end in runs(rows):
        selection.append(QItemSelectionRange(model.index(first, 0), model.index(end, last)))
    view.selectionModel().select(selection, FLAGS.ClearAndSelect)
    if rows and view.currentIndex().row() not in rows:
        view.selectionModel().setCurrentIndex(model.index(rows[0], 0), FLAGS.NoUpdate)


class Quiet:
    """While rows change, the selection comes and goes: that is nobody's wish."""

    def __init__(self) -> None:
        self._depth = 0

    def __bool__(self) -> bool:
        return self._depth > 0

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Within, changes of the selection are not told."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1


def places(found: Iterable[int | None]) -> list[int]:
    """The rows that were found, from the top."""
    return sorted(row for row in found if row is not None)
