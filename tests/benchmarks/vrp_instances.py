"""Published routing instances as problems of ours, next to PyVRP's own reading of them."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import numpy as np
import pyvrp

from dispatcher.domain.fleet import Profile
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.roads import TravelTable
from dispatcher.planning.problem import PlaceIndex, Problem, Round, Visit

ORIGIN = datetime(2026, 6, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Instance:
    """One file: PyVRP's data, and the same as a problem."""

    name: str
    data: pyvrp.ProblemData
    problem: Problem


def data_folder() -> Path:
    """Where the instances lie: `ROUNDHOUSE_DATA`, or `shared/data` beside the checkout."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(os.environ.get("ROUNDHOUSE_DATA", beside)) / "vrp"


def instance_of(path: str, rounding: str) -> Instance | None:
    """Read one file below the data folder; `None` if it is not there."""
    where = data_folder() / path
    if not where.exists():
        return None
    data = pyvrp.read(where, round_func=rounding)
    return Instance(where.stem, data, problem_from(data))


def problem_from(data: pyvrp.ProblemData) -> Problem:
    """PyVRP's data in our words. Loads become thousandths; a unit of cost is a minor unit of money."""
    places = tuple(Place(0, i / 1000) for i in range(data.num_locations))
    visits = [_visit(i, client) for i, client in enumerate(data.clients())]
    rounds = [
        _round(f"{number}-{i}", data, kind)
        for number, kind in enumerate(data.vehicle_types())
        for i in range(kind.num_available)
    ]
    table = TravelTable(
        duration_s=data.duration_matrix(0).astype(np.int32),
        distance_m=data.distance_matrix(0).astype(np.int32),
        off_road_m=np.zeros(data.num_locations, np.float32),
    )
    return Problem(
        date=ORIGIN.date(),
        zone=ZoneInfo("UTC"),
        origin=ORIGIN,
        index=PlaceIndex(places, {place: i for i, place in enumerate(places)}),
        visits=MappingProxyType({visit.order_id: visit for visit in visits}),
        rounds=MappingProxyType({duty.shift_id: duty for duty in rounds}),
        travel=MappingProxyType({Profile.CAR: table}),
        set_aside=MappingProxyType({}),
        planned=MappingProxyType({duty.shift_id: () for duty in rounds}),
    )


def _visit(number: int, client: pyvrp.Client) -> Visit:
    open_ended = client.tw_early == 0 and client.tw_late == np.iinfo(np.int64).max
    return Visit(
        order_id=OrderId(str(number)),
        number=str(number),
        at=client.location,
        windows=() if open_ended else ((client.tw_early, client.tw_late),),
        service_s=client.service_duration,
        load=(sum(client.delivery) * 1000, 0, 0),
    )


def _round(name: str, data: pyvrp.ProblemData, kind: pyvrp.VehicleType) -> Round:
    return Round(
        shift_id=ShiftId(name),
        driver_id=DriverId(name),
        driver_name=name,
        vehicle_name=name,
        profile=Profile.CAR,
        starts_s=kind.tw_early,
        ends_s=kind.tw_late,
        start=data.depot(kind.start_depot).location,
        end=data.depot(kind.end_depot).location,
        capacity=(kind.capacity[0] * 1000, 0, 0),
        skills=frozenset(),
        cost_per_km=kind.unit_distance_cost * 1000,
        cost_per_hour=kind.unit_duration_cost * 3600,
        fixed_cost=kind.fixed_cost,
    )
