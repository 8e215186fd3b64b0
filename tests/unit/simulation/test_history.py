"""A made-up history: whole days, through the real doors, that can be verified, measured and made only once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import mean

import pytest

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.messages import MessageState
from dispatcher.domain.orders import OrderState
from dispatcher.domain.proof import RecordKind
from dispatcher.insight.columns import TableName
from dispatcher.proof.files import ProofFiles
from dispatcher.services.insight import InsightDesk, Span
from dispatcher.services.verifying import verify_proofs
from dispatcher.simulation.history import calendar
from dispatcher.simulation.history_day import Wish
from tests.fixtures.history import History, small_history

WISH = Wish(6, 1, orders=24, seconds=0.05, customers=60)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[History]:
    with small_history(tmp_path_factory.mktemp("history")) as made:
        yield made


def dates(history: History) -> list[date]:
    return [date.fromisoformat(history.truth["dates"]["dates"][n]) for n in range(6)]


def test_the_chain_of_proofs_holds(history: History) -> None:
    assert history.workplace.live
    book = history.workplace.live.logbook
    folder = history.workplace.home.database(history.workplace.slug).parent
    verdict = verify_proofs(book, ProofFiles(folder / "proofs"), now=history.clock())
    assert verdict.sound, verdict.fault
    records = book.read(lambda reader: reader.records())
    attempts = [record for record in records if record.kind is RecordKind.ATTEMPT]
    assert len(attempts) == history.said["attempts"] == len(history.truth["visits"])
    assert [record.at for record in attempts] == sorted(record.at for record in attempts)


def test_every_day_but_the_one_without_drivers_was_planned_sent_and_driven(history: History) -> None:
    assert history.workplace.live
    idle = date.fromisoformat(history.truth["dates"]["idle"])
    for on in dates(history):
        day = history.workplace.store.read(lambda reader, on=on: reader.day(on))
        visits = history.workplace.live.logbook.read(lambda book, day=day: book.visits(day.shifts))
        if on == idle:
            assert not day.shifts
            assert {order.state for order in day.orders.values()} == {OrderState.CANCELLED}
            continue
        assert len(day.shifts) == 2
        assert not day.unplanned
        assert len(visits) >= len(day.orders)
        assert all(visit.departed_at and visit.arrived_at < visit.departed_at for visit in visits)


def test_what_failed_is_tried_again_on_the_next_day(history: History) -> None:
    again = [visit for visit in history.truth["visits"] if visit["attempt"] == 2]
    first = {(visit["order"], visit["attempt"]): visit for visit in history.truth["visits"]}
    assert again
    for visit in again:
        before = first[visit["order"], 1]
        assert before["failed"]
        assert before["on"] < visit["on"]


def test_a_substitute_drives_on_one_day_only(history: History) -> None:
    by_driver: dict[str, set[str]] = {}
    for visit in history.truth["visits"]:
        by_driver.setdefault(visit["driver"], set()).add(visit["on"])
    assert by_driver["Kim Substitute"] == {history.truth["dates"]["substituted"]}
    assert len(by_driver["Driver 1"]) == 5


def test_insight_gathers_all_of_it_and_sees_what_was_true(history: History) -> None:
    days = dates(history)
    desk = InsightDesk(history.workplace, clock=history.clock)
    gathered = desk.gather(Span(days[0], days[-1]))
    assert gathered.missing == ()
    stops = desk._facts(Span(days[0], days[-1]))[TableName.STOPS]
    tried = stops[stops["outcome"] != ""]
    assert len(tried) == history.said["attempts"]
    true = {(v["order"], v["attempt"]): v for v in history.truth["visits"]}
    known = tried[tried["service_s"].notna()]  # who says that all is done before being there was no time at the door
    apart = [row.service_s - true[row.number, row.attempt]["service_s"] for row in known.itertuples()]
    assert len(known) > 0.9 * len(tried)
    assert 0 <= mean(apart) < 30  # the metres from the fence to the door and back
    assert (tried["outcome"] == "failed").sum() == sum(v["failed"] for v in true.values())
    rounds = desk._facts(Span(days[0], days[-1]))[TableName.ROUNDS]
    assert rounds["km"].notna().all()
    assert 0.7 < rounds["km"].sum() / rounds["km_planned"].sum() < 1.2


def test_service_is_what_the_laws_say_with_their_noise(history: History) -> None:
    ratios = [v["service_s"] / v["expected_s"] for v in history.truth["visits"] if not v["failed"]]
    assert mean(ratios) == pytest.approx(1.0, abs=0.08)


def test_legs_are_what_the_laws_say_of_the_roads(history: History) -> None:
    assert history.workplace.live
    true = [leg for leg in history.truth["legs"] if leg["free_s"] >= 30]
    people = history.truth["people"]
    own = {history.truth["drivers"][driver_id]: who["drives"] for driver_id, who in people.items()}
    ratios = [leg["driven_s"] / leg["free_s"] / leg["factor"] / own.get(leg["driver"], 1.0) for leg in true]
    assert mean(ratios) == pytest.approx(1.0, abs=0.03)
    kept = history.workplace.live.logbook.read(lambda book: book.legs())
    assert len(kept) > 40
    assert {leg.zone for leg in kept} <= {leg["zone"] for leg in history.truth["legs"]}
    driven = mean(leg.driven_s / leg.planned_s for leg in kept)
    assert driven == pytest.approx(mean(leg["driven_s"] / leg["free_s"] for leg in true), abs=0.08)


def test_desk_work_is_there_too(history: History) -> None:
    assert history.workplace.live
    book, days = history.workplace.live.logbook, dates(history)
    assert history.said["reviewed"]
    incidents = book.read(lambda reader: reader.incidents())
    assert len(incidents) == history.said["exceptions"] > 0
    assert not any(incident.open for incident in incidents)
    told = book.read(lambda reader: reader.messages_on(days[0]))
    assert {message.state for message in told} == {MessageState.SENT}
    holds = book.read(lambda reader: reader.slot_holds(days[0], days[-1]))
    assert 20 < len(holds) < history.said["orders"]


def test_days_that_are_there_are_left_alone(history: History) -> None:
    assert history.workplace.live
    book, read = history.workplace.live.logbook, history.workplace.store.read
    before = book.read(lambda r: r.head()), read(lambda r: r.revision), history.truth
    said = history.make(WISH)
    assert (said["days"], said["left_alone"], said["orders"]) == (0, 6, 0)
    assert (book.read(lambda r: r.head()), read(lambda r: r.revision), history.truth) == before


def test_what_finds_no_place_waits_for_the_next_day_once(tmp_path: Path) -> None:
    with small_history(tmp_path, days=0, drivers=1) as history:
        driver = replace(history.workplace.store.read(lambda r: r.drivers())[0], max_stops=5)
        history.workplace.store.write("A short round", lambda uow: uow.put_driver(driver))
        said = history.make(replace(WISH, days=3, orders=9))
        assert said["unplanned"] > 4
        first, second, last = (date.fromisoformat(on) for on in history.truth["dates"]["dates"])
        days = [history.workplace.store.read(lambda r, on=on: r.day(on)) for on in (first, second, last)]
        assert [len(day.unplanned) > 0 for day in days] == [False, False, True]
        states = [{order.state for order in day.orders.values()} for day in days]
        assert states[0] == {OrderState.OPEN}
        assert OrderState.CANCELLED in states[1]


def test_a_day_on_which_nobody_works_passes(tmp_path: Path) -> None:
    with small_history(tmp_path, days=0, drivers=1) as history:
        driver = replace(history.workplace.store.read(lambda r: r.drivers())[0], weekdays=frozenset({3}))
        history.workplace.store.write("Thursdays alone", lambda uow: uow.put_driver(driver))
        said = history.make(replace(WISH, days=3, orders=6))
        assert said["days"] == 3
        assert {visit["on"] for visit in history.truth["visits"]} == {"2026-10-29"}


class StopsAfter:
    """Cancelled once so many days were begun."""

    def __init__(self, days: int) -> None:
        self.left = days

    def report(self, fraction: float, text: str) -> None:
        self.left -= text.endswith("2026")

    def cancelled(self) -> bool:
        return self.left <= 0


def test_one_that_is_stopped_has_whole_days_and_goes_on_later(tmp_path: Path) -> None:
    with small_history(tmp_path, days=0) as history:
        wish = replace(WISH, days=4, orders=10)
        said = history.make(wish, StopsAfter(2))
        assert (said["days"], said["stopped"]) == (2, True)
        assert len(history.truth["visits"]) == said["attempts"]
        more = history.make(wish)
        assert (more["days"], more["left_alone"], more["stopped"]) == (2, 2, False)
        assert len(history.truth["visits"]) == said["attempts"] + more["attempts"]


def test_one_that_goes_on_tries_again_what_failed_before(tmp_path: Path) -> None:
    with small_history(tmp_path, days=0) as history:
        wish = replace(WISH, days=3, orders=40)
        history.make(wish, StopsAfter(1))
        failed = {(visit["order"], visit["customer"]) for visit in history.truth["visits"] if visit["failed"]}
        assert failed
        history.make(wish)
        again = {(visit["order"], visit["customer"]) for visit in history.truth["visits"] if visit["attempt"] == 2}
        assert failed <= again


def test_no_phone_can_speak_in_its_name_afterwards(history: History) -> None:
    assert history.workplace.live
    devices = history.workplace.live.logbook.read(lambda book: book.devices())
    assert len(devices) == 3
    assert not any(device.trusted for device in devices)
    assert not history.workplace.live.logbook.read(lambda book: book.tokens())


def test_the_plan_knows_what_was_driven(history: History) -> None:
    day = history.workplace.store.read(lambda reader: reader.day(dates(history)[0]))
    assert all(stop.done for route in day.plan.routes for stop in route.stops)


def test_a_depot_that_is_none_for_practice_is_left_as_it_was(tmp_path: Path) -> None:
    with small_history(tmp_path, days=0) as history:
        depot = history.workplace.depot
        real = replace(depot, road=replace(depot.road, practice=False))
        history.workplace.store.write("For real", lambda uow: uow.put_depot(real))
        with pytest.raises(KnownError, match="not a depot for practice"):
            history.make(WISH)
        assert not history.workplace.store.read(lambda r: r.days())


@pytest.mark.parametrize("wish", [replace(WISH, days=0), replace(WISH, last=date(2026, 11, 2))])
def test_what_makes_no_sense_is_refused(tmp_path: Path, wish: Wish) -> None:
    with small_history(tmp_path, days=0) as history, pytest.raises(BadInput):
        history.make(wish)


def test_holidays_are_not_worked() -> None:
    christmas = calendar(date(2026, 12, 31), 10)
    assert christmas.holidays == (date(2026, 12, 24), date(2026, 12, 25))
    assert not set(christmas.holidays) & set(christmas.dates)
    assert len(christmas.dates) == 10
    made_up = calendar(date(2026, 10, 30), 10)
    assert len(made_up.holidays) == 1
    assert made_up.holidays[0] not in made_up.dates
    assert len(made_up.dates) == 10
    assert made_up.following(made_up.dates[-1]) is None
    assert made_up.idle not in {made_up.following(on) for on in made_up.dates}
