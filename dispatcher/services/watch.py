"""One date being followed: the logbook read on, rounds tracked, arrivals ahead timed, alerts raised.

Tracks become visits in `dispatcher.tracking`, arrivals ahead are worked out in `etas`; here they are brought together
for every round of a day, a few at a time, so that nobody waits for all of them.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

from dispatcher.domain.actions import TakenAction, Taking
from dispatcher.domain.devices import Device, Note
from dispatcher.domain.fleet import Shift
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.plan import Day, Route
from dispatcher.domain.proof import Attempt, RecordKind
from dispatcher.domain.roads import NO_WAY, RoadPath
from dispatcher.domain.time import seconds_after
from dispatcher.domain.tracking import (
    Alert,
    AlertKind,
    Factor,
    Leg,
    LiveRound,
    LiveStop,
    Risk,
    StoredFix,
    Visit,
    Witness,
)
from dispatcher.planning.onward import Habit
from dispatcher.planning.problem import Problem
from dispatcher.services.driving import attempts_of
from dispatcher.services.etas import Drive, Whereabouts, ahead_of
from dispatcher.services.followed import Followed, as_before, line_of, round_of, same_plan, stops_of
from dispatcher.services.liveday import LiveDay, facts_of
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.planning import Outlook, PlanningDesk
from dispatcher.services.sending import Sending, standing
from dispatcher.services.tenures import OVERTIME, Tenure, tenures_of, track_of
from dispatcher.services.trail import TrailPoints
from dispatcher.services.underway import Facts
from dispatcher.tracking.following import RoundTracker
from dispatcher.tracking.learning import Factors, Stops, geohash, legs_of

JUDGE_EVERY = timedelta(seconds=5)
"""Arrivals ahead are worked out anew so often, by the depot's clock, and at once after a driver's word."""
AT_ONCE = 25
"""Rounds timed in one step: drivers move on the map between two of them."""
ASK_ROADS_M = 80.0
"""A driver who moved less is where the roads were asked from last."""
LEARN_EVERY = timedelta(minutes=1)
TRAILS_EVERY = timedelta(seconds=3)
LEARN_DAYS = 60
KEEP_EVERY_S = 10.0
SILENT = timedelta(minutes=15)
"""After so long without a word, a visit whose outcome was told is over."""


class Watch:
    """One date being followed."""

    def __init__(self, on: date, logbook: Logbook, desk: PlanningDesk, day: Day, now: datetime) -> None:
        self.on = on
        self._logbook = logbook
        self.desk = desk
        """Who judges the day; another one while it is followed beside the day shown."""
        self._rounds: dict[ShiftId, Followed] = {}
        self._version = -1
        self._seq, self._action = logbook.read(lambda reader: (reader.last_seq(), reader.last_action()))
        self._link: int | None = None
        """How far the chain of proofs was looked through."""
        self._fresh = True
        self._known: tuple[object, object] = (None, None)
        """The outlook and the lines that the rounds were followed by last."""
        self._attempts: Mapping[OrderId, Attempt] = {}
        self._facts: Facts = {}
        self._actions: dict[ShiftId, list[TakenAction]] = {}
        self._sending = Sending(0, 0, 0)
        self._notes: Sequence[Note] = ()
        begins = min((shift.starts_at for shift in day.shifts.values()), default=now)
        self._notes_since = min(begins - OVERTIME, now - timedelta(days=1))
        self._devices: Sequence[Device] = ()
        self._kept: dict[ShiftId, tuple[Visit, ...]] = {}
        self._kept_at = time.monotonic()
        self._since = (now - timedelta(days=LEARN_DAYS)).date()
        self._travel = True
        self._learned = self._learn()
        self._zone = day.depot.zone
        self._trails: dict[ShiftId, TrailPoints] = {}
        self._trails_at: datetime | None = None
        self._stops = Stops()
        self._stops_at: datetime | None = None

    # --- reading ---------------------------------------------------------------------------------------------------

    def follow_plan(self, outlook: Outlook, lines: Mapping[ShiftId, RoadPath], now: datetime) -> None:
        """Know the rounds as they are planned now, and the ways they are to take."""
        if self._known[0] is outlook and self._known[1] is lines:
            return
        self._known = outlook, lines
        day = outlook.day
        routes = {route.shift_id: route for route in day.plan.routes}
        for shift_id in [s for s in self._rounds if s not in routes]:
            del self._rounds[shift_id]
        for shift_id, route in routes.items():
            plan = route, outlook.schedule.routes[shift_id], lines.get(shift_id)
            known = self._rounds.get(shift_id)
            if known is None:
                tracker = RoundTracker(day.shifts[shift_id], stops_of(day, plan), day.depot.road, line_of(plan))
                self._rounds[shift_id] = Followed(tracker, plan)
                self._catch_up(day.shifts[shift_id], tracker)
                continue
            if known.tracker.shift.driver_id != day.shifts[shift_id].driver_id:
                known.tracker.hand_over(day.shifts[shift_id])
                known.since, known.judged_at = now, None
            if not same_plan(known.plan, plan):
                known.plan, known.judged_at = plan, None
                known.tracker.replan(stops_of(day, plan), line_of(plan))

    def _catch_up(self, shift: Shift, tracker: RoundTracker) -> None:
        """What was heard of this round so far."""

        def look(
            reader: LogbookReader,
        ) -> tuple[Sequence[Tenure], Sequence[StoredFix], Sequence[TakenAction], Sequence[Visit]]:
            tenures = tenures_of(reader, shift)
            return tenures, track_of(reader, tenures), reader.actions_of([shift.id]), reader.visits([shift.id])

        tenures, fixes, actions, kept = self._logbook.read(look)
        self._kept[shift.id] = tuple(kept)
        if not fixes:  # forgotten by now: what was made of them stands
            self._rounds[shift.id].remembered = tuple(kept)
        self._rounds[shift.id].since = tenures[-1][1]
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
            heard = self._logbook.read(self._read_fixes)
        return True

    def _read_all(self, day: Day) -> Callable[[LogbookReader], bool]:
        def read(reader: LogbookReader) -> bool:
            self._sending = standing(reader, self.on)
            self._devices = reader.devices()
            self._read_notes(reader)
            actions = reader.actions_after(self._action)
            if self._is_corrected(reader) or actions or self._fresh:
                self._action, self._fresh = max((a.n for a in actions), default=self._action), False
                self._attempts = attempts_of(reader, day.shifts)
                self._facts = facts_of(reader, self.on)
                self._hear(actions)
            return self._read_fixes(reader)

        return read

    def _is_corrected(self, reader: LogbookReader) -> bool:
        """Whether the depot has named another failure reason since the last look."""
        head, since = reader.head(), self._link
        self._link = head.n if head else 0
        new = reader.records(since, self._link - since) if since is not None and self._link > since else ()
        return any(record.kind is RecordKind.CORRECTED for record in new)

    def _read_notes(self, reader: LogbookReader) -> None:
        """Those of the day and since, and all since the first that nobody had seen: it stays when it is seen."""
        new = reader.notes(unread=True)
        self._notes_since = min([self._notes_since, *(note.written_at for note in new[:1])])
        self._notes = reader.notes(since=self._notes_since)

    def _hear(self, actions: Iterable[TakenAction]) -> None:
        """An action that was taken back says so by another, so all that was said in its round is read anew."""
        for shift_id in {a.action.shift_id for a in actions} & self._rounds.keys():
            said = self._logbook.read(partial(_said_in, shift_id))
            self._actions[shift_id] = list(said)
            self._rounds[shift_id].tracker.hear(said)
            self._rounds[shift_id].judged_at = None

    def _read_fixes(self, reader: LogbookReader) -> bool:
        fixes = reader.fixes_after(self._seq)
        if not fixes:
            return False
        self._seq = fixes[-1].seq
        of_driver: dict[DriverId | None, list[Followed]] = {}
        for followed in self._rounds.values():
            of_driver.setdefault(followed.tracker.shift.driver_id, []).append(followed)
        per_round: dict[ShiftId, list[StoredFix]] = {}
        for fix in fixes:
            if (shift_id := round_of(fix, of_driver.get(fix.driver_id, ()))) is not None:
                per_round.setdefault(shift_id, []).append(fix)
        for shift_id, some in per_round.items():
            self._rounds[shift_id].tracker.take(some)
        return True

    # --- judging ---------------------------------------------------------------------------------------------------

    def judge_some(self, outlook: Outlook, now: datetime) -> bool:
        """Time the rounds ahead that are due, those that wait longest first; whether any was."""
        due = [(_waited(f.judged_at, now), s) for s, f in self._rounds.items()]
        due = sorted((each for each in due if each[0] >= JUDGE_EVERY), reverse=True)
        if due:
            self._learn_stops(self.desk.problem(outlook.day), now)
        for _, shift_id in due[:AT_ONCE]:
            self._judge(outlook, shift_id, self._rounds[shift_id], now)
            self._rounds[shift_id].judged_at = now
        return bool(due)

    def _judge(self, outlook: Outlook, shift_id: ShiftId, followed: Followed, now: datetime) -> None:
        assert followed.plan is not None
        route, times, _ = followed.plan
        tracker, shift = followed.tracker, outlook.day.shifts[shift_id]
        progress, silent = tracker.progress, _silent(tracker, now)
        visits = followed.remembered or tuple(self._closed(visit, silent) for visit in tracker.visits)
        visits = as_before(followed.live, visits)
        at = next((v.order_id for v in visits if v.departed_at is None and v.order_id == progress.at_order_id), None)
        done = self._done(outlook.day, route, visits)
        rest = tracker.onward(o for o in route.order_ids if o not in done and o != at)
        problem = self.desk.problem(outlook.day)
        known = [visit for visit in visits if visit.order_id in problem.visits]  # others were removed meanwhile
        where = self._whereabouts(tracker, known, now, begun=progress.departed_at is not None)
        live = ahead_of(
            problem,
            shift_id,
            rest if at is None or at in done else [at, *rest],
            times,
            where,
            drive=self._drive(outlook.day, shift, followed),
            factor_at=self._factor_at,
            habit=Habit(*self._stops.factor_for(shift.driver_id)),
        )
        heard = tracker.position is not None or bool(visits) or shift_id in self._said()
        followed.live = LiveRound(
            shift_id,
            shift.driver_id,
            visits,
            live if heard else (),
            at,
            tracker.driven_m,
            float(times.distance_m),
            tracker.position,
            tracker.mock,
            progress.over or (silent and bool(visits) and at is None and not rest),
            self._pace(outlook.day, live, now) if heard else None,
        )
        raised = tracker.alerts(now, times) if self._sent(shift_id) or heard else ()
        risky = {stop.order_id: followed.risky.get(stop.order_id, now) for stop in live if stop.risk is not Risk.NONE}
        followed.risky = risky
        followed.alerts = (*raised, *_at_risk(outlook.day, shift_id, followed.live.stops, risky))

    def _pace(self, day: Day, live: Sequence[LiveStop], now: datetime) -> Factor | None:
        place = day.orders[live[0].order_id].address.place if live else None
        return self._factor_at(place, now) if place else None

    def _closed(self, visit: Visit, silent: bool) -> Visit:
        """A phone that is switched off at a stop says no more when its driver left: it was with the outcome then."""
        told = self._facts.get(visit.order_id)
        if visit.departed_at or not silent or told is None or told.shift_id != visit.shift_id:
            return visit
        if told.at < visit.arrived_at - SILENT:  # of an earlier attempt
            return visit
        return replace(visit, departed_at=max(visit.arrived_at, told.at))

    def _sent(self, shift_id: ShiftId) -> bool:
        plan = self._rounds[shift_id].plan
        return self._sending.rounds > 0 and plan is not None and bool(plan[0].stops)

    def _said(self) -> set[ShiftId]:
        return {s for s, actions in self._actions.items() if any(a.taking is Taking.TAKEN for a in actions)}

    @staticmethod
    def _whereabouts(tracker: RoundTracker, visits: Sequence[Visit], now: datetime, *, begun: bool) -> Whereabouts:
        at = next((v for v in visits if v.departed_at is None), None)
        word = tracker.word(at.order_id) if at else None
        behind = max((v for v in visits if v.departed_at), key=lambda v: v.departed_at or now, default=None)
        fix = tracker.position
        return Whereabouts(
            now=now,
            at=at.order_id if at else None,
            arrived_at=at.arrived_at if at else None,
            done_at=datetime.fromtimestamp(word.finished_t, UTC) if word and word.finished_t is not None else None,
            behind=behind.order_id if behind else None,
            left_at=behind.departed_at if behind else None,
            place=fix.fix.place if fix else None,
            seen_at=min(now, fix.fix.at) if fix else None,
            begun=begun or bool(visits),
            heard_of=tracker.heard_of,
        )

    def _drive(self, day: Day, shift: Shift, followed: Followed) -> Drive:
        """How long the roads say it is to the next stop; asked again only after some way."""

        def drive(place: Place, order_id: OrderId) -> float | None:
            asked = followed.asked
            if asked and asked[1] == order_id and asked[0].distance_m(place) < ASK_ROADS_M:
                return asked[2]
            to = day.orders[order_id].address.place
            if to is None:
                return None
            path: RoadPath = self.desk.roads.path([place, to], day.vehicles[shift.vehicle_id].kind.profile)
            if path.duration_s >= NO_WAY:
                return None
            followed.asked = place, order_id, float(path.duration_s)
            return float(path.duration_s)

        return drive

    def _factor_at(self, place: Place, moment: datetime) -> Factor:
        local = moment.astimezone(self._zone)
        key = geohash(place), local.hour, local.weekday()
        if key not in self._factors:
            self._factors[key] = self._learned.factor_for(*key)
        return self._factors[key]

    def _learn_stops(self, problem: Problem, now: datetime) -> None:
        """See how long stops took so far, once a minute."""
        if self._stops_at is None or now - self._stops_at >= LEARN_EVERY:
            every = self._rounds.values()
            self._stops = Stops(each for followed in every if followed.live for each in _lasted(problem, followed.live))
            self._stops_at = now

    # --- facts -----------------------------------------------------------------------------------------------------

    def facts(self, day: Day) -> Facts:
        """Stops that are behind: by what drivers said; where one has no page to say it on, by the track."""
        said, found = self._said(), dict(self._facts)
        for shift_id, followed in self._rounds.items():
            for order_id, behind in (followed.tracked(day) if shift_id not in said else {}).items():
                found.setdefault(order_id, behind)
        return found

    def _done(self, day: Day, route: Route, visits: Iterable[Visit]) -> set[OrderId]:
        done = {stop.order_id for stop in route.stops if stop.done}
        done |= {o for o, b in self._facts.items() if o in day.orders and b.attempt >= day.orders[o].attempt}
        return done | {v.order_id for v in visits if v.departed_at}

    # --- keeping ---------------------------------------------------------------------------------------------------

    def keep(self, *, at_once: bool = False) -> None:
        """Write what was made of the tracks, now and then: visits outlive the tracks they were made from."""
        if not at_once and time.monotonic() - self._kept_at < KEEP_EVERY_S:
            return
        self._kept_at = time.monotonic()
        changed = {
            shift_id: tuple(v for v in f.live.visits if v.departed_at) for shift_id, f in self._rounds.items() if f.live
        }
        changed = {s: v for s, v in changed.items() if v != self._kept.get(s, ()) and not self._rounds[s].remembered}
        if not changed:
            return
        legs = {s: self._legs(s, visits) for s, visits in changed.items()}

        def write(book: LogbookWriter) -> None:
            for shift_id, visits in changed.items():
                book.put_visits(shift_id, visits)
                book.put_legs(self.on, shift_id, legs[shift_id])

        self._logbook.write(write)
        self._kept |= changed
        self._learned = self._learn()

    def _legs(self, shift_id: ShiftId, visits: Sequence[Visit]) -> Sequence[Leg]:
        tracker = self._rounds[shift_id].tracker
        return legs_of(visits, tracker.plan, self._zone, tracker.policy.geofence_m)

    def use_travel(self, *, learned: bool) -> None:
        """Whether driving times go by the depot's own legs: not where these did worse on days held out."""
        if learned != self._travel:
            self._travel = learned
            self._learned = self._learn()

    def _learn(self) -> Factors:
        self._factors: dict[tuple[str, int, int], Factor] = {}
        if not self._travel:
            return Factors()
        return self._logbook.read(lambda reader: Factors(reader.legs(self._since)))

    # --- the picture -----------------------------------------------------------------------------------------------

    def picture(self, now: datetime) -> LiveDay:
        """Everything known, as it stands."""
        rounds = {s: replace(f.live, latest=f.tracker.position) for s, f in self._rounds.items() if f.live}
        alerts = tuple(alert for followed in self._rounds.values() for alert in followed.alerts)
        self._lengthen_trails(now)
        return LiveDay(
            self.on, now, rounds, alerts, self._attempts, self._trails, self._sending, self._notes, self._devices
        )

    def _lengthen_trails(self, now: datetime) -> None:
        """Now and then only: a trail is drawn as a whole."""
        if _waited(self._trails_at, now) < TRAILS_EVERY:
            return
        self._trails_at, self._trails = now, {}
        for shift_id, followed in self._rounds.items():
            if latest := followed.tracker.position:
                followed.trail.lengthen(followed.tracker, latest, now)
                self._trails[shift_id] = followed.trail.points


def _waited(judged_at: datetime | None, now: datetime) -> timedelta:
    """Since a round was judged; a simulation's clock may go back when it ends."""
    return timedelta.max if judged_at is None else abs(now - judged_at)


def _silent(tracker: RoundTracker, now: datetime) -> bool:
    """Whether nothing was heard for so long that nothing is awaited."""
    return tracker.heard_at is None or now - tracker.heard_at >= SILENT


def _said_in(shift_id: ShiftId, reader: LogbookReader) -> Sequence[TakenAction]:
    return reader.actions_of([shift_id])


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


def _lasted(problem: Problem, live: LiveRound) -> Iterator[tuple[DriverId, float, float]]:
    """How long the stops of a round took that are behind, waiting for a window left out, with what was planned."""
    for visit in live.visits:
        planned = problem.visits.get(visit.order_id)
        if planned is None or visit.departed_at is None or visit.witness is Witness.DRIVER:
            continue
        begins_s = planned.begins(seconds_after(problem.origin, visit.arrived_at))
        yield live.driver_id, planned.service_s, seconds_after(problem.origin, visit.departed_at) - begins_s
