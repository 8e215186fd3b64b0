"""The referee of a drill: holds what the person left against the optimiser's answer and against doing nothing.

All three plans are for the same situation, the day right after the disturbance, and are judged alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dispatcher.domain.errors import Cancelled, KnownError
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress, Progress
from dispatcher.domain.roads import RoadNetwork
from dispatcher.domain.schedule import Rule
from dispatcher.drills.cues import CueKind
from dispatcher.drills.kept import Drill, Turn
from dispatcher.drills.scoring import Standing, score
from dispatcher.planning.churn import objective
from dispatcher.services.plan import count_moved, sequences_of, with_sequences
from dispatcher.services.planning import Flag, PlanningDesk
from dispatcher.services.ports import Store

SEARCH_S = 10.0
"""How long the optimiser has for its answer."""

_TAKEN_BACK = "The disturbance has been taken back: what happened cannot be undone."


class _Halt:
    """Ends a search when the work is cancelled."""

    def __init__(self, progress: Progress) -> None:
        self.is_set = progress.cancelled


class Referee:
    """Has a planning desk of its own: the board's search goes on undisturbed. One thread at a time; close it."""

    def __init__(self, roads: RoadNetwork, *, seconds: float = SEARCH_S) -> None:
        self._desk, self._seconds = PlanningDesk(roads), seconds

    def close(self) -> None:
        """End the optimiser's processes."""
        self._desk.close()

    def best(self, situation: Day, progress: Progress | None = None) -> Mapping[str, tuple[OrderId, ...]]:
        """The optimiser's rounds for a situation."""
        watch = progress or NoProgress()
        halt: Flag = _Halt(watch)
        proposal = self._desk.improve(situation, seconds=self._seconds, stop=halt)
        if watch.cancelled():
            raise Cancelled
        return {str(shift_id): tuple(order_ids) for shift_id, order_ids in proposal.after.items()}

    def judge(self, store: Store, drill: Drill, *, seconds: float, progress: Progress | None = None) -> Drill:
        """The drill with the open disturbance scored, by the plan as it stands in the copy now.

        Raises `KnownError` if the disturbance was undone.
        """
        turn = drill.open
        if turn is None:
            raise KnownError("There is no disturbance to be judged.", "Go on to the next one.")
        day = store.read(lambda reader: reader.day(drill.on))
        _require_standing(day, turn)
        situation = store.day_at(drill.on, turn.revision)
        best = turn.best or self.best(situation, progress)
        answered = with_sequences(situation, rounds_of(situation, best))
        plans = [self.standing(situation, plan) for plan in (situation, on_terms_of(situation, day), answered)]
        did = [e.label for e in store.entries(on=drill.on) if turn.revision < e.revision <= day.revision]
        judged = replace(
            turn,
            until=day.revision,
            seconds=round(seconds, 1),
            did=tuple(reversed(did)),
            nothing=plans[0],
            person=plans[1],
            optimiser=plans[2],
            best=best,
            score=score(*plans, tampered=tampered(situation, day, turn.kind)),
        )
        return replace(drill, turns=(*drill.turns[:-1], judged))

    def standing(self, situation: Day, plan: Day) -> Standing:
        """A plan for a situation in figures. What the plan serves no longer is left out, wherever it went."""
        problem, schedule = self._desk.problem(plan), self._desk.look(plan, why=False).schedule
        served = {order_id for route in plan.plan.routes for order_id in route.order_ids}
        wanted = (o for o in situation.orders.values() if o.state is OrderState.OPEN)
        left = [o for o in wanted if o.id not in served]
        routes = schedule.routes.values()
        changed = {route.shift_id: route.stops for route in plan.plan.routes}
        return Standing(
            cost=objective(problem, sequences_of(plan)).cost,
            distance_m=schedule.distance_m,
            duration_s=sum(route.duration_s for route in routes if route.stops),
            late=schedule.late_stops,
            late_s=sum(route.late_s for route in routes),
            unplanned=len(left),
            left_out=sum(order.must_not_drop / 50 for order in left),
            broken=sum(1 for route in routes for v in route.broken if v.rule is not Rule.LATE),
            moved=count_moved(situation.plan, changed),
        )


def rounds_of(situation: Day, best: Mapping[str, Sequence[str]]) -> dict[ShiftId, tuple[OrderId, ...]]:
    """The optimiser's rounds as they were kept, for the shifts there are."""
    return {s: tuple(map(OrderId, best.get(str(s), ()))) for s in situation.shifts}


def on_terms_of(situation: Day, day: Day) -> Day:
    """The rounds of a day at the costs, loads and limits of the situation: nothing is won by changing those."""
    orders = {o: situation.orders.get(o, order) for o, order in day.orders.items()}
    drivers, vehicles = {**day.drivers, **situation.drivers}, {**day.vehicles, **situation.vehicles}
    return replace(day, depot=situation.depot, orders=orders, drivers=drivers, vehicles=vehicles)


def _require_standing(day: Day, turn: Turn) -> None:
    if day.freeze_at is None or day.freeze_at < turn.at:
        raise KnownError(_TAKEN_BACK, "Do it again (Ctrl+Y), or draw the freeze line where it was; then go on.")


def tampered(situation: Day, day: Day, kind: CueKind) -> str:
    """What was changed that nobody can change on the road, as a sentence; or nothing."""
    routes = {route.shift_id: route for route in day.plan.routes}
    for route in situation.plan.routes:
        done = tuple(stop.order_id for stop in route.stops if stop.done)
        now = routes.get(route.shift_id)
        if done and (now is None or now.order_ids[: len(done)] != done):
            return "Stops were moved that had been driven already."
    for order_id, order in situation.orders.items():
        now_order = day.orders.get(order_id)
        if now_order and (now_order.windows, now_order.service_s) != (order.windows, order.service_s):
            return "A customer's hours or the time at the door were changed, with nobody to agree to it."
    return _revived(situation, day) if kind in (CueKind.BREAKDOWN, CueKind.ILL) else ""


def _revived(situation: Day, day: Day) -> str:
    """A round that ended goes on only with another van or another driver."""
    for shift_id, shift in situation.shifts.items():
        now = day.shifts.get(shift_id)
        same = now and (now.driver_id, now.vehicle_id) == (shift.driver_id, shift.vehicle_id)
        ended = situation.freeze_at is not None and shift.ends_at <= situation.freeze_at
        if now and same and ended and now.ends_at > shift.ends_at:
            return "A round goes on that cannot: neither the driver nor the van is another."
    return ""
