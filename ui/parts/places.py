"""Addresses while a person types: a list below the field, taken from the address index."""

from collections.abc import Sequence

import shiboken6
from PySide6.QtCore import QModelIndex, QObject, QStringListModel, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QCompleter, QLineEdit

from dispatcher.domain.place import Found, Place, Precision
from dispatcher.services.ports import Geocoder

AFTER_MS = 120
"""A pause in typing, after which it is worth to look; the index answers within it."""
SHORTEST = 3
OFFERED = 8


def coordinates(text: str) -> Found | None:
    """The point that "60.1699, 24.9480" means; `None` for other words."""
    try:
        lat, lon = (float(part) for part in text.replace(";", ",").split(","))
        place = Place(lat, lon)
    except ValueError:
        return None
    return Found(f"{place.lat:.5f}, {place.lon:.5f}", place, Precision.PIN, 100.0)


class PlaceSearch(QObject):
    """Belongs to one line edit, whose text it never changes: the owner fills its fields from `chosen`. GUI thread.

    Signals:
        chosen(Found): a person took an offer.
    """

    chosen = Signal(object)

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field)
        self._field = field
        self._geocoder: Geocoder | None = None
        self._offers: Sequence[Found] = ()
        self._model = QStringListModel(self)
        # Not the field's own completer: that one would write the whole label into the field
        self._completer = QCompleter(self._model, self)
        self._completer.setWidget(field)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(OFFERED)
        self.popup = self._completer.popup()
        self.popup.setObjectName(f"{field.objectName()}.offers")
        self.popup.setAccessibleName("Addresses that begin so")
        self.popup.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._completer.activated[QModelIndex].connect(self._on_activated)
        self._timer = QTimer(self)
        self._timer.setObjectName(f"{field.objectName()}.search")
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self._look)
        field.textEdited.connect(self._on_edited)

    def use(self, geocoder: Geocoder | None) -> None:
        """Ask this index from now on; none: offer nothing."""
        self._geocoder = geocoder
        self._timer.stop()
        self._show(())

    @Slot(str)
    def _on_edited(self, text: str) -> None:
        if self._geocoder is not None and len(text.strip()) >= SHORTEST:
            self._timer.start()
        else:
            self._timer.stop()
            self._show(())

    @Slot()
    def _look(self) -> None:
        if self._geocoder is not None and self._field.isVisible():
            self._show(self._geocoder.suggest(self._field.text(), limit=OFFERED))

    def _show(self, offers: Sequence[Found]) -> None:
        self._offers = offers
        self._model.setStringList([found.label for found in offers])
        if offers:
            self._completer.complete()
        elif shiboken6.isValid(self.popup):  # a window that closes deletes its popups before its forms end
            self.popup.hide()

    @Slot(QModelIndex)
    def _on_activated(self, index: QModelIndex) -> None:
        if index.row() < len(self._offers):
            self.chosen.emit(self._offers[index.row()])
