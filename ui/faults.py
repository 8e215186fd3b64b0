"""Faults in words: the world's with what to do next, ours with what to report."""

import logging
import traceback

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from dispatcher.domain.errors import KnownError

log = logging.getLogger("roundhouse.ui")
_shown: set[str] = set()


def show_fault(parent: QWidget | None, error: BaseException) -> None:
    """Tell the person, without stopping the program; a fault of ours is shown once, however often it recurs."""
    if isinstance(error, KnownError):
        _open(parent, QMessageBox.Icon.Warning, error.what, error.remedy)
        return
    trace = "".join(traceback.format_exception(error))
    log.error("%s", trace)
    if trace not in _shown:
        _shown.add(trace)
        remedy = "Your data are as they were before. Please report it: the details are below and in the log."
        _open(parent, QMessageBox.Icon.Critical, "Something went wrong inside Roundhouse.", remedy, trace)


def _open(parent: QWidget | None, icon: QMessageBox.Icon, what: str, remedy: str, details: str = "") -> None:
    box = QMessageBox(icon, "Roundhouse", what, QMessageBox.StandardButton.Ok, parent)
    box.setObjectName("fault")
    box.setInformativeText(remedy)
    box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if details:
        box.setDetailedText(details)
        copy = box.addButton("Copy details", QMessageBox.ButtonRole.ActionRole)
        copy.clicked.disconnect()
        copy.clicked.connect(lambda: QApplication.clipboard().setText(details))
    box.open()
