"""Carries remedies out. What the logbook keeps is done at once; what changes the plan comes back, to be submitted."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import ShiftId, new_id
from dispatcher.domain.incidents import Incident, IncidentKind, IncidentState, Remedy
from dispatcher.domain.messages import Call
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Address, Place, Precision
from dispatcher.domain.time import after
from dispatcher.incidents.queue import closed, with_entry
from dispatcher.incidents.remedies import OF_THE_DRIVER
from dispatcher.services.exceptions.board import COLLECTED, RETURNED
from dispatcher.services.exceptions.case import require_open
from dispatcher.services.exceptions.chain import correction_record
from dispatcher.services.exceptions.changes import (
    Aim,
    day_and_hours,
    put_address,
    put_aside,
    put_note,
    put_on_day,
    put_today,
    require_worked,
)
from dispatcher.services.exceptions.known import Case
from dispatcher.services.exceptions.offers import day_words
from dispatcher.services.exceptions.view import Offer, Performed, PlanChange
from dispatcher.services.exceptions.words import spoken
from dispatcher.services.logbook import Logbook, LogbookWriter
from dispatcher.services.messages import write_message as write_to_driver
from dispatcher.services.outbox_written import send_again, write_message
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import Reader, UnitOfWork
from dispatcher.services.wishes import decide, judged
from dispatcher.services.workplace import Workplace

_R = Remedy
NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Deed:
    """A remedy about to be carried out."""

    workplace: Workplace
    logbook: Logbook
    case: Case
    offer: Offer
    given: str
    by: str
    outlook: Outlook | None = None

    @property
    def order(self) -> Order:
        """Raises `KnownError` if it is gone."""
        if self.case.order is None:
            raise KnownError("The order is not there any more.", "Close the exception with a note.")
        return self.case.order

    @property
    def aim(self) -> Aim:
        """The order as it stands now: whoever is there first moves it on."""
        return Aim(self.order.id, self.order.attempt, self.case.tried)


def perform(deed: Deed) -> Performed:
    """Carry it out. Raises `BadInput` and `KnownError`, with nothing done."""
    if deed.offer.why_not:
        raise KnownError(f"That cannot be done: {deed.offer.why_not}", "Choose another remedy.")
    return _ACTS[deed.offer.remedy](deed)


def settle(book: LogbookWriter, deed: Deed, incident: Incident) -> None:
    """Write that a change of the plan has settled it."""
    given = f": {deed.given.strip()}" if deed.given.strip() else ""
    text = f"{deed.offer.label}{given}"
    book.put_incident(closed(incident, deed.case.moment.now, deed.by, text, deed.offer.remedy))


# --- the plan -----------------------------------------------------------------------------------------------------


def _again_today(deed: Deed) -> Performed:
    if deed.case.spent:
        spoken(deed.given, "the reason for one more attempt")
    return _into(deed, ShiftId(deed.offer.option), "Deliver again today")


def _other_driver(deed: Deed) -> Performed:
    given = deed.given.strip() or deed.offer.option
    if given not in {value for value, _ in deed.offer.choices}:
        raise BadInput("That driver is not among those who could take it.", "Choose one of the list.")
    return _into(deed, ShiftId(given), "Hand to another driver")


def _into(deed: Deed, shift_id: ShiftId, label: str, address: Address | None = None) -> Performed:
    """Into a round of the day, priced again if it is another than was offered."""
    pricing, offer = deed.case.pricing, deed.offer
    if pricing is None or shift_id not in pricing.day.shifts:
        raise KnownError("That round is not on the road any more.", "Look at the exception anew.")
    sequence, windows = offer.sequence, offer.windows
    if shift_id != offer.option or address is not None or not sequence:
        placed = deed.case.priced(shift_id, address)
        if placed is None or placed.obstacle:
            why = placed.obstacle if placed else "it does not come to the depot any more"
            raise KnownError(f"That round cannot take it: {why}.", "Choose another, or another day.")
        sequence, windows = placed.sequence, placed.windows
    change = partial(put_today, aim=deed.aim, windows=windows, to_shift=shift_id, sequence=sequence, address=address)
    driver = pricing.day.drivers[pricing.day.shifts[shift_id].driver_id].name
    return _planned(deed, label, change, f"{deed.order.number} goes to {driver} today.")


def _another_day(deed: Deed) -> Performed:
    if deed.offer.option:
        on, hours = day_and_hours(deed.offer.option)
        if deed.case.spent:
            spoken(deed.given, "the reason for one more attempt")
    else:
        on, hours = day_and_hours(deed.given)
    today = deed.case.moment.today

    def worked(reader: Reader) -> None:
        require_worked(reader, on, today)
        taken = {(other.sender, other.number) for other in reader.orders_of([on]) if other.id != deed.order.id}
        if (deed.order.sender, deed.order.number) in taken:
            raise BadInput(f"Order {deed.order.number} exists on {day_words(on)} already.", "Choose another day.")

    deed.workplace.store.read(worked)
    if on == deed.order.date and hours is None:
        raise BadInput(f"{day_words(on)} is the day the order has.", "Choose another day, or give the hours.")
    offer = deed.offer
    change = partial(put_on_day, aim=deed.aim, on=on, hours=hours, to_shift=offer.to_shift, sequence=offer.sequence)
    return _planned(deed, f"Deliver on {on:%d %B}", change, f"{deed.order.number} is delivered on {day_words(on)}.")


def _other_address(deed: Deed) -> Performed:
    address = _address(deed)
    label, told = "Deliver to another address", f"{deed.order.number} goes to {address.text}."
    shift_id = deed.case.incident.shift_id
    if deed.case.tried and shift_id is not None and deed.case.has_goods(shift_id):
        placed = deed.case.priced(shift_id, address)
        if placed is not None and placed.good:
            return _into(deed, shift_id, label, address)
    pool = " It waits in the pool." if deed.case.tried else ""
    return _planned(deed, label, partial(put_address, aim=deed.aim, address=address), told + pool)


def _address(deed: Deed) -> Address:
    """What was given as an address: a place, or words that the index finds."""
    given, before = " ".join(deed.given.split()), deed.order.address
    if not given:
        raise BadInput("There is no address.", "Type it, or choose one of the list.")
    if (place := _place(given)) is not None:
        chosen = dict(deed.offer.choices).get(given, "")
        return replace(before, place=place, precision=Precision.PIN, matched=chosen or before.matched)
    asked = Address(given, city="" if "," in given else before.city, country=before.country)
    found = deed.case.geocoder.find(asked, limit=1) if deed.case.geocoder else ()
    if not found or found[0].precision < Precision.STREET:
        raise BadInput(f"“{given[:80]}” was not found.", "Write street, number and town, or give “lat, lon”.")
    best = found[0]
    return replace(asked, place=best.place, precision=best.precision, matched=best.label)


def _place(given: str) -> Place | None:
    lat, comma, lon = given.partition(",")
    try:
        return Place(float(lat), float(lon)) if comma else None
    except ValueError:
        return None


def _put_aside(deed: Deed) -> Performed:
    collected = deed.offer.remedy is _R.COLLECT
    mark = f"{COLLECTED if collected else RETURNED}: {deed.by}, {deed.case.moment.today:%d %B %Y}"
    label = "Customer collects at the depot" if collected else "Return to sender"
    told = f"{deed.order.number} is off the plan; its goods wait in the cage."
    return _planned(deed, label, partial(put_aside, aim=deed.aim, mark=mark), told)


def _refund(deed: Deed) -> Performed:
    text = spoken(deed.given, "the refund")
    mark = f"Refund: {text} ({deed.by}, {deed.case.moment.today:%d %B %Y})"
    told = f"The refund is noted with {deed.order.number}."
    return _planned(deed, "Note a refund", partial(put_note, order_id=deed.order.id, mark=mark), told)


def _planned(deed: Deed, label: str, change: Callable[[UnitOfWork], object], told: str) -> Performed:
    why = f"{deed.case.incident.kind.value}: {deed.case.incident.what}"
    return Performed(PlanChange(f"{label}: {deed.order.number}", change, why), told)


# --- people -------------------------------------------------------------------------------------------------------


def _call(deed: Deed) -> Performed:
    said = deed.given.strip()
    reached = bool(said) and not said.casefold().startswith(NOT_REACHED)
    text = spoken(said, "what was said") if said else NOT_REACHED
    order, now, number = deed.case.order, deed.case.moment.now, deed.offer.text

    def keep(book: LogbookWriter, incident: Incident) -> Incident:
        if order is not None and incident.kind not in OF_THE_DRIVER:
            book.put_call(Call(new_id(), order.id, now, deed.by, number, text, reached))
        owned = incident if incident.owner else replace(incident, owner=deed.by)
        return with_entry(owned, now, deed.by, f"Called {number}: {text}", _R.CALL)

    _write(deed, keep)
    return Performed(None, "The call is noted." if reached else "It is noted that nobody was reached.")


def _message(deed: Deed) -> Performed:
    text = spoken(deed.given or deed.offer.text, "the message")
    driver, now = deed.case.driver, deed.case.moment.now
    if deed.case.incident.kind in OF_THE_DRIVER or deed.case.incident.order_id is None:
        if driver is None:
            raise KnownError("Nobody knows to whom.", "Close the exception with a note.")
        write_to_driver(deed.logbook, driver.id, text, now)
        _write(deed, lambda _book, i: _waiting(deed, i, f"Wrote to {driver.name}: {text}"))
        return Performed(None, f"The message goes to {driver.name}.")
    order, depot = deed.order, deed.workplace.depot

    def keep(book: LogbookWriter, incident: Incident) -> Incident:
        message = write_message(book, depot, order, text, by=deed.by, now=now)
        if incident.kind is IncidentKind.REPLY:
            see_reply(book, incident, deed.by, now)
            return closed(incident, now, deed.by, f"Answered: {text}", _R.MESSAGE)
        return _waiting(deed, incident, f"Wrote to {message.to}: {text}")

    _write(deed, keep)
    return Performed(None, "The message waits to be sent.")


def _waiting(deed: Deed, incident: Incident, text: str) -> Incident:
    """Somebody else has to answer; due anew from now on."""
    now = deed.case.moment.now
    due_at = after(now, deed.case.moment.policy.incidents.rule(incident.kind).due_s)
    waits = replace(incident, state=IncidentState.WAITING, due_at=due_at, owner=incident.owner or deed.by)
    return with_entry(waits, now, deed.by, text, deed.offer.remedy)


def _change_reason(deed: Deed) -> Performed:
    reason, attempt = deed.case.reasons.get(deed.given.strip()), deed.case.attempt
    if reason is None:
        raise BadInput(f"“{deed.given[:40]}” is not on the depot's list of failure reasons.", "Choose one of it.")
    if attempt is None:
        raise KnownError("The driver took the attempt back meanwhile.", "Look at the queue anew.")
    now, on = deed.case.moment.now, deed.case.incident.on

    def keep(book: LogbookWriter, incident: Incident) -> Incident:
        record = correction_record(book.head(), attempt, on, reason.code, by=deed.by, note="", at=now)
        book.put_record(record)
        return with_entry(incident, now, deed.by, f"The reason is: {reason.label}.", _R.CHANGE_REASON)

    _write(deed, keep)
    return Performed(None, f"The failure reason is “{reason.label}” now.")


# --- what lies on the desk ----------------------------------------------------------------------------------------


def _grant(deed: Deed) -> Performed:
    if deed.case.wish is None or deed.outlook is None:
        raise KnownError("The wish is gone, or the day is still being read.", "Look at the exception anew.")
    found = judged(deed.workplace, deed.outlook, deed.case.wish, now=deed.case.moment.now)
    if found.change is None:
        raise KnownError(f"The wish cannot be granted: {found.why_not}", "Decline it, or call the customer.")
    return _planned(deed, "Grant a wish", found.change, f"{found.what}: granted. {found.afterwards}".strip())


def grant(deed: Deed) -> None:
    """The plan has what was wished; so does the wish know."""
    now, answer = deed.case.moment.now, deed.given.strip()
    decide(deed.logbook, deed.case.incident.about, granted=True, answer=answer, by=deed.by, now=now)


def _decline(deed: Deed) -> Performed:
    text, now = spoken(deed.given or deed.offer.text, "the answer"), deed.case.moment.now
    decide(deed.logbook, deed.case.incident.about, granted=False, answer=text, by=deed.by, now=now)
    _write(deed, lambda _book, i: closed(i, now, deed.by, f"Declined: {text}", _R.DECLINE))
    return Performed(None, "The wish is declined.")


def _send_again(deed: Deed) -> Performed:
    depot, now = deed.workplace.depot, deed.case.moment.now

    def keep(book: LogbookWriter, incident: Incident) -> Incident:
        message = send_again(book, depot, incident.about, deed.case.order, by=deed.by, now=now)
        return _waiting(deed, incident, f"To be sent again to {message.to}.")

    _write(deed, keep)
    return Performed(None, "The message waits to be sent again.")


def _close(deed: Deed) -> Performed:
    text, now = spoken(deed.given, "the note"), deed.case.moment.now

    def keep(book: LogbookWriter, incident: Incident) -> Incident:
        see_reply(book, incident, deed.by, now)
        return closed(incident, now, deed.by, text, _R.CLOSE)

    _write(deed, keep)
    return Performed(None, "Closed.")


def see_reply(book: LogbookWriter, incident: Incident, by: str, now: datetime) -> None:
    """A reply that was seen to counts as read."""
    if incident.kind is IncidentKind.REPLY:
        for reply in book.replies(unseen=True):
            if reply.id == incident.about:
                book.put_reply(replace(reply, seen_at=now, seen_by=by))


def _write(deed: Deed, change: Callable[[LogbookWriter, Incident], Incident]) -> None:
    """In one transaction, on the exception as it is now."""

    def keep(book: LogbookWriter) -> None:
        incident = require_open(book.incident(deed.case.incident.id))
        book.put_incident(change(book, incident))

    deed.logbook.write(keep)


_ACTS: dict[Remedy, Callable[[Deed], Performed]] = {
    _R.CALL: _call,
    _R.MESSAGE: _message,
    _R.AGAIN_TODAY: _again_today,
    _R.ANOTHER_DAY: _another_day,
    _R.OTHER_ADDRESS: _other_address,
    _R.OTHER_DRIVER: _other_driver,
    _R.COLLECT: _put_aside,
    _R.RETURN: _put_aside,
    _R.REFUND: _refund,
    _R.CHANGE_REASON: _change_reason,
    _R.GRANT: _grant,
    _R.DECLINE: _decline,
    _R.SEND_AGAIN: _send_again,
    _R.CLOSE: _close,
}
