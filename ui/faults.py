"""Faults in words: the world's with what to do next, ours with what to report."""

import logging
import traceback

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QPlainTextEdit,
    QStyle,
    QWidget,
)

from dispatcher import __version__
from dispatcher.domain.errors import KnownError

log = logging.getLogger("roundhouse.ui")
OURS = "Something went wrong inside Roundhouse."
REPORT = "Your data are as they were before. Please report it: the details are below and in the log."
WIDTH = 460
_Icon = QStyle.StandardPixmap
_shown: set[str] = set()
_open: dict[str, "FaultBox"] = {}
"""By what they say. Keeps those without a parent alive, and one fault from standing there twice."""


def show_fault(parent: QWidget | None, error: BaseException) -> None:
    """Tell the person, without stopping the program; a fault of ours is shown once, however often it recurs."""
    if isinstance(error, KnownError):
        _tell(parent, _Icon.SP_MessageBoxWarning, error.what, error.remedy)
        return
    trace = "".join(traceback.format_exception(error))
    log.error("%s", trace)
    if trace not in _shown:
        _shown.add(trace)
        _tell(parent, _Icon.SP_MessageBoxCritical, OURS, REPORT, f"Roundhouse {__version__}\n\n{trace}")


def _tell(parent: QWidget | None, icon: _Icon, what: str, remedy: str, details: str = "") -> None:
    key = f"{what}\n{details}"
    if key not in _open:
        _open[key] = FaultBox(parent, icon, what, remedy, details)
        _open[key].destroyed.connect(lambda: _open.pop(key, None))
        _open[key].open()


class FaultBox(QDialog):
    """One fault; its details can be opened and copied. Deletes itself when closed. GUI thread."""

    def __init__(self, parent: QWidget | None, icon: _Icon, what: str, remedy: str, details: str) -> None:
        super().__init__(parent)
        self.setObjectName("fault")
        self.setWindowTitle("Roundhouse")
        self.setAccessibleName("Fault")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(WIDTH)
        self.what, self.remedy = _words(self, "fault.what", what), _words(self, "fault.remedy", remedy)
        font = self.what.font()
        font.setBold(True)
        self.what.setFont(font)
        self.details = QPlainTextEdit(details, self)
        self.details.setObjectName("fault.details")
        self.details.setAccessibleName("Details")
        self.details.setReadOnly(True)
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.hide()
        self._make_buttons()
        self._lay_out(icon)

    def _make_buttons(self) -> None:
        self.box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok, self)
        self.box.button(QDialogButtonBox.StandardButton.Ok).setObjectName("fault.ok")
        self.box.accepted.connect(self.accept)
        if self.details.toPlainText():
            for name, text, slot in (("show", "Show details", self._on_show), ("copy", "Copy details", self._on_copy)):
                button = self.box.addButton(text, QDialogButtonBox.ButtonRole.ActionRole)
                button.setObjectName(f"fault.{name}")
                button.setAutoDefault(False)
                button.clicked.connect(slot)

    def _lay_out(self, icon: _Icon) -> None:
        sign = QLabel(self)
        side = self.style().pixelMetric(QStyle.PixelMetric.PM_MessageBoxIconSize, None, self)
        sign.setPixmap(self.style().standardIcon(icon, None, self).pixmap(QSize(side, side)))
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.addWidget(sign, 0, 0, 2, 1)
        grid.addWidget(self.what, 0, 1)
        grid.addWidget(self.remedy, 1, 1)
        grid.addWidget(self.details, 2, 0, 1, 2)
        grid.addWidget(self.box, 3, 0, 1, 2)
        grid.setRowStretch(2, 1)

    @Slot()
    def _on_show(self) -> None:
        self.details.show()
        self.resize(WIDTH * 3 // 2, WIDTH)

    @Slot()
    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self.details.toPlainText())


def _words(parent: QWidget, name: str, text: str) -> QLabel:
    label = QLabel(text, parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setWordWrap(True)
    return label
