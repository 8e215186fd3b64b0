"""Messages to and from drivers: which of them nobody has seen, and for how long that is known."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dispatcher.domain.devices import Note
from dispatcher.services.messages import mark_read, unread, write_message
from tests.unit.services.driven_day import AINO, NOW, OTHER, Road, open_road


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    road = open_road(tmp_path)
    yield road
    road.logbook.close()


def notes(road: Road) -> dict[str, Note]:
    return {note.text: note for note in road.logbook.read(lambda r: r.notes())}


def test_what_a_driver_wrote_is_unread_until_it_was_seen(road: Road) -> None:
    road.one("note", text="The gate is shut")
    road.one("note", text="It is open now")
    write_message(road.logbook, AINO, "Thank you", NOW)
    texts = lambda: [note.text for note in road.logbook.read(lambda r: r.notes(unread=True))]
    assert texts() == ["The gate is shut", "It is open now"]
    later = NOW + timedelta(minutes=3)
    mark_read(road.logbook, [notes(road)["The gate is shut"].id, notes(road)["Thank you"].id], later)
    assert texts() == ["It is open now"]
    assert notes(road)["The gate is shut"].read_at == later
    assert notes(road)["Thank you"].read_at is None, "that is for the driver's page to say"
    assert [note.text for note in unread(notes(road).values())] == ["It is open now"]


def test_seen_twice_is_seen_when_it_was_first(road: Road) -> None:
    road.one("note", text="The gate is shut")
    ids = [notes(road)["The gate is shut"].id]
    mark_read(road.logbook, ids, NOW)
    mark_read(road.logbook, ids, NOW + timedelta(hours=1))
    assert notes(road)["The gate is shut"].read_at == NOW


def test_unread_ones_of_one_driver_alone(road: Road) -> None:
    road.one("note", text="The gate is shut")
    assert road.logbook.read(lambda r: r.notes(OTHER, unread=True)) == []
    assert len(road.logbook.read(lambda r: r.notes(AINO, unread=True))) == 1
