"""The bar that stands above the board while the optimiser searches: how far it is, keep its best, or drop it."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QToolBar, QWidget

from ui.runner import Job
from ui.theme import Theme


class SearchBar(QToolBar):
    """Hidden unless a search runs.

    Signals:
        stop_requested(): end it and keep the best plan.
        cancel_requested(): end it and drop what it found.
    """

    stop_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("Search", parent)
        self.setObjectName("window.search")
        self.setMovable(False)
        self._text = QLabel("Optimising…", self)
        self._text.setObjectName("search.text")
        self._text.setAccessibleName("What the optimiser does")
        self._bar = QProgressBar(self)
        self._bar.setObjectName("search.progress")
        self._bar.setAccessibleName("How far the search is")
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._keep = QPushButton("Stop and keep this plan", self)
        self._keep.setObjectName("search.keep")
        self._drop = QPushButton("Cancel", self)
        self._drop.setObjectName("search.cancel")
        self._keep.clicked.connect(self.stop_requested)
        self._drop.clicked.connect(self.cancel_requested)
        holder = QWidget(self)
        row = QHBoxLayout(holder)
        row.setContentsMargins(theme.grid(3), theme.grid(1), theme.grid(3), theme.grid(1))
        row.setSpacing(theme.grid(3))
        row.addWidget(self._text)
        row.addWidget(self._bar, 1)
        row.addWidget(self._keep)
        row.addWidget(self._drop)
        self.addWidget(holder)
        self.hide()

    def set_searching(self, searching: bool) -> None:
        """Come and go with the search."""
        self._bar.setValue(0)
        self._text.setText("Optimising… the board shows the best plan so far; nothing is kept yet.")
        self.setVisible(searching)

    @Slot(object)
    def on_progressed(self, job: Job) -> None:
        """How far it is."""
        if job.title == "Optimising":
            self._bar.setValue(round(job.fraction * 1000))
            self._text.setText(f"Optimising… {job.text}. The best plan so far is shown; nothing is kept yet.")
