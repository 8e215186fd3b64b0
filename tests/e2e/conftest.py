"""The demo depot as the command line makes it, and the command line itself in this process."""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import main
from commands.opening import open_store
from dispatcher.services.demo import for_practice
from dispatcher.services.home import Home
from tests.fixtures.depots import DEPOT, ON, demo_home, demo_said, region_built, region_home, run, told

__all__ = ["demo_home", "demo_said", "region_built", "region_home"]


class Said(NamedTuple):
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.status == 0, self.err
        return json.loads(self.out)


type Roundhouse = Callable[..., Said]


@pytest.fixture
def roundhouse(capfd: pytest.CaptureFixture[str]) -> Roundhouse:
    """The command line on the test's data folder, in this process: for what a process of its own adds nothing to."""

    def run(*arguments: object) -> Said:
        capfd.readouterr()
        try:
            status = main.main([str(argument) for argument in arguments])
        except SystemExit as wrong_usage:
            status = int(str(wrong_usage.code))
        return Said(status, *capfd.readouterr())

    return run


@pytest.fixture
def practice(demo_home: Path) -> Path:
    """The data folder with the demo depot as the demo has it: for practice, its rounds sent."""
    with closing(open_store(Home(demo_home).database(DEPOT))) as store:
        store.write("For practice", lambda uow: uow.put_depot(for_practice(uow.depot())))
    assert told(run(demo_home, "send", "--date", str(ON), "--depot", DEPOT, "--json"))
    return demo_home
