"""A better plan of the rest of the day is looked for once a move and what follows it are done."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from dispatcher.services.home import Home
from dispatcher.services.plan import Proposal, sequences_of
from dispatcher.services.proposals import card_of
from dispatcher.services.workplace import Workplace, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import keep, now, open_stores, small_day
from ui.day import DayBoard
from ui.hand import Hand
from ui.proposals import desk as module
from ui.proposals.desk import QUIET, ProposalDesk
from ui.runner import OpRunner

PATIENCE_MS = 20_000


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    home = Home(tmp_path / "home")
    home.database("depot").parent.mkdir(parents=True)
    with closing(open_stores(home.database("depot"))) as store:
        depot = replace(small_day().depot, improve_s=1)
        store.write("Found", lambda uow: (keep(uow, small_day()), uow.put_depot(depot)))
    with open_workplace(home, "depot", open_store=open_stores, clock=now) as opened:
        yield opened


def test_the_rest_of_the_day_is_improved_after_a_move_that_was_completed(
    workplace: Workplace, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CALM_MS", 10)
    runner = OpRunner(workplace.store)
    board = DayBoard(workplace, runner)
    hand = Hand(board, workplace, runner)
    desk = ProposalDesk(board, hand, workplace, runner)
    thought: list[str] = []
    desk.thinking_changed.connect(thought.append)
    board.open(days.DATE)
    runner.wait_until_idle(PATIENCE_MS)
    giving, taking, *_ = small_day().plan.routes
    moved = giving.order_ids[:2]
    hand.move(moved, taking.shift_id, 0)
    qtbot.waitUntil(lambda: QUIET in thought, timeout=PATIENCE_MS)
    route = next(r for r in workplace.store.read(lambda r: r.plan(days.DATE)).routes if r.shift_id == taking.shift_id)
    assert route.order_ids != (*moved, *taking.order_ids)  # else nothing was written behind the move
    runner.wait_until_idle(PATIENCE_MS)
    runner.shutdown()


def test_what_brings_next_to_nothing_is_offered_to_those_who_ask_only(workplace: Workplace, qtbot: QtBot) -> None:
    """A driver five minutes late is no reason to move a hundred stops for thirty cents."""
    runner = OpRunner(workplace.store)
    board = DayBoard(workplace, runner)
    desk = ProposalDesk(board, Hand(board, workplace, runner), workplace, runner)
    told: list[str] = []
    desk.told.connect(told.append)
    board.open(days.DATE)
    runner.wait_until_idle(PATIENCE_MS)
    day = workplace.store.read(lambda r: r.day(days.DATE))
    shift_id, stops = max(sequences_of(day).items(), key=lambda item: len(item[1]))
    turned = Proposal(day.date, day.revision, {shift_id: stops}, {shift_id: tuple(reversed(stops))})
    worth = desk._worth(card_of(workplace.desk, day, turned, "Late"))
    assert not worth, "else this day shows nothing"
    desk.offer(turned, "Driver 1 is 5 min late", asked=False)
    qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE_MS)
    assert (desk.cards, "the plan stays as it is" in told[-1]) == ((), True)
    with qtbot.waitSignal(desk.offered, timeout=PATIENCE_MS):
        desk.offer(turned, "Plan the day")
    runner.wait_until_idle(PATIENCE_MS)
    runner.shutdown()
