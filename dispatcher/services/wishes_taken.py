"""What a customer may wish on the page, and how a wish is taken: looked at, bounded, written down once.

The gateway's side; nothing of the plan is known here. A wish changes nothing but that messages stop at once, and that
a place in a slot is held for whoever wishes for it (`wishes_slots`).
"""

import hashlib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from dispatcher.domain.customers import CustomerPage, Wish, WishKind, WishState
from dispatcher.domain.errors import BadInput
from dispatcher.domain.messages import Channel
from dispatcher.domain.slots import Slot
from dispatcher.services.logbook import LogbookWriter
from dispatcher.services.replies import silence
from dispatcher.services.wishes_slots import Choice, Choices, choices_of, free, hold_for

MOST_WISHES = 20
"""Of one order, whatever became of them: whoever wants more than that is better called."""
LONGEST_TEXT = 300
LONGEST_KEY = 80
HOW = "on the customer's page"

_K = WishKind
SAME: Sequence[Collection[WishKind]] = (
    {_K.DAY, _K.SLOT}, {_K.PLACE}, {_K.INSTRUCTIONS}, {_K.NEIGHBOUR, _K.SAFE_PLACE}, {_K.NO_MESSAGES},
)  # fmt: skip
"""Of these only the last wish counts."""
_WITH_TEXT = frozenset({_K.PLACE, _K.INSTRUCTIONS, _K.NEIGHBOUR, _K.SAFE_PLACE})
_UNTYPED = ("Cc", "Cs", "Zl", "Zp")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They would turn what stands after them around, wherever a wish is shown."""
_LEAVING = {_K.NEIGHBOUR: "neighbour", _K.SAFE_PLACE: "safe_place"}
_MAY: Mapping[str, frozenset[WishKind]] = {
    "waiting": frozenset(_K),
    "planned": frozenset(_K),
    "failed": frozenset(_K),
    "out": frozenset(_K) - {_K.SLOT, _K.PLACE},
    "here": frozenset({_K.INSTRUCTIONS, _K.NO_MESSAGES}),
}
"""What makes sense as the order stands; of an order that is settled only the last."""


class NotTaken(BadInput):
    """A wish that cannot be taken; `reason` is why, in a word for the page to say it in the customer's language."""

    def __init__(self, reason: str, what: str, remedy: str = "Load the page anew, and choose again.") -> None:
        super().__init__(what, remedy)
        self.reason = reason


def same_as(kind: WishKind) -> Collection[WishKind]:
    """The kinds of which one wish takes the place of another, this one's own among them."""
    return next(kinds for kinds in SAME if kind in kinds)


def kinds_open(page: CustomerPage, choices: Choices) -> tuple[WishKind, ...]:
    """What makes sense to wish at this moment, in the order a page offers it."""
    body = page.body
    sensible = set(_MAY.get(body["state"], {_K.NO_MESSAGES}))
    sensible -= {kind for kind, name in _LEAVING.items() if name not in body["leave"]}
    if choices.slots and _K.DAY in sensible:  # a day is chosen with its slot
        sensible.add(_K.SLOT)
    if not choices.days:
        sensible.discard(_K.DAY)
    if not choices.times:
        sensible.discard(_K.SLOT)
    if not body["private"]:
        sensible.discard(_K.NO_MESSAGES)
    return tuple(kind for kind in WishKind if kind in sensible)


def none_left(page: CustomerPage, choices: Choices) -> bool:
    """Whether another time could be chosen if the depot had one left."""
    return choices.slots and not choices.times and _K.DAY in _MAY.get(page.body["state"], ())


def take_wish(writer: LogbookWriter, page: CustomerPage, said: Any, now: datetime) -> Wish:
    """Write down what a customer wishes. Sent again under the same key it is the wish it was.

    `said` is the message as JSON has it: `key`, `kind` (a `WishKind`'s name in lower case), and as the kind wants them
    `text`, `on` (ISO date), `from` and `until` (HH:MM at the depot). Raises `NotTaken`, with nothing changed.
    """
    if not isinstance(said, dict):
        raise NotTaken("garbled", "The message must be an object.")
    wish_id = _id(page, said.get("key"))
    if (known := writer.wish(wish_id)) is not None:
        return known
    wish, slot = _understood(writer, page, said, wish_id, now)
    former = writer.wishes_of(page.order_id)
    if wish.kind is WishKind.NO_MESSAGES:
        for name, to in page.body["private"].items():
            silence(writer, Channel[name], to, now, HOW)
        if again := next((earlier for earlier in former if earlier.kind is wish.kind), None):
            return again
        wish = replace(wish, state=WishState.GRANTED, decided_at=now, decided_by=HOW)
    elif len(former) >= MOST_WISHES:
        raise NotTaken("enough", "This order has had very many wishes.", "Call the depot.")
    for earlier in former:
        if earlier.state is WishState.OPEN and earlier.kind in same_as(wish.kind):
            writer.put_wish(replace(earlier, state=WishState.OVERTAKEN, decided_at=now))
            free(writer, earlier, now)
    if slot is not None:
        wish = _with_place(writer, page, wish, slot, now)
    writer.put_wish(wish)
    return wish


def _with_place(writer: LogbookWriter, page: CustomerPage, wish: Wish, slot: Slot, now: datetime) -> Wish:
    try:
        hold = hold_for(writer, page, slot, now)
    except BadInput as gone:
        raise NotTaken("slot", gone.what, gone.remedy) from gone
    return replace(wish, hold_id=hold.id, held_until=hold.until)


def _id(page: CustomerPage, key: Any) -> str:
    """Of this order and key alone: nobody can reach another order's wish by guessing its key."""
    if not isinstance(key, str) or not 8 <= len(key) <= LONGEST_KEY:
        raise NotTaken("garbled", "The message needs a “key” of 8 to 80 characters.")
    named = f"{page.order_id}\n{key}".encode("utf-8", "replace")
    return hashlib.sha256(named).hexdigest()[:32]


def _understood(
    writer: LogbookWriter, page: CustomerPage, said: Mapping[str, Any], wish_id: str, now: datetime
) -> tuple[Wish, Slot | None]:
    """The wish, and the slot of the catalogue that is wished for, if it is one."""
    kind = next((kind for kind in WishKind if kind.name.lower() == said.get("kind")), None)
    if kind is None:
        raise NotTaken("garbled", "Nobody knows such a wish.")
    choices = choices_of(writer, page, now)
    if kind is WishKind.SLOT and none_left(page, choices):
        raise NotTaken("slot", "No time is free any more.", "Call the depot.")
    if kind not in kinds_open(page, choices):
        raise NotTaken("over", f"“{kind.value.capitalize()}” cannot be wished for any more.")
    wish = Wish(wish_id, page.order_id, page.attempt, now, kind)
    if kind in _WITH_TEXT:
        return replace(wish, text=_text(said.get("text"))), None
    if kind is WishKind.DAY:
        return replace(wish, on=_day(said.get("on"), choices.days)), None
    if kind is WishKind.SLOT:
        chosen = _chosen(choices, page, said)
        window = chosen.window
        return replace(wish, on=chosen.on, opens_at=window.opens_at, closes_at=window.closes_at), chosen.slot
    return wish, None


def _text(said: Any) -> str:
    """One line of what people type."""
    if not isinstance(said, str):
        raise NotTaken("text", "The wish needs its words.")
    typed = [c for c in said[: 4 * LONGEST_TEXT] if c not in _TURNS]
    spaced = "".join(" " if unicodedata.category(c) in _UNTYPED else c for c in typed)
    text = " ".join(spaced.split())
    if len(text) < 2:
        raise NotTaken("text", "The wish needs its words.", "Write a few words.")
    if len(text) > LONGEST_TEXT:
        raise NotTaken("long", f"These are more than {LONGEST_TEXT} characters.", "Write it shorter.")
    return text


def _day(said: Any, offered: Sequence[date]) -> date:
    found = next((on for on in offered if on.isoformat() == said), None)
    if found is None:
        raise NotTaken("day", "That day cannot be had.", "Choose one of those on the page.")
    return found


def _chosen(choices: Choices, page: CustomerPage, said: Mapping[str, Any]) -> Choice:
    on = _day(said.get("on"), choices.dates if choices.slots else [page.on, *choices.days])
    wanted = said.get("from"), said.get("until")
    found = next((choice for choice in choices.on(on) if (choice.opens, choice.closes) == wanted), None)
    if found is None:
        raise NotTaken("slot", "That time cannot be had on that day.", "Choose one of those on the page.")
    return found
