"""One round of a made-up history as it was driven: visits, what the driver said, where the van was. Pure.

Coarser than `world`, which lives a day by the second with a phone in its pocket: here a quarter is made in minutes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from dispatcher.domain.actions import ActionKind
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.proof import Handover, Outcome, ProofKind
from dispatcher.domain.tracking import Fix, Leg, Visit
from dispatcher.simulation.evidence import signature
from dispatcher.simulation.fates import Dice
from dispatcher.simulation.history_people import Ordered
from dispatcher.simulation.history_truth import LEG_SPREAD, Kind, Person, Truth
from dispatcher.simulation.rounds import Door, Round
from dispatcher.simulation.track import Point, Track, as_point, length_m, metres, moved
from dispatcher.simulation.world import Deed
from dispatcher.tracking.learning import geohash, legs_of
from dispatcher.tracking.stops import RoundPlan, RoundStop

YARD_S = 600.0
LATE_S = 12 * 60.0, 35 * 60.0
LATE_DAYS = 0.7
"""Share of days on which a late starter is late."""
OVERTIME_S = 3_600.0
"""So long after their shift drivers give up what is left."""
UNSAID, PARTLY, EARLY, NAMELESS, SWAPS = 0.12, 0.015, 0.1, 0.5, 0.15
EARLY_S = 150.0
SHORTEST_S = 25.0
VAIN = 0.6
"""Time at a door that does not open over one that does."""
FENCE_M = 50.0
STEP_S, STANDING_S = 10.0, 60.0
"""Between two positions."""
NOISE_M = 4.0
HANDOVERS: Mapping[bool, Mapping[Handover, int]] = {
    True: {Handover.RECIPIENT: 66, Handover.HOUSEHOLD: 18, Handover.NEIGHBOUR: 12, Handover.SAFE_PLACE: 4},
    False: {Handover.RECEPTION: 55, Handover.RECIPIENT: 45},
}
"""At homes, and elsewhere."""
VAINLY = {"NOT_HOME": 72, "REFUSED": 8, "NO_ACCESS": 8, "WRONG_ADDRESS": 6, "RESCHEDULE_REQUESTED": 6}
SHUT = {"BUSINESS_CLOSED": 80, "REFUSED": 10, "WRONG_ADDRESS": 10}
GIVEN_UP = "OUT_OF_TIME"
TAKERS = ("Laine", "Weber", "Ünal", "Novák", "Salo", "Lind")


@dataclass(frozen=True, slots=True)
class Tour:
    """A round's doors in the sequence in which they are driven to, and the ways between them."""

    doors: tuple[Door, ...]
    lines: Sequence[Sequence[Point]]
    """To each door; and home, if the round ends at the depot."""
    free_s: Sequence[int]
    """Free flow, of each line."""
    free_m: Sequence[int]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a round is driven under."""

    truth: Truth
    ordered: Mapping[str, Ordered]
    """By the order's id."""
    on: date
    worked: int
    """Days the driver has worked here before."""

    def dice(self, round_: Round, *of: object) -> Dice:
        """The same on every computer: nothing drawn goes by ids."""
        return Dice(self.truth.seed, self.on, round_.driver, *of)

    def person(self, round_: Round) -> Person:
        """Who drives."""
        return self.truth.people.get(round_.driver_id, Person())


@dataclass(slots=True)
class Driven:
    """What came of a round."""

    round: Round
    track: Track
    begins_at: datetime
    deeds: list[Deed] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    legs: Sequence[Leg] = ()
    truths: list[dict[str, Any]] = field(default_factory=list)
    """Of each visit what the laws say and what chance made of it."""
    true_legs: list[dict[str, Any]] = field(default_factory=list)
    """The same of each drive; `factor` is of the road alone, without its driver."""

    def moment(self, second: float) -> datetime:
        """At a second of the track."""
        return self.begins_at + timedelta(seconds=second)

    @property
    def now(self) -> datetime:
        """The round is driven up to here."""
        return self.moment(self.track.end_s)

    def where(self, at: datetime) -> Place:
        """Where the van, or its driver, truly was."""
        return Place(*self.track.at((at - self.begins_at).total_seconds()).point)


def sequence_of(round_: Round, given: Circumstances) -> tuple[Door, ...]:
    """The doors as they are driven to: as planned, but for somebody new."""
    doors, dice = list(round_.doors), given.dice(round_, "sequence")
    if given.person(round_).novice:
        for i in range(0, len(doors) - 1, 2):
            if dice.random() < SWAPS:
                doors[i], doors[i + 1] = doors[i + 1], doors[i]
    return tuple(doors)


def drive(round_: Round, tour: Tour, given: Circumstances) -> Driven:
    """Drive it from the yard and back."""
    return _Driver(round_, tour, given).day()


class _Driver:
    """Grows one round, stop by stop."""

    def __init__(self, round_: Round, tour: Tour, given: Circumstances) -> None:
        self._round, self._tour, self._given, self._person = round_, tour, given, given.person(round_)
        dice = given.dice(round_, "leaves")
        late_s = min(600.0, max(-120.0, dice.gauss(90, 120)))
        if self._person.late and dice.random() < LATE_DAYS:
            late_s = dice.uniform(*LATE_S)
        begins_at = round_.leaves_at + timedelta(seconds=late_s - YARD_S)
        self.made = Driven(round_, Track(as_point(round_.depot)), begins_at)

    def day(self) -> Driven:
        """All of it."""
        made, tour = self.made, self._tour
        self._say(ActionKind.ACCEPT, 20, body={"version": self._round.version})
        self._say(ActionKind.BEGIN, 30)
        made.track.stand(YARD_S)
        for turn, door in enumerate(tour.doors):
            if made.now + timedelta(seconds=tour.free_s[turn]) > self._round.ends_at + timedelta(seconds=OVERTIME_S):
                self._give_up(tour.doors[turn:])
                break
            fence_s = self._go(turn, door.place)
            self._visit(door, fence_s)
        else:
            if len(tour.lines) > len(tour.doors):
                self._go(len(tour.doors), self._round.depot)
        made.track.stand(60)
        self._say(ActionKind.END, made.track.end_s - 30)
        made.legs = self._legs()
        return made

    def _go(self, turn: int, to: Place) -> float:
        """Drive one way; seconds that the last metres took, from the fence around the door."""
        made, line, free_s = self.made, self._tour.lines[turn], self._tour.free_s[turn]
        middle = line[len(line) // 2] if line else as_point(to)
        local = made.now.astimezone(self._round.zone)
        spread = self._given.dice(self._round, "leg", turn).lognormvariate(0, LEG_SPREAD)
        factor = self._given.truth.travel(Place(*middle), local)
        driven_s, along_m = free_s * factor * self._person.drives * spread, max(1.0, length_m([made.track.end, *line]))
        made.true_legs.append(
            {
                "driver": self._round.driver, "zone": geohash(Place(*middle)), "hour": local.hour,
                "free_s": free_s, "factor": round(factor, 4), "driven_s": round(driven_s, 1),
            }
        )  # fmt: skip
        for point in line:
            made.track.go(point, driven_s * metres(made.track.end, point) / along_m)
        return driven_s * min(0.4, FENCE_M / along_m)

    def _visit(self, door: Door, fence_s: float) -> None:
        """Wait for the window, hand over or not, be off."""
        made, ordered = self.made, self._given.ordered[door.order_id]
        dice, arrived_s = self._given.dice(self._round, "door", ordered.order.number, door.attempt), made.track.end_s
        if door.opens_at:
            made.track.stand((door.opens_at - made.now).total_seconds())
        begun_s, local = made.track.end_s, made.now.astimezone(self._round.zone)
        slot = ordered.rule is not None and door.opens_at is not None  # a later attempt has none
        chance = self._given.truth.fails(ordered.customer, local, slot=slot, attempt=door.attempt)
        failed = dice.random() < chance
        worked = self._given.worked
        expected_s = self._given.truth.service_s(
            ordered.customer, ordered.order.load.parcels, self._round.driver_id, local.hour, worked
        )
        noise = dice.lognormvariate(-(self._given.truth.noise**2) / 2, self._given.truth.noise)
        service_s = max(SHORTEST_S, expected_s * noise * (VAIN if failed else 1.0))
        self._pass_on(door, ordered, failed, (arrived_s, begun_s, service_s), dice)
        visit = Visit(
            ShiftId(self._round.shift_id), OrderId(door.order_id),
            made.moment(arrived_s - fence_s), made.moment(made.track.end_s + fence_s), distance_m=4.0,
        )  # fmt: skip
        made.visits.append(visit)
        made.truths.append(
            {
                "order": ordered.order.number, "customer": ordered.customer.n, "attempt": door.attempt,
                "driver": self._round.driver, "hour": local.hour, "expected_s": round(expected_s, 1),
                "service_s": round(service_s, 1), "chance": round(chance, 4), "failed": failed,
            }
        )  # fmt: skip

    def _pass_on(
        self, door: Door, ordered: Ordered, failed: bool, times: tuple[float, float, float], dice: Dice
    ) -> None:
        """What the driver says at the door, and when."""
        made, (arrived_s, begun_s, service_s) = self.made, times
        made.track.stand(service_s)
        early = self._person.hurried and not door.opens_at and dice.random() < EARLY
        if dice.random() > UNSAID and not early:
            self._say(ActionKind.ARRIVE, arrived_s + 3, door.order_id)
        at_s = arrived_s - EARLY_S if early else begun_s + service_s - 6
        if failed:
            self._say(ActionKind.FAIL, at_s, door.order_id, self._in_vain(ordered, dice))
        else:
            self._say(ActionKind.DELIVER, at_s, door.order_id, self._handed_over(door, ordered, dice))

    def _in_vain(self, ordered: Ordered, dice: Dice) -> dict[str, Any]:
        known = {reason.code: reason for reason in self._round.reasons if reason.attempt}
        likely = VAINLY if ordered.customer.kind.home else SHUT
        codes = [code for code in likely if code in known] or list(known)
        reason = known[dice.choices(codes, [likely.get(code, 1) for code in codes])[0]]
        return {"reason": reason.code, "note": "Rang twice." if "note" in reason.demands else ""}

    def _handed_over(self, door: Door, ordered: Ordered, dice: Dice) -> dict[str, Any]:
        likely = HANDOVERS[ordered.customer.kind.home]
        handover = dice.choices(list(likely), list(likely.values()))[0]
        partly = sum(door.quantities) > 1 and dice.random() < PARTLY
        outcome = Outcome.PARTLY if partly else Outcome.DELIVERED
        body: dict[str, Any] = {"outcome": outcome.value, "handover": handover.value, "note": ""}
        if _wanted(door, ProofKind.NAME) and not (self._person.hurried and dice.random() < NAMELESS):
            own = handover is Handover.RECIPIENT and ordered.customer.kind is not Kind.BUSINESS
            body["name"] = door.name if own else dice.choice(TAKERS)
        if _wanted(door, ProofKind.SIGNATURE) and handover is not Handover.SAFE_PLACE:
            body["ink"] = signature(dice)
        if _wanted(door, ProofKind.SCAN) and door.barcodes:
            body["scans"] = list(door.barcodes)
        if door.cash_due:
            body["cash"] = door.cash_due
        if partly:
            reason = next((r.code for r in self._round.reasons if r.code in ("DAMAGED", "MISSING")), "")
            body["lines"] = [{"line": 0, "quantity": door.quantities[0] - 1, "reason": reason}]
        return body

    def _give_up(self, doors: Sequence[Door]) -> None:
        """Nobody stood there: it is too late."""
        known = [reason.code for reason in self._round.reasons]
        for n, door in enumerate(doors if GIVEN_UP in known else ()):
            self._say(ActionKind.FAIL, self.made.track.end_s + 5 * n, door.order_id, {"reason": GIVEN_UP})
        self.made.track.stand(5.0 * len(doors))

    def _say(self, kind: ActionKind, at_s: float, order_id: str = "", body: Mapping[str, Any] | None = None) -> None:
        self.made.deeds.append(Deed(self.made.moment(at_s), kind, order_id, body or {}))

    def _legs(self) -> Sequence[Leg]:
        """As the window makes them of visits that a track tells of."""
        ways = zip(self._tour.doors, self._tour.free_s, self._tour.free_m, strict=False)
        at = self.made.begins_at
        stops = [RoundStop(OrderId(d.order_id), d.place, at, d.service_s, s, m) for d, s, m in ways]
        return legs_of(self.made.visits, RoundPlan(stops), self._round.zone, FENCE_M)


def _wanted(door: Door, kind: ProofKind) -> bool:
    return door.needs.get(kind.value, "off") in ("required", "asked")


def fixes(driven: Driven, dice: Dice) -> Iterator[Fix]:
    """What the phone reports: often while the van moves, now and then while it stands."""
    at_s, last_s, last = 0.0, -STANDING_S, driven.track.start
    while at_s <= driven.track.end_s:
        motion = driven.track.at(at_s)
        if motion.speed_mps > 0.1 or metres(last, motion.point) > 1 or at_s - last_s >= STANDING_S:
            point = moved(motion.point, dice.gauss(0, NOISE_M), dice.gauss(0, NOISE_M))
            yield Fix(
                driven.moment(at_s), Place(*point), accuracy_m=8.0, speed_mps=motion.speed_mps,
                heading_deg=motion.heading_deg, battery=round(max(0.2, 0.98 - at_s / 72_000), 2),
            )  # fmt: skip
            last_s, last = at_s, motion.point
        at_s += STEP_S
