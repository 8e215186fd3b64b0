"""What is learned is tried on days it has not seen, and used only where that is no chance."""

import math
from datetime import date, timedelta

import numpy as np
import pytest

from dispatcher.domain.learned import Target
from dispatcher.domain.tracking import Leg
from dispatcher.learning.samples import Gathered, Samples
from dispatcher.learning.tables import FAILURE_SPREADS, SERVICE_SPREADS
from dispatcher.learning.trial import MIN_DAYS, MIN_FAILED, MIN_SAMPLES, by_chance, judged, one_sided, split
from dispatcher.services.learning_samples import Legs
from dispatcher.services.learning_training import failure_learned, service_learned, travel_learned
from tests.unit.learning import truth

MONDAY = date(2026, 3, 16).toordinal()


def test_the_last_fifth_of_the_days_is_held_out_whole() -> None:
    days = np.repeat(np.arange(30) + MONDAY, 7)
    parts = split(days)
    assert set(days[parts.held]) == set(range(MONDAY + 24, MONDAY + 30))
    assert not (parts.held & parts.learn).any()
    assert (parts.held | parts.learn).all()


def test_with_gaps_it_is_days_with_samples_that_count() -> None:
    days = np.array([MONDAY + 10 * n for n in range(20)])
    assert list(days[split(days).held]) == list(days[-5:])


def test_never_fewer_than_five_days_are_held_out() -> None:
    days = np.arange(16) + MONDAY
    assert split(days).held.sum() == 5


def test_learned_times_cut_the_error_where_there_is_a_truth() -> None:
    trial, tables = service_learned(truth.service(), 180.0)
    assert trial.used, trial.why
    assert trial.plain is not None
    assert trial.learned is not None
    assert trial.learned <= 0.6 * trial.plain
    assert tables is not None
    assert tables.samples == trial.samples + trial.held_out
    assert {"A business", "A house"} <= {reason.words for reason in trial.because}
    assert next(r for r in trial.because if r.words == "A business").effect > 60
    assert next(r for r in trial.because if r.words == "A house").effect < -60


def test_learned_chances_beat_the_share_where_there_is_a_truth() -> None:
    trial, tables = failure_learned(truth.failure())
    assert trial.used, trial.why
    assert trial.plain is not None
    assert trial.learned is not None
    assert trial.learned < trial.plain
    assert tables is not None


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_used_where_the_truth_is_flat(seed: int) -> None:
    service, tables = service_learned(truth.flat_service(seed=seed, days=25, a_day=40), 180.0)
    assert (service.used, tables, bool(service.why)) == (False, None, True)
    failure, chances = failure_learned(truth.flat_failure(seed=seed, days=25, a_day=40))
    assert (failure.used, chances, bool(failure.why)) == (False, None, True)


def test_what_chance_alone_would_gain_as_often_is_chance() -> None:
    assert by_chance(np.array([1.0, 1.0, 1.0, 1.0, 1.0])) == 1 / 32
    assert by_chance(np.array([1.0, -1.0])) == 0.75
    assert by_chance(np.full(40, 1.0)) == pytest.approx(1 / 4096)
    assert by_chance(np.array([1.0, -1.0] * 20)) > 0.3


def test_a_gain_on_one_day_only_is_not_enough() -> None:
    days = np.repeat(np.arange(20) + MONDAY, 20)
    parts = split(days)
    plain, learned = np.ones(100), np.ones(100)
    learned[:20] = 0.0
    trial = judged(Target.SERVICE, days, parts, plain, learned)
    assert trial.plain == 1.0
    assert trial.learned == 0.8
    assert not trial.used
    assert "1 of 5 days held out, which may be chance" in trial.why


def test_a_plain_rule_without_error_and_errors_that_are_no_numbers_win_nothing() -> None:
    days = np.repeat(np.arange(20) + MONDAY, 20)
    for plain, learned in ((np.zeros(100), np.zeros(100)), (np.ones(100), np.full(100, math.nan))):
        trial = judged(Target.SERVICE, days, split(days), plain, learned)
        assert not trial.used
        assert trial.why


# --- too little ---------------------------------------------------------------------------------------------------


def some(groups: dict[str, float], days: int, a_day: int, value: float = 100.0) -> Samples:
    found = Gathered(tuple(groups))
    for n in range(days):
        for _ in range(a_day):
            found.add(date.fromordinal(MONDAY) + timedelta(days=n), value, {"driver": "d0", "kind": "flat"})
    return found.samples()


def test_without_any_history_there_is_nothing() -> None:
    for trial, model in (
        service_learned(some(SERVICE_SPREADS, 0, 0), 180.0),
        failure_learned(some(FAILURE_SPREADS, 0, 0)),
        travel_learned(Legs([], np.empty(0, np.int64))),
    ):
        assert (trial.used, model, trial.plain, trial.learned) == (False, None, None, None)
        assert (trial.samples, trial.held_out, trial.first, trial.last) == (0, 0, None, None)
        assert trial.why == f"There are 0 days to learn from, and {MIN_DAYS} are needed."


def test_one_driver_on_one_day_teaches_nothing() -> None:
    trial, tables = service_learned(some(SERVICE_SPREADS, 1, 120), 180.0)
    assert (trial.used, tables) == (False, None)
    assert trial.why == f"There is 1 day to learn from, and {MIN_DAYS} are needed."


def test_many_days_with_few_samples_teach_nothing() -> None:
    trial, _tables = service_learned(some(SERVICE_SPREADS, 30, 2), 180.0)
    assert f"{MIN_SAMPLES} and" in trial.why
    assert not trial.used


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_attempts_that_all_ended_alike_teach_nothing(value: float) -> None:
    trial, tables = failure_learned(some(FAILURE_SPREADS, 30, 20, value))
    assert (trial.used, tables) == (False, None)
    assert trial.why == (
        f"Of the attempts to learn from only 0 {'did not fail' if value else 'failed'}, and {MIN_FAILED} are needed."
    )


def test_failures_on_the_days_held_out_alone_are_not_enough() -> None:
    days = np.repeat(np.arange(30) + MONDAY, 20)
    parts = split(days)
    assert "to learn from only 0 failed" in one_sided(parts.held, parts)


def test_service_times_that_are_all_alike_are_learned_as_they_are() -> None:
    trial, tables = service_learned(some(SERVICE_SPREADS, 30, 20, 100.0), 180.0)
    assert trial.used
    assert trial.learned == pytest.approx(0.0, abs=1.0)
    assert tables is not None
    assert math.exp(tables.base) == pytest.approx(100, rel=0.02)


# --- the way ------------------------------------------------------------------------------------------------------


def legs(factor: float, days: int = 20, a_day: int = 30, seed: int = 1) -> Legs:
    dice = np.random.default_rng(seed)
    found, on = [], []
    for n in range(days):
        for k in range(a_day):
            slow = factor if k % 3 == 0 else 1.0
            driven = round(400 * slow * float(dice.lognormal(0, 0.1)))
            found.append(Leg("u1h2c", 8 if k % 3 == 0 else 12, n % 7, 400, driven))
            on.append(MONDAY + n)
    return Legs(found, np.array(on))


def test_rush_hours_are_learned_and_told() -> None:
    trial, pace = travel_learned(legs(1.8))
    assert trial.used
    assert trial.learned is not None
    assert trial.plain is not None
    assert trial.learned < 0.6 * trial.plain
    assert pace is not None
    assert pace.at("u1h2c", 8, 0)[0] == pytest.approx(1.8, rel=0.05)
    assert pace.at("nowhere", 8, 0)[0] == pytest.approx(1.8, rel=0.15)  # the hour everywhere
    assert pace.at("u1h2c", 12, 0)[0] == pytest.approx(1.0, rel=0.05)
    assert trial.because[0].words == "8 to 9 o’clock on working days"
    assert trial.because[0].effect == pytest.approx(0.75, abs=0.15)


@pytest.mark.parametrize("seed", range(4))
def test_free_roads_teach_no_pace(seed: int) -> None:
    trial, pace = travel_learned(legs(1.0, seed=seed))
    assert (trial.used, pace) == (False, None)


def test_legs_that_took_no_time_do_no_harm() -> None:
    driven = legs(1.8)
    broken = Legs([Leg("u1h2c", 8, 0, 0, 0), *driven.legs[1:]], driven.days)
    assert travel_learned(broken)[0].used
