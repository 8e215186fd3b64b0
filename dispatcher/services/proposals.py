"""What an engine offers, as a card: what it saves, what it mends, what it moves; and taking it over in parts.

Everything here computes against days that were read and changes nothing; `services.plan.apply_proposal` writes.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dispatcher.domain.ids import OrderId, ShiftId, new_id
from dispatcher.domain.plan import Day, Stop
from dispatcher.domain.schedule import RouteTimes, Schedule, StopTimes
from dispatcher.services.merging import Proposal, destinations, merged, place_behind, shift_by_order
from dispatcher.services.plan import sequences_of, with_sequences
from dispatcher.services.planning import PlanningDesk


@dataclass(frozen=True, slots=True)
class StopDiff:
    """One order before and after; the shifts are `None` where it is unplanned."""

    order_id: OrderId
    before_shift: ShiftId | None
    after_shift: ShiftId | None
    before: StopTimes | None
    after: StopTimes | None
    handling_s: int = 0
    """What handing its goods over costs, if another van has them."""

    @property
    def moves(self) -> bool:
        """Whether another driver serves it, or nobody did or would."""
        return self.before_shift != self.after_shift

    @property
    def mends(self) -> bool:
        """Whether it is late now and would not be."""
        return bool(self.before and self.before.late_s and self.after and not self.after.late_s)

    @property
    def spoils(self) -> bool:
        """Whether it would be late and is not now."""
        return bool(self.after and self.after.late_s and not (self.before and self.before.late_s))


@dataclass(frozen=True, slots=True)
class RoundDiff:
    """One driver's round before and after."""

    shift_id: ShiftId
    before: RouteTimes
    after: RouteTimes
    comes: tuple[OrderId, ...]
    leaves: tuple[OrderId, ...]
    resequenced: bool
    """Whether stops that stay are served in another order."""


@dataclass(frozen=True, slots=True)
class Card:
    """A proposal as it is offered."""

    id: str
    title: str
    """What led to it: "Improve the day", "Van 7 broke down"."""
    day: Day
    """As it stood when the figures were made."""
    proposal: Proposal
    rounds: tuple[RoundDiff, ...]
    """Those that change, in the order of the day's shifts."""
    stops: tuple[StopDiff, ...]
    """Those that move, and those that become late or cease to be."""
    saves_m: int
    saves_s: int
    """Less time on the road altogether, handing goods over included."""
    saves_cost: int
    """Minor currency units, handing goods over included."""
    gone: tuple[tuple[OrderId, str], ...] = ()
    """Moves of the first offer that cannot be had any more, each with why."""

    @property
    def after(self) -> Day:
        """The day as it would be with all of it."""
        return with_sequences(self.day, self.proposal.after)

    @property
    def moves(self) -> int:
        """How many orders change their driver."""
        return sum(1 for stop in self.stops if stop.moves)

    @property
    def plans(self) -> int:
        """How many of them are unplanned now."""
        return sum(1 for stop in self.stops if stop.before_shift is None)

    @property
    def mends(self) -> int:
        """How many late stops would be in time."""
        return sum(1 for stop in self.stops if stop.mends)

    @property
    def spoils(self) -> int:
        """How many stops would become late."""
        return sum(1 for stop in self.stops if stop.spoils)

    @property
    def empty(self) -> bool:
        """Whether there is nothing left to take."""
        return not self.rounds


def card_of(desk: PlanningDesk, day: Day, proposal: Proposal, title: str) -> Card:
    """A proposal as a card of the day as it is now, whichever moment of it the proposal was made for."""
    return _card(desk, day, proposal, new_id(), title, ())


def anew(desk: PlanningDesk, day: Day, card: Card) -> Card:
    """The card as the plan stands now: what still holds, with its figures of now; what does not, with why."""
    return _card(desk, day, card.proposal, card.id, card.title, card.gone)


def part(card: Card, *, shift_ids: Collection[ShiftId] = (), order_ids: Collection[OrderId] = ()) -> Proposal:
    """Only these drivers' rounds, or only these moves, of a card.

    A driver's round is taken over as a whole: what comes to it, what leaves it, and its sequence; the rounds at the
    other end keep their sequence. Goods that are fetched on the way go with what fetches them.
    """
    before, after = card.proposal.before, card.proposal.after
    goes, comes = shift_by_order(before), shift_by_order(after)
    chosen = set(order_ids)
    for shift_id in shift_ids:
        both = {*before.get(shift_id, ()), *after.get(shift_id, ())}
        chosen |= {o for o in both if goes.get(o) != comes.get(o)}
    chosen = _with_goods(card.day, chosen, goes, comes)
    routes = {s: [Stop(o) for o in route if o not in chosen] for s, route in before.items()}
    for shift_id, sequence in after.items():
        coming = [Stop(o) for o in sequence if o in chosen]
        if coming:
            place_behind(routes.setdefault(shift_id, []), coming, sequence)
    found: dict[ShiftId, tuple[OrderId, ...]] = {s: tuple(t.order_id for t in stops) for s, stops in routes.items()}
    found.update({s: tuple(after[s]) for s in shift_ids if s in after})
    return replace(card.proposal, after=found)


def _with_goods(
    day: Day, chosen: Collection[OrderId], goes: Mapping[OrderId, ShiftId], comes: Mapping[OrderId, ShiftId]
) -> set[OrderId]:
    """With what fetches the goods of a chosen delivery, and what brings those of a collection, where it moves."""
    found = set(chosen)
    moving = {o for o in (*goes, *comes) if o in day.orders and goes.get(o) != comes.get(o)}
    for order_id in moving:
        pickup_id = day.orders[order_id].pickup_id
        if pickup_id in moving and not found.isdisjoint((order_id, pickup_id)):
            found |= {order_id, pickup_id}
    return found


def _card(
    desk: PlanningDesk, day: Day, proposal: Proposal, card_id: str, title: str, gone: tuple[tuple[OrderId, str], ...]
) -> Card:
    locks = {shift.id: shift.lock for shift in day.shifts.values()}
    changed, left = merged(day.plan, day.orders, proposal, locks)
    held = Proposal(day.date, day.revision, sequences_of(day), _whole(day, changed))
    now, then = desk.look(day, why=False).schedule, desk.preview(day, held).schedule
    rounds, stops = tuple(_rounds(day, now, then)), tuple(_stops(day, now, then))
    handling_s = sum(stop.handling_s for stop in stops)
    paid = sum(stop.handling_s * _hourly(day, stop.after_shift or stop.before_shift) / 3600 for stop in stops)
    return Card(
        id=card_id,
        title=title,
        day=day,
        proposal=held,
        rounds=rounds,
        stops=stops,
        saves_m=sum(r.before.distance_m - r.after.distance_m for r in rounds),
        saves_s=sum(r.before.duration_s - r.after.duration_s for r in rounds) - handling_s,
        saves_cost=round(sum(r.before.cost - r.after.cost for r in rounds) - paid),
        gone=tuple({**dict(gone), **_missed(day, proposal, left)}.items()),
    )


def _missed(day: Day, proposal: Proposal, left: Mapping[OrderId, str]) -> dict[OrderId, str]:
    """Moves that were offered and cannot be had, unless they were made already."""
    was, meant, now = shift_by_order(proposal.before), destinations(proposal), shift_by_order(sequences_of(day))
    return {o: why for o, why in left.items() if was.get(o) != meant[o] and now.get(o) != meant[o]}


def _whole(day: Day, changed: Mapping[ShiftId, Sequence[Stop]]) -> dict[ShiftId, tuple[OrderId, ...]]:
    """Every route of the day as it would be with the changed ones."""
    after = {shift_id: tuple(stop.order_id for stop in stops) for shift_id, stops in changed.items()}
    taken = {order_id for order_ids in after.values() for order_id in order_ids}
    kept = {s: tuple(o for o in route if o not in taken) for s, route in sequences_of(day).items()}
    return {**kept, **after}


def _hourly(day: Day, shift_id: ShiftId | None) -> int:
    return 0 if shift_id is None else day.drivers[day.shifts[shift_id].driver_id].cost_per_hour


def _rounds(day: Day, now: Schedule, then: Schedule) -> Sequence[RoundDiff]:
    found = []
    present = sequences_of(day)
    for shift_id in day.shifts:
        was, will = present[shift_id], tuple(s.order_id for s in then.routes[shift_id].stops)
        if was == will:
            continue
        comes, leaves = tuple(o for o in will if o not in was), tuple(o for o in was if o not in will)
        stay, stay_then = [o for o in was if o in will], [o for o in will if o in was]
        found.append(RoundDiff(shift_id, now.routes[shift_id], then.routes[shift_id], comes, leaves, stay != stay_then))
    return found


def _stops(day: Day, now: Schedule, then: Schedule) -> Iterator[StopDiff]:
    was, will = _placed(now), _placed(then)
    for order_id in dict.fromkeys((*was, *will)):
        before_shift, before = was.get(order_id, (None, None))
        after_shift, after = will.get(order_id, (None, None))
        handling_s = _handling(day, order_id, before_shift, after_shift)
        diff = StopDiff(order_id, before_shift, after_shift, before, after, handling_s)
        if diff.moves or diff.mends or diff.spoils:
            yield diff


def _placed(schedule: Schedule) -> Mapping[OrderId, tuple[ShiftId, StopTimes]]:
    return {s.order_id: (shift_id, s) for shift_id, route in schedule.routes.items() for s in route.stops}


def _handling(day: Day, order_id: OrderId, before: ShiftId | None, after: ShiftId | None) -> int:
    """Seconds for handing goods over that a move makes necessary; less than nothing if it makes them needless."""
    van = day.loaded.get(order_id)
    if van is None:
        return 0
    owed = day.depot.handling_s if after not in (None, van) else 0
    owes = day.depot.handling_s if before not in (None, van) else 0
    return owed - owes
