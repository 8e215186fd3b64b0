"""A customer chooses a slot on a phone: what is left of each, the place that is held, and the last one gone."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from dispatcher.domain.customers import WishKind, WishState
from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.papers import Paper, PaperKind
from dispatcher.domain.slots import Area, AreaId, HoldState, RuleId, SlotRule
from tests.fixtures.phone import Gateway
from tests.web.customer.conftest import Customer, today
from tests.web.customer.test_page import SIZES, picture

AREA = Area(AreaId("all"), "Whole region")
RULES = (
    SlotRule(
        RuleId("morning"), AREA.id, time(8), time(12), frozenset(range(7)), cut_off_s=0, lead_days=1, most_orders=1
    ),
    SlotRule(RuleId("evening"), AREA.id, time(18), time(20), frozenset(range(7)), cut_off_s=0, lead_days=1, price=290),
)
SLOT: dict[str, Any] = {
    "slot": {"area": "all", "minutes": 3, "kg": 1.0, "litres": 0.0, "parcels": 1},
    "currency": "EUR",
}
TOMORROW = today() + timedelta(days=1)


@pytest.fixture
def customers(gateway: Gateway) -> tuple[Customer, Customer]:
    """Two who may have a slot of the next three days, in which nobody has a place."""
    now = datetime.now(UTC)

    def fill(writer: Any) -> None:
        writer.put_area(AREA)
        for rule in RULES:
            writer.put_slot_rule(rule)
        for n in range(4):
            on = (today() + timedelta(days=n)).isoformat()
            body = {"catalogue": "", "revision": 1, "slots": "{}"}
            writer.put_paper(Paper(f"slots planned {on}", PaperKind.SLOTS_PLANNED, on, now, body))
        for hold in writer.slot_holds(today(), TOMORROW + timedelta(days=9)):
            writer.put_slot_hold(type(hold)(hold.id, hold.rule_id, hold.on, hold.at, now, hold.by))

    gateway.logbook.write(fill)
    both = Customer(gateway, OrderId(new_id())), Customer(gateway, OrderId(new_id()))
    for each in both:
        each.publish(**SLOT)
    return both


def option(on: Any, opens: str, closes: str) -> str:
    return f"{on.isoformat()} {opens} {closes}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "de", "fr", "fi"])
def test_slots_fit_the_phone_in_every_language(customers: Any, visit: Any, lang: str, scheme: str) -> None:
    one, _ = customers
    visitor = visit(viewport=SIZES[0], color_scheme=scheme).open(f"{one.link}?lang={lang}")
    assert visitor.page.locator('form[data-kind="day"]').count() == 0, "a day is chosen with its slot"
    visitor.page.locator("details", has=visitor.page.locator('form[data-kind="slot"]')).locator("summary").click()
    form = visitor.page.locator('form[data-kind="slot"]')
    assert form.locator("option").count() == 1 + 2 * 3
    form.locator("select").select_option(option(TOMORROW, "18:00", "20:00"))
    assert "2" in form.locator("option:checked").inner_text()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= SIZES[0]["width"]
    picture(visitor, f"slots-{lang}-{scheme}")
    form.locator("button").click()
    expect(visitor.page.locator("#asked li.open")).to_be_visible()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= SIZES[0]["width"]
    picture(visitor, f"slots-held-{lang}-{scheme}")


def test_the_last_place_goes_to_one_and_the_other_is_told(customers: Any, visit: Any) -> None:
    one, two = customers
    wanted = option(TOMORROW, "08:00", "12:00")
    first, second = visit().open(one.link), visit().open(two.link)
    forms = [visitor.unfold("Another day or time") for visitor in (first, second)]
    for form in forms:
        form.locator("select").select_option(wanted)
        assert "1 left" in form.locator("option:checked").inner_text()
    forms[0].locator("button").click()
    first.sees("#asked", "Held for you until")
    forms[1].locator("button").click()
    second.sees("#said", "That time cannot be had any more")
    picture(second, "slots-gone")
    assert two.wishes == []
    (wish,) = one.wishes
    assert (wish.kind, wish.on, wish.state) == (WishKind.SLOT, TOMORROW, WishState.OPEN)
    hold = one.gateway.logbook.read(lambda r: r.slot_hold(wish.hold_id))
    assert hold.state is HoldState.HELD
    second.page.reload()
    assert second.page.locator(f'option[value="{wanted}"]').count() == 0


def test_where_nothing_is_left_that_is_said(customers: Any, visit: Any) -> None:
    one, _ = customers
    one.publish(**SLOT, windows=[])
    closed = [type(RULES[0])(rule.id, AREA.id, rule.opens, rule.closes, lead_days=30, ahead_days=40) for rule in RULES]
    one.gateway.logbook.write(lambda w: [w.put_slot_rule(rule) for rule in closed])
    visitor = visit(viewport=SIZES[0]).open(one.link)
    visitor.sees("#ask", "No other day or time is free just now")
    assert visitor.page.locator('form[data-kind="slot"]').count() == 0
    picture(visitor, "slots-none")
