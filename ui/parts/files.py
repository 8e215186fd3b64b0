"""A field for a file: typed, browsed for, or dropped."""

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from ui.parts.fields import set_icon
from ui.theme import Theme


class FileField(QWidget):
    """GUI thread.

    Signals:
        changed(Path): another file was named, or the same one chosen again because it was corrected meanwhile.
    """

    changed = Signal(object)

    def __init__(self, name: str, accessible: str, kinds: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self._kinds, self._theme = kinds, theme
        self._last: Path | None = None
        self.edit = QLineEdit(self)
        self.edit.setObjectName(name)
        self.edit.setAccessibleName(accessible)
        self.edit.setPlaceholderText("Browse, or drop a file here")
        self.edit.setAcceptDrops(False)  # it would take a dropped file as text
        self._browse = QPushButton("Browse…", self)
        self._browse.setObjectName(f"{name}.browse")
        self._browse.setAccessibleName(f"Browse: {accessible}")
        self._browse.setAutoDefault(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.edit, 1)
        row.addWidget(self._browse)
        self.setFocusProxy(self.edit)
        self._browse.clicked.connect(self.browse)
        self.edit.editingFinished.connect(self._on_edited)
        theme.changed.connect(self._dress)
        self._dress()

    def path(self) -> Path | None:
        """The file named, if any."""
        text = self.edit.text().strip().strip('"')
        return Path(text).expanduser() if text else None

    def set_path(self, path: Path) -> None:
        """Name a file."""
        self.edit.setText(str(path))
        self._last = path
        self.changed.emit(path)

    @Slot()
    def _dress(self) -> None:
        set_icon(self._browse, "folder-open-outline", self._theme)

    @Slot()
    def _on_edited(self) -> None:
        path = self.path()
        if path is not None and path != self._last:
            self._last = path
            self.changed.emit(path)

    @Slot()
    def browse(self) -> None:
        """Let the person choose one."""
        ask = QFileDialog(self, "Choose a file", str(self._last.parent) if self._last else "", self._kinds)
        ask.setObjectName(f"{self.edit.objectName()}.dialog")
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
        event.acceptProposedAction()
