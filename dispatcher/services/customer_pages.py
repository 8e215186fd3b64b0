"""What customers see of their orders: made of the day as it stands, and put where the gateway finds it.

A page says nothing that whoever got hold of its link could use: no name, no street, no other stop, no driver. What is
not for the page but for the gateway alone lies under `private`. The whole body: `docs/customer-page.md`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dispatcher.domain.customers import CustomerPage, Wish, WishState
from dispatcher.domain.depot import Depot
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.messages import Channel
from dispatcher.domain.orders import Order, OrderKind, OrderState
from dispatcher.domain.plan import Day, Stop
from dispatcher.domain.proof import Attempt, Need, Outcome, ProofKind
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.schedule import StopTimes
from dispatcher.domain.slots import SlotBook
from dispatcher.domain.time import TimeWindow, midnight
from dispatcher.domain.tracking import LiveRound, LiveStop
from dispatcher.messages.reach import address_of
from dispatcher.services.codes import depot_secret
from dispatcher.services.customer_pages_links import digest_of, link_of, secret_part
from dispatcher.services.customer_pages_slots import publish_planned, wants_of
from dispatcher.services.driving_progress import progress_of
from dispatcher.services.liveday import LiveDay
from dispatcher.services.logbook import LogbookReader, LogbookWriter
from dispatcher.services.planning import Outlook
from dispatcher.services.telling import DAY_BEFORE_WIDTH, ON_ROAD_WIDTH
from dispatcher.services.telling_keys import Interval
from dispatcher.services.wishes_slots import free
from dispatcher.services.workplace import Workplace

__all__ = ["Published", "link_of", "pages_of", "publish"]

DAYS_AFTER = 2
"""So long after its day a page can still be looked at."""
DAYS_OFFERED = 5
SLOT = timedelta(hours=2)
SHORTEST_SLOT = timedelta(hours=1)
PLANNED_STEP_MIN, LIVE_STEP_MIN = 30, 15
"""Intervals are told in whole steps, as in messages, so that a page is not another one with every position."""
BEGUN_M = 300.0
"""Whoever has driven so far has left the yard."""
TOO_LATE = "The stop was done before."


@dataclass(frozen=True, slots=True)
class Published:
    """What became of publishing."""

    changed: int = 0
    """Pages that say something else than before, or are new."""
    gone: int = 0
    """Pages of orders that are no more."""
    overtaken: int = 0
    """Open wishes that were overtaken by the stop being done."""


def publish(workplace: Workplace, outlook: Outlook, live: LiveDay | None, *, now: datetime) -> Published:
    """Let the gateway show the day's orders as they stand, as far as that is other than it shows already. Worker.

    `live` is that day's; a day that has begun waits until there is one. Nothing is done of days long past, in a
    what-if copy, where nobody follows the road, and where customers get no pages. Raises `KnownError` if the depot's
    secret cannot be read.
    """
    day = outlook.day
    if workplace.live is None or workplace.what_if is not None or not day.depot.road.messages.page:
        return Published()
    if live is not None and live.date != day.date:
        live = None
    logbook = workplace.live.logbook
    book = logbook.read(lambda reader: reader.slot_book())
    publish_planned(workplace, book, now=now)
    begun_already = day.date <= now.astimezone(day.depot.zone).date()
    if (live is None and begun_already) or _expires_at(day.date, day.depot) <= now:
        return Published()
    secret = depot_secret(workplace.home.database(workplace.slug).parent / "gateway")
    begun = logbook.read(lambda reader: _begun(reader, day)) if live else frozenset()
    wanted = pages_of(outlook, live, begun, secret=secret, now=now, book=book)
    before, late = logbook.read(lambda reader: _before(reader, day.date, wanted))
    strays = [order_id for order_id in before if order_id not in wanted]
    elsewhere = {order.id: order for order in workplace.store.read(lambda r: r.orders(strays))} if strays else {}
    moved = {o: _page(day, order, _waiting(order), book, secret=secret, now=now) for o, order in elsewhere.items()}
    changed = [page for page in (wanted | moved).values() if _differs(before.get(page.order_id), page)]
    changed = [page for page in changed if page.body["state"] != "cancelled" or page.order_id in before]
    gone = [order_id for order_id in strays if order_id not in elsewhere]
    if changed or gone or late:
        logbook.write(lambda writer: _write(writer, changed, gone, late, now))
    return Published(len(changed), len(gone), len(late))


def pages_of(
    outlook: Outlook,
    live: LiveDay | None,
    begun: Collection[ShiftId] = (),
    *,
    secret: bytes,
    now: datetime,
    book: SlotBook | None = None,
) -> dict[OrderId, CustomerPage]:
    """The page of every order of the day; `begun` are the rounds whose drivers said so, `book` the depot's slots."""
    day = outlook.day
    standing = {order_id: _waiting(order) for order_id, order in day.orders.items()}
    for route in day.plan.routes:
        times = {each.order_id: each for each in outlook.schedule.routes[route.shift_id].stops}
        round_ = live.rounds.get(route.shift_id) if live else None
        for stop in route.stops:
            order, planned = day.orders[stop.order_id], times.get(stop.order_id)
            standing[stop.order_id] = _standing(order, stop, planned, round_, begun=route.shift_id in begun)
    for order_id, attempt in (live.attempts if live else {}).items():
        tried = day.orders.get(order_id)
        if tried is not None and attempt.number >= tried.attempt and tried.state is OrderState.OPEN:
            standing[order_id] = _ended(attempt, day.depot.road)
    book = book or SlotBook()
    return {
        order_id: _page(day, order, standing[order_id], book, secret=secret, now=now)
        for order_id, order in day.orders.items()
    }


def _begun(reader: LogbookReader, day: Day) -> frozenset[ShiftId]:
    """The rounds whose drivers said that they set out."""
    return frozenset(s for s, progress in progress_of(reader, day.shifts).items() if progress.begun_at)


def _before(
    reader: LogbookReader, on: date, wanted: Mapping[OrderId, CustomerPage]
) -> tuple[dict[OrderId, CustomerPage], list[Wish]]:
    """The pages that the gateway has of a date, and the open wishes that came too late."""
    before = {page.order_id: page for page in reader.customer_pages_on(on)}
    over = {o for o, page in wanted.items() if page.body["state"] in ("done", "partly", "cancelled")}
    return before, [wish for wish in reader.wishes() if wish.order_id in over]


def _write(
    writer: LogbookWriter, changed: Iterable[CustomerPage], gone: Iterable[OrderId], late: Iterable[Wish], now: datetime
) -> None:
    for page in changed:
        writer.put_customer_page(page)
    for order_id in gone:
        writer.remove_customer_page(order_id)
        for wish in writer.wishes_of(order_id):
            free(writer, wish, now)
    for wish in late:
        fresh = writer.wish(wish.id)
        if fresh is not None and fresh.state is WishState.OPEN:
            writer.put_wish(replace(fresh, state=WishState.OVERTAKEN, answer=TOO_LATE, decided_at=now))
            free(writer, fresh, now)


def _differs(before: CustomerPage | None, page: CustomerPage) -> bool:
    """Whether it says something else; when it was made is no difference."""
    return before is None or replace(before, made_at=page.made_at) != page


# --- one page -----------------------------------------------------------------------------------------------------


def _page(
    day: Day, order: Order, standing: Mapping[str, Any], book: SlotBook, *, secret: bytes, now: datetime
) -> CustomerPage:
    depot, zone = day.depot, day.depot.zone
    slot = wants_of(order, book)
    body = {
        "number": order.number,
        "sender": order.sender,
        "kind": order.kind.value,
        "depot": {"name": depot.name, "phone": depot.road.phone},
        "zone": depot.zone_name,
        "language": depot.road.messages.language,
        **standing,
        "windows": [[_iso(w.opens_at), _iso(w.closes_at)] for w in order.windows],
        "leave": _leave(order, depot.road),
        "days": [on.isoformat() for on in _working_days(day, max(order.date, now.astimezone(zone).date()))],
        "slots": [[f"{a:%H:%M}", f"{b:%H:%M}"] for a, b in _slots(depot.shift_starts, depot.shift_ends)],
        **({"slot": slot, "currency": depot.currency} if slot else {}),
        "private": _addresses(order, depot.road),
    }
    return CustomerPage(
        order_id=order.id,
        digest=digest_of(secret_part(order.id, secret)),
        on=order.date,
        attempt=order.attempt,
        expires_at=_expires_at(order.date, depot),
        made_at=now,
        body=body,
    )


def _expires_at(on: date, depot: Depot) -> datetime:
    return midnight(on + timedelta(days=DAYS_AFTER + 1), depot.zone)


def _waiting(order: Order) -> dict[str, Any]:
    """Of an order that is in no round."""
    return {"state": "waiting" if order.state is OrderState.OPEN else "cancelled"}


def _standing(
    order: Order, stop: Stop, times: StopTimes | None, round_: LiveRound | None, *, begun: bool
) -> dict[str, Any]:
    """Of an order that is in a round, before a driver said what became of it."""
    if order.state is not OrderState.OPEN:
        return _waiting(order)
    if stop.done:  # by the track, or marked by hand: nobody said that anything changed hands
        return {"state": "visited"}
    if round_ is None or not (begun or round_.visits or round_.driven_m >= BEGUN_M):
        return _planned(order, times)
    if round_.at_order_id == order.id:
        return {"state": "here"}
    for before, ahead in enumerate(round_.stops):
        if ahead.order_id == order.id:
            return {"state": "out", "before": before, **_live_interval(ahead, order.windows)}
    if any(visit.order_id == order.id for visit in round_.visits):
        return {"state": "visited"}
    return _planned(order, times)


def _planned(order: Order, times: StopTimes | None) -> dict[str, Any]:
    return {"state": "planned", **(_planned_interval(times, order.windows) if times else {})}


def _live_interval(stop: LiveStop, windows: Sequence[TimeWindow]) -> dict[str, str]:
    """As messages have it (`telling`): the interval that held four of five arrivals, and not too narrow."""
    opens = [w.opens_at for w in windows if stop.closes_at is None or w.opens_at <= stop.closes_at]
    expected = max([stop.expected_at, *opens[-1:]]) if stop.closes_at else stop.expected_at
    around = Interval.around(expected, expected, ON_ROAD_WIDTH, LIVE_STEP_MIN)
    likely = Interval.around(stop.earliest_at, stop.latest_at, timedelta(), LIVE_STEP_MIN)
    return _told(Interval(min(around.since, likely.since), max(around.until, likely.until)), windows)


def _planned_interval(times: StopTimes, windows: Sequence[TimeWindow]) -> dict[str, str]:
    begins = times.starts_at
    return _told(Interval.around(begins, begins, DAY_BEFORE_WIDTH, PLANNED_STEP_MIN), windows)


def _told(interval: Interval, windows: Sequence[TimeWindow]) -> dict[str, str]:
    """Within the window it falls into: nobody comes before that opens, and after it closes is late."""
    since, until = interval.since, interval.until
    window = next((each for each in windows if each.contains(since + (until - since) / 2)), None)
    if window is not None:
        since, until = max(since, window.opens_at), max(min(until, window.closes_at), window.opens_at)
    return {"earliest": _iso(since), "latest": _iso(until)}


def _ended(attempt: Attempt, policy: RoadPolicy) -> dict[str, Any]:
    """Of an order whose driver said what became of it; times by the gateway's clock."""
    at = _iso(attempt.at - timedelta(seconds=attempt.skew_s))
    if attempt.outcome is Outcome.FAILED:
        reason = policy.reason_by_code.get(attempt.reason)
        return {"state": "failed", "at": at, "code": attempt.reason, "why": reason.label if reason else ""}
    state = "partly" if attempt.outcome is Outcome.PARTLY else "done"
    return {"state": state, "at": at, "handover": attempt.handover.value if attempt.handover else ""}


# --- what can be wished -------------------------------------------------------------------------------------------


def _leave(order: Order, policy: RoadPolicy) -> list[str]:
    """Where the goods may be left when the customer is not there; nowhere if only they can take them."""
    needs = policy.needs(failed=False, asked=order.asked.needs)
    bound = {kind for kind in (ProofKind.CODE, ProofKind.SIGNATURE) if needs.get(kind) is Need.REQUIRED}
    if order.kind is not OrderKind.DELIVERY or order.asked.cash_due or ProofKind.CODE in bound:
        return []
    return ["neighbour"] if bound else ["neighbour", "safe_place"]


def _working_days(day: Day, after: date) -> list[date]:
    """The next days on which somebody usually drives."""
    weekdays = {weekday for driver in day.drivers.values() if driver.active for weekday in driver.weekdays}
    following = (after + timedelta(days=n) for n in range(1, 15))
    return [on for on in following if on.weekday() in weekdays][:DAYS_OFFERED]


def _slots(opens: time, closes: time) -> list[tuple[time, time]]:
    """The depot's hours in pieces; none where they go past midnight."""
    some_day = date(2000, 1, 1)
    at, end, found = datetime.combine(some_day, opens), datetime.combine(some_day, closes), []
    while at + SHORTEST_SLOT <= end:
        until = end if end - at < SLOT + SHORTEST_SLOT else at + SLOT
        found.append((at.time(), until.time()))
        at = until
    return found


def _addresses(order: Order, policy: RoadPolicy) -> dict[str, str]:
    """Where the customer's messages go, by channel, as lists of those who want none have it."""
    contact, country = order.contact, policy.messages.country
    said = {Channel.SMS: contact.phone, Channel.EMAIL: contact.email}
    return {channel.name: address_of(channel, text, country) for channel, text in said.items() if text.strip()}


# --- moments ------------------------------------------------------------------------------------------------------


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
