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
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import QProcess, QProcessEnvironment, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from commands.opening import open_depot
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import IncidentKind, Remedy
from dispatcher.domain.proof import Need, ProofKind
from dispatcher.domain.review import FlagKind
from dispatcher.services.clocks import system_clock
from dispatcher.services.exceptions import Given
from dispatcher.services.home import Home
from dispatcher.simulation.lapses import Lapse
from tests.hand.offscreen import Play, play
from tests.hand.practice import found
from tests.hand.stepping import Missed, Script, key, write
from ui.proofs.words import Row

PLANNED_S = 8.0
REVIEWER, SECOND = "Anna Berg", "Bo Lind"
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


class Evening(Play):
    """A practice day driven to the end, and worked off."""

    args: argparse.Namespace

    # --- the day --------------------------------------------------------------------------------------------------

    def script(self) -> Script:
        """From the first look to the last."""
        yield lambda: self.window.day.present, "the day", 60.0
        yield from self._driven()
        yield from self._reviewed()
        yield from self._worked_off()
        yield from self._closed()
        yield from self._proved()

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
        yield from self._settled_meanwhile()
        yield lambda: process.state() is QProcess.ProcessState.NotRunning, "the day's end", DRIVEN_S
        if not truth.exists():
            raise Missed(bytes(process.readAllStandardError().data()).decode()[-2_000:])
        self.result["simulated"] = json.loads(bytes(process.readAllStandardOutput().data()))

    # --- exceptions -----------------------------------------------------------------------------------------------

    def _settled_meanwhile(self) -> Script:
        """While drivers are on the road: from a failed attempt to a priced re-delivery today with two clicks."""
        panel = self.window.exceptions
        self.window.show_panel(panel)
        yield lambda: panel.empty.isVisible() or panel.bench.model.rows
        self.picture("exceptions-begin")
        seen: set[str] = set()
        while "second click" not in self.result:
            yield lambda: self._failed_row(seen), "a failed attempt that can be delivered again today", DRIVEN_S
            row = self._failed_row(seen)
            seen.add(row.id)
            self._click_row(row)
            yield lambda row=row: self._priced(row), row.incident.what, 30.0
            offers = panel.bench.detail.remedies.offers
            if offer := next((o for o in offers if o.ready and o.remedy is Remedy.AGAIN_TODAY), None):
                self.picture("exceptions-offers")
                button = panel.findChild(QPushButton, "exceptions.remedy.again_today")
                assert button is not None
                QTest.mouseClick(button, Qt.MouseButton.LeftButton)
                yield lambda row=row: self._tried_again(row.incident.order_id), "the re-delivery in the plan", 30.0
                self.result["second click"] = {"label": offer.label, "price": offer.price}
                self.picture("exceptions-again-today")

    def _tried_again(self, order_id: OrderId) -> bool:
        """Whether the order is on a round of the plan, for another attempt."""
        day = self.window.day.workplace.store.read(lambda reader: reader.day(self.args.date))
        return day.orders[order_id].attempt > 1 and day.plan.route_of(order_id) is not None

    def _priced(self, row: Any) -> bool:
        """What can be done about it is shown; or it has passed, or the keys went elsewhere."""
        panel = self.window.exceptions
        offered = panel._offered
        return (
            panel.bench.current is None
            or panel.bench.current.id != row.id
            or bool(offered and offered.incident_id == row.id)
        )

    def _failed_row(self, seen: set[str]) -> Any:
        kinds = {IncidentKind.FAILED, IncidentKind.NOT_ATTEMPTED}
        rows = self.window.exceptions.bench.model.rows
        wanted = (row for row in rows if row.incident.open and row.incident.kind in kinds and row.id not in seen)
        return next(wanted, None)

    def _click_row(self, row: Any) -> None:
        table = self.window.exceptions.bench.table
        self.window.exceptions.open_incident(row.id)
        at = table.visualRect(table.currentIndex()).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def _worked_off(self) -> Script:
        """Whatever is recommended and asks for nothing, by Enter; the rest closed with a note."""
        panel = self.window.exceptions
        self.window.show_panel(panel)
        panel.refresh()
        yield lambda: panel.bench.isVisible() and panel.bench.current
        self.picture("exceptions-full")
        done: Counter[str] = Counter()
        detail = panel.bench.detail
        while (row := panel.bench.current) is not None and row.incident.open:
            yield lambda row=row: self._priced(row), row.incident.what, 30.0
            if panel.bench.current is None or panel.bench.current.id != row.id:
                continue
            panel.bench.table.setFocus()
            yield panel.bench.table.hasFocus
            offer = next((o for o in detail.remedies.offers if o.ready), None)
            if offer and offer.wants is Given.NOTHING:
                key(Key.Key_Return)
                gone = lambda row=row: panel.bench.current is None or panel.bench.current.id != row.id
                yield lambda gone=gone: gone() or detail.form.isVisible(), row.incident.what, 30.0
                if gone():
                    done[offer.remedy.value] += 1
                    continue
                key(Key.Key_Escape)  # the road moved on, and something else is recommended by now
            done["closed with a note"] += 1
            key(Key.Key_C)
            write("Seen to")
            if done["closed with a note"] == 3:
                self.picture("exceptions-in-work")
            yield (
                lambda row=row: panel.bench.current is None or panel.bench.current.id != row.id,
                row.incident.what,
                30.0,
            )
        yield lambda: not panel.bench.queue.rowCount()
        self.picture("exceptions-empty")
        self.result["exceptions"] = dict(done)

    # --- the end of the day ---------------------------------------------------------------------------------------

    def _closed(self) -> Script:
        """What is open is shown, the day is signed, and the report lies where it was wished."""
        panel = self.window.proofs
        self.window.show_panel(panel)
        report = self.folder / "report.pdf"
        yield panel.paperwork.close_day.isEnabled
        panel.paperwork.close_day.trigger()
        dialog = panel.paperwork.dialog
        assert dialog is not None
        yield dialog.sign.isEnabled, "what is open", 60.0
        dialog.report.setText(str(report))
        dialog.by.setText(SECOND)
        dialog.grab().save(str(self.folder / "closing.png"))
        dialog.sign.click()
        yield report.exists, "the report", 60.0
        yield lambda: not panel.paperwork.busy
        dialog.grab().save(str(self.folder / "closed.png"))
        dialog.close()
        self.picture("proofs-closed")

    def _proved(self) -> Script:
        """One file, and a data folder that knows nothing of the depot."""
        row = next(row for row in self.window.proofs.bench.model._rows if row.proof.attempt.photos)
        out = self.folder / "evidence.pdf"
        yield from self._told("evidence", row.proof.number, "--out", str(out), name="evidence")
        with TemporaryDirectory(prefix="roundhouse-elsewhere-") as elsewhere:
            yield from self._told("evidence", "--verify", str(out), name="verified elsewhere", home=Path(elsewhere))
        yield from self._told("verify", name="verify")

    def _told(self, *said: str, name: str, home: Path | None = None) -> Script:
        """What a command of the program answers, while the window is open."""
        process = QProcess(self.window)
        process.setProgram(sys.executable)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("ROUNDHOUSE_HOME", str(home or self.home.root))
        process.setProcessEnvironment(environment)
        process.setArguments([str(MAIN), *said, "--json"])
        process.start()
        yield lambda: process.state() is QProcess.ProcessState.NotRunning, name, 120.0
        if process.exitCode():
            raise Missed(f"{name}: {bytes(process.readAllStandardError().data()).decode()}")
        self.result[name] = json.loads(bytes(process.readAllStandardOutput().data()))

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
        yield from self._decide_all()
        first_keys = self.keys
        if any(row.proof.second_wanted for row in panel.bench.model._rows):
            self.picture("proofs-second-wanted")
            panel.bar.who.click()
            yield lambda: panel.ask.isVisible()
            write(SECOND)
            panel.bench.choose(0)
            yield from self._decide_all()
        self.picture("proofs-done")
        decided = Counter(str(row.proof.standing) for row in panel.bench.model._rows if row.proof.standing)
        keys = {"first reviewer": first_keys, "second": self.keys - first_keys}
        self.result["review"] = {"keys": keys, "decisions": dict(decided)}

    def _decide_all(self) -> Script:
        """A clean proof is accepted by one key; one that cannot be true is rejected, with a reason."""
        while (row := self._open_row()) is not None:
            before = len(row.proof.reviews)
            yield self._shown
            if self.keys == 12:
                self.picture("proofs-in-work")
            if {flag.kind for flag in row.proof.flags} & GRAVE:
                self.press(Key.Key_R)
                write("See the flags")
            else:
                self.press(Key.Key_A)
            yield partial(self._decided, row, before), f"a decision on {row.proof.number}", 20.0

    def _shown(self) -> bool:
        """The keys are where the proofs are."""
        return self.window.proofs.bench.table.hasFocus() or self._focus()

    def _focus(self) -> bool:
        self.window.proofs.bench.table.setFocus()
        return False

    def _open_row(self) -> Row | None:
        """The next that this reviewer may decide on."""
        bench, who = self.window.proofs.bench, self.window.proofs.judge.reviewer
        wanted = (row for row in bench.queue.rows() if row.open and who not in row.proof.accepted_by)
        if (row := next(wanted, None)) is not None and (bench.current is None or bench.current.key != row.key):
            bench.choose_key(row.key)
        return row

    def _decided(self, row: Row, before: int) -> bool:
        bench = self.window.proofs.bench
        at = bench.model.row_of_key(row.key)
        now = bench.model._rows[at].proof if at is not None else None
        return bool(now and len(now.reviews) > before)

    def _truth(self) -> list[dict[str, Any]]:
        told = json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))
        return [visit for driver in told["drivers"] for visit in driver["visits"]]

    def _flags_against_truth(self) -> dict[str, Any]:
        """Which lapses were found, and what was flagged besides."""
        assert self.window.proofs.day is not None
        flags = {
            (p.attempt.order_id, p.attempt.number): {f.kind for f in p.flags} for p in self.window.proofs.day.proofs
        }
        visits, tries = sorted(self._truth(), key=lambda visit: visit["arrived_at"]), Counter[str]()
        planted = {}
        for visit in visits:
            tries[visit["order_id"]] += 1
            if visit["lapse"]:
                planted[visit["order_id"], tries[visit["order_id"]]] = Lapse(visit["lapse"])
        missed = [lapse.value for name, lapse in planted.items() if not flags.get(name, set()) & FINDS[lapse]]
        others = Counter(
            kind.value
            for name, kinds in flags.items()
            for kind in kinds - (FINDS[planted[name]] if name in planted else set())
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


def played(args: argparse.Namespace) -> dict[str, Any]:
    """On a fresh data folder."""
    with TemporaryDirectory(prefix="roundhouse-evening-") as data:
        home = Home(Path(data))
        Evening.args = args
        return play(Evening, home, practised(home, args), args.dir, args.date, who=REVIEWER)


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
    came_of_it = played(asked)
    print(json.dumps(came_of_it, indent=2, default=str), flush=True)
    sys.exit(1 if "fault" in came_of_it else 0)
