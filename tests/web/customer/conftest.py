"""A gateway with customers' pages, and a customer's phone: the real page in Chromium."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from dispatcher.domain.customers import CustomerPage, Wish
from dispatcher.domain.ids import OrderId
from dispatcher.domain.messages import MessagePolicy
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.customer_pages_links import digest_of, secret_part
from tests.fixtures.phone import AT_ONCE_MS, CHROMIUM, NO_CHROMIUM, ZONE, Gateway, a_browser, a_gateway, iso

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SECRET = bytes(range(32))
_numbers = count(1)


def today() -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date()


def in_minutes(minutes: float) -> str:
    return iso(datetime.now(UTC) + timedelta(minutes=minutes))


@dataclass
class Customer:
    """Somebody who waits for an order, and the page of it as the window publishes it."""

    gateway: Gateway
    order_id: OrderId
    page: CustomerPage = field(init=False)

    @property
    def link(self) -> str:
        return f"{self.gateway.origin}/t/{secret_part(self.order_id, SECRET)}"

    def publish(self, *, lasts: timedelta = timedelta(days=2), **changes: Any) -> None:
        on = today()
        body = {
            "number": "HEL-1001",
            "sender": "Käpy & Co",
            "kind": "delivery",
            "depot": {"name": "Helsinki", "phone": "+358 9 123 456"},
            "zone": ZONE,
            "language": "en",
            "state": "planned",
            "earliest": in_minutes(60),
            "latest": in_minutes(120),
            "windows": [[in_minutes(30), in_minutes(150)]],
            "leave": ["neighbour", "safe_place"],
            "days": [(on + timedelta(days=n)).isoformat() for n in (1, 2, 3)],
            "slots": [["08:00", "12:00"], ["12:00", "16:30"]],
            "private": {"SMS": "+358401234567"},
        }
        now = datetime.now(UTC)
        digest = digest_of(secret_part(self.order_id, SECRET))
        self.page = CustomerPage(self.order_id, digest, on, 1, now + lasts, now, {**body, **changes})
        self.gateway.logbook.write(lambda writer: writer.put_customer_page(self.page))

    @property
    def wishes(self) -> list[Wish]:
        return list(self.gateway.logbook.read(lambda reader: reader.wishes_of(self.order_id)))

    def answer(self, wish: Wish, **changes: Any) -> None:
        self.gateway.logbook.write(lambda writer: writer.put_wish(replace(wish, **changes)))


class Visitor:
    """A customer's browser. What the page says on its console, and what is asked of anybody else, fail the test."""

    def __init__(self, browser: "Browser", origin: str, **options: Any) -> None:
        usual = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True}
        self.context = browser.new_context(**{**usual, "has_touch": True, "locale": "en-GB", **options})
        self.context.set_default_timeout(AT_ONCE_MS)
        self.complaints: list[str] = []
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.context.on("console", self._heard)
        self.context.on("request", lambda r: r.url.startswith(origin) or self.complaints.append(r.url))
        self.page: Page = self.context.new_page()

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    def open(self, link: str) -> "Visitor":
        self.page.goto(link)
        return self

    def sees(self, selector: str, text: str) -> None:
        expect(self.page.locator(selector).first).to_contain_text(text, timeout=AT_ONCE_MS)

    def unfold(self, name: str) -> Any:
        """One of what can be asked for; its form."""
        part = self.page.locator("details", has=self.page.locator("summary", has_text=name))
        part.locator("summary").click()
        return part.locator("form")

    def look_again(self) -> None:
        """What the page does by itself every half minute."""
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def close(self) -> None:
        self.context.close()
        assert not self.complaints, self.complaints


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with a_gateway(tmp_path_factory.mktemp("home")) as running:
        policy = RoadPolicy(messages=MessagePolicy(page=True))
        running.logbook.write(lambda writer: writer.put_policy(policy))
        yield running


@pytest.fixture(scope="module")
def browser(gateway: Gateway) -> "Iterator[Browser]":
    if not CHROMIUM:
        pytest.skip(NO_CHROMIUM)
    with a_browser(gateway) as running:
        yield running


@pytest.fixture
def customer(gateway: Gateway) -> Customer:
    made = Customer(gateway, OrderId(f"order-{next(_numbers)}"))
    made.publish()
    return made


@pytest.fixture
def visit(browser: "Browser", gateway: Gateway) -> Iterator[Any]:
    visitors: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        visitors.append(Visitor(browser, gateway.origin, **options))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.close()
