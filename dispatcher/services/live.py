"""A day as it stands on the road: where every driver is, what is behind and what lies ahead, and what wants attention.

Follows the logbook from where it was last read; nothing here is written but what was made of the tracks. Everything
can be made anew from the logbook, so a window that opens at noon knows the morning.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial

from dispatcher.domain.actions import TakenAction
from dispatcher.domain.devices import Device, Note
from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.proof import Attempt, Record, RecordKind
from dispatcher.domain.roads import NO_WAY, RoadPath
from dispatcher.domain.schedule import RouteTimes
from dispatcher.domain.tracking import Alert, AlertKind, Factor, LiveRound, LiveStop, Risk, StoredFix, Visit, Witness
from dispatcher.services.driving import attempts_of
from dispatcher.services.etas import Drive, Whereabouts, ahead_of
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.planning import Outlook, PlanningDesk
from dispatcher.services.sending import Sending, standing
from dispatcher.services.underway import Behind, Facts, Underway
from dispatcher.tracking.following import RoundTracker
from dispatcher.tracking.stops import RoundStop

JUDGE_EVERY_S = 5.0
"""Arrivals ahead are worked out anew at least so often, and at once after a stop."""
AT_ONCE = 25
"""Rounds timed in one step: drivers move on the map between two of them."""
ASK_ROADS_M = 80.0
"""A driver who moved less is where the roads were asked from last."""
TRAIL = timedelta(minutes=30)
TRAIL_STEP_M = 12.0
TRAIL_GAP_S = 120.0
LEARN_DAYS = 60
KEEP_EVERY_S = 10.0
OVERTIME = timedelta(hours=4)
"""So long after its shift a round may still be driven."""


@dataclass(frozen=True, slots=True)
class TrailPoints:
    """Where a driver was in the last half hour."""

    points: tuple[tuple[float, float, float], ...] = ()
    """(lat, lon, seconds since 1970)."""
    gaps: tuple[int, ...] = ()
    """Points after which nothing was heard for a while."""


@dataclass(frozen=True, slots=True)
class LiveDay:
    """A day on the road at a moment."""

    date: date
    at: datetime
    rounds: Mapping[ShiftId, LiveRound] = field(default_factory=dict)
    """Of every shift."""
    alerts: tuple[Alert, ...] = ()
    attempts: Mapping[OrderId, Attempt] = field(default_factory=dict)
    """The latest that stands, of every order somebody was at."""
    trails: Mapping[ShiftId, TrailPoints] = field(default_factory=dict)
    sending: Sending = field(default_factory=lambda: Sending(0, 0, 0))
    notes: Sequence[Note] = ()
    devices: Sequence[Device] = ()
    news: bool = False
    """Whether drivers have other stops behind them than the plan shown knows."""

    @property
    def followed(self) -> bool:
        """Whether anybody was heard today."""
        return any(round_.latest or round_.visits for round_ in self.rounds.values())


def facts_on(logbook: Logbook, on: date) -> Facts:
    """Which orders of a date drivers have behind them, by the chain of proofs."""
    return logbook.read(lambda reader: facts_of(reader, on))


def facts_of(reader: LogbookReader, on: date) -> Facts:
    """The same within a reading."""
    standing_: dict[str, Record] = {}
    for record in reader.records_on(on):
        if record.kind is RecordKind.ATTEMPT:
            standing_[record.key] = record
        elif record.kind is RecordKind.WITHDRAWN:
            standing_.pop(record.key, None)
    return {
        record.order_id: Behind(record.body["number"], record.at, record.body["shift_id"])
        for record in standing_.values()
    }


class LiveDesk:
    """Follows one depot's drivers. `step` is asked by one thread at a time, the rest by any."""

    def __init__(self, logbook: Logbook, underway: Underway, desk: PlanningDesk) -> None:
        self.logbook, self._underway, self._desk = logbook, underway, desk
        self._watch: _Watch | None = None
        self._lines: dict[ShiftId, RoadPath] = {}

    def know_lines(self, lines: Mapping[ShiftId, RoadPath]) -> None:
        """The ways the rounds are planned to take: who leaves them is off route."""
        self._lines = {**self._lines, **lines}

    def track(self, shift: Shift) -> Sequence[StoredFix]:
        """All that is kept of a round's positions, by device time."""
        return self.logbook.read(lambda reader: reader.track(shift.driver_id, *_span_of(shift)))

    def driven_line(self, day: Day, shift_id: ShiftId) -> Sequence[Sequence[tuple[float, float]]]:
        """Where a round was driven, as lines of (lat, lon); a new one after every gap."""
        runs: list[list[tuple[float, float]]] = []
        before: datetime | None = None
        for stored in self.track(day.shifts[shift_id]):
            fix = stored.fix
            if not fix.valid:
                continue
            if before is None or fix.at - before > timedelta(seconds=TRAIL_GAP_S):
                runs.append([])
            runs[-1].append((fix.place.lat, fix.place.lon))
            before = fix.at
        return runs

    def step(self, outlook: Outlook, now: datetime) -> LiveDay | None:
        """What is new of the day, if anything is: read the logbook on, time the rounds that are due, raise alerts."""
        on = outlook.day.date
        if self._watch is None or self._watch.on != on:
            self._watch = _Watch(on, self.logbook, self._desk, outlook.day, now)
        watch = self._watch
        watch.follow_plan(outlook, self._lines)
        heard = watch.read_on(outlook.day)
        judged = watch.judge_some(outlook, now)
        if not heard and not judged:
            return None
        news = self._underway.learn(on, watch.facts(outlook.day))
        watch.keep(outlook, now)
        return replace(watch.picture(outlook, now), news=news)

    def close(self) -> None:
        """Let go of the logbook."""
        self.logbook.close()


@dataclass(slots=True)
class _Followed:
    """One round and what is known of it so far."""

    tracker: RoundTracker
    plan: "_Plan | None" = None
    live: LiveRound | None = None
    alerts: tuple[Alert, ...] = ()
    judged_at: float = -1e9
    seen: int = 0
    """The fix that was judged last, by `seq`."""
    asked: tuple[Place, OrderId, float] | None = None
    """From where the roads were asked last, to where, and the seconds they said."""
    trail: list[tuple[float, float, float]] = field(default_factory=list)
    risky: dict[OrderId, datetime] = field(default_factory=dict)
    """Stops ahead that are at risk or late, with since when."""


class _Watch:
    """One date being followed."""

    def __init__(self, on: date, logbook: Logbook, desk: PlanningDesk, day: Day, now: datetime) -> None:
        self.on = on
        self._logbook, self._desk = logbook, desk
        self._rounds: dict[ShiftId, _Followed] = {}
        self._version = -1
        self._seq = self._action = 0
        self._attempts: Mapping[OrderId, Attempt] = {}
        self._facts: Facts = {}
        self._actions: dict[ShiftId, list[TakenAction]] = {}
        self._sending = Sending(0, 0, 0)
        self._notes: Sequence[Note] = ()
        self._devices: Sequence[Device] = ()
        self._kept: dict[ShiftId, tuple[Visit, ...]] = {}
        self._kept_at = time.monotonic()
        self._since = now - timedelta(days=LEARN_DAYS)
        self._learned = logbook.read(lambda r: Learned(r.legs(self._since.date())))
        self._zone = day.depot.zone

    # --- reading ---------------------------------------------------------------------------------------------------

    def follow_plan(self, outlook: Outlook, lines: Mapping[ShiftId, RoadPath]) -> None:
        """Know the rounds as they are planned now, and the ways they are to take."""
        day = outlook.day
        routes = {route.shift_id: route for route in day.plan.routes}
        for shift_id in [s for s in self._rounds if s not in routes]:
            del self._rounds[shift_id]
        for shift_id, route in routes.items():
            plan = route, outlook.schedule.routes[shift_id], lines.get(shift_id)
            known = self._rounds.get(shift_id)
            if known is None or known.tracker.shift.driver_id != day.shifts[shift_id].driver_id:
                tracker = RoundTracker(day.shifts[shift_id], _stops(day, *plan[:2]), day.depot.road, _legs(plan[2]))
                self._rounds[shift_id] = _Followed(tracker, plan)
                self._catch_up(day.shifts[shift_id], tracker)
            elif not _same_plan(known.plan, plan):
                known.plan, known.judged_at = plan, -1e9
                known.tracker.replan(_stops(day, *plan[:2]), _legs(plan[2]))

    def _catch_up(self, shift: Shift, tracker: RoundTracker) -> None:
        """What was heard of this round so far."""
        since, until = _span_of(shift)

        def look(reader: LogbookReader) -> tuple[int, Sequence[StoredFix], Sequence[TakenAction]]:
            return reader.last_seq(), reader.track(shift.driver_id, since, until), reader.actions_of([shift.id])

        last, fixes, actions = self._logbook.read(look)
        self._seq = self._seq or last
        tracker.take(sorted((f for f in fixes if f.seq <= self._seq), key=lambda f: f.seq))
        self._actions[shift.id] = list(actions)
        tracker.hear(actions)

    def read_on(self, day: Day) -> bool:
        """Take in what came since it was read last; whether anything did."""
        version = self._logbook.version()
        if version == self._version:
            return False
        self._version = version
        heard = self._logbook.read(self._read_all(day))
        while heard:
            heard = self._logbook.read(self._read_fixes(day))
        return True

    def _read_all(self, day: Day) -> Callable[[LogbookReader], bool]:
        def read(reader: LogbookReader) -> bool:
            self._sending = standing(reader, self.on)
            self._devices = reader.devices()
            self._notes = (
                reader.notes(since=min(s.starts_at for s in day.shifts.values()) - OVERTIME) if day.shifts else ()
            )
            if (actions := reader.actions_after(self._action)) or not self._action:
                self._action = max((a.n for a in actions), default=self._action) or -1
                self._attempts = attempts_of(reader, day.shifts)
                self._facts = facts_of(reader, self.on)
                self._hear(actions)
            return self._read_fixes(day)(reader)

        return read

    def _hear(self, actions: Iterable[TakenAction]) -> None:
        """An action that was taken back comes again with its old number: then all of that round are read anew."""
        for shift_id in {a.action.shift_id for a in actions} & self._rounds.keys():
            said = self._logbook.read(partial(_said_in, shift_id))
            self._actions[shift_id] = list(said)
            self._rounds[shift_id].tracker.hear(said)
            self._rounds[shift_id].judged_at = -1e9

    def _read_fixes(self, day: Day) -> Callable[[LogbookReader], bool]:
        def read(reader: LogbookReader) -> bool:
            fixes = reader.fixes_after(self._seq)
            if not fixes:
                return False
            self._seq = fixes[-1].seq
            per_round: dict[ShiftId, list[StoredFix]] = {}
            for fix in fixes:
                if (shift_id := _round_of(fix, self._rounds)) is not None:
                    per_round.setdefault(shift_id, []).append(fix)
            for shift_id, some in per_round.items():
                self._rounds[shift_id].tracker.take(some)
            return True

        return read

    # --- judging ---------------------------------------------------------------------------------------------------

    def judge_some(self, outlook: Outlook, now: datetime) -> bool:
        """Time the rounds ahead that are due, those that wait longest first; whether any was."""
        clock = time.monotonic()
        due = [(f.judged_at, s) for s, f in self._rounds.items() if clock - f.judged_at >= JUDGE_EVERY_S]
        for _, shift_id in sorted(due)[:AT_ONCE]:
            self._judge(outlook, shift_id, self._rounds[shift_id], now)
            self._rounds[shift_id].judged_at = clock
        return bool(due)

    def _judge(self, outlook: Outlook, shift_id: ShiftId, followed: _Followed, now: datetime) -> None:
        assert followed.plan is not None
        route, times, _ = followed.plan
        tracker, shift = followed.tracker, outlook.day.shifts[shift_id]
        visits = tuple(tracker.visits)
        progress = tracker.progress
        at = progress.at_order_id
        done = self._done(outlook.day, route, visits)
        rest = [o for o in route.order_ids if o not in done and o != at]
        where = self._whereabouts(tracker, visits, now, begun=progress.departed_at is not None)
        live = ahead_of(
            self._desk.problem(outlook.day),
            shift_id,
            rest if at is None or at in done else [at, *rest],
            times,
            where,
            drive=self._drive(outlook.day, shift, followed),
            factor_at=self._factor_at,
        )
        heard = tracker.position is not None or bool(visits) or shift_id in self._said()
        followed.live = LiveRound(
            shift_id,
            shift.driver_id,
            visits,
            live if heard else (),
            at,
            tracker.driven_m,
            progress.planned_m,
            tracker.position,
            tracker.mock,
        )
        raised = tracker.alerts(now, times) if self._sent(shift_id) or heard else ()
        risky = {stop.order_id: followed.risky.get(stop.order_id, now) for stop in live if stop.risk is not Risk.NONE}
        followed.risky = risky
        followed.alerts = (*raised, *_at_risk(outlook.day, shift_id, followed.live.stops, risky))

    def _sent(self, shift_id: ShiftId) -> bool:
        plan = self._rounds[shift_id].plan
        return self._sending.rounds > 0 and plan is not None and bool(plan[0].stops)

    def _said(self) -> set[ShiftId]:
        return {shift_id for shift_id, actions in self._actions.items() if actions}

    @staticmethod
    def _whereabouts(tracker: RoundTracker, visits: Sequence[Visit], now: datetime, *, begun: bool) -> Whereabouts:
        at = next((v for v in visits if v.departed_at is None), None)
        behind = max((v for v in visits if v.departed_at), key=lambda v: v.departed_at or now, default=None)
        fix = tracker.position
        return Whereabouts(
            now=now,
            at=at.order_id if at else None,
            arrived_at=at.arrived_at if at else None,
            behind=behind.order_id if behind else None,
            left_at=behind.departed_at if behind else None,
            place=fix.fix.place if fix else None,
            seen_at=min(now, fix.fix.at) if fix else None,
            begun=begun or bool(visits),
        )

    def _drive(self, day: Day, shift: Shift, followed: _Followed) -> Drive:
        """How long the roads say it is to the next stop; asked again only after some way."""

        def drive(place: Place, order_id: OrderId) -> float | None:
            asked = followed.asked
            if asked and asked[1] == order_id and asked[0].distance_m(place) < ASK_ROADS_M:
                return asked[2]
            to = day.orders[order_id].address.place
            if to is None:
                return None
            path: RoadPath = self._desk.roads.path([place, to], day.vehicles[shift.vehicle_id].kind.profile)
            if path.duration_s >= NO_WAY:
                return None
            followed.asked = place, order_id, float(path.duration_s)
            return float(path.duration_s)

        return drive

    def _factor_at(self, place: Place, moment: datetime) -> Factor:
        local = moment.astimezone(self._zone)
        return self._learned.factor_at(place, local.hour, local.weekday())

    # --- facts -----------------------------------------------------------------------------------------------------

    def facts(self, day: Day) -> Facts:
        """Stops that are behind: by what drivers said; where one has no page to say it on, by the track."""
        found = dict(self._facts)
        said = self._said()
        for shift_id, followed in self._rounds.items():
            if shift_id in said or followed.live is None:
                continue
            for visit in followed.live.visits:
                if visit.departed_at and visit.witness is Witness.TRACK and visit.order_id in day.orders:
                    attempt = day.orders[visit.order_id].attempt
                    found.setdefault(visit.order_id, Behind(attempt, visit.departed_at, shift_id))
        return found

    def _done(self, day: Day, route: Route, visits: Iterable[Visit]) -> set[OrderId]:
        done = {stop.order_id for stop in route.stops if stop.done}
        done |= {o for o, b in self._facts.items() if o in day.orders and b.attempt >= day.orders[o].attempt}
        return done | {v.order_id for v in visits if v.departed_at}

    # --- keeping ---------------------------------------------------------------------------------------------------

    def keep(self, outlook: Outlook, now: datetime) -> None:
        """Write what was made of the tracks, now and then: visits outlive the tracks they were made from."""
        if time.monotonic() - self._kept_at < KEEP_EVERY_S:
            return
        self._kept_at = time.monotonic()
        changed = {
            shift_id: tuple(v for v in f.live.visits if v.departed_at) for shift_id, f in self._rounds.items() if f.live
        }
        changed = {s: visits for s, visits in changed.items() if visits and visits != self._kept.get(s)}
        if not changed:
            return
        legs = {s: legs_of(visits, self._rounds[s].tracker.plan, self._zone) for s, visits in changed.items()}

        def write(book: LogbookWriter) -> None:
            book.put_visits(visit for visits in changed.values() for visit in visits)
            for shift_id, some in legs.items():
                book.put_legs(self.on, shift_id, some)

        self._logbook.write(write)
        self._kept |= changed
        self._learned = self._logbook.read(lambda r: Learned(r.legs(self._since.date())))

    # --- the picture -----------------------------------------------------------------------------------------------

    def picture(self, outlook: Outlook, now: datetime) -> LiveDay:
        """Everything known, as it stands."""
        rounds = {}
        for shift_id, followed in self._rounds.items():
            if followed.live:
                rounds[shift_id] = replace(followed.live, latest=followed.tracker.position)
        return LiveDay(
            self.on,
            now,
            rounds,
            tuple(alert for followed in self._rounds.values() for alert in followed.alerts),
            self._attempts,
            dict(self._trails(now)),
            self._sending,
            self._notes,
            self._devices,
        )

    def _trails(self, now: datetime) -> Iterator[tuple[ShiftId, TrailPoints]]:
        for shift_id, followed in self._rounds.items():
            latest = followed.tracker.position
            if latest is None:
                continue
            _lengthen(followed, latest, now)
            points = tuple(followed.trail)
            gaps = tuple(
                i for i, (a, b) in enumerate(zip(points, points[1:], strict=False)) if b[2] - a[2] > TRAIL_GAP_S
            )
            yield shift_id, TrailPoints(points, gaps)


def _lengthen(followed: _Followed, latest: StoredFix, now: datetime) -> None:
    """Add where the driver is to the trail, and forget its far end; a late burst makes it anew from the whole track."""
    oldest, t, place = (now - TRAIL).timestamp(), latest.fix.at.timestamp(), latest.fix.place
    trail = followed.trail
    if not trail or t - trail[-1][2] > TRAIL_GAP_S:
        trail[:] = _thinned(point for point in followed.tracker.trail if point[2] >= oldest)
        return
    if t > trail[-1][2] and Place(*trail[-1][:2]).distance_m(place) >= TRAIL_STEP_M:
        trail.append((place.lat, place.lon, t))
    while trail and trail[0][2] < oldest:
        del trail[0]


def _said_in(shift_id: ShiftId, reader: LogbookReader) -> Sequence[TakenAction]:
    return reader.actions_of([shift_id])


def _thinned(points: Iterable[tuple[float, float, float]]) -> Iterator[tuple[float, float, float]]:
    last: Place | None = None
    for lat, lon, t in points:
        here = Place(lat, lon)
        if last is None or last.distance_m(here) >= TRAIL_STEP_M:
            last = here
            yield lat, lon, t


def _stops(day: Day, route: Route, times: RouteTimes) -> Iterator[RoundStop]:
    at = {stop.order_id: stop for stop in times.stops}
    for stop in route.stops:
        order = day.orders[stop.order_id]
        if order.address.place is not None:
            planned = at[order.id]
            yield RoundStop(
                order.id,
                order.address.place,
                planned.arrives_at,
                order.service_s,
                planned.drive_s,
                planned.drive_m,
                stop.done,
                order.number,
            )


type _Plan = tuple[Route, RouteTimes, RoadPath | None]


def _same_plan(one: _Plan | None, other: _Plan) -> bool:
    return one is not None and one[0] == other[0] and one[1] is other[1] and one[2] is other[2]


def _legs(line: RoadPath | None) -> Sequence[Sequence[tuple[float, float]]]:
    return line.legs if line else ()


def _span_of(shift: Shift) -> tuple[datetime, datetime]:
    """When positions may belong to this round; which of them are kept is the gateway's affair."""
    return shift.starts_at - OVERTIME, shift.ends_at + OVERTIME


def _round_of(fix: StoredFix, rounds: Mapping[ShiftId, _Followed]) -> ShiftId | None:
    """The driver's round that was on at the moment of a fix; the nearest, where shifts of one driver meet."""
    driver_id: DriverId | None = fix.driver_id
    found: list[tuple[timedelta, ShiftId]] = []
    for shift_id, followed in rounds.items():
        shift = followed.tracker.shift
        if shift.driver_id != driver_id:
            continue
        since, until = _span_of(shift)
        if since <= fix.fix.at <= until:
            away = max(shift.starts_at - fix.fix.at, fix.fix.at - shift.ends_at, timedelta())
            found.append((away, shift_id))
    return min(found)[1] if found else None


def _at_risk(
    day: Day, shift_id: ShiftId, stops: Iterable[LiveStop], since: Mapping[OrderId, datetime]
) -> Iterator[Alert]:
    for stop in stops:
        if stop.risk is Risk.NONE or stop.closes_at is None:
            continue
        order, zone = day.orders[stop.order_id], day.depot.zone
        by = stop.expected_at if stop.risk is Risk.LATE else stop.latest_at
        late = (
            f"about {by.astimezone(zone):%H:%M}" if stop.risk is Risk.LATE else f"perhaps {by.astimezone(zone):%H:%M}"
        )
        sentence = (
            f"{order.address.line or order.address.text} ({order.number}): {late}, "
            f"the window closes at {stop.closes_at.astimezone(zone):%H:%M}."
        )
        value = (by - stop.closes_at).total_seconds()
        yield Alert(AlertKind.AT_RISK, shift_id, since[stop.order_id], value, 0.0, sentence, stop.order_id)


def legs_of(*_):
    return ()


class Learned:
    def __init__(self, legs):
        pass

    def factor_at(self, place, hour, weekday):
        return Factor(1.0, 0.25, 0)
