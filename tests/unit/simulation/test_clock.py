"""Simulated time, as the simulation says it and as gateway and window read it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dispatcher.services.clocks import CLOCK, LEASE, DepotClock, SimulatedTime, clock_of, publish, published, withdraw
from dispatcher.simulation.clock import Pace

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
THEN = datetime(2026, 11, 24, 6, tzinfo=UTC)


@dataclass
class Hands:
    """The computer's clock, set by hand; it also drives what decides when to look."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def ticks_s(self) -> float:
        return self.now.timestamp()

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def clock(tmp_path: Path, hands: Hands) -> DepotClock:
    return DepotClock(tmp_path, hands, hands.ticks_s)


TIME = SimulatedTime(NOW, THEN, 60.0, NOW + LEASE)


def test_the_computers_time_without_a_simulation(clock: DepotClock, hands: Hands) -> None:
    assert clock() == NOW
    assert clock.simulated is None


def test_simulated_time_runs_faster_and_ends(tmp_path: Path, clock: DepotClock, hands: Hands) -> None:
    publish(tmp_path, TIME)
    assert clock() == THEN
    hands.on(10)
    assert clock() == THEN + timedelta(minutes=10)
    withdraw(tmp_path)
    hands.on(1)
    assert clock() == hands.now


def test_the_time_of_a_simulation_that_was_killed_ends_by_itself(
    tmp_path: Path, clock: DepotClock, hands: Hands
) -> None:
    publish(tmp_path, TIME)
    assert clock() == THEN
    hands.on(LEASE.total_seconds())
    assert clock() == hands.now
    publish(tmp_path, replace(TIME, until=hands.now + LEASE))  # another one
    hands.on(1)
    assert clock() == THEN + 60 * (LEASE + timedelta(seconds=1))


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '{"real": 1}', '{"real": "x", "simulated": "x", "until": "x", "speed": 1}']
    + [
        f'{{"real": "{zone}", "simulated": "{NOW.isoformat()}", "until": "{NOW.isoformat()}", "speed": {speed}}}'
        for zone, speed in [("2026-11-23T10:00", 1), (NOW.isoformat(), 0), (NOW.isoformat(), "NaN")]
    ],
)
def test_a_damaged_file_leaves_the_computers_time(tmp_path: Path, clock: DepotClock, content: str) -> None:
    (tmp_path / CLOCK).parent.mkdir()
    (tmp_path / CLOCK).write_text(content, encoding="utf-8")
    assert clock() == NOW


def test_moments_go_there_and_back() -> None:
    later = NOW + timedelta(seconds=90)
    assert TIME.real_at(TIME.at(later)) == later


def test_a_pace_shares_its_time_and_takes_it_back(tmp_path: Path, hands: Hands) -> None:
    async def run() -> None:
        pace = Pace(THEN, 3_600, hands)
        hands.on(7)
        async with pace.shared(tmp_path):
            told = published(tmp_path)
            assert told == pace.time
            assert told is not None
            assert told.until == hands.now + LEASE
            assert DepotClock(tmp_path, hands, hands.ticks_s)() == pace.now == THEN + timedelta(hours=7)
            await pace.until(pace.now - timedelta(hours=1))  # passed: at once
            await pace.after_s(1)
        assert published(tmp_path) is None

    asyncio.run(run())


def test_the_time_is_taken_back_whatever_happens(tmp_path: Path) -> None:
    async def run() -> None:
        async with Pace(THEN, 60).shared(tmp_path):
            assert clock_of(tmp_path).simulated is not None
            raise ValueError

    with pytest.raises(ValueError):
        asyncio.run(run())
    assert published(tmp_path) is None
