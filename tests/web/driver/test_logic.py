"""What the page works out by itself: what changed, when about; and how photos travel."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from playwright.sync_api import Page, Route

from tests.fixtures.phone import Driver, Gateway, Phone, a_stop

if TYPE_CHECKING:
    from playwright.sync_api import Browser

EASY = {"signature": "off", "name": "off"}
T0 = 1_795_500_000_000
"""A moment in milliseconds, from which these rounds count."""
MINUTE = 60_000


@pytest.fixture(scope="module")
def modules(gateway: Gateway, browser: "Browser") -> Iterator[Page]:
    """A page that can import the driver page's own."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(gateway.origin + "/driver/icon.svg")
    yield page
    context.close()


def at(page: Page, minutes: float) -> str:
    moment: str = page.evaluate("(ms) => new Date(ms).toISOString()", T0 + minutes * MINUTE)
    return moment


def longest_rising(values: list[int]) -> int:
    ends: list[int] = []
    for value in values:
        place = bisect_left(ends, value)
        ends[place : place + 1] = [value]
    return len(ends)


@given(order=st.integers(1, 12).flatmap(lambda n: st.permutations(range(n))))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_few_stops_as_can_be_are_called_moved(modules: Page, order: list[int]) -> None:
    stops = [a_stop(n + 1, at=5.0 * n) for n in range(len(order))]
    moved = modules.evaluate(
        """async ([before, after]) => {
          const { changes } = await import("/driver/changes.js");
          return [...changes({ stops: before }, { stops: after }, () => false).kinds].map(([id]) => id);
        }""",
        [stops, [stops[n] for n in order]],
    )
    stayed = [n for n in order if stops[n]["order_id"] not in moved]
    assert stayed == sorted(stayed)
    assert len(stayed) == longest_rising(list(order))


def abouts(page: Page, stops: list[dict[str, Any]], actions: list[dict[str, Any]], now: float) -> list[Any]:
    """Minutes after `T0` at which each stop ahead is expected; None for those that are done."""
    round_ = {"shift_id": "s", "stops": stops, "leaves_at": at(page, 0), "undo_s": 60}
    found: list[Any] = page.evaluate(
        """async ([round, actions, now, zero]) => {
          const { standing } = await import("/driver/rounds.js");
          const { stops } = standing({ round, done: {}, actions, now });
          return stops.map(({ state, about }) => (state === "todo" ? (about - zero) / 60_000 : null));
        }""",
        [round_, actions, T0 + now * MINUTE, T0],
    )
    return found


def planned(page: Page, turn: int, arrives: float, opens: float = 0, closes: float = 600, wait: float = 0) -> Any:
    return a_stop(
        turn,
        arrives_at=at(page, arrives),
        starts_at=at(page, arrives + wait),
        departs_at=at(page, arrives + wait + 4),
        windows=[{"opens_at": at(page, opens), "closes_at": at(page, closes)}],
    )


def did(page: Page, kind: str, turn: int, minute: float) -> dict[str, Any]:
    body = {"outcome": "delivered"} if kind == "deliver" else {}
    place = {"shift_id": "s", "order_id": f"order-{turn}", "attempt": 1}
    return {"key": f"{kind}-{turn}", "kind": kind, "at": at(page, minute), "state": "sent", "body": body, **place}


def test_times_ahead_follow_how_late_the_driver_is(modules: Page) -> None:
    stops = [planned(modules, n, 10.0 * n) for n in (1, 2, 3)]
    assert abouts(modules, stops, [], now=0) == [10, 20, 30]
    assert abouts(modules, stops, [], now=6) == [16, 26, 36]
    done = did(modules, "deliver", 1, 21)
    assert abouts(modules, stops, [done], now=21) == [None, 27, 37]
    assert abouts(modules, stops, [done], now=40) == [None, 40, 50]
    assert abouts(modules, stops, [done, did(modules, "arrive", 2, 25)], now=40) == [None, 25, 35]


def test_waiting_for_a_window_takes_delay_up(modules: Page) -> None:
    stops = [planned(modules, 1, 10), planned(modules, 2, 20, opens=40, wait=20), planned(modules, 3, 50)]
    assert abouts(modules, stops, [did(modules, "deliver", 1, 26)], now=26) == [None, 32, 50]
    assert abouts(modules, stops, [did(modules, "deliver", 1, 4)], now=4) == [None, 10, 50]


def test_a_photo_goes_on_where_it_broke_off(gateway: Gateway, driver: Driver, phone: Phone, tmp_path: Path) -> None:
    picture = tmp_path / "large.jpg"
    grain = np.random.default_rng(3).integers(0, 255, (700, 900, 3), dtype=np.uint8)
    Image.fromarray(grain).save(picture, quality=95)
    assert picture.stat().st_size > 600_000
    driver.send(a_stop(1, needs=EASY))
    phone.pair()
    offsets: list[int] = []

    def broken_once(route: Route) -> None:
        if route.request.method == "PUT":
            offsets.append(int(route.request.headers["upload-offset"]))
            if len(offsets) == 2:
                return route.abort()
        return route.continue_()

    phone.page.route("**/driver/api/photos/*", broken_once)
    phone.open("deliver/order-1")
    phone.photograph(picture)
    phone.page.get_by_role("img", name="Photo 1").wait_for()
    phone.press("Delivered")
    phone.sees(".link span:last-child", "1 of 1")
    phone.all_sent()
    piece = 256 * 1024
    assert offsets[:3] == [0, piece, piece]
    assert offsets == sorted(offsets)
    digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    kept = gateway.folder / "proofs" / digest[:2] / digest[2:4] / digest
    assert kept.read_bytes() == picture.read_bytes()


def test_only_a_photo_too_large_to_send_is_encoded_anew(
    gateway: Gateway, driver: Driver, phone: Phone, tmp_path: Path
) -> None:
    picture = tmp_path / "huge.jpg"
    grain = np.random.default_rng(4).integers(0, 255, (1800, 2400, 3), dtype=np.uint8)
    Image.fromarray(grain).save(picture, quality=100, subsampling=0)
    assert picture.stat().st_size > 8_000_000
    driver.send(a_stop(1, needs=EASY))
    phone.pair()
    phone.open("deliver/order-1")
    phone.photograph(picture)
    phone.page.get_by_role("img", name="Photo 1").wait_for()
    phone.press("Delivered")
    phone.sees(".link span:last-child", "1 of 1")
    phone.all_sent()
    (digest,) = driver.actions[-1].action.body["photos"]
    photo = gateway.logbook.read(lambda reader: reader.photo(digest))
    assert photo
    assert (photo.width, photo.height, photo.mime, photo.fault) == (2400, 1800, "image/jpeg", "")
    assert photo.size <= 8_000_000
