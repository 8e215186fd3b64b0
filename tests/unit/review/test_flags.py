"""Every planted fault is found, few clean proofs are flagged, and each finding holds at its limit and not beyond."""

import random
from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.errors import Cancelled
from dispatcher.domain.proof import CodeVerdict, Outcome, ProofKind
from dispatcher.domain.review import FlagKind, FlagLimits
from dispatcher.domain.tracking import Visit, Witness
from dispatcher.proof.ink import evenly
from dispatcher.review.flags import flags_of, is_sampled
from dispatcher.review.photos import _Index
from dispatcher.review.seen import Seen
from tests.fixtures.proofs import clean, drawn, made_day, moved
from tests.unit.proof.pictures import hamming

USUAL = FlagLimits()


def kinds(one: Seen, *others: Seen, limits: FlagLimits = USUAL) -> list[FlagKind]:
    return [flag.kind for flag in flags_of([one, *others], limits).get(one.key, ())]


def a_proof(n: int = 0, **changes: object) -> Seen:
    one = clean(n, random.Random(n))
    return replace(one, attempt=replace(one.attempt, **changes))  # type: ignore[arg-type]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_every_planted_fault_is_found_and_few_clean_proofs_are_flagged(seed: int) -> None:
    seen, planted = made_day(300, seed, list(FlagKind))
    assert set(planted.values()) == set(FlagKind), "a fault of every kind"
    flags = flags_of(seen, USUAL)
    missed = {key: kind for key, kind in planted.items() if kind not in {flag.kind for flag in flags.get(key, ())}}
    assert not missed
    wrongly = flags.keys() - planted.keys()
    assert len(wrongly) <= 0.02 * (len(seen) - len(planted)), {key: flags[key] for key in wrongly}


def test_a_clean_day_has_no_flags() -> None:
    assert flags_of(made_day(600, 5)[0], USUAL) == {}


def test_none_switches_a_flag_off() -> None:
    seen, _ = made_day(300, 3, list(FlagKind))
    kept = {"bunched_m", "missing", "cash", "no_place", "two_names", "sample"}
    off = {f.name: None for f in fields(FlagLimits) if f.name not in kept}
    flags = flags_of(seen, FlagLimits(**off, missing=False, cash=False, no_place=False))  # type: ignore[arg-type]
    left = {flag.kind for found in flags.values() for flag in found}
    assert left == {FlagKind.MOCKED, FlagKind.CODE_FAILED, FlagKind.UNREADABLE, FlagKind.ORDER_CHANGED}


def test_values_stand_beside_their_limits_in_one_unit() -> None:
    (flag,) = flags_of([a_proof(distance_m=400.0)], USUAL)["key-00000"]
    assert (flag.kind, flag.value, flag.limit, flag.unit) == (FlagKind.FAR, 400.0, 150.0, "m")


@pytest.mark.parametrize(
    ("distance_m", "accuracy_m", "far"), [(240, 100, False), (260, 100, True), (260, 5_000, True), (150, None, True)]
)
def test_far_is_what_the_accuracy_cannot_explain(distance_m: float, accuracy_m: float | None, far: bool) -> None:
    assert (FlagKind.FAR in kinds(a_proof(distance_m=distance_m, accuracy_m=accuracy_m))) is far


def test_a_clock_that_is_wrong_is_no_early_report() -> None:
    one = a_proof()
    hour = timedelta(hours=1)
    wrong = replace(one, photos=(), attempt=replace(one.attempt, photos=(), at=one.attempt.at - hour, skew_s=-3_600.0))
    assert kinds(wrong) == []
    assert kinds(replace(wrong, attempt=replace(wrong.attempt, skew_s=0.0))) == [FlagKind.EARLY]


def test_the_track_says_how_long_not_the_driver_who_presses_late() -> None:
    one = a_proof()
    late = replace(one, attempt=replace(one.attempt, arrived_at=one.attempt.at - timedelta(seconds=2)))
    assert kinds(late) == []
    assert kinds(replace(late, visits=())) == [FlagKind.QUICK]
    said = Visit(late.attempt.shift_id, late.attempt.order_id, one.attempt.at, one.attempt.at, Witness.DRIVER)
    assert kinds(replace(late, visits=(said,))) == [FlagKind.QUICK], "the driver's word is no track"


def test_one_stop_put_off_to_the_end_puts_no_other_out_of_turn() -> None:
    seen = [clean(n, random.Random(n)) for n in range(20)]
    off = replace(seen[3], attempt=replace(seen[3].attempt, at=seen[19].attempt.at + timedelta(minutes=5)))
    seen[3] = replace(off, visits=(), photos=(), attempt=replace(off.attempt, photos=(), arrived_at=None))
    flags = flags_of(seen, USUAL)
    assert list(flags) == [seen[3].key]
    assert [(flag.kind, flag.value) for flag in flags[seen[3].key]] == [(FlagKind.OUT_OF_TURN, 16)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.3, 2.0), st.floats(-0.2, 0.3))
def test_the_same_strokes_are_known_again_at_any_size_and_other_hands_are_not(
    seed: int, scale: float, shift: float
) -> None:
    dice = random.Random(seed)
    one, other = drawn(dice), drawn(dice)
    again = moved(one, scale=scale, shift=shift, noise=0.0, dice=dice)
    first, second, third = (replace(a_proof(n), shape=evenly(ink)) for n, ink in ((1, one), (2, again), (3, other)))
    flags = flags_of([first, second, third], USUAL)
    assert [f.about for f in flags[first.key] if f.kind is FlagKind.INK_SAME] == [second.number]
    assert [f.about for f in flags[second.key] if f.kind is FlagKind.INK_SAME] == [first.number]
    assert FlagKind.INK_SAME not in {flag.kind for flag in flags.get(third.key, ())}


def test_two_parcels_at_one_door_share_photo_and_signature_by_right() -> None:
    one = a_proof(1)
    neighbour = replace(one, attempt=replace(one.attempt, key="key-2", order_id="order-2"), turn=2)  # type: ignore[arg-type]
    assert kinds(one, neighbour) == []
    far = replace(neighbour, door=a_proof(30).door)
    assert kinds(one, far) == [FlagKind.INK_SAME, FlagKind.TWIN]


def test_plain_surfaces_are_no_twins_but_one_file_is() -> None:
    plain = [replace(p, photos=(replace(p.photos[0], lookalike="0" * 16),)) for p in (a_proof(1), a_proof(2))]  # type: ignore[type-var]
    assert kinds(*plain) == []
    same = replace(plain[1], attempt=replace(plain[1].attempt, photos=plain[0].attempt.photos))
    assert kinds(plain[0], same) == [FlagKind.TWIN]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=30, unique=True), st.integers(0, 10), st.randoms())
def test_the_index_finds_what_comparing_all_does(looks: list[int], bits: int, dice: random.Random) -> None:
    near = {look ^ sum(1 << bit for bit in dice.sample(range(64), dice.randint(0, bits + 2))) for look in looks}
    hashes = sorted({*looks, *near})
    index = _Index(hashes, bits)
    for look in looks:
        expected = {other for other in hashes if hamming(f"{look:x}", f"{other:x}") <= bits}
        assert {other for _, other in index.near(look)} == expected


def test_cash_and_code_are_said_once() -> None:
    lacking = (ProofKind.CODE, ProofKind.NAME, ProofKind.CASH)
    one = a_proof(missing=lacking, code=CodeVerdict.EXPIRED, cash_due=500)
    assert kinds(one) == [FlagKind.CODE_FAILED, FlagKind.MISSING, FlagKind.CASH_SHORT]
    off = FlagLimits(cash=False)
    found = flags_of([one], off)[one.key]
    assert [flag.about for flag in found if flag.kind is FlagKind.MISSING] == ["name", "cash"]


@pytest.mark.parametrize(
    ("outcome", "cash", "short"),
    [(Outcome.DELIVERED, 499, True), (Outcome.DELIVERED, 500, False), (Outcome.PARTLY, 100, False),
     (Outcome.PARTLY, None, True), (Outcome.FAILED, None, False)],
)  # fmt: skip
def test_cash_is_short_of_what_changed_hands(outcome: Outcome, cash: int | None, short: bool) -> None:
    assert (FlagKind.CASH_SHORT in kinds(a_proof(outcome=outcome, cash=cash, cash_due=500))) is short


def test_three_far_away_are_no_bunch_and_four_are() -> None:
    seen, planted = made_day(200, 1, [FlagKind.BUNCHED])
    bunch = [one for one in seen if one.key in planted]
    assert FlagKind.BUNCHED not in kinds(*bunch[:3])
    assert FlagKind.BUNCHED in kinds(*bunch[:4])
    near = [replace(one, attempt=replace(one.attempt, distance_m=10.0)) for one in bunch]
    assert kinds(*near) == [], "at their own addresses: one house"


def test_it_ends_when_asked_to() -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        flags_of(made_day(10, 1)[0], USUAL, stop)


def test_the_sample_is_the_share_asked_for_and_the_salts_secret() -> None:
    keys = [f"key-{n}" for n in range(4_000)]
    drawn_ = [key for key in keys if is_sampled(key, b"salt", 0.05)]
    assert 150 < len(drawn_) < 250
    assert drawn_ == [key for key in keys if is_sampled(key, b"salt", 0.05)]
    assert drawn_ != [key for key in keys if is_sampled(key, b"other", 0.05)]
    assert all(is_sampled(key, b"", 1.0) for key in keys)
    assert not any(is_sampled(key, b"", 0.0) for key in keys)


def test_no_position_is_a_finding_only_where_there_was_one_to_give() -> None:
    unplaced = {"place": None, "accuracy_m": None, "place_age_s": None, "distance_m": None}
    one, other = a_proof(1, **unplaced), a_proof(2, **unplaced)
    assert kinds(one) == [FlagKind.NO_PLACE], "the track saw the van at the door"
    untracked = replace(one, visits=()), replace(other, visits=())
    assert kinds(*untracked) == [], "a phone that never says where it is has nothing to give"
    assert kinds(untracked[0], a_proof(3)) == [FlagKind.NO_PLACE], "at the next door it said where it was"
    elsewhere = replace(a_proof(3), attempt=replace(a_proof(3).attempt, device_id="another phone"))  # type: ignore[arg-type]
    assert kinds(untracked[0], elsewhere) == []


def test_a_photo_that_may_still_come_is_no_finding() -> None:
    one = replace(a_proof(), photos=(None,))
    assert kinds(one) == [FlagKind.ABSENT]
    assert kinds(replace(one, photos_due=False)) == []
