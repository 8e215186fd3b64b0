"""A depot learns from what it drove: through the real store, logbook and facts, and only what holds is used."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from db.opening import open_store
from dispatcher.domain.errors import Cancelled, KnownError
from dispatcher.domain.learned import Target, Trial
from dispatcher.domain.time import TimeWindow
from dispatcher.insight.cuts import Span
from dispatcher.services import whatifs
from dispatcher.services.erasing_persons import erase_person
from dispatcher.services.learning import LearningDesk, PlainRules
from dispatcher.services.persons import find_person
from dispatcher.services.workplace import open_workplace
from tests.fixtures import days
from tests.unit.services.learning_depot import DRIVER, FIRST, NOW, Past, at, order, past, true_seconds

MONDAY = FIRST + timedelta(days=21)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    """Weeks with a truth, learned from."""
    with past(tmp_path_factory.mktemp("past")) as made:
        made.desk.train()
        yield made


def by_target(trials: object) -> dict[Target, Trial]:
    return {trial.target: trial for trial in trials}  # type: ignore[attr-defined]


def test_what_was_driven_is_learned_and_told(history: Past) -> None:
    desk = history.desk
    trials = by_target(desk.trials())
    assert list(trials) == [Target.SERVICE, Target.TRAVEL, Target.FAILURE]
    service = trials[Target.SERVICE]
    assert service.used, service.why
    assert service.plain is not None
    assert service.learned is not None
    assert service.learned <= 0.6 * service.plain
    assert (service.first, service.last) == (FIRST, FIRST + timedelta(days=19))
    assert service.samples > 200
    assert trials[Target.TRAVEL].used, trials[Target.TRAVEL].why
    assert (desk.trained_at, desk.fault) == (NOW, "")


def test_doors_are_foreseen_as_they_are(history: Past) -> None:
    foreseer = history.desk.foreseer()
    for n in range(24):
        made = order(n, MONDAY)
        guess = foreseer.service_s(made, DRIVER, at("13:00"))
        assert guess.learned
        assert guess.value == pytest.approx(true_seconds(made), rel=0.3), made.address.line
        assert guess.samples > 0
        assert guess.because


def test_reasons_add_up_to_the_difference(history: Past) -> None:
    guess = history.desk.foreseer().service_s(order(5, MONDAY))
    words = [reason.words for reason in guess.because]
    assert "Floor 5" in words
    assert sum(reason.effect for reason in guess.because) == pytest.approx(guess.value - 180, abs=25)  # the weightiest


def test_rush_hours_slow_the_way_by_the_depots_clock(history: Past) -> None:
    place, foreseer = order(1, MONDAY).address.place, history.desk.foreseer()
    assert place
    rush, noon = foreseer.travel(place, at("09:30", MONDAY)), foreseer.travel(place, at("12:30", MONDAY))
    assert rush.learned
    assert rush.value == pytest.approx(1.6, rel=0.1)
    assert noon.value == pytest.approx(1.0, rel=0.1)


def test_both_turns_of_the_hour_that_comes_twice_are_one_hour(history: Past) -> None:
    place, foreseer = order(1, MONDAY).address.place, history.desk.foreseer()
    assert place
    local = [datetime(2026, 10, 25, 2, 30, tzinfo=days.ZONE, fold=fold).astimezone(UTC) for fold in (0, 1)]
    assert local[0] != local[1]
    assert foreseer.travel(place, local[0]) == foreseer.travel(place, local[1])
    assert foreseer.failure(order(1, MONDAY), local[0]) == foreseer.failure(order(1, MONDAY), local[1])


def test_a_chance_is_a_chance_with_and_without_a_moment(history: Past) -> None:
    foreseer = history.desk.foreseer()
    for n in range(12):
        made = order(n, MONDAY)
        windowed = replace(made, windows=(TimeWindow(at("09:00", MONDAY), at("11:00", MONDAY)),))
        for guess in (foreseer.failure(made), foreseer.failure(made, at("10:00")), foreseer.failure(windowed)):
            assert 0 < guess.value < 1


def test_what_was_learned_is_kept_and_a_damaged_file_counts_as_nothing(history: Past) -> None:
    file = history.desk._file
    assert history.desk.foreseer().service_s(order(5, MONDAY)).learned
    text, aside = file.read_bytes(), file.rename(file.with_suffix(".aside"))
    file.touch()
    try:
        desk = history.desk
        for broken, told in (
            (text[: len(text) // 2], "damaged"),
            (b"", "damaged"),
            (b"[" * 100_000, "damaged"),
            (text.replace(b'"schema": 1', b'"schema": 0'), "another version"),
            (text.replace(b'"salt": "', b'"salt": "zz'), "damaged"),
            (text.replace(b'"smear": ', b'"smear": -'), "damaged"),
        ):
            file.unlink()
            file.write_bytes(broken)
            assert told in desk.fault, broken[:40]
            assert (desk.trials(), desk.trained_at) == ((), None)
            assert isinstance(desk.foreseer(), PlainRules)
    finally:
        aside.replace(file)
    assert history.desk.foreseer().service_s(order(5, MONDAY)).learned


def test_a_place_where_nothing_can_be_read_is_nothing_learned(history: Past) -> None:
    file = history.desk._file
    aside = file.rename(file.with_suffix(".aside"))
    file.mkdir()
    try:
        assert "cannot be read" in history.desk.fault
        assert isinstance(history.desk.foreseer(), PlainRules)
        with pytest.raises(KnownError, match="cannot be kept"):
            history.desk.train()
    finally:
        file.rmdir()
        aside.replace(file)


def test_nobody_lives_in_the_file_by_name(history: Past) -> None:
    text = history.desk._file.read_text()
    for word in ("Tower", "tower", "Kim", "Lane", "Bakery"):
        assert word not in text, word
    assert history.desk._file.stat().st_mode & 0o077 == 0


class Stopped:
    """Asks to stop once enough was told."""

    def __init__(self, after: float) -> None:
        self._after, self._told = after, 0.0

    def report(self, fraction: float, text: str) -> None:
        self._told = fraction

    def cancelled(self) -> bool:
        return self._told >= self._after


@pytest.mark.parametrize("after", [0.0, 0.65, 0.9])
def test_whoever_stops_it_keeps_what_was_learned_before(history: Past, after: float) -> None:
    before = history.desk._file.read_bytes()
    with pytest.raises(Cancelled):
        history.desk.train(progress=Stopped(after))
    assert history.desk._file.read_bytes() == before


def test_a_what_if_copy_reads_the_depots_and_learns_nothing(history: Past) -> None:
    place = history.workplace
    stores = partial(open_store, clock=lambda: NOW, author="Anna")
    whatifs.make(place.home, place.slug, place.store, name="Try", on=FIRST, clock=lambda: NOW, open_store=stores)
    with open_workplace(place.home, place.slug, open_store=stores, clock=lambda: NOW, what_if="Try") as copy:
        desk = LearningDesk(copy, clock=lambda: NOW)
        assert desk.foreseer().service_s(order(5, MONDAY)).learned
        with pytest.raises(KnownError, match="what-if copy"):
            desk.train()


def test_where_the_truth_is_flat_nothing_is_used(tmp_path: Path) -> None:
    with past(tmp_path, flat=True) as made:
        trials = made.desk.train()
        assert [trial.used for trial in trials] == [False, False, False]
        assert all(trial.why and trial.plain is not None for trial in trials)
        foreseer = made.desk.foreseer()
        assert foreseer.service_s(order(5, MONDAY)).value == 180
        assert not foreseer.failure(order(5, MONDAY)).learned
        assert foreseer.failure(order(5, MONDAY)).value == pytest.approx(0.15, abs=0.06)


def test_one_driver_on_one_day_teaches_nothing(tmp_path: Path) -> None:
    with past(tmp_path, count=1) as made:
        assert isinstance(made.desk.foreseer(), PlainRules)
        for trial in made.desk.train():
            assert not trial.used
            assert "1 day to learn from" in trial.why
        guess = made.desk.foreseer().failure(order(1, MONDAY))
        assert 0 <= guess.value <= 1


def test_a_depot_without_history_has_plain_rules(tmp_path: Path) -> None:
    with past(tmp_path, count=0) as made:
        desk = made.desk
        assert (desk.trained_at, desk.trials(), desk.fault) == (None, (), "")
        for trial in desk.train(Span(date(2026, 1, 1), date(2026, 1, 31))):
            assert (trial.used, trial.samples, trial.plain) == (False, 0, None)
        assert desk.foreseer().failure(order(1, MONDAY)).value == 0.0


def test_whoever_is_erased_is_unlearned_and_not_learned_again(tmp_path: Path) -> None:
    with past(tmp_path, count=16, stops=24) as made:
        made.desk.train()
        kim = order(7, MONDAY)  # of a house of flats
        known = len(building_of(made))
        assert known
        shop = made.desk.foreseer().service_s(order(4, MONDAY))
        found = [t for t in find_person(made.workplace, "Kim 7") if t.name == "Kim 7"]
        assert found
        erase_person(made.workplace, [t.order_id for t in found], by="Anna", why="Asked", orders=len(found))
        assert len(building_of(made)) == known - 1
        guess = made.desk.foreseer().service_s(kim)
        assert guess.learned
        assert "This building" not in [reason.words for reason in guess.because]
        assert made.desk.foreseer().service_s(order(4, MONDAY)) == shop  # of others all is as before


def building_of(made: Past) -> set[str]:
    kept = made.desk._read().kept
    assert kept
    assert kept.service
    return set(kept.service.effects["building"])
