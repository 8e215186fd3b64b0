"""The demo depot is made once, whatever of it is there already, and has a planned day for every today."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from db.opening import open_store
from dispatcher.domain.errors import KnownError
from dispatcher.services import demo
from dispatcher.services.home import Home
from dispatcher.services.workplace import Workplace, open_workplace
from tests.fixtures.depots import region_home

__all__ = ["region_home"]

MORNING = datetime(2026, 11, 24, 5, tzinfo=UTC)


@dataclass
class Told:
    """What a preparation said of its progress."""

    fractions: list[float] = field(default_factory=list)

    def report(self, fraction: float, text: str) -> None:
        assert text
        self.fractions.append(fraction)

    def cancelled(self) -> bool:
        return False


def prepare(home: Home, now: datetime) -> tuple[Workplace, Told]:
    told, clock = Told(), lambda: now
    opener = partial(open_store, clock=clock)
    slug = demo.prepare(home, open_store=opener, clock=clock, progress=told)
    return open_workplace(home, slug, open_store=opener, clock=clock), told


def test_the_demo_is_made_once_and_for_every_day_anew(region_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "FIRST_PLAN_S", 0.5)
    home = Home(region_home)
    workplace, told = prepare(home, MORNING)
    with workplace:
        day = workplace.store.read(lambda r: r.day(workplace.today))
        revision = day.revision
        assert len(day.orders) == 150
        assert len(day.shifts) == 8
        assert len({shift.starts_at for shift in day.shifts.values()}) == 4, "each driver begins at hours of their own"
        assert len(day.unplanned) <= 5
        assert told.fractions == sorted(told.fractions)
    again, _ = prepare(home, MORNING)
    with again:
        assert again.store.read(lambda r: r.revision) == revision
    tomorrow, _ = prepare(home, MORNING + timedelta(days=1))
    with tomorrow:
        summaries = tomorrow.store.read(lambda r: r.days())
        assert [d.orders for d in summaries] == [150, 150]
        assert len(tomorrow.store.read(lambda r: r.drivers())) == 8


def test_without_its_extract_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setattr(demo, "find_spec", lambda _: None)
    with pytest.raises(KnownError, match=r"not installed\. Run start\.py"):
        prepare(Home(home), MORNING)
    assert Home(home).depot_slugs() == ()
