"""Whether what somebody wants in the catalogue makes sense; each fault in words, with what to do. Changes nothing."""

from collections.abc import Iterator

from dispatcher.domain.errors import BadInput
from dispatcher.domain.slots import Area, Blackout, SlotBook, SlotChange, SlotRule
from dispatcher.slots.areas import outline, plain
from dispatcher.slots.calendar import occurs

LONGEST_CUT_OFF_S = 30 * 86_400
FARTHEST_DAYS = 366


def require_area(book: SlotBook, area: Area) -> None:
    """Raises `BadInput`."""
    if not area.name.strip():
        raise BadInput("The area has no name.", "Type one.")
    others = [other for other in book.areas.values() if other.id != area.id]
    if any(other.name.casefold() == area.name.casefold() for other in others):
        raise BadInput(f"There is an area “{area.name}” already.", "Choose another name.")
    if area.ring and (len(set(area.ring)) < 3 or not outline(area).is_valid or not outline(area).area):
        raise BadInput(
            f"The outline of “{area.name}” is no area: it has under three corners, or crosses itself.",
            "Draw it again, corner by corner around the area.",
        )
    if any(not plain(prefix) for prefix in area.postcodes):
        raise BadInput(f"A postcode of “{area.name}” is empty.", "Type the beginnings of postcodes: 520, 52062.")
    for prefix in area.postcodes:
        if same := next((o for o in others if plain(prefix) in map(plain, o.postcodes)), None):
            raise BadInput(f"Postcode {prefix} belongs to “{same.name}” already.", "An address has one area only.")
    rest = next((o for o in others if not o.ring and not o.postcodes), None)
    if rest is not None and not area.ring and not area.postcodes:
        raise BadInput(f"“{rest.name}” takes all the rest already.", "Give this one postcodes or an outline.")


def require_rule(book: SlotBook, rule: SlotRule) -> None:
    """Raises `BadInput`."""
    if rule.area_id not in book.areas:
        raise BadInput("The slot's area is not there any more.", "Choose another area.")
    for what, remedy in _faults(rule):
        raise BadInput(what, remedy)


def _faults(rule: SlotRule) -> Iterator[tuple[str, str]]:
    if rule.opens == rule.closes:
        yield f"The slot opens and closes at {rule.opens:%H:%M}.", "Type two different times."
    if not rule.weekdays or not rule.weekdays <= frozenset(range(7)):
        yield "The slot is on no day of the week.", "Choose one at least."
    if rule.first and rule.last and rule.last < rule.first:
        yield f"The slot ends on {rule.last:%d %B %Y}, before it begins.", "Correct one of the dates."
    if not 0 <= rule.cut_off_s <= LONGEST_CUT_OFF_S:
        yield "The cut-off must lie between 0 and 30 days before the slot.", "Correct it."
    if rule.lead_days < 0 or not rule.lead_days <= rule.ahead_days <= FARTHEST_DAYS:
        yield "The slot can never be chosen: its lead time is longer than how far ahead it opens.", "Correct one."
    limits = (rule.most_orders, rule.most_minutes)
    if any(limit is not None and limit < 0 for limit in limits):
        yield "A capacity is negative.", "Type 0 or more, or nothing for no limit."
    if rule.price < 0:
        yield "The price is negative.", "Type 0 or more."


def require_change(book: SlotBook, change: SlotChange) -> SlotRule:
    """The rule that is changed for one date. Raises `BadInput`."""
    rule = book.rules.get(change.rule_id)
    if rule is None:
        raise BadInput("That slot is not in the catalogue any more.", "The calendar shows those that are there.")
    if change.most_orders is not None and change.most_orders < 0:
        raise BadInput("The capacity is negative.", "Type 0 or more.")
    if (change.opens or rule.opens) == (change.closes or rule.closes):
        raise BadInput("The slot would open and close at the same time.", "Type two different times.")
    if not occurs(rule, change.on):
        raise BadInput(f"There is no such slot on {change.on:%A %d %B}.", "Choose a day that the slot is on.")
    return rule


def require_blackout(book: SlotBook, blackout: Blackout) -> None:
    """Raises `BadInput`."""
    if blackout.area_id is not None and blackout.area_id not in book.areas:
        raise BadInput("That area is not there any more.", "Choose another area, or all.")
