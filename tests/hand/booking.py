"""A booking day in the real window: slots offered, held, assigned; the day planned; loaded with scans; a departure.

    python -m tests.hand.booking DIR [--drivers 4] [--orders 60] [--customers 4]

Makes a depot for practice whose orders nobody has given a time yet, opens the window offscreen and works as the clerk
at the counter, the dispatcher and the people at the dock do: by keys and clicks. Pictures and papers go to DIR.
Prints one JSON value; exit status 0 if everything came to be.
"""

import argparse
import json
import os
import sys
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtPdf import QPdfDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from dispatcher.domain.incidents import IncidentKind
from dispatcher.services.clocks import system_clock
from dispatcher.services.exceptions import Given
from dispatcher.services.home import Home
from dispatcher.services.loading.board import LoadRow
from dispatcher.services.loading.paper import Paper
from tests.hand.offscreen import Play, play
from tests.hand.practice import found
from tests.hand.stepping import Script, key, write
from ui.slots.bar import Page

WHO = "Kaisa Laine"
STREETS = ("Mannerheimintie 5", "Fredrikinkatu 40", "Bulevardi 10", "Annankatu 20", "Kalevankatu 6", "Lönnrotinkatu 9")
PRICED_S, WORKED_OUT_S, PLANNED_S = 60.0, 180.0, 120.0
Key = Qt.Key


class Booking(Play):
    """From an empty catalogue to the first van that has left."""

    args: argparse.Namespace

    def script(self) -> Script:
        """From the first look to the last."""
        yield lambda: self.window.day.present, "the day", 60.0
        yield from self._catalogue()
        yield from self._capacity()
        yield from self._counter("counter")
        yield from self._bulk()
        yield from self._planned()
        yield from self._counter("counter-planned-day")
        yield from self._all_planned()
        yield from self._loaded()
        yield from self._missing()
        yield from self._left()

    # --- the slots ------------------------------------------------------------------------------------------------

    def _catalogue(self) -> Script:
        """Nothing is offered until the depot says when it serves."""
        panel = self.window.slots
        self.window.show_panel(panel)
        yield lambda: panel.empty.isVisible() and panel._read is not None
        self.picture("slots-none")
        panel.empty._button.click()
        yield lambda: panel._read and panel._read.book.rules, "the usual slots"
        panel.show_page(Page.BOARD)
        yield lambda: panel.split.isVisible() and panel._read.slots
        self.picture("slots-empty")

    def _capacity(self) -> Script:
        """How many orders the shifts of the day can take in each slot, taken for what is sold."""
        panel = self.window.slots
        yield panel.board.hasFocus
        key(Key.Key_C)
        yield lambda: panel.deeds.suggested, "what each slot could take", 60.0
        taken = []
        for _ in range(2):
            most, at = panel.cell.take.text(), panel.board.key
            QTest.mouseClick(panel.cell.take, Qt.MouseButton.LeftButton)
            yield lambda at=at: at in {(c.rule_id, c.on) for c in panel._read.book.changes.values()}, most
            taken.append(most)
            panel.board.setFocus()
            key(Key.Key_Down)
        self.result["capacity by shifts"] = taken
        self.picture("slots-capacity")

    def _counter(self, name: str) -> Script:
        """Customers on the phone: an address, a price for each slot, a place held, an order."""
        panel, booked = self.window.slots, []
        counter = panel.counter
        self.window.show_panel(panel)
        for n in range(self.args.customers):
            panel.show_page(Page.COUNTER)
            yield counter.address.hasFocus
            QTest.keyClicks(counter.address, f"{STREETS[n % len(STREETS)]}, Helsinki")
            key(Key.Key_Return)
            yield lambda: counter.offers.model.rows, "slots with their price", PRICED_S
            yield counter.offers.view.hasFocus
            if not n:
                self.picture(f"{name}-offers")
            key(Key.Key_H)
            yield lambda: counter.holding, "a place held"
            yield counter.number.hasFocus
            if not n:
                self.picture(f"{name}-held")
            offer = counter.holding.offer
            counter.customer.setFocus()
            QTest.keyClicks(counter.customer, f"Customer {n + 1}")
            key(Key.Key_Return)
            yield lambda: counter.holding is None, "the order"
            opens_at = offer.slot.window.opens_at
            booked.append({"on": offer.slot.on, "from": f"{opens_at:%H:%M} UTC", "price": offer.price})
            key(Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        self.result[name] = booked

    def _bulk(self) -> Script:
        """The file's orders, of which none has a time yet, into slots at least cost."""
        panel = self.window.slots
        bulk = panel.bulk
        panel.show_page(Page.BULK)
        yield lambda: bulk.orders.model.rows, "orders without a window"
        bulk.span.setCurrentIndex(bulk.span.findData(3))
        self.picture("bulk-orders")
        bulk.go.click()
        yield lambda: bulk._preview, "the assignment", WORKED_OUT_S
        self.picture("bulk-preview")
        preview = bulk._preview
        self.result["bulk"] = {
            "orders": len(preview.assigned),
            "left out": len(preview.left_out),
            "cost": preview.added,
        }
        bulk.lines.view.setFocus()
        key(Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        yield lambda: bulk._preview is None, "the slots given"
        panel.show_page(Page.BOARD)
        yield panel.board.hasFocus
        yield lambda: any(slot.orders for slot in panel._read.slots), "a board that fills"
        self.picture("slots-filled")

    # --- the plan -------------------------------------------------------------------------------------------------

    def _planned(self) -> Script:
        self.window.show_panel(self.window.board)
        self.window.actions_by_name["optimise"].trigger()
        yield lambda: self._stops() and not self.window.search.running, "a plan", PLANNED_S
        self.result["planned stops"] = self._stops()
        self.picture("planned")

    def _all_planned(self) -> Script:
        """Who came after the plan was made stands on the round that was priced."""
        here = [booked for booked in self.result["counter-planned-day"] if booked["on"] == self.on]
        window, wanted = self.window, self.result["planned stops"] + len(here)
        window.show_panel(window.board)
        yield lambda: self._stops() == wanted, "everybody on a round"
        self.result["planned stops, all customers"] = wanted
        self.picture("planned-with-late-customers")

    def _stops(self) -> int:
        day = self.window.day.workplace.store.read(lambda reader: reader.day(self.on))
        return sum(len(route.stops) for route in day.plan.routes)

    # --- the dock -------------------------------------------------------------------------------------------------

    def _loaded(self) -> Script:
        """Every piece of every van by scanner, but one; and what a tired morning scans wrongly."""
        panel = self.window.loading
        self.window.show_panel(panel)
        yield lambda: panel.board and panel.board.rounds, "the dock"
        yield panel.field.hasFocus
        self.picture("loading-begin")
        for paper in (Paper.LOAD_SHEETS, Paper.LABELS, Paper.RUN_SHEETS):
            to = self.folder / f"{paper.value.replace(' ', '-')}.pdf"
            panel.print_to(to, paper)
            yield to.exists, paper.value
            yield lambda to=to: drawn(to), paper.value
        said: Counter[str] = Counter()
        yield lambda: all(r.berth for r in panel.board.rounds), "bays and waves", 60.0
        rounds = [r.shift_id for r in panel.board.rounds]
        # shops print an article's barcode on parcels of many orders: those do not tell vans apart
        own = self._own_label(rounds[0], rounds[1])
        panel.bench.choose(rounds[1])
        yield from self._scan(own, said)
        self.picture("loading-other-van")
        for shift_id in rounds:
            panel.bench.choose(shift_id)
            rows = self._rows(shift_id)
            for row in rows:
                last = shift_id == rounds[0] and row is rows[-1]
                for n, piece in enumerate(row.pieces[:-1] if last else row.pieces):
                    yield from self._scan(label(row, piece), said)
                    if shift_id == rounds[0] and n == 0 and row is rows[len(rows) // 2]:
                        self.picture("loading-in-work")
        panel.bench.choose(rounds[0])
        yield from self._scan(own, said)
        self.picture("loading-twice")
        yield from self._scan("no such parcel", said)
        self.result["scans"] = dict(said)

    def _rows(self, shift_id: Any) -> tuple[LoadRow, ...]:
        board = self.window.loading.board
        assert board is not None
        return next(r.rows for r in board.rounds if r.shift_id == shift_id)

    def _own_label(self, shift_id: Any, other: Any) -> str:
        """Of a piece of this round that neither the other one nor the piece left out has the like of."""
        *rows, last = self._rows(shift_id)
        alike = {piece for row in (*self._rows(other), last) for piece in row.pieces if len(piece) > 2}
        return next(label(row, piece) for row in rows for piece in row.pieces if piece not in alike)

    def _scan(self, code: str, said: Counter[str]) -> Script:
        """A scanner is a keyboard that ends with Enter."""
        panel, heard = self.window.loading, []
        hear = heard.append
        panel.feed.scanned.connect(hear)
        QTest.keyClicks(panel.field, code)
        QTest.keyClick(panel.field, Key.Key_Return)
        yield lambda: heard, f"what {code} is"
        panel.feed.scanned.disconnect(hear)
        said[heard[0].title] += 1

    def _missing(self) -> Script:
        """The one that was not scanned is said to be short; it is an exception, and is settled."""
        panel = self.window.loading
        at = panel.bench.at
        gone = self._rows(at)[-1]
        panel.bench.choose_order(gone.order_id)
        yield lambda: panel.bench.row and panel.bench.row.order_id == gone.order_id
        panel.field.setFocus()
        key(Key.Key_F2)
        yield lambda: self._rows(at)[-1].short, "a piece that is short"
        self.picture("loading-short")
        queue = self.window.exceptions
        self.window.show_panel(queue)
        queue.refresh()
        wanted = lambda: [r for r in queue.bench.model.rows if r.incident.kind is IncidentKind.MISSING_LOADING]
        yield wanted, "an exception of the dock", 60.0
        queue.open_incident(wanted()[0].id)
        yield lambda: queue._offered and queue._offered.incident_id == wanted()[0].id, "what can be done", 60.0
        self.picture("exceptions-missing")
        self.result["missing"] = {
            "order": gone.number,
            "offers": [offer.label for offer in queue.bench.detail.remedies.offers],
        }
        offers = queue.bench.detail.remedies.offers
        tomorrow = next(n for n, offer in enumerate(offers) if offer.ready and offer.wants is Given.NOTHING)
        queue.bench.table.setFocus()
        key(Key(Key.Key_1 + tomorrow))
        store = self.window.day.workplace.store
        yield lambda: store.read(lambda r: r.order(gone.order_id)).date > self.on, "another day for it"

    def _left(self) -> Script:
        """The check before the first van goes, which asks for what is not there."""
        panel = self.window.loading
        self.window.show_panel(panel)
        yield panel.field.hasFocus
        key(Key.Key_F6)
        form = panel.bench.form
        yield form.isVisible
        form.vehicle.setFocus()
        for box in (form.vehicle, form.documents):
            box.setFocus()
            key(Key.Key_Space)
        form.km.setFocus()
        write_line(form.km, "48210")
        self.picture("departure-check")
        yield lambda: not form.isVisible() or form.said.isVisible(), "the departure"
        if form.isVisible():
            self.result["departure refused"] = form.said.text
            self.picture("departure-refused")
            form.note.setFocus()
            write_line(form.note, "One parcel short, the customer knows")
        yield lambda: any(r.departure for r in panel.board.rounds), "a van that has left"
        self.picture("departed")
        self.result["departed"] = sum(bool(r.departure) for r in panel.board.rounds)


def label(row: LoadRow, piece: str) -> str:
    """What is scanned of it: its own barcode, or what this depot printed."""
    return f"{row.number}/{piece}" if len(piece) <= 2 else piece


def write_line(line: QLineEdit, text: str) -> None:
    """Type into it, and Enter."""
    line.setFocus()
    write(text)


def drawn(pdf: Path) -> bool:
    """Its first page as a picture beside it; whether it could be drawn."""
    document = QPdfDocument()
    if document.load(str(pdf)) is not QPdfDocument.Error.None_:
        return False
    size = document.pagePointSize(0)
    drawn_on = document.render(0, QSize(round(size.width() * 1.5), round(size.height() * 1.5)))
    page = QImage(drawn_on.size(), QImage.Format.Format_RGB32)
    page.fill(Qt.GlobalColor.white)
    painter = QPainter(page)
    painter.drawImage(0, 0, drawn_on)
    painter.end()
    return page.save(str(pdf.with_suffix(".png")))


def played(args: argparse.Namespace) -> dict[str, Any]:
    """On a fresh data folder."""
    with TemporaryDirectory(prefix="roundhouse-booking-") as data:
        home = Home(Path(data))
        slug = found(home, args.date, drivers=args.drivers, orders=args.orders, seconds=0)
        Booking.args = args
        return play(Booking, home, slug, args.dir, args.date, who=WHO)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.hand.booking", description="A booking day, looked at.")
    parser.add_argument("dir", type=Path, help="where pictures and papers go")
    parser.add_argument("--drivers", type=int, default=4)
    parser.add_argument("--orders", type=int, default=60)
    parser.add_argument("--customers", type=int, default=4)
    parser.add_argument("--date", type=date.fromisoformat, default=system_clock().date() + timedelta(days=2))
    return parser.parse_args()


if __name__ == "__main__":
    asked = parsed()
    asked.dir = asked.dir.resolve()
    asked.dir.mkdir(parents=True, exist_ok=True)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    came_of_it = played(asked)
    print(json.dumps(came_of_it, indent=2, default=str), flush=True)
    sys.exit(1 if "fault" in came_of_it else 0)
