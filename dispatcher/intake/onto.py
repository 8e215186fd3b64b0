"""What a file changes of an order that exists: what it tells, and nothing else. Which orders meet is `merge.py`'s."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Contact, Load, Order, OrderKind
from dispatcher.domain.place import Address, Precision
from dispatcher.intake.addresses import address_key
from dispatcher.intake.combine import identity
from dispatcher.intake.door import asked_onto
from dispatcher.intake.fields import Field
from dispatcher.intake.places import is_only_coordinates

type Told = frozenset[Field]
"""Fields that a file tells of an order."""

ALL: Final[Told] = frozenset(Field)
SAME_PLACE_M: Final = 1.0
"""Coordinates this near an order's place repeat it: an export rounds them."""

_PARTS: Mapping[str, Told] = {
    "kind": frozenset({Field.KIND}),
    "windows": frozenset({Field.WINDOW, *(f for f in Field if f.startswith(("window_from", "window_to")))}),
    "service_s": frozenset({Field.SERVICE}),
    "lines": frozenset({Field.ITEM_NAME, Field.ITEM_SKU, Field.ITEM_BARCODE}),
    "skills": frozenset({Field.SKILLS}),
    "driver_id": frozenset({Field.DRIVER}),
    "pickup_id": frozenset({Field.PICKUP_ORDER}),
    "must_not_drop": frozenset({Field.PRIORITY}),
}
"""Parts of an order that are taken over whole, and the fields that tell them."""


def addressed(existing: Iterable[Order], incoming: Sequence[Order], told: Mapping[OrderId, Told]) -> tuple[Order, ...]:
    """The incoming orders with the addresses to look up, before any is looked up: see `_words` and `_repeated`."""
    known = {identity(order): order.address for order in existing}

    def address_of(order: Order) -> Address:
        before = known.get(identity(order))
        return _repeated(before, _words(before, order.address, told.get(order.id, ALL))) if before else order.address

    return tuple(replace(order, address=address_of(order)) for order in incoming)


def onto(before: Order, order: Order, told: Told) -> Order:
    """`before` with what the file tells. Its id, its version and its state stay: what was cancelled stays cancelled."""
    taken = {part: getattr(order, part) for part, fields in _PARTS.items() if not told.isdisjoint(fields)}
    if taken.get("kind", before.kind) is OrderKind.COLLECTION:
        taken["pickup_id"] = None
    return replace(
        before,
        number=order.number,
        address=_placed(before.address, _words(before.address, order.address, told)),
        contact=_contact(before.contact, order.contact, told),
        load=_load(before.load, order.load, told),
        # A priority may say it too (`values.priority`), but none says that it is not to be early
        do_early=order.do_early or (before.do_early and Field.DO_EARLY not in told),
        notes=_notes(before.notes, order.notes, told),
        asked=asked_onto(before.asked, order.asked, told),
        **taken,
    )


def _contact(before: Contact, now: Contact, told: Told) -> Contact:
    return Contact(
        before.name if told.isdisjoint({Field.RECIPIENT, Field.PLACE_NAME}) else now.name,
        now.phone if Field.PHONE in told else before.phone,
        now.email if Field.EMAIL in told else before.email,
    )


def _load(before: Load, now: Load, told: Told) -> Load:
    return Load(
        now.kg if Field.WEIGHT in told else before.kg,
        now.litres if Field.VOLUME in told else before.litres,
        now.parcels if Field.PARCELS in told else before.parcels,
    )


def _notes(before: str, now: str, told: Told) -> str:
    """The new notes; a second line of the address alone joins those that are there."""
    if Field.NOTES in told:
        return now
    if Field.ADDRESS_2 in told:
        return "\n".join(line for line in dict.fromkeys([*now.split("\n"), *before.split("\n")]) if line)
    return before


def _words(before: Address, now: Address, told: Told) -> Address:
    """The new words. What is not told of the town stays while the street does."""
    line = before.line if _wordless(before, now, told) else now.line
    if address_key(Address(before.line)) != address_key(Address(line)):
        return now
    return replace(
        now,
        line=line,
        postcode=now.postcode if Field.POSTCODE in told else before.postcode,
        city=now.city if Field.CITY in told else before.city,
        country=before.country if told.isdisjoint({Field.STATE, Field.COUNTRY}) else now.country,
    )


def _wordless(before: Address, now: Address, told: Told) -> bool:
    """Whether the file has but coordinates for an order that has a street, or the very coordinates it had."""
    if is_only_coordinates(now):
        return _same_place(before, now) or not is_only_coordinates(before)
    return now.place is not None and Field.ADDRESS not in told


def _repeated(before: Address, now: Address) -> Address:
    """What coordinates say that are those the order had: nothing that the depot did not know itself.

    The place then is as doubtful as it was. It is none if the words have changed and the place was found by the old
    ones.
    """
    if not _same_place(before, now):
        return now
    if address_key(before) == address_key(now):
        return _at(now, before)
    return now if before.precision is Precision.PIN else replace(now, place=None, precision=Precision.NONE)


def _same_place(one: Address, other: Address) -> bool:
    return one.place is not None and other.place is not None and one.place.distance_m(other.place) <= SAME_PLACE_M


def _placed(before: Address, now: Address) -> Address:
    """The new words with the known place, if the words mean the same address."""
    if now.precision > before.precision or address_key(before) != address_key(now):
        return now
    return _at(now, before)


def _at(words: Address, located: Address) -> Address:
    return replace(words, place=located.place, precision=located.precision, matched=located.matched)
