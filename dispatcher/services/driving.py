"""What drivers do, taken from their phones: each action once, checked against the driver's own round, never lost.

A phone keeps its actions until they are answered and may send them again in any grouping. Every one gets an answer;
what cannot have an effect is kept all the same, with the sentence that says why. How a round is shown is in
`driving_round`, what the window wants to know in `driving_progress`, photos are in `driving_photos`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from dispatcher.domain.actions import Action, ActionKind, SentRound, TakenAction, Taking
from dispatcher.domain.devices import PROGRAM_NOTE, Device, Note
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId, ShiftId, new_id
from dispatcher.domain.proof import CodeVerdict, OneTimeCode
from dispatcher.proof.codes import Beforehand, Hash, check, slow_hash, tries_left
from dispatcher.services.driving_attempts import deliver, fail, undo
from dispatcher.services.driving_call import Call
from dispatcher.services.driving_fields import Fields, Unfit, keepable, key_of, made_up_key, read_action
from dispatcher.services.driving_photos import Upload, begin_photo, keep_photo
from dispatcher.services.driving_progress import Ending, Loading, RoundProgress, attempts_of, loading_of, progress_of
from dispatcher.services.driving_round import mark_fetched, round_for, standing, stop_of
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter

__all__ = [
    "Ending",
    "Loading",
    "RoundProgress",
    "Upload",
    "attempts_of",
    "begin_photo",
    "keep",
    "keep_photo",
    "loading_of",
    "mark_fetched",
    "progress_of",
    "round_for",
    "take",
    "take_queue",
    "try_code",
]

MOST_ACTIONS = 200
PIECE = 10
"""Actions to a transaction."""

type Answer = dict[str, str]


def take(writer: LogbookWriter, device: Device, envelope: Any, *, now: datetime) -> list[Answer]:
    """Take a message of `POST actions`; an answer to each action, in the order sent.

    The actions are gone through in the order of their `seq`. Raises `BadInput` if the envelope itself is malformed, or
    the phone has no driver; never for what is in an action.
    """
    opened = _open(device, envelope, now)
    call = opened.call(writer)
    answers = {place: _take(call, opened.actions[place]) for place in opened.turns}
    return [answers[place] for place in range(len(opened.actions))]


def take_queue(logbook: Logbook, device: Device, envelope: Any, *, now: datetime) -> list[Answer]:
    """As `take`, in several short transactions, so that a long queue keeps nobody else from writing.

    If one of them fails, those before it stay; sent again, they are answered as known.
    """
    opened = _open(device, envelope, now)
    hashed = _hashed_before(logbook, opened)
    answers: dict[int, Answer] = {}
    for piece in batched(opened.turns, PIECE):

        def take_piece(writer: LogbookWriter, piece: tuple[int, ...] = piece) -> dict[int, Answer]:
            call = opened.call(writer, hashed)
            return {place: _take(call, opened.actions[place]) for place in piece}

        answers |= logbook.write(take_piece)
    return [answers[place] for place in range(len(opened.actions))]


def try_code(
    logbook: Logbook, device: Device, order_id: OrderId, digits: str, *, now: datetime
) -> tuple[CodeVerdict, int]:
    """Check a one-time code at the door, and count the try; with how many are left.

    An order that is not on the driver's list has no code, as far as they can tell. One whose attempt stands has none
    to spend any more.
    """
    hashed = Beforehand()
    _, code = logbook.read(lambda reader: _code_at_door(reader, device, order_id, now))
    hashed.prepare(code, digits)

    def spend(writer: LogbookWriter) -> tuple[CodeVerdict, int]:
        round_, code = _code_at_door(writer, device, order_id, now)
        if round_ is None or code is None:
            return CodeVerdict.NONE, 0
        if (order_id, code.attempt) in standing(writer.actions_of([round_.shift_id])):
            return CodeVerdict.SPENT, 0
        verdict, tried = check(code, digits, now, hashed)
        if tried is not None and tried != code:
            writer.put_code(tried)
        return verdict, tries_left(tried)

    return logbook.write(spend)


def _code_at_door(
    reader: LogbookReader, device: Device, order_id: OrderId, now: datetime
) -> tuple[SentRound | None, OneTimeCode | None]:
    """The code of an order on the driver's list these days, and the round it is in."""
    if device.driver_id is None:
        return None, None
    day = timedelta(days=1)
    for round_ in reader.rounds_of(device.driver_id, (now - day).date(), (now + day).date()):
        stop = None if round_.withdrawn else stop_of(round_, order_id)
        if stop is not None:
            return round_, reader.code(order_id, int(stop.get("attempt", 1)))
    return None, None


# --- the envelope -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Opened:
    """An envelope's content."""

    device: Device
    now: datetime
    actions: list[Any]
    turns: list[int]
    """Places in `actions`, in the order in which they are taken."""
    skew_s: float
    app: str

    def call(self, writer: LogbookWriter, hashed: Hash = slow_hash) -> Call:
        """What an effect has at hand."""
        if self.device.driver_id is None:
            raise BadInput("This phone belongs to no driver.", "Pair it again.")
        return Call(writer, self.device, self.device.driver_id, self.now, self.skew_s, self.app, hashed)


def _open(device: Device, envelope: Any, now: datetime) -> _Opened:
    if device.driver_id is None:
        raise BadInput("This phone belongs to no driver.", "Pair it again.")
    actions = envelope.get("actions") if isinstance(envelope, Mapping) else None
    if not isinstance(actions, list) or not 0 < len(actions) <= MOST_ACTIONS:
        raise BadInput(f"A message needs “actions”, a list of 1 to {MOST_ACTIONS}.", "Load the page anew.")
    # A phone whose clock or version cannot be read must still get rid of what it queued
    kept = [keepable(action) for action in actions]
    turns = sorted(range(len(kept)), key=lambda place: (_seq(kept[place]), place))
    return _Opened(device, now, kept, turns, _skew_s(envelope, now), _app(envelope))


def _seq(raw: Any) -> float:
    seq = raw.get("seq") if isinstance(raw, Mapping) else None
    return seq if isinstance(seq, int) else float("inf")


def _skew_s(envelope: Mapping[str, Any], now: datetime) -> float:
    try:
        sent_at = Fields(envelope).moment("sent_at")
    except Unfit:
        sent_at = None
    return (sent_at - now).total_seconds() if sent_at else 0.0


def _app(envelope: Mapping[str, Any]) -> str:
    app = keepable(envelope.get("app"))
    return app[:40] if isinstance(app, str) else ""


def _hashed_before(logbook: Logbook, opened: _Opened) -> Beforehand:
    """The slow hashes of the codes in these actions, made while nobody waits for this transaction to end."""
    typed = [known for raw in opened.actions if (known := _typed_code(raw))]

    def codes(reader: LogbookReader) -> list[tuple[OneTimeCode | None, str]]:
        found = []
        for shift_id, order_id, digits in typed:
            stop = stop_of(round_, order_id) if (round_ := reader.round(shift_id)) else None
            found.append((reader.code(order_id, int(stop.get("attempt", 1))) if stop else None, digits))
        return found

    hashed = Beforehand()
    for code, digits in logbook.read(codes) if typed else ():
        hashed.prepare(code, digits)
    return hashed


def _typed_code(raw: Any) -> tuple[ShiftId, OrderId, str] | None:
    """Of an action that has one; what is wrong with an action is told later."""
    try:
        action = read_action(raw)
        digits = Fields(action.body).text("code", 12).strip()
    except Unfit:
        return None
    return (action.shift_id, action.order_id, digits) if action.order_id and digits else None


# --- one action ---------------------------------------------------------------------------------------------------


def _take(call: Call, raw: Any) -> Answer:
    try:
        action = read_action(raw)
    except Unfit as fault:
        return _keep_unreadable(call, raw, str(fault))
    known = call.writer.action(call.device.id, action.key)
    if known is None:
        return _answer(keep(call, action))
    if known.action == action:
        return {**_answer(known), "taking": Taking.AGAIN.value}
    return _keep_unreadable(call, raw, "Another action was sent with this key before. Do it once more on the page.")


def keep(call: Call, action: Action) -> TakenAction:
    """Keep an action that is new, with the effect it has, or the sentence that says why it has none."""
    taken = TakenAction(0, call.device.id, call.driver_id, call.now, action)
    try:
        taken = replace(taken, effect=_EFFECTS[action.kind](call, action))
    except Unfit as fault:
        taken = replace(taken, taking=Taking.REFUSED, why=str(fault))
        _tell_dispatcher(call, action)
    taken = call.writer.put_action(taken)
    if "number" in taken.effect and action.order_id:
        call.standing(action.shift_id)[action.order_id, taken.effect["number"]] = taken
    return taken


def _tell_dispatcher(call: Call, action: Action) -> None:
    """An outcome at somebody else's stop has no effect, but goods may have changed hands: a person must hear of it.

    So it is when an order is moved to another driver while the one who has it is without a line.
    """
    if action.kind not in (ActionKind.DELIVER, ActionKind.FAIL) or action.order_id is None:
        return
    days = {(call.now + timedelta(days=n)).date() for n in (-1, 0, 1)}
    rounds = [round_ for on in sorted(days) for round_ in call.writer.rounds_on(on)]
    found = ((round_, stop) for round_ in rounds if (stop := stop_of(round_, action.order_id)))
    theirs, stop = next(found, (None, None))
    if theirs is None or stop is None or theirs.driver_id == call.driver_id:
        return
    what = "delivered" if action.kind is ActionKind.DELIVER else "not delivered"
    text = f"{stop.get('number', '')}: {what}, but it was not taken, for the stop is another driver's by now."
    if all(note.text != text for note in call.writer.notes(call.driver_id, since=call.now - timedelta(days=1))):
        call.writer.put_note(Note(f"{PROGRAM_NOTE}{new_id()}", call.driver_id, text, call.now, from_driver=True))


def _keep_unreadable(call: Call, raw: Any, why: str) -> Answer:
    """Keep what has no place among the actions under a key made of its words, once."""
    key = made_up_key(raw)
    if call.writer.action(call.device.id, key) is None:
        action = Action(key, 0, ActionKind.UNREADABLE, call.now, ShiftId(""), None, {"raw": raw})
        kept = TakenAction(0, call.device.id, call.driver_id, call.now, action, Taking.REFUSED, why)
        call.writer.put_action(kept)
    return {"key": key_of(raw), "taking": Taking.REFUSED.value, "why": why}


def _answer(taken: TakenAction) -> Answer:
    answer = {"key": taken.action.key, "taking": taken.taking.value, "why": taken.why}
    return {**answer, "code": taken.effect["code"]} if "code" in taken.effect else answer


# --- effects ------------------------------------------------------------------------------------------------------


def _of_round(call: Call, action: Action) -> dict[str, Any]:
    """Kept as it is: the round began, or ended."""
    call.round(action)
    return {}


def _at_stop(call: Call, action: Action) -> dict[str, Any]:
    """Kept as it is: the driver is there, or leaves the stop for later."""
    call.stop(action)
    said = Fields(action.body)
    said.position()
    said.text("note")
    return {}


def _load(call: Call, action: Action) -> dict[str, Any]:
    """Kept as it is: a parcel was scanned, ticked, or is missing."""
    call.stop(action)
    said = Fields(action.body)
    said.text("barcode", 200)
    said.flag("missing")
    return {}


def _accept(call: Call, action: Action) -> dict[str, Any]:
    round_ = call.round(action)
    version = Fields(action.body).whole("version", 1)
    if version is None or version > round_.version:
        raise Unfit("There is no such version of the round. Load your round anew.")
    call.accept(round_, version)
    return {}


def _note(call: Call, action: Action) -> dict[str, Any]:
    if action.shift_id:
        call.round(action)
    text = Fields(action.body).text("text").strip()
    if not text:
        raise Unfit("The message is empty.")
    # Not the phone's key: whoever could choose it could write over another's message
    note = Note(new_id(), call.driver_id, text, call.happened(action), from_driver=True)
    call.writer.put_note(note)
    return {"note": note.id}


def _read(call: Call, action: Action) -> dict[str, Any]:
    note_id = Fields(action.body).text("note_id", 64)
    own = (note for note in call.writer.notes(call.driver_id) if note.id == note_id and not note.from_driver)
    note = next(own, None)
    if note is None:
        raise Unfit("There is no such message for you.")
    if note.read_at is None:
        read_at = call.happened(action)
        call.writer.put_note(replace(note, read_at=read_at, fetched_at=note.fetched_at or call.now))
    return {"note": note.id}


_EFFECTS: Mapping[ActionKind, Callable[[Call, Action], dict[str, Any]]] = {
    ActionKind.BEGIN: _of_round,
    ActionKind.END: _of_round,
    ActionKind.ACCEPT: _accept,
    ActionKind.LOAD: _load,
    ActionKind.ARRIVE: _at_stop,
    ActionKind.SKIP: _at_stop,
    ActionKind.DELIVER: deliver,
    ActionKind.FAIL: fail,
    ActionKind.UNDO: undo,
    ActionKind.NOTE: _note,
    ActionKind.READ: _read,
}
