"""How soon and with how many bytes the driver page opens: the real gateway over TLS on this machine, real Chromium.

The first load fills an empty browser; the later one has no signal, and comes from what the phone keeps.
"""

import statistics
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fixtures.phone import CHROMIUM, WORKS, Driver, Phone, a_browser, a_gateway, a_stop

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STOPS = 40
TIMES = 5
GOAL_MS = 1_000
GOAL_KB = 200

SHOWN_MS = """() => new Promise((done) => {
  const look = () => (document.querySelector(".stop") ? done(performance.now()) : requestAnimationFrame(look));
  look();
})"""
SENT_BYTES = """() => performance.getEntries().filter((e) => "transferSize" in e && !e.name.includes("/driver/api/"))
  .reduce((sum, e) => sum + e.transferSize, 0)"""


def run() -> Iterable[dict[str, object]]:
    """Each figure with its goal; medians."""
    if not CHROMIUM:
        return
    with (
        tempfile.TemporaryDirectory() as folder,
        a_gateway(Path(folder) / "home") as gateway,
        a_browser(gateway) as browser,
    ):
        driver = gateway.a_driver()
        driver.send(*(a_stop(n) for n in range(1, STOPS + 1)))
        opened = [_open(browser, driver) for _ in range(TIMES)]
    first, size, later = (list(column) for column in zip(*opened, strict=True))
    on = f"{STOPS} stops, loopback, median of {TIMES}"
    yield _figure("first opening until the round is shown", statistics.median(first), "ms", GOAL_MS, on)
    yield _figure("opening without a signal until the round is shown", statistics.median(later), "ms", GOAL_MS, on)
    yield _figure("first opening over the wire", max(size) / 1000, "kB", GOAL_KB, "the page without data")


def _figure(name: str, value: float, unit: str, goal: float, on: str) -> dict[str, object]:
    return {"name": name, "value": round(value), "unit": unit, "goal": goal, "ok": value <= goal, "on": on}


def _open(browser: "Browser", driver: Driver) -> tuple[float, float, float]:
    """Milliseconds and bytes of the first opening, which pairs the phone too; milliseconds of one without a signal."""
    phone = Phone(browser, driver)
    phone.page.goto(driver.invitation())
    first, size = phone.page.evaluate(SHOWN_MS), phone.page.evaluate(SENT_BYTES)
    phone.page.evaluate(WORKS)
    phone.all_sent()
    phone.context.set_offline(True)
    phone.page.reload()
    later = phone.page.evaluate(SHOWN_MS)
    phone.close()
    return first, size, later
