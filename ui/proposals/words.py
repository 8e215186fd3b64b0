"""Proposals in the words of the trade: what a card brings, what becomes worse, what happens to a stop.

Knows no Qt. Figures come from a card as the judge made it; nothing is computed here but differences.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dispatcher.domain.schedule import RouteTimes, Rule
from dispatcher.services.proposals import Card
from ui import format as fmt
from ui.board.words import violation_code

FIRST_STEP = (
    "No proposals.\n"
    "F9 plans the whole day; the outcome is shown here first. After a stop was moved by hand, improvements to the rest "
    "of the day come by themselves. Nothing changes until it is taken."
)

UNPLANNED = "unplanned"

_WHOLE_FROM = 1_000
"""Minor units from which on cents say nothing."""
_LEAST_M, _LEAST_S, _LEAST_COST = 50, 30, 1
"""Less than that would be shown as nothing."""


@dataclass(frozen=True, slots=True)
class Brings:
    """A card in one line: the good and the neutral, then what becomes worse."""

    good: str
    worse: str

    @property
    def text(self) -> str:
        """All of it."""
        return "; ".join(part for part in (self.good, self.worse) if part)


def brings(card: Card) -> Brings:
    """What taking the whole card would mean."""
    good = [part for part in (_figures(card), *_mended(card), *_moved(card)) if part]
    return Brings(", ".join(good) or "changes nothing any more", ", ".join(_worse(card)))


def money(minor_units: int, currency: str) -> str:
    """Without a sign: "€31", "€3.40", "31 CHF"."""
    return fmt.price(minor_units, currency, whole_from=_WHOLE_FROM)


def _metres(metres: int) -> str:
    return f"{abs(metres) / 1000:,.0f} km" if abs(metres) >= 9_950 else fmt.distance(abs(metres))


def _time(seconds: int) -> str:
    whole = round(abs(seconds) / 60)
    return f"{whole} min" if whole < 120 else fmt.duration(abs(seconds))


def _figures(card: Card) -> str:
    """Such as "saves 14 km and 22 min (€31)" or "saves 14 km, adds 5 min (saves €12)"; empty for next to nothing."""
    amounts = ((card.saves_m, _LEAST_M, _metres), (card.saves_s, _LEAST_S, _time))
    shown: list[tuple[bool, str]] = [(v > 0, say(v)) for v, least, say in amounts if abs(v) >= least]
    saved, added = (" and ".join(words for good, words in shown if good is which) for which in (True, False))
    parts = [f"saves {saved}" if saved else "", f"adds {added}" if added else ""]
    whole = ", ".join(part for part in parts if part)
    if abs(card.saves_cost) < _LEAST_COST:
        return whole
    cost = money(card.saves_cost, card.day.depot.currency)
    verb = "saves" if card.saves_cost > 0 else "adds"
    if not whole:
        return f"{verb} {cost}"
    return f"{whole} ({cost})" if whole.startswith(verb) and not (saved and added) else f"{whole} ({verb} {cost})"


def _mended(card: Card) -> Iterator[str]:
    if card.mends:
        yield f"mends {fmt.count(card.mends, 'late stop')}"


def _moved(card: Card) -> Iterator[str]:
    """What is planned or taken out is not counted among the moves again."""
    given = sum(1 for stop in card.stops if stop.moves and stop.before_shift and stop.after_shift)
    if card.plans:
        waiting = max(card.plans, len(card.day.unplanned))
        share = f"{card.plans:,} of " if card.plans < waiting else ""
        yield f"plans {share}{fmt.count(waiting, 'order')}"
    if given:
        yield f"moves {fmt.count(given, 'stop')}"
    turned = sum(1 for diff in card.rounds if diff.resequenced and not diff.comes and not diff.leaves)
    if turned:
        yield f"re-sequences {fmt.count(turned, 'round')}"


def _worse(card: Card) -> Iterator[str]:
    if card.spoils:
        yield f"{fmt.count(card.spoils, 'stop')} {'becomes' if card.spoils == 1 else 'become'} late"
    out = sum(1 for stop in card.stops if stop.before_shift and not stop.after_shift)
    if out:
        yield f"{fmt.count(out, 'stop')} {'goes' if out == 1 else 'go'} back to the pool"
    later = sum(s.after.late_s - s.before.late_s for s in card.stops if s.before and s.after and s.before.late_s)
    if later >= _LEAST_S:
        yield f"late stops are {fmt.minutes(later)} later in all"
    codes = dict.fromkeys(code for diff in card.rounds for code in newly_broken(diff.before, diff.after))
    yield from (f"new: {code}" for code in codes)
    handed = sum(max(stop.handling_s, 0) for stop in card.stops)
    if handed:
        yield f"{fmt.minutes(handed)} of handing goods over"


def newly_broken(before: RouteTimes, after: RouteTimes) -> Sequence[str]:
    """Rules other than lateness that a round breaks only afterwards, each in a word or two."""
    known = {(v.rule, v.order_id) for v in before.broken}
    fresh = (v for v in after.broken if (v.rule, v.order_id) not in known and v.rule is not Rule.LATE)
    return tuple(dict.fromkeys(violation_code(v) for v in fresh))


def handling(seconds: int) -> str:
    """What handing goods over costs: "hand over 5 min"; "no handing over" when it becomes needless."""
    if not seconds:
        return ""
    return f"hand over {fmt.minutes(seconds)}" if seconds > 0 else f"no handing over, −{fmt.minutes(-seconds)}"


def taking(drivers: int, stops: int) -> str:
    """What the button for the selected rows says."""
    if drivers and stops:
        return f"Take {fmt.count(drivers, 'driver')} and {fmt.count(stops, 'stop')}"
    if drivers:
        return "Take this driver" if drivers == 1 else f"Take {drivers:,} drivers"
    return "Take this stop" if stops <= 1 else f"Take {stops:,} stops"
