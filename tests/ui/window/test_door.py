"""The board follows the road in the real window: table, header, map and Details, by what phones sent to the logbook."""

import hashlib
import io
from datetime import datetime, timedelta

import pytest
from PIL import Image
from PySide6.QtCore import QUrl

from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Outcome
from dispatcher.proof.files import ProofFiles
from dispatcher.proof.photos import look_at
from dispatcher.services.driving import keep_photo
from dispatcher.services.evidence import proofs_folder
from tests.fixtures import onroad
from tests.ui.window.conftest import TODAY
from tests.ui.window.shown import Shown
from ui.board.filtering import Filter, Mark
from ui.disturbances.orders import NoShowForm

INK = {"width": 600, "height": 240, "strokes": [[[0.1, 0.5, 0], [0.5, 0.2, 300], [0.9, 0.6, 600]]]}


class Door:
    """A window whose day has been sent; the first driver drives, and says what happens."""

    def __init__(self, shown: Shown) -> None:
        self.shown, self.window, self.board = shown, shown.window, shown.window.board
        assert shown.workplace.live
        assert self.window.road
        self.logbook, self.road = shown.workplace.live.logbook, self.window.road
        self.day, self.schedule = shown.outlook.day, shown.outlook.schedule
        self.shift = next(iter(self.day.shifts))
        self.stops = self.schedule.routes[self.shift].stops
        self.phone = onroad.pair(self.logbook, self.day.shifts[self.shift].driver_id, self.stops[0].arrives_at)
        self.at(self.stops[0].arrives_at - timedelta(hours=1))
        self.window.actions_by_name["send_rounds"].trigger()
        self.until(lambda: self.road.live and self.road.live.sending.rounds == 4)

    def until(self, holds: object) -> None:
        self.shown.until(holds)  # type: ignore[arg-type]

    def at(self, moment: datetime) -> None:
        self.road.feed._clock = lambda: moment

    def drive(self, until: datetime) -> None:
        self.at(until)
        fixes = list(onroad.drive(self.day, self.schedule, self.shift, until=until))
        onroad.report(self.logbook, self.phone, fixes, until)

    def say(self, kind: str, place: int, **body: object) -> OrderId:
        stop = self.stops[place]
        at, order_id = stop.departs_at, stop.order_id
        answer = onroad.act(self.logbook, self.phone, kind, self.shift, at, order_id=order_id, **body)
        assert answer["taking"] == "taken", answer
        return order_id

    def upload(self, data: bytes) -> None:
        files = ProofFiles(proofs_folder(self.shown.workplace.home, self.shown.workplace.slug))
        sha256 = hashlib.sha256(data).hexdigest()
        files.append(self.phone.id, sha256, offset=0, total=len(data), chunk=data, on=TODAY)
        found, at = look_at(files.finish(self.phone.id, sha256)), self.stops[2].departs_at
        photo = found.photo(sha256, files.put(found.copy), self.phone.id, at)
        self.logbook.write(lambda w: keep_photo(w, photo, self.phone, now=at))

    def now(self, order_id: OrderId):
        row = self.board.rounds.model.stop_row(order_id)
        assert row is not None
        return row.now

    def state_on_map(self, order_id: OrderId) -> str:
        return next(mark["state"] for mark in self.shown.on_map()["stops"] if mark["id"] == order_id)


@pytest.fixture
def door(shown: Shown) -> Door:
    return Door(shown)


def jpeg() -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (1_200, 900), "#cc2288").save(kept, "JPEG")
    return kept.getvalue()


def test_what_drivers_say_is_in_table_header_and_map_and_a_count_shows_what_it_counts(door: Door) -> None:
    done = door.say("deliver", 0, outcome="delivered", name="Kim")
    failed = door.say("fail", 1, reason="NOT_HOME", note="Rang twice.")
    door.drive(door.stops[1].departs_at + timedelta(minutes=1))
    door.until(lambda: door.now(failed).ended is Outcome.FAILED)
    assert door.now(failed).verdict == "Nobody there"
    assert door.now(done).ended is Outcome.DELIVERED
    ahead = door.stops[-1].order_id
    door.until(lambda: door.now(ahead).expected_at)
    door.until(lambda: "1 failed" in door.window.header._counts.text())
    door.until(lambda: (door.state_on_map(done), door.state_on_map(failed)) == ("done", "failed"))
    door.window.header._counts.linkActivated.emit(Mark.FAILED.value)
    assert door.board.rounds.line.filter == Filter(marks=frozenset({Mark.FAILED}))
    assert [row.order_id for row in door.board.rounds.model.taken_stops()] == [failed]
    door.window.header._counts.linkActivated.emit(Mark.FAILED.value)
    assert not door.board.rounds.line.filter


def test_details_show_signature_and_photo_and_open_them_large(door: Door) -> None:
    data = jpeg()
    sha256 = hashlib.sha256(data).hexdigest()
    order_id = door.say("deliver", 0, outcome="delivered", name="Kim", ink=INK, photos=[sha256])
    door.until(lambda: door.now(order_id).ended)
    door.board.select((order_id,))
    inspector = door.board.inspector
    door.until(lambda: len(inspector.sheet.shots) == 2)
    signature, photo = inspector.sheet.shots
    assert signature.caption == "Signed by Kim"
    assert "not here yet" in photo.fault
    door.upload(data)
    door.board.proofs._look()
    door.until(lambda: inspector.sheet.shots[1].name)
    ink = inspector.page.images[sha256].pixelColor(5, 5)
    assert ink.red() > 190 > 60 > ink.green()
    inspector.page.anchorClicked.emit(QUrl(f"proof:{sha256}"))
    view = door.board.proofs.view
    door.until(view.isVisible)
    assert view.caption.text().startswith("Photo")
    inspector.page.anchorClicked.emit(QUrl("proof:signature"))
    door.until(lambda: view.caption.text() == "Signed by Kim")
    view.close()
    door.board.select((), (door.shift,))
    door.until(lambda: any(fact.label == "Phone" for fact in inspector.sheet.road))
    door.board.select(())


def test_a_failed_stop_opens_the_form_for_it_from_details(door: Door) -> None:
    failed = door.say("fail", 0, reason="NOT_HOME")
    door.until(lambda: door.now(failed).ended)
    door.board.select((failed,))
    inspector = door.board.inspector
    door.until(inspector.again_button.isVisible)
    inspector.again_button.click()
    (form,) = (f for f in door.window.findChildren(NoShowForm) if f.isVisible())
    assert form.which.order_id == failed
    form.reject()


def test_a_moment_of_the_past_knows_nothing_of_the_road(door: Door) -> None:
    done = door.say("deliver", 0, outcome="delivered", name="Kim")
    door.until(lambda: door.now(done).ended)
    door.window.hand.hold((door.stops[-1].order_id,), True)
    door.shown.settle()
    entry = door.shown.workplace.store.entries(on=TODAY)[0]
    door.window.day.show_moment(entry)
    door.until(lambda: door.window.day.past)
    assert not any(row.now.about for row in door.board.rounds.model.all_stop_rows())
    door.window.day.return_to_now()
    door.until(lambda: door.now(done).ended)
