"""What is known of a date's attempts besides the chain: the stops as sent, the plan, the track's visits, the photos."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from dispatcher.domain.actions import ActionKind, SentRound, TakenAction, Taking
from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Place
from dispatcher.domain.proof import Attempt, Need, Outcome, Photo, ProofKind
from dispatcher.domain.review import FlagLimits
from dispatcher.domain.tracking import Visit
from dispatcher.proof.ink import evenly
from dispatcher.review.seen import Seen, Shape
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.ports import Store
from dispatcher.services.reviewing_chain import ReviewChain
from dispatcher.services.reviewing_changes import changed_since
from dispatcher.services.underway import plan_as_kept

type At = tuple[ShiftId, OrderId]

AFTER_END = timedelta(minutes=30)
"""A phone whose round is over for so long has sent what it had."""


@dataclass(frozen=True, slots=True)
class Label:
    """An order as people know it, and where it is."""

    number: str
    name: str
    address: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What flags are worked out from. Two that are equal have the same flags."""

    limits: FlagLimits
    attempts: tuple[Attempt, ...]
    labels: Mapping[At, Label]
    visits: Mapping[At, tuple[Visit, ...]]
    photos: Mapping[str, Photo]
    turns: Mapping[At, int]
    changed: Mapping[OrderId, str]
    required: Mapping[At, frozenset[ProofKind]] = field(default_factory=dict)
    """What the driver's page did not go on without when goods changed hands."""
    awaited: frozenset[int] = frozenset()
    """Places among `attempts` whose photos are not all here and may still be on their way."""

    def lacks_required(self, attempt: Attempt) -> bool:
        """Whether something is missing that the driver's page did not go on without."""
        required = self.required.get((attempt.shift_id, attempt.order_id), frozenset())
        return attempt.outcome is not Outcome.FAILED and any(kind in required for kind in attempt.missing)

    def label(self, attempt: Attempt) -> Label:
        """The attempt's order; of one that nobody knows any more, its id."""
        return self.labels.get((attempt.shift_id, attempt.order_id)) or Label(attempt.order_id, "", "", None)


@dataclass(slots=True)
class Remembered:
    """What never changes once it is known: photos that came, and the shapes of signatures."""

    photos: dict[str, Photo] = field(default_factory=dict)
    shapes: dict[str, Shape | None] = field(default_factory=dict)

    def look_up(self, reader: LogbookReader, hashes: Iterable[str]) -> Mapping[str, Photo]:
        """Those photos that are here."""
        wanted = dict.fromkeys(hashes)
        for sha256 in wanted.keys() - self.photos.keys():
            if photo := reader.photo(sha256):
                self.photos[sha256] = photo
        return {sha256: self.photos[sha256] for sha256 in wanted if sha256 in self.photos}

    def shape(self, attempt: Attempt) -> Shape | None:
        """Of its signature."""
        if attempt.ink is None:
            return None
        name = f"{attempt.device_id} {attempt.key}"
        if name not in self.shapes:
            self.shapes[name] = evenly(attempt.ink)
        return self.shapes[name]


def facts_for(reader: LogbookReader, store: Store, chain: ReviewChain, remembered: Remembered, now: datetime) -> Facts:
    """Read all of it."""
    attempts = tuple(came.attempt for came in chain.came.values())
    done = {a.order_id: a.at - timedelta(seconds=a.skew_s) for a in attempts}
    orders = {order.id: order for order in store.read(lambda book: book.orders(done))}
    rounds = reader.rounds_on(chain.on)
    limits = store.read(lambda book: book.depot()).road.flags
    photos = remembered.look_up(reader, (sha256 for a in attempts for sha256 in a.photos))
    return Facts(
        limits=limits,
        attempts=attempts,
        labels=_labels(attempts, rounds, orders),
        visits=_visits(reader.visits({a.shift_id for a in attempts})),
        photos=photos,
        turns=_turns(store, chain.on),
        changed=changed_since(store, chain.on, done),
        required=_required(rounds),
        awaited=_awaited(reader, attempts, photos, limits.absent_s, now),
    )


def seen_of(facts: Facts, remembered: Remembered) -> Sequence[Seen]:
    """The same, attempt by attempt."""
    return [
        replace(_seen(attempt, facts, remembered), photos_due=place not in facts.awaited)
        for place, attempt in enumerate(facts.attempts)
    ]


def _seen(attempt: Attempt, facts: Facts, remembered: Remembered) -> Seen:
    at, label = (attempt.shift_id, attempt.order_id), facts.label(attempt)
    return Seen(
        attempt=attempt,
        number=label.number,
        door=label.place,
        photos=tuple(map(facts.photos.get, attempt.photos)),
        visits=facts.visits.get(at, ()),
        shape=remembered.shape(attempt),
        turn=facts.turns.get(at),
        changed=facts.changed.get(attempt.order_id, ""),
    )


def driver_names(store: Store) -> Mapping[DriverId, str]:
    """What the depot's drivers are called."""
    return {driver.id: driver.name for driver in store.read(lambda book: book.drivers())}


def _labels(
    attempts: Iterable[Attempt], rounds: Iterable[SentRound], orders: Mapping[OrderId, Order]
) -> Mapping[At, Label]:
    """As the driver was told, else as the plan has it by now."""
    sent = {(r.shift_id, OrderId(s["order_id"])): _as_sent(s) for r in rounds for s in r.body.get("stops", ())}
    found: dict[At, Label] = {}
    for attempt in attempts:
        at, order = (attempt.shift_id, attempt.order_id), orders.get(attempt.order_id)
        planned = order and Label(order.number, order.contact.name, order.address.text, order.address.place)
        if label := sent.get(at) or planned:
            found[at] = label
    return found


def _as_sent(stop: Mapping[str, Any]) -> Label:
    town = " ".join(filter(None, (stop.get("postcode"), stop.get("city"))))
    address = ", ".join(filter(None, (stop.get("address"), town)))
    lat, lon = stop.get("lat"), stop.get("lon")
    place = None if lat is None or lon is None else Place(lat, lon)
    return Label(stop.get("number", ""), stop.get("name", ""), address, place)


def _visits(visits: Iterable[Visit]) -> Mapping[At, tuple[Visit, ...]]:
    found: dict[At, tuple[Visit, ...]] = defaultdict(tuple)
    for visit in visits:
        found[visit.shift_id, visit.order_id] += (visit,)
    return dict(found)


def _turns(store: Store, on: date) -> Mapping[At, int]:
    """Places in the sequence as the dispatcher left it: what was sent last has the stops that are done in theirs."""
    routes = plan_as_kept(store, on).routes
    return {(r.shift_id, order_id): turn for r in routes for turn, order_id in enumerate(r.order_ids)}


def _required(rounds: Iterable[SentRound]) -> Mapping[At, frozenset[ProofKind]]:
    found: dict[At, frozenset[ProofKind]] = {}
    for sent in rounds:
        for stop in sent.body.get("stops", ()):
            levels = stop.get("needs", {}).get("delivering", {})
            required = frozenset(kind for kind in ProofKind if levels.get(kind.value) == Need.REQUIRED.value)
            if required:
                found[sent.shift_id, OrderId(stop["order_id"])] = required
    return found


def _awaited(
    reader: LogbookReader,
    attempts: Sequence[Attempt],
    photos: Mapping[str, Photo],
    absent_s: float | None,
    now: datetime,
) -> frozenset[int]:
    """A phone sends photos when it has a line; one that ended its round long ago has had one and sends no more."""
    grace = timedelta(seconds=absent_s or 0)
    young = {
        place: attempt
        for place, attempt in enumerate(attempts)
        if now - attempt.received_at < grace and any(sha256 not in photos for sha256 in attempt.photos)
    }
    ended = _ended(reader.actions_of({attempt.shift_id for attempt in young.values()})) if young else {}
    long_ago = now - AFTER_END
    return frozenset(
        place
        for place, attempt in young.items()
        if not (ended_at := ended.get((attempt.shift_id, attempt.device_id)))
        or max(ended_at, attempt.received_at) > long_ago
    )


def _ended(actions: Iterable[TakenAction]) -> Mapping[tuple[ShiftId, DeviceId], datetime]:
    """When the depot heard a phone say that its round is over."""
    said = (a for a in actions if a.action.kind is ActionKind.END and a.taking is Taking.TAKEN and not a.withdrawn)
    return {(a.action.shift_id, a.device_id): a.received_at for a in said}
