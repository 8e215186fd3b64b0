"""Slots on customers' pages over the wire: as many places as at the counter, and nobody gets a place that is taken."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from dispatcher.domain.customers import Wish, WishKind, WishState
from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import MessagePolicy
from dispatcher.domain.papers import Paper, PaperKind
from dispatcher.domain.slots import Area, AreaId, Blackout, HoldState, RuleId, SlotChange, SlotHold, SlotRule
from dispatcher.services.customer_pages_links import secret_part
from dispatcher.services.customer_pages_slots import packed
from tests.unit.gateway.conftest import NOW, Answer, Depot, Site
from tests.unit.gateway.test_customer import ON, SECRET, publish

AREA = Area(AreaId("all"), "Whole region")
MORNING = SlotRule(
    RuleId("morning"), AREA.id, time(8), time(12), frozenset(range(7)), cut_off_s=12 * 3_600, most_orders=2
)
EVENING = replace(MORNING, id=RuleId("evening"), opens=time(22), closes=time(1), most_orders=None, price=290)
WANTS = {"area": "all", "minutes": 3, "kg": 2.0, "litres": 0.0, "parcels": 1}
TOMORROW, FRIDAY = date(2026, 11, 25), date(2026, 11, 27)
ONE, TWO = OrderId("order-1"), OrderId("order-2")


def planned(depot: Depot, on: date, slots: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """What the window says of a date."""
    body = {"catalogue": "", "revision": 1, "slots": packed(slots)}
    paper = Paper(f"slots planned {on}", PaperKind.SLOTS_PLANNED, on.isoformat(), NOW, body)
    depot.logbook.write(lambda w: w.put_paper(paper))


@pytest.fixture
def served(depot: Depot) -> Depot:
    depot.policy(messages=MessagePolicy(page=True))
    for order_id in (ONE, TWO):
        publish(depot, order_id, slot=WANTS, currency="EUR")
    depot.logbook.write(lambda w: (w.put_area(AREA), w.put_slot_rule(MORNING)))
    for n in range(4):
        planned(depot, ON + timedelta(days=n), {})
    return depot


async def choose(site: Site, on: date, opens: str = "08:00", closes: str = "12:00", **more: Any) -> Answer:
    order_id, key = more.get("order_id", ONE), more.get("key", "0123456789")
    headers = {"Origin": f"https://127.0.0.1:{site.gateway.port}", "Accept-Language": "en"}
    said = {"key": key, "kind": "slot", "on": on.isoformat(), "from": opens, "until": closes}
    return await site.ask("POST", f"/t/{secret_part(order_id, SECRET)}/wish", json=said, headers=headers)


async def offered(site: Site, order_id: OrderId = ONE, lang: str = "en") -> dict[str, str]:
    """What the list says, by what is sent for it."""
    text = (await site.ask("GET", f"/t/{secret_part(order_id, SECRET)}?lang={lang}")).body.decode()
    return dict(re.findall(r'<option value="([^"]+)">([^<]+)</option>', text))


def holds(depot: Depot) -> list[SlotHold]:
    return list(depot.logbook.read(lambda r: r.slot_holds(date.min, date.max)))


def wishes(depot: Depot, order_id: OrderId = ONE) -> list[Wish]:
    return list(depot.logbook.read(lambda r: r.wishes_of(order_id)))


def test_the_page_offers_the_catalogue_and_no_pieces_of_hours(served: Depot) -> None:
    taken = SlotHold("h", MORNING.id, TOMORROW, NOW, NOW + timedelta(minutes=10), "Anna")
    in_plan = [{"order_id": "o", "minutes": 3, "kg": 1.0, "litres": 0.0, "parcels": 1}]
    planned(served, FRIDAY, {"morning": in_plan})
    served.logbook.write(lambda w: (w.put_slot_hold(taken), w.put_slot_rule(EVENING)))

    async def scenario(site: Site) -> None:
        assert await offered(site) == {
            "2026-11-25 08:00 12:00": "Wed 08:00–12:00 · 1 left",
            "2026-11-25 22:00 01:00": "Wed 22:00–01:00 · €2.90",
            "2026-11-26 08:00 12:00": "Thu 08:00–12:00 · 2 left",
            "2026-11-26 22:00 01:00": "Thu 22:00–01:00 · €2.90",
            "2026-11-27 08:00 12:00": "Fri 08:00–12:00 · 1 left",
            "2026-11-27 22:00 01:00": "Fri 22:00–01:00 · €2.90",
        }, "today's is past its cut-off"
        assert "Thu".lower() not in "".join((await offered(site, lang="fi")).values()).lower()
        assert "2 jäljellä" in "".join((await offered(site, lang="fi")).values())

    served.run(scenario)


@pytest.mark.parametrize(
    ("what", "left"),
    [
        (SlotChange(MORNING.id, TOMORROW, closed=True), {"26", "27"}),
        (SlotChange(MORNING.id, TOMORROW, most_orders=0), {"26", "27"}),
        (Blackout(TOMORROW, None, "Holiday"), {"26", "27"}),
        (Blackout(TOMORROW, AREA.id), {"26", "27"}),
        (replace(MORNING, lead_days=2), {"26", "27"}),
        (replace(MORNING, ahead_days=2), {"25", "26"}),
        (replace(MORNING, cut_off_s=48 * 3_600), {"27"}),
        (replace(MORNING, most_minutes=2), set()),
    ],
    ids=["closed", "no places", "blackout", "area's blackout", "lead time", "far ahead", "cut-off", "minutes"],
)
def test_what_cannot_be_chosen_is_not_offered_and_not_taken(served: Depot, what: Any, left: set[str]) -> None:
    put = {SlotChange: "put_slot_change", Blackout: "put_blackout", SlotRule: "put_slot_rule"}[type(what)]
    served.logbook.write(lambda w: getattr(w, put)(what))

    async def scenario(site: Site) -> None:
        assert {value[8:10] for value in await offered(site)} == left
        for on in (TOMORROW, TOMORROW + timedelta(days=1), FRIDAY):
            if f"{on.day}" not in left:
                assert (await choose(site, on)).status == 422
        if not left:
            text = (await site.ask("GET", f"/t/{secret_part(ONE, SECRET)}?lang=en")).body.decode()
            assert "No other day or time is free just now" in text

    served.run(scenario)
    assert holds(served) == []
    assert wishes(served) == []


def test_a_place_is_held_with_the_wish_until_the_cut_off(served: Depot) -> None:
    async def scenario(site: Site) -> None:
        for _ in range(3):
            assert (await choose(site, FRIDAY)).status == 200
        text = (await site.ask("GET", f"/t/{secret_part(ONE, SECRET)}?lang=en")).body.decode()
        assert "Held for you until Thursday 26 November, 20:00" in text

    served.run(scenario)
    (hold,), (wish,) = holds(served), wishes(served)
    assert (hold.rule_id, hold.on, hold.state, hold.minutes) == (MORNING.id, FRIDAY, HoldState.HELD, 3)
    assert hold.until == wish.held_until == datetime(2026, 11, 26, 18, tzinfo=UTC)
    assert (wish.hold_id, wish.kind, wish.state) == (hold.id, WishKind.SLOT, WishState.OPEN)
    assert wish.opens_at == datetime(2026, 11, 27, 6, tzinfo=UTC)
    assert hold.by == "customer of HEL-1"


def test_another_slot_gives_the_first_place_back(served: Depot) -> None:
    served.logbook.write(lambda w: w.put_slot_rule(replace(MORNING, most_orders=1)))

    async def scenario(site: Site) -> None:
        await choose(site, TOMORROW, key="a" * 8)
        assert (await choose(site, FRIDAY, key="b" * 8)).status == 200
        assert (await choose(site, TOMORROW, order_id=TWO)).status == 200, "free again"
        assert (await choose(site, FRIDAY, key="c" * 8)).status == 200, "its own place is not in its own way"
        assert (await choose(site, TOMORROW, key="d" * 8)).status == 422

    served.run(scenario)
    counted = [hold for hold in holds(served) if hold.counts(served.clock.now)]
    assert sorted((hold.on, hold.by) for hold in counted) == [
        (TOMORROW, "customer of HEL-1"), (FRIDAY, "customer of HEL-1"),
    ]  # fmt: skip
    assert [w.state for w in wishes(served)].count(WishState.OPEN) == 1, "what was refused took nothing away"


def test_many_customers_at_once_get_as_many_places_as_there_are(served: Depot) -> None:
    ids = [OrderId(f"many-{n}") for n in range(12)]
    for order_id in ids:
        publish(served, order_id, slot=WANTS, currency="EUR")

    async def scenario(site: Site) -> list[int]:
        return [each.status for each in await asyncio.gather(*(choose(site, FRIDAY, order_id=o) for o in ids))]

    statuses = served.run(scenario)
    assert sorted(statuses) == [200] * 2 + [422] * 10
    assert len(holds(served)) == 2


def test_on_the_road_and_after_a_failed_attempt_another_days_slot_can_be_had(served: Depot) -> None:
    served.logbook.write(lambda w: w.put_slot_rule(replace(MORNING, opens=time(18), closes=time(20), cut_off_s=0)))
    for state in ({"state": "out", "before": 1}, {"state": "failed", "at": "2026-11-24T09:00:00Z", "code": "NOT_HOME"}):
        publish(served, ONE, slot=WANTS, currency="EUR", why="", **state)

        async def scenario(site: Site) -> None:
            assert {value[8:10] for value in await offered(site)} == {"25", "26", "27"}, "not today's"
            assert (await choose(site, ON, "18:00", "20:00")).status == 422

        served.run(scenario)


def test_the_slot_it_has_is_no_choice_and_a_date_nobody_knows_is_none(served: Depot) -> None:
    publish(served, ONE, slot=WANTS, currency="EUR", windows=[["2026-11-25T06:00:00Z", "2026-11-25T10:00:00Z"]])
    served.logbook.write(lambda w: w.remove_paper(f"slots planned {FRIDAY}"))

    async def scenario(site: Site) -> None:
        assert list(await offered(site)) == ["2026-11-26 08:00 12:00"]

    served.run(scenario)


def test_where_the_area_has_no_slots_the_hours_stay(served: Depot) -> None:
    publish(served, ONE, slot={**WANTS, "area": "elsewhere"}, currency="EUR")

    async def scenario(site: Site) -> None:
        assert "2026-11-25 10:00 12:00" in await offered(site)
        assert (await choose(site, TOMORROW, "10:00", "12:00")).status == 200

    served.run(scenario)
    assert holds(served) == []
