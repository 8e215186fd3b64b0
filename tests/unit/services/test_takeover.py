"""A round that another driver takes over at noon: whose are its positions, words and photos, before and after."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dispatcher.domain.actions import Former
from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Photo, RecordKind
from dispatcher.services import disturbances, sending
from dispatcher.services.driving import keep_photo, progress_of, round_for
from dispatcher.services.keeping import hours_of
from dispatcher.services.live import LiveDesk
from tests.fixtures import days, onroad
from tests.unit.services import driven_day
from tests.unit.services.driven_day import AINO, NOW, ON, OTHER, OTHERS_PHONE, PHONE, SHIFT, open_road
from tests.unit.services.test_live import Road
from tests.unit.services.test_live import road as road

MINUTE = timedelta(minutes=1)


@pytest.fixture
def book(tmp_path: Path):
    opened = open_road(tmp_path)
    yield opened
    opened.logbook.close()


def hand_over(book: driven_day.Road) -> None:
    """Aino's round goes to the other driver now, and the other's own is taken off."""
    before = driven_day.sent()
    after = replace(before, driver_id=OTHER, version=2, former=(Former(AINO, NOW),))
    theirs = replace(driven_day.sent(driven_day.OTHERS_SHIFT, OTHER), withdrawn=True)
    book.put(after, theirs)


def test_what_was_done_before_the_handover_is_taken_though_it_comes_later(book: driven_day.Road) -> None:
    done = book.action("deliver", "a1", at=NOW - 30 * MINUTE, outcome="delivered")
    late = book.action("deliver", "a2", at=NOW + 30 * MINUTE, outcome="delivered")
    hand_over(book)
    first, second = book.say(done, late, now=NOW + 40 * MINUTE)
    assert first["taking"] == "taken"
    assert second["taking"] == "refused"
    (record,) = book.chain()
    assert (record.order_id, record.body["driver_id"]) == ("a1", AINO)
    again = book.action("deliver", "a1", at=NOW + 41 * MINUTE, outcome="delivered")
    (answer,) = book.say(again, device=OTHERS_PHONE, now=NOW + 41 * MINUTE)
    assert "done already" in answer["why"]


def test_a_phone_without_a_right_clock_gains_nothing_by_it(book: driven_day.Road) -> None:
    hand_over(book)
    late = book.action("deliver", "a1", at=NOW - 5 * MINUTE, outcome="delivered")
    (answer,) = book.say(late, now=NOW + 60 * MINUTE, sent_at=driven_day.iso(NOW - 5 * MINUTE))
    assert answer["taking"] == "refused", "by the gateway's clock it was done an hour after"


def test_the_former_driver_sees_the_round_no_more_and_accepts_nothing_of_it(book: driven_day.Road) -> None:
    hand_over(book)
    accept = book.action("accept", at=NOW - MINUTE, version=2)
    book.say(accept, now=NOW)
    _, body = book.logbook.read(lambda r: round_for(r, PHONE, on=ON, now=NOW))
    assert body["round"] is None
    sent = book.logbook.read(lambda r: r.round(SHIFT))
    assert sent is not None
    assert sent.accepted == 0
    assert "former" not in book.logbook.read(lambda r: round_for(r, OTHERS_PHONE, on=ON, now=NOW))[1]["round"]


def test_the_morning_s_end_is_not_the_afternoon_s(book: driven_day.Road) -> None:
    book.say(book.action("begin", at=NOW - 60 * MINUTE), book.action("end", at=NOW - MINUTE), now=NOW)
    hand_over(book)
    at = NOW + 60 * MINUTE
    hours = book.logbook.read(lambda r: hours_of(r, OTHER, at, at))
    assert hours.keep(at)
    progress = book.logbook.read(lambda r: progress_of(r, [SHIFT]))[SHIFT]
    assert progress.begun_at == NOW - 60 * MINUTE
    assert progress.ended_at is None


def test_positions_are_kept_of_whoever_had_the_round_at_the_time(book: driven_day.Road) -> None:
    hand_over(book)
    kept = {
        driver: [
            minutes
            for minutes in (-120, -40, -20, -1, 20, 120)
            if book.logbook.read(lambda r, d=driver: hours_of(r, d, NOW - 180 * MINUTE, NOW + 180 * MINUTE)).keep(
                NOW + minutes * MINUTE
            )
        ]
        for driver in (AINO, OTHER)
    }
    assert kept == {AINO: [-120, -40, -20, -1], OTHER: [-20, -1, 20, 120]}


def test_a_photo_of_the_morning_joins_its_attempt_in_the_afternoon(book: driven_day.Road) -> None:
    sha256 = "ab" * 32
    done = book.action("deliver", "a1", at=NOW - 30 * MINUTE, outcome="delivered", photos=[sha256])
    book.say(done, now=NOW - 29 * MINUTE)
    hand_over(book)
    photo = Photo(sha256, 1_000, NOW + 30 * MINUTE, PHONE.id)
    book.logbook.write(lambda w: keep_photo(w, photo, PHONE, now=NOW + 30 * MINUTE))
    assert [record.kind for record in book.chain()] == [RecordKind.ATTEMPT, RecordKind.PHOTO]


def test_sending_remembers_who_had_the_round_and_the_logbook_keeps_it(road: Road) -> None:
    first, at = road.day.shifts[road.shift], road.times.stops[1].departs_at
    third = list(road.day.shifts.values())[2]
    road.workplace.store.write("Off", lambda uow: uow.remove_shift(third.id))
    for driver_id, minutes in ((third.driver_id, 0), (first.driver_id, 5)):
        road.workplace.store.write(
            "Take over",
            lambda uow, d=driver_id: disturbances.take_over(uow, on=days.DATE, shift_id=road.shift, driver_id=d, at=at),
        )
        sending.send(road.logbook, road.outlook, at + minutes * MINUTE)
    sent = road.logbook.read(lambda r: r.round(road.shift))
    assert sent is not None
    assert sent.former == (Former(first.driver_id, at), Former(third.driver_id, at + 5 * MINUTE))
    for driver_id in (first.driver_id, third.driver_id):
        once = road.logbook.read(lambda r, d=driver_id: r.rounds_once_of(d, days.DATE, days.DATE))
        assert [each.shift_id for each in once] == [road.shift]
    assert not road.logbook.read(lambda r: r.rounds_once_of(first.driver_id, days.DATE + timedelta(days=1), days.DATE))


def test_the_morning_s_track_and_visits_stay_with_the_round(road: Road) -> None:
    at = road.times.stops[1].departs_at + MINUTE
    road.drive(at)
    before = road.step(at).rounds[road.shift]
    assert len(before.visits) == 2
    third = list(road.day.shifts.values())[2]
    road.workplace.store.write("Off", lambda uow: uow.remove_shift(third.id))
    road.workplace.store.write(
        "Take over",
        lambda uow: disturbances.take_over(uow, on=days.DATE, shift_id=road.shift, driver_id=third.driver_id, at=at),
    )
    sending.send(road.logbook, road.outlook, at)
    road.phone = onroad.pair(road.logbook, third.driver_id, at)
    until = road.times.stops[2].departs_at + MINUTE
    fixes = [fix for fix in onroad.drive(road.day, road.outlook.schedule, road.shift, until=until) if fix.at > at]
    live = road.step(at + MINUTE / 2)
    assert [v.order_id for v in live.rounds[road.shift].visits] == [v.order_id for v in before.visits]
    onroad.report(road.logbook, road.phone, fixes, until)
    after = road.step(until).rounds[road.shift]
    wanted = [stop.order_id for stop in road.times.stops[:3]]
    assert [v.order_id for v in after.visits] == wanted
    again = LiveDesk(road.logbook, road.workplace.store, road.workplace.desk)  # type: ignore[arg-type]
    restarted = again.step(road.outlook, until)
    assert restarted is not None
    assert [v.order_id for v in restarted.rounds[road.shift].visits] == wanted
    road.live.keep()
    kept = road.logbook.read(lambda r: r.visits([road.shift]))
    assert [v.order_id for v in kept] == [OrderId(o) for o in wanted if o in {v.order_id for v in kept}]
    assert len(kept) >= 2
    assert len(road.live.track(road.day.shifts[road.shift])) > len(fixes)


def test_a_delivery_of_an_order_that_was_moved_meanwhile_is_told_to_the_dispatcher(book: driven_day.Road) -> None:
    moved = driven_day.stop("a1", 1)
    theirs = driven_day.sent(driven_day.OTHERS_SHIFT, OTHER)
    body = {**theirs.body, "stops": [*theirs.body["stops"], moved], "driver": {"name": "Onni"}}
    stays = [driven_day.stop("a2", 1)]
    book.put(driven_day.sent(stops=stays, version=2), replace(theirs, body=body, version=2))
    for _ in range(2):
        (answer,) = book.say(book.action("deliver", "a1", at=NOW - MINUTE, outcome="delivered"), now=NOW)
        assert answer["taking"] == "refused"
    book.say(book.action("deliver", "nobody-s", at=NOW - MINUTE, outcome="delivered"), now=NOW)
    (note,) = book.logbook.read(lambda r: r.notes())
    assert note.from_driver
    assert note.driver_id == AINO
    assert "HEL-1: delivered" in note.text
    assert "Onni" not in note.text, "the driver reads it too"
