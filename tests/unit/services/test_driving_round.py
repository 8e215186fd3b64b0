"""Which round a phone is given, what it is told of it, and that asking marks nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dispatcher.domain.actions import SentRound
from dispatcher.domain.devices import Note
from dispatcher.domain.ids import DeviceId, ShiftId
from dispatcher.services.driving import mark_fetched, round_for
from tests.unit.services.driven_day import AINO, NOW, ON, OTHER, OTHERS_PHONE, PHONE, SHIFT, Road, open_road, sent, stop

HOUR = timedelta(hours=1)


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    opened = open_road(tmp_path)
    yield opened
    opened.logbook.close()


def asked(road: Road, *, on: date | None = None, now: datetime = NOW, **more: Any) -> tuple[str, dict[str, Any]]:
    return road.logbook.read(lambda r: round_for(r, more.get("device", PHONE), on=on, now=now))


def shown(road: Road, now: datetime, on: date | None = None) -> str | None:
    told = asked(road, now=now, on=on)[1]["round"]
    return told and told["shift_id"]


def shift(name: str, start: datetime, hours: float = 8, **changes: Any) -> SentRound:
    """A round of Aino's by its hours."""
    on = (start + 2 * HOUR).date()  # Helsinki
    return sent(ShiftId(name), AINO, on=on, starts_at=start, ends_at=start + hours * HOUR, **changes)


def test_a_phone_gets_its_own_round_and_nothing_is_marked(road: Road) -> None:
    before = road.state()
    tag, body = asked(road)
    assert tag.startswith('"v1-n0')
    assert [s["order_id"] for s in body["round"]["stops"]] == ["a1", "a2", "a3"]
    assert (body["round"]["date"], body["round"]["version"], body["done"]) == ("2026-11-24", 1, {})
    assert asked(road, device=OTHERS_PHONE)[1]["round"]["shift_id"] != SHIFT
    assert road.state() == before


def test_the_tag_changes_with_version_notes_and_reading_only(road: Road) -> None:
    tags = [asked(road)[0], asked(road, now=NOW + HOUR)[0]]
    road.one("arrive", "a1")
    tags.append(asked(road)[0])
    assert len(set(tags)) == 1
    road.put(sent(version=2))
    tags.append(asked(road)[0])
    road.logbook.write(lambda w: w.put_note(Note("n1", AINO, "Call in", NOW)))
    tags.append(asked(road)[0])
    road.one("read", note_id="n1")
    tags.append(asked(road)[0])
    assert len(set(tags)) == 4


def test_what_is_done_is_told_to_a_new_phone(road: Road) -> None:
    road.one("deliver", "a1")
    road.one("fail", "a2", reason="NOT_HOME")
    skipped = road.action("deliver", "a3")
    road.say(skipped)
    road.one("undo", key=skipped["key"])
    done = asked(road)[1]["done"]
    assert {order: told["outcome"] for order, told in done.items()} == {"a1": "delivered", "a2": "failed"}
    assert done["a1"]["at"] == "2026-11-24T10:00:00.000Z"
    road.put(sent(version=2, stops=[stop("a1", 1), stop("a2", 2, attempt=2)]))
    assert set(asked(road)[1]["done"]) == {"a1"}


def test_marking_notes_the_version_that_was_told_and_the_messages(road: Road) -> None:
    notes = [Note("n1", AINO, "Hi", NOW), Note("n2", OTHER, "Hi", NOW)]
    road.logbook.write(lambda w: [w.put_note(note) for note in notes])
    body = asked(road)[1]
    road.put(sent(version=2))
    road.logbook.write(lambda w: mark_fetched(w, PHONE, body, now=NOW))
    assert road.logbook.read(lambda r: r.round(SHIFT)).fetched == 1  # type: ignore[union-attr]
    fetched = {note.id: note.fetched_at for note in road.logbook.read(lambda r: r.notes())}
    assert fetched == {"n1": NOW, "n2": None}
    others = {**body, "notes": [{"id": "n2"}]}
    road.logbook.write(lambda w: mark_fetched(w, OTHERS_PHONE, others, now=NOW))
    assert road.logbook.read(lambda r: r.round(SHIFT)).fetched == 1  # type: ignore[union-attr]


def test_today_then_the_next_within_seven_days(road: Road) -> None:
    morning = datetime(2026, 11, 24, 6, tzinfo=UTC)
    road.put(shift("next", morning + timedelta(days=3)), shift("far", morning + timedelta(days=20)))
    assert shown(road, morning - 3 * HOUR) == SHIFT
    assert shown(road, morning + 15 * HOUR) == SHIFT  # over, but still the same day
    assert shown(road, morning + 17 * HOUR) == "next"  # past midnight in Helsinki
    assert shown(road, morning + timedelta(days=5)) is None
    assert shown(road, morning + timedelta(days=5), on=ON) == SHIFT
    assert shown(road, morning, on=date(2026, 11, 27)) == "next"
    assert shown(road, morning, on=date(2026, 11, 26)) is None


def test_a_withdrawn_round_is_not_shown(road: Road) -> None:
    road.put(sent(version=2, withdrawn=True))
    assert shown(road, NOW) is None


def test_two_shifts_a_day_and_one_that_lasts_past_midnight(road: Road) -> None:
    evening = datetime(2026, 11, 24, 15, tzinfo=UTC)
    road.put(shift("evening", evening, hours=8))
    assert shown(road, NOW) == SHIFT
    assert shown(road, evening + HOUR) == "evening"
    assert shown(road, evening + 7.5 * HOUR) == "evening"  # half past midnight there


def test_overtime_stays_with_the_round_that_was_begun(road: Road) -> None:
    late = datetime(2026, 11, 24, 15, tzinfo=UTC)
    road.put(shift("evening", late, hours=8))
    road.one("begin")
    assert shown(road, late + HOUR) == SHIFT
    road.one("end", now=late + HOUR)
    assert shown(road, late + HOUR) == "evening"


def test_a_round_nobody_ended_does_not_hide_the_next_day(road: Road) -> None:
    tomorrow = datetime(2026, 11, 25, 6, tzinfo=UTC)
    road.put(shift("tomorrow", tomorrow))
    road.one("begin")
    assert shown(road, tomorrow) == "tomorrow"


def test_what_another_phone_of_the_driver_did_makes_it_another_answer(road: Road) -> None:
    before, _ = asked(road)
    road.one("deliver", "a1", outcome="delivered", handover="recipient", name="Kim")
    assert asked(road)[0] == before
    second = replace(PHONE, id=DeviceId("second phone"))
    tag, body = asked(road, device=second)
    assert tag != before
    assert list(body["done"]) == ["a1"]
