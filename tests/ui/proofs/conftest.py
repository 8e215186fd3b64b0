"""A made day with attempts in a real depot: rounds sent, drivers at doors, photos as a gateway takes them."""

import hashlib
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.devices import Device
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.proof import Record, RecordKind
from dispatcher.domain.schedule import StopTimes
from dispatcher.domain.tracking import Fix, Visit
from dispatcher.proof.files import ProofFiles
from dispatcher.proof.photos import look_at
from dispatcher.services import sending
from dispatcher.services.driving import keep_photo
from dispatcher.services.evidence import proofs_folder
from dispatcher.services.home import Home
from dispatcher.services.logbook import Logbook
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days, onroad
from tests.unit.services.conftest import keep
from ui.proofs.panel import ProofsPanel
from ui.runner import OpRunner
from ui.theme import Theme

PATIENCE_MS = 20_000
STOPS = 6
"""Of each of the two rounds."""


@dataclass
class Time:
    """A clock that stands until it is moved: the evening of the day."""

    now: datetime = field(default_factory=lambda: days.clock("18:00"))

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **spans: float) -> None:
        """Move on."""
        self.now += timedelta(**spans)


def ink(turn: int) -> dict[str, object]:
    """A signature unlike all others, drawn in a second and a half."""
    wave = lambda i: 0.5 + 0.3 * math.sin(i * (0.3 + 0.11 * turn) + turn) * math.cos(i * 0.17 * (turn + 1))
    stroke = [[0.1 + 0.02 * i, round(wave(i), 4), 40 * i] for i in range(40)]
    return {"width": 600, "height": 240, "strokes": [stroke]}


def jpeg(turn: int, size: tuple[int, int] = (800, 600)) -> bytes:
    """A sharp, bright photo unlike all others."""
    noise = hashlib.shake_256(bytes([turn])).digest(16 * 12 * 3)
    picture = Image.frombytes("RGB", (16, 12), noise).resize(size, Image.Resampling.NEAREST)
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=90)
    return kept.getvalue()


@dataclass
class Doors:
    """The day, sent, with a phone in two drivers' hands."""

    workplace: Workplace
    time: Time
    outlook: Outlook
    phones: dict[ShiftId, Device] = field(default_factory=dict)

    @property
    def logbook(self) -> Logbook:
        assert self.workplace.live
        return self.workplace.live.logbook

    @property
    def shifts(self) -> list[ShiftId]:
        return [route.shift_id for route in self.outlook.day.plan.routes if route.stops]

    def send(self) -> None:
        """Give every driver their round."""
        sending.send(self.logbook, self.outlook, days.clock("06:00"))

    def stops(self, shift: ShiftId) -> Sequence[StopTimes]:
        return self.outlook.schedule.routes[shift].stops

    def number(self, shift: ShiftId, turn: int) -> str:
        """Of the order at this stop."""
        return self.outlook.day.orders[self.stops(shift)[turn].order_id].number

    def drive(self, shift: ShiftId) -> None:
        """All of a round, by the plan, heard all the while."""
        until = self.stops(shift)[-1].departs_at + timedelta(minutes=5)
        onroad.report(self.logbook, self.phone(shift), list(self.fixes(shift, until)), until)

    def fixes(self, shift: ShiftId, until: datetime) -> Iterator[Fix]:
        return onroad.drive(self.outlook.day, self.outlook.schedule, shift, until=until)

    def phone(self, shift: ShiftId) -> Device:
        if shift not in self.phones:
            driver_id = self.outlook.day.shifts[shift].driver_id
            self.phones[shift] = onroad.pair(self.logbook, driver_id, days.clock("05:50"))
        return self.phones[shift]

    def deliver(
        self,
        shift: ShiftId,
        turn: int,
        *,
        photos: int = 1,
        outcome: str = "delivered",
        sent: bool = True,
        **body: object,
    ) -> str:
        """At the stop's door, as planned: signed, with so many photos, which may be sent later; the attempt's key."""
        stop, mark = self.stops(shift)[turn], self.shifts.index(shift) * 100 + turn
        place = self.outlook.day.orders[stop.order_id].address.place
        assert place is not None
        taken = [jpeg((mark + 37 * n) % 251) for n in range(photos)]
        said: dict[str, object] = {
            "outcome": outcome, "name": "Kim Salo", "handover": "recipient", "ink": ink(mark % 17),
            "photos": [hashlib.sha256(data).hexdigest() for data in taken],
            "position": {"lat": place.lat, "lon": place.lon, "accuracy_m": 6.0, "at": stop.departs_at.isoformat()},
            **body,
        }  # fmt: skip
        kind = "fail" if outcome == "failed" else "deliver"
        if kind == "fail":
            given = {name: said[name] for name in ("photos", "position")}
            said = {"reason": "NOT_HOME", "note": "Rang twice", **given, **body}
        phone = self.phone(shift)
        answer = onroad.act(
            self.logbook, phone, kind, shift, stop.departs_at - timedelta(seconds=5), order_id=stop.order_id, **said
        )
        assert answer["taking"] == "taken", answer
        for data in taken if sent else ():
            self.upload(phone, data)
        return str(answer["key"])

    def upload(self, phone: Device, data: bytes) -> None:
        """As the gateway takes a photo."""
        files = ProofFiles(proofs_folder(self.workplace.home, self.workplace.slug))
        sha256 = hashlib.sha256(data).hexdigest()
        files.append(phone.id, sha256, offset=0, total=len(data), chunk=data, on=days.DATE)
        found = look_at(files.finish(phone.id, sha256))
        photo = found.photo(sha256, files.put(found.copy) if found.copy else "", phone.id, self.time())
        self.logbook.write(lambda w: keep_photo(w, photo, phone, now=self.time()))

    def a_day(self) -> None:
        """Sent and driven: all delivered but the fourth stop of each round, which was in vain."""
        self.send()
        for shift in self.shifts:
            self.drive(shift)
            visits = [Visit(shift, s.order_id, s.arrives_at, s.departs_at) for s in self.stops(shift)]
            self.logbook.write(lambda w, shift=shift, visits=visits: w.put_visits(shift, visits))
            for turn in range(STOPS):
                self.deliver(shift, turn, outcome="failed" if turn == 3 else "delivered")

    def reviews(self) -> list[Record]:
        """The decisions on the chain."""
        return [r for r in self.logbook.read(lambda r: r.records()) if r.kind is RecordKind.REVIEW]

    def decisions(self) -> dict[str, str]:
        """The last one on each attempt, by its key."""
        return {record.key: record.body["decision"] for record in self.reviews()}


@pytest.fixture
def time() -> Time:
    """Six in the evening."""
    return Time()


@pytest.fixture
def workplace(home: Path, time: Time) -> Iterator[Workplace]:
    """Twelve orders on two rounds, on straight lines, with a logbook."""
    folder, stores = Home(home), partial(open_store, clock=time, author="Anna")
    slug = create_depot(folder, days.make_depot(), open_store=stores)
    books = partial(open_logbook, clock=time)
    with open_workplace(folder, slug, open_store=stores, clock=time, open_logbook=books) as opened:
        made = days.make_day(2 * STOPS, 2, seed=4, windows=0.0)
        ids, shifts = list(made.orders), list(made.shifts)
        day = days.with_plan(made, {shifts[0]: ids[:STOPS], shifts[1]: ids[STOPS:]})
        opened.store.write("Fill", lambda uow: keep(uow, day))
        yield opened


@pytest.fixture
def doors(workplace: Workplace, time: Time) -> Doors:
    """Nothing sent yet."""
    outlook = workplace.desk.look(workplace.store.read(lambda r: r.day(days.DATE)), why=False)
    return Doors(workplace, time, outlook)


@pytest.fixture
def runner(workplace: Workplace) -> Iterator[OpRunner]:
    """Ends before the store does."""
    runner = OpRunner(workplace.store)
    yield runner
    runner.shutdown()


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    """The window's."""
    return QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)


@dataclass
class Shown:
    """The panel on the screen."""

    panel: ProofsPanel
    runner: OpRunner
    qtbot: QtBot

    def settle(self) -> None:
        """Until nothing is read, fetched or written any more."""
        feed = self.panel.feed
        assert feed is not None
        busy = lambda: feed.reading or feed.deciding or not self.runner.idle or self.panel._later.isActive()
        self.qtbot.waitUntil(lambda: not busy(), timeout=PATIENCE_MS)

    def numbers(self) -> list[str]:
        """The orders that the queue shows."""
        return [row.proof.number for row in self.panel.bench.queue.rows()]

    @property
    def current(self) -> str:
        """The key of the attempt chosen."""
        row = self.panel.bench.current
        assert row is not None
        return row.key


@pytest.fixture
def panel(
    workplace: Workplace, runner: OpRunner, settings: QSettings, theme: Theme, qtbot: QtBot
) -> Iterator[ProofsPanel]:
    """As wide as a small screen leaves it, not shown yet."""
    panel = ProofsPanel(workplace, runner, theme, settings)
    qtbot.addWidget(panel)
    panel.resize(1270, 660)
    panel.set_date(days.DATE)
    yield panel
    panel.stop()


def shown_on(panel: ProofsPanel, runner: OpRunner, qtbot: QtBot) -> Shown:
    """Bring it up, and wait for the day."""
    with qtbot.waitActive(panel):
        panel.show()
        panel.activateWindow()
    shown = Shown(panel, runner, qtbot)
    shown.settle()
    return shown


@pytest.fixture
def shown(doors: Doors, panel: ProofsPanel, runner: OpRunner, settings: QSettings, qtbot: QtBot) -> Shown:
    """A whole day, and Anna who reviews it."""
    doors.a_day()
    settings.setValue("proofs/reviewer", "Anna")
    return shown_on(panel, runner, qtbot)
