"""The customer's page on a phone: how the order stands, wishes, no line, forged links, names that would be HTML."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatcher.domain.customers import WishKind, WishState
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
