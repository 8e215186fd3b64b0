"""What `ui.shots` pictures of the phones: none yet, the form that pairs one, and a depot's phones with the gateway up.

Everything is real, the gateway's process too; at the end it is stopped and its setting taken back.
"""

import socket
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dispatcher.domain.devices import App, Device
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Driver
from dispatcher.domain.letters import Letter
from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Decoded, Fix, Source
from dispatcher.services import pairing
from dispatcher.services.logbook import Logbook
from ui.phones.pairing import PairDialog

if TYPE_CHECKING:
    from ui.shots import Album
    from ui.window.main import MainWindow

NAMES = ("Pixel 7", "Galaxy A54", "iPhone 13", "Fairphone 5")


def play(album: "Album", window: "MainWindow") -> None:
    """All scenes of the phones; a window without a logbook has none."""
    panel = window.phones
    if panel.feed is None or window.day.workplace.live is None:
        return
    window.show_panel(panel)
    _read(album, window)
    album.take("phones-empty")
    drivers = [driver for driver in window.day.workplace.store.read(lambda r: r.drivers()) if driver.active]
    if not drivers:
        return
    logbook = window.day.workplace.live.logbook
    _use_free_ports(window)
    try:
        _phones(window, drivers, logbook)
        _forms(album, window, drivers[-1])
        _read(album, window)
        panel.table.selectRow(1)
        album.take("phones")
    finally:
        panel.bar.stop_requested.emit()
        album.settle()
        _leave_none(window, logbook)
    window.show_panel(window.board)


def _use_free_ports(window: "MainWindow") -> None:
    """Pictures are taken beside a gateway that serves."""
    road = window.day.workplace.depot.road
    aside = next((n for n in range(0, 9_000, 1_000) if _free(road.port + n) and _free(road.setup_port + n)), 0)
    if aside:
        other = replace(road, port=road.port + aside, setup_port=road.setup_port + aside)
        window.day.workplace.store.write("Use other ports", lambda u: u.put_depot(replace(u.depot(), road=other)))


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _read(album: "Album", window: "MainWindow") -> None:
    feed = window.phones.feed
    assert feed is not None
    feed.look()
    album.wait(feed.phones_changed)
    album.settle()


def _forms(album: "Album", window: "MainWindow", driver: Driver) -> None:
    """The driver page's code, and what a Traccar server is told; the gateway comes up meanwhile."""
    for app, name in ((App.PAGE, "phones-pair"), (App.SERVER, "phones-traccar")):
        window.phones.pair(driver.id)
        album.settle()
        form = next(d for d in window.findChildren(PairDialog) if d.isVisible())
        form.choosing.choose(app)
        form.go.click()
        album.settle()
        _wait_until_running(album, window)
        album.settle()
        album.take(name, form)
        form.reject()


def _wait_until_running(album: "Album", window: "MainWindow") -> None:
    feed = window.phones.feed
    assert feed is not None
    while not (feed.standing and feed.standing.status.running and feed.standing.status.port):
        if feed.standing and feed.standing.fault:
            raise KnownError(f"The gateway cannot be pictured: {feed.standing.fault}", "Mend that, and try again.")
        album.wait(feed.standing_changed)


def _phones(window: "MainWindow", drivers: list[Driver], logbook: Logbook) -> None:
    """Some heard just now, one silent, one low, one revoked."""
    now = window.day.workplace.clock()
    for n, (driver, name) in enumerate(zip(drivers, NAMES, strict=False)):
        offer = pairing.invite(logbook, driver_id=driver.id, label=name, now=now - timedelta(days=2))
        device = pairing.redeem(logbook, offer.code, unique_id=name, label="", now=now - timedelta(days=2)).device
        logbook.append([_heard(device, now - timedelta(minutes=(0, 2, 47, 1)[n]), (0.82, 0.11, 0.5, 0.64)[n], window)])
        if n == 3:
            pairing.revoke(logbook, device.id, now=now)


def _heard(device: Device, at: datetime, battery: float, window: "MainWindow") -> Letter:
    place: Place = window.day.workplace.depot.place
    fix = Fix(at, place, battery=battery)
    return Letter(device.id, device.driver_id, Source.PAGE, at, b"", Decoded((fix,)))


def _leave_none(window: "MainWindow", logbook: Logbook) -> None:
    now = window.day.workplace.clock()
    for device in logbook.read(lambda r: r.devices()):
        if device.trusted:
            pairing.revoke(logbook, device.id, now=now)
