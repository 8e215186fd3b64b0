"""The way in of positions: nothing twice, nothing lost, in whatever order it comes."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from db.logbook.store import SqliteLogbook
from dispatcher.domain.devices import App, Device, Scope
from dispatcher.domain.letters import Counts, Receipt
from dispatcher.domain.tracking import Decoded, DeviceEvent, EventKind, Fault, Source
from dispatcher.services.logbook import LogbookWriter
from tests.db.logbook.conftest import NOW
from tests.db.logbook.road import MIRA, PHONE, fix, letter
from tests.db.logbook.test_round_trip import emptied, shared

__all__ = ["shared"]

DAY = (NOW - timedelta(days=1), NOW + timedelta(days=1))


def test_a_fix_sent_again_is_counted_and_not_kept(logbook: SqliteLogbook) -> None:
    first = letter(fix(0), fix(1))
    assert logbook.append([first]) == [Receipt(2, 0, 0)]
    assert logbook.append([first, letter(fix(1), fix(2)), letter(fix(2))]) == [
        Receipt(0, 2, 0),
        Receipt(1, 1, 0),
        Receipt(0, 1, 0),
    ]
    assert [f.fix for f in logbook.read(lambda r: r.track(MIRA, *DAY))] == [fix(0), fix(1), fix(2)]
    assert logbook.read(lambda r: r.counts()) == Counts(3, 2, 0, 0, 0, 0)


def test_what_makes_two_fixes_differ(logbook: SqliteLogbook) -> None:
    named, other = fix(0, client_id="a"), fix(0, client_id="b")
    sent = [
        letter(fix(0)),
        letter(fix(0), device_id="another"),
        letter(fix(0), source=Source.OWNTRACKS),
        letter(named, other),
        letter(replace(named, place=fix(9).place)),
        letter(fix(0, accuracy_m=3.0)),
    ]
    assert [(r.fixes, r.known) for r in logbook.append(sent)] == [(1, 0), (1, 0), (1, 0), (2, 0), (0, 1), (0, 1)]


def test_what_comes_late_stands_where_it_belongs(logbook: SqliteLogbook) -> None:
    fixes = [fix(n) for n in range(60)]
    shuffled = Random(7).sample(fixes, 60)
    logbook.append([letter(f) for f in shuffled])
    assert [f.fix for f in logbook.read(lambda r: r.track(MIRA, *DAY))] == fixes
    arrived = logbook.read(lambda r: r.fixes_after(0))
    assert [f.fix for f in arrived] == shuffled
    assert logbook.read(lambda r: r.last_seq()) == arrived[-1].seq
    pages = [logbook.read(lambda r: r.fixes_after(0, 40)), logbook.read(lambda r: r.fixes_after(arrived[39].seq, 40))]
    assert [*pages[0], *pages[1]] == arrived


def test_latest_is_by_the_devices_clock_and_valid(logbook: SqliteLogbook) -> None:
    logbook.append([letter(fix(50), fix(90, valid=False), fix(20)), letter(fix(10), driver_id="jussi", device_id="j")])
    logbook.append([letter(fix(-999), driver_id="tove", device_id="t"), letter(fix(99), driver_id=None)])
    latest = logbook.read(lambda r: r.latest(NOW))
    assert {driver: stored.fix for driver, stored in latest.items()} == {MIRA: fix(50), "jussi": fix(10)}


def test_a_message_that_says_nothing_is_not_kept(logbook: SqliteLogbook) -> None:
    logbook.write(lambda w: w.put_device(Device(PHONE, App.OWNTRACKS, MIRA)))
    assert logbook.append([letter(body=b"")]) == [Receipt(0, 0, 0)]
    assert logbook.append([]) == []
    assert logbook.read(lambda r: r.counts()) == Counts(0, 0, 0, 0, 0, 0)
    assert logbook.read(lambda r: r.device(PHONE)).seen_at == NOW


def test_when_heard_and_the_battery_go_along(logbook: SqliteLogbook) -> None:
    phone = Device(PHONE, App.OWNTRACKS, MIRA, label="Pixel", paired_at=NOW)
    logbook.write(lambda w: w.put_device(phone))
    later = NOW + timedelta(minutes=5)
    logbook.append([letter(fix(9, battery=0.4), fix(3, battery=0.6), received_at=later), letter(fix(10))])
    assert logbook.read(lambda r: r.device(PHONE)) == replace(phone, seen_at=later, battery=0.4)
    logbook.append([letter(fix(11), received_at=NOW)])
    assert logbook.read(lambda r: r.device(PHONE)) == replace(phone, seen_at=later, battery=0.4)


def test_what_could_not_be_read_is_kept_as_it_came_once(logbook: SqliteLogbook) -> None:
    faults = (Fault("No latitude", 1), Fault("No latitude", 2), Fault("Not JSON"))
    bad = letter(body=b"\xff{", decoded=Decoded(fixes=(fix(0),), faults=faults))
    assert logbook.append([bad]) == [Receipt(1, 0, 3)]
    assert logbook.append([bad, replace(bad, body=b"other")]) == [Receipt(0, 1, 3), Receipt(0, 1, 3)]
    kept = logbook.read(lambda r: r.quarantined())
    assert [(q.body, q.why, q.part) for q in kept] == [
        (body, fault.what, fault.part) for body in (b"other", b"\xff{") for fault in reversed(faults)
    ]
    assert len(logbook.read(lambda r: r.quarantined(2))) == 2


def test_events_come_in_order_and_once(logbook: SqliteLogbook) -> None:
    alarm, beat = (DeviceEvent(NOW, kind, "sos") for kind in (EventKind.ALARM, EventKind.HEARTBEAT))
    sent = letter(decoded=Decoded(events=(alarm, beat)))
    logbook.append([sent, sent])
    logbook.append([sent, letter(decoded=Decoded(events=(alarm,)), device_id="another")])
    stored = logbook.read(lambda r: r.events_after(0))
    assert [(e.device_id, e.event) for e in stored] == [(PHONE, alarm), (PHONE, beat), ("another", alarm)]
    assert logbook.read(lambda r: r.events_after(stored[1].seq)) == stored[2:]


def test_odd_words_of_one_phone_hold_up_nobody(logbook: SqliteLogbook) -> None:
    odd = fix(0, client_id="half \ud83d", motion="\x00", accuracy_m=10**30, extras={"alarm": "\udc00"})
    events = (DeviceEvent(NOW, EventKind.STATUS, "\ud800"),)
    decoded = Decoded((odd,), events, (Fault("What \udfff?"),))
    assert logbook.append([letter(fix(1)), letter(decoded=decoded), letter(fix(2))]) == [
        Receipt(1, 0, 0),
        Receipt(1, 0, 1),
        Receipt(1, 0, 0),
    ]
    stored = logbook.read(lambda r: r.fixes_after(0))[1].fix
    assert (stored.client_id, stored.motion, stored.extras) == ("half ?", "\x00", {"alarm": "\udc00"})
    assert logbook.read(lambda r: r.quarantined())[0].why == "What ??"


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.lists(st.integers(0, 9), max_size=5), max_size=6), max_size=4))
def test_receipts_add_up_to_what_is_there(shared: SqliteLogbook, groups: list[list[list[int]]]) -> None:
    """Numbers stand for fixes: any may come again in the same letter, group or a later one."""
    emptied(shared)
    seen: set[int] = set()
    for group in groups:
        receipts = shared.append([letter(*map(fix, numbers)) for numbers in group])
        for numbers, receipt in zip(group, receipts, strict=True):
            new = set(numbers) - seen
            assert (receipt.fixes, receipt.known) == (len(new), len(numbers) - len(new))
            seen |= new
    assert shared.read(lambda r: r.counts().fixes) == len(seen)


@settings(deadline=None, max_examples=30)
@given(fixes=st.lists(st.integers(0, 130), max_size=300))
def test_a_group_of_any_size_is_kept_whole_in_its_order(shared: SqliteLogbook, fixes: list[int]) -> None:
    emptied(shared)
    sent = [letter(fix(n, battery=n / 200), device_id=f"phone-{n % 7}") for n in fixes]
    shared.write(lambda w: [w.put_device(Device(f"phone-{n}", App.TRACCAR, MIRA)) for n in range(7)])
    first = [n == fixes.index(value) for n, value in enumerate(fixes)]
    assert shared.append(sent) == [Receipt(int(new), int(not new), 0) for new in first]
    stored = shared.read(lambda r: r.fixes_after(0))
    assert [(f.device_id, f.fix) for f in stored] == [
        (each.device_id, each.decoded.fixes[0]) for each, new in zip(sent, first, strict=True) if new
    ]
    latest = {n % 7: n / 200 for n in fixes}
    devices = shared.read(lambda r: r.devices())
    assert {d.id: (d.seen_at, d.battery) for d in devices} == {
        f"phone-{n}": (NOW, latest[n]) if n in latest else (None, None) for n in range(7)
    }


def test_the_tokens_are_those_of_trusted_devices(logbook: SqliteLogbook) -> None:
    in_, out = (Device(name, App.PAGE, MIRA, paired_at=NOW) for name in ("in", "out"))

    def change(writer: LogbookWriter) -> None:
        for device in (in_, replace(out, revoked_at=NOW)):
            writer.put_device(device)
            for scope in Scope:
                writer.put_token(device.id, scope, f"former {device.id} {scope}")
                writer.put_token(device.id, scope, f"{device.id} {scope}")

    logbook.write(change)
    assert logbook.read(lambda r: r.tokens()) == {(scope, f"in {scope}"): in_ for scope in Scope}
