"""What was put in comes out as it was, whatever it is."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from db.logbook.tables import metadata
from dispatcher.domain.actions import Action, SentRound, TakenAction
from dispatcher.domain.devices import App, Device, Invitation, Note, Scope
from dispatcher.domain.letters import Letter
from dispatcher.domain.place import Place
from dispatcher.domain.proof import OneTimeCode, Photo
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.tracking import Decoded, DeviceEvent, Fault, Fix, Leg, Source, Visit
from tests.db.logbook.conftest import NOW
from tests.db.logbook.road import record
from tests.fixtures.strategies import dates, ids, moments, places, policies, whole, words

shares = st.none() | st.floats(0, 1)
measures = st.none() | st.floats(allow_nan=False)
maybe_moments = st.none() | moments
blobs = st.binary(max_size=400)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(words, json_values, max_size=4)
milliseconds = st.integers(0, 2**42).map(lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms))
grid = st.builds(
    lambda lat7, lon7: Place(lat7 / 1e7, lon7 / 1e7),
    st.integers(-900_000_000, 900_000_000),
    st.integers(-1_800_000_000, 1_800_000_000),
)
fixes = st.builds(
    Fix,
    at=milliseconds,
    place=grid,
    sent_at=st.none() | milliseconds,
    accuracy_m=measures,
    speed_mps=measures,
    heading_deg=measures,
    altitude_m=measures,
    battery=shares,
    charging=st.none() | st.booleans(),
    mock=st.booleans(),
    motion=words,
    valid=st.booleans(),
    client_id=words,
    unique_id=words,
    extras=st.dictionaries(words, words | st.floats(allow_nan=False) | st.booleans(), max_size=3),
)
events = st.builds(DeviceEvent, at=milliseconds)
devices = st.builds(
    Device,
    id=ids,
    driver_id=st.none() | ids,
    label=words,
    unique_id=words,
    paired_at=maybe_moments,
    revoked_at=maybe_moments,
    seen_at=maybe_moments,
    battery=shares,
)
invitations = st.builds(
    Invitation,
    code_hash=ids,
    driver_id=st.none() | ids,
    made_at=moments,
    expires_at=moments,
    label=words,
    used_at=maybe_moments,
    device_id=st.none() | ids,
)
notes = st.builds(
    Note,
    id=ids,
    driver_id=ids,
    text=words,
    written_at=moments,
    fetched_at=maybe_moments,
    read_at=maybe_moments,
    from_driver=st.booleans(),
)
rounds = st.builds(
    SentRound,
    shift_id=ids,
    driver_id=ids,
    on=dates,
    version=whole,
    sent_at=moments,
    starts_at=moments,
    ends_at=moments,
    body=bodies,
    accepted=whole,
    fetched=whole,
    withdrawn=st.booleans(),
)
actions = st.builds(
    TakenAction,
    n=st.just(0),
    device_id=ids,
    driver_id=ids,
    received_at=moments,
    action=st.builds(Action, key=ids, seq=whole, at=moments, shift_id=ids, order_id=st.none() | ids, body=bodies),
    why=words,
    withdrawn=st.booleans(),
    effect=bodies,
)
codes = st.builds(
    OneTimeCode,
    order_id=ids,
    attempt=whole,
    salt=blobs,
    digest=blobs,
    opens_at=moments,
    expires_at=moments,
    tries=whole,
    right_at=maybe_moments,
)
photos = st.builds(
    Photo,
    sha256=ids,
    size=whole,
    received_at=moments,
    device_id=ids,
    taken_at=maybe_moments,
    place=st.none() | places,
    sharpness=st.none() | st.floats(0),
    brightness=shares,
    fault=words,
    copy_sha256=words,
    lookalike=words,
    mime=words,
    width=whole,
    height=whole,
)
visits = st.builds(
    Visit,
    shift_id=ids,
    order_id=ids,
    arrived_at=moments,
    departed_at=maybe_moments,
    distance_m=st.floats(0, allow_nan=False),
)
legs = st.builds(Leg, zone=words, hour=st.integers(0, 23), weekday=st.integers(0, 6), planned_s=whole, driven_s=whole)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteLogbook]:
    """One for all examples; `emptied` before each."""
    logbook = open_logbook(tmp_path_factory.mktemp("shared"), clock=lambda: NOW)
    yield logbook
    logbook.close()


def emptied(logbook: SqliteLogbook) -> SqliteLogbook:
    logbook.write(lambda w: [w._connection.execute(delete(table)) for table in reversed(metadata.sorted_tables)])
    return logbook


@settings(deadline=None, max_examples=80)
@given(fix=fixes, event=events, body=st.binary(max_size=600), device=ids, driver=ids, source=st.sampled_from(Source))
def test_letters(shared, fix: Fix, event: DeviceEvent, body: bytes, device: str, driver: str, source: Source) -> None:
    emptied(shared)
    seq, event_seq = shared.read(lambda r: (r.last_seq(), max([0, *(e.seq for e in r.events_after(0))])))
    decoded = Decoded((fix,), (event,), (Fault("No latitude", 3),))
    (receipt,) = shared.append([Letter(device, driver, source, NOW, body, decoded)])
    assert (receipt.fixes, receipt.known, receipt.faults) == (1, 0, 1)
    (stored,) = shared.read(lambda reader: reader.fixes_after(seq))
    assert (stored.fix, stored.device_id, stored.driver_id) == (fix, device, driver)
    assert (stored.source, stored.received_at) == (source, NOW)
    (told,) = shared.read(lambda reader: reader.events_after(event_seq))
    assert (told.event, told.device_id, told.driver_id, told.received_at) == (event, device, driver, NOW)
    (faulty,) = shared.read(lambda reader: reader.quarantined(1))
    assert (faulty.body, faulty.why, faulty.part, faulty.source) == (body, "No latitude", 3, source)
    assert faulty.device_id == device
    assert shared.read(lambda reader: reader.track(driver, fix.at, fix.at)) == [stored]
    latest = shared.read(lambda reader: reader.latest(fix.at))
    assert latest.get(driver) == (stored if fix.valid else None)


@settings(deadline=None, max_examples=40)
@given(device=devices, invitation=invitations, note=notes)
def test_devices_invitations_and_notes(shared, device: Device, invitation: Invitation, note: Note) -> None:
    emptied(shared)
    shared.write(lambda w: (w.put_device(device), w.put_invitation(invitation), w.put_note(note)))
    changed = replace(device, label="Mira's", battery=0.5)
    assert shared.read(lambda reader: reader.device(device.id)) == device
    assert device in shared.read(lambda reader: reader.devices())
    shared.write(lambda w: w.put_device(changed))
    assert shared.read(lambda reader: reader.device(device.id)) == changed
    assert shared.read(lambda reader: reader.invitation(invitation.code_hash)) == invitation
    listed = invitation.used_at is None and invitation.expires_at >= NOW - timedelta(days=1)
    assert (invitation in shared.read(lambda reader: reader.invitations())) == listed
    assert shared.read(lambda reader: reader.notes(note.driver_id, note.written_at)) == [note]
    shared.write(lambda w: w.remove_invitation(invitation.code_hash))
    assert shared.read(lambda reader: reader.invitation(invitation.code_hash)) is None


@settings(deadline=None, max_examples=40)
@given(round_=rounds, action=actions)
def test_rounds_and_actions(shared, round_: SentRound, action: TakenAction) -> None:
    emptied(shared)
    kept = shared.write(lambda w: (w.put_round(round_), w.put_action(action))[1])
    assert kept == replace(action, n=kept.n)
    assert kept.n > 0
    assert shared.read(lambda reader: reader.round(round_.shift_id)) == round_
    assert round_ in shared.read(lambda reader: reader.rounds_on(round_.on))
    assert shared.read(lambda reader: reader.rounds_of(round_.driver_id, round_.on, round_.on)) == [round_]
    assert shared.read(lambda reader: reader.action(action.device_id, action.action.key)) == kept
    assert shared.read(lambda reader: reader.actions_of([action.action.shift_id])) == [kept]
    assert shared.read(lambda reader: reader.actions_after(kept.n - 1)) == [kept]
    taken_back = replace(kept, withdrawn=True, effect={"number": 2})
    assert shared.write(lambda w: w.put_action(taken_back)) == taken_back
    assert shared.read(lambda reader: reader.actions_after(kept.n - 1)) == [taken_back]


@settings(deadline=None, max_examples=40)
@given(body=bodies, at=moments, code=codes, photo=photos)
def test_proof(shared, body: dict[str, object], at: datetime, code: OneTimeCode, photo: Photo) -> None:
    emptied(shared)
    link = replace(record(shared.read(lambda reader: reader.head())), body=body, at=at)
    shared.write(lambda w: (w.put_record(link), w.put_code(code), w.put_photo(photo)))
    assert shared.read(lambda reader: reader.head()) == link
    assert shared.read(lambda reader: reader.records(link.n - 1)) == [link]
    assert shared.read(lambda reader: reader.records_on(date.fromisoformat(link.on)))[-1] == link
    assert shared.read(lambda reader: reader.code(code.order_id, code.attempt)) == code
    assert shared.read(lambda reader: reader.photo(photo.sha256)) == photo


@settings(deadline=None, max_examples=40)
@given(visit=visits, on=dates, driven=st.lists(legs, max_size=4), shift_id=ids, policy=policies, name=words, at=whole)
def test_visits_legs_policy_and_cursors(shared, visit, on, driven, shift_id, policy: RoadPolicy, name, at) -> None:
    emptied(shared)

    def change(w):
        w.put_visits(visit.shift_id, [visit])
        w.put_legs(on, shift_id, driven)
        w.put_policy(policy)
        w.put_cursor(name, at)

    shared.write(change)
    later = replace(visit, arrived_at=NOW, departed_at=NOW, distance_m=12.5)
    assert shared.read(lambda reader: reader.visits([visit.shift_id])) == [visit]
    shared.write(lambda w: w.put_visits(visit.shift_id, [later]))
    assert shared.read(lambda reader: reader.visits([visit.shift_id])) == [later]
    assert shared.read(lambda reader: (reader.policy(), reader.cursor(name))) == (policy, at)
    assert shared.read(lambda reader: reader.legs(on))[: len(driven)] == driven or len(driven) == 0
    shared.write(lambda w: w.put_legs(on, shift_id, []))


def test_what_is_not_there(logbook: SqliteLogbook) -> None:
    def look(reader):
        single = (reader.device("?"), reader.device_of_token("?", Scope.PROOFS), reader.tracker("?"), reader.head())
        assert single == (None,) * 4
        assert (reader.invitation("?"), reader.round("?"), reader.action("?", "?")) == (None,) * 3
        assert (reader.code("?", 1), reader.photo("?")) == (None, None)
        assert (reader.last_seq(), reader.cursor("?"), reader.policy()) == (0, 0, RoadPolicy())
        assert (reader.track("?", NOW, NOW), reader.visits([]), reader.actions_of(["?"])) == ([], [], [])
        return reader.latest(NOW)

    assert logbook.read(look) == {}


def test_devices_by_token_and_by_name(logbook: SqliteLogbook) -> None:
    page, old, tracker, other = (
        Device("page", App.PAGE, "mira", paired_at=NOW),
        Device("old", App.TRACKER, None, unique_id="862", revoked_at=NOW, paired_at=NOW - timedelta(days=9)),
        Device("new", App.TRACKER, "mira", unique_id="862"),
        Device("phone", App.TRACCAR, "mira", unique_id="862", paired_at=NOW - timedelta(days=5)),
    )

    def fill(w):
        for device in (tracker, page, old, other):
            w.put_device(device)
        w.put_token("page", Scope.POSITIONS, "aa")
        w.put_token("page", Scope.PROOFS, "bb")

    logbook.write(fill)
    read = logbook.read
    assert read(lambda r: r.devices()) == [old, other, page, tracker]
    assert read(lambda r: r.tracker("862")) == tracker
    assert read(lambda r: [r.device_of_token(d, s) for d in ("aa", "bb") for s in Scope]) == [page, None, None, page]
    logbook.write(lambda w: w.put_token("page", Scope.PROOFS, "cc"))
    assert read(lambda r: [r.device_of_token(d, Scope.PROOFS) for d in ("bb", "cc")]) == [None, page]
    logbook.write(lambda w: w.put_device(replace(page, revoked_at=NOW)))
    assert read(lambda r: r.device_of_token("cc", Scope.PROOFS)).revoked_at == NOW
