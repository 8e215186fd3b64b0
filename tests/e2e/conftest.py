"""The demo depot as the command line makes it, and the command line itself in this process."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

import main
from tests.fixtures.depots import demo_home, demo_said, region_built, region_home

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
