"""What the rounds of today can do about an exception: again with whoever has the goods, or another driver; priced."""

from collections.abc import Sequence
from dataclasses import replace

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.incidents import Remedy
from dispatcher.domain.orders import OrderState
from dispatcher.services.exceptions.known import Case
from dispatcher.services.exceptions.pricing import Placed, cheapest
from dispatcher.services.exceptions.view import Given, Offer

_R = Remedy


def again_today(case: Case) -> Offer:
    """With the round that has the goods; else with the best that comes where they are."""
    label = "Deliver again today" if case.delivers else "Collect again today"
    if why_not := _not_today(case):
        return Offer(_R.AGAIN_TODAY, label, why_not=why_not)
    found = cheapest(map(case.priced, _rounds_with_goods(case)))
    if not found:
        return Offer(_R.AGAIN_TODAY, label, why_not=_nobody_has_it(case))
    best = found[0]
    if best.obstacle:
        return Offer(_R.AGAIN_TODAY, label, why_not=f"{best.driver} cannot: {best.obstacle}.")
    said = f"{label}: {best.driver}, about {best.at.astimezone(case.moment.zone):%H:%M}"
    return confirmed(
        case,
        Offer(_R.AGAIN_TODAY, said, best.price, option=best.shift_id, sequence=best.sequence, windows=best.windows),
    )


def other_driver(case: Case) -> Offer:
    """With any other round that comes where the goods are: the choices, the best first."""
    label = "Hand to another driver"
    if why_not := _not_today(case):
        return Offer(_R.OTHER_DRIVER, label, why_not=why_not)
    own = case.incident.shift_id
    rounds = [shift_id for shift_id in _others(case) if shift_id != own]
    found = [each for each in cheapest(map(case.priced, rounds)) if not each.obstacle]
    if not found:
        return Offer(_R.OTHER_DRIVER, label, why_not=_nobody_else(case))
    choices = tuple((each.shift_id, _words(case, each)) for each in found)
    return Offer(_R.OTHER_DRIVER, label, found[0].price, wants=Given.DRIVER, choices=choices, option=choices[0][0])


def _not_today(case: Case) -> str:
    if case.order is None:
        return "The order is not there any more."
    if case.order.state is not OrderState.OPEN:
        return "The order was cancelled."
    if case.order.address.place is None:
        return "Its address has no place."
    return "" if case.day is not None else "Its day is not on the road."


def _rounds_with_goods(case: Case) -> Sequence[ShiftId]:
    """Rounds that could go: the one that has the goods, else those that may come where they are."""
    own = case.incident.shift_id
    if case.day and own is not None and own in case.day.shifts and case.has_goods(own):
        return (own,)
    return _others(case)


def _others(case: Case) -> Sequence[ShiftId]:
    """Rounds that may come where the goods are, the nearest: anywhere for a collection, else at the depot."""
    pricing, own = case.pricing, case.incident.shift_id
    if pricing is None:
        return ()
    if case.delivers and own is not None and case.has_goods(own) and pricing.left(own):
        return ()
    return pricing.nearest(case.order.address.place if case.order else None, _driven(case))


def _driven(case: Case) -> list[ShiftId]:
    """Shifts of the day that are not over yet."""
    if case.day is None:
        return []
    rounds = case.live.rounds if case.live else {}
    over = {shift_id for shift_id, round_ in rounds.items() if round_.over}
    if case.round_over and case.incident.shift_id:
        over.add(case.incident.shift_id)
    return [s.id for s in case.day.shifts.values() if s.id not in over and s.ends_at > case.moment.now]


def _nobody_has_it(case: Case) -> str:
    if case.in_cage:
        return "The goods are in the cage, and no round leaves the depot any more today."
    who = case.driver.name if case.driver else "The driver"
    return f"{who}’s round is over, and no round leaves the depot with the goods any more today."


def _nobody_else(case: Case) -> str:
    if not case.delivers:
        return "No other round is on the road."
    if case.in_cage or case.round_over:
        return "No other round leaves the depot any more today."
    who = case.driver.name if case.driver else "the driver"
    return f"The goods are in {who}’s van; they can be handed over at the depot only."


def _words(case: Case, placed: Placed) -> str:
    return f"{placed.driver}, about {placed.at.astimezone(case.moment.zone):%H:%M}, {placed.price}"


def confirmed(case: Case, offer: Offer) -> Offer:
    """Beyond the depot's limit of attempts somebody has to say why."""
    if not case.spent:
        return offer
    most = case.moment.policy.incidents.most_attempts
    return replace(offer, label=f"{offer.label} (beyond {most} attempts: say why)", wants=Given.TEXT)
