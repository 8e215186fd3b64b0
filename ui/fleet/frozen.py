"""The first columns of a table, told again over the others while those are scrolled sideways: whose row it is."""

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QFrame, QHeaderView, QTableView

from ui.parts.tables import SHEET


class FrozenColumns(QTableView):
    """Lies over the left edge of a table, only while its own columns are out of sight. GUI thread.

    A click here chooses the row, and the table below scrolls back to the cell that was clicked: there it is edited.
    """

    def __init__(self, table: QTableView, count: int) -> None:
        super().__init__(table)
        self._table, self._count = table, count
        self.setObjectName(f"{table.objectName()}.frozen")
        self.setStyleSheet(f"{SHEET} QTableView {{ border: none; border-right: 1px solid palette(mid); }}")
        self.setModel(table.model())
        self.setSelectionModel(table.selectionModel())
        self._look_like_it()
        for column in range(count, table.model().columnCount()):
            self.setColumnHidden(column, True)
        self._follow()
        self._place()

    def _look_like_it(self) -> None:
        table = self._table
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(table.selectionBehavior())
        self.setVerticalScrollMode(table.verticalScrollMode())
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)

    def _follow(self) -> None:
        table = self._table
        table.horizontalScrollBar().valueChanged.connect(self._place)
        table.horizontalScrollBar().rangeChanged.connect(self._place)
        table.verticalScrollBar().valueChanged.connect(self.verticalScrollBar().setValue)
        table.horizontalHeader().sectionResized.connect(self._place)
        table.horizontalHeader().geometriesChanged.connect(self._place)
        table.selectionModel().currentChanged.connect(self._keep_in_sight, Qt.ConnectionType.QueuedConnection)
        table.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """As high as the table."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self._place()
        return super().eventFilter(watched, event)

    @Slot()
    def _place(self) -> None:
        table, frame = self._table, self._table.frameWidth()
        self.setVisible(table.horizontalScrollBar().value() > 0)
        if self.isHidden():
            return
        self.verticalHeader().setDefaultSectionSize(table.verticalHeader().defaultSectionSize())
        self.horizontalHeader().setFixedHeight(table.horizontalHeader().height())
        for column in range(self._count):
            self.setColumnWidth(column, table.columnWidth(column))
        width = sum(table.columnWidth(column) for column in range(self._count)) + 1
        self.setGeometry(frame, frame, width, table.horizontalHeader().height() + table.viewport().height())
        self.verticalScrollBar().setValue(table.verticalScrollBar().value())
        self.raise_()

    @Slot()
    def _keep_in_sight(self) -> None:
        """The cell that is gone to must not come to lie under these columns."""
        current, bar = self._table.currentIndex(), self._table.horizontalScrollBar()
        if self.isHidden() or not current.isValid():
            return
        covered = self.width() - self._table.columnViewportPosition(current.column())
        if current.column() < self._count:
            bar.setValue(0)
        elif covered > 0:
            bar.setValue(bar.value() - covered)
