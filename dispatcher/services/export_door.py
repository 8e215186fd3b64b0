"""What an order asks for at the door, and what happened there, in the words of an export."""

from datetime import datetime, timedelta
from typing import Any

from dispatcher.domain.orders import Order
from dispatcher.domain.proof import Attempt, FailureReason, Need, Outcome


def proofs_text(order: Order) -> str:
    """The proofs an order wants otherwise than the depot, as an import reads them: "signature required; photo off"."""
    return "; ".join(f"{kind.value} {need.value}" for kind, need in order.asked.needs.items())


def done_at(attempt: Attempt) -> datetime:
    """When it was done, by the gateway's clock."""
    return attempt.at - timedelta(seconds=attempt.skew_s)


def asked_words(order: Order, currency: str) -> list[str]:
    """For people: the cash that is due, and the proofs that are required or not wanted."""
    due = order.asked.cash_due
    proofs = [f"{kind.value} {need.value}" for kind, need in order.asked.needs.items() if need is not Need.OPTIONAL]
    return [f"Cash due: {amount(due)} {currency}" if due else "", _sentence(", ".join(proofs))]


def happened_words(attempt: Attempt, failure: FailureReason | None, clock: str, currency: str) -> str:
    """For people: "Delivered at 10:42, neighbour: Virtanen, 12.50 EUR taken"; "Failed at 10:42: Nobody there"."""
    told = f"{_sentence(attempt.outcome.value)} at {clock}"
    if attempt.outcome is Outcome.FAILED:
        return f"{told}: {failure.label if failure else attempt.reason or 'no reason given'}"
    to = ": ".join(part for part in (attempt.handover.value if attempt.handover else "", attempt.name) if part)
    told_of_cash = attempt.cash is not None and (attempt.cash or attempt.cash_due)
    cash = f"{amount(attempt.cash or 0)} {currency} taken" if told_of_cash else ""
    return ", ".join(part for part in (told, to, cash) if part)


def happened(attempt: Attempt | None, failure: FailureReason | None, at: str) -> dict[str, Any] | None:
    """For programs; `at` is when it was done. `None` if nobody was there."""
    if attempt is None:
        return None
    return {
        "attempt": attempt.number,
        "outcome": attempt.outcome.value,
        "at": at,
        "reason": attempt.reason or None,
        "reason_label": failure.label if failure else None,
        "reason_x12_1651": (failure.x12 if failure else "") or None,
        "reason_edifact_9013": (failure.edifact if failure else "") or None,
        "handed_to": attempt.handover.value if attempt.handover else None,
        "received_by": attempt.name,
        "cash": attempt.cash,
        "note": attempt.note,
        "photos": len(attempt.photos),
        "signed": attempt.ink is not None,
        "code": attempt.code.value,
        "missing": [kind.value for kind in attempt.missing],
    }


def amount(minor_units: int) -> str:
    """Two decimals, as it is read again."""
    return f"{minor_units / 100:.2f}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
