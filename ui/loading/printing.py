"""Asks where what is printed goes."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from dispatcher.services.loading.paper import Paper

PDF = "PDF (*.pdf)"


def ask_where(parent: QWidget, paper: Paper, on: date, then: Callable[[Path], object]) -> None:
    """Ask for a file; `then` is told which, if one was chosen."""
    ask = QFileDialog(parent, f"Where the {paper.value} go", f"{paper.value} {on}.pdf", PDF)
    ask.setObjectName("loading.print")
    ask.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    ask.setDefaultSuffix("pdf")
    ask.fileSelected.connect(lambda name: then(Path(name)))
    ask.finished.connect(ask.deleteLater)
    ask.open()
