"""Whatever a day does: asked again nothing changes, nobody is told the same twice, and what went stays as it went."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.messages import Event, Message, MessagePolicy, MessageState
from dispatcher.domain.orders import OrderState
from dispatcher.domain.proof import Outcome
from dispatcher.services.telling import Standing, changes
from dispatcher.services.telling_keys import name_of
from tests.fixtures import days
from tests.fixtures.board import Board, judged
from tests.fixtures.livedays import attempt, driven
from tests.fixtures.outbox import contact

S = MessageState
STOPS = 6


def _board() -> Board:
    day = days.make_day(STOPS, 1, seed=4, windows=0.3)
    orders = {o.id: replace(o, contact=contact(n)) for n, o in enumerate(day.orders.values())}
    policy = MessagePolicy(on=True, events=frozenset(Event), near_stops=2)
    depot = replace(day.depot, road=replace(day.depot.road, messages=policy))
    dressed = replace(day, orders=orders, depot=depot)
    planned = days.with_plan(dressed, {next(iter(day.shifts)): list(orders)})
    return judged(planned)


BOARD = _board()
SHIFT = next(iter(BOARD.day.shifts))
MOMENTS = st.tuples(
    st.integers(0, 60),  # minutes until the next look
    st.integers(0, 2),  # stops done meanwhile
    st.integers(0, 120),  # minutes late
    st.sets(st.integers(0, STOPS - 1), max_size=2),  # cancelled
    st.booleans(),  # whether the road is followed
    st.lists(st.sampled_from([S.SENT, S.FAILED, S.UNKNOWN, S.QUEUED]), min_size=4, max_size=4),
)


@settings(deadline=None)
@given(st.lists(MOMENTS, max_size=14), st.integers(0, STOPS - 1))
def test_any_day(moments: Sequence[tuple[int, int, int, set[int], bool, list[MessageState]]], failed: int) -> None:
    box: dict[str, Message] = {}
    now, done = days.clock("15:30") - timedelta(days=1), 0
    for minutes, more, late, gone, followed, fates in moments:
        now = max(now + timedelta(minutes=minutes), days.clock("07:30") if more else now)
        done = min(STOPS, done + more)
        standing = _standing(now, done, late, gone, failed, followed, list(box.values()))
        found = changes(standing)
        for message in found:
            before = box.get(message.id)
            assert before is None or before.state in (S.QUEUED, S.EXPIRED, S.WITHHELD)
            box[message.id] = message
        assert not changes(replace(standing, told=list(box.values())))
        names = [name_of(message.key) for message in box.values()]
        assert len(set(names)) == len(names)
        assert all(m.expires_at and m.expires_at > now for m in found if m.state is S.QUEUED)
        waiting = [message for message in box.values() if message.state is S.QUEUED]
        for message, fate in zip(waiting, fates, strict=False):
            box[message.id] = replace(message, state=fate, sent_at=now if fate is S.SENT else None)


def _standing(
    now: object, done: int, late: int, gone: set[int], failed: int, followed: bool, told: Sequence[Message]
) -> Standing:
    ids = list(BOARD.day.orders)
    cancelled = {ids[n]: replace(BOARD.day.orders[ids[n]], state=OrderState.CANCELLED) for n in gone}
    day = replace(BOARD.day, orders={**BOARD.day.orders, **cancelled})
    served = [stop.order_id for stop in BOARD.schedule.routes[SHIFT].stops][:done]
    outcome = {order_id: Outcome.FAILED if n == failed else Outcome.DELIVERED for n, order_id in enumerate(served)}
    at = {"at": days.clock("07:45"), "received_at": days.clock("07:45")}
    return Standing(
        day,
        BOARD.schedule,
        now,  # type: ignore[arg-type]
        followed=followed,
        rounds={SHIFT: driven(BOARD, SHIFT, done, late=timedelta(minutes=late))} if followed else {},
        begun={SHIFT} if done else set(),
        attempts={o: attempt(BOARD, o, how, **at) for o, how in outcome.items()} if followed else {},
        told=told,
    )
