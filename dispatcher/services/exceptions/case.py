"""What the remedies of one exception depend on: the order, its attempt, its goods, the day on the road."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial

from dispatcher.domain.customers import Wish
from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Driver, Shift
from dispatcher.domain.incidents import CagedGoods, Incident, IncidentKind
from dispatcher.domain.orders import Order
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt
from dispatcher.services.driving import progress_of
from dispatcher.services.exceptions.chain import Chains
from dispatcher.services.exceptions.changes import working_days
from dispatcher.services.exceptions.facts import Moment, moment_of
from dispatcher.services.exceptions.known import Case
from dispatcher.services.liveday import LiveDay
from dispatcher.services.logbook import Logbook, LogbookReader
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import Reader
from dispatcher.services.tenures import OVERTIME
from dispatcher.services.wishes import judged
from dispatcher.services.workplace import Workplace

DAYS_OFFERED = 5
_TODAY = frozenset(
    {
        IncidentKind.FAILED,
        IncidentKind.NOT_ATTEMPTED,
        IncidentKind.REFUSED,
        IncidentKind.DAMAGED,
        IncidentKind.UNTOUCHED,
        IncidentKind.LATE,
        IncidentKind.AT_RISK,
        IncidentKind.ADDRESS,
    }
)
"""What may be seen to on the rounds of the day."""


@dataclass(frozen=True, slots=True)
class _Booked:
    """What the logbook knows of it."""

    attempt: Attempt | None
    code: str
    goods: tuple[CagedGoods, ...]
    no_attempts: int
    round_over: bool
    wish: Wish | None


def case_of(
    workplace: Workplace,
    logbook: Logbook,
    incident: Incident,
    outlook: Outlook | None,
    live: LiveDay | None,
    now: datetime,
) -> Case:
    """The exception as it stands. Worker; reads the day on the road unless it is shown."""
    moment = moment_of(workplace.store, now)
    booked = logbook.read(partial(_booked, incident=incident, moment=moment))
    order, shift, driver, days = workplace.store.read(partial(_planned, incident=incident, moment=moment))
    day = _day(workplace, incident, order, moment, outlook)
    case = Case(
        incident=incident,
        moment=moment,
        order=order,
        attempt=booked.attempt,
        code=booked.code,
        shift=shift,
        driver=driver,
        round_over=booked.round_over,
        goods=booked.goods,
        no_attempts=booked.no_attempts,
        days=tuple(days),
        day=day,
        live=live if live is not None and day is not None and live.date == day.date else None,
        roads=workplace.roads,
        geocoder=workplace.geocoder,
        read_day=lambda on: workplace.store.read(lambda reader: reader.day(on)),
        wish=booked.wish,
    )
    return _with_wish(workplace, case, outlook)


def _with_wish(workplace: Workplace, case: Case, outlook: Outlook | None) -> Case:
    if case.wish is None:
        return case
    if outlook is None:
        return replace(case, wish_why_not="The day is still being read.")
    found = judged(workplace, outlook, case.wish, now=case.moment.now)
    return replace(case, wish_verdict=found.verdict, wish_why_not=found.why_not)


def _booked(book: LogbookReader, *, incident: Incident, moment: Moment) -> _Booked:
    order_id, attempt, code = incident.order_id, None, ""
    if order_id is not None:
        chain = Chains().read_on(book, [incident.on])[incident.on]
        attempt = next((a for a in chain.attempts.values() if a.key == incident.about), None)
        attempt = attempt or chain.latest().get(order_id)
        code = chain.reason(attempt) if attempt else ""
    goods = tuple(book.goods_of(order_id)) if order_id is not None else ()
    others = book.incidents_of(order_id) if order_id is not None else ()
    vain = sum(1 for other in others if other.kind is IncidentKind.NOT_ATTEMPTED)
    wish = book.wish(incident.about) if incident.kind is IncidentKind.WISH else None
    return _Booked(attempt, code, goods, vain, _is_over(book, incident, moment), wish)


def _is_over(book: LogbookReader, incident: Incident, moment: Moment) -> bool:
    if incident.shift_id is None:
        return False
    sent = book.round(incident.shift_id)
    if sent is None:
        return False
    progress = progress_of(book, [incident.shift_id])[incident.shift_id]
    return progress.ended_at is not None or moment.now >= sent.ends_at + OVERTIME


def _planned(
    reader: Reader, *, incident: Incident, moment: Moment
) -> tuple[Order | None, Shift | None, Driver | None, Sequence[date]]:
    order = reader.order(incident.order_id) if incident.order_id else None
    shift = next((s for s in reader.shifts_of(incident.on) if s.id == incident.shift_id), None)
    driver_id = incident.driver_id or (shift.driver_id if shift else None)
    driver = next((d for d in reader.drivers() if d.id == driver_id), None)
    if order is None:
        return order, shift, driver, ()
    ahead = working_days(reader, max(order.date, moment.today), DAYS_OFFERED)
    return order, shift, driver, _free(reader, order, ahead)


def _free(reader: Reader, order: Order, days: Iterable[date]) -> Sequence[date]:
    """Those that have no order of the same number."""
    names = {on: {(o.sender, o.number) for o in reader.orders_of([on])} for on in days}
    return [on for on, taken in names.items() if (order.sender, order.number) not in taken]


def _day(
    workplace: Workplace, incident: Incident, order: Order | None, moment: Moment, outlook: Outlook | None
) -> Day | None:
    """The day on the road, if the order is of it and could be brought on it."""
    if order is None or incident.kind not in _TODAY or order.date != moment.on_road:
        return None
    if outlook is not None and outlook.day.date == order.date and order.id in outlook.day.orders:
        return outlook.day
    return workplace.store.read(lambda reader: reader.day(order.date))


def require_open(incident: Incident | None) -> Incident:
    """Raises `KnownError` for one that is gone, or that somebody has settled."""
    if incident is None:
        raise KnownError("That exception is not there any more.", "Look at the queue anew.")
    if not incident.open:
        last = next((e for e in reversed(incident.entries)), None)
        by = f" by {last.by}" if last and last.by else " by itself"
        how = f" ({incident.settled_by.value})" if incident.settled_by else ""
        raise KnownError(f"That exception was settled{by}{how} meanwhile.", "Reopen it, if that was not enough.")
    return incident
