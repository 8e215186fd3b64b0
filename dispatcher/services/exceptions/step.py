"""One look at everything, and what follows from it for queue and cage: worked out first, written only if it is news."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.incidents import CagedGoods, Incident, IncidentKind, IncidentState, Remedy
from dispatcher.incidents.queue import closed, reconciled, with_entry
from dispatcher.incidents.wanted import Sight, Wanted
from dispatcher.services.exceptions.cage import cage_changes
from dispatcher.services.exceptions.changes import PlanDay, Retried, put_next_day, working_days
from dispatcher.services.exceptions.facts import TROUBLED, Facts, Moment, moment_of
from dispatcher.services.exceptions.rules import sight_of, wanted_of
from dispatcher.services.exceptions.view import PlanChange
from dispatcher.services.liveday import LiveDay
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.ports import Clock, Reader, Store

NEXT_DAY = "Try again next day"
_CAN_RETRY = IncidentKind.FAILED


@dataclass(frozen=True, slots=True)
class _Found:
    """What one look led to."""

    moment: Moment
    wanted: Sequence[Wanted]
    sight: Sight
    goods: Sequence[CagedGoods]
    incidents: Sequence[Incident]


@dataclass(slots=True)
class Watcher:
    """Keeps the queue and the cage as they should be. One thread at a time."""

    logbook: Logbook
    store: Store
    clock: Clock
    facts: Facts

    def step(self, live: LiveDay | None) -> bool:
        """Whether anything is other than before."""
        found = self.logbook.read(lambda book: self._look(book, live))
        if not found.goods and not found.incidents:
            return False

        def write(book: LogbookWriter) -> bool:
            # on what people have done to them since the look
            for piece in found.goods:
                book.put_goods(piece)
            changed = _changed(book, found.wanted, found.sight, found.moment)
            for incident in changed:
                book.put_incident(incident)
            return bool(changed or found.goods)

        return self.logbook.write(write)

    def _look(self, book: LogbookReader, live: LiveDay | None) -> _Found:
        moment = moment_of(self.store, self.clock())
        seen = self.facts.look(book, book.incidents(open_only=True), live, moment)
        goods = cage_changes(seen, book)
        lying = {(p.order_id, p.piece, p.on): p for p in (*seen.goods, *goods)}
        wanted, sight = wanted_of(seen, lying.values()), sight_of(seen)
        return _Found(moment, wanted, sight, goods, _changed(book, wanted, sight, moment))

    def retries(self, over: frozenset[ShiftId]) -> PlanChange | None:
        """What is to be tried again the next working day by itself; what comes of it is for `retried`.

        `over` are the shifts whose rounds are over: until then somebody may still send the driver back.
        """
        moment = moment_of(self.store, self.clock())
        policy = moment.policy.incidents
        if not policy.retry_next_day:
            return None
        opened = self.logbook.read(lambda book: book.incidents(open_only=True))
        some = [i for i in opened if i.kind is _CAN_RETRY and i.shift_id in over and not _was_retried(i)]
        goals = self.store.read(lambda reader: _goals(reader, some, moment)) if some else ()
        if not goals:
            return None
        why = f"{len(goals)} failed {'attempt' if len(goals) == 1 else 'attempts'} below the depot's limit"
        return PlanChange(NEXT_DAY, lambda uow: put_next_day(uow, goals), why)

    def retried(self, results: Iterable[Retried]) -> None:
        """Note with each what became of it: it is tried by itself once, though that be undone."""
        now = self.clock()

        def note(book: LogbookWriter) -> None:
            for result in results:
                incident = book.incident(result.incident_id)
                if incident is None or not (incident.open or incident.settled_by is None):
                    continue
                how = closed if result.done else with_entry
                book.put_incident(how(incident, now, "", result.told, Remedy.ANOTHER_DAY))

        self.logbook.write(note)


def _changed(book: LogbookReader, wanted: Sequence[Wanted], sight: Sight, moment: Moment) -> list[Incident]:
    dates = {want.on for want in wanted if want.on >= moment.raise_from - timedelta(days=1)}
    known = {incident.id: incident for incident in book.incidents(open_only=True)}
    dates |= {incident.on for incident in known.values()}
    for on in dates:
        known |= {incident.id: incident for incident in book.incidents(on)}
    policy = moment.policy.incidents
    changed = reconciled(known.values(), wanted, sight, policy, now=moment.now, raise_from=moment.raise_from)
    fresh = {**known, **{incident.id: incident for incident in changed}}
    answered = _answered(book, fresh.values(), moment.now)
    return list({incident.id: incident for incident in (*changed, *answered)}.values())


def _answered(book: LogbookReader, incidents: Iterable[Incident], now: datetime) -> list[Incident]:
    """Those that waited for a customer who has written back since, or for a message that did not go out again."""
    found = []
    for incident in incidents:
        if incident.state is not IncidentState.WAITING or incident.order_id is None:
            continue
        if incident.kind is IncidentKind.UNDELIVERABLE:
            message = book.message(incident.about)
            if message is not None and message.state in TROUBLED:
                found.append(with_entry(replace(incident, state=IncidentState.OPEN), now, "", incident.what))
            continue
        asked_at = max((e.at for e in incident.entries if e.remedy is Remedy.MESSAGE), default=None)
        replies = book.replies_of(incident.order_id) if asked_at else ()
        answer = next((reply for reply in replies if asked_at and reply.at > asked_at), None)
        if answer is not None:
            opened = replace(incident, state=IncidentState.OPEN)
            found.append(with_entry(opened, answer.at, "", f"The customer answered: {answer.text}"))
    return found


def _was_retried(incident: Incident) -> bool:
    """Once by itself, or opened again by somebody: then it is for a person."""
    return any(entry.remedy is not None for entry in incident.entries)


def _goals(reader: Reader, incidents: Sequence[Incident], moment: Moment) -> Sequence[PlanDay]:
    """Where each failed attempt goes, of those that may."""
    orders = {o.id: o for o in reader.orders([i.order_id for i in incidents if i.order_id])}
    found: list[PlanDay] = []
    for incident in incidents:
        order = orders.get(incident.order_id) if incident.order_id else None
        if order is None or order.date > incident.on or order.attempt >= moment.policy.incidents.most_attempts:
            continue
        for on in working_days(reader, max(order.date, moment.today), 1):
            if all((o.sender, o.number) != (order.sender, order.number) for o in reader.orders_of([on])):
                found.append(PlanDay(incident.id, order.id, order.attempt, on))
    return found
