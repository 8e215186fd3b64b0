"""A few rounds of a day as a problem of their own: a search among them needs no travel tables of 5,000 places."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from dispatcher.domain.ids import OrderId
from dispatcher.domain.roads import TravelTable
from dispatcher.planning.problem import NOWHERE, PlaceIndex, Problem, Round, Sequences


def narrowed(problem: Problem, sequences: Sequences, order_ids: Collection[OrderId]) -> Problem:
    """The same problem with these rounds only, the orders they serve, these further ones, and the places of both."""
    kept = dict.fromkeys([*(o for sequence in sequences.values() for o in sequence), *order_ids])
    visits = {o: problem.visits[o] for o in kept}
    rounds = {s: problem.rounds[s] for s in sequences}
    ends = [end for duty in rounds.values() for end in (duty.start, duty.start if duty.end is None else duty.end)]
    places = list(dict.fromkeys([*ends, *(v.at for v in visits.values() if v.at != NOWHERE)]))
    at = {old: new for new, old in enumerate(places)} | {NOWHERE: NOWHERE}
    named = [problem.index.places[place] for place in places]
    return replace(
        problem,
        index=PlaceIndex(tuple(named), MappingProxyType({place: i for i, place in enumerate(named)})),
        visits=MappingProxyType({o: replace(visit, at=at[visit.at]) for o, visit in visits.items()}),
        rounds=MappingProxyType({s: _placed(duty, at) for s, duty in rounds.items()}),
        travel=MappingProxyType({profile: _cut(table, places) for profile, table in problem.travel.items()}),
        set_aside=MappingProxyType({o: reason for o, reason in problem.set_aside.items() if o in visits}),
        planned=MappingProxyType({s: problem.planned.get(s, ()) for s in sequences}),
    )


def _placed(duty: Round, at: Mapping[int, int]) -> Round:
    return replace(duty, start=at[duty.start], end=None if duty.end is None else at[duty.end])


def _cut(table: TravelTable, places: Sequence[int]) -> TravelTable:
    square = np.ix_(places, places)
    return TravelTable(table.duration_s[square], table.distance_m[square], table.off_road_m[places])
