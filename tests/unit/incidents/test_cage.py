"""Which goods come back, and when they have gone again: by attempts, in plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dispatcher.domain.ids import DeviceId, DriverId, ShiftId
from dispatcher.domain.incidents import CagedGoods, Remedy
from dispatcher.domain.orders import Load, Order, OrderKind, OrderState
from dispatcher.domain.proof import Attempt, Outcome
from dispatcher.incidents.cage import Going, comes_back, expected_of, going_of, kept_up, pieces_of
from dispatcher.incidents.rules_door import Tried
from dispatcher.incidents.rules_road import cage_rules
from tests.fixtures import days

ON, NEXT = date(2026, 6, 15), date(2026, 6, 16)
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
ORDER = replace(days.make_order(1, None), load=Load(parcels=2), date=ON)
SHIFT = ShiftId("shift")


def tried(outcome: Outcome = Outcome.FAILED, order: Order | None = ORDER, **changes: object) -> Tried:
    made = Attempt("key", ORDER.id, SHIFT, DriverId("d"), DeviceId("p"), 1, outcome, NOON, NOON, reason="NOT_HOME")
    attempt = replace(made, **changes)  # type: ignore[arg-type]
    return Tried(attempt, ON, order, attempt.reason)


def row(**changes: object) -> CagedGoods:
    return replace(CagedGoods(ORDER.id, "1", ON, NOON, SHIFT), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("what", "back"),
    [
        (tried(), True),
        (tried(Outcome.PARTLY), True),
        (tried(Outcome.DELIVERED), False),
        (tried(reason="NOT_LOADED"), False),
        (tried(order=replace(ORDER, kind=OrderKind.COLLECTION)), False),
        (tried(order=None), True),
    ],
)
def test_what_comes_back(what: Tried, back: bool) -> None:
    assert comes_back(what) is back
    assert bool(list(expected_of(what))) is back


def test_at_least_one_piece() -> None:
    assert pieces_of(None, None) == ("1",)
    assert pieces_of(replace(ORDER, load=Load()), None) == ("1",)
    assert pieces_of(ORDER, None) == ("1", "2")


def going(piece: CagedGoods, order: Order | None, latest: Tried | None, later: Tried | None = None) -> Going | None:
    return going_of(piece, order, latest, later, untouched=False, now=NOON)


def test_goods_stay_where_the_attempt_left_them() -> None:
    assert going(row(), ORDER, tried()) is None


def test_delivered_after_all() -> None:
    gone = going(row(), ORDER, tried(Outcome.DELIVERED))
    assert gone is not None
    assert gone.remedy is Remedy.AGAIN_TODAY


def test_tried_on_the_other_day() -> None:
    moved = replace(ORDER, date=NEXT, attempt=2)
    assert going(row(scanned_at=NOON), moved, tried(order=moved)) is None
    gone = going(row(scanned_at=NOON), moved, tried(order=moved), tried(order=moved, number=2))
    assert gone is not None
    assert gone.remedy is Remedy.ANOTHER_DAY


def test_cancelled_goods_wait_in_the_cage() -> None:
    cancelled = replace(ORDER, state=OrderState.CANCELLED, attempt=2)
    assert going(row(), cancelled, tried(order=cancelled)) is None


def test_taken_back_lets_go_only_of_what_is_not_here() -> None:
    gone = going(row(), ORDER, None)
    assert gone is not None
    assert [piece.left_at for piece in kept_up([row()], [], [gone])] == [NOON]
    assert kept_up([row(scanned_at=NOON)], [], [gone]) == []


def test_known_pieces_are_left_alone() -> None:
    expected = list(expected_of(tried()))
    assert kept_up([], expected, []) == expected
    assert kept_up(expected, expected, []) == []
    here = [replace(piece, scanned_at=NOON + timedelta(hours=1)) for piece in expected]
    assert kept_up(here, expected, []) == []


def test_what_was_scanned_and_went_out_comes_back_once_more() -> None:
    before = row(scanned_at=NOON + timedelta(hours=1), left_at=NOON + timedelta(hours=2), left_for=Remedy.AGAIN_TODAY)
    again = row(expected_at=NOON + timedelta(hours=3))
    assert kept_up([before], [again], []) == [again]


def test_missing_two_hours_after_the_round_and_not_while_it_is_driven() -> None:
    ended = {SHIFT: NOON + timedelta(hours=3)}
    late = NOON + timedelta(hours=6)
    assert not list(cage_rules([row()], ended, [], late))
    assert not list(cage_rules([row()], ended, [SHIFT], NOON + timedelta(hours=4)))
    (want,) = cage_rules([row(), row(piece="2")], ended, [SHIFT], late)
    assert want.since == NOON + timedelta(hours=5)
    assert not list(cage_rules([row(scanned_at=NOON)], ended, [SHIFT], late))
    assert list(cage_rules([row()], {}, [], NOON + timedelta(hours=14))), "nobody knows the round any more"
