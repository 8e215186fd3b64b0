"""What a clerk keys of a paper run sheet, a line to a stop: words in, what happened at the door out.

Nothing typed is a delivery with a signature. Knows no round: the times of day become moments in `clocks`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time

from dispatcher.domain.errors import BadInput
from dispatcher.domain.proof import MOST_CASH, FailureReason, Handover, Outcome

SKIP = "-"
"""Nothing on the sheet: the stop stays open."""
NOTE = "/"
"""What follows is a note."""
CALLED = "Called before leaving, as the sheet says"
LONGEST = 400
HANDOVERS = {
    "h": Handover.HOUSEHOLD,
    "n": Handover.NEIGHBOUR,
    "f": Handover.RECEPTION,
    "m": Handover.MAILBOX,
    "s": Handover.SAFE_PLACE,
}
NOBODY = frozenset({Handover.MAILBOX, Handover.SAFE_PLACE})

_CLOCK = re.compile(r"(\d{1,2})[:.]?(\d{2})")
_REASON = re.compile(r"(\d{1,2})(k?)")
_CASH = re.compile(r"c(?:(\d{1,7})(?:[.,](\d{1,2}))?)?")
_PARTS = re.compile(r"p((?:\d+(?:\.\d+)?)(?:,\d+(?:\.\d+)?)*)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a stop's line is read by."""

    reasons: Sequence[FailureReason]
    """As printed on the sheet, from 1."""
    cash_due: int = 0
    """Minor units."""
    lines: Sequence[float] = ()
    """How much of each article was to change hands."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """What a line says."""

    outcome: Outcome = Outcome.DELIVERED
    clock: time | None = None
    """As it was written at the door; `None` where nothing was."""
    reason: str = ""
    """Code of the failure reason."""
    name: str = ""
    handover: Handover | None = None
    cash: int | None = None
    """Minor units."""
    quantities: tuple[float, ...] = ()
    """Of each article, where only a part changed hands."""
    note: str = ""
    signed: bool = True
    called: bool = False


@dataclass(slots=True)
class _Reading:
    asked: Asked
    keyed: Keyed = field(default_factory=Keyed)
    words: list[str] = field(default_factory=list)

    def put(self, **said: object) -> None:
        self.keyed = replace(self.keyed, **said)  # type: ignore[arg-type]


def read_line(text: str, asked: Asked) -> Keyed:
    """What a line says of a stop. Raises `BadInput`, in words that say what to type instead."""
    if len(text) > LONGEST:
        raise BadInput(f"The line has more than {LONGEST} characters.", "Make it shorter.")
    said, slash, note = text.partition(NOTE)
    reading = _Reading(asked)
    for word in said.split():
        _read_word(reading, word, first=replace(reading.keyed, clock=None) == Keyed() and not reading.words)
    words, note = " ".join(reading.words), note.strip()
    if slash and not note:
        raise BadInput("There is no note after the stroke.", "Type the note, or leave the stroke out.")
    if reading.keyed.outcome is Outcome.FAILED:
        return _failed(reading, " ".join(filter(None, (words, note))))
    return _handed_over(reading, words, note)


def read_clock(text: str) -> time | None:
    """A time of day as `1432`, `14:32` or `932`; `None` for anything else. Raises `BadInput` for none of a day."""
    found = _CLOCK.fullmatch(text)
    if found is None or len(text) < 3:
        return None
    hour, minute = int(found[1]), int(found[2])
    if hour > 23 or minute > 59:
        raise BadInput(f"{text} is no time of day.", "Type it as 1432.")
    return time(hour, minute)


def said_of(keyed: Keyed, asked: Asked) -> str:
    """What a line says, in words."""
    labels = {reason.code: reason.label for reason in asked.reasons}
    if keyed.outcome is Outcome.FAILED:
        return ": ".join(filter(None, (labels.get(keyed.reason, keyed.reason), keyed.note)))
    parts = [
        keyed.outcome.value.capitalize(),
        f"{' + '.join(f'{q:g}' for q in keyed.quantities)}" if keyed.quantities else "",
        f"to {keyed.name}" if keyed.name else "",
        keyed.handover.value if keyed.handover else "",
        "signed" if keyed.signed else "not signed",
        f"cash {keyed.cash / 100:,.2f}" if keyed.cash is not None else "",
        keyed.note,
    ]
    return ", ".join(filter(None, parts))


def _read_word(reading: _Reading, word: str, *, first: bool) -> None:
    low, codes = word.casefold(), {reason.code.casefold(): reason for reason in reading.asked.reasons}
    if (clock := read_clock(word)) is not None:
        if reading.keyed.clock is not None:
            raise BadInput("There are two times in this line.", "Type one.")
        reading.put(clock=clock)
    elif first and (number := _REASON.fullmatch(low)):
        reading.put(
            outcome=Outcome.FAILED, reason=_numbered(reading.asked, int(number[1])).code, called=bool(number[2])
        )
    elif first and low in codes:
        reading.put(outcome=Outcome.FAILED, reason=codes[low].code)
    elif reading.keyed.outcome is Outcome.FAILED:
        if low == "k":
            reading.put(called=True)
        else:
            reading.words.append(word)
    elif money := _CASH.fullmatch(low):
        reading.put(cash=_cash(reading.asked, money[1], money[2]))
    elif parts := _PARTS.fullmatch(low):
        reading.put(outcome=Outcome.PARTLY, quantities=_quantities(reading.asked, parts[1]))
    elif low == "u":
        reading.put(signed=False)
    elif low in HANDOVERS:
        reading.put(handover=HANDOVERS[low])
    else:
        reading.words.append(word)


def _numbered(asked: Asked, number: int) -> FailureReason:
    if not 1 <= number <= len(asked.reasons):
        what = f"The sheet has no reason {number}: they go from 1 to {len(asked.reasons)}."
        raise BadInput(what, "A time has three or four digits, as 0930.")
    return asked.reasons[number - 1]


def _cash(asked: Asked, whole: str | None, cents: str | None) -> int:
    if not asked.cash_due:
        raise BadInput("No cash is due at this stop.", "Type a note after a stroke if some was taken all the same.")
    taken = asked.cash_due if whole is None else int(whole) * 100 + int((cents or "").ljust(2, "0"))
    if taken > MOST_CASH:
        raise BadInput(f"{taken / 100:,.2f} is more than anybody pays at a door.", "Look at the sheet again.")
    return taken


def _quantities(asked: Asked, text: str | None) -> tuple[float, ...]:
    if not asked.lines:
        return ()
    found = tuple(float(part) for part in text.split(",")) if text else ()
    count = len(asked.lines)
    if len(found) != count:
        example = ",".join("1" for _ in asked.lines)
        raise BadInput(f"The order has {count} {'article' if count == 1 else 'articles'}.", f"Type p{example}.")
    over = next((n for n, (part, whole) in enumerate(zip(found, asked.lines, strict=True), 1) if part > whole), None)
    if over is not None:
        raise BadInput(f"Of article {over} the order has only {asked.lines[over - 1]:g}.", "Look at the sheet again.")
    if not any(found):
        raise BadInput("Nothing at all changed hands: that is a failure.", "Type the number of its reason.")
    return found


def _failed(reading: _Reading, note: str) -> Keyed:
    keyed = reading.keyed
    reason = next(r for r in reading.asked.reasons if r.code == keyed.reason)
    number = [r.code for r in reading.asked.reasons].index(reason.code) + 1
    if "note" in reason.demands and not note:
        raise BadInput(f"“{reason.label}” wants a note.", f"Type {number} and what the sheet says.")
    if "call" in reason.demands and not (keyed.called or note):
        what = f"“{reason.label}” wants a call."
        raise BadInput(what, f"Type {number}k if “called” is ticked, else {number} and why there was none.")
    note = ". ".join(filter(None, (CALLED if keyed.called else "", note)))
    return replace(keyed, note=note, signed=False)


def _handed_over(reading: _Reading, name: str, note: str) -> Keyed:
    keyed, due = reading.keyed, reading.asked.cash_due
    if due and keyed.cash is None:
        what = f"{due / 100:,.2f} is due in cash."
        raise BadInput(what, "Type c if all of it was taken, else c and the amount, as c20.50 or c0.")
    if keyed.outcome is Outcome.DELIVERED and due and keyed.cash is not None and keyed.cash < due and not note:
        raise BadInput(f"{(due - keyed.cash) / 100:,.2f} of the cash is missing.", "Type a stroke and why.")
    if keyed.handover in NOBODY:
        if name:
            what = f"Into a {keyed.handover.value} nobody takes it, and the line names {name}."
            raise BadInput(what, "Leave the name out, or write an initial with a dot, as M.")
        keyed = replace(keyed, signed=False)
    return replace(keyed, name=name, note=note)
