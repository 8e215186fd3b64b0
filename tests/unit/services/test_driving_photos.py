"""Photos and the attempts that name them, whichever comes first."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dispatcher.domain.devices import Device
from dispatcher.domain.proof import RecordKind
from dispatcher.proof.chain import verify
from dispatcher.proof.files import ProofFiles
from dispatcher.proof.photos import look_at
from dispatcher.services.driving import Upload, begin_photo, keep_photo
from dispatcher.services.verifying import verify_proofs
from tests.unit.proof.pictures import saved, scene
from tests.unit.services.driven_day import NOW, ON, OTHERS_PHONE, PHONE, Road, open_road

GOOD = saved(scene())
BROKEN = GOOD[:3_000]


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    opened = open_road(tmp_path)
    yield opened
    assert verify(opened.chain()) is None
    opened.logbook.close()


@pytest.fixture
def files(tmp_path: Path) -> ProofFiles:
    return ProofFiles(tmp_path / "proofs")


def upload(road: Road, files: ProofFiles, data: bytes, device: Device = PHONE) -> None:
    """As the gateway takes a photo."""
    sha256 = name_of(data)
    files.append(device.id, sha256, offset=0, total=len(data), chunk=data, on=ON)
    found = look_at(files.finish(device.id, sha256))
    copy = files.put(found.copy) if found.copy else ""
    photo = found.photo(sha256, copy, device.id, NOW)
    road.logbook.write(lambda w: keep_photo(w, photo, device, now=NOW))


def photo_links(road: Road) -> list[tuple[str, str, str]]:
    chain = [record for record in road.chain() if record.kind is RecordKind.PHOTO]
    return [(record.key, record.order_id, record.body["sha256"]) for record in chain]


@pytest.mark.parametrize("photo_first", [True, False])
def test_a_photo_is_joined_to_its_attempt_whichever_comes_first(
    road: Road, files: ProofFiles, *, photo_first: bool
) -> None:
    deliver = road.action("deliver", "a1", photos=[name_of(GOOD)])
    steps = [lambda: road.say(deliver), lambda: upload(road, files, GOOD)]
    for step in reversed(steps) if photo_first else steps:
        step()
    assert photo_links(road) == [(deliver["key"], "a1", name_of(GOOD))]
    upload(road, files, GOOD)
    assert len(photo_links(road)) == 1


def test_one_photo_may_show_two_stops(road: Road, files: ProofFiles) -> None:
    road.one("deliver", "a1", photos=[name_of(GOOD)])
    upload(road, files, GOOD)
    road.one("deliver", "a2", photos=[name_of(GOOD)])
    assert [order for _, order, _ in photo_links(road)] == ["a1", "a2"]


def test_a_photo_of_another_driver_is_not_joined(road: Road, files: ProofFiles) -> None:
    road.one("deliver", "a1", photos=[name_of(GOOD)])
    upload(road, files, GOOD, OTHERS_PHONE)
    assert photo_links(road) == []


def test_a_phone_is_told_where_to_go_on(road: Road, files: ProofFiles) -> None:
    begun = lambda device=PHONE: road.logbook.read(lambda r: begin_photo(r, files, device, name_of(GOOD)))
    assert begun() == Upload(0)
    files.append(PHONE.id, name_of(GOOD), offset=0, total=len(GOOD), chunk=GOOD[:1_000], on=ON)
    assert (begun(), begun(OTHERS_PHONE)) == (Upload(1_000), Upload(0))
    files.append(PHONE.id, name_of(GOOD), offset=1_000, total=len(GOOD), chunk=GOOD[1_000:], on=ON)
    files.finish(PHONE.id, name_of(GOOD))
    assert begun() == Upload(len(GOOD))  # in place, not yet looked at
    upload(road, files, GOOD)
    assert begun() == Upload(len(GOOD), True, "")


def test_a_photo_that_cannot_be_shown_is_kept_with_its_fault(road: Road, files: ProofFiles) -> None:
    road.one("deliver", "a1", photos=[name_of(BROKEN)])
    upload(road, files, BROKEN)
    photo = road.logbook.read(lambda r: r.photo(name_of(BROKEN)))
    assert photo is not None
    assert (bool(photo.fault), photo.copy_sha256, photo.size) == (True, "", len(BROKEN))
    assert road.chain()[-1].body["fault"] == photo.fault
    assert files.fault(name_of(BROKEN)) == ""


# --- verification -------------------------------------------------------------------------------------------------


@pytest.fixture
def proven(road: Road, files: ProofFiles) -> Road:
    """Three attempts, one with a photo."""
    road.one("deliver", "a1", photos=[name_of(GOOD)])
    upload(road, files, GOOD)
    road.one("fail", "a2", reason="NOT_HOME")
    road.one("deliver", "a3")
    return road


def test_all_that_was_kept_is_verified(proven: Road, files: ProofFiles) -> None:
    verdict = verify_proofs(proven.logbook, files, now=NOW)
    chain = proven.chain()
    assert (verdict.sound, verdict.records, verdict.files, verdict.head) == (True, 4, 2, chain[-1].digest)
    assert (verdict.day, len(verdict.day_head)) == ("2026-11-24", 32)
    assert verify_proofs(proven.logbook, files, now=NOW, head=chain[1].digest.hex().upper()).sound


def test_a_head_that_is_not_on_the_chain_is_missed(proven: Road, files: ProofFiles) -> None:
    assert "not on the chain" in verify_proofs(proven.logbook, files, now=NOW, head="ab" * 32).fault


@pytest.mark.parametrize("copy", [True, False])
@pytest.mark.parametrize("harm", ["change", "remove"])
def test_a_file_that_was_harmed_is_named(proven: Road, files: ProofFiles, harm: str, *, copy: bool) -> None:
    photo = proven.logbook.read(lambda r: r.photo(name_of(GOOD)))
    assert photo is not None
    name = photo.copy_sha256 if copy else photo.sha256
    files.path(name).unlink() if harm == "remove" else files.path(name).write_bytes(b"other")
    fault = verify_proofs(proven.logbook, files, now=NOW).fault
    assert name[:12] in fault
    assert "order a1" in fault
    assert ("is gone" if harm == "remove" else "was changed") in fault


def test_a_photo_that_is_older_than_photos_are_kept_may_be_gone(proven: Road, files: ProofFiles) -> None:
    files.path(name_of(GOOD)).unlink()
    assert not verify_proofs(proven.logbook, files, now=NOW + timedelta(days=89)).sound
    late = verify_proofs(proven.logbook, files, now=NOW + timedelta(days=91))
    assert (late.sound, late.files, late.expired) == (True, 1, 1)


def test_an_empty_logbook_is_sound(road: Road, files: ProofFiles) -> None:
    verdict = verify_proofs(road.logbook, files, now=NOW)
    assert (verdict.sound, verdict.records, verdict.head) == (True, 0, b"")
