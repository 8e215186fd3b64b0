"""A simulated driver's day as it truly is: a function of the seed and the round, grown stop by stop.

It grows only as far as it is asked, so that a round that is sent anew while it is driven changes what lies ahead and
nothing else. Every decision has dice of its own: the same seed and the same round give the same day.
What phones make of it is in `radio` and `page`; what is written down of it in `truth`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dispatcher.domain.actions import ActionKind
from dispatcher.domain.fleet import Profile
from dispatcher.domain.place import Place
from dispatcher.domain.proof import Outcome, ProofKind
from dispatcher.domain.roads import RoadNetwork
from dispatcher.simulation.doors import Happening, happening
from dispatcher.simulation.fates import Dice, Fate
from dispatcher.simulation.lapses import EARLY_S, SHORT, Lapse, lapse_at
from dispatcher.simulation.rounds import Door, Round
from dispatcher.simulation.streets import Halt, follow, parked, traffic
from dispatcher.simulation.track import Point, Track, as_point, length_m, metres, moved

YARD_S = 600.0
"""The driver is on duty so long before leaving, at the earliest."""
WALK_MPS = 1.2
SKIPS, SWAPS, DETOURS, UNSAID = 0.02, 0.04, 0.03, 0.15
NOT_LOADED = 0.01
BREAK_AFTER_S, BREAK_S = 4.5 * 3600, 30 * 60.0
STANDS_S = 25 * 60.0, 45 * 60.0
LATE_S = 20 * 60.0, 40 * 60.0
ASTRAY_M = 1_200.0, 2_500.0
DETOUR_M = 150.0, 500.0
LEG_SPREAD = 0.08
"""Standard deviation of the log of a leg's time besides hour and district."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something the driver does on the page."""

    at: datetime
    kind: ActionKind
    order_id: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    shows: frozenset[ProofKind] = frozenset()
    """Proofs that the phone has still to make."""
    lapse: Lapse | None = None
    """How they are made otherwise than they should be."""


@dataclass(frozen=True, slots=True)
class TrueVisit:
    """A stay at a door."""

    order_id: str
    arrived_at: datetime
    """The van stands."""
    departed_at: datetime
    """The van moves."""
    outcome: Outcome
    parked_m: float
    """From the door."""
    lapse: Lapse | None = None
    """What should not have been done there."""


@dataclass(frozen=True, slots=True)
class TrueLeg:
    """A drive from one stay to the next."""

    to_order_id: str
    """Empty for the depot."""
    left_at: datetime
    free_flow_s: int
    """Of the way there without detours."""
    factor: float
    """Of traffic, by hour and district."""
    driven_s: float
    """Without halts."""
    distance_m: float
    why: str = ""
    """What was out of the ordinary."""


class Life:
    """One driver's day, from the yard and back."""

    def __init__(
        self,
        round_: Round,
        roads: RoadNetwork,
        *,
        seed: int,
        fates: frozenset[Fate] = frozenset(),
        profile: Profile = Profile.CAR,
        not_before: datetime | None = None,
    ) -> None:
        """`not_before`: the driver does not leave earlier, whatever the plan says."""
        self.round = round_
        self.fates = fates
        self.deeds: list[Deed] = []
        self.visits: list[TrueVisit] = []
        self.legs: list[TrueLeg] = []
        self.finished = False
        self._roads, self._profile, self._seed = roads, profile, seed
        leaves_at = self._leaves_at(not_before)
        self.begins_at = leaves_at - timedelta(seconds=YARD_S)
        self.track = Track(as_point(round_.depot))
        self._handled: set[str] = set(round_.done)
        self._put_off: list[str] = []
        self._missing: set[str] = set()
        self._made: set[ProofKind] = set()
        self._fated = self._fated_doors()
        self._rested = False
        self._in_the_yard()

    # --- what is asked of it --------------------------------------------------------------------------------------

    @property
    def known_until(self) -> datetime:
        """The day is decided up to here."""
        return self.moment(self.track.end_s)

    def moment(self, second: float) -> datetime:
        """The moment at a second of the track."""
        return self.begins_at + timedelta(seconds=second)

    def second(self, moment: datetime) -> float:
        """The second of the track at a moment."""
        return (moment - self.begins_at).total_seconds()

    def change(self, round_: Round) -> None:
        """From the next leg on follow this version."""
        self.round = round_
        self._handled |= round_.done

    def advance(self) -> bool:
        """Live through one more stop, or the way home; `False` when the day is over."""
        if self.finished:
            return False
        door = self._next()
        if door is None:
            self._go_home()
        else:
            self._visit(door)
        return True

    def live(self) -> None:
        """All of it at once."""
        while self.advance():
            pass

    # --- the yard -------------------------------------------------------------------------------------------------

    def _leaves_at(self, not_before: datetime | None) -> datetime:
        dice = self._dice("leaves")
        late_s = min(900.0, max(-180.0, dice.gauss(150, 200)))
        if Fate.LATE in self.fates:
            late_s = dice.uniform(*LATE_S)
        leaves_at = max(self.round.leaves_at, not_before) if not_before else self.round.leaves_at
        return leaves_at + timedelta(seconds=late_s)

    def _in_the_yard(self) -> None:
        """Load what the round has, then leave."""
        self._do(ActionKind.BEGIN, 30)
        doors = [d for d in self._ahead() if not d.collection]
        for i, door in enumerate(doors):
            at_s = 60 + (YARD_S - 90) * i / len(doors)
            for barcode in door.barcodes or ("",):
                missing = self._dice("loads", door.order_id, barcode).random() < NOT_LOADED
                self._missing |= {door.order_id} if missing else set()
                body = ({"barcode": barcode} if barcode else {}) | ({"missing": True} if missing else {})
                self._do(ActionKind.LOAD, at_s, door.order_id, body)
        self.track.stand(YARD_S)

    # --- which door is next ---------------------------------------------------------------------------------------

    def _ahead(self) -> list[Door]:
        """Doors still to be served, in the order in which the driver means to."""
        doors = [d for d in self.round.doors if d.order_id not in self._handled]
        return sorted(doors, key=lambda d: self._put_off.index(d.order_id) if d.order_id in self._put_off else -1)

    def _next(self) -> Door | None:
        doors = self._ahead()
        if len(doors) < 2 or doors[0].order_id in self._put_off:
            return doors[0] if doors else None
        throw = self._dice("order", doors[0].order_id, doors[1].order_id).random()
        if throw < SKIPS:
            self._put_off.append(doors[0].order_id)
            self._do(ActionKind.SKIP, self.track.end_s, doors[0].order_id, {"note": "Asked me to come later."})
            return doors[1]
        swapped = throw < SKIPS + SWAPS and doors[1].order_id not in self._put_off
        return doors[1] if swapped else doors[0]

    def _fated_doors(self) -> dict[str, Fate]:
        """On the way to which door something befalls the driver."""
        happens = [fate for fate in (Fate.STANDS, Fate.ASTRAY) if fate in self.fates]
        doors = self._ahead()
        middle = doors[len(doors) // 5 : -1] or doors
        chosen = self._dice("fated").sample(middle, min(len(happens), len(middle)))
        return {door.order_id: fate for door, fate in zip(chosen, happens, strict=False)}

    # --- on the way -----------------------------------------------------------------------------------------------

    def _visit(self, door: Door) -> None:
        dice = self._dice("door", door.order_id, door.attempt)
        left_s = self.track.end_s
        self._drive(door.order_id, door.place)
        self._handled.add(door.order_id)
        arrived_s, van = self.track.end_s, self.track.end
        self._wait_for(door)
        told = happening(door, self.round, dice, missing=door.order_id in self._missing)
        lapse = lapse_at(door, told, arrived_s - left_s, self._made, self._dice("lapse", door.order_id, door.attempt))
        self._made |= told.shows
        if dice.random() > UNSAID and lapse is not Lapse.EARLY:
            self._do(ActionKind.ARRIVE, self.track.end_s + 2, door.order_id)
        walk_s = metres(van, as_point(door.place)) / WALK_MPS
        self.track.go(as_point(door.place), walk_s)
        self.track.stand(told.service_s)
        self._say(door, told, lapse, arrived_s)
        self.track.go(van, walk_s)
        self.track.stand(dice.uniform(4, 15))
        moments = self.moment(arrived_s), self.known_until
        self.visits.append(TrueVisit(door.order_id, *moments, told.outcome, metres(van, as_point(door.place)), lapse))

    def _wait_for(self, door: Door) -> None:
        if door.opens_at:
            self.track.stand(self.second(door.opens_at) - self.track.end_s)

    def _say(self, door: Door, told: Happening, lapse: Lapse | None, arrived_s: float) -> None:
        """The outcome, on the page, just before turning back to the van; or long before, by who will not be asked."""
        kind = ActionKind.FAIL if told.outcome is Outcome.FAILED else ActionKind.DELIVER
        at_s = arrived_s - EARLY_S if lapse is Lapse.EARLY else self.track.end_s - 3
        body = {**told.body, "cash": told.body["cash"] - SHORT} if lapse is Lapse.CASH else told.body
        self._do(kind, at_s, door.order_id, body, told.shows, lapse)
        if told.taken_back:
            self._do(ActionKind.UNDO, at_s + 12, door.order_id)
            self._do(kind, at_s + 20, door.order_id, body, told.shows, lapse)
            self.track.stand(20)

    def _go_home(self) -> None:
        if self.round.returns:
            self._drive("", self.round.depot)
        self.track.stand(60)
        self._do(ActionKind.END, self.track.end_s - 30)
        self.finished = True

    def _drive(self, order_id: str, to: Place) -> None:
        """One leg, with whatever befalls on it. Parks."""
        dice, left_at = self._dice("leg", order_id), self.known_until
        here, via = Place(*self.track.end), self._astray(order_id, dice)
        direct = self._roads.path([here, to], self._profile)
        path = self._roads.path([here, via, to], self._profile) if via else direct
        line: list[Point] = [point for leg in path.legs for point in leg]
        stop = parked(line, as_point(to), dice) if order_id else line
        factor = traffic(left_at.astimezone(self.round.zone).hour, stop[len(stop) // 2])
        driven_s = path.duration_s * factor * dice.lognormvariate(0, LEG_SPREAD)
        driven_s *= length_m(stop) / max(1.0, length_m(line))  # what was cut off to park is not driven
        halt, why = self._halt(order_id, dice)
        distance_m = follow(self.track, stop, driven_s, dice, halt)
        why = why or ("" if via is None else "detour")
        self.legs.append(TrueLeg(order_id, left_at, direct.duration_s, factor, driven_s, distance_m, why))

    def _halt(self, order_id: str, dice: Dice) -> tuple[Halt | None, str]:
        share = dice.uniform(0.3, 0.7)
        if self._fated.get(order_id) is Fate.STANDS:
            return Halt(share, dice.uniform(*STANDS_S)), Fate.STANDS.value
        if not self._rested and order_id and self.track.end_s - YARD_S > BREAK_AFTER_S:
            self._rested = True
            return Halt(share, BREAK_S), "break"
        return None, Fate.ASTRAY.value if self._fated.get(order_id) is Fate.ASTRAY else ""

    def _astray(self, order_id: str, dice: Dice) -> Place | None:
        """A place out of the way through which this leg leads."""
        astray, detours = self._fated.get(order_id) is Fate.ASTRAY, dice.random() < DETOURS
        reach_m, way, side = dice.uniform(*(ASTRAY_M if astray else DETOUR_M)), dice.random(), dice.choice((-1, 1))
        if not (astray or detours):
            return None
        aside = moved(self.track.end, reach_m * (2 * way - 1), side * reach_m * (1 - abs(2 * way - 1)))
        return self._roads.nearest(Place(*aside), self._profile).place

    # --- small words ----------------------------------------------------------------------------------------------

    def _dice(self, *of: object) -> Dice:
        return Dice(self._seed, self.round.shift_id, *of)

    def _do(
        self,
        kind: ActionKind,
        at_s: float,
        order_id: str = "",
        body: Mapping[str, Any] | None = None,
        shows: frozenset[ProofKind] = frozenset(),
        lapse: Lapse | None = None,
    ) -> None:
        self.deeds.append(Deed(self.moment(at_s), kind, order_id, body or {}, shows, lapse))


def truth(life: Life, until: datetime) -> dict[str, Any]:
    """What happened to a driver before a moment, for figures to be checked against; JSON-ready."""
    legs = [leg for leg in life.legs if leg.left_at <= until]
    return {
        "driver_id": life.round.driver_id,
        "driver": life.round.driver,
        "shift_id": life.round.shift_id,
        "fates": sorted(fate.value for fate in life.fates),
        "left_at": legs[0].left_at.isoformat() if legs else None,
        "finished": life.finished and life.known_until <= until,
        "distance_m": round(sum(leg.distance_m for leg in legs)),
        "visits": [_told(visit, until) for visit in life.visits if visit.arrived_at <= until],
        "legs": [
            {
                "to_order_id": leg.to_order_id,
                "left_at": leg.left_at.isoformat(),
                "free_flow_s": leg.free_flow_s,
                "factor": round(leg.factor, 4),
                "driven_s": round(leg.driven_s, 1),
                "distance_m": round(leg.distance_m, 1),
                "why": leg.why,
            }
            for leg in legs
        ],
    }


def _told(visit: TrueVisit, until: datetime) -> dict[str, Any]:
    there = visit.departed_at > until
    return {
        "order_id": visit.order_id,
        "arrived_at": visit.arrived_at.isoformat(),
        "departed_at": None if there else visit.departed_at.isoformat(),
        "outcome": None if there else visit.outcome.value,
        "parked_m": round(visit.parked_m, 1),
        "lapse": None if there or visit.lapse is None else visit.lapse.value,
    }
