"""Tracks and codes go when their time is over; the daily copies hold the logbook too."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from db.logbook.opening import open_logbook
from dispatcher.domain.keeping import KeptKind
from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Fix
from dispatcher.proof.files import ProofFiles
from dispatcher.services import driving
from dispatcher.services.backups import back_up_today, folder
from dispatcher.services.clocks import SimulatedTime, clock_of, publish
from dispatcher.services.home import Home
from dispatcher.services.retention import forget_today, photos_of
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days, onroad
from tests.unit.services.conftest import keep, now, open_stores, small_day


class Clock:
    """Can be set."""

    def __init__(self) -> None:
        self.moment = now()

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def road(tmp_path: Path, clock: Clock) -> Iterator[Workplace]:
    home = Home(tmp_path / "home")
    slug = create_depot(home, days.make_depot(), open_store=open_stores)
    book = partial(open_logbook, clock=clock)
    with open_workplace(home, slug, open_store=open_stores, clock=clock, open_logbook=book) as workplace:
        workplace.store.write("Fill", lambda uow: keep(uow, small_day()))
        yield workplace


def fixes(workplace: Workplace) -> int:
    return workplace.live.logbook.read(lambda r: r.counts()).fixes


def hear(workplace: Workplace, at: datetime) -> None:
    phone = onroad.pair(workplace.live.logbook, next(iter(small_day().drivers)), at)
    onroad.report(workplace.live.logbook, phone, [Fix(at, Place(50.7, 6.1))], at)


def test_tracks_are_forgotten_when_the_setting_says_and_not_before(road: Workplace, clock: Clock) -> None:
    hear(road, clock.moment)
    clock.moment += timedelta(days=30)
    hear(road, clock.moment)
    assert forget_today(road) == dict.fromkeys((kind.key for kind in KeptKind), 0)
    clock.moment += timedelta(days=31)
    assert forget_today(road)["tracks"] > 0
    assert fixes(road) == 1


def test_a_shorter_setting_holds_from_the_next_day_on(road: Workplace, clock: Clock) -> None:
    hear(road, clock.moment - timedelta(days=3))
    forget_today(road)
    short = replace(road.depot, road=replace(road.depot.road, keep_tracks_days=1))
    road.store.write("Settings", lambda uow: uow.put_depot(short))
    assert forget_today(road) == {}
    clock.moment += timedelta(days=1)
    forget_today(road)
    assert fixes(road) == 0


def test_the_logbook_is_copied_with_the_depot_and_few_copies_stay(road: Workplace, clock: Clock) -> None:
    hear(road, clock.moment)
    for _ in range(4):
        assert back_up_today(road)
        clock.moment += timedelta(days=1)
    copies = sorted(folder(road).glob("logbook-*.db"))
    assert len(copies) == 2
    with closing(open_logbook(copies[-1], clock=clock)) as copy:
        assert copy.read(lambda r: r.counts()).fixes == 1


def test_photos_go_in_their_time_and_no_others(road: Workplace, clock: Clock) -> None:
    files = ProofFiles(photos_of(road))
    old, fresh = files.path(files.put(b"an old photo")), files.path(files.put(b"a fresh one"))
    for file, age in ((old, timedelta(days=91)), (fresh, timedelta(days=89))):
        came = (clock.moment - age).timestamp()
        os.utime(file, (came, came))
    assert forget_today(road)["photos"] == 1
    assert (old.exists(), fresh.exists()) == (False, True)


def test_nothing_is_deleted_by_a_date_that_is_made_up(road: Workplace, clock: Clock) -> None:
    hear(road, clock.moment)
    folder = road.home.depots / road.slug
    real = datetime.now(UTC)
    publish(folder, SimulatedTime(real, clock.moment + timedelta(days=400), 60.0, real + timedelta(minutes=1)))
    simulated = replace(road, clock=clock_of(folder))
    assert simulated.clock() > clock.moment + timedelta(days=399)
    assert forget_today(simulated) == {}
    assert fixes(road) == 1


def test_a_photo_that_came_in_part_goes_when_nothing_more_comes(road: Workplace, clock: Clock) -> None:
    files = ProofFiles(photos_of(road))
    begun, lately = "a" * 64, "b" * 64
    for sha256, age in ((begun, timedelta(days=15)), (lately, timedelta(days=2))):
        files.append("phone", sha256, offset=0, total=10, chunk=b"12345", on=clock.moment.date())
        at = (clock.moment - age).timestamp()
        os.utime(files._part("phone", sha256), (at, at))
    assert forget_today(road)["uploads"] == 1
    assert (files.have("phone", begun), files.have("phone", lately)) == (0, 5)


def test_what_nobody_can_read_goes_in_its_time(road: Workplace, clock: Clock) -> None:
    book = road.live.logbook
    phone = onroad.pair(book, next(iter(small_day().drivers)), clock.moment)
    driving.take_queue(book, phone, {"actions": [{"nonsense": 1}]}, now=clock.moment)
    clock.moment += timedelta(days=59)
    assert forget_today(road)["unreadable"] == 0
    assert len(book.read(lambda r: r.actions_after(0))) == 1
    clock.moment += timedelta(days=2)
    assert forget_today(road)["unreadable"] == 1
    assert not book.read(lambda r: r.actions_after(0))
