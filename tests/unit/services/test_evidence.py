"""What there is to look at of a stop that is behind, from a real logbook and real files; and how a round was driven."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from db.logbook.opening import open_logbook
from dispatcher.domain.devices import Device
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.proof import Attempt
from dispatcher.proof.files import ProofFiles
from dispatcher.proof.photos import look_at
from dispatcher.services import sending
from dispatcher.services.driving import attempts_of, keep_photo
from dispatcher.services.evidence import out_of_sequence, proof_files, proofs_folder, round_told, signature_png
from dispatcher.services.home import Home
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days, onroad
from tests.unit.services.conftest import keep, now, open_stores, small_day

INK = {"width": 600, "height": 240, "strokes": [[[0.1, 0.5, 0], [0.5, 0.2, 300], [0.9, 0.6, 600]]]}


def jpeg(colour: str = "#336699") -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (2_000, 1_500), colour).save(kept, "JPEG")
    return kept.getvalue()


@dataclass
class Road:
    """The small day, sent, with a phone."""

    workplace: Workplace
    shift: ShiftId
    phone: Device

    @property
    def outlook(self) -> Outlook:
        return self.workplace.desk.look(self.workplace.store.read(lambda r: r.day(days.DATE)), why=False)

    @property
    def files(self) -> ProofFiles:
        return ProofFiles(proofs_folder(self.workplace.home, self.workplace.slug))

    def deliver(self, place: int, **body: object) -> Attempt:
        stop = self.outlook.schedule.routes[self.shift].stops[place]
        assert self.workplace.live
        book = self.workplace.live.logbook
        at = stop.departs_at
        answer = onroad.act(book, self.phone, "deliver", self.shift, at, order_id=stop.order_id, name="Kim", **body)
        assert answer["taking"] == "taken", answer
        return book.read(lambda r: attempts_of(r, [self.shift]))[stop.order_id]

    def upload(self, data: bytes) -> None:
        """As the gateway takes a photo."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.files.append(self.phone.id, sha256, offset=0, total=len(data), chunk=data, on=days.DATE)
        found = look_at(self.files.finish(self.phone.id, sha256))
        photo = found.photo(sha256, self.files.put(found.copy) if found.copy else "", self.phone.id, now())
        assert self.workplace.live
        self.workplace.live.logbook.write(lambda w: keep_photo(w, photo, self.phone, now=now()))


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    home = Home(tmp_path / "home")
    slug = create_depot(home, days.make_depot(), open_store=open_stores)
    opened = partial(open_workplace, home, slug, open_store=open_stores, clock=now)
    with opened(open_logbook=partial(open_logbook, clock=now)) as workplace:
        workplace.store.write("Fill", lambda uow: keep(uow, small_day()))
        day = workplace.store.read(lambda r: r.day(days.DATE))
        shift = next(iter(day.shifts))
        assert workplace.live
        phone = onroad.pair(workplace.live.logbook, day.shifts[shift].driver_id, now())
        made = Road(workplace, shift, phone)
        sending.send(workplace.live.logbook, made.outlook, now())
        yield made


def test_a_photo_is_named_before_it_comes_shown_once_it_is_there_and_missed_when_deleted(road: Road) -> None:
    data = jpeg()
    attempt = road.deliver(0, photos=[hashlib.sha256(data).hexdigest()])
    (waiting,) = proof_files(road.workplace, attempt)
    assert waiting.path is None
    assert "not here yet" in waiting.fault
    road.upload(data)
    (there,) = proof_files(road.workplace, attempt)
    assert there.path is not None
    assert not there.fault
    with Image.open(there.path) as picture:
        assert max(picture.size) == 1_600, "the clean copy, not the original"
    there.path.unlink()
    (gone,) = proof_files(road.workplace, attempt)
    assert gone.path is None
    assert "deleted" in gone.fault


def test_a_file_that_is_no_picture_says_so(road: Road) -> None:
    data = b"no picture at all" * 40
    attempt = road.deliver(0, photos=[hashlib.sha256(data).hexdigest()])
    road.upload(data)
    (found,) = proof_files(road.workplace, attempt)
    assert found.path is None
    assert found.fault


def test_a_signature_becomes_a_picture(road: Road) -> None:
    attempt = road.deliver(0, ink=INK)
    drawn = signature_png(attempt, 400)
    assert drawn is not None
    with Image.open(io.BytesIO(drawn)) as picture:
        assert picture.size == (400, 160)
    assert signature_png(replace(attempt, ink=None), 400) is None


def test_what_the_driver_said_of_the_round_and_its_sequence(road: Road) -> None:
    assert road.workplace.live
    book, day = road.workplace.live.logbook, road.outlook.day
    ids = [stop.order_id for stop in road.outlook.schedule.routes[road.shift].stops]
    begun = road.outlook.schedule.routes[road.shift].leaves_at
    onroad.act(book, road.phone, "begin", road.shift, begun)
    onroad.act(book, road.phone, "accept", road.shift, begun + timedelta(seconds=5), version=1)
    road.deliver(2)
    told = round_told(road.workplace, day, road.shift, [ids[2], ids[0], ids[1]])
    assert (told.begun_at, told.ended_at, told.version, told.accepted) == (begun, None, 1, 1)
    assert told.out_of_sequence == 1, "by the plan as the dispatcher left it, not as it was driven"
    other = list(day.shifts)[-1]
    assert round_told(road.workplace, day, other, []).begun_at is None


@pytest.mark.parametrize(
    ("visited", "missed"), [("", 0), ("abcd", 0), ("dabc", 1), ("abdc", 1), ("dcba", 3), ("axbya", 0), ("bd", 0)]
)
def test_visits_out_of_sequence_are_as_few_as_can_be(visited: str, missed: int) -> None:
    assert out_of_sequence(list(map(OrderId, visited)), list(map(OrderId, "abcd"))) == missed
