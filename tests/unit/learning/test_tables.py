"""Tables find the truth, draw together what is seen rarely, and say what they say."""

import math
from datetime import timedelta

import numpy as np
import pytest

from dispatcher.learning.samples import UNSAID, Gathered
from dispatcher.learning.tables import SERVICE_SPREADS, Tables, chance, chances, fit_failure, fit_service
from tests.unit.learning import truth


def expected(tables: Tables, levels: dict[str, str]) -> float:
    return math.exp(tables.base + sum(term[2] for term in tables.terms(levels))) * tables.smear


def test_the_truth_is_found_again() -> None:
    tables = fit_service(truth.service())
    for on, levels, _dice in list(truth.visits(seed=9))[:200]:
        assert on
        assert expected(tables, levels) == pytest.approx(truth.usual_seconds(levels), rel=0.15), levels


def test_guesses_add_up_to_what_it_took() -> None:
    samples = truth.service()
    guessed = np.exp(fit_service(samples).totals(samples)) * fit_service(samples).smear
    assert guessed.sum() == pytest.approx(samples.values.sum(), rel=0.02)


def test_a_building_seen_rarely_hardly_moves_and_one_seen_often_has_its_way() -> None:
    found = Gathered(tuple(SERVICE_SPREADS))
    dice = truth.random.Random(3)
    for n in range(2_000):
        house = "often" if n % 20 == 0 else "rare" if n in (7, 9) else f"like others {n % 19}"
        noise = 1.0 if house == "rare" else dice.lognormvariate(0, 0.4)
        seconds = (360 if house in ("often", "rare") else 120) * noise
        found.add(truth.FIRST + timedelta(days=n // 100), seconds, {"building": house})
    table = fit_service(found.samples()).effects["building"]
    others = sum(effect for house, (effect, _) in table.items() if house.startswith("like")) / 19
    assert table["often"][0] - others == pytest.approx(math.log(3), rel=0.15)
    assert 0.3 * math.log(3) < table["rare"][0] - others < 0.75 * math.log(3)
    assert (table["often"][1], table["rare"][1]) == (100, 2)


def test_what_was_seen_once_is_not_kept() -> None:
    found = Gathered(tuple(SERVICE_SPREADS))
    for n in range(300):
        found.add(truth.FIRST, 100.0 + n % 7, {"door": f"door-{n}", "kind": "flat" if n % 2 else "house"})
    assert "door" not in fit_service(found.samples()).effects


def test_a_few_wild_stays_change_little() -> None:
    calm = truth.service()
    wild = truth.service()
    wild.values[::40] *= 15
    for _on, levels, _dice in list(truth.visits(seed=9))[:50]:
        assert expected(fit_service_of(wild), levels) == pytest.approx(expected(fit_service_of(calm), levels), rel=0.2)


_FITTED: dict[int, Tables] = {}


def fit_service_of(samples: truth.Samples) -> Tables:
    """Once for each."""
    key = round(float(samples.values.sum()))
    if key not in _FITTED:
        _FITTED[key] = fit_service(samples)
    return _FITTED[key]


def test_totals_of_many_are_those_of_each() -> None:
    samples = truth.failure(days=10)
    tables = fit_failure(samples)
    totals = tables.totals(samples)
    for n in (0, 5, 77):
        levels = {g: samples.names[g][samples.codes[g][n]] for g in samples.groups if samples.codes[g][n] != UNSAID}
        assert tables.base + sum(term[2] for term in tables.terms(levels)) == pytest.approx(totals[n])
        assert chance(float(totals[n])) == pytest.approx(chances(totals)[n])


def test_chances_stay_chances() -> None:
    assert 0 <= chance(-800) < 1e-9
    assert 1 >= chance(800) > 1 - 1e-9
    assert chance(0) == 0.5


def test_unknown_levels_say_nothing() -> None:
    tables = fit_service(truth.service())
    assert tables.terms({"driver": "nobody", "no such group": "x"}) == []


def test_narrow_priors_keep_everything_nearer() -> None:
    wide, narrow = (fit_failure(truth.failure(), width) for width in (1.0, 0.25))
    far = {
        tables.base: max(abs(e) for t in tables.effects.values() for e, _ in t.values()) for tables in (wide, narrow)
    }
    assert far[narrow.base] < far[wide.base]
