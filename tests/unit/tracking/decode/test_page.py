"""The driver page's positions."""

from datetime import UTC, datetime

import pytest

from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Decoded, Source
from dispatcher.tracking.decode import decode
from tests.unit.tracking.decode.samples import LAT, LON, NOW, PAGE_BATCH, PAGE_SAID, posted


def read(said: object) -> Decoded:
    return decode(Source.PAGE, posted(said), now=NOW)


def test_a_batch():
    first, second = decode(Source.PAGE, PAGE_BATCH, now=NOW).fixes
    assert first.at == datetime(2026, 11, 24, 8, 0, 0, 250000, tzinfo=UTC)
    assert (first.sent_at, first.place) == (datetime(2026, 11, 24, 8, 0, 5, tzinfo=UTC), Place(LAT, LON))
    assert (first.speed_mps, first.heading_deg, first.accuracy_m, first.altitude_m) == (8.25, 359.5, 6.5, 31.5)
    assert (first.battery, first.charging, second.speed_mps) == (0.5, True, None)


@pytest.mark.parametrize("wrong", [{"at": None}, {"at": "now"}, {"lat": "x"}, {"lon": 200}, {"lat": True}])
def test_a_wrong_point_is_a_fault_of_its_own(wrong):
    decoded = read({"sent_at": "?", "positions": [PAGE_SAID, {**PAGE_SAID, **wrong}, None]})
    assert (len(decoded.fixes), [fault.part for fault in decoded.faults]) == (1, [1, 2])


@pytest.mark.parametrize("said", [{}, [], {"positions": {}}, None])
def test_without_positions_it_is_a_fault(said):
    assert "positions" in read(said).faults[0].what
