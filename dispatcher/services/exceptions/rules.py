"""Lets the rules of the exceptions' room speak of what is so."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import CagedGoods, IncidentKind
from dispatcher.domain.orders import Order, OrderState
from dispatcher.incidents.rules_desk import address_rules, message_rules, reply_rules, wish_rules
from dispatcher.incidents.rules_door import door_rules
from dispatcher.incidents.rules_road import Lacking, cage_rules, live_rules, loading_rules, untouched_rules
from dispatcher.incidents.wanted import ATTEMPTED, EVERY_DATE, LIVE, Sight, Wanted
from dispatcher.services.driving import Loading
from dispatcher.services.exceptions.facts import Seen
from dispatcher.services.exceptions.rounds import RoundSaid

_K = IncidentKind
_BY_DATE = ATTEMPTED | {_K.CASH_SHORT, _K.PROOF_REJECTED, _K.UNTOUCHED, _K.MISSING_LOADING, _K.NOT_BACK}
_ALWAYS = (_K.ADDRESS, _K.UNDELIVERABLE, _K.REPLY, _K.WISH)


def wanted_of(seen: Seen, goods: Iterable[CagedGoods]) -> list[Wanted]:
    """All exceptions that there should be; `goods` is the cage as it is to be."""
    moment = seen.moment
    ended_at = {shift_id: said.until for shift_id, said in seen.rounds.items()}
    known = (piece for piece in goods if piece.on in seen.dates)
    return [
        *door_rules(seen.tries, moment.policy.reason_by_code),
        *loading_rules(_lacking(seen)),
        *untouched_rules(seen.ended, moment.zone),
        *_live(seen),
        *cage_rules(known, ended_at, seen.over, moment.now),
        *address_rules(seen.doubtful, moment.today, moment.now),
        *message_rules(seen.messages),
        *reply_rules(seen.replies, moment.zone),
        *wish_rules(seen.wishes, moment.zone),
    ]


def sight_of(seen: Seen) -> Sight:
    """Of which dates the rules have seen everything of a kind."""
    live = seen.live
    followed = dict.fromkeys(LIVE, frozenset({live.date})) if live is not None else {}
    dates = {**dict.fromkeys(_BY_DATE, seen.dates), **dict.fromkeys(_ALWAYS, EVERY_DATE), **followed}
    return Sight(dates, over_before=seen.moment.on_road, over=seen.over)


def _lacking(seen: Seen) -> Iterator[Lacking]:
    """What was missing at loading, by the driver's or the depot's word, and is still to be brought on that day.

    Whoever loads it later has the last word.
    """
    last: dict[OrderId, tuple[datetime, RoundSaid, Loading]] = {}
    for said in seen.rounds.values():
        for order_id, loading in said.loading.items():
            at = loading.at or seen.moment.now
            if order_id not in last or last[order_id][0] <= at:
                last[order_id] = at, said, loading
    told = set()
    for order_id, (at, said, loading) in last.items():
        if loading.missing and (order := _wanted_on(seen, order_id, said.on)) is not None:
            told.add(order_id)
            yield Lacking(order, said.shift_id, said.driver_id, loading.missing, at)
    for pieces in seen.short.values():
        first = pieces[0]
        if first.order_id not in told and (order := _wanted_on(seen, first.order_id, first.on)) is not None:
            round_ = seen.rounds.get(first.shift_id)
            driver_id = round_.driver_id if round_ else None
            names = tuple(f"piece {p.piece} ({p.state.value})" for p in pieces)
            yield Lacking(order, first.shift_id, driver_id, names, first.at)


def _wanted_on(seen: Seen, order_id: OrderId, on: date) -> Order | None:
    """The order, if it is still to be brought on that day."""
    order = seen.orders.get(order_id)
    if order is None or order.state is not OrderState.OPEN or order.date != on or order_id in seen.latest[on]:
        return None
    return order


def _live(seen: Seen) -> Sequence[Wanted]:
    live, moment = seen.live, seen.moment
    if live is None or live.date > moment.today:
        return ()
    numbers = {order_id: order.number for order_id, order in seen.orders.items()}
    driven = [round_ for shift_id, round_ in live.rounds.items() if shift_id not in seen.over]
    said = live_rules(live.date, driven, live.alerts, now=moment.now, zone=moment.zone, orders=numbers)
    return list(said)
