"""A depot whose region is damaged, and one that could not be founded."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dispatcher.domain.errors import KnownError
from dispatcher.services import demo
from dispatcher.services.home import Home
from dispatcher.services.ports import Store
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.fixtures.depots import REGION, built_region
from tests.unit.services.conftest import now, open_stores


def in_region(workplace: Workplace, region: str) -> Home:
    """The data folder, with the depot moved to a region."""
    workplace.store.write("Move", lambda uow: uow.put_depot(replace(uow.depot(), region=region)))
    return workplace.home


def opened(home: Home, slug: str) -> Workplace:
    return open_workplace(home, slug, open_store=open_stores, clock=now, forgiving=True)


def test_a_depot_without_its_region_opens_on_straight_lines(workplace: Workplace) -> None:
    home = in_region(workplace, "gone")
    with opened(home, workplace.slug) as found:
        assert found.fault is not None
        assert "no region “gone”" in found.fault.what
        assert "Build it" in found.fault.remedy
        assert (found.pack, found.geocoder, found.roads.straight) == (None, None, True)
        assert found.desk.look(found.store.read(lambda r: r.day(days.DATE))).schedule.routes


def test_damaged_addresses_leave_roads_and_map(workplace: Workplace, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = in_region(workplace, REGION)
    shutil.copytree(built_region(tmp_path_factory.getbasetemp())[0] / "regions", home.regions, dirs_exist_ok=True)
    with opened(home, workplace.slug) as found:
        assert (found.fault, found.roads.straight) == (None, False)
        assert found.geocoder is not None
    (home.regions / REGION / "addresses.sqlite").write_bytes(b"\0" * 5_000)
    with opened(home, workplace.slug) as found:
        assert found.fault is not None
        assert "address index" in found.fault.what
        assert found.pack is not None
        assert (found.geocoder, found.roads.straight) == (None, False)
    with pytest.raises(KnownError, match="address index"):
        open_workplace(home, workplace.slug, open_store=open_stores, clock=now)
    assert not demo._region_is_sound(home)


def test_a_depot_that_could_not_be_founded_leaves_its_name_free(tmp_path: Path) -> None:
    home, depot = Home(tmp_path), days.make_depot()
    keepsake = home.database("aachen-nord").with_name("depot.db.kept")

    def out_of_space(place: Path) -> Store:
        store = open_stores(place)

        def write(*_: object, **__: object) -> None:
            raise KnownError("The disk is full.")

        store.write = write  # type: ignore[method-assign, assignment]
        return store

    with pytest.raises(KnownError, match="full"):
        create_depot(home, depot, open_store=out_of_space)
    assert list(home.depots.iterdir()) == []
    keepsake.parent.mkdir()
    keepsake.touch()
    with pytest.raises(KnownError, match="full"):
        create_depot(home, depot, open_store=out_of_space)
    assert list(keepsake.parent.iterdir()) == [keepsake]
    assert create_depot(home, depot, open_store=open_stores) == "aachen-nord"
