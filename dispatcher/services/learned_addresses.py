"""What accepted proofs say of addresses: where the door is, how to get there, how long a visit takes.

Proposals only: a person accepts or declines each. What is accepted is remembered for the address, so that the next
import brings it; what is declined does not come again, unless proofs say something else by then.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from statistics import median

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.keeping import ERASED
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.place import Address, Place, Precision
from dispatcher.domain.progress import NoProgress, Progress, checkpoint
from dispatcher.domain.proof import Attempt, Outcome
from dispatcher.domain.remembered import Remembered
from dispatcher.domain.review import Decision
from dispatcher.domain.tracking import Witness
from dispatcher.intake import address_key
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.ports import Geocoder, Reader, UnitOfWork
from dispatcher.services.reviewing_chain import ReviewChain
from dispatcher.services.workplace import Workplace

LOOK_BACK = timedelta(days=180)
LEAST_VISITS = 3
"""On different rounds; fewer may all be the same mistake."""
ACCURATE_M, FRESH_S = 30.0, 120.0
"""A position worse or older than this says nothing of a door."""
SPREAD_M = 20.0
"""Half of the positions lie nearer than this to their median."""
FAR_M = 25.0
"""A pin that is off by less is good enough."""
STRAY_M = 1_000.0
"""A median farther away than this is no door of the address, but another place."""
OTHER_S = 60
"""A service time that differs by less is the same."""
MOST_S = 3 * 3600
NOTE_WORDS, NOTE_CHARS = 3, 200


class What(StrEnum):
    """What is proposed."""

    PIN = "pin"
    NOTE = "note"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing that proofs say of one address."""

    what: What
    key: str
    address: Address
    """With the place it has now, if any."""
    visits: int
    last: date
    place: Place | None = None
    """Of a pin."""
    moved_m: float = 0.0
    """How far that is from where the address is taken to be."""
    spread_m: float = 0.0
    """Half of the positions lie within."""
    approach: str = ""
    """The street the pin is at, where the address names another."""
    note: str = ""
    service_s: int = 0
    now_s: int = 0
    """What such an order has now."""

    @property
    def id(self) -> str:
        """Tells it from all others of one look."""
        return f"{self.what} {self.key}"

    @property
    def mark(self) -> str:
        """What is kept of it when it is declined."""
        match self.what:
            case What.PIN:
                assert self.place is not None
                return f"pin {self.place.lat:.6f} {self.place.lon:.6f}"
            case What.NOTE:
                return f"note {self.note}"
            case What.SERVICE:
                return f"service {self.service_s}"


@dataclass(slots=True)
class _Seen:
    """What was seen at one address."""

    order: Order
    """The latest."""
    places: dict[tuple[date, ShiftId], Place] = field(default_factory=dict)
    """The first of each round."""
    notes: Counter[str] = field(default_factory=Counter)
    services: dict[tuple[date, ShiftId], float] = field(default_factory=dict)
    last_of: dict[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Came:
    """What one accepted attempt says."""

    order_id: OrderId
    shift_id: ShiftId
    place: Place | None
    """Where the phone was, if that is sure."""
    note: str
    stay: tuple[datetime, datetime] | None
    """From when to when the track was there."""


type Memory = dict[date, tuple[int, Sequence[Came]]]
"""What was read of each date, and how many links of the chain were about it then: those dates need no second look."""


def proposals(
    workplace: Workplace, progress: Progress | None = None, memory: Memory | None = None
) -> Sequence[Proposal]:
    """What accepted proofs of the last half year propose, the most visited address first. Raises `Cancelled`.

    A depot without a logbook, and a what-if copy, have nothing to propose.
    """
    if workplace.live is None or workplace.what_if is not None:
        return ()
    memory = {} if memory is None else memory
    progress, seen, today = progress or NoProgress(), dict[str, _Seen](), workplace.today
    dates = workplace.live.logbook.read(lambda book: book.dates(today - LOOK_BACK, today))
    for n, on in enumerate(dates):
        checkpoint(progress, n / len(dates), f"Looking through the proofs of {on}")
        memory[on] = workplace.live.logbook.read(partial(_read, on=on, known=memory.get(on)))
        came = memory[on][1]
        orders = workplace.store.read(partial(_orders, ids={each.order_id for each in came}))
        _add(seen, on, came, {order.id: order for order in orders})
    checkpoint(progress, 1.0, "Comparing with what is remembered")
    return workplace.store.read(lambda book: _proposed(book, seen, workplace.geocoder))


def _orders(book: Reader, *, ids: Collection[OrderId]) -> Sequence[Order]:
    return book.orders(ids)


def _read(book: LogbookReader, *, on: date, known: tuple[int, Sequence[Came]] | None) -> tuple[int, Sequence[Came]]:
    links = book.count_on(on)
    return known if known is not None and known[0] == links else (links, tuple(_accepted(book, on)))


def _accepted(book: LogbookReader, on: date) -> Iterator[Came]:
    """Attempts of a date by which goods changed hands, and on which "accepted" stands."""
    chain = ReviewChain(on).read_on(book)
    took = (Outcome.DELIVERED, Outcome.PARTLY)
    stands = [came.attempt for name, came in chain.came.items() if chain.standing(name) is Decision.ACCEPTED]
    visits = book.visits({attempt.shift_id for attempt in stands})
    stays = {
        (v.shift_id, v.order_id): (v.arrived_at, v.departed_at)
        for v in visits
        if v.witness is Witness.TRACK and v.departed_at
    }
    for attempt in stands:
        if attempt.outcome in took:
            place, stay = attempt.place if _is_sure(attempt) else None, stays.get((attempt.shift_id, attempt.order_id))
            yield Came(attempt.order_id, attempt.shift_id, place, _telling(attempt.note), stay)


def _add(seen: dict[str, _Seen], on: date, came: Iterable[Came], orders: Mapping[OrderId, Order]) -> None:
    for each in came:
        order = orders.get(each.order_id)
        if order is None or order.address.line == ERASED:
            continue
        at = seen.setdefault(address_key(order.address), _Seen(order))
        at.order, which = order, (on, each.shift_id)
        if each.place:
            at.places.setdefault(which, each.place)
            at.last_of[What.PIN] = on
        if each.note:
            at.notes[each.note] += 1
            at.last_of[each.note] = on
        if each.stay and 0 < (took_s := _served_s(order, *each.stay)) < MOST_S:
            at.services.setdefault(which, took_s)
            at.last_of[What.SERVICE] = on


def _is_sure(attempt: Attempt) -> bool:
    accurate = attempt.accuracy_m is not None and attempt.accuracy_m <= ACCURATE_M
    return accurate and not attempt.mock and (attempt.place_age_s or 0.0) <= FRESH_S


def _telling(note: str) -> str:
    """A driver's note that may help the next one; empty for one that says next to nothing."""
    said = " ".join(note.split())
    return said if len(said.split()) >= NOTE_WORDS and len(said) <= NOTE_CHARS else ""


def _served_s(order: Order, arrived_at: datetime, departed_at: datetime) -> float:
    """Seconds at the door; waiting for a window to open is none of them."""
    opens = [w.opens_at for w in order.windows if arrived_at < w.opens_at]
    closed = not any(w.opens_at <= arrived_at < w.closes_at for w in order.windows)
    begun = min(opens) if opens and closed else arrived_at
    return (departed_at - begun).total_seconds()


# --- what it amounts to ---------------------------------------------------------------------------------------------


def _proposed(book: Reader, seen: Mapping[str, _Seen], geocoder: Geocoder | None) -> Sequence[Proposal]:
    pins, known, flat_s = book.pins(seen), book.remembered(seen), book.depot().service_s
    found: list[Proposal] = []
    for key, at in seen.items():
        remembered = known.get(key, Remembered(at.order.address.text))
        address = replace(at.order.address, place=pins.get(key, at.order.address.place))
        usual_s = flat_s if remembered.service_s is None else remembered.service_s
        made = (
            _pin(key, address, at, geocoder),
            _note(key, address, at, remembered),
            _service(key, address, at, usual_s),
        )
        found += [proposal for proposal in made if proposal and not _is_declined(proposal, remembered.declined)]
    return sorted(found, key=lambda p: (-p.visits, p.address.text, p.what))


def _pin(key: str, address: Address, at: _Seen, geocoder: Geocoder | None) -> Proposal | None:
    places = list(at.places.values())
    if len(places) < LEAST_VISITS:
        return None
    middle = Place(median(p.lat for p in places), median(p.lon for p in places))
    spread_m = median(middle.distance_m(p) for p in places)
    moved_m = middle.distance_m(address.place) if address.place else 0.0
    if spread_m > SPREAD_M or (address.place and not FAR_M <= moved_m <= STRAY_M):
        return None
    street = _other_street(middle, address, geocoder)
    last = at.last_of[What.PIN]
    return Proposal(What.PIN, key, address, len(places), last, middle, moved_m, spread_m, street)


def _other_street(place: Place, address: Address, geocoder: Geocoder | None) -> str:
    """The street of the house nearest to a place, unless the address is in it."""
    found = geocoder.reverse(place) if geocoder else None
    if found is None or not found.street or found.precision < Precision.INTERPOLATED:
        return ""
    street, line = (address_key(Address(text)).split("|")[0] for text in (found.street, address.line))
    return "" if street in line else found.street


def _note(key: str, address: Address, at: _Seen, known: Remembered) -> Proposal | None:
    """The note written most often; of those alike the longest."""
    known_already = {known.note, at.order.notes} | {mark.removeprefix("note ") for mark in known.declined}
    left = [note for note in at.notes if note not in known_already]
    if not left:
        return None
    note = max(left, key=lambda n: (at.notes[n], len(n), n))
    return Proposal(What.NOTE, key, address, at.notes[note], at.last_of[note], note=note)


def _service(key: str, address: Address, at: _Seen, now_s: int) -> Proposal | None:
    if len(at.services) < LEAST_VISITS:
        return None
    usual_s = round(median(at.services.values()))
    if abs(usual_s - now_s) < OTHER_S:
        return None
    last = at.last_of[What.SERVICE]
    return Proposal(What.SERVICE, key, address, len(at.services), last, service_s=usual_s, now_s=now_s)


def _is_declined(proposal: Proposal, declined: Iterable[str]) -> bool:
    """Whether this, or next to this, was declined."""
    for mark in declined:
        kind, _, rest = mark.partition(" ")
        if kind != proposal.what:
            continue
        match proposal.what:
            case What.PIN if proposal.place:
                lat, lon = map(float, rest.split())
                if proposal.place.distance_m(Place(lat, lon)) < FAR_M:
                    return True
            case What.SERVICE if abs(int(rest) - proposal.service_s) < OTHER_S:
                return True
            case What.NOTE if rest == proposal.note:
                return True
            case _:
                pass
    return False


# --- deciding -------------------------------------------------------------------------------------------------------


def accept(uow: UnitOfWork, proposal: Proposal, *, today: date) -> int:
    """Remember it for the address; how many open orders from today on got it. One step of undo.

    A pin moves these orders with it, where they lie at the old place. Notes and service times come with new orders.
    """
    known = _known(uow, proposal)
    match proposal.what:
        case What.PIN:
            if proposal.place is None:
                raise KnownError("That proposal has no place.", "Look through the proofs again.")
            uow.put_pin(proposal.key, proposal.place, proposal.address.text)
            if proposal.approach:
                uow.put_remembered(proposal.key, replace(known, approach=proposal.approach))
            return _move(uow, proposal, proposal.place, today)
        case What.NOTE:
            uow.put_remembered(proposal.key, replace(known, note=proposal.note))
        case What.SERVICE:
            uow.put_remembered(proposal.key, replace(known, service_s=proposal.service_s))
    return 0


def decline(uow: UnitOfWork, proposal: Proposal) -> None:
    """Do not propose it again. One step of undo."""
    known = _known(uow, proposal)
    uow.put_remembered(proposal.key, replace(known, declined=known.declined | {proposal.mark}))


def _known(uow: UnitOfWork, proposal: Proposal) -> Remembered:
    return uow.remembered([proposal.key]).get(proposal.key, Remembered(proposal.address.text))


def _move(uow: UnitOfWork, proposal: Proposal, to: Place, today: date) -> int:
    """Open orders of the address that nobody was sent elsewhere with by hand."""
    ahead = [day.date for day in uow.days() if day.date >= today]
    done = {s.order_id for on in ahead for route in uow.plan(on).routes for s in route.stops if s.done}
    moved = [
        replace(order, address=replace(order.address, place=to, precision=Precision.PIN))
        for order in uow.orders_of(ahead)
        if order.state is OrderState.OPEN
        and order.id not in done
        and address_key(order.address) == proposal.key
        and order.address.place in (None, proposal.address.place)
    ]
    uow.put_orders(moved)
    return len(moved)


def noted(order: Order, known: Remembered | None) -> Order:
    """The order with what its address taught of the way to the door."""
    if known is None:
        return order
    ways = (f"Approach from {known.approach}." if known.approach else "", known.note)
    more = [way for way in ways if way and way not in order.notes]
    return replace(order, notes="\n".join(part for part in (order.notes, *more) if part)) if more else order
