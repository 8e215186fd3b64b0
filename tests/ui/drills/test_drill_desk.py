"""Drills in the window, on real databases: asked for, played by the strip's buttons, looked back on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from db.logbook.opening import open_logbook
from dispatcher.domain.errors import KnownError
from dispatcher.services import drills
from dispatcher.services.drills import CueKind, Difficulty, DrillState, Score, Standing, Turn, Wish
from dispatcher.services.plan import apply_proposal
from dispatcher.services.workplace import Workplace, open_workplace
from tests.unit.services.conftest import now, open_stores
from tests.unit.services.drill_ground import SECONDS, begun, ground
from ui.day import DayBoard
from ui.drills.debrief import Debrief
from ui.drills.desk import DrillDesk, Phase
from ui.drills.dialog import NO_DAYS, DrillsDialog
from ui.hand import Hand
from ui.proposals.desk import ProposalDesk
from ui.runner import Operation, OpRunner
from ui.theme import Theme

pytestmark = pytest.mark.qt_log_ignore("plugin does not support", extend=True)  # the offscreen platform, of dialogs

WAIT_MS = 20_000


class Stage:
    """A window's worth of desks on one workplace, without the panels."""

    def __init__(self, workplace: Workplace, theme: Theme, folder: Path) -> None:
        self.workplace, self.ticks = workplace, 0.0
        self.window = QWidget()
        self.window.resize(1366, 768)
        self.runner = OpRunner(workplace.store)
        self.board = DayBoard(workplace, self.runner)
        self.hand = Hand(self.board, workplace, self.runner)
        self.proposals = ProposalDesk(self.board, self.hand, workplace, self.runner)
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.desk = DrillDesk(
            self.board, self.hand, self.proposals, workplace, open_stores, self.runner, theme, settings, self.window,
            ticks_s=lambda: self.ticks, search_s=SECONDS,
        )  # fmt: skip
        self.hand.set_hindrance(self.desk.hindrance)
        self.asked: list[tuple[str, object]] = []
        self.told: list[str] = []
        self.desk.what_if_requested.connect(lambda name, on: self.asked.append((name, on)))
        self.desk.told.connect(self.told.append)
        self.desk.banner.setParent(self.window)

    def end(self) -> None:
        self.desk.stop()
        self.runner.wait_until_idle()
        self.runner.shutdown()
        self.desk.close()


@pytest.fixture
def stages(theme: Theme, tmp_path: Path, qtbot: QtBot) -> Iterator[Callable[[str], Stage]]:
    """Opens the depot, or a copy of it by its name, in a window of its own."""
    with ExitStack() as closing:
        place = closing.enter_context(ground(tmp_path))

        @contextmanager
        def opened(copy: str) -> Iterator[Stage]:
            books = partial(open_logbook, clock=now)
            with open_workplace(
                place.home, place.slug, open_store=open_stores, clock=now, open_logbook=books, what_if=copy
            ) as workplace:
                stage = Stage(workplace, theme, tmp_path)
                qtbot.addWidget(stage.window)
                stage.window.show()
                yield stage
                stage.end()

        yield lambda copy="": closing.enter_context(opened(copy))


def drilled(stages: Callable[[str], Stage], qtbot: QtBot, difficulty: Difficulty = Difficulty.EASY) -> Stage:
    """A drill's copy, open, its strip there."""
    with ExitStack() as first:
        depot = stages("")
        drill = begun(depot.workplace, difficulty=difficulty, seed=2)
        first.close()
    stage = stages(drill.copy)
    stage.board.open(drill.on)
    qtbot.waitUntil(lambda: stage.board.day is not None, timeout=WAIT_MS)
    stage.desk.start()
    reach(qtbot, stage, Phase.BEGINNING)
    return stage


def reach(qtbot: QtBot, stage: Stage, phase: Phase) -> None:
    qtbot.waitUntil(lambda: stage.desk.phase is phase, timeout=WAIT_MS)


def test_a_whole_drill_by_the_strip(stages: Callable[[str], Stage], qtbot: QtBot) -> None:
    stage = drilled(stages, qtbot)
    banner, desk = stage.desk.banner, stage.desk
    assert banner.isVisible()
    assert "3 disturbances to come" in banner.text
    assert banner.go.text() == "Begin"
    for number in range(1, 4):
        banner.go.click()
        qtbot.waitUntil(lambda: desk.phase in (Phase.OPEN, Phase.OVER), timeout=WAIT_MS)
        if desk.phase is Phase.OVER:
            break
        assert banner.text.startswith(f"Drill {number} of ")
        assert banner.go.text() == "Done"
        qtbot.waitUntil(lambda: bool(desk.drill and desk.drill.open and desk.drill.open.best), timeout=WAIT_MS)
        stage.ticks += 42.0
        banner.go.click()
        reach(qtbot, stage, Phase.TOLD)
        assert "points" in banner.text
        assert "You: " in banner.text
    if desk.phase is Phase.TOLD:
        banner.go.click()
    reach(qtbot, stage, Phase.OVER)
    debrief = stage.window.findChild(Debrief)
    assert debrief is not None
    assert desk.drill is not None
    assert desk.drill.state is DrillState.FINISHED
    assert {turn.seconds for turn in desk.drill.turns} == {42.0}
    assert debrief.turn_model.rowCount() == len(desk.drill.turns)
    assert [row[0] for row in debrief.side_model.rows][:2] == ["Left out", "Late stops"]
    stage.runner.wait_until_idle()
    assert drills.all_of(drills.logbook_of(stage.workplace), "Anna") == (desk.drill,)
    _look_at_the_plan(stage, debrief, qtbot)
    banner.leave.click()
    assert stage.asked == [("", None)]


def _look_at_the_plan(stage: Stage, debrief: Debrief, qtbot: QtBot) -> None:
    """The optimiser's plan is on the board, nothing can be changed meanwhile, and Back brings the day back."""
    present = stage.board.outlook
    assert debrief.plan.isEnabled()
    debrief.plan.click()
    qtbot.waitUntil(lambda: stage.board.outlook is not present, timeout=WAIT_MS)
    assert "to look at only" in stage.hand.hindered
    assert stage.desk.banner.go.text() == "Back"
    stage.desk.banner.go.click()
    assert stage.board.outlook is stage.board.present
    assert not stage.hand.hindered


def test_what_was_done_is_scored_and_said(stages: Callable[[str], Stage], qtbot: QtBot) -> None:
    stage = drilled(stages, qtbot)
    desk = stage.desk
    desk.banner.go.click()
    reach(qtbot, stage, Phase.OPEN)
    qtbot.waitUntil(lambda: stage.board.day is not None and stage.board.day.freeze_at is not None, timeout=WAIT_MS)
    day = stage.board.day
    assert day is not None
    best = stage.workplace.desk.improve(day, seconds=SECONDS)
    stage.runner.submit(Operation("Take the proposal", lambda uow: apply_proposal(uow, best)))
    stage.runner.wait_until_idle()
    desk.banner.go.click()
    reach(qtbot, stage, Phase.TOLD)
    assert desk.drill is not None
    (turn,) = desk.drill.turns
    assert turn.score is not None
    assert turn.score.points >= 90
    assert turn.did in ((), ("Take the proposal",))  # where nothing is better, nothing is written


def test_a_disturbance_that_was_undone_stays_open(stages: Callable[[str], Stage], qtbot: QtBot) -> None:
    stage = drilled(stages, qtbot)
    stage.desk.banner.go.click()
    reach(qtbot, stage, Phase.OPEN)
    stage.hand.undo()
    stage.runner.wait_until_idle()
    stage.desk.banner.go.click()
    qtbot.waitUntil(lambda: any("taken back" in said for said in stage.told), timeout=WAIT_MS)
    assert stage.desk.phase is Phase.OPEN
    stage.hand.redo()
    stage.runner.wait_until_idle()
    stage.desk.banner.go.click()
    reach(qtbot, stage, Phase.TOLD)


@pytest.mark.parametrize(("press", "kept"), [("Keep the score", DrillState.UNFINISHED), ("Discard", None)])
def test_leaving_early_asks(stages: Callable[[str], Stage], qtbot: QtBot, press: str, kept: DrillState | None) -> None:
    stage = drilled(stages, qtbot)
    stage.desk.banner.leave.click()
    ask = stage.window.findChild(QMessageBox)
    assert ask is not None
    assert not stage.asked
    next(button for button in ask.buttons() if button.text() == press).click()
    qtbot.waitUntil(lambda: stage.asked == [("", None)], timeout=WAIT_MS)
    left = drills.all_of(drills.logbook_of(stage.workplace))
    assert [drill.state for drill in left] == ([kept] if kept else [])


def test_a_drill_is_gone_on_with_after_the_window_was_closed(stages: Callable[[str], Stage], qtbot: QtBot) -> None:
    stage = drilled(stages, qtbot)
    stage.desk.banner.go.click()
    reach(qtbot, stage, Phase.OPEN)
    stage.runner.wait_until_idle()
    assert stage.desk.drill is not None
    again = stages(stage.desk.drill.copy)
    again.board.open(stage.desk.drill.on)
    again.desk.start()
    reach(qtbot, again, Phase.OPEN)
    assert again.desk.banner.text.startswith("Drill 1 of 3")


def test_the_form_asks_for_a_drill_and_opens_it(stages: Callable[[str], Stage], qtbot: QtBot) -> None:
    stage = stages("")
    stage.desk.open()
    dialog = stage.window.findChild(DrillsDialog)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.no_days.text() == NO_DAYS, timeout=WAIT_MS)
    assert dialog.none.isVisible()
    dialog.begin.click()
    qtbot.waitUntil(lambda: "Nobody is named" in dialog.said.text(), timeout=WAIT_MS)
    assert dialog.who.property("invalid")
    dialog.set_wish(Wish("Eero", Difficulty.EASY, seed=4, orders=20))
    assert dialog.wish == Wish("Eero", Difficulty.EASY, seed=4, orders=20)
    dialog.begin.click()
    qtbot.waitUntil(lambda: bool(stage.asked), timeout=WAIT_MS)
    (drill,) = drills.all_of(drills.logbook_of(stage.workplace))
    assert stage.asked == [(drill.copy, drill.on)]
    assert drill.wish.who == "Eero"


def test_nothing_is_shown_in_the_depot_itself(stages: Callable[[str], Stage], qtbot: QtBot) -> None:
    stage = stages("")
    stage.desk.start()
    stage.runner.wait_until_idle()
    assert not stage.desk.banner.isVisible()
    assert stage.desk.hindrance() == ""


def test_who_is_done_while_nothing_can_be_written_is_told_and_can_be_done_again(
    stages: Callable[[str], Stage], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = drilled(stages, qtbot)
    stage.desk.go_on()
    reach(qtbot, stage, Phase.OPEN)
    stage.runner.wait_until_idle()

    def full(*_args: object, **_words: object) -> None:
        raise KnownError("The disk is full.", "Make room.")

    with monkeypatch.context() as broken:
        broken.setattr(type(stage.workplace.store), "write", full)
        stage.desk.go_on()
        qtbot.waitUntil(lambda: any("disk is full" in said for said in stage.told), timeout=WAIT_MS)
    assert stage.desk.phase is Phase.OPEN
    assert stage.desk.banner.go.text() == "Done"
    stage.desk.go_on()
    reach(qtbot, stage, Phase.TOLD)


def test_a_recorded_day_is_played_again_though_the_form_reads_its_days_later(theme: Theme, qtbot: QtBot) -> None:
    dialog = DrillsDialog("", ZoneInfo("UTC"), theme)
    qtbot.addWidget(dialog)
    played = Wish("Eero", Difficulty.HARD, seed=4, recorded=date(2026, 5, 4))
    dialog.set_wish(played)
    assert "not on record" not in dialog.said.text()
    dialog.show_days([date(2026, 5, 5), date(2026, 5, 4)])
    assert dialog.wish.recorded == date(2026, 5, 4)
    assert "not on record" not in dialog.said.text()
    dialog.show_days([date(2026, 5, 5)])
    assert dialog.wish.recorded is None
    assert "not on record" in dialog.said.text()


def test_a_long_verdict_is_cut_with_dots_where_buttons_come_with_it(
    stages: Callable[[str], Stage], qtbot: QtBot
) -> None:
    stage = stages("")
    drill = begun(stage.workplace)
    same = Standing(10_000, 1_000, 600, 0, 0, 0, 0.0, 0)
    verdict = Score(0, 0, -500, "Nothing could be avoided here: leaving the plan alone would have been better.")
    turn = Turn(CueKind.LATE, now(), "Round 1 runs late.", 3, best={"s": ("o",)}, nothing=same, person=same,
                optimiser=same, score=verdict)  # fmt: skip
    strip = stage.desk.banner
    strip.show()
    strip.resize(900, 56)
    strip.show_busy("Holding your plan against the optimiser’s")
    strip.show_verdict(replace(drill, turns=(turn,)))
    qtbot.waitUntil(lambda: strip.plan.geometry().left() > strip._label.geometry().left())
    QApplication.processEvents()
    shown = strip._label
    assert QFontMetrics(shown.font()).horizontalAdvance(shown.text()) <= shown.width()
    assert shown.text().endswith("…")
