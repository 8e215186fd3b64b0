"""What can be done about one exception, priced: which remedies fit, what each would mean, and why one cannot be had."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from dispatcher.domain.customers import Wish
from dispatcher.domain.fleet import Driver, Shift
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.incidents import CagedGoods, Incident, IncidentKind, Remedy
from dispatcher.domain.orders import Order, OrderKind, OrderState
from dispatcher.domain.place import Address
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt, FailureReason
from dispatcher.domain.roads import RoadNetwork
from dispatcher.domain.time import midnight
from dispatcher.incidents.remedies import OF_THE_DRIVER, remedies_for
from dispatcher.services.exceptions_changes import AFTER, windows_from
from dispatcher.services.exceptions_facts import Moment
from dispatcher.services.exceptions_pricing import Placed, Pricing, cheapest
from dispatcher.services.exceptions_view import Given, Offer
from dispatcher.services.liveday import LiveDay
from dispatcher.services.ports import Geocoder

_R = Remedy


@dataclass(frozen=True)
class Case:
    """One exception with all that its remedies depend on."""

    incident: Incident
    moment: Moment
    order: Order | None
    attempt: Attempt | None
    """The one it is about."""
    code: str
    """Its failure reason, as corrected."""
    shift: Shift | None
    """Of the round it happened on."""
    driver: Driver | None
    round_over: bool
    goods: tuple[CagedGoods, ...]
    """The order's, in the cage or awaited there."""
    no_attempts: int
    """How often somebody was to come and did not: these do not count towards the limit."""
    days: tuple[date, ...]
    """The next working days that have no order of the same number."""
    day: Day | None
    """The day that is on the road, if the order is of it."""
    live: LiveDay | None
    roads: RoadNetwork
    geocoder: Geocoder | None
    wish: Wish | None = None
    wish_verdict: str = ""
    wish_why_not: str = ""

    @property
    def reasons(self) -> Mapping[str, FailureReason]:
        """The depot's list."""
        return self.moment.policy.reason_by_code

    @property
    def tried(self) -> bool:
        """Whether a driver says how the order's present attempt ended."""
        return self.order is not None and self.attempt is not None and self.attempt.number >= self.order.attempt

    @property
    def spent(self) -> bool:
        """Whether the order has had as many attempts as the depot makes."""
        counted = (self.attempt.number if self.attempt else 0) - self.no_attempts
        return self.attempt is not None and counted >= self.moment.policy.incidents.most_attempts

    @property
    def in_cage(self) -> bool:
        """Whether the goods lie in the cage."""
        return any(piece.here for piece in self.goods)

    @cached_property
    def pricing(self) -> Pricing | None:
        """On the day that is on the road."""
        return Pricing(self.day, self.live, self.roads, self.moment.now) if self.day else None

    @cached_property
    def again(self) -> Order | None:
        """The order as it would be tried again today, not before it makes sense."""
        if self.order is None:
            return None
        soon = self.moment.now
        if self.attempt is not None and self.tried:
            soon = max(soon, self.attempt.at + AFTER)
        end = midnight(self.order.date + timedelta(days=1), self.moment.zone)
        number = self.order.attempt + 1 if self.tried else self.order.attempt
        return replace(self.order, attempt=number, windows=windows_from(self.order, min(soon, end), end))

    @property
    def delivers(self) -> bool:
        """Whether goods are brought, so that whoever goes must have them."""
        return self.order is None or self.order.kind is OrderKind.DELIVERY

    def has_goods(self, shift_id: ShiftId) -> bool:
        """Whether the goods are in this round's vehicle."""
        return shift_id == self.incident.shift_id and not self.in_cage and not self.round_over

    def priced(self, shift_id: ShiftId, address: Address | None = None) -> Placed | None:
        """What it would mean for this round; `None` if it does not come where the goods are."""
        pricing, again = self.pricing, self.again
        if pricing is None or again is None or shift_id not in pricing.day.shifts:
            return None
        order, aboard = replace(again, address=address) if address else again, self.has_goods(shift_id)
        return pricing.into(order, shift_id, after_reload=self.delivers and not aboard, aboard=aboard)


def offers_for(case: Case) -> tuple[Offer, ...]:
    """All that fits, the recommended first; what cannot be had stands behind what can."""
    reason = case.reasons.get(case.code)
    fitting = remedies_for(case.incident.kind, case.code, reason.owner if reason else None)
    found = [offer for remedy in fitting for offer in _of(case, remedy)]
    return (*(offer for offer in found if not offer.why_not), *(offer for offer in found if offer.why_not))


def _of(case: Case, remedy: Remedy) -> Iterator[Offer]:
    match remedy:
        case _R.AGAIN_TODAY:
            yield _again_today(case)
        case _R.OTHER_DRIVER:
            yield _other_driver(case)
        case _R.ANOTHER_DAY:
            yield from _another_day(case)
        case _R.OTHER_ADDRESS:
            yield _other_address(case)
        case _R.CALL | _R.MESSAGE:
            yield _contact(case, remedy)
        case _R.COLLECT | _R.RETURN | _R.REFUND:
            yield _put_aside(case, remedy)
        case _R.CHANGE_REASON:
            choices = tuple((r.code, r.label) for r in case.moment.policy.reasons if r.code != case.code)
            yield Offer(remedy, "Change the failure reason", wants=Given.REASON, choices=choices)
        case _R.GRANT | _R.DECLINE:
            yield _answer(case, remedy)
        case _R.SEND_AGAIN:
            yield Offer(remedy, "Send it again")
        case _R.CLOSE:
            yield Offer(remedy, "Close with a note", wants=Given.TEXT)


# --- today --------------------------------------------------------------------------------------------------------


def _again_today(case: Case) -> Offer:
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
    return _confirmed(case, Offer(_R.AGAIN_TODAY, said, best.price, option=best.shift_id, sequence=best.sequence))


def _other_driver(case: Case) -> Offer:
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


def _delivers(case: Case) -> bool:
    return case.order is None or case.order.kind is OrderKind.DELIVERY


def _confirmed(case: Case, offer: Offer) -> Offer:
    """Beyond the depot's limit of attempts somebody has to say why."""
    if not case.spent:
        return offer
    most = case.moment.policy.incidents.most_attempts
    return replace(offer, label=f"{offer.label} (beyond {most} attempts: say why)", wants=Given.TEXT)


# --- later, elsewhere, not at all ---------------------------------------------------------------------------------


def _another_day(case: Case) -> Iterator[Offer]:
    if case.order is None or case.order.state is not OrderState.OPEN:
        gone = "The order is not there any more." if case.order is None else "The order was cancelled."
        yield Offer(_R.ANOTHER_DAY, "Another day or slot", why_not=gone)
        return
    if not case.days:
        yield Offer(_R.ANOTHER_DAY, "Another day or slot", why_not="Nobody works in the next three weeks.")
        return
    for on in case.days[: 3 if case.spent else 1]:
        yield _confirmed(case, Offer(_R.ANOTHER_DAY, f"On {day_words(on)}", option=on.isoformat()))
    if not case.spent:
        choices = tuple((on.isoformat(), day_words(on)) for on in case.days)
        yield Offer(_R.ANOTHER_DAY, "Another day or slot", wants=Given.DAY, choices=choices, text=choices[0][0])


def _other_address(case: Case) -> Offer:
    label = "Other address" if case.incident.kind is not IncidentKind.ADDRESS else "Say where it is"
    if case.order is None or case.order.state is not OrderState.OPEN:
        return Offer(_R.OTHER_ADDRESS, label, why_not="The order is not there any more, or was cancelled.")
    found = case.geocoder.find(case.order.address, limit=5) if case.geocoder else ()
    choices = tuple((f"{each.place.lat:.6f}, {each.place.lon:.6f}", each.label) for each in found)
    return Offer(_R.OTHER_ADDRESS, label, wants=Given.ADDRESS, choices=choices, text=case.order.address.text)


def _contact(case: Case, remedy: Remedy) -> Offer:
    """Call or write: to the driver where it is about the driver, else to the customer."""
    if case.incident.kind in OF_THE_DRIVER or case.incident.order_id is None:
        return _contact_driver(case, remedy)
    contact = case.order.contact if case.order else None
    if remedy is _R.CALL:
        number = contact.phone if contact else ""
        why_not = "" if number else "The order has no telephone number."
        return Offer(remedy, f"Call {number}".rstrip(), why_not=why_not, wants=Given.TEXT, text=number)
    reachable = contact is not None and (contact.phone or contact.email)
    why_not = "" if reachable else "The order has neither a number nor an e-mail address."
    return Offer(remedy, "Write to the customer", why_not=why_not, wants=Given.TEXT, text=_proposed(case))


def _contact_driver(case: Case, remedy: Remedy) -> Offer:
    driver = case.driver
    if driver is None:
        return Offer(remedy, "Call" if remedy is _R.CALL else "Write", why_not="Nobody knows whom.")
    if remedy is _R.CALL:
        why_not = "" if driver.phone else f"{driver.name} has no telephone number under Fleet."
        label = f"Call {driver.name} {driver.phone}".rstrip()
        return Offer(remedy, label, why_not=why_not, wants=Given.TEXT, text=driver.phone)
    words = (
        "Please call the depot." if case.incident.kind is not IncidentKind.NOT_BACK else "Please bring the goods back."
    )
    return Offer(remedy, f"Write to {driver.name}", wants=Given.TEXT, text=words)


def _proposed(case: Case) -> str:
    number = case.order.number if case.order else ""
    phone = case.moment.policy.phone
    call = f" Please call us: {phone}." if phone else " Please answer this message."
    match case.incident.kind:
        case IncidentKind.LATE | IncidentKind.AT_RISK:
            return f"Your order {number} comes later than planned today. We are sorry."
        case IncidentKind.ADDRESS:
            return f"We do not find the address of your order {number}.{call}"
        case IncidentKind.REPLY:
            return ""
        case IncidentKind.FAILED | IncidentKind.NOT_ATTEMPTED | IncidentKind.UNTOUCHED:
            return f"We could not deliver your order {number}. When and where may we come again?{call}"
    return f"About your order {number}: {call.strip()}"


def _put_aside(case: Case, remedy: Remedy) -> Offer:
    labels = {_R.COLLECT: "Customer collects at the depot", _R.RETURN: "Return to sender", _R.REFUND: "Note a refund"}
    why_not = "The order is not there any more." if case.order is None else ""
    if not why_not and remedy is not _R.REFUND and case.order and case.order.state is not OrderState.OPEN:
        why_not = "The order was cancelled already."
    wants = Given.TEXT if remedy is _R.REFUND else Given.NOTHING
    return Offer(remedy, labels[remedy], why_not=why_not, wants=wants)


def _answer(case: Case, remedy: Remedy) -> Offer:
    if case.wish is None:
        return Offer(remedy, remedy.value.capitalize(), why_not="The wish is gone.")
    if remedy is _R.GRANT:
        return Offer(remedy, "Grant the wish", case.wish_verdict, case.wish_why_not)
    return Offer(remedy, "Decline the wish", wants=Given.TEXT, text="We are sorry, that is not possible.")


def day_words(on: date) -> str:
    """A date as the window's sentences have it."""
    return f"{on:%A} {on.day} {on:%B}"
