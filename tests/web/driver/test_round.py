"""A driver's day on the page: from the code on the dispatcher's screen to the last stop, with and without a signal."""

import hashlib
from datetime import datetime
from pathlib import Path

from dispatcher.domain.actions import Taking
from tests.fixtures.phone import Driver, Gateway, Phone, a_stop, lines


def kinds(driver: Driver) -> list[str]:
    return [taken.action.kind.value for taken in driver.actions]


def test_a_whole_round(gateway: Gateway, driver: Driver, phone: Phone, picture: Path) -> None:
    driver.send(
        a_stop(1, lines=lines("640001", "640002"), needs={"scan": "required", "photo": "required"}),
        a_stop(2),
        a_stop(3, kind="collection", needs={"signature": "off", "name": "off"}),
    )
    phone.pair()
    phone.press("Got it")
    phone.press("Start round")
    phone.press("Arrived")
    phone.press("Deliver")
    for code in ("640001", "640002"):
        phone.page.get_by_label("Scan or type a barcode").fill(code)
        phone.page.keyboard.press("Enter")
    phone.choose("Neighbour")
    phone.page.get_by_label("Name of who took it").fill("Pekka Aho")
    phone.photograph(picture)
    phone.page.get_by_role("img", name="Photo 1").wait_for()
    phone.sign()
    phone.press("Delivered")
    phone.sees(".card", "Kahvila Käpy")
    phone.open("fail/order-2")
    phone.choose("Missing or short")
    phone.press("Not delivered")
    phone.press("Go on without")
    phone.open("deliver/order-3")
    phone.press("Collected")
    phone.sees(".end", "All stops are done.")
    phone.press("End round")
    phone.sees(".end", "The round is over.")
    phone.all_sent()

    assert kinds(driver) == ["accept", "begin", "arrive", "deliver", "fail", "deliver", "end"]
    assert [taken.action.seq for taken in driver.actions] == list(range(1, 8))
    assert all(taken.taking is Taking.TAKEN for taken in driver.actions)
    delivered, failed, collected = (taken.action.body for taken in driver.actions[3:6])
    digest = hashlib.sha256(picture.read_bytes()).hexdigest()
    assert delivered["photos"] == [digest]
    assert delivered["scans"] == ["640001", "640002"]
    assert (delivered["handover"], delivered["name"]) == ("neighbour", "Pekka Aho")
    assert datetime.fromisoformat(delivered["arrived_at"]) == driver.actions[2].action.at
    assert len(delivered["ink"]["strokes"]) == 1
    assert failed["reason"] == "MISSING"
    assert collected["outcome"] == "delivered"
    assert all(record.body["missing"] == [] for record in driver.records() if record.body["outcome"] != "failed")
    original = gateway.folder / "proofs" / digest[:2] / digest[2:4] / digest
    assert original.read_bytes() == picture.read_bytes()
    photo = gateway.logbook.read(lambda reader: reader.photo(digest))
    assert photo
    assert (photo.width, photo.height, photo.fault) == (1600, 1200, "")


def test_without_a_signal_nothing_is_lost_or_doubled(driver: Driver, phone: Phone) -> None:
    driver.send(*(a_stop(n, needs={"signature": "off", "name": "off"}) for n in range(1, 6)))
    phone.pair()
    phone.begin()
    before = len(driver.actions)

    phone.context.set_offline(True)
    phone.sees(".link", "No signal since")
    phone.open("deliver/order-1")
    phone.press("Delivered")
    phone.sees(".link", "1 waiting, no signal since")
    phone.page.reload()
    phone.sees(".link", "1 waiting, no signal since")
    phone.sees("summary", "1 stop done")
    phone.open("deliver/order-2")
    phone.press("Delivered")
    phone.sees("summary", "2 stops done")
    assert len(driver.actions) == before

    phone.context.set_offline(False)
    phone.all_sent()
    arrived = driver.actions[before:]
    assert [taken.action.order_id for taken in arrived] == ["order-1", "order-2"]
    assert [taken.action.seq for taken in driver.actions] == list(range(1, len(driver.actions) + 1))

    phone.page.reload()
    phone.sees("summary", "2 stops done")
    phone.all_sent()
    assert len(driver.actions) == before + 2


def test_a_hundred_and_fifty_stops_without_a_signal(driver: Driver, phone: Phone) -> None:
    driver.send(*(a_stop(n, at=2.0 * n, needs={"signature": "off", "name": "off"}) for n in range(1, 151)))
    phone.pair()
    phone.begin()
    phone.context.set_offline(True)
    for n in range(1, 151):
        phone.open(f"deliver/order-{n}")
        phone.press("Delivered")
        phone.sees(".link span:last-child", f"{n} of 150")
    phone.sees(".link", "150 waiting, no signal since")

    phone.context.set_offline(False)
    phone.all_sent()
    delivered = [taken for taken in driver.actions if taken.action.kind.value == "deliver"]
    assert [taken.action.order_id for taken in delivered] == [f"order-{n}" for n in range(1, 151)]
    assert [taken.action.seq for taken in driver.actions] == list(range(1, 152))
    assert all(taken.taking is Taking.TAKEN for taken in driver.actions)


def test_an_answer_that_was_lost_doubles_nothing(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1, needs={"signature": "off", "name": "off"}))
    phone.pair()
    lost: list[int] = []

    def lose_the_answer(route, request) -> None:  # type: ignore[no-untyped-def]
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    phone.page.route("**/driver/api/actions", lose_the_answer)
    phone.press("Start round")
    phone.sees(".link", "1 waiting, no signal since")
    phone.press("Arrived")
    phone.sees(".card", "You are here")
    phone.all_sent()
    assert lost == [200]
    assert kinds(driver) == ["begin", "arrive"]


def test_two_tabs_send_everything_once(driver: Driver, phone: Phone) -> None:
    driver.send(*(a_stop(n, needs={"signature": "off", "name": "off"}) for n in range(1, 4)))
    phone.pair()
    phone.press("Start round")
    second = phone.context.new_page()
    second.goto(driver.gateway.origin + "/driver/")
    second.get_by_text("You are here").or_(second.get_by_text("Arrived")).first.wait_for()
    phone.context.set_offline(True)
    for tab, order in ((phone.page, "order-1"), (second, "order-2"), (phone.page, "order-3")):
        tab.evaluate("(order) => { location.hash = `#/deliver/${order}`; }", order)
        tab.get_by_role("button", name="Delivered", exact=True).click()
        tab.locator("#dock .snack button").wait_for()
    second.locator(".end", has_text="All stops are done.").wait_for()
    phone.context.set_offline(False)
    phone.all_sent()
    delivered = [taken.action.order_id for taken in driver.actions if taken.action.kind.value == "deliver"]
    assert delivered == ["order-1", "order-2", "order-3"]
    assert [taken.action.seq for taken in driver.actions] == [1, 2, 3, 4]


def test_a_half_filled_form_outlives_the_page(driver: Driver, phone: Phone, picture: Path) -> None:
    driver.send(a_stop(1))
    phone.pair()
    phone.open("deliver/order-1")
    phone.page.get_by_label("Name of who took it").fill("Pekka")
    phone.sign()
    phone.photograph(picture)
    phone.page.get_by_role("img", name="Photo 1").wait_for()
    phone.page.reload()
    phone.page.get_by_role("img", name="Photo 1").wait_for()
    assert phone.page.get_by_label("Name of who took it").input_value() == "Pekka"
    phone.press("Delivered")
    phone.sees(".snack", "Delivered: HEL-1001")
    phone.all_sent()
    body = driver.actions[-1].action.body
    assert body["name"] == "Pekka"
    assert body["ink"]["strokes"]
    assert body["photos"] == [hashlib.sha256(picture.read_bytes()).hexdigest()]
