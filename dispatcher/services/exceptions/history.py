"""All that happened to one order, in lines for people: attempts, messages, calls, wishes, exceptions, goods."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dispatcher.domain.customers import Wish
from dispatcher.domain.ids import DriverId, OrderId
from dispatcher.domain.incidents import CagedGoods, Incident
from dispatcher.domain.messages import Call, Message
from dispatcher.domain.proof import FailureReason, Outcome
from dispatcher.incidents.rules_desk import wish_words
from dispatcher.incidents.rules_door import label_of
from dispatcher.services.exceptions.chain import Chains, DayChain
from dispatcher.services.exceptions.view import HistoryLine
from dispatcher.services.logbook import LogbookReader

CUSTOMER, NOT_REACHED = "customer", "not reached"


def history_of(
    book: LogbookReader,
    order_id: OrderId,
    dates: Iterable[date],
    *,
    drivers: Mapping[DriverId, str],
    reasons: Mapping[str, FailureReason],
    zone: ZoneInfo,
) -> tuple[HistoryLine, ...]:
    """Oldest first. Attempts are looked for on these dates, and on those of the order's exceptions and messages."""
    incidents, messages, goods = book.incidents_of(order_id), book.messages_of(order_id), book.goods_of(order_id)
    every = {*dates, *(i.on for i in incidents), *(m.on for m in messages), *(piece.on for piece in goods)}
    chains = Chains().read_on(book, every)
    lines = [line for chain in chains.values() for line in _attempts(chain, order_id, drivers, reasons)]
    lines += [line for incident in incidents for line in _incident(incident)]
    lines += [line for message in messages for line in _message(message)]
    lines += [
        HistoryLine(r.at, CUSTOMER, f"Answered by {r.channel.value}: {r.text}") for r in book.replies_of(order_id)
    ]
    lines += [_call(call) for call in book.calls_of(order_id)]
    lines += [line for wish in book.wishes_of(order_id) for line in _wish(wish, zone)]
    lines += [line for piece in goods for line in _goods(piece)]
    return tuple(sorted(lines, key=lambda line: line.at))


def _attempts(
    chain: DayChain, order_id: OrderId, drivers: Mapping[DriverId, str], reasons: Mapping[str, FailureReason]
) -> Iterator[HistoryLine]:
    for name, attempt in chain.attempts.items():
        if attempt.order_id != order_id:
            continue
        who, at = drivers.get(attempt.driver_id, ""), attempt.at - timedelta(seconds=attempt.skew_s)
        note = f" “{attempt.note}”" if attempt.note else ""
        said = attempt.outcome.value.capitalize()
        if attempt.outcome is Outcome.FAILED:
            said = f"Not delivered: {label_of(attempt.reason, reasons)}"
        elif attempt.name:
            said = f"{said} to {attempt.name}"
        yield HistoryLine(at, who, f"Attempt {attempt.number}: {said}.{note}", attempt.shift_id)
        if corrected := chain.corrections.get(name):
            what = f"Failure reason corrected to: {label_of(corrected.code, reasons)}"
            yield HistoryLine(corrected.at, corrected.by, what)
        if review := chain.reviews.get(name):
            note = f": {review.note}" if review.note else ""
            yield HistoryLine(review.at, review.by, f"Proof {review.decision.value}{note}")


def _incident(incident: Incident) -> Iterator[HistoryLine]:
    kind = incident.kind.value.capitalize()
    for entry in incident.entries:
        yield HistoryLine(entry.at, entry.by, f"{kind}: {entry.text}")


def _message(message: Message) -> Iterator[HistoryLine]:
    fault = f" ({message.fault})" if message.fault else ""
    what = f"Message “{message.event.value}” by {message.channel.value} to {message.to or 'nobody'}"
    text = f": {message.text}" if message.text else ""
    yield HistoryLine(message.sent_at or message.made_at, message.by, f"{what}, {message.state.value}{fault}{text}")


def _call(call: Call) -> HistoryLine:
    unsaid = not call.reached and not call.text.casefold().startswith(NOT_REACHED)
    said = ": ".join(filter(None, (NOT_REACHED if unsaid else "", call.text)))
    return HistoryLine(call.at, call.by, f"Called {call.to}: {said}")


def _wish(wish: Wish, zone: ZoneInfo) -> Iterator[HistoryLine]:
    yield HistoryLine(wish.at, CUSTOMER, f"Wish: {wish_words(wish, zone)}")
    if wish.decided_at:
        answer = f": {wish.answer}" if wish.answer else ""
        yield HistoryLine(wish.decided_at, wish.decided_by, f"Wish {wish.state.value}{answer}")


def _goods(piece: CagedGoods) -> Iterator[HistoryLine]:
    if piece.scanned_at:
        yield HistoryLine(piece.scanned_at, piece.scanned_by, f"Piece {piece.piece} came into the cage")
    if piece.left_at and piece.left_for and piece.scanned_at:
        yield HistoryLine(piece.left_at, "", f"Piece {piece.piece} left the cage: {piece.left_for.value}")
