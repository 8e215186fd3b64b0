"""The queue as it should be: raises what rules want, lets pass what they do not, reopens, makes what waits graver.

Only what is other than before comes out: asked again with the same facts, nothing does.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from dispatcher.domain.ids import new_id
from dispatcher.domain.incidents import (
    Incident,
    IncidentEntry,
    IncidentKind,
    IncidentPolicy,
    IncidentState,
    Remedy,
    Severity,
)
from dispatcher.incidents.wanted import ATTEMPTED, LIVE, PLANNED, Sight, Wanted

FLICKER = timedelta(minutes=5)
"""What comes again so soon after it passed had not passed."""
RUNNING = frozenset({IncidentKind.SILENT, IncidentKind.OFF_ROUTE})
"""What is said of these is another every moment; of all others it is told as it is now."""
STEP = 10
"""From one severity to the next."""
PLAN_REMEDIES = frozenset(
    {
        Remedy.AGAIN_TODAY,
        Remedy.ANOTHER_DAY,
        Remedy.OTHER_ADDRESS,
        Remedy.OTHER_DRIVER,
        Remedy.COLLECT,
        Remedy.RETURN,
        Remedy.GRANT,
    }
)
"""What changes the plan, so that it can be undone with it."""


def reconciled(
    known: Iterable[Incident],
    wanted: Iterable[Wanted],
    sight: Sight,
    policy: IncidentPolicy,
    *,
    now: datetime,
    raise_from: date,
) -> list[Incident]:
    """The incidents that are other than `known`, as they should be.

    Nothing new is raised of dates before `raise_from`: a depot that switches this on is not told of its past.
    """
    by_key = {(i.kind, i.on, i.about): i for i in known}
    by_attempt = {(i.on, i.about): i for i in by_key.values() if i.kind in ATTEMPTED and i.open}
    changed: dict[str, Incident] = {}
    there: set[str] = set()
    for want in _once(wanted):
        if not policy.rule(want.kind).on:
            continue
        before = by_key.get(want.key)
        if before is None and want.kind in ATTEMPTED:
            before = by_attempt.get((want.on, want.about))
        if before is None and want.on < raise_from:
            continue
        after = _still_so(before, want, policy, now) if before else _raised(want, policy)
        there.add(after.id)
        if after != before:
            changed[after.id] = after
    for incident in by_key.values():
        if incident.open and incident.id not in there:
            after = _passed(incident, policy, now) if _gone(incident, sight, policy) else incident
            if after != incident:
                changed[incident.id] = after
    for incident in [*(i for i in by_key.values() if i.id not in changed), *changed.values()]:
        after = escalated(incident, policy, now)
        if after is not incident:
            changed[incident.id] = after
    return list(changed.values())


def _once(wanted: Iterable[Wanted]) -> Iterable[Wanted]:
    """What is said twice of the same thing once, as it was said last: an attempt has one outcome, whoever sends it."""
    return {(want.kind in ATTEMPTED or want.kind, want.on, want.about): want for want in wanted}.values()


def with_entry(incident: Incident, at: datetime, by: str, text: str, remedy: Remedy | None = None) -> Incident:
    """With one more line of history."""
    return replace(incident, entries=(*incident.entries, IncidentEntry(at, by, text, remedy)))


def reopened(incident: Incident, policy: IncidentPolicy, now: datetime, by: str, text: str) -> Incident:
    """Open again, as grave as at first and due anew; the owner stays."""
    rule = policy.rule(incident.kind)
    fresh = replace(
        incident,
        state=IncidentState.OPEN,
        closed_at=None,
        settled_by=None,
        severity=rule.severity,
        escalated=0,
        due_at=now + timedelta(seconds=rule.due_s),
    )
    return with_entry(fresh, now, by, text)


def closed(incident: Incident, now: datetime, by: str, text: str, remedy: Remedy | None) -> Incident:
    """Settled by this remedy, or passed by itself."""
    done = replace(incident, state=IncidentState.CLOSED, closed_at=now, settled_by=remedy)
    return with_entry(done, now, by, text, remedy)


def escalated(incident: Incident, policy: IncidentPolicy, now: datetime) -> Incident:
    """Graver by one for every `escalate_s` that it is past due; what waits for somebody else, too, is due."""
    every = policy.rule(incident.kind).escalate_s
    if not incident.open or every is None or now < incident.due_at:
        return incident
    base = incident.severity - STEP * incident.escalated
    most = max(0, (Severity.CRITICAL - base) // STEP)
    times = min(most, int((now - incident.due_at).total_seconds() // max(1, every)))
    if times <= incident.escalated:
        return incident
    severity = Severity(min(Severity.CRITICAL, base + STEP * times))
    graver = replace(incident, severity=severity, escalated=times)
    return with_entry(graver, now, "", f"Not settled in time: {severity.name.lower()} now.")


def _raised(want: Wanted, policy: IncidentPolicy) -> Incident:
    rule = policy.rule(want.kind)
    known_at = max(want.since, want.known_at or want.since)
    raised = Incident(
        id=new_id(),
        kind=want.kind,
        on=want.on,
        about=want.about,
        what=want.what,
        since=want.since,
        due_at=known_at + timedelta(seconds=rule.due_s),
        severity=rule.severity,
        order_id=want.order_id,
        shift_id=want.shift_id,
        driver_id=want.driver_id,
    )
    return with_entry(raised, known_at, "", want.what)


def _still_so(incident: Incident, want: Wanted, policy: IncidentPolicy, now: datetime) -> Incident:
    if incident.kind is not want.kind:
        other = replace(incident, kind=want.kind, what=want.what)
        return with_entry(other, now, "", f"Is “{want.kind.value}” now: {want.what}")
    if incident.open:
        return incident if incident.kind in RUNNING else replace(incident, what=want.what)
    if incident.settled_by is None:
        return _come_again(incident, policy, now)
    if incident.settled_by in PLAN_REMEDIES and incident.kind in PLANNED:
        return reopened(incident, policy, now, "", f"What settled it was taken back: {incident.settled_by.value}.")
    return incident


def _come_again(incident: Incident, policy: IncidentPolicy, now: datetime) -> Incident:
    if incident.closed_at and now - incident.closed_at < FLICKER and incident.kind in LIVE:
        return replace(incident, state=IncidentState.OPEN, closed_at=None, entries=incident.entries[:-1])
    return reopened(incident, policy, now, "", "It is so again.")


def _gone(incident: Incident, sight: Sight, policy: IncidentPolicy) -> bool:
    return sight.sees(incident) or not policy.rule(incident.kind).on


def _passed(incident: Incident, policy: IncidentPolicy, now: datetime) -> Incident:
    text = _PASSED.get(incident.kind, "It is no longer so.")
    if not policy.rule(incident.kind).on:
        text = "Its rule was switched off."
    return closed(incident, now, "", text, None)


_ATTEMPT_GONE = "The driver took it back, or the order is tried again, cancelled or erased by now."
_PASSED = {
    **dict.fromkeys(ATTEMPTED, _ATTEMPT_GONE),
    IncidentKind.LATE: "No longer expected late, or over.",
    IncidentKind.AT_RISK: "No longer at risk, or over.",
    IncidentKind.OFF_ROUTE: "Back on the way.",
    IncidentKind.SILENT: "Heard again, or the round is over.",
    IncidentKind.ADDRESS: "The place is known now, or the order is gone.",
    IncidentKind.MISSING_LOADING: "It was found, brought, or taken off the round.",
    IncidentKind.UNTOUCHED: "Somebody was there, or it is planned otherwise by now.",
    IncidentKind.NOT_BACK: "The goods are in the cage, or went elsewhere.",
    IncidentKind.PROOF_REJECTED: "The proof was accepted by a later review, or taken back.",
    IncidentKind.UNDELIVERABLE: "It went out after all, or is not to go out any more.",
    IncidentKind.REPLY: "Somebody has read it.",
    IncidentKind.WISH: "It was decided on, or overtaken by another.",
}


def ordered(incidents: Iterable[Incident], now: datetime) -> list[Incident]:
    """As they are worked off: open ones by severity, overdue before others, then by when they are due."""

    def rank(incident: Incident) -> tuple[bool, int, bool, datetime, str]:
        due = incident.due_at if incident.open else incident.closed_at or incident.due_at
        return not incident.open, -incident.severity, now < incident.due_at, due, incident.id

    return sorted(incidents, key=rank)
