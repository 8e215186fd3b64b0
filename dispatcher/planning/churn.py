"""What it costs to plan goods into another van than the one they are loaded in: the depot's churn budget.

Handing goods over takes `handling_s` of the driver who takes them: money in what engines and proposals compare, no rule
and no part of the judge's times.
"""

from collections.abc import Iterable

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.planning.judge import Weight, weigh
from dispatcher.planning.problem import Problem, Sequences


def handling_cost(problem: Problem, shift_id: ShiftId, order_ids: Iterable[OrderId]) -> float:
    """Minor currency units for what other vans have loaded of these orders, were this shift to serve them."""
    taken = sum(1 for o in order_ids if problem.visits[o].loaded_on not in (None, shift_id))
    return taken * problem.handling_s * problem.rounds[shift_id].cost_per_hour / 3600


def objective(problem: Problem, sequences: Sequences) -> Weight:
    """The judge's weight of these rounds with the price of handling in its cost: what re-planning makes small."""
    weight = weigh(problem, sequences)
    extra = sum(handling_cost(problem, shift_id, sequence) for shift_id, sequence in sequences.items())
    return weight._replace(cost=weight.cost + round(extra))
