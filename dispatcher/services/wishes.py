"""What customers wish, judged by the planner before anybody grants it; and what is decided of it.

The window's side. Judging changes nothing: it comes with the change that would grant the wish, priced on the day as it
stands. How wishes come in: `wishes_taken`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from dispatcher.domain.customers import Wish, WishKind, WishState
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.time import TimeWindow
from dispatcher.services.disturbances import hours_later, try_another_day
from dispatcher.services.liveday import facts_of
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.orders import locate
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.rounds import loads_at_depot
from dispatcher.services.sending import standing
from dispatcher.services.wishes_places import place_of
from dispatcher.services.wishes_rooms import Room, room_on
from dispatcher.services.wishes_slots import free
from dispatcher.services.workplace import Workplace

__all__ = ["JudgedWish", "decide", "judged"]

_K = WishKind
_DONE = ("done", "partly")
LONGEST_ANSWER = 300


@dataclass(frozen=True, slots=True)
class JudgedWish:
    """One wish, and what granting it would mean."""

    wish: Wish
    order: Order | None
    """As it is now; `None` if there is none any more."""
    what: str
    """"Another time: Thursday 26 November, 10:00–12:00"."""
    verdict: str = ""
    """A sentence with the price: what it takes, or what is in the way."""
    fits: bool = True
    """Whether no rule is broken by it."""
    change: Callable[[UnitOfWork], Any] | None = None
    """What grants it: one change of the plan, and so one undo step. `None` if nothing can."""
    why_not: str = ""
    """Why nothing can; empty if it can."""
    afterwards: str = ""
    """What is still to be done once it is granted, for drivers to hear of it."""


def judged(workplace: Workplace, outlook: Outlook, wish: Wish, *, now: datetime) -> JudgedWish:
    """What granting a wish would mean, on the day as it stands. Any thread; up to a second where a day must be read.

    `outlook` is the day shown; days that are not are read.
    """
    order = workplace.store.read(lambda reader: reader.order(wish.order_id))
    zone = outlook.day.depot.zone
    what = _what(wish, zone)
    tried, why_not = _known(workplace, wish, order, zone)
    if order is None or why_not:
        return JudgedWish(wish, order, what, why_not=why_not)
    wished = JudgedWish(wish, order, what, afterwards=_to_send(workplace, outlook, {order.date, wish.on}, now))
    if wish.kind in (_K.DAY, _K.SLOT):
        return _other_time(workplace, outlook, wished, tried=tried, now=now)
    if wish.kind is _K.PLACE:
        return _other_place(workplace, outlook, wished, tried=tried, now=now)
    return replace(wished, verdict="A note for the driver; the plan stays as it is.", change=_note(wish))


def _to_send(workplace: Workplace, outlook: Outlook, dates: Collection[date | None], now: datetime) -> str:
    """Rounds that drivers have follow changes of the day that is shown by themselves, those of other days do not."""
    if workplace.live is None:
        return ""
    today = now.astimezone(outlook.day.depot.zone).date()
    others = sorted(on for on in dates if on is not None and on >= today and on != outlook.day.date)
    sent = [on for on in others if workplace.live.logbook.read(partial(standing, on=on)).rounds]
    if not sent:
        return ""
    return f"Drivers have the rounds of {' and '.join(map(spelt, sent))} as they were: show it to send them again."


def decide(logbook: Logbook, wish_id: str, *, granted: bool, answer: str, by: str, now: datetime) -> Wish:
    """Grant a wish, or decline it; `answer` is what the customer reads besides. Raises `BadInput`, as for one decided.

    The change that a granted wish wants is made before, by whoever asks; a place that is only held still is free again.
    """
    by, answer = by.strip(), answer.strip()
    if not by:
        raise BadInput("Nobody said who decides this.", "Type your name first.")
    if len(answer) > LONGEST_ANSWER:
        raise BadInput(f"The answer has more than {LONGEST_ANSWER} characters.", "Say it shorter.")

    def keep(writer: LogbookWriter) -> Wish:
        wish = writer.wish(wish_id)
        if wish is None:
            raise BadInput("That wish is gone.", "The list shows those that are there.")
        if wish.state is not WishState.OPEN:
            raise BadInput(_settled(wish), "Nothing was changed.")
        state = WishState.GRANTED if granted else WishState.DECLINED
        fresh = replace(wish, state=state, answer=answer, decided_at=now, decided_by=by)
        writer.put_wish(fresh)
        free(writer, fresh, now)
        return fresh

    return logbook.write(keep)


def _settled(wish: Wish) -> str:
    who = f" by {wish.decided_by}" if wish.decided_by else ""
    return f"This wish was {wish.state.value}{who} already."


def _known(workplace: Workplace, wish: Wish, order: Order | None, zone: ZoneInfo) -> tuple[bool, str]:
    """Whether a driver was there at this attempt; and why the wish cannot be granted, if it cannot."""
    if order is None:
        return False, "The order is gone."
    if wish.state is not WishState.OPEN:
        return False, _settled(wish)
    if order.state is not OrderState.OPEN:
        return False, f"Order {order.number} was cancelled."
    if workplace.live is None:
        return False, ""

    def ask(reader: LogbookReader) -> tuple[bool, datetime | None, str]:
        fact = facts_of(reader, order.date).get(order.id)
        page = reader.customer_page_of(order.id)
        there = fact is not None and fact.told and fact.attempt >= order.attempt
        return there, fact.at if fact else None, page.body["state"] if page else ""

    tried, at, state = workplace.live.logbook.read(ask)
    if tried and at is not None and state in _DONE:
        return tried, f"The stop was done at {at.astimezone(zone):%H:%M}."
    return tried, ""


def _what(wish: Wish, zone: ZoneInfo) -> str:
    said = [f"{wish.kind.value[:1].upper()}{wish.kind.value[1:]}"]
    if wish.on is not None:
        hours = ""
        if wish.opens_at and wish.closes_at:
            hours = f", {wish.opens_at.astimezone(zone):%H:%M}–{wish.closes_at.astimezone(zone):%H:%M}"
        said.append(f"{spelt(wish.on)}{hours}")
    if wish.text:
        said.append(wish.text)
    return ": ".join(said)


def spelt(on: date) -> str:
    """A date as the window's sentences have it."""
    return f"{on:%A} {on.day} {on:%B}"


# --- another time -------------------------------------------------------------------------------------------------


def _other_time(
    workplace: Workplace, outlook: Outlook, wished: JudgedWish, *, tried: bool, now: datetime
) -> JudgedWish:
    wish, order = wished.wish, wished.order
    assert order is not None
    on = wish.on or order.date
    slot = TimeWindow(wish.opens_at, wish.closes_at) if wish.opens_at and wish.closes_at else None
    if on < order.date or (on == order.date and (slot is None or tried)):
        return replace(wished, why_not=f"Order {order.number} is for {spelt(order.date)} already.")
    if slot is not None and slot.closes_at <= now:
        return replace(wished, why_not="That time is over.")
    if order.pickup_id is not None and on != order.date and not tried:
        return replace(wished, why_not="Its goods are fetched on the way: move both orders by hand.")
    place, why_not = place_of(workplace, wish, now)
    if why_not:
        return replace(wished, why_not=why_not)
    windows = (slot,) if slot else hours_later(order, on, outlook.day.depot.zone)
    moved = replace(order, date=on, windows=windows, pickup_id=order.pickup_id if on == order.date else None)
    room = room_on(workplace, outlook, moved, now=now)

    def change(uow: UnitOfWork) -> None:
        if on != order.date:
            try_another_day(uow, order_id=order.id, on=on, tried=tried)
        if slot is not None:
            uow.put_orders([replace(_order(uow, order.id), windows=windows)])
        room.take(uow)
        if place is not None:  # the last step: if it was taken away meanwhile, the plan stays as it is
            place.confirm(uow, order.id)

    verdict = room.verdict(spelt(on))
    if place is not None:
        until = place.hold.until.astimezone(outlook.day.depot.zone)
        verdict += f" Its place in the slot is held until {spelt(until.date())}, {until:%H:%M}."
    if on != order.date and not tried and _is_out(outlook, order, now):
        verdict += " Its goods are on the road already: tell the driver to bring them back."
    return replace(wished, verdict=verdict, fits=room.fits, change=change)


def _is_out(outlook: Outlook, order: Order, now: datetime) -> bool:
    """Whether a van has left with its goods."""
    route = outlook.day.plan.route_of(order.id)
    if route is None or not loads_at_depot(order):
        return False
    return outlook.day.loaded.get(order.id) is not None or outlook.schedule.routes[route.shift_id].leaves_at <= now


# --- another place ------------------------------------------------------------------------------------------------


def _other_place(
    workplace: Workplace, outlook: Outlook, wished: JudgedWish, *, tried: bool, now: datetime
) -> JudgedWish:
    wish, order = wished.wish, wished.order
    assert order is not None
    found, why_not = _found(workplace, order, wish.text)
    if found is None:
        return replace(wished, why_not=why_not)
    there = f"Found as {found.address.matched or found.address.text}"
    doubt = "; only the street is known" if found.address.doubtful else ""
    planned = any(order.id in route.order_ids for route in outlook.day.plan.routes)
    waits = tried or (order.date == outlook.day.date and not planned)
    room = Room(order.id) if waits else room_on(workplace, outlook, found, now=now)

    def change(uow: UnitOfWork) -> None:
        uow.put_orders([replace(_order(uow, order.id), address=found.address)])
        room.take(uow)

    said = "No round has it now." if waits else room.verdict(spelt(order.date))
    return replace(wished, verdict=f"{there}{doubt}. {said}", fits=room.fits and not doubt, change=change)


def _found(workplace: Workplace, order: Order, text: str) -> tuple[Order | None, str]:
    """The order at the place that was typed; else why there is none."""
    if workplace.geocoder is None:
        return None, "The depot has no address index to find that place in: type the address by hand."
    typed = replace(order.address, line=text, postcode="", place=None)
    wider = replace(typed, city="")  # the town may be among what was typed
    for address in (wider, typed):
        asked = partial(locate, [address], geocoder=workplace.geocoder)
        (located,) = workplace.store.read(asked).values()
        if located.place is not None:
            return replace(order, address=replace(located, city=located.city or order.address.city)), ""
    return None, f"“{text[:60]}” is not among the addresses of the region: ask the customer."


# --- a note for the driver ----------------------------------------------------------------------------------------

_MARKS = {
    _K.INSTRUCTIONS: "Customer: ",
    _K.NEIGHBOUR: "Customer, leave with a neighbour: ",
    _K.SAFE_PLACE: "Customer, leave in a safe place: ",
}


def _note(wish: Wish) -> Callable[[UnitOfWork], None]:
    """Append what the customer wants, in the place of what was wanted before of the same kind."""
    mark = _MARKS[wish.kind]

    def change(uow: UnitOfWork) -> None:
        order = _order(uow, wish.order_id)
        kept = [line for line in order.notes.splitlines() if not line.startswith(mark)]
        uow.put_orders([replace(order, notes="\n".join([*kept, f"{mark}{wish.text}"]))])

    return change


def _order(uow: UnitOfWork, order_id: OrderId) -> Order:
    order = uow.order(order_id)
    if order is None:
        raise KnownError("That order no longer exists.", "Decline the wish, or call the customer.")
    return order
