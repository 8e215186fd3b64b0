"""The columns of a table as a person arranges them: which are shown, in what order, how wide. Kept as plain values.

A panel that is too narrow hides the least important of the chosen columns by itself; the tooltip has everything.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QItemSelectionModel, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from ui.theme import Size, Theme


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column. The most important ones come first in a table's list."""

    name: str
    """Under which it is kept."""
    heading: str
    what: str
    """For tooltips, and for the menu where the heading says nothing."""
    width: float = 0
    """In steps of the grid, at most; 0 for what its longest text needs."""
    least: float = 0
    """In steps of the grid: made narrower down to this before it goes, and the stretching one to its share for it."""
    right: bool = False
    """Figures stand at the right."""
    chosen: bool = False
    """Shown unless a person says otherwise."""
    fixed: bool = False
    """Always shown."""
    stretches: bool = False
    """Takes what the others leave."""
    sample: str = ""
    """As wide as this, whatever stands in it; and not there at all while nothing does."""

    @property
    def label(self) -> str:
        """What the menu calls it."""
        return self.heading or self.what


LEAST_SHARE = 0.3
"""Of the width, for the column that stretches."""
LEAST_STEPS = 36
_NARROWEST_STEPS = 10
"""A column sized by hand gives way to others down to so many steps."""


class Columns(QObject):
    """Arranges a table's header. GUI thread; owned by its view.

    Signals:
        arranged(): a person chose, moved or sized a column.
    """

    arranged = Signal()

    def __init__(
        self, view: QTableView, theme: Theme, specs: Sequence[ColumnSpec], longest: Callable[[int], str], extra: int = 0
    ) -> None:
        super().__init__(view)
        self._view, self._theme, self._specs, self._longest, self._extra = view, theme, specs, longest, extra
        self._chosen = {i for i, spec in enumerate(specs) if spec.chosen or spec.fixed or spec.stretches}
        self._widths: dict[int, float] = {}
        self._busy = False
        self._menu: QMenu | None = None
        self._stretching = next(i for i, spec in enumerate(specs) if spec.stretches)
        header = view.horizontalHeader()
        header.setSectionsMovable(True)
        header.setFirstSectionMovable(not specs[0].fixed)
        header.setHighlightSections(False)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(1)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(self._stretching, QHeaderView.ResizeMode.Stretch)
        # With the table's own, the header asks the model for the flags of every cell of a long selection.
        header.setSelectionModel(QItemSelectionModel(view.model(), header))
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_menu_requested)
        header.sectionResized.connect(self._on_resized)
        header.sectionMoved.connect(self._on_moved)

    @property
    def header(self) -> QHeaderView:
        """What it arranges."""
        return self._view.horizontalHeader()

    def chosen(self) -> tuple[str, ...]:
        """The chosen columns from left to right, whether there is room for them or not."""
        order = sorted(self._chosen, key=self.header.visualIndex)
        return tuple(self._specs[i].name for i in order)

    # ── Fitting ──────────────────────────────────────────────────────────────────────────────────────────────────

    def fit(self) -> None:
        """Give each chosen column its width, and hide from the least important on what there is no room for."""
        width, least = self._view.viewport().width(), self._theme.grid(LEAST_STEPS)
        share = LEAST_SHARE * width
        room: float = width - max(share, least)
        with self._unheard():
            for column, spec in enumerate(self._specs):
                if spec.stretches:
                    continue
                wide = self._width_of(column) if column in self._chosen else 0
                if spec.least and wide > room:
                    squeezed = self._theme.grid(spec.least)
                    room = max(room, min(room + max(least - share, 0), squeezed))
                    wide = min(wide, max(int(room), squeezed))
                if column in self._widths:  # made wider than there is room for: narrower, but not gone
                    wide = min(wide, max(int(room), self._theme.grid(_NARROWEST_STEPS)))
                shown = bool(wide) and (spec.fixed or wide <= room)
                if column in self._chosen and wide:
                    room = room - wide if shown else -1
                self._set(column, wide, shown)

    def _set(self, column: int, wide: int, shown: bool) -> None:
        """Each call costs a layout, needed or not."""
        if self._view.isColumnHidden(column) == shown:
            self._view.setColumnHidden(column, not shown)
        if shown and self._view.columnWidth(column) != wide:
            self._view.setColumnWidth(column, wide)

    def _width_of(self, column: int) -> int:
        spec = self._specs[column]
        if spec.sample and not self._longest(column):
            return 0
        if column in self._widths:
            return round(self._widths[column] * self._theme.scale)
        metrics = QFontMetrics(self._theme.font(Size.SMALL))
        text = spec.sample or max(self._longest(column), spec.heading, key=len)
        needed = metrics.horizontalAdvance(text) + self._theme.grid(3)
        if spec.fixed and not spec.heading:
            return needed + self._theme.grid(self._extra)
        return min(needed, self._theme.grid(spec.width)) if spec.width else needed

    # ── By hand ──────────────────────────────────────────────────────────────────────────────────────────────────

    def choose(self, column: int, chosen: bool) -> None:
        """Show a column, or do not."""
        self._chosen = self._chosen | {column} if chosen else self._chosen - {column}
        self.fit()
        self.arranged.emit()

    @Slot()
    def reset(self) -> None:
        """As at first."""
        self.restore(None)
        self.arranged.emit()

    def menu(self) -> QMenu:
        """Which columns to show; deletes itself when closed."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for column, spec in enumerate(self._specs):
            if not spec.fixed and not spec.stretches:
                action = menu.addAction(spec.label)
                action.setCheckable(True)
                action.setChecked(column in self._chosen)
                action.setToolTip(spec.what)
                action.setData(column)
        menu.addSeparator()
        menu.addAction("Reset the columns", self.reset)
        menu.triggered.connect(self._on_chosen)
        return menu

    @Slot(QAction)
    def _on_chosen(self, action: QAction) -> None:
        if isinstance(action.data(), int):
            self.choose(action.data(), action.isChecked())

    @Slot(QPoint)
    def _on_menu_requested(self, at: QPoint) -> None:
        self.menu().popup(self.header.mapToGlobal(at))

    @Slot(int, int, int)
    def _on_resized(self, column: int, _was: int, wide: int) -> None:
        if not self._busy and wide and column != self._stretching and not self._view.isColumnHidden(column):
            self._widths[column] = wide / self._theme.scale
            self.arranged.emit()

    @Slot()
    def _on_moved(self) -> None:
        if not self._busy:
            self.arranged.emit()

    @contextmanager
    def _unheard(self) -> Iterator[None]:
        was, self._busy = self._busy, True
        try:
            yield
        finally:
            self._busy = was

    # ── Kept ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def state(self) -> dict[str, object]:
        """The arrangement, to be kept as JSON."""
        names = [spec.name for spec in self._specs]
        order = sorted(range(len(names)), key=self.header.visualIndex)
        widths = {names[column]: round(wide, 1) for column, wide in self._widths.items()}
        return {"order": [names[i] for i in order], "chosen": list(self.chosen()), "widths": widths}

    def restore(self, kept: object) -> None:
        """Arrange as kept; as at first where nothing readable was."""
        kept = kept if isinstance(kept, Mapping) else {}
        place = {spec.name: i for i, spec in enumerate(self._specs)}
        chosen, widths, order = kept.get("chosen"), kept.get("widths"), kept.get("order")
        usual = {i for i, spec in enumerate(self._specs) if spec.chosen}
        wanted = {place[n] for n in chosen if n in place} if isinstance(chosen, list) else usual
        if isinstance(chosen, list) and isinstance(order, list):  # columns that came with a newer version
            wanted |= {i for i in usual if self._specs[i].name not in order}
        self._chosen = wanted | {i for i, spec in enumerate(self._specs) if spec.fixed or spec.stretches}
        self._widths = {
            place[n]: float(w)
            for n, w in (widths.items() if isinstance(widths, Mapping) else ())
            if n in place and isinstance(w, int | float) and 0 < w < 2_000
        }
        named = [place[n] for n in order if n in place] if isinstance(order, list) else []
        self._put_in_order(_with_new_ones(list(dict.fromkeys(named)), list(place.values())))
        self.fit()

    def _put_in_order(self, order: Sequence[int]) -> None:
        header = self.header
        with self._unheard():
            for visual, column in enumerate(order):
                header.moveSection(header.visualIndex(column), visual)


def _with_new_ones(order: list[int], every: Sequence[int]) -> list[int]:
    """Columns that are not in the order yet stand behind those they stand behind at first."""
    for column in every:
        if column not in order:
            before = next((c for c in reversed(every[:column]) if c in order), None)
            order.insert(order.index(before) + 1 if before is not None else 0, column)
    return order
