"""What plan and logbook know of one date, read for its facts. Writes nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from dispatcher.domain.actions import SentRound
from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.messages import MessageState
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt, Need, Outcome, RecordKind
from dispatcher.domain.review import Flag
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.slots import HoldState, window_of
from dispatcher.domain.time import TimeWindow
from dispatcher.insight.seen import DaySeen, Driven, SlotPlaces, ToldStop, Tried
from dispatcher.proof.canonical import from_ms
from dispatcher.review.flags import flags_of
from dispatcher.services.driving import RoundProgress, progress_of
from dispatcher.services.logbook import Logbook, LogbookReader
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.ports import Store
from dispatcher.services.reviewing_chain import ReviewChain
from dispatcher.services.reviewing_facts import Facts, Remembered, facts_for, seen_of
from dispatcher.services.slots_sold import in_plan
from dispatcher.services.tenures import tenures_of, track_of
from dispatcher.services.underway import day_as_kept
from dispatcher.slots.areas import area_of_address
from dispatcher.slots.calendar import occurs
from dispatcher.tracking.following import RoundTracker

LEAST_FIXES = 10
"""Of fewer nobody can say how far a round was driven."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where everything is."""

    store: Store
    logbook: Logbook
    desk: PlanningDesk
    now: datetime
    tick: Callable[[], None] = lambda: None
    """Called now and then; what it raises ends the reading."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What one moment of the logbook says of the date."""

    chain: ReviewChain
    facts: Facts
    rounds: Sequence[SentRound]
    kept: Sequence[Tried]
    """Of erased attempts."""
    parts: Mapping[str, Any]
    progress: Mapping[ShiftId, RoundProgress]


def seen_on(sources: Sources, on: date, former: Mapping[ShiftId, Driven] = MappingProxyType({})) -> DaySeen:
    """Everything that is known of a date. Raises `KnownError`, and what `tick` raises.

    `former` is how its rounds were driven, as far as that was gathered before.
    """
    day = day_as_kept(sources.store, on)
    remembered = Remembered()
    told = sources.logbook.read(lambda book: _told(book, sources, day, remembered))
    sources.tick()
    flags = flags_of(seen_of(told.facts, remembered), told.facts.limits, sources.tick)
    tried = [*told.kept, *(_tried(told, day, flags, name, came.attempt) for name, came in told.chain.came.items())]
    orders = _orders(sources.store, day, tried)
    times = sources.desk.look(day, why=False).schedule.routes
    return DaySeen(
        on=on,
        day=day,
        times=times,
        tried=tuple(tried),
        told=_told_stops(told.rounds),
        orders=orders,
        areas=_areas(sources.logbook, orders),
        visits=told.facts.visits | told.parts["visits"],
        driven=dict(_driven(sources, day, told.progress, former)),
        messages=told.parts["messages"],
        incidents=told.parts["incidents"],
        slots=told.parts["slots"],
    )


def _told(book: LogbookReader, sources: Sources, day: Day, remembered: Remembered) -> _Told:
    on = day.date
    chain = ReviewChain(on).read_on(book)
    visits: dict[Any, Any] = {}
    for visit in book.visits(day.shifts):
        visits[visit.shift_id, visit.order_id] = (*visits.get((visit.shift_id, visit.order_id), ()), visit)
    sent = (m.order_id for m in book.messages_on(on) if m.state is MessageState.SENT)
    parts = {
        "visits": visits,
        "messages": Counter(sent),
        "incidents": tuple(book.incidents(on)),
        "slots": tuple(_slots(book, day)),
    }
    facts = facts_for(book, sources.store, chain, remembered, sources.now)
    rounds = book.rounds_on(on)
    shifts = dict.fromkeys((*day.shifts, *(r.shift_id for r in rounds)))
    return _Told(chain, facts, rounds, list(_erased(book, on)), parts, progress_of(book, shifts))


def _orders(store: Store, day: Day, tried: Iterable[Tried]) -> Mapping[OrderId, Order]:
    others = {t.order_id for t in tried} - day.orders.keys()
    return {**day.orders, **{order.id: order for order in store.read(lambda reader: reader.orders(others))}}


# --- attempts -----------------------------------------------------------------------------------------------------


def _tried(told: _Told, day: Day, flags: Mapping[str, tuple[Flag, ...]], name: Any, attempt: Attempt) -> Tried:
    skew = timedelta(seconds=attempt.skew_s)
    standing = told.chain.standing(name)
    wanted = _wants(told.rounds, attempt, day.depot.road)
    return Tried(
        order_id=attempt.order_id,
        number=attempt.number,
        shift_id=attempt.shift_id,
        driver_id=attempt.driver_id,
        outcome=attempt.outcome,
        at=attempt.at - skew,
        key=attempt.key,
        reason=attempt.reason,
        arrived_at=attempt.arrived_at - skew if attempt.arrived_at else None,
        guessed=attempt.guessed_at,
        lines=attempt.lines,
        cash=attempt.cash,
        cash_due=attempt.cash_due,
        proof_wanted=wanted or bool(attempt.missing),
        proof_complete=not attempt.missing,
        flags=tuple(flag.kind.value for flag in flags.get(attempt.key, ())),
        decision=standing.value if standing else "",
    )


def _wants(rounds: Sequence[SentRound], attempt: Attempt, policy: RoadPolicy) -> bool:
    """Whether its driver was asked for any proof."""
    failed = attempt.outcome is Outcome.FAILED
    for sent in rounds:
        if sent.shift_id == attempt.shift_id:
            stop = next((s for s in sent.body.get("stops", ()) if s["order_id"] == attempt.order_id), None)
            if stop is not None:
                levels = stop.get("needs", {}).get("failing" if failed else "delivering", {})
                return any(level in (Need.REQUIRED, Need.ASKED) for level in levels.values())
    return any(need.wanted for need in policy.needs(failed=failed).values())


def _erased(book: LogbookReader, on: date) -> Iterator[Tried]:
    """What was kept of attempts whose words are gone."""
    for record in book.records_on(on):
        if record.kind is RecordKind.ERASED and (kept := record.body.get("kept")):
            yield Tried(
                order_id=record.order_id,
                number=kept["number"],
                shift_id=ShiftId(kept["shift_id"]),
                driver_id=kept["driver_id"],
                outcome=Outcome(kept["outcome"]),
                at=from_ms(kept["at_ms"] - kept["skew_ms"]),
                reason=kept.get("reason", ""),
                guessed=kept.get("guessed_at", False),
            )


# --- rounds -------------------------------------------------------------------------------------------------------


def _told_stops(rounds: Iterable[SentRound]) -> Mapping[tuple[ShiftId, OrderId], ToldStop]:
    return {
        (r.shift_id, OrderId(stop["order_id"])): _told_stop(stop) for r in rounds for stop in r.body.get("stops", ())
    }


def _told_stop(stop: Mapping[str, Any]) -> ToldStop:
    windows = (TimeWindow(_moment(w["opens_at"]), _moment(w["closes_at"])) for w in stop.get("windows", ()))
    arrives, starts = stop.get("arrives_at"), stop.get("starts_at")
    return ToldStop(
        turn=int(stop["turn"]) - 1,
        number=stop.get("number", ""),
        attempt=int(stop.get("attempt", 1)),
        customer=stop.get("name", ""),
        postcode=stop.get("postcode", ""),
        windows=tuple(windows),
        arrives_at=_moment(arrives) if arrives else None,
        starts_at=_moment(starts) if starts else None,
        service_s=int(stop.get("service_s") or 0),
        parcels=int(stop.get("parcels") or 0),
        quantities=tuple(float(line["quantity"]) for line in stop.get("lines", ())),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _driven(
    sources: Sources, day: Day, progress: Mapping[ShiftId, RoundProgress], former: Mapping[ShiftId, Driven]
) -> Iterator[tuple[ShiftId, Driven]]:
    """Of rounds that are over: one that is still driven has taken nothing yet.

    While a date lasts, a round that is over is not followed again. Later all are, for tracks that came late; and
    where a track is let go of, how far it went stays known.
    """
    lasts = sources.now.astimezone(day.depot.zone).date() <= day.date
    for shift in day.shifts.values():
        said, known = progress.get(shift.id), former.get(shift.id)
        if (said is None or said.ended_at is None) and sources.now <= shift.ends_at:
            continue
        if lasts and known and _same_end(known, said):
            yield shift.id, known
            continue
        sources.tick()
        found = _round_driven(sources, day, shift, said)
        if found.driven_m is None and known:
            found = replace(found, left_at=known.left_at, driven_m=known.driven_m)
        yield shift.id, found


def _same_end(known: Driven, said: RoundProgress | None) -> bool:
    """Facts have whole seconds."""
    ended_at = said.ended_at if said else None
    return bool(known.returned_at and ended_at and abs(known.returned_at - ended_at) <= timedelta(seconds=1))


def _round_driven(sources: Sources, day: Day, shift: Shift, said: RoundProgress | None) -> Driven:
    fixes = sources.logbook.read(lambda book: track_of(book, tenures_of(book, shift)))
    tracker = RoundTracker(shift, (), day.depot.road)
    tracker.take(sorted(fixes, key=lambda fix: fix.seq))
    tracked = len(fixes) - len(tracker.doubts) >= LEAST_FIXES
    left = tracker.progress.departed_at if tracked else None
    begun, ended = (said.begun_at, said.ended_at) if said else (None, None)
    return Driven(left or begun, ended, tracker.driven_m if tracked else None)


# --- slots --------------------------------------------------------------------------------------------------------


def _areas(logbook: Logbook, orders: Mapping[OrderId, Order]) -> Mapping[OrderId, str]:
    areas = list(logbook.read(lambda book: book.slot_book()).areas.values())
    if not areas:
        return {}
    found = ((order.id, area_of_address(areas, order.address)) for order in orders.values())
    return {order_id: area.name for order_id, area in found if area}


def _slots(book: LogbookReader, day: Day) -> Iterator[SlotPlaces]:
    """Those that could be chosen, whatever was."""
    catalogue, on = book.slot_book(), day.date
    holds = [hold for hold in book.slot_holds(on, on) if hold.state is HoldState.CONFIRMED]
    sold = {(hold.rule_id, hold.order_id or hold.id) for hold in holds}
    sold |= {(rule_id, order.id) for (rule_id, _), there in in_plan(catalogue, day).items() for order in there}
    taken = Counter(rule_id for rule_id, _ in sold)
    dark = {blackout.area_id for blackout in catalogue.blackouts if blackout.on == on}
    for rule in catalogue.rules.values():
        area, change = catalogue.areas.get(rule.area_id), catalogue.changes.get((rule.id, on))
        shut = None in dark or rule.area_id in dark or (change is not None and change.closed)
        if area is None or not occurs(rule, on) or (shut and not taken[rule.id]):
            continue
        most = rule.most_orders if change is None or change.most_orders is None else change.most_orders
        window = window_of(rule, change, on, day.depot.zone)
        yield SlotPlaces(rule.id, area.name, window, most, taken[rule.id])
