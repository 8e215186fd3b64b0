"""Customers' pages over the wire: who may open one, what it says and does not say, and how wishes are taken."""

import json
import logging
import re
import unicodedata
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatcher.domain.customers import CustomerPage, Wish, WishKind, WishState
from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import Channel, Event, Message, MessagePolicy, MessageState
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.gateway.customer_words import Pages, language_of
from dispatcher.gateway.limits import Buckets, Limits
from dispatcher.gateway.reception import plain
from dispatcher.services.customer_pages_links import digest_of, link_of, secret_part
from dispatcher.services.wishes_taken import NotTaken, take_wish
from tests.unit.gateway.conftest import NOW, PAGE, Answer, Depot, Site

SECRET = bytes(range(32))
ORDER_ID = OrderId("order-1")
PART = secret_part(ORDER_ID, SECRET)
ON = date(2026, 11, 24)
KEY = "0123456789"


def publish(
    depot: Depot, order_id: OrderId = ORDER_ID, *, lasts: timedelta = timedelta(days=2), **changes: Any
) -> None:
    """As the window does it: an order of today, planned for a quarter past two to three at the depot."""
    body = {
        "number": "HEL-1",
        "sender": "",
        "kind": "delivery",
        "depot": {"name": "Helsinki", "phone": "+358 9 1"},
        "zone": "Europe/Helsinki",
        "language": "fi",
        "state": "planned",
        "earliest": "2026-11-24T12:15:00Z",
        "latest": "2026-11-24T13:00:00Z",
        "windows": [],
        "leave": ["neighbour", "safe_place"],
        "days": ["2026-11-25", "2026-11-26"],
        "slots": [["08:00", "10:00"], ["10:00", "12:00"], ["14:00", "16:00"]],
        "private": {"SMS": "+358401234567", "EMAIL": "maija@example.org"},
    }
    page = CustomerPage(
        order_id, digest_of(secret_part(order_id, SECRET)), ON, 1, depot.clock.now + lasts, NOW, {**body, **changes}
    )
    depot.logbook.write(lambda writer: writer.put_customer_page(page))


@pytest.fixture
def served(depot: Depot) -> Depot:
    depot.policy(messages=MessagePolicy(page=True))
    publish(depot)
    return depot


async def wish(site: Site, *, part: str = PART, headers: Any = None, **said: Any) -> Answer:
    origin = f"https://127.0.0.1:{site.gateway.port}"
    usual = {"Origin": origin, "Accept-Language": "en"}
    site.depot.clock.now += timedelta(seconds=1)
    body = {"key": KEY, "kind": "instructions", "text": "Ring twice", **said}
    return await site.ask("POST", f"/t/{part}/wish", json=body, headers={**usual, **(headers or {})})


def wishes(depot: Depot) -> list[Wish]:
    return list(depot.logbook.read(lambda reader: reader.wishes_of(ORDER_ID)))


# --- links --------------------------------------------------------------------------------------------------------


def test_a_link_is_made_again_and_cannot_be_guessed() -> None:
    policy = RoadPolicy(host="depot.local", messages=MessagePolicy(page=True))
    link = link_of(ORDER_ID, policy=policy, secret=SECRET)
    assert link == f"https://depot.local:8443/t/{PART}"
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", PART), "192 bits"
    assert PART not in (secret_part(OrderId("order-2"), SECRET), secret_part(ORDER_ID, SECRET[::-1]))
    outside = replace(policy, messages=replace(policy.messages, page_origin="https://track.example.org/"))
    assert link_of(ORDER_ID, policy=outside, secret=SECRET) == f"https://track.example.org/t/{PART}"
    assert link_of(ORDER_ID, policy=RoadPolicy(), secret=SECRET) == ""


def test_what_opens_nothing_looks_the_same(served: Depot) -> None:
    """Forged, expired, of a depot that gives no pages, or just odd."""
    publish(served, OrderId("old"), lasts=timedelta(0))
    odd = ("x", "x" * 32, "x" * 5_000, "..%2f..%2fdepot.db", "%00" * 20, "", f"{PART}x", PART[:-1])

    async def scenario(site: Site) -> None:
        said = [await site.ask("GET", f"/t/{each}") for each in (secret_part(OrderId("old"), SECRET), *odd)]
        served.policy(messages=MessagePolicy(page=False))
        said.append(await site.ask("GET", f"/t/{PART}"))
        assert {each.status for each in said} == {404}
        assert len({each.body for each in said}) == 1
        assert b"This link does not work" in said[0].body

    served.run(scenario)


def test_who_tries_many_links_waits_and_good_ones_pass(served: Depot) -> None:
    async def scenario(site: Site) -> None:
        assert [(await site.ask("GET", f"/t/{n:032}")).status for n in range(4)] == [404, 404, 404, 429]
        assert (await site.ask("GET", f"/t/{PART}")).status == 200

    served.run(scenario, Limits(failures=3))


def test_one_page_is_not_asked_for_without_end(served: Depot) -> None:
    async def scenario(site: Site) -> None:
        got = [await site.ask("GET", f"/t/{PART}") for _ in range(4)]
        assert [each.status for each in got] == [200, 200, 200, 429]
        assert int(got[3].headers["Retry-After"]) >= 1

    served.run(scenario, Limits(page_per_s=0.001, page_burst=3))


def test_the_log_has_no_links(served: Depot, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    async def scenario(site: Site) -> None:
        for path in (f"/t/{PART}/nothing", f"/t/{PART[:12]}", f"/t/{PART}/wish"):
            await site.ask("PUT", path)

    served.run(scenario)
    assert "PUT /t/…" in caplog.text
    assert PART[:12] not in caplog.text
    assert plain(f"/messages/reply/{PART[:8]}") == "/messages/…"


# --- the page -----------------------------------------------------------------------------------------------------


def test_the_page_says_the_main_facts_without_scripts(served: Depot) -> None:
    async def scenario(site: Site) -> None:
        got = await site.ask("GET", f"/t/{PART}", headers={"Accept-Language": "en-GB,de;q=0.5"})
        text = got.body.decode()
        assert got.status == 200
        assert "Tuesday 24 November, 14:15\u2060–\u206015:00" in text
        assert re.search(r"<noscript>.*call the depot.*</noscript>", text)
        assert "private" not in text
        assert "358401234567" not in text
        assert "maija" not in text
        assert got.headers["Cache-Control"] == "no-store"
        assert got.headers["Referrer-Policy"] == "no-referrer"
        policy = got.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=", text), "nothing inline"

    served.run(scenario)


@pytest.mark.parametrize(
    ("accepted", "query", "words"),
    [
        ("de-AT,en;q=0.8", "", "Dienstag, 24. November"),
        ("xx,fr;q=0.2,de;q=0.1", "", "mardi 24 novembre"),
        ("", "", "Tiistaina 24. marraskuuta klo 14:15"),
        ("de", "?lang=en", "Tuesday 24 November"),
        ("de", "?lang=%3Cscript%3E", "Dienstag, 24. November"),
    ],
)
def test_it_speaks_the_browsers_language(served: Depot, accepted: str, query: str, words: str) -> None:
    async def scenario(site: Site) -> None:
        got = await site.ask("GET", f"/t/{PART}{query}", headers={"Accept-Language": accepted})
        assert words in got.body.decode()

    served.run(scenario)


def test_a_strange_accept_language_is_no_trouble() -> None:
    assert language_of("de;q=nonsense, fi;q=0.3, *;q=x", "", "fr") == "fi"
    assert language_of("," * 10_000, "", "klingon") == "en"


def test_every_standing_can_be_said_in_every_language(served: Depot) -> None:
    at = {"at": "2026-11-24T09:00:00Z"}
    standings: list[dict[str, Any]] = [
        {"state": state, **more}
        for state, more in (
            ("waiting", {}), ("planned", {}), ("out", {"before": 0}), ("out", {"before": 1}), ("out", {"before": 7}),
            ("here", {}), ("visited", {}), ("done", {}), ("done", {**at, "handover": "neighbour"}),
            ("partly", {**at, "handover": ""}), ("failed", {**at, "code": "NOT_HOME", "why": "Nobody there"}),
            ("failed", {**at, "code": "OWN", "why": "Our own reason"}), ("cancelled", {}),
        )
    ]  # fmt: skip

    async def scenario(site: Site) -> None:
        for lang in ("en", "de", "fr", "fi"):
            for standing in standings:
                for kind in ("delivery", "collection"):
                    publish(served, **standing, kind=kind)
                    got = await site.ask("GET", f"/t/{PART}?lang={lang}")
                    text = got.body.decode()
                    assert got.status == 200, standing
                    assert not re.search(r"\{\w*\}", re.sub(r"data-offline=\S*[^\n]*", "", text)), standing
                    if standing.get("code") == "OWN":
                        assert "Our own reason" in text

    served.run(scenario, Limits(page_burst=1_000))


def test_only_the_pages_own_files_are_given(served: Depot) -> None:
    async def scenario(site: Site) -> None:
        for name, kind in (("customer.css", "text/css"), ("customer.js", "text/javascript"), ("icon.svg", "image/svg")):
            got = await site.ask("GET", f"/t/-/{name}")
            assert got.status == 200
            assert got.headers["Content-Type"].startswith(kind)
        for name in ("page.html", "words/en.json", "..%2fdriver%2findex.html", "%00.css", "x" * 300 + ".css", ""):
            assert (await site.ask("GET", f"/t/-/{name}")).status == 404, name
        assert (await site.ask("POST", "/t/-/customer.js")).status == 405
        assert (await site.ask("GET", f"/t/{PART}", plain=True)).status == 404, "never without encryption"

    served.run(scenario)


# --- wishes -------------------------------------------------------------------------------------------------------


def test_a_wish_is_taken_once_however_often_it_is_sent(served: Depot) -> None:
    async def scenario(site: Site) -> None:
        for _ in range(3):
            got = await wish(site, kind="slot", text=None, on="2026-11-25", **{"from": "10:00", "until": "12:00"})
            assert got.status == 200
            assert "answers here" in got.json["said"]

    served.run(scenario)
    (taken,) = wishes(served)
    assert (taken.kind, taken.state, taken.on) == (WishKind.SLOT, WishState.OPEN, date(2026, 11, 25))
    assert taken.opens_at == datetime(2026, 11, 25, 8, tzinfo=UTC)
    assert taken.closes_at == datetime(2026, 11, 25, 10, tzinfo=UTC)


def test_the_last_of_its_kind_stands(served: Depot) -> None:
    async def scenario(site: Site) -> None:
        await wish(site, key="a" * 8, kind="day", on="2026-11-25")
        await wish(site, key="b" * 8, kind="neighbour", text="Virtanen, B 12")
        await wish(site, key="c" * 8, kind="day", on="2026-11-26")
        await wish(site, key="d" * 8, kind="safe_place", text="The shed")

    served.run(scenario)
    assert [(w.kind, w.state.value) for w in wishes(served)] == [
        (WishKind.DAY, "overtaken"), (WishKind.NEIGHBOUR, "overtaken"), (WishKind.DAY, "open"),
        (WishKind.SAFE_PLACE, "open"),
    ]  # fmt: skip


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"kind": "moon"}, "load the page anew"),
    ({"kind": ["day"]}, "load the page anew"),
    ({"key": ""}, "load the page anew"),
    ({"key": 7}, "load the page anew"),
    ({"text": ""}, "a few words"),
    ({"text": " \u202e\n\t "}, "a few words"),
    ({"text": 7}, "a few words"),
    ({"text": "x" * 301}, "at most 300"),
    ({"kind": "day", "on": "2026-11-24"}, "That day"),
    ({"kind": "day", "on": "2027-01-01"}, "That day"),
    ({"kind": "day", "on": None}, "That day"),
    ({"kind": "slot", "on": "2026-11-24", "from": "08:00", "until": "10:00"}, "That time"),
    ({"kind": "slot", "on": "2026-11-25", "from": "08:00", "until": "16:00"}, "That time"),
]


@pytest.mark.parametrize(("said", "words"), REFUSED, ids=lambda each: str(each)[:40])
def test_what_is_no_wish_is_refused_in_words(served: Depot, said: dict[str, Any], words: str) -> None:
    async def scenario(site: Site) -> None:
        got = await wish(site, **said)
        assert got.status == 422
        assert words in got.json["said"]

    served.run(scenario)
    assert wishes(served) == []


def test_only_the_page_itself_may_wish(served: Depot) -> None:
    async def scenario(site: Site) -> None:
        own = {"Origin": f"https://127.0.0.1:{site.gateway.port}"}
        for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
            assert (await wish(site, headers=headers)).status == 403, headers
        path = f"/t/{PART}/wish"
        assert (await site.ask("POST", path, json={})).status == 403, "a browser says where from"
        form = {"Content-Type": "text/plain", **own}
        assert (await site.ask("POST", path, data=json.dumps({"key": KEY}), headers=form)).status == 415
        json_said = {"Content-Type": "application/json", **own}
        assert (await site.ask("POST", path, data="{", headers=json_said)).status == 400
        assert (await site.ask("POST", path, data="[1]", headers=json_said)).status == 422
        assert (await site.ask("POST", path, data=b" " * 5_000, headers=json_said)).status == 413
        assert (await site.ask("GET", path)).status == 405
        assert (await wish(site, part="x" * 32)).status == 404
        served.policy(messages=MessagePolicy(page=True, page_origin="https://track.example.org"))
        assert (await wish(site, headers={"Origin": "https://track.example.org"})).status == 200

    served.run(scenario)
    assert len(wishes(served)) == 1


SAID = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
KINDS = st.sampled_from([kind.name.lower() for kind in WishKind])


@given(
    said=SAID
    | st.fixed_dictionaries(
        {"key": st.text(min_size=8, max_size=90) | SAID, "kind": KINDS | SAID},
        optional={
            "text": SAID,
            "on": st.sampled_from(["2026-11-24", "2026-11-25"]) | SAID,
            "from": st.sampled_from(["08:00", "14:00"]) | SAID,
            "until": st.sampled_from(["10:00", "16:00"]) | SAID,
        },
    )
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_said_is_a_whole_wish_or_none(served: Depot, said: Any) -> None:
    taken, kept = tried(served, said)
    if isinstance(taken, NotTaken):
        assert kept == []
        assert taken.reason in REASONS_SAID
        return
    assert kept == [taken]
    assert taken.text == " ".join(taken.text.split())
    assert not any(unicodedata.category(c) == "Cc" or c in "\u202e\u2066" for c in taken.text)
    assert (taken.kind in (WishKind.DAY, WishKind.SLOT)) == (taken.on is not None)
    if taken.opens_at and taken.closes_at:
        assert NOW < taken.opens_at < taken.closes_at


REASONS_SAID = Pages(PAGE.parent / "customer").words("fi")["refused"]


class _Undone(Exception):
    """Takes a transaction back."""


def tried(depot: Depot, said: Any) -> tuple[Wish | NotTaken, list[Wish]]:
    """What comes of it, and what would be kept; nothing is."""
    found: list[tuple[Wish | NotTaken, list[Wish]]] = []

    def take(writer: Any) -> None:
        page = writer.customer_page(digest_of(PART))
        try:
            taken: Wish | NotTaken = take_wish(writer, page, said, NOW)
        except NotTaken as no:
            taken = no
        found.append((taken, list(writer.wishes_of(ORDER_ID))))
        raise _Undone

    with suppress(_Undone):
        depot.logbook.write(take)
    return found[0]


def test_very_many_wishes_are_too_many(served: Depot) -> None:
    async def scenario(site: Site) -> None:
        got = [await wish(site, key=f"key-{n:05}", text=f"Wish {n}") for n in range(22)]
        assert [each.status for each in got] == [200] * 20 + [422, 422]
        assert "call the depot" in got[-1].json["said"]

    served.run(scenario)
    assert [w.state for w in wishes(served)].count(WishState.OPEN) == 1


def test_messages_stop_at_once(served: Depot) -> None:
    waits = Message(
        "m", "k", ORDER_ID, ON, Event.OUT, Channel.SMS, "+358401234567", "On its way", NOW, state=MessageState.QUEUED
    )
    served.logbook.write(lambda writer: writer.put_message(waits))

    async def scenario(site: Site) -> None:
        for n in range(2):
            got = await wish(site, key=f"stop-{n:04}", kind="no_messages")
            assert "no more messages" in got.json["said"]
        text = (await site.ask("GET", f"/t/{PART}")).body.decode()
        assert 'data-kind="no_messages"' not in text, "what is done is not offered again"

    served.run(scenario)
    assert {(o.channel, o.to) for o in served.logbook.read(lambda r: r.opt_outs())} == {
        (Channel.SMS, "+358401234567"), (Channel.EMAIL, "maija@example.org"),
    }  # fmt: skip
    (kept,) = served.logbook.read(lambda r: r.messages_of(ORDER_ID))
    assert kept.state is MessageState.WITHHELD
    assert [(w.kind, w.state) for w in wishes(served)] == [(WishKind.NO_MESSAGES, WishState.GRANTED)]


def test_who_gets_messages_again_can_stop_them_again(served: Depot) -> None:
    opted = lambda: {o.channel for o in served.logbook.read(lambda r: r.opt_outs())}

    async def scenario(site: Site) -> None:
        await wish(site, key="stop-0001", kind="no_messages")
        assert opted() == {Channel.SMS, Channel.EMAIL}
        for channel, to in ((Channel.SMS, "+358401234567"), (Channel.EMAIL, "maija@example.org")):
            served.logbook.write(lambda w, c=channel, t=to: w.remove_opt_out(c, t))
        text = (await site.ask("GET", f"/t/{PART}")).body.decode()
        assert 'data-kind="no_messages"' in text
        await wish(site, key="stop-0002", kind="no_messages")

    served.run(scenario)
    assert opted() == {Channel.SMS, Channel.EMAIL}


@pytest.mark.parametrize(
    ("state", "kinds"),
    [
        ({"state": "here"}, {"instructions", "no_messages"}),
        ({"state": "done"}, {"no_messages"}),
        ({"state": "out", "before": 2}, {"day", "instructions", "neighbour", "safe_place", "no_messages"}),
        ({"leave": [], "days": [], "private": {}}, {"slot", "place", "instructions"}),
        ({"leave": [], "days": [], "slots": []}, {"place", "instructions", "no_messages"}),
    ],
)
def test_only_what_makes_sense_is_offered_and_taken(served: Depot, state: dict[str, Any], kinds: set[str]) -> None:
    publish(served, **state)

    async def scenario(site: Site) -> None:
        text = (await site.ask("GET", f"/t/{PART}")).body.decode()
        assert set(re.findall(r'data-kind="(\w+)"', text)) == kinds
        if "place" not in kinds:
            got = await wish(site, kind="place", text="Elsewhere 1")
            assert (got.status, "cannot be wished" in got.json["said"]) == (422, True)

    served.run(scenario)


def test_names_that_would_be_html_are_words(served: Depot) -> None:
    evil = "</title><script>alert(1)</script><img src=x onerror=alert(1)>"
    publish(served, number=evil, sender=evil, state="failed", at="2026-11-24T09:00:00Z", code="OWN", why=evil)

    async def scenario(site: Site) -> None:
        assert (await wish(site, text=evil)).status == 200
        text = (await site.ask("GET", f"/t/{PART}")).body.decode()
        assert "<script>alert" not in text
        assert "<img" not in text
        assert text.count("&lt;img src=x") >= 4

    served.run(scenario)


def test_buckets_forget_those_that_are_full_again() -> None:
    moment = [0.0]
    buckets = Buckets(1.0, 2, lambda: moment[0])
    for n in range(Buckets.MOST):
        assert buckets.take(str(n)) == 0
    moment[0] = 10.0
    assert [buckets.take("new") for _ in range(3)] == [0, 0, 1]
    assert len(buckets._levels) == 1
