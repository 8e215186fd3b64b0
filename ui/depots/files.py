"""A field for a file: typed, browsed for, or dropped."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget


class FileField(QWidget):
    """GUI thread.

    Signals:
        changed(Path): another file was named.
    """

    changed = Signal(object)

    def __init__(self, name: str, accessible: str, kinds: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._kinds = kinds
        self._edit = QLineEdit(self)
        self._edit.setObjectName(name)
        self._edit.setAccessibleName(accessible)
        self._edit.setPlaceholderText("Browse, or drop a file here")
        self._browse = QPushButton("Browse…", self)
        self._browse.setObjectName(f"{name}.browse")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._edit, 1)
        row.addWidget(self._browse)
        self.setFocusProxy(self._edit)
        self._browse.clicked.connect(self._on_browse)
        self._edit.editingFinished.connect(self._on_edited)
        self._last: Path | None = None

    def path(self) -> Path | None:
        """The file named, if any."""
        text = self._edit.text().strip()
        return Path(text).expanduser() if text else None

    def set_path(self, path: Path) -> None:
        """Name a file."""
        self._edit.setText(str(path))
        self._on_edited()

    @Slot()
    def _on_edited(self) -> None:
        path = self.path()
        if path is not None and path != self._last:
            self._last = path
            self.changed.emit(path)

    @Slot()
    def _on_browse(self) -> None:
        ask = QFileDialog(self, "Choose a file", str(self._last.parent) if self._last else "", self._kinds)
        ask.setFileMode(QFileDialog.FileMode.ExistingFile)
        ask.fileSelected.connect(self._on_selected)
        ask.finished.connect(ask.deleteLater)
        ask.open()

    @Slot(str)
    def _on_selected(self, name: str) -> None:
        self.set_path(Path(name))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files only."""
        if event.mimeData().hasUrls() and event.mimeData().urls()[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take the first."""
        self.set_path(Path(event.mimeData().urls()[0].toLocalFile()))
