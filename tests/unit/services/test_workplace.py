"""Depots are made, opened and closed; and which day is shown first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from db import sqlite
from db.store import SqliteStore
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import OrderState
from dispatcher.domain.place import Place
from dispatcher.services.home import Home
from dispatcher.services.workplace import Workplace, create_depot, day_to_open, open_workplace
from tests.fixtures import days
from tests.fixtures.depots import region_home
from tests.unit.services.conftest import now, open_stores

__all__ = ["region_home"]


def test_a_depot_is_opened_as_it_was_made(tmp_path: Path) -> None:
    home, depot = Home(tmp_path), days.make_depot()
    slug = create_depot(home, depot, open_store=open_stores)
    with open_workplace(home, slug, open_store=open_stores, clock=now) as opened:
        assert replace(opened.depot, version=0) == depot
        assert opened.roads.straight
        assert (opened.pack, opened.geocoder) == (None, None)
        assert opened.store.history().undo is None
        store = opened.store
    with pytest.raises(RuntimeError, match="closed"):
        store.read(lambda r: r.depot())


def test_a_second_depot_of_the_name_is_refused_and_the_first_stays(tmp_path: Path) -> None:
    home = Home(tmp_path)
    create_depot(home, Depot("Köln", days.make_depot().place, address="Hafen 1"), open_store=open_stores)
    with pytest.raises(BadInput, match="“Koln” already"):
        create_depot(home, Depot("Koln", days.make_depot().place), open_store=open_stores)
    with open_workplace(home, "koln", open_store=open_stores, clock=now) as opened:
        assert opened.depot.address == "Hafen 1"


def test_a_depot_of_an_unknown_region_is_not_made(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(BadInput, match="no region “nowhere”"):
        create_depot(home, replace(days.make_depot(), region="nowhere"), open_store=open_stores)
    assert home.depot_slugs() == ()


def test_an_unknown_depot_is_named_with_those_there_are(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with pytest.raises(KnownError, match=r"no depot “x”.*none yet"):
        open_workplace(home, "x", open_store=open_stores, clock=now)
    create_depot(home, days.make_depot(), open_store=open_stores)
    with pytest.raises(KnownError, match=r"Depots here: aachen-nord"):
        open_workplace(home, "../aachen-nord", open_store=open_stores, clock=now)


def test_a_region_that_is_gone_closes_the_database_again(workplace: Workplace) -> None:
    workplace.store.write("Elsewhere", lambda uow: uow.put_depot(replace(uow.depot(), region="gone")))
    with pytest.raises(KnownError, match="gone"):
        open_workplace(workplace.home, workplace.slug, open_store=open_stores, clock=now)
    assert workplace.depot.region == "gone"


def test_a_depot_that_cannot_be_founded_is_not_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    with monkeypatch.context() as full_disk:
        full_disk.setattr(sqlite, "SETTINGS", (*sqlite.SETTINGS, "max_page_count=8"))
        with pytest.raises(KnownError, match="is full"):
            create_depot(home, days.make_depot(), open_store=open_stores)
    assert home.depot_slugs() == ()
    assert create_depot(home, days.make_depot(), open_store=open_stores) == "aachen-nord"


def test_a_damaged_address_index_is_told_or_left_out(region_home: Path) -> None:
    home, depot = Home(region_home), Depot("Helsinki", Place(60.17, 24.945), region="helsinki")
    slug = create_depot(home, depot, open_store=open_stores)
    index = home.regions / "helsinki" / "addresses.sqlite"
    index.write_bytes(b"\0" * index.stat().st_size)
    stores: list[SqliteStore] = []

    def open_and_keep(path: Path) -> SqliteStore:
        stores.append(open_stores(path))
        return stores[-1]

    with pytest.raises(KnownError, match="addresses"):
        open_workplace(home, slug, open_store=open_and_keep, clock=now)
    with pytest.raises(RuntimeError, match="closed"):
        stores[0].read(lambda r: r.depot())
    with open_workplace(home, slug, open_store=open_stores, clock=now, forgiving=True) as opened:
        assert "addresses" in str(opened.fault)
        assert opened.geocoder is None
        assert opened.pack is not None
        assert not opened.roads.straight


def test_today_is_the_date_at_the_depot(workplace: Workplace) -> None:
    late = replace(workplace, clock=lambda: datetime(2026, 6, 15, 22, 30, tzinfo=UTC))
    assert late.today == date(2026, 6, 16)


@pytest.mark.parametrize(
    ("orders_in", "opened"),
    [
        ((0, 1), 0),
        ((-2, 1, 3), 1),
        ((-5, -2), -2),
        ((), 0),
    ],
)
def test_the_day_shown_first(workplace: Workplace, orders_in: tuple[int, ...], opened: int) -> None:
    template = next(iter(workplace.store.read(lambda r: r.day(days.DATE)).orders.values()))
    made = [replace(template, id=OrderId(f"o{n}"), date=days.DATE + timedelta(n)) for n in orders_in]
    workplace.store.write("Clear", lambda uow: uow.remove_orders(uow.day(days.DATE).orders))
    workplace.store.write("Put", lambda uow: uow.put_orders(made))
    assert day_to_open(workplace) == days.DATE + timedelta(opened)


def test_a_day_whose_orders_are_all_cancelled_does_not_count(workplace: Workplace) -> None:
    day = workplace.store.read(lambda r: r.day(days.DATE))
    ahead = replace(next(iter(day.orders.values())), id=OrderId("ahead"), date=days.DATE + timedelta(2))
    cancelled = [replace(o, state=OrderState.CANCELLED) for o in day.orders.values()]
    workplace.store.write("Put", lambda uow: uow.put_orders([*cancelled, ahead]))
    assert day_to_open(workplace) == ahead.date


def test_a_depot_outside_its_region_is_refused_with_where_the_region_lies(region_home: Path) -> None:
    home = Home(region_home)
    away = Depot("Turku", Place(60.4518, 22.2666), "Europe/Helsinki", region="helsinki")
    with pytest.raises(BadInput, match=r"lies outside the region helsinki \(60\.") as refused:
        create_depot(home, away, open_store=open_stores)
    assert "latitude first" in refused.value.remedy
    assert home.depot_slugs() == ()
