"""The command that makes a history, on the demo's fleet and streets."""

import argparse
import signal
from pathlib import Path
from typing import Any

import pytest

from commands import history
from commands.arguments import _command
from commands.terminal import TerminalProgress
from dispatcher.domain.errors import KnownError
from dispatcher.services.home import Home
from tests.e2e.conftest import Roundhouse
from tests.fixtures.depots import DEPOT, demo_home, demo_said, region_built, region_home

__all__ = ["demo_home", "demo_said", "region_built", "region_home"]


def made(home: Path, *arguments: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser()
    history.history_command(parser.add_subparsers(), _command)
    args = parser.parse_args(["history", "--depot", DEPOT, "--until", "2026-10-28", "--seconds", "0.1", *arguments])
    said: dict[str, Any] = args.run(args, Home(home))
    return said


def test_days_on_real_roads_with_real_addresses(practice: Path, roundhouse: Roundhouse) -> None:
    said = made(practice, "--days", "2", "--orders", "20")
    assert (said["days"], said["left_alone"], said["stopped"]) == (2, 0, False)
    assert (said["first"], said["last"]) == ("2026-10-27", "2026-10-28")
    assert said["attempts"] > 30
    assert said["positions"] > 500
    checked = roundhouse("verify", "--depot", DEPOT, "--json").json
    assert checked["records"] >= said["attempts"]


def test_ctrl_c_ends_after_the_day_under_way(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def report(self: TerminalProgress, fraction: float, text: str) -> None:
        if text.endswith("2026"):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(TerminalProgress, "report", report)
    said = made(practice, "--days", "3", "--orders", "8")
    assert (said["days"], said["stopped"]) == (1, True)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_real_depot_is_refused(demo_home: Path) -> None:
    with pytest.raises(KnownError, match="not a depot for practice"):
        made(demo_home, "--days", "1")
