"""Slots: when customers may choose to be served, how much fits into each, and who holds a place in one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NewType
from zoneinfo import ZoneInfo

from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Load
from dispatcher.domain.place import Place
from dispatcher.domain.time import TimeWindow, at_local

AreaId = NewType("AreaId", str)
RuleId = NewType("RuleId", str)

HOLD_LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the region with slots of its own."""

    id: AreaId
    name: str
    postcodes: tuple[str, ...] = ()
    """Prefixes; an address belongs to the area with the longest that fits."""
    ring: tuple[Place, ...] = ()
    """Or a polygon, closed by itself; it goes before postcodes."""


@dataclass(frozen=True, slots=True)
class SlotRule:
    """A recurring slot."""

    id: RuleId
    area_id: AreaId
    opens: time
    """By the depot's clock."""
    closes: time
    """Not later than midnight; before `opens` it is the next day's."""
    weekdays: frozenset[int] = frozenset(range(5))
    """Monday 0."""
    first: date | None = None
    last: date | None = None
    cut_off_s: int = 12 * 3_600
    """So long before it opens nobody can choose it any more."""
    lead_days: int = 0
    """Not within so many days from today; 1 is from tomorrow on."""
    ahead_days: int = 14
    """Not farther ahead."""
    most_orders: int | None = 20
    most_minutes: int | None = None
    """Of service."""
    most: Load | None = None
    price: int = 0
    """What the customer pays for it, minor currency units."""


@dataclass(frozen=True, slots=True)
class SlotChange:
    """What is otherwise than the rule says on one date."""

    rule_id: RuleId
    on: date
    closed: bool = False
    most_orders: int | None = None
    """Instead of the rule's; `None` for as the rule has it."""
    opens: time | None = None
    closes: time | None = None


@dataclass(frozen=True, slots=True)
class Blackout:
    """A date without slots, in one area or in all."""

    on: date
    area_id: AreaId | None = None
    why: str = ""


class HoldState(StrEnum):
    """What became of a place that was taken."""

    HELD = "held"
    CONFIRMED = "confirmed"
    """An order has it."""
    LET_GO = "let go"
    RUN_OUT = "run out"


@dataclass(frozen=True, slots=True)
class SlotHold:
    """A place in a slot."""

    id: str
    rule_id: RuleId
    on: date
    at: datetime
    until: datetime
    """While only held."""
    by: str
    minutes: int = 0
    load: Load = field(default_factory=Load)
    state: HoldState = HoldState.HELD
    order_id: OrderId | None = None
    moved_from: str = ""
    """The hold that this one took the place of."""

    def counts(self, now: datetime) -> bool:
        """Whether it takes up room."""
        return self.state is HoldState.CONFIRMED or (self.state is HoldState.HELD and now < self.until)


@dataclass(frozen=True, slots=True)
class Slot:
    """One rule on one date, as it stands."""

    rule: SlotRule
    area: Area
    on: date
    window: TimeWindow
    closed: str = ""
    """Why nobody can choose it: blackout, closed by hand, past its cut-off, full; empty if one can."""
    most_orders: int | None = None
    orders: int = 0
    """Held and confirmed."""
    minutes: int = 0
    load: Load = field(default_factory=Load)

    @property
    def filling(self) -> float:
        """Share that is taken, of whatever is scarcest; 0 without limits."""
        shares = [0.0]
        if self.most_orders:
            shares.append(self.orders / self.most_orders)
        if self.rule.most_minutes:
            shares.append(self.minutes / self.rule.most_minutes)
        if self.rule.most:
            taken, most = self.load, self.rule.most
            shares += [t / m for t, m in ((taken.kg, most.kg), (taken.litres, most.litres)) if m]
        return max(shares)


@dataclass(frozen=True, slots=True)
class SlotBook:
    """The whole catalogue."""

    areas: Mapping[AreaId, Area] = field(default_factory=dict)
    rules: Mapping[RuleId, SlotRule] = field(default_factory=dict)
    changes: Mapping[tuple[RuleId, date], SlotChange] = field(default_factory=dict)
    blackouts: frozenset[Blackout] = frozenset()


def window_of(rule: SlotRule, change: SlotChange | None, on: date, zone: ZoneInfo) -> TimeWindow:
    """When a slot is, on a date: two UTC moments, and the same one if the change of clocks skips all of it."""
    opens, closes = (change and change.opens) or rule.opens, (change and change.closes) or rule.closes
    ends_on = on if closes > opens else on + timedelta(days=1)
    opens_at = at_local(on, opens, zone)
    return TimeWindow(opens_at, max(opens_at, at_local(ends_on, closes, zone)))
