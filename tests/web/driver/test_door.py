"""At the door: what is wanted, what is refused, codes, undo; and what the dispatcher changes meanwhile."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from dispatcher.domain.actions import Taking
from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import CodeVerdict, OneTimeCode, RecordKind
from dispatcher.proof.codes import digits_of, issue
from tests.fixtures.phone import Driver, Gateway, Phone, a_stop, lines

EASY = {"signature": "off", "name": "off"}
SECRET = b"0123456789abcdef0123456789abcdef"


def issued(gateway: Gateway, order_id: str) -> OneTimeCode:
    """The customer's code, now in the logbook."""
    now = datetime.now(UTC)
    until = now + timedelta(hours=8)
    code = issue(OrderId(order_id), 1, SECRET, opens_at=now - timedelta(hours=1), expires_at=until)
    gateway.logbook.write(lambda writer: writer.put_code(code))
    return code


def button(phone: Phone, name: str) -> Any:
    return phone.page.get_by_role("button", name=name, exact=True)


# --- proof --------------------------------------------------------------------------------------------------------


def test_what_is_required_blocks_and_what_is_asked_warns_once(driver: Driver, phone: Phone, picture: Path) -> None:
    needs = {"photo": "required", "signature": "asked", "name": "asked", "cash": "required"}
    driver.send(a_stop(1, needs=needs, cash_due=2550))
    phone.pair()
    phone.open("deliver/order-1")
    phone.sees(".lack", "Still needed: photo")
    assert button(phone, "Delivered").is_disabled()
    phone.page.get_by_label("Taken").fill("20,00")
    phone.sees(".lack", "Still needed: photo and amount taken")
    phone.sees(".page", "€5.50 less than due")
    phone.page.get_by_label("Taken").fill("25,50")
    phone.photograph(picture)
    expect(phone.page.locator(".lack")).to_be_hidden()
    phone.press("Delivered")
    phone.sees(".lack", "No signature and name. Go on without?")
    phone.page.get_by_label("Name of who took it").fill("Pekka")
    phone.press("Delivered")
    phone.sees(".lack", "No signature. Go on without?")
    phone.press("Go on without")
    phone.sees(".snack", "Delivered: HEL-1001")
    phone.all_sent()
    assert driver.actions[-1].action.body["cash"] == 2550
    assert driver.records()[-1].body["missing"] == ["signature"]


def test_a_part_needs_its_reasons(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1, lines=lines("640001", "640002"), needs=EASY))
    phone.pair()
    phone.open("deliver/order-1")
    phone.choose("Only a part")
    phone.sees(".lack", "If nothing changed hands")
    phone.press("One less: Article 2")
    phone.sees(".lack", "Still needed: a reason for what is missing")
    phone.page.get_by_label("Why not the rest?").select_option("DAMAGED")
    phone.press("Delivered in part")
    phone.sees(".snack", "Partly delivered: HEL-1001")
    phone.all_sent()
    body = driver.actions[-1].action.body
    assert body["outcome"] == "partly"
    expected = [{"line": 0, "quantity": 2, "reason": ""}, {"line": 1, "quantity": 1, "reason": "DAMAGED"}]
    assert body["lines"] == expected


def test_a_failure_wants_what_its_reason_demands(driver: Driver, phone: Phone, picture: Path) -> None:
    driver.send(a_stop(1))
    phone.pair()
    phone.open("fail/order-1")
    phone.sees(".lack", "Still needed: reason")
    phone.choose("Nobody there")
    phone.sees(".lack", "Still needed: photo and call first")
    phone.choose("I called, without success")
    phone.sees(".lack", "Still needed: photo")
    phone.photograph(picture)
    phone.press("Not delivered")
    phone.sees(".snack", "Not delivered: HEL-1001")
    phone.all_sent()
    body = driver.actions[-1].action.body
    assert body["reason"] == "NOT_HOME"
    assert body["note"].startswith("Called at ")


def test_a_scribble_is_no_signature(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1, needs={"signature": "required", "name": "off"}))
    phone.pair()
    phone.open("deliver/order-1")
    phone.page.locator("canvas.ink").click()
    phone.sees(".page", "Too short for a signature.")
    assert button(phone, "Delivered").is_disabled()
    phone.press("Clear")
    phone.sign()
    expect(button(phone, "Delivered")).to_be_enabled()


def test_a_file_that_is_no_photo_is_not_taken(driver: Driver, phone: Phone, tmp_path: Path) -> None:
    fake = tmp_path / "photo.jpg"
    fake.write_text("this is no picture")
    driver.send(a_stop(1, needs={"photo": "required"}))
    phone.pair()
    phone.open("deliver/order-1")
    phone.photograph(fake)
    phone.sees(".page", "This file is no photo that can be shown.")
    assert button(phone, "Delivered").is_disabled()


# --- codes --------------------------------------------------------------------------------------------------------


def test_a_code_is_checked_at_once(gateway: Gateway, driver: Driver, phone: Phone) -> None:
    order = f"coded-{driver.id}"
    driver.send(a_stop(1, order_id=order, needs={"code": "required", **EASY}))
    right = digits_of(issued(gateway, order), SECRET)
    phone.pair()
    phone.open(f"deliver/{order}")
    field = phone.page.get_by_label("Six digits from the customer")
    field.fill(f"{(int(right) + 1) % 1_000_000:06}")
    phone.sees(".verdict", "Wrong code. 4 tries left.")
    assert button(phone, "Delivered").is_disabled()
    field.fill(right)
    phone.sees(".verdict", "The code is right.")
    phone.press("Delivered")
    phone.sees(".snack", "Delivered")
    phone.all_sent()
    assert driver.actions[-1].effect["code"] == CodeVerdict.RIGHT


def test_a_code_without_a_signal_is_verified_later(gateway: Gateway, driver: Driver, phone: Phone) -> None:
    first, second = f"right-{driver.id}", f"wrong-{driver.id}"
    needs = {"code": "required", **EASY}
    driver.send(a_stop(1, order_id=first, needs=needs), a_stop(2, order_id=second, needs=needs))
    right, other = (digits_of(issued(gateway, order), SECRET) for order in (first, second))
    phone.pair()
    phone.context.set_offline(True)
    for order, digits in ((first, right), (second, f"{(int(other) + 1) % 1_000_000:06}")):
        phone.open(f"deliver/{order}")
        phone.page.get_by_label("Six digits from the customer").fill(digits)
        phone.sees(".verdict", "Recorded, not yet verified")
        phone.press("Delivered")
        phone.sees(".snack", "Delivered")
    phone.sees(".link", "2 waiting")
    phone.context.set_offline(False)
    phone.all_sent()
    assert [taken.effect["code"] for taken in driver.actions] == ["right", "wrong"]
    phone.page.locator(".link").click()
    phone.sees(".page", "HEL-1002 – the code was wrong")


# --- taking back, and being refused -------------------------------------------------------------------------------


@pytest.mark.parametrize("offline", [False, True], ids=["with a signal", "without a signal"])
def test_an_outcome_can_be_taken_back(driver: Driver, phone: Phone, offline: bool) -> None:
    driver.send(a_stop(1, needs=EASY))
    phone.pair()
    phone.press("Start round")
    phone.sees(".card", "Arrived")
    phone.all_sent()
    phone.context.set_offline(offline)
    phone.open("deliver/order-1")
    phone.press("Delivered")
    phone.sees(".link span:last-child", "1 of 1")
    phone.page.locator(".snack button").click()
    phone.sees(".link span:last-child", "0 of 1")
    phone.sees(".card", "Eteläesplanadi 20")
    phone.context.set_offline(False)
    phone.all_sent()
    delivered, undone = driver.actions[-2:]
    assert undone.taking is Taking.TAKEN
    assert (delivered.withdrawn, undone.action.body["key"]) == (True, delivered.action.key)
    assert [record.kind for record in driver.records()] == [RecordKind.ATTEMPT, RecordKind.WITHDRAWN]


def test_the_time_to_take_back_runs_out(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1, needs=EASY), undo_s=1)
    phone.pair()
    phone.open("deliver/order-1")
    phone.press("Delivered")
    phone.sees(".link span:last-child", "1 of 1")
    expect(phone.page.locator(".snack")).to_be_hidden()


def test_what_the_depot_refuses_is_shown_in_its_words(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1, needs=EASY), a_stop(2))
    phone.pair()
    phone.context.set_offline(True)
    phone.open("deliver/order-1")
    phone.press("Delivered")
    phone.sees(".link", "1 waiting")
    driver.send(a_stop(2))
    phone.context.set_offline(False)
    phone.sees(".banner.bad", "1 entry not taken by the depot")
    phone.all_sent()
    phone.press("Look")
    phone.sees(".refused", "Delivered HEL-1001")
    phone.sees(".refused", driver.actions[-1].why)
    phone.press("Understood")
    phone.sees_no(".refused")
    assert driver.actions[-1].taking is Taking.REFUSED


# --- what the dispatcher changes ----------------------------------------------------------------------------------


def test_changes_are_marked_until_they_were_seen(driver: Driver, phone: Phone) -> None:
    one, two, three, four = (a_stop(n) for n in range(1, 5))
    driver.send(one, two, three, four)
    phone.pair()
    phone.sees(".banner.new", "Your round: 4 stops")
    phone.press("Got it")
    phone.sees_no(".banner.new")
    phone.all_sent()
    assert driver.round.accepted == 1

    later = {name: a_stop(9)[name] for name in ("arrives_at", "starts_at", "departs_at")}
    version = driver.send(four, one, {**three, **later, "notes": "At the back door"}, a_stop(5))
    phone.page.evaluate("dispatchEvent(new Event('focus'))")
    phone.sees(".banner.new", "4 changes")
    row = lambda address: phone.page.locator("li.stop", has_text=address)
    expect(row("Bulevardi 11").locator(".badge.new")).to_have_text("Moved")
    expect(row("Eteläesplanadi 20").locator(".badge.new")).to_have_count(0)
    assert row("Fabianinkatu 4").locator(".badge.new").all_inner_texts()[1:] == ["Other notes"]
    expect(row("Fabianinkatu 4").locator(".badge.new").first).to_contain_text("Was ")
    expect(row("Runeberginkatu 22").locator(".badge.new")).to_have_text("New")
    expect(row("Mannerheimintie 5 B 12").locator(".badge.new")).to_have_text("Taken off")
    phone.press("Got it")
    phone.sees_no(".badge.new")
    phone.all_sent()
    assert driver.round.accepted == version


def test_a_stop_that_is_to_be_tried_again_comes_back(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1), a_stop(2))
    phone.pair()
    phone.open("fail/order-1")
    phone.choose("Missing or short")
    phone.press("Not delivered")
    phone.press("Go on without")
    phone.sees(".link span:last-child", "1 of 2")
    phone.all_sent()
    driver.send(a_stop(1, attempt=2, needs=EASY), a_stop(2))
    phone.page.evaluate("dispatchEvent(new Event('focus'))")
    phone.sees(".link span:last-child", "0 of 2")
    phone.open("deliver/order-1")
    phone.press("Delivered")
    phone.sees(".link span:last-child", "1 of 2")
    phone.all_sent()
    assert driver.actions[-1].effect == {"number": 2, "outcome": "delivered"}


def test_what_is_put_off_comes_last(driver: Driver, phone: Phone) -> None:
    driver.send(a_stop(1), a_stop(2, needs=EASY))
    phone.pair()
    phone.press("Start round")
    phone.open("stop/order-1")
    phone.press("Later")
    phone.page.get_by_label("Why later?").fill("Road works")
    phone.page.locator(".part button", has_text="Later").click()
    phone.sees(".card", "Mannerheimintie 5 B 12")
    phone.open("deliver/order-2")
    phone.press("Delivered")
    phone.sees(".card", "Eteläesplanadi 20")
    phone.all_sent()
    assert [t.action.body.get("note") for t in driver.actions if t.action.kind.value == "skip"] == ["Road works"]
