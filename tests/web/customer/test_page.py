"""The customer's page on a phone: how the order stands, wishes, no line, forged links, names that would be HTML."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from dispatcher.domain.customers import WishKind, WishState
from dispatcher.domain.messages import Channel
from tests.web.customer.conftest import Customer, in_minutes, today

PICTURES = os.environ.get("ROUNDHOUSE_PICTURES", "")
"""Where these tests leave pictures for people to look at, if anywhere."""
SIZES = ({"width": 360, "height": 740}, {"width": 390, "height": 844})
EVIL = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"


def picture(visitor: Any, name: str) -> None:
    if PICTURES:
        visitor.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


STANDINGS: dict[str, tuple[dict[str, Any], str]] = {
    "planned": ({}, "–"),
    "waiting": ({"state": "waiting"}, "Expected on"),
    "out": ({"state": "out", "before": 3}, "On its way"),
    "here": ({"state": "here"}, "The driver is at your address now"),
    "done": ({"state": "done", "at": in_minutes(-5), "handover": "neighbour"}, "Delivered at"),
    "failed": ({"state": "failed", "at": in_minutes(-5), "code": "NOT_HOME", "why": "Nobody there"}, "Not delivered"),
    "cancelled": ({"state": "cancelled"}, "This order was cancelled"),
    "visited": ({"state": "visited"}, "The driver has been at your address"),
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size["width"]))
def test_every_standing_is_told_and_fits_the_phone(customer: Customer, visit: Any, size: Any, scheme: str) -> None:
    visitor = visit(viewport=size, color_scheme=scheme)
    for name, (changes, headline) in STANDINGS.items():
        customer.publish(**changes)
        visitor.open(customer.link)
        visitor.sees("h1", headline)
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= size["width"], name
        assert visitor.page.locator("#live").evaluate("e => getComputedStyle(e).backgroundColor") == (
            "rgb(255, 255, 255)" if scheme == "light" else "rgb(27, 34, 43)"
        )
        picture(visitor, f"{name}-{size['width']}-{scheme}")


def test_another_day_is_wished_for_and_answered(customer: Customer, visit: Any) -> None:
    visitor = visit().open(customer.link)
    form = visitor.unfold("Another day")
    wanted = today() + timedelta(days=2)
    form.locator("select").select_option(wanted.isoformat())
    picture(visitor, "asking")
    form.locator("button").click()
    visitor.sees("#said", "The depot has your wish")
    visitor.sees("#asked", "Asked; the depot answers here")
    (wish,) = customer.wishes
    assert (wish.kind, wish.on, wish.state) == (WishKind.DAY, wanted, WishState.OPEN)
    customer.answer(wish, state=WishState.GRANTED, answer="See you then")
    visitor.look_again()
    visitor.sees("#asked", "See you then")
    picture(visitor, "answered")


def test_every_wish_can_be_made_on_the_page(customer: Customer, visit: Any) -> None:
    visitor = visit(viewport=SIZES[0]).open(customer.link)
    form = visitor.unfold("Another time")
    form.locator("select").select_option(index=2)
    form.locator("button").click()
    visitor.sees("#asked", "Another time")
    said = {
        "Another place": "Bulevardi 11, Helsinki", "A note for the driver": "Ring twice",
        "Leave with a neighbour": "Virtanen, B 12", "Leave in a safe place": "In the shed",
    }  # fmt: skip
    for name, text in said.items():
        form = visitor.unfold(name)
        form.locator("textarea").fill(text)
        form.locator("button").click()
        visitor.sees("#asked", text)
    visitor.unfold("No more messages").locator("button").click()
    visitor.sees("#said", "Done: no more messages")
    visitor.sees("#asked", "No more messages")
    assert [wish.kind for wish in customer.wishes] == [
        WishKind.SLOT, WishKind.PLACE, WishKind.INSTRUCTIONS, WishKind.NEIGHBOUR, WishKind.SAFE_PLACE,
        WishKind.NO_MESSAGES,
    ]  # fmt: skip
    assert customer.gateway.logbook.read(lambda r: r.opt_out(Channel.SMS, "+358401234567"))
    picture(visitor, "all-wishes")


def test_without_a_line_it_says_so_and_nothing_typed_is_lost(customer: Customer, visit: Any) -> None:
    visitor = visit().open(customer.link)
    form = visitor.unfold("A note for the driver")
    form.locator("textarea").fill("Ring twice")
    visitor.context.set_offline(True)
    visitor.sees("#line", "No connection. This is as of")
    form.locator("button").click()
    visitor.sees("#said", "Your wish is not sent")
    picture(visitor, "offline")
    expect(form.locator("textarea")).to_have_value("Ring twice")
    assert customer.wishes == []
    visitor.context.set_offline(False)
    expect(visitor.page.locator("#line")).to_be_hidden()
    form.locator("button").click()
    visitor.sees("#asked", "Ring twice")
    assert len(customer.wishes) == 1


def test_an_answer_that_was_lost_makes_no_second_wish(customer: Customer, visit: Any) -> None:
    """The wish arrives, its answer does not: pressed again it is the same one."""
    visitor = visit().open(customer.link)
    lost = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    visitor.page.route("**/wish*", lose)
    form = visitor.unfold("A note for the driver")
    form.locator("textarea").fill("Ring twice")
    form.locator("button").click()
    visitor.sees("#said", "Your wish is not sent")
    form.locator("button").click()
    visitor.sees("#said", "The depot has your wish")
    assert lost == [200]
    assert len(customer.wishes) == 1


def test_what_changes_comes_by_itself_and_leaves_what_is_being_typed(customer: Customer, visit: Any) -> None:
    visitor = visit().open(customer.link)
    form = visitor.unfold("A note for the driver")
    form.locator("textarea").fill("Ring tw")
    customer.publish(state="out", before=1)
    visitor.look_again()
    visitor.sees("#live", "1 stop before you.")
    expect(form.locator("textarea")).to_have_value("Ring tw")
    customer.publish(state="done", at=in_minutes(0), handover="recipient")
    form.locator("button").click()
    visitor.sees("#said", "This cannot be wished for any more.")
    visitor.page.reload()
    visitor.sees("h1", "Delivered at")
    assert visitor.page.locator("details").count() == 1
    assert customer.wishes == []


def test_a_forged_link_is_friendly_and_a_page_that_ends_goes(customer: Customer, visit: Any) -> None:
    visitor = visit().open(f"{customer.link[:-3]}xyz")
    visitor.sees("h1", "This link does not work")
    picture(visitor, "gone")
    visitor.open(customer.link).sees("h1", "–")
    customer.publish(lasts=timedelta(0))
    visitor.look_again()
    visitor.sees("h1", "This link does not work")


def test_names_and_words_are_never_html(customer: Customer, visit: Any) -> None:
    customer.publish(number=EVIL, sender=EVIL, depot={"name": EVIL, "phone": EVIL})
    visitor = visit().open(customer.link)
    form = visitor.unfold("A note for the driver")
    form.locator("textarea").fill(EVIL)
    form.locator("button").click()
    visitor.sees("#asked", "<img src=x")
    (wish,) = customer.wishes
    customer.answer(wish, state=WishState.DECLINED, answer=EVIL)
    visitor.look_again()
    visitor.sees("#asked .verdict", "<script>")
    assert visitor.page.locator("img, main script").count() == 0
    assert visitor.page.title() != "taken"


def test_it_works_by_keyboard_and_says_what_things_are(customer: Customer, visit: Any) -> None:
    customer.publish(state="out", before=0)
    visitor = visit(is_mobile=False, has_touch=False, locale="de-DE").open(customer.link)
    page = visitor.page
    visitor.sees("#live", "Sie sind als Nächstes dran.")
    assert page.locator("html").get_attribute("lang") == "de"
    expect(page.get_by_role("list", name="Fortschritt").locator("[aria-current=step]")).to_contain_text("Unterwegs")
    page.locator("summary", has_text="Hinweis für den Fahrer").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Zweimal klingeln")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Das Depot hat Ihren Wunsch")
    assert customer.wishes[0].text == "Zweimal klingeln"
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, a, select, textarea")]
          .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 44).map((e) => e.textContent)"""
    )
    assert small == []


def test_without_scripts_the_main_facts_are_there(customer: Customer, visit: Any) -> None:
    customer.publish(state="out", before=2)
    visitor = visit(java_script_enabled=False).open(customer.link)
    visitor.sees("h1", "On its way")
    visitor.sees("#live", "2 stops before you.")
    expect(visitor.page.locator("details").first).to_be_hidden()
