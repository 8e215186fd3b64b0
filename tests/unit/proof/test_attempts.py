"""An attempt to a record's body and back; what is missing; how near it was."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.ids import DeviceId, DriverId, OrderId, ShiftId
from dispatcher.domain.place import Place
from dispatcher.domain.proof import (
    Attempt,
    CodeVerdict,
    Handover,
    Ink,
    LineResult,
    Nearness,
    Need,
    Needs,
    Outcome,
    ProofKind,
)
from dispatcher.proof.attempts import from_body, to_body
from dispatcher.proof.canonical import canonical, from_ms
from dispatcher.proof.nearness import nearness
from dispatcher.proof.needs import missing
from tests.unit.proof.signatures import signature

words = st.text(st.characters(codec="utf-8"), max_size=12)
ids = st.uuids().map(str)
moments = st.integers(946_684_800_000, 4_102_444_800_000).map(from_ms)
milli = st.integers(-(10**9), 10**9).map(lambda n: n / 1_000)
amounts = st.integers(0, 10**9).map(lambda n: n / 1_000)
shares = st.integers(0, 10**6).map(lambda n: n / 10**6)
places = st.builds(
    lambda lat, lon: Place(lat / 10**7, lon / 10**7),
    st.integers(-90 * 10**7, 90 * 10**7),
    st.integers(-180 * 10**7, 180 * 10**7),
)
points = st.tuples(shares, shares, st.integers(0, 10**6))
inks = st.builds(
    Ink,
    st.integers(1, 9_999),
    st.integers(1, 9_999),
    st.lists(st.lists(points, min_size=1, max_size=4).map(tuple), max_size=3).map(tuple),
)
attempts = st.builds(
    Attempt,
    key=ids,
    order_id=ids.map(OrderId),
    shift_id=ids.map(ShiftId),
    driver_id=ids.map(DriverId),
    device_id=ids.map(DeviceId),
    number=st.integers(1, 99),
    outcome=st.sampled_from(Outcome),
    at=moments,
    received_at=moments,
    skew_s=milli,
    reason=words,
    handover=st.none() | st.sampled_from(Handover),
    name=words,
    note=words,
    lines=st.lists(st.builds(LineResult, st.integers(0, 99), amounts, words), max_size=3).map(tuple),
    scans=st.lists(words, max_size=3).map(tuple),
    cash=st.none() | st.integers(0, 10**9),
    cash_due=st.integers(0, 10**9),
    code=st.sampled_from(CodeVerdict),
    code_tries=st.integers(0, 9),
    ink=st.none() | inks,
    photos=st.lists(words, max_size=3).map(tuple),
    place=st.none() | places,
    accuracy_m=st.none() | amounts,
    place_age_s=st.none() | milli,
    mock=st.booleans(),
    distance_m=st.none() | amounts,
    nearness=st.sampled_from(Nearness),
    arrived_at=st.none() | moments,
    missing=st.lists(st.sampled_from(ProofKind), unique=True).map(tuple),
    app_version=words,
)


@given(attempts)
def test_an_attempt_comes_back_exactly(attempt: Attempt) -> None:
    assert from_body(to_body(attempt)) == attempt


@given(attempts)
def test_a_body_is_canonical_json(attempt: Attempt) -> None:
    canonical(to_body(attempt))


@given(attempts, st.floats(-1e6, 1e6), st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 1e6))
def test_finer_figures_are_rounded_once(attempt: Attempt, skew: float, lat: float, lon: float, metres: float) -> None:
    fine = replace(attempt, skew_s=skew, place=Place(lat, lon), distance_m=metres)
    once = from_body(to_body(fine))
    assert from_body(to_body(once)) == once
    assert once.place is not None
    assert once.place.distance_m(Place(lat, lon)) < 0.02
    assert once.distance_m == pytest.approx(metres, abs=5e-4)


# --- what is missing ----------------------------------------------------------------------------------------------

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
ALL: Needs = dict.fromkeys(ProofKind, Need.ASKED)


def attempt_with(**changes: Any) -> Attempt:
    """A delivery with nothing to show."""
    bare = Attempt(
        "key", OrderId("o"), ShiftId("s"), DriverId("d"), DeviceId("p"), 1, Outcome.DELIVERED, NOW, NOW, cash_due=1_250
    )
    return replace(bare, **changes)


def missed(needs: Needs, attempt: Attempt, **more: Any) -> set[ProofKind]:
    return set(missing(needs, attempt, **{"barcodes": {0: "111", 1: "222"}, **more}))


def test_of_nothing_all_is_missing_and_of_all_nothing() -> None:
    assert missed(ALL, attempt_with()) == set(ProofKind)
    given_ = {"code": CodeVerdict.RIGHT, "ink": signature(1), "photos": ("ab",), "name": "Aino", "cash": 1_250}
    assert missed(ALL, attempt_with(**given_, scans=("222", "111", "999"))) == set()


@pytest.mark.parametrize("level", [Need.OPTIONAL, Need.OFF])
def test_what_is_not_asked_for_is_not_missing(level: Need) -> None:
    assert missed(dict.fromkeys(ProofKind, level), attempt_with()) == set()


@pytest.mark.parametrize(
    ("kind", "changes", "more"),
    [
        (ProofKind.CODE, {"code": CodeVerdict.WRONG}, {}),
        (ProofKind.CODE, {"code": CodeVerdict.EXPIRED}, {}),
        (ProofKind.SIGNATURE, {"ink": Ink(600, 300, (((0.5, 0.5, 0),),))}, {}),
        (ProofKind.NAME, {"name": "  "}, {}),
        (ProofKind.SCAN, {"scans": ("111", "111")}, {}),
        (ProofKind.SCAN, {"scans": ("7",)}, {"barcodes": {0: ""}, "parcels": 2}),
        (ProofKind.CASH, {"cash": 1_249}, {}),
        (ProofKind.CASH, {"cash": None, "outcome": Outcome.PARTLY}, {}),
    ],
)
def test_given_but_not_as_wanted(kind: ProofKind, changes: dict[str, Any], more: dict[str, Any]) -> None:
    assert missed({kind: Need.REQUIRED}, attempt_with(**changes), **more) == {kind}


@pytest.mark.parametrize(
    ("kind", "changes", "more"),
    [
        (ProofKind.NAME, {"handover": Handover.SAFE_PLACE}, {}),
        (ProofKind.SCAN, {"scans": ("111",), "lines": (LineResult(1, 0, "DAMAGED"),), "outcome": Outcome.PARTLY}, {}),
        (ProofKind.SCAN, {"scans": ("7", "8")}, {"barcodes": {0: ""}, "parcels": 2}),
        (ProofKind.SCAN, {}, {"barcodes": {}, "parcels": 0}),
        (ProofKind.CASH, {"cash_due": 0}, {}),
        (ProofKind.CASH, {"cash": 500, "outcome": Outcome.PARTLY}, {}),
    ],
)
def test_given_as_far_as_can_be(kind: ProofKind, changes: dict[str, Any], more: dict[str, Any]) -> None:
    assert missed({kind: Need.REQUIRED}, attempt_with(**changes), **more) == set()


def test_a_reason_may_demand_a_photo() -> None:
    failed = attempt_with(outcome=Outcome.FAILED, cash_due=0)
    assert missed({}, failed, demands=frozenset({"photo", "call"})) == {ProofKind.PHOTO}


# --- how near -----------------------------------------------------------------------------------------------------

DOOR = Place(60.1699, 24.9384)


def metres_north(metres: float) -> Place:
    return Place(DOOR.lat + metres / 111_195, DOOR.lon)


@pytest.mark.parametrize(
    ("metres", "accuracy_m", "age_s", "expected"),
    [
        (0, 5, 0, Nearness.NEAR),
        (54, 5, 0, Nearness.NEAR),
        (56, 5, 0, Nearness.FAR),
        (140, 95, 0, Nearness.NEAR),
        (10, 101, 0, Nearness.UNCERTAIN),
        (10, 5, 121, Nearness.UNCERTAIN),
        (10, 5, -121, Nearness.UNCERTAIN),
        (10, None, 0, Nearness.UNCERTAIN),
        (10, 5, None, Nearness.UNCERTAIN),
    ],
)
def test_nearness(metres: float, accuracy_m: float | None, age_s: float | None, expected: Nearness) -> None:
    distance_m, near = nearness(DOOR, metres_north(metres), accuracy_m=accuracy_m, age_s=age_s, fence_m=50)
    assert near is expected
    assert distance_m == pytest.approx(metres, abs=0.1)


def test_without_a_position_nothing_is_known() -> None:
    assert nearness(DOOR, None, accuracy_m=5, age_s=0, fence_m=50) == (None, Nearness.UNCERTAIN)
