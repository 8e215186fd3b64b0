"""What can be done about one exception, priced: which remedies fit, what each would mean, and why one cannot be had."""

from collections.abc import Iterator
from datetime import date

from dispatcher.domain.incidents import IncidentKind, Remedy
from dispatcher.domain.orders import OrderState
from dispatcher.incidents.remedies import OF_THE_DRIVER, remedies_for
from dispatcher.services.exceptions.known import Case
from dispatcher.services.exceptions.today import again_today, confirmed, other_driver
from dispatcher.services.exceptions.view import Given, Offer

_R = Remedy


def offers_for(case: Case) -> tuple[Offer, ...]:
    """All that fits, the recommended first; what cannot be had stands behind what can."""
    reason = case.reasons.get(case.code)
    fitting = remedies_for(case.incident.kind, case.code, reason.owner if reason else None)
    found = [offer for remedy in fitting for offer in _of(case, remedy)]
    return (*(offer for offer in found if not offer.why_not), *(offer for offer in found if offer.why_not))


def _of(case: Case, remedy: Remedy) -> Iterator[Offer]:
    match remedy:
        case _R.AGAIN_TODAY:
            yield again_today(case)
        case _R.OTHER_DRIVER:
            yield other_driver(case)
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


# --- later, elsewhere, not at all ---------------------------------------------------------------------------------


def _another_day(case: Case) -> Iterator[Offer]:
    if case.order is None or case.order.state is not OrderState.OPEN:
        gone = "The order is not there any more." if case.order is None else "The order was cancelled."
        yield Offer(_R.ANOTHER_DAY, "Another day or slot", why_not=gone)
        return
    if not case.days:
        yield Offer(_R.ANOTHER_DAY, "Another day or slot", why_not="Nobody works in the next three weeks.")
        return
    first, *others = case.days[: 3 if case.spent else 1]
    yield confirmed(case, _on_day(case, first))
    for on in others:
        yield confirmed(case, Offer(_R.ANOTHER_DAY, f"On {day_words(on)}", option=on.isoformat()))
    if not case.spent:
        choices = tuple((on.isoformat(), day_words(on)) for on in case.days)
        yield Offer(_R.ANOTHER_DAY, "Another day or slot", wants=Given.DAY, choices=choices, text=choices[0][0])


def _on_day(case: Case, on: date) -> Offer:
    """In the round of that day that takes it best; in its pool, where none does or none is planned."""
    said, placed = f"On {day_words(on)}", None
    if case.order is not None and case.order.address.place is not None:
        placed = case.on_day(on)
    if placed is None or not placed.good:
        price = "into its pool: no round takes it" if placed else "into its pool"
        return Offer(_R.ANOTHER_DAY, said, price, option=on.isoformat())
    said = f"{said}: {placed.driver}, about {placed.at.astimezone(case.moment.zone):%H:%M}"
    return Offer(
        _R.ANOTHER_DAY, said, placed.price, option=on.isoformat(), to_shift=placed.shift_id, sequence=placed.sequence
    )


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
