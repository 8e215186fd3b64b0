"""Changes of the catalogue: areas, recurring slots, single dates, blackouts. Nobody loses a place by any of them.

Each runs in one transaction of the logbook. What was sold stays sold: a slot that is removed, closed or made smaller
keeps its holds and its orders, and who asked is told of them.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, time

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import new_id
from dispatcher.domain.slots import Area, AreaId, RuleId, SlotBook, SlotHold, SlotRule
from dispatcher.services.logbook import LogbookWriter
from dispatcher.services.slots_holds import ahead
from dispatcher.services.slots_view import SlotsHeld
from dispatcher.slots.calendar import Moment
from dispatcher.slots.sense import require_area, require_rule

USUAL = ((time(8), time(12)), (time(12), time(16)))
USUAL_ORDERS = 100


def put_area(writer: LogbookWriter, area: Area) -> None:
    """Raises `BadInput`."""
    require_area(writer.slot_book(), area)
    writer.put_area(replace(area, name=area.name.strip()))


def put_rule(writer: LogbookWriter, rule: SlotRule) -> None:
    """Raises `BadInput`."""
    require_rule(writer.slot_book(), rule)
    writer.put_slot_rule(rule)


def remove_area(writer: LogbookWriter, area_id: AreaId, moment: Moment, *, anyway: bool) -> None:
    """Raises `SlotsHeld`, unless `anyway`."""
    book = writer.slot_book()
    area = book.areas.get(area_id)
    if area is None:
        raise BadInput("That area is not there any more.", "Nothing was changed.")
    rules = [rule.id for rule in book.rules.values() if rule.area_id == area_id]
    if not anyway:
        _require_free(writer, rules, moment, f"“{area.name}”")
    writer.remove_area(area_id)


def remove_rule(writer: LogbookWriter, rule_id: RuleId, moment: Moment, *, anyway: bool) -> None:
    """Raises `SlotsHeld`, unless `anyway`."""
    rule = writer.slot_book().rules.get(rule_id)
    if rule is None:
        raise BadInput("That slot is not in the catalogue any more.", "Nothing was changed.")
    if not anyway:
        _require_free(writer, [rule_id], moment, f"{rule.opens:%H:%M}–{rule.closes:%H:%M}")
    writer.remove_slot_rule(rule_id)


def _require_free(writer: LogbookWriter, rule_ids: Collection[RuleId], moment: Moment, what: str) -> None:
    # A slot over midnight that began yesterday is still ahead
    first = date.fromordinal(moment.today.toordinal() - 1)
    holds = tuple(hold for hold in ahead(writer, first, moment.now) if hold.rule_id in rule_ids)
    if holds:
        raise SlotsHeld(
            f"{_count(holds)} taken in {what}, the first on {min(h.on for h in holds):%d %B}.",
            "Let it end on a date instead, or remove it anyway: those who have a place keep it.",
            holds,
        )


def _count(holds: Collection[SlotHold]) -> str:
    return "1 place is" if len(holds) == 1 else f"{len(holds)} places are"


def start_usual(writer: LogbookWriter) -> SlotBook:
    """The whole region, mornings and afternoons of working days. Raises `BadInput` unless the catalogue is empty."""
    if writer.slot_book().areas:
        raise BadInput("There is a catalogue already.", "Add areas and slots to it.")
    area = Area(AreaId(new_id()), "Whole region")
    writer.put_area(area)
    for rule in _usual(area.id):
        writer.put_slot_rule(rule)
    return writer.slot_book()


def _usual(area_id: AreaId) -> Iterable[SlotRule]:
    return [SlotRule(RuleId(new_id()), area_id, opens, closes, most_orders=USUAL_ORDERS) for opens, closes in USUAL]
