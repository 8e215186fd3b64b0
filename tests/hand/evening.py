"""A simulated day with planted lapses, and its evening: proofs reviewed by keys, exceptions worked off, the day closed.

    python -m tests.hand.evening DIR [--drivers 6] [--orders 90] [--speed 240]

Makes a depot for practice, opens the window offscreen, sends the rounds, has them driven to the end by drivers of whom
some do what a supervisor should find (`dispatcher.simulation.lapses`), and then works as dispatcher and
supervisor do. Pictures go to DIR, and so do the day's report and an evidence file, which a data folder that knows
nothing of the depot verifies. Prints one JSON value; exit status 0 if everything came to be.
"""

import argparse
import json
import os
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import QProcess, QProcessEnvironment, Qt

from commands.opening import open_depot, open_store
from dispatcher.domain.proof import Need, ProofKind
from dispatcher.domain.review import FlagKind
from dispatcher.services.clocks import system_clock
from dispatcher.services.home import Home
from dispatcher.services.workplace import create_depot
from dispatcher.simulation.lapses import Lapse
from tests.hand.practice import found
from tests.hand.stepping import Missed, Script, Stepper, key, write
from ui.app import Program, make_application
from ui.collecting import GuiCollector
from ui.proofs.words import Row
from ui.theme import Mode
from ui.window.main import MainWindow

SIZE = (1600, 960)
PLANNED_S = 8.0
REVIEWER = "Anna Berg"
DRIVEN_S = 900.0
MAIN = Path(__file__).resolve().parents[2] / "main.py"
FINDS = {
    Lapse.DOT: {FlagKind.INK_DOT},
    Lapse.COPIED: {FlagKind.INK_SAME},
    Lapse.TWIN: {FlagKind.TWIN},
    Lapse.DARK: {FlagKind.DARK},
    Lapse.BLURRED: {FlagKind.BLURRED},
    Lapse.EARLY: {FlagKind.EARLY, FlagKind.FAR},
    Lapse.CASH: {FlagKind.CASH_SHORT},
}
"""What the program says of each lapse."""
GRAVE = {FlagKind.INK_DOT, FlagKind.INK_SAME, FlagKind.TWIN, FlagKind.EARLY, FlagKind.CASH_SHORT}
Key = Qt.Key


@dataclass(slots=True)
class Evening:
    """What is played, and what came of it."""

    program: Program
    home: Home
    slug: str
    folder: Path
    args: argparse.Namespace
    result: dict[str, Any] = field(default_factory=dict)
    taken: int = 0
    keys: int = 0

    @property
    def window(self) -> MainWindow:
        assert self.program.window is not None
        return self.program.window

    def picture(self, name: str) -> None:
        """The window as it is."""
        self.taken += 1
        self.window.grab().save(str(self.folder / f"{self.taken:02d}-{name}.png"))
        print(f"{self.taken:02d}-{name}.png", file=sys.stderr, flush=True)

    def press(self, what: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One key, counted."""
        self.keys += 1
        key(what, modifier)

    # --- the day --------------------------------------------------------------------------------------------------

    def script(self) -> Script:
        """From the first look to the last."""
        yield lambda: self.window.day.present, "the day", 60.0
        yield from self._driven()
        yield from self._reviewed()

    def _driven(self) -> Script:
        assert self.window.road is not None
        self.window.show_panel(self.window.proofs)
        yield lambda: self.window.proofs.empty.isVisible()
        self.picture("proofs-empty")
        self.window.actions_by_name["send_rounds"].trigger()
        yield lambda: self.window.road.live and self.window.road.live.sending.rounds, "rounds sent", 60.0
        truth = self.folder / "truth.json"
        process = QProcess(self.window)
        process.setProgram(sys.executable)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("ROUNDHOUSE_HOME", str(self.home.root))
        process.setProcessEnvironment(environment)
        said = ["simulate", "--depot", self.slug, "--date", self.args.date.isoformat(), "--json"]
        said += ["--speed", f"{self.args.speed:g}", "--seed", str(self.args.seed), "--truth", str(truth)]
        process.setArguments([str(MAIN), *said])
        process.start()
        yield lambda: process.state() is QProcess.ProcessState.NotRunning, "the day's end", DRIVEN_S
        if not truth.exists():
            raise Missed(bytes(process.readAllStandardError().data()).decode()[-2_000:])
        self.result["simulated"] = json.loads(bytes(process.readAllStandardOutput().data()))

    # --- the proofs -----------------------------------------------------------------------------------------------

    def _reviewed(self) -> Script:
        panel = self.window.proofs
        records = lambda: panel.day and len(panel.day.proofs)
        wanted = len(self._truth())
        self.window.show_panel(panel)
        panel._look()
        yield lambda: records() == wanted, f"{wanted} proofs", 120.0
        yield lambda: panel.bench.current is not None
        self.result["flags"] = self._flags_against_truth()
        yield self._shown
        self.picture("proofs-full")
        clean = flagged = 0
        while (row := self._open_row()) is not None:
            before = len(row.proof.reviews)
            yield self._shown
            if clean + flagged == 12:
                self.picture("proofs-in-work")
            if {flag.kind for flag in row.proof.flags} & GRAVE:
                flagged += 1
                self.press(Key.Key_R)
                write("See the flags")
            else:
                clean += 1
                self.press(Key.Key_A)
            yield partial(self._decided, row, before), f"a decision on {row.proof.number}", 20.0
        self.picture("proofs-done")
        decided = Counter(str(proof.standing) for proof in panel.day.proofs if proof.standing)
        self.result["review"] = {"accepted by one key": clean, "rejected": flagged, "keys": self.keys} | dict(decided)

    def _shown(self) -> bool:
        """The keys are where the proofs are."""
        return self.window.proofs.bench.table.hasFocus() or self._focus()

    def _focus(self) -> bool:
        self.window.proofs.bench.table.setFocus()
        return False

    def _open_row(self) -> Row | None:
        row = self.window.proofs.bench.current
        return row if row and row.open else None

    def _decided(self, row: Row, before: int) -> bool:
        proofs = self.window.proofs.day.proofs if self.window.proofs.day else ()
        now = next(proof for proof in proofs if proof.attempt.key == row.key)
        current = self.window.proofs.bench.current
        return len(now.reviews) > before and (current is None or current.key != row.key or not current.open)

    def _truth(self) -> list[dict[str, Any]]:
        told = json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))
        return [visit for driver in told["drivers"] for visit in driver["visits"]]

    def _flags_against_truth(self) -> dict[str, Any]:
        """Which lapses were found, and what was flagged besides."""
        assert self.window.proofs.day is not None
        flags = {p.attempt.order_id: {f.kind for f in p.flags} for p in self.window.proofs.day.proofs}
        planted = {visit["order_id"]: Lapse(visit["lapse"]) for visit in self._truth() if visit["lapse"]}
        missed = [lapse.value for order_id, lapse in planted.items() if not flags[order_id] & FINDS[lapse]]
        others = Counter(
            kind.value for order_id, kinds in flags.items() for kind in kinds - FINDS.get(planted.get(order_id), set())
        )
        return {"planted": len(planted), "found": len(planted) - len(missed), "missed": missed, "besides": dict(others)}


def practised(home: Home, args: argparse.Namespace) -> str:
    """A depot that asks for signatures and photos, planned."""
    slug = found(home, args.date, drivers=args.drivers, orders=args.orders, seconds=PLANNED_S)
    with open_depot(home, slug) as workplace:
        asked = {ProofKind.SIGNATURE: Need.REQUIRED, ProofKind.PHOTO: Need.REQUIRED}
        depot = workplace.depot
        road = replace(depot.road, delivering={**depot.road.delivering, **asked})
        workplace.store.write("Ask for proofs", lambda uow: uow.put_depot(replace(depot, road=road)))
    return slug


def play(args: argparse.Namespace) -> dict[str, Any]:
    """On a fresh data folder."""
    with TemporaryDirectory(prefix="roundhouse-evening-") as data:
        home = Home(Path(data))
        slug = practised(home, args)
        app, theme = make_application(home)
        theme.apply(Mode.LIGHT, 1.0)
        maker = lambda depot: create_depot(home, depot, open_store=open_store)
        program = Program(home, theme, partial(open_depot, home), maker, open_store)
        collector = GuiCollector(program)
        program.open(slug, args.date)
        evening = Evening(program, home, slug, args.dir, args)
        evening.window.resize(*SIZE)
        evening.window._settings.setValue("proofs/reviewer", REVIEWER)
        stepper = Stepper(evening.script())

        def end(fault: str) -> None:
            if fault:
                evening.picture("fault")
                evening.result["fault"] = fault
            evening.window.close()

        stepper.ended.connect(end)
        evening.window.destroyed.connect(app.quit)
        stepper.start()
        app.exec()
        collector.stop()
        return evening.result


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hand.evening", description="A day's evening, looked at.")
    parser.add_argument("dir", type=Path, help="where pictures and papers go")
    parser.add_argument("--drivers", type=int, default=6)
    parser.add_argument("--orders", type=int, default=90)
    parser.add_argument("--speed", type=float, default=240.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--date", type=date.fromisoformat, default=system_clock().date())
    return parser.parse_args()


if __name__ == "__main__":
    asked = parsed()
    asked.dir = asked.dir.resolve()
    asked.dir.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    came_of_it = play(asked)
    print(json.dumps(came_of_it, indent=2, default=str), flush=True)
    sys.exit(1 if "fault" in came_of_it else 0)
