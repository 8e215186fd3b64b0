"""What `ui.shots` pictures of the slots: the calendar, an order on its way, the counter, bulk, the catalogue.

Makes the usual slots where there are none; nothing is booked, since what is held stays in the logbook.
"""

from typing import TYPE_CHECKING

from ui.slots.bar import Page
from ui.theme import Mode, Theme

if TYPE_CHECKING:
    from ui.shots import Album
    from ui.slots.panel import SlotsPanel
    from ui.window.main import MainWindow

SMALL = (1366, 768)


def play(album: "Album", window: "MainWindow", panel: "SlotsPanel", theme: Theme) -> None:
    """All scenes of the slots."""
    window.show_panel(panel)
    panel.refresh()
    album.settle()
    if not panel.board.slots.rowCount():
        album.take("slots-empty")
        panel.empty.step_requested.emit()
        album.settle()
    album.take("slots")
    _counter(album, window, panel)
    for page in (Page.BULK, Page.CATALOGUE):
        panel.show_page(page)
        album.settle()
        album.take(f"slots-{page.name.lower()}")
    panel.show_page(Page.BOARD)
    _looks(album, window, theme)
    window.show_panel(window.board)


def _counter(album: "Album", window: "MainWindow", panel: "SlotsPanel") -> None:
    """Offers for an address near the depot."""
    day = window.day.day
    panel.show_page(Page.COUNTER)
    if day is None:
        return
    place = next((o.address.place for o in day.orders.values() if o.address.place), day.depot.place)
    panel.counter.address.setText(f"{place.lat:.5f}, {place.lon:.5f}")
    panel.counter.look.click()
    album.settle()
    album.take("slots-counter")
    panel.counter.begin()


def _looks(album: "Album", window: "MainWindow", theme: Theme) -> None:
    """In the dark, and on a small screen."""
    size = window.size()
    theme.apply(Mode.DARK, 1.0)
    album.settle()
    album.take("slots-dark")
    theme.apply(Mode.LIGHT, 1.0)
    window.resize(*SMALL)
    album.settle()
    album.take("slots-small")
    window.resize(size)
