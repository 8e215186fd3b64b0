"""A quarter in the real window: measures opened to their rows, a scorecard, a coaching card, learning, a drill.

    python -m tests.hand.quarter DIR [--days 90] [--drivers 8] [--data FOLDER --depot NAME]

Makes a depot for practice with so many past working days (`dispatcher.simulation.history`), or takes a copy of a data
folder that has them, opens the window offscreen and works as the supervisor does. Pictures go to DIR. Prints one JSON
value; exit status 0 if everything came to be.
"""

import argparse
import json
import os
import shutil
import sys
import time
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from commands.opening import now
from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.progress import NoProgress
from dispatcher.services.clocks import system_clock
from dispatcher.services.home import Home
from dispatcher.services.insight import MEASURES
from dispatcher.services.workplace import open_workplace
from dispatcher.simulation.history import make
from dispatcher.simulation.history_day import Moment, Wish
from tests.hand.offscreen import SIZE, Play, play
from tests.hand.practice import found
from tests.hand.stepping import Script, key
from ui.drills.debrief import Debrief
from ui.drills.desk import Phase
from ui.insight.drivers import Side
from ui.insight.words import Preset

WHO, NEW = "Anna Berg", "Jesse Aalto"
GATHERED_S, LEARNED_S, MADE_S, SCORED_S = 240.0, 300.0, 120.0, 120.0
Key = Qt.Key


class Quarter(Play):
    """From the first measure to the debrief of a drill."""

    def script(self) -> Script:
        """From the first look to the last."""
        yield lambda: self.window.day.present or self.window.day.day, "the day", 60.0
        yield from self._measured()
        yield from self._people()
        yield from self._learned()
        yield from self._drilled()

    # --- measures -------------------------------------------------------------------------------------------------

    def _measured(self) -> Script:
        """Every measure, and the rows that make it."""
        panel = self.window.insight
        begun = time.monotonic()
        self.window.show_panel(panel)
        page = panel.page
        assert page is not None
        page.bar.choose_preset(Preset.QUARTER)
        yield lambda: page.tiles.measure_id and not page.feed.gathering and page.measure.table, "measures", GATHERED_S
        self.result["a quarter gathered and shown, s"] = round(time.monotonic() - begun, 1)
        yield lambda: page.stack.currentWidget() is page.measures and page._tiles.span == page.bar.span, "the quarter"
        self.picture("insight")
        opened = {}
        for measure in MEASURES:
            page.tiles.choose(measure.id)
            yield lambda measure=measure: self._table(measure.id), measure.name
            table = page.measure.table
            if not table.total.figure.rows:
                opened[measure.id] = "no rows"
                continue
            key_on(page.tiles, Key.Key_R)
            yield lambda measure=measure: self._behind(measure.name), f"the rows of {measure.name}"
            opened[measure.id] = {"rows": table.total.figure.rows, "shown": page.behind.sum.text()}
            if measure.id in ("first_attempt", "on_time", "cost_per_stop"):
                self.picture(f"rows-{measure.id.replace('_', '-')}")
            key_on(page.behind.grid, Key.Key_Escape)
            yield lambda: page.right.currentWidget() is page.measure
        self.result["measures"] = opened
        page.tiles.choose("on_time")
        for cut in ("driver", "hour"):
            page.bar.choose_cut(cut)
            yield lambda cut=cut: self._table("on_time", cut), f"by {cut}"
            self.picture(f"by-{cut}")

    def _table(self, measure_id: str, cut_id: str = "") -> bool:
        page = self.window.insight.page
        table = page.measure.table if page else None
        return bool(table and table.measure.id == measure_id and cut_id in ("", table.cut.id))

    def _behind(self, name: str) -> bool:
        page = self.window.insight.page
        return bool(page and page.right.currentWidget() is page.behind and page.behind.title.text().startswith(name))

    # --- people ---------------------------------------------------------------------------------------------------

    def _people(self) -> Script:
        """A driver's scorecard, a card about one stop of it, and where it is followed up."""
        panel = self.window.insight
        page = panel.page
        assert page is not None
        panel.action("drivers").trigger()
        cards = page.drivers.scorecards
        yield lambda: cards.card.card is not None and cards.card.events.lines(), "a scorecard", 60.0
        self.picture("scorecard")
        cards.card.events.choose(0)
        key_on(cards.card.events.table, Key.Key_K)
        form = page.drivers.form
        yield form.isVisible
        form.words.setFocus()
        QTest.keyClicks(form.words, "Came before the window opened: wait in the van, or ring first.")
        self.picture("coaching-form")
        form.go.click()
        yield lambda: not form.isVisible() and panel.people.people and panel.people.people.cards, "the card"
        cards.card.show_cards()
        self.picture("scorecard-cards")
        panel.action("follow_ups").trigger()
        yield lambda: page.drivers.side is Side.FOLLOW_UPS and page.drivers.follow_ups.card
        self.picture("follow-ups")
        card = page.drivers.follow_ups.card
        self.result["coaching card"] = {"about": card.part_id, "order": card.number, "follow up": card.follow_up}
        panel.action("training").trigger()
        yield lambda: page.drivers.side is Side.TRAINING and page.drivers.training.persons.lines(), "training plans"
        self.picture("training")

    # --- what was learned -----------------------------------------------------------------------------------------

    def _learned(self) -> Script:
        """Tried on days that were held out; used only where it is better."""
        panel = self.window.insight
        panel.action("learned").trigger()
        page = panel.learned
        assert page is not None
        yield page.isVisible
        QTest.mouseClick(page.now if page.now.isVisible() else page.empty._button, Qt.MouseButton.LeftButton)
        yield lambda: page.desk.trained_at is not None and not page.progress.isVisible(), "what was learned", LEARNED_S
        yield lambda: page.stack.currentWidget() is page.area
        self.picture("learned")
        self.result["learned"] = {
            trial.target.value: {"plain": trial.plain, "learned": trial.learned, "used": trial.used, "why": trial.why}
            for trial in page.desk.trials()
        }

    # --- a drill --------------------------------------------------------------------------------------------------

    def _drilled(self) -> Script:
        """A new dispatcher's first: some disturbances are mended, some are not."""
        window = self.window
        window.actions_by_name["drills"].trigger()
        yield lambda: window.drills.asking.form and window.drills.asking.form.isVisible(), "the form of drills"
        form = window.drills.asking.form
        form.who.setText(NEW)
        form.orders.setValue(60)
        yield form.begin.isEnabled
        self._grab(form, "drills-form")
        QTest.mouseClick(form.begin, Qt.MouseButton.LeftButton)
        yield lambda: self.window is not window and self.window.drills.phase is Phase.BEGINNING, "a drill", MADE_S
        yield lambda: self.window.day.day is not None, "its day", 60.0
        self.window.resize(*SIZE)
        self.picture("drill-begin")
        desk, n = self.window.drills, 0
        while True:
            desk.banner.go.click()
            yield lambda: desk.phase in (Phase.OPEN, Phase.OVER), "what happens next", SCORED_S
            if desk.phase is Phase.OVER:
                break
            yield lambda: not desk.hindrance() and not self.window.search.running, "the board"
            self.picture(f"drill-{n + 1}-disturbance")
            if n % 2 == 0:
                yield from self._mended()
            yield lambda: not self.window.runner.busy, "what was done"
            desk.banner.go.click()
            yield lambda: desk.phase is Phase.TOLD, "the verdict", SCORED_S
            self.picture(f"drill-{n + 1}-verdict")
            n += 1
            if desk.drill.over:
                desk.banner.go.click()
                break
        yield lambda: self.window.findChild(Debrief) is not None, "the debrief", 60.0
        debrief = self.window.findChild(Debrief)
        yield debrief.isVisible
        self._grab(debrief, "drill-debrief")
        drill = desk.drill
        self.result["drill"] = {"who": drill.wish.who, "turns": len(drill.turns), "points": drill.points}
        debrief.close()

    def _mended(self) -> Script:
        """The rest of the day planned anew, as far as the freeze line lets it; the proposal taken."""
        window = self.window
        window.actions_by_name["improve"].trigger()
        yield lambda: not window.runner.jobs or window.proposals.cards, "a proposal", SCORED_S
        if window.proposals.cards:
            window.proposals.accept(window.proposals.cards[0].id)
            yield lambda: not window.runner.busy

    def _grab(self, widget: QWidget, name: str) -> None:
        widget.grab().save(str(self.folder / f"{name}.png"))


def key_on(widget: QWidget, what: Qt.Key) -> None:
    """Press one there."""
    widget.setFocus()
    key(what)


def made(home: Home, days: int, drivers: int) -> str:
    """A practice depot with a past, none of today."""
    slug = found(home, system_clock().date() + timedelta(days=1), drivers=drivers, orders=60, seconds=2.0)
    clock = Moment(now())
    stores, books = partial(open_store, clock=clock), partial(open_logbook, clock=clock)
    with open_workplace(home, slug, open_store=stores, open_logbook=books, clock=clock) as workplace:
        make(workplace, clock, Wish(days=days), NoProgress())
    return slug


def played(args: argparse.Namespace) -> dict[str, Any]:
    """On a data folder of its own."""
    with TemporaryDirectory(prefix="roundhouse-quarter-") as data:
        begun = time.monotonic()
        if args.data:
            shutil.copytree(args.data, data, dirs_exist_ok=True)
            slug = args.depot
        else:
            slug = made(Home(Path(data)), args.days, args.drivers)
        made_s = round(time.monotonic() - begun, 1)
        result = play(Quarter, Home(Path(data)), slug, args.dir, args.date, who=WHO)
        return {"days": args.days, "made or copied, s": made_s, **result}


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hand.quarter", description="A quarter, looked at.")
    parser.add_argument("dir", type=Path, help="where pictures go")
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--drivers", type=int, default=8)
    parser.add_argument("--data", type=Path, default=None, help="a data folder with a history; a copy of it is used")
    parser.add_argument("--depot", default="helsinki", help="which depot of it")
    parser.add_argument("--date", type=date.fromisoformat, default=system_clock().date())
    return parser.parse_args()


if __name__ == "__main__":
    asked = parsed()
    asked.dir = asked.dir.resolve()
    asked.dir.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    came_of_it = played(asked)
    print(json.dumps(came_of_it, indent=2, default=str), flush=True)
    sys.exit(1 if "fault" in came_of_it else 0)
