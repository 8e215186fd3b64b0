"""The list of phones on a real store and a real logbook."""

from pytestqt.qtbot import QtBot

from db.logbook.store import SqliteLogbook
from dispatcher.domain.fleet import Driver
from dispatcher.services import pairing
from tests.ui.phones.conftest import Time, read
from ui.phones import words
from ui.phones.panel import PhonesPanel


def shown(panel: PhonesPanel) -> list[tuple[str, ...]]:
    """The cells of the list, row by row."""
    model = panel.sorting
    return [
        tuple(str(model.index(row, column).data()) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def test_it_says_what_belongs_here(panel: PhonesPanel) -> None:
    assert panel.stack.currentWidget() is panel.empty
    assert "No drivers yet" in panel.empty.text


def test_drivers_without_a_phone_are_rows_too(
    panel: PhonesPanel, drivers: list[Driver], logbook: SqliteLogbook, time: Time, qtbot: QtBot
) -> None:
    offer = pairing.invite(logbook, driver_id=drivers[0].id, label="", now=time())
    pairing.redeem(logbook, offer.code, unique_id="u", label="Pixel 7", now=time())
    read(panel, qtbot)
    first, second = shown(panel)
    assert first[words.DRIVER] == "1  Aino Korhonen"
    assert first[words.APP] == "Driver page"
    assert first[words.STATE] == "paired"
    assert second[words.STATE].startswith("no phone")
