"""A plan on the judge's bench: what a search cannot weigh (breaks, odd pairs, handling) is put right stop by stop.

Each change is weighed by the judge, handling included, and respects what re-planning may not touch: fixed heads, rounds
that nothing enters, orders that stay. Pairs move together. No search for a better plan at large: that is the engine's.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.churn import handling_cost
from dispatcher.planning.judge import Weight, weigh_many
from dispatcher.planning.pairs import together
from dispatcher.planning.problem import Problem, Sequences

type Bundle = tuple[OrderId, ...]
"""Orders that only move together, in this order."""


@dataclass(frozen=True, slots=True)
class _Landing:
    """A place for a bundle."""

    shift_id: ShiftId
    sequence: list[OrderId]
    more: tuple[float, ...]
    """How much heavier the round is than without the bundle, rule by rule, then money."""


class Draft:
    """Sequences that are being put right."""

    def __init__(
        self,
        problem: Problem,
        sequences: Sequences,
        *,
        heads: Mapping[ShiftId, int],
        enterable: Collection[ShiftId],
        staying: Collection[OrderId],
    ) -> None:
        """`enterable`: rounds that stops may enter, behind their heads. `staying`: orders that keep their round."""
        self.problem, self.heads, self.enterable, self.staying = problem, heads, list(enterable), frozenset(staying)
        self.sequences = {shift_id: list(sequence) for shift_id, sequence in sequences.items()}
        self._weights: dict[tuple[ShiftId, tuple[OrderId, ...]], Weight] = {}

    def lacking(self, order_ids: Iterable[OrderId]) -> list[OrderId]:
        """Those of the orders that no round serves."""
        served = {order_id for sequence in self.sequences.values() for order_id in sequence}
        return [order_id for order_id in order_ids if order_id not in served]

    def insert(self, order_ids: Iterable[OrderId]) -> None:
        """Put those of the orders in that fit somewhere without breaking a rule more, each where it is cheapest."""
        self._insert(order_ids, only_fitting=True)

    def force(self, order_ids: Iterable[OrderId]) -> None:
        """Put the orders in where they do least harm."""
        self._insert(order_ids, only_fitting=False)

    def _insert(self, order_ids: Iterable[OrderId], *, only_fitting: bool) -> None:
        waiting = list(dict.fromkeys(order_ids))
        while waiting:
            bundle = together(self.problem, waiting[0], waiting)
            waiting = [o for o in waiting if o not in bundle]
            landing = self._best(bundle, self.enterable)
            if landing is not None and (_no_worse(landing.more) or not only_fitting):
                self.sequences[landing.shift_id] = landing.sequence

    def mend(self, shift_ids: Iterable[ShiftId], *, tries: int) -> None:
        """Move stops of rounds that break rules, within the round or to another, as long as the plan gets lighter."""
        for shift_id in shift_ids:
            improved = True
            while improved and tries > 0 and not self._weight(shift_id).sound:
                improved = False
                for bundle in self._bundles(shift_id):
                    tries -= 1
                    if self.move(bundle, shift_id):
                        improved = True
                        break
                    if tries <= 0:
                        break

    def take_back(self, homes: Mapping[OrderId, ShiftId]) -> None:
        """Move orders back to these rounds where the plan gets lighter by it."""
        owner = {order_id: shift_id for shift_id, sequence in self.sequences.items() for order_id in sequence}
        for order_id, home in homes.items():
            shift_id = owner.get(order_id, home)
            if shift_id == home or shift_id not in self.enterable or home not in self.enterable:
                continue
            bundle = next((b for b in self._bundles(shift_id) if order_id in b), None)
            if bundle is not None and not self.staying & set(bundle) and self.move(bundle, shift_id, to=[home]):
                owner.update(dict.fromkeys(bundle, home))

    def move(self, bundle: Bundle, shift_id: ShiftId, *, to: Sequence[ShiftId] | None = None) -> bool:
        """Move a bundle to its best place if the plan gets lighter by it; whether it did."""
        without = [o for o in self.sequences[shift_id] if o not in bundle]
        freed = _difference(self._weigh(shift_id, without), self._weight(shift_id))
        freed = (*freed[:-1], freed[-1] - round(handling_cost(self.problem, shift_id, bundle)))
        if to is None:
            to = [shift_id] if self.staying & set(bundle) else list(dict.fromkeys([shift_id, *self.enterable]))
        landing = self._best(bundle, to)
        if landing is None or tuple(a + b for a, b in zip(freed, landing.more, strict=True)) >= (0,) * len(freed):
            return False
        self.sequences[shift_id] = without
        self.sequences[landing.shift_id] = landing.sequence
        return True

    def shed(self, shift_id: ShiftId) -> list[OrderId]:
        """Take stops out until the round breaks no rule more than those that stay in it do; the orders taken out.

        First the least important of those whose leaving is enough, else the one that leaves the lightest round.
        """
        kept = [o for i, o in enumerate(self.sequences[shift_id]) if i < self.heads[shift_id] or o in self.staying]
        limit, out = self._weigh(shift_id, kept), list[OrderId]()
        while not _no_worse(_difference(self._weight(shift_id), limit)):
            bundles = [b for b in self._bundles(shift_id) if not set(b) & self.staying]
            if not bundles:
                break
            _, without, bundle = min((self._without(shift_id, b, limit) for b in bundles), key=lambda found: found[0])
            self.sequences[shift_id] = without
            out += bundle
        return out

    def _without(
        self, shift_id: ShiftId, bundle: Bundle, limit: Weight
    ) -> tuple[tuple[object, ...], list[OrderId], Bundle]:
        without = [o for o in self.sequences[shift_id] if o not in bundle]
        weight = self._weigh(shift_id, without)
        enough = _no_worse(_difference(weight, limit))
        dear = max(self.problem.visits[o].priority for o in bundle)
        return ((0, dear, *weight) if enough else (1, *weight)), without, bundle

    def _bundles(self, shift_id: ShiftId) -> list[Bundle]:
        """What may move in a round, last first, each pair once."""
        tail = self.sequences[shift_id][self.heads[shift_id] :]
        return list(dict.fromkeys(together(self.problem, order_id, tail) for order_id in reversed(tail)))

    def _best(self, bundle: Bundle, shift_ids: Iterable[ShiftId]) -> _Landing | None:
        """Where the bundle makes the plan least heavier: side by side first, then the last of a pair farther on."""
        best = self._lightest(bundle, [(s, sequence) for s in shift_ids for sequence in self._landings(s, bundle)])
        if best is None or len(bundle) == 1:
            return best
        others, last = [o for o in best.sequence if o != bundle[-1]], bundle[-1]
        spread = [[*others[:i], last, *others[i:]] for i in range(others.index(bundle[-2]) + 1, len(others) + 1)]
        return self._lightest(bundle, [(best.shift_id, sequence) for sequence in spread])

    def _landings(self, shift_id: ShiftId, bundle: Bundle) -> Iterator[list[OrderId]]:
        others = [o for o in self.sequences[shift_id] if o not in bundle]
        for i in range(min(self.heads.get(shift_id, 0), len(others)), len(others) + 1):
            yield [*others[:i], *bundle, *others[i:]]

    def _lightest(self, bundle: Bundle, tries: list[tuple[ShiftId, list[OrderId]]]) -> _Landing | None:
        weights = weigh_many(self.problem, tries)
        bases = {s: self._weigh(s, [o for o in self.sequences[s] if o not in bundle]) for s in {s for s, _ in tries}}
        handling = {s: round(handling_cost(self.problem, s, bundle)) for s in bases}
        best: _Landing | None = None
        for (shift_id, sequence), weight in zip(tries, weights, strict=True):
            more = _difference(weight, bases[shift_id])
            more = (*more[:-1], more[-1] + handling[shift_id])
            if best is None or more < best.more:
                best = _Landing(shift_id, sequence, more)
        return best

    def _weight(self, shift_id: ShiftId) -> Weight:
        return self._weigh(shift_id, self.sequences[shift_id])

    def _weigh(self, shift_id: ShiftId, sequence: Sequence[OrderId]) -> Weight:
        key = (shift_id, tuple(sequence))
        if key not in self._weights:
            (self._weights[key],) = weigh_many(self.problem, [key])
        return self._weights[key]


def _difference(after: Weight, before: Weight) -> tuple[float, ...]:
    return tuple(a - b for a, b in zip(after, before, strict=True))


def _no_worse(more: Sequence[float]) -> bool:
    """Whether no rule is broken more; money does not count."""
    return all(rule <= 0 for rule in more[:4])
