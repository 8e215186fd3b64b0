"""Overland's batches."""

from datetime import UTC, datetime

import pytest

from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Source
from dispatcher.tracking.decode import decode
from tests.unit.tracking.decode.samples import LAT, LON, NOW, OVERLAND_200, OVERLAND_BATCH, overland_feature, posted


def read(said: object) -> Decoded:
    return decode(Source.OVERLAND, posted(said), now=NOW)


def test_a_batch_with_the_current_point_last():
    decoded = decode(Source.OVERLAND, OVERLAND_BATCH, now=NOW)
    assert [fix.at.second for fix in decoded.fixes] == [1, 2, 59]
    assert (decoded.unique_id, decoded.faults) == ("van 7", ())
    fix = decoded.fixes[0]
    assert fix.at == datetime(2026, 11, 24, 8, 0, 1, tzinfo=UTC)
    assert fix.place == Place(LAT + 0.0001, LON)
    assert (fix.speed_mps, fix.heading_deg, fix.accuracy_m, fix.altitude_m) == (8.5, 90.0, 30.0, 12.0)
    assert (fix.battery, fix.charging, fix.motion) == (0.89, True, "driving, stationary")


def test_negative_is_unknown():
    fix = read(
        {"locations": [overland_feature(1, speed=-1, course=-1, battery_level=-1, battery_state="unknown")]}
    ).fixes[0]
    assert (fix.speed_mps, fix.heading_deg, fix.battery, fix.charging) == (None,) * 4


def test_longitude_comes_first():
    feature = overland_feature(0)
    feature["geometry"] = {"type": "Point", "coordinates": [-122.030581, 37.3318, 12.0]}
    assert read({"locations": [feature]}).fixes[0].place == Place(37.3318, -122.030581)


def test_the_end_of_the_app_is_an_event():
    decoded = decode(Source.OVERLAND, OVERLAND_BATCH, now=NOW)
    assert decoded.events == (
        DeviceEvent(datetime(2026, 11, 24, 8, 0, 30, tzinfo=UTC), EventKind.CLOSING, "will_terminate"),
    )


@pytest.mark.parametrize(
    "feature",
    [overland_feature(5, action="visit", arrival_date="2026-11-24T06:00:00Z"), overland_feature(5, type="trip")],
)
def test_a_visit_and_a_trip_are_no_positions(feature):
    decoded = read({"locations": [feature]})
    assert (decoded.fixes, [event.kind for event in decoded.events]) == ((), [EventKind.STATUS])


@pytest.mark.parametrize(
    "coordinates", [None, [], [LON], "24.9,60.1", {"lon": 1}, [LON, None], [LON, 1e308], [[LON, LAT]], [True, False]]
)
def test_wrong_coordinates_are_a_fault_of_that_point_alone(coordinates):
    wrong = {**overland_feature(2), "geometry": {"type": "Point", "coordinates": coordinates}}
    decoded = read({"locations": [overland_feature(1), wrong, overland_feature(3)]})
    assert ([fix.at.second for fix in decoded.fixes], [f.part for f in decoded.faults]) == ([1, 3], [1])


def test_a_point_without_a_time_is_a_fault():
    assert [fault.part for fault in read({"locations": [overland_feature(1, timestamp=None)]}).faults] == [0]


@pytest.mark.parametrize("said", [{}, [], {"locations": {}}, {"locations": None}, "text", None])
def test_without_a_list_of_locations_it_is_a_fault(said):
    assert "locations" in read(said).faults[0].what


def test_an_empty_list_is_legal():
    assert read({"locations": []}) == Decoded()


def test_a_whole_batch():
    assert len(decode(Source.OVERLAND, OVERLAND_200, now=NOW).fixes) == 200


def test_ten_thousand_bad_points_are_told_in_few_words():
    decoded = read({"locations": [overland_feature(1), *[{}] * 10_000]})
    assert len(decoded.fixes) == 1
    assert len(decoded.faults) == 101
    assert decoded.faults[-1].what == "9,900 more points of this message could not be used."
