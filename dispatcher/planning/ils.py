"""PyVRP's local search and penalties as the engine and re-sequencing use them."""

import pyvrp
from pyvrp.PenaltyManager import PenaltyManager, PenaltyParams
from pyvrp.search import OPERATORS, LocalSearch, compute_neighbours

from dispatcher.planning.model import Model


def local_search(model: Model, rng: pyvrp.RandomNumberGenerator) -> LocalSearch:
    """PyVRP's local search with all its operators that the data has a use for, as in `pyvrp.solve`."""
    local = LocalSearch(model.data, rng, compute_neighbours(model.data))
    for operator in OPERATORS:
        if operator.supports(model.data):
            local.add_operator(operator(model.data))
    return local


class Penalties(PenaltyManager):
    """PyVRP's penalties in the model's money, high enough to outweigh a prize.

    Without PyVRP's warning that rules are hard to keep: on an overfull day they are, and the reasons say so.
    """

    @classmethod
    def of(cls, model: Model) -> "Penalties":
        """The penalties that `pyvrp.solve` begins with, for each second of a driver's time instead of each unit."""
        plain = PenaltyParams()
        params = PenaltyParams(
            min_penalty=plain.min_penalty * model.scale,
            max_penalty=max(plain.max_penalty * model.scale, 2.0 * model.top_prize),
        )
        loads, late, far = plain.midpoint_penalties(model.data)
        return cls(([n * model.scale for n in loads], late * model.scale, far * model.scale), params)

    def _register(self, idx: int, violation: int) -> None:
        seen = self._viol_lists[idx]
        seen.append(violation)
        if len(seen) == self._params.solutions_between_updates:
            kept = sum(n == 0 for n in seen) / len(seen)
            seen.clear()
            self._penalties[idx] = self._compute(self._penalties[idx], kept)
