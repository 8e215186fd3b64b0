"""What a simulated day says on its way to the window, what it is asked for, and where it may be driven."""

import json
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from commands.arguments import parser
from dispatcher.domain.depot import Depot
from dispatcher.domain.errors import KnownError
from dispatcher.domain.place import Place
from dispatcher.services.demo import for_practice
from dispatcher.services.simulating import LineTeller, Step, Summary, Wish, hear, require_practice

ON = date(2026, 11, 24)
SAID: dict[str, Any] = {
    "drivers": 8, "stopped": False, "sent": 4_739, "acknowledged": 4_739,
    "actions": {"sent": 322}, "photos": {"sent": 40},
    "positions": {"Traccar Client": {"sent": 4_000}, "Driver page": {"sent": 377}},
    "unkept": {},
}  # fmt: skip


def test_only_a_depot_for_practice_may_be_simulated_in() -> None:
    depot = Depot("Kluuvi", Place(60.17, 24.95))
    with pytest.raises(KnownError, match="Kluuvi is not a depot for practice") as refused:
        require_practice(depot)
    assert "roundhouse depot new" in refused.value.remedy
    require_practice(for_practice(depot))


counts = some.integers(0, 10**6)
zones = some.builds(lambda minutes: timezone(timedelta(minutes=minutes)), some.integers(-12 * 60, 14 * 60))
steps = some.builds(Step, some.datetimes(timezones=zones), counts, counts, counts, counts)


@given(some.lists(some.one_of(steps, some.text())))
def test_what_is_told_is_heard(told: list[Step | str]) -> None:
    lines: list[str] = []
    teller = LineTeller(lines.append)
    for each in told:
        if isinstance(each, Step):
            teller.step(each)
        else:
            teller.say(each)
    assert all(len(line.splitlines()) == 1 for line in lines)
    assert [hear(line) for line in lines] == told


@given(some.text())
def test_other_lines_are_not_taken_for_its_own(line: str) -> None:
    assert hear(line) is None


@pytest.mark.parametrize("line", ["{}", '{"step": 1}', '{"step": {"at": "now"}}', '{"step": {"at": null}}', "[1]", "7"])
def test_nor_is_other_json(line: str) -> None:
    assert hear(line) is None


def test_what_is_asked_for_is_what_the_command_line_takes() -> None:
    wish = Wish(ON, speed=300.0, seed=7, drivers=3, until=time(14, 5))
    args = parser().parse_args(["simulate", *wish.arguments("helsinki"), "--attached", "--json"])
    asked = (args.depot, args.date, args.speed, args.seed, args.drivers, args.until)
    assert asked == ("helsinki", ON, 300.0, 7, 3, time(14, 5))
    usual = parser().parse_args(["simulate", *Wish(ON).arguments("helsinki")])
    assert (usual.speed, usual.seed, usual.drivers, usual.until) == (60.0, 1, None, None)


def test_the_summary_says_what_came_of_it() -> None:
    summary = Summary.of(json.loads(json.dumps(SAID)))
    assert summary.words == (
        "The simulated day is over: 4,377 positions, 322 actions and 40 photos sent, all of them acknowledged."
    )
    unkept = replace(summary, unkept={"ended": 1_036, "off-duty": 2})
    assert unkept.words.endswith(
        "all of them acknowledged. Positions not kept: 1,036 after the end of the round, 2 outside the shift."
    )
    lost = replace(summary, stopped=True, acknowledged=4_700)
    assert lost.words == (
        "The simulated day was stopped: 4,377 positions, 322 actions and 40 photos sent, 39 of them never acknowledged."
    )


def test_a_step_is_told_by_the_depots_clock() -> None:
    here = timezone(timedelta(hours=2))
    step = Step(datetime(2026, 11, 24, 10, 42, tzinfo=here), 23, 149, 1_204, 3)
    assert step.words == "10:42  23 of 149 stops, 1204 sent, 3 waiting"
