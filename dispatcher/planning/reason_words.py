"""The sentences of reasons: what stops an order, and what would happen if it were put in all the same."""

from collections.abc import Iterable

from dispatcher.domain.schedule import RouteTimes, Rule
from dispatcher.domain.time import after
from dispatcher.planning.insertion import Refusal
from dispatcher.planning.problem import Problem, Round, Visit

AXES = {Rule.WEIGHT: (0, "kg", "Weighs"), Rule.VOLUME: (1, "litres", "Fills"), Rule.PARCELS: (2, "parcels", "Has")}
"""Where in a load, in what unit, with which verb."""


def obstacle(refusal: Refusal, duty: Round, visit: Visit) -> str:
    """What stops one driver, without the driver's name."""
    rule, amount = refusal.rule, refusal.amount
    if rule in AXES:
        return f"{figure(amount)} {AXES[rule][1]} too much for {duty.vehicle_name}."
    if rule is Rule.LATE and refusal.begins_s:
        return f"Could be there {minutes(amount)} after the window closes."
    if rule is Rule.LATE:
        return f"Stops behind it would fall {minutes(amount)} behind their windows."
    if rule is Rule.SHIFT_END:
        return f"The shift would end up to {minutes(amount)} late."
    if rule is Rule.MAX_STOPS:
        return f"May have {stops(duty.max_stops or 0)} at most."
    if rule is Rule.SKILL:
        return f"Does not have {quoted(sorted(visit.skills - duty.skills))}{run_out([duty], visit)}."
    if rule is Rule.CERTIFICATE:
        return f"{'; '.join(each.sentence for each in duty.grounded)}."
    if rule is Rule.DRIVER:
        return "Another driver is asked for."
    if rule is Rule.NO_PLACE:
        return "The address has no place yet."
    said = told(rule, amount, duty)
    return f"{said[0].upper()}{said[1:]}."


def run_out(rounds: Iterable[Round], visit: Visit) -> str:
    """Whose certificates for what an order needs have run out: “; Aino’s certificate ran out on 3 May 2026”."""
    lapsed = {
        (each.whose, each.day): None
        for duty in rounds
        for each in duty.lapsed
        if each.certificate.skill in visit.skills - duty.skills
    }
    said = [f"{whose}’s certificate ran out on {day}" for whose, day in lapsed]
    more = f" and {len(said) - 2} more" if len(said) > 2 else ""
    return "".join(f"; {each}" for each in said[:2]) + more


def told(rule: Rule | None, amount: float, duty: Round) -> str:
    """What would happen to the round."""
    if rule is Rule.SHIFT_END:
        return f"the shift would end {minutes(amount)} late"
    if rule is Rule.BREAK:
        return f"the break would begin {minutes(amount)} late"
    if rule is Rule.PAIR:
        return "its goods would not be fetched before"
    if rule is Rule.MAX_STOPS:
        return f"{duty.driver_name} may have {stops(duty.max_stops or 0)} at most"
    if rule is Rule.MAX_DURATION:
        return f"the round would take {minutes(amount)} longer than allowed"
    if rule is Rule.MAX_DISTANCE:
        return f"the round would be {amount / 1000:,.1f} km longer than allowed"
    return "no road leads on from there"


def told_late(now: RouteTimes, after_all: RouteTimes) -> str:
    """Whom it would make late."""
    already = {stop.order_id: stop.late_s for stop in now.stops}
    later = [stop.late_s for stop in after_all.stops if stop.late_s > already.get(stop.order_id, 0)]
    if len(later) == 1:
        return f"one stop would be {minutes(later[0])} late"
    return f"{len(later)} stops would be late, by up to {minutes(max(later))}"


def stops(count: int) -> str:
    """So many stops."""
    return "1 stop" if count == 1 else f"{count:,} stops"


def minutes(seconds: float) -> str:
    """Whole minutes, one at least; from two hours on with hours."""
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60:02d} min"


def figure(amount: float) -> str:
    """With thousands separators, and one decimal only where it says something."""
    return f"{amount:,.0f}" if amount >= 100 or amount == int(amount) else f"{amount:,.1f}"


def quoted(words: list[str]) -> str:
    """Each in quotation marks."""
    return ", ".join(f"“{word}”" for word in words)


def clock(problem: Problem, seconds: int) -> str:
    """Wall-clock time at the depot, with the weekday if it is another day than the plan's."""
    local = after(problem.origin, seconds).astimezone(problem.zone)
    return local.strftime("%H:%M" if local.date() == problem.date else "%a %H:%M")
