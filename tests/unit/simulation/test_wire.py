"""What simulated phones put on the wire, read back by the decoders: both were written from the protocols alone."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.devices import App
from dispatcher.domain.place import Place
from dispatcher.domain.tracking import Fix, Source
from dispatcher.region.straight import StraightLine
from dispatcher.simulation.evidence import photo, signature
from dispatcher.simulation.fates import Dice, Fate
from dispatcher.simulation.receiver import Receiver, Sighting
from dispatcher.simulation.rounds import read_round
from dispatcher.simulation.wire import HABITS, Message, Phone
from dispatcher.simulation.world import Life
from dispatcher.tracking.decode import Message as Received
from dispatcher.tracking.decode import decode
from tests.unit.simulation.rounds import around, body

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SOURCES = {
    App.PAGE: Source.PAGE,
    App.TRACCAR: Source.OSMAND,
    App.OWNTRACKS: Source.OWNTRACKS,
    App.OVERLAND: Source.OVERLAND,
    App.GPSLOGGER: Source.GPSLOGGER,
}
WHOLE_METRES = {App.OWNTRACKS}
sightings = st.builds(
    Sighting,
    n=st.integers(1, 10**6),
    at=st.integers(0, 86_400).map(lambda s: NOW - timedelta(seconds=s)),
    place=st.builds(
        Place, st.floats(-80, 80).map(lambda d: round(d, 7)), st.floats(-179, 179).map(lambda d: round(d, 7))
    ),
    accuracy_m=st.floats(1, 150).map(lambda m: round(m, 1)),
    speed_mps=st.floats(2, 40).map(lambda s: round(s, 2)),
    heading_deg=st.floats(0, 359.4).map(lambda d: round(d, 1)),
    altitude_m=st.floats(1, 400).map(lambda m: round(m, 1)),
    battery=st.integers(1, 100).map(lambda p: p / 100),
    charging=st.booleans(),
    mock=st.just(False),
)


def received(message: Message) -> Received:
    address = urlsplit(message.path)
    kind = message.headers.get("Content-Type", "")
    headers = {name.lower(): value for name, value in message.headers.items()}
    return Received(message.method, address.query, kind, message.body, headers)


def read_back(app: App, seen: list[Sighting], *, older: bool = False) -> tuple[Fix, ...]:
    message = HABITS[app].encode(Phone(app, "sim-1", "secret", older), seen, NOW)
    decoded = decode(SOURCES[app], received(message), now=NOW)
    assert decoded.faults == ()
    return decoded.fixes


@pytest.mark.parametrize(("app", "older"), [*((app, False) for app in HABITS), (App.TRACCAR, True)])
@given(seen=st.lists(sightings, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_what_is_sent_is_what_is_read(app: App, older: bool, seen: list[Sighting]) -> None:
    seen = seen[: HABITS[app].batch]
    rough = 0.5 if app in WHOLE_METRES else 0.06
    fixes = read_back(app, seen, older=older)
    assert len(fixes) == len(seen)
    for fix, sent in zip(fixes, seen, strict=True):
        assert abs((fix.at - sent.at).total_seconds()) < 1
        assert (fix.place.lat, fix.place.lon) == pytest.approx((sent.place.lat, sent.place.lon), abs=1e-7)
        assert fix.accuracy_m == pytest.approx(max(1, sent.accuracy_m), abs=rough)
        assert fix.speed_mps == pytest.approx(sent.speed_mps, abs=0.15 if app in WHOLE_METRES else 0.01)
        assert fix.heading_deg == pytest.approx(sent.heading_deg, abs=rough)
        assert fix.battery == pytest.approx(sent.battery, abs=0.006)
        assert not fix.mock


def test_a_made_up_position_says_so() -> None:
    life = Life(read_round(body(around(2))), StraightLine(), seed=1, fates=frozenset({Fate.MOCK}))
    (fix,) = read_back(App.TRACCAR, [Receiver(life, 1).look(life.begins_at)])
    assert fix.mock


def test_an_app_keeps_what_was_not_taken() -> None:
    assert HABITS[App.OVERLAND].taken(b'{"result": "ok"}')
    assert not HABITS[App.OVERLAND].taken(b"[]")
    assert not HABITS[App.OVERLAND].taken(b"<html>")


# --- the receiver --------------------------------------------------------------------------------------------------


def watched(fate: frozenset[Fate] = frozenset(), seed: int = 1) -> tuple[Life, Receiver, list[Sighting]]:
    life = Life(read_round(body(around(10))), StraightLine(), seed=seed, fates=fate)
    life.live()
    receiver = Receiver(life, seed)
    steps = int(life.track.end_s / 10)
    return life, receiver, [receiver.look(life.moment(10 * i)) for i in range(steps)]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None)
def test_positions_are_as_far_from_the_truth_as_they_say(seed: int) -> None:
    life, receiver, seen = watched(seed=seed)
    off = []
    for sighting in seen:
        true = life.track.at(life.second(sighting.at - receiver.skew)).point
        off.append(sighting.place.distance_m(Place(*true)) / sighting.accuracy_m)
    within = sum(share <= 1 for share in off) / len(off)
    assert 0.45 < within < 0.95  # 68 % on average; neighbours err alike
    assert len(seen) > 100


def test_a_wrong_clock_is_wrong_by_minutes_and_a_right_one_by_seconds() -> None:
    assert abs(watched(frozenset({Fate.CLOCK}))[1].skew) >= timedelta(minutes=4)
    assert abs(watched()[1].skew) < timedelta(seconds=5)


def test_a_battery_runs_down() -> None:
    seen = watched(frozenset({Fate.BATTERY}))[2]
    assert seen[-1].battery < seen[0].battery < 0.4
    assert not any(s.charging for s in seen)


# --- proofs ---------------------------------------------------------------------------------------------------------


def test_no_two_signatures_are_alike() -> None:
    one, other = signature(Dice(1)), signature(Dice(2))
    assert one == signature(Dice(1))
    assert one != other
    strokes = one["strokes"]
    points = [point for stroke in strokes for point in stroke]
    assert len(strokes) >= 2
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y, _ in points)
    assert [t for *_, t in points] == sorted(t for *_, t in points)
    assert points[-1][2] >= 300


def test_photos_are_pictures_and_differ() -> None:
    one, other = photo(Dice(1), NOW), photo(Dice(2), NOW)
    assert one == photo(Dice(1), NOW)
    assert one != other
    assert one.startswith(b"\xff\xd8\xff")
    assert 10_000 < len(one) < 600_000
