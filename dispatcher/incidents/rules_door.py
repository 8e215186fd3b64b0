"""What happened at doors: attempts that did not end as planned, cash that is short, proofs that were rejected."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dispatcher.domain.incidents import IncidentKind
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.proof import Attempt, FailureReason, LineResult, Outcome, Owner
from dispatcher.domain.review import Review
from dispatcher.incidents.wanted import Wanted

REFUSED = "REFUSED"
"""Code of the reason that has a kind of its own."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt that stands, with what the rules ask of it."""

    attempt: Attempt
    on: date
    """Of its round."""
    order: Order | None
    """As it is now; `None` if it is gone."""
    reason: str = ""
    """Code of the failure reason, as the depot corrected it."""
    rejected: Review | None = None
    """The review that stands, if it rejects the proof."""

    @property
    def at(self) -> datetime:
        """When it happened, by the gateway's clock."""
        return self.attempt.at - timedelta(seconds=self.attempt.skew_s)

    @property
    def pending(self) -> bool:
        """Whether the plan still has the order as this attempt left it: neither tried again nor cancelled."""
        order = self.order
        return order is None or (order.state is OrderState.OPEN and order.attempt <= self.attempt.number)


def door_rules(tries: Iterable[Tried], reasons: Mapping[str, FailureReason]) -> Iterator[Wanted]:
    """Everything that the attempts want."""
    for tried in tries:
        kind = kind_of(tried, reasons)
        if kind is not None and tried.pending:
            yield _wanted(tried, kind, what_of(tried, reasons))
        if short := cash_short(tried.attempt):
            yield _wanted(tried, IncidentKind.CASH_SHORT, short)
        if review := tried.rejected:
            what = f"{review.by} rejected the proof: {review.note or 'no reason given'}"
            yield _wanted(tried, IncidentKind.PROOF_REJECTED, what, review.at)


def kind_of(tried: Tried, reasons: Mapping[str, FailureReason]) -> IncidentKind | None:
    """Which kind an attempt's outcome is; `None` for a delivery."""
    attempt = tried.attempt
    if attempt.outcome is Outcome.DELIVERED:
        return None
    if attempt.outcome is Outcome.PARTLY:
        damaged = any(_owner(line.reason, reasons) is Owner.GOODS for line in attempt.lines)
        return IncidentKind.DAMAGED if damaged else IncidentKind.PARTLY
    if tried.reason == REFUSED:
        return IncidentKind.REFUSED
    reason = reasons.get(tried.reason)
    if reason is not None and not reason.attempt:
        return IncidentKind.NOT_ATTEMPTED
    return IncidentKind.DAMAGED if _owner(tried.reason, reasons) is Owner.GOODS else IncidentKind.FAILED


def what_of(tried: Tried, reasons: Mapping[str, FailureReason]) -> str:
    """The outcome in a sentence."""
    attempt = tried.attempt
    said = f" “{attempt.note}”" if attempt.note else ""
    if attempt.outcome is Outcome.PARTLY:
        return f"Only a part was taken{_lines(tried, reasons)}.{said}"
    counts = kind_of(tried, reasons) is not IncidentKind.NOT_ATTEMPTED
    which = f" (attempt {attempt.number})" if counts else " (no attempt)"
    return f"{label_of(tried.reason, reasons)}{which}.{said}"


def label_of(code: str, reasons: Mapping[str, FailureReason]) -> str:
    """What a reason is called; a code that is not on the list any more stands for itself."""
    reason = reasons.get(code)
    return reason.label if reason else (code or "No reason given")


def cash_short(attempt: Attempt) -> str:
    """What is short of the cash that was due, in words; empty if nothing is."""
    if attempt.outcome is Outcome.FAILED or not attempt.cash_due or (attempt.cash or 0) >= attempt.cash_due:
        return ""
    taken = "nothing" if not attempt.cash else f"{attempt.cash / 100:,.2f}"
    return f"{attempt.cash_due / 100:,.2f} was due in cash, {taken} was taken."


def _lines(tried: Tried, reasons: Mapping[str, FailureReason]) -> str:
    words = [text for line in tried.attempt.lines if (text := _line(line, tried.order, reasons))]
    return f": {'; '.join(words)}" if words else ""


def _line(line: LineResult, order: Order | None, reasons: Mapping[str, FailureReason]) -> str:
    ordered = order.lines[line.line] if order and line.line < len(order.lines) else None
    if ordered is not None and line.quantity >= ordered.quantity and not line.reason:
        return ""
    name = ordered.name if ordered else f"article {line.line + 1}"
    of = f"{line.quantity:g} of {ordered.quantity:g}" if ordered else f"{line.quantity:g}"
    why = f", {label_of(line.reason, reasons).lower()}" if line.reason else ""
    return f"{name} {of}{why}"


def _owner(code: str, reasons: Mapping[str, FailureReason]) -> Owner | None:
    reason = reasons.get(code)
    return reason.owner if reason else None


def _wanted(tried: Tried, kind: IncidentKind, what: str, since: datetime | None = None) -> Wanted:
    attempt = tried.attempt
    return Wanted(
        kind=kind,
        on=tried.on,
        about=attempt.key,
        what=what,
        since=since or tried.at,
        known_at=since or attempt.received_at,
        order_id=attempt.order_id,
        shift_id=attempt.shift_id,
        driver_id=attempt.driver_id,
    )
