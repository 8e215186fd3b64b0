"""What drivers do: effects, refusals, and that it is theirs alone."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from db.logbook.opening import open_logbook
from dispatcher.domain.actions import ActionKind, Taking
from dispatcher.domain.devices import Device, Note
from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Attempt, CodeVerdict, Handover, LineResult, Nearness, Outcome, ProofKind, RecordKind
from dispatcher.proof import codes
from dispatcher.proof.chain import verify
from dispatcher.proof.ink import to_json
from dispatcher.services.driving import Loading, attempts_of, loading_of, progress_of, take_queue, try_code
from dispatcher.services.driving_round import iso
from dispatcher.services.exceptions.chain import correction_record
from dispatcher.services.logbook import LogbookWriter
from tests.unit.proof.signatures import signature
from tests.unit.services.driven_day import (
    AINO,
    DOOR,
    NOW,
    ON,
    OTHER,
    OTHERS_PHONE,
    OTHERS_SHIFT,
    PHONE,
    SHIFT,
    Road,
    open_road,
    sent,
    stop,
)

MINUTE = timedelta(minutes=1)


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    opened = open_road(tmp_path)
    yield opened
    assert verify(opened.chain()) is None
    opened.logbook.close()


def attempts(road: Road) -> dict[str, Attempt]:
    return dict(road.logbook.read(lambda r: attempts_of(r, [SHIFT, OTHERS_SHIFT])))


def drawn(seed: int) -> dict[str, Any]:
    ink = signature(seed)
    return {"width": ink.width, "height": ink.height, "strokes": [[list(p) for p in stroke] for stroke in ink.strokes]}


# --- attempts -----------------------------------------------------------------------------------------------------


def test_a_delivery_becomes_an_attempt_with_all_that_was_given(road: Road) -> None:
    position = {**DOOR, "accuracy_m": 8.5, "at": iso(NOW - timedelta(seconds=3))}
    body = {
        "outcome": "partly",
        "handover": "neighbour",
        "name": "Väinö",
        "note": "by the bikes",
        "lines": [{"line": 0, "quantity": 1.5, "reason": "DAMAGED"}, {"line": 1, "quantity": 1}],
        "scans": ["111", "222"],
        "cash": 1_250,
        "ink": drawn(1),
        "photos": ["ab" * 32],
        "position": position,
        "arrived_at": iso(NOW - 4 * MINUTE),
    }
    assert road.one("deliver", "a1", **body) == {"key": attempts(road)["a1"].key, "taking": "taken", "why": ""}
    attempt = attempts(road)["a1"]
    assert (attempt.outcome, attempt.handover, attempt.name) == (Outcome.PARTLY, Handover.NEIGHBOUR, "Väinö")
    assert attempt.lines == (LineResult(0, 1.5, "DAMAGED"), LineResult(1, 1.0))
    assert (attempt.scans, attempt.cash, attempt.photos) == (("111", "222"), 1_250, ("ab" * 32,))
    assert attempt.ink is not None
    assert to_json(attempt.ink) == to_json(signature(1))
    assert (attempt.distance_m, attempt.nearness, attempt.place_age_s) == (0.0, Nearness.NEAR, 3.0)
    assert (attempt.at, attempt.received_at, attempt.arrived_at) == (NOW, NOW, NOW - 4 * MINUTE)
    assert (attempt.number, attempt.driver_id, attempt.device_id) == (1, AINO, PHONE.id)
    assert (attempt.app_version, attempt.skew_s, attempt.missing) == ("1.0.0", 0.0, ())


def test_what_was_asked_for_and_not_given_is_listed_not_refused(road: Road) -> None:
    assert road.one("deliver", "a1")["taking"] == "taken"
    assert attempts(road)["a1"].missing == (ProofKind.SIGNATURE, ProofKind.NAME)


def test_a_failure_has_the_reason_that_the_depot_corrected_it_to(road: Road) -> None:
    road.one("fail", "a1", reason="NOT_HOME")
    (attempt,) = attempts(road).values()

    def correct(writer: LogbookWriter, code: str) -> None:
        writer.put_record(correction_record(writer.head(), attempt, ON, code, by="Anna", note="", at=NOW))

    for code in ("REFUSED", "NO_ACCESS"):
        road.logbook.write(partial(correct, code=code))
    assert attempts(road) == {"a1": replace(attempt, reason="NO_ACCESS")}


def test_a_failure_needs_a_reason_of_the_list_and_what_it_demands(road: Road) -> None:
    assert "not on the depot's list" in road.one("fail", "a1", reason="BORED")["why"]
    assert "not on the depot's list" in road.one("fail", "a1")["why"]
    assert road.one("fail", "a1", reason="NOT_HOME", note="dark")["taking"] == "taken"
    attempt = attempts(road)["a1"]
    assert (attempt.outcome, attempt.reason, attempt.note) == (Outcome.FAILED, "NOT_HOME", "dark")
    assert attempt.missing == (ProofKind.PHOTO,)


def test_a_stop_is_done_once(road: Road) -> None:
    road.one("deliver", "a1", name="Aino")
    again = road.one("fail", "a1", reason="NOT_HOME")
    assert (again["taking"], "done already" in again["why"]) == ("refused", True)
    assert attempts(road)["a1"].outcome is Outcome.DELIVERED


def test_the_next_attempt_can_be_made_when_the_round_has_its_number(road: Road) -> None:
    road.one("fail", "a1", reason="NOT_HOME")
    road.put(sent(version=2, stops=[stop("a1", 1, attempt=2)]))
    assert road.one("deliver", "a1")["taking"] == "taken"
    assert (attempts(road)["a1"].number, attempts(road)["a1"].outcome) == (2, Outcome.DELIVERED)


def test_a_withdrawn_rounds_deliveries_still_count(road: Road) -> None:
    """The phone had no line when the shift was taken off the day; what happened at the door happened."""
    road.put(sent(version=2, withdrawn=True))
    assert road.one("deliver", "a1")["taking"] == "taken"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"outcome": "failed"}, "fail"),
        ({"outcome": "lost"}, "outcome"),
        ({"outcome": 7}, "outcome"),
        ({"handover": "dog"}, "handover"),
        ({"name": ["x"]}, "name"),
        ({"name": "x" * 201}, "201 characters"),
        ({"lines": {"line": 0}}, "lines"),
        ({"lines": [{"line": 2, "quantity": 1}]}, "no line 2"),
        ({"lines": [{"line": True, "quantity": 1}]}, "line"),
        ({"lines": [{"line": 0}]}, "quantity"),
        ({"lines": [{"line": 0, "quantity": -1}]}, "quantity"),
        ({"lines": [{"line": 0, "quantity": 1, "reason": "BORED"}]}, "list"),
        ({"scans": [""]}, "scans"),
        ({"scans": ["1"] * 501}, "501"),
        ({"cash": 12.5}, "cash"),
        ({"cash": -1}, "cash"),
        ({"photos": ["abc"]}, "SHA-256"),
        ({"position": {"lat": 60}}, "lon"),
        ({"position": {"lat": 91, "lon": 0}}, "lat"),
        ({"position": {**DOOR, "at": "2026-11-24T10:00:00"}}, "zone"),
        ({"position": {**DOOR, "mock": 1}}, "mock"),
        ({"position": [60, 24]}, "position"),
        ({"arrived_at": "now"}, "arrived_at"),
        ({"arrived_at": "9999-12-31T23:59:59-10:00"}, "arrived_at"),
        ({"ink": {"width": 10, "strokes": []}}, "height"),
        ({"ink": {"width": 10, "height": 10, "strokes": [[[0, 0]]]}}, "point"),
        ({"ink": {"width": 10, "height": 10, "strokes": [[["a", 0, 0]]]}}, "signature"),
        ({"ink": {"width": 10, "height": 10, "strokes": [[[0, 0, 0]] * 20_001]}}, "20000"),
    ],
)
def test_a_malformed_body_is_refused_in_words_and_changes_nothing(road: Road, body: dict[str, Any], word: str) -> None:
    digits = road.code("a1")
    answer = road.one("deliver", "a1", code=digits, **body)
    assert answer["taking"] == "refused"
    assert word in answer["why"]
    assert road.chain() == []
    assert road.kept_code("a1").tries == 0
    kept = road.logbook.read(lambda r: r.actions_after(0))
    assert [(a.taking, a.why) for a in kept] == [(Taking.REFUSED, answer["why"])]


# --- whose stop it is ---------------------------------------------------------------------------------------------


def test_anothers_stop_and_one_that_is_nowhere_are_refused_in_the_same_words(road: Road) -> None:
    said = [
        road.action("deliver", "b1"),
        {**road.action("deliver", "b1"), "shift_id": OTHERS_SHIFT},
        {**road.action("deliver", "a1"), "shift_id": OTHERS_SHIFT},
        {**road.action("begin"), "shift_id": OTHERS_SHIFT},
        road.action("deliver", "nowhere"),
        {**road.action("deliver", "a1"), "shift_id": "nowhere"},
        road.action("arrive", "b1"),
        road.action("deliver"),
    ]
    answers = road.say(*said)
    assert {answer["taking"] for answer in answers} == {"refused"}
    assert len({answer["why"] for answer in answers}) == 1
    assert attempts(road) == {}


def test_a_code_of_anothers_stop_does_not_exist(road: Road) -> None:
    digits = road.code("b1")
    tried = lambda device, order: try_code(road.logbook, device, OrderId(order), digits, now=NOW)
    assert tried(PHONE, "b1") == tried(PHONE, "nowhere") == tried(PHONE, "a1") == (CodeVerdict.NONE, 0)
    assert road.kept_code("b1").tries == 0
    assert tried(OTHERS_PHONE, "b1") == (CodeVerdict.RIGHT, 0)


def test_another_phone_of_the_same_driver_goes_on(road: Road) -> None:
    road.one("deliver", "a1")
    second = replace(PHONE, id="phone-two")  # type: ignore[arg-type]
    assert road.say(road.action("deliver", "a1"), device=second)[0]["taking"] == "refused"
    assert road.say(road.action("deliver", "a2"), device=second)[0]["taking"] == "taken"


def test_a_phone_without_a_driver_is_sent_away(road: Road) -> None:
    with pytest.raises(BadInput, match="no driver"):
        road.say(road.action("begin"), device=Device(PHONE.id, PHONE.app, None))


# --- codes --------------------------------------------------------------------------------------------------------


def test_a_code_tried_six_times(road: Road) -> None:
    digits = road.code("a1")
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    tried = lambda typed: try_code(road.logbook, PHONE, OrderId("a1"), typed, now=NOW)
    assert [tried(wrong) for _ in range(6)] == [
        *((CodeVerdict.WRONG, left) for left in (4, 3, 2, 1, 0)),
        (CodeVerdict.SPENT, 0),
    ]
    assert tried(digits) == (CodeVerdict.SPENT, 0)
    assert road.one("deliver", "a1", code=digits)["code"] == "spent"
    assert (attempts(road)["a1"].code, attempts(road)["a1"].code_tries) == (CodeVerdict.SPENT, 5)


def test_a_code_checked_at_the_door_is_right_in_the_attempt_and_spent_then(road: Road) -> None:
    digits = road.code("a1")
    tried = lambda: try_code(road.logbook, PHONE, OrderId("a1"), digits, now=NOW)
    assert tried() == tried() == (CodeVerdict.RIGHT, 0)
    assert road.one("deliver", "a1", code=digits)["code"] == "right"
    assert tried() == (CodeVerdict.SPENT, 0)
    assert attempts(road)["a1"].code_tries == 1


def test_a_code_checked_at_the_door_need_not_be_sent_again(road: Road) -> None:
    digits = road.code("a1")
    try_code(road.logbook, PHONE, OrderId("a1"), digits, now=NOW)
    assert road.one("deliver", "a1")["code"] == "right"


def test_a_code_typed_without_a_line_is_judged_by_when_it_was_typed(road: Road) -> None:
    digits = road.code("a1", until=NOW + 10 * MINUTE)
    road.code("a2", until=NOW - MINUTE)
    said = [road.action("deliver", "a1", code=digits), road.action("deliver", "a2", code=digits)]
    answers = road.say(*said, now=NOW + timedelta(days=2))
    assert [answer["code"] for answer in answers] == ["right", "expired"]
    assert [attempts(road)[order].code for order in ("a1", "a2")] == [CodeVerdict.RIGHT, CodeVerdict.EXPIRED]


def test_a_missing_code_that_was_required_is_listed(road: Road) -> None:
    road.put(sent(version=2, stops=[stop("a1", 1, needs={"delivering": {"code": "required"}})]))
    road.code("a1")
    assert road.one("deliver", "a1") | {"key": ""} == {"key": "", "taking": "taken", "why": "", "code": "none"}
    assert attempts(road)["a1"].missing == (ProofKind.CODE,)


# --- taking back --------------------------------------------------------------------------------------------------


def test_an_undo_in_time_withdraws_the_attempt_and_frees_its_code(road: Road) -> None:
    digits = road.code("a1")
    first = road.action("deliver", "a1", code=digits)
    road.say(first)
    assert road.one("undo", key=first["key"], now=NOW + MINUTE)["taking"] == "taken"
    assert attempts(road) == {}
    assert (road.kept_code("a1").right_at, road.kept_code("a1").tries) == (None, 0)
    assert [(r.kind, r.key) for r in road.chain()] == [
        (RecordKind.ATTEMPT, first["key"]),
        (RecordKind.WITHDRAWN, first["key"]),
    ]
    assert road.one("deliver", "a1", code=digits)["code"] == "right"
    assert attempts(road)["a1"].code_tries == 1


def test_an_undo_too_late_by_the_phones_clock_is_refused(road: Road) -> None:
    first = road.action("deliver", "a1")
    road.say(first)
    late = road.one("undo", key=first["key"], now=NOW + MINUTE + timedelta(seconds=1))
    assert (late["taking"], "60 seconds" in late["why"]) == ("refused", True)
    assert "a1" in attempts(road)


def test_an_undo_in_time_that_arrives_days_later_counts(road: Road) -> None:
    first = road.action("deliver", "a1")
    undo = road.action("undo", at=NOW + MINUTE / 2, key=first["key"])
    road.say(first)
    assert road.say(undo, now=NOW + timedelta(days=2))[0]["taking"] == "taken"
    assert attempts(road) == {}


@pytest.mark.parametrize("target", ["unknown", "refused", "note", "twice", "others"])
def test_what_cannot_be_taken_back(road: Road, target: str) -> None:
    action = {
        "unknown": lambda: road.action("deliver", "a1"),
        "refused": lambda: road.action("deliver", "b1"),
        "note": lambda: road.action("note", text="Hello"),
        "twice": lambda: road.action("skip", "a1"),
        "others": lambda: {**road.action("deliver", "b1"), "shift_id": OTHERS_SHIFT},
    }[target]()
    if target != "unknown":
        road.say(action, device=OTHERS_PHONE if target == "others" else PHONE)
    if target == "twice":
        assert road.one("undo", key=action["key"])["taking"] == "taken"
    before = road.state()["records"]
    assert road.one("undo", key=action["key"])["taking"] == "refused"
    assert road.state()["records"] == before


# --- the rest -----------------------------------------------------------------------------------------------------


def test_a_round_is_accepted_as_far_as_it_was_sent(road: Road) -> None:
    road.put(sent(version=3))
    assert road.one("accept", version=2)["taking"] == "taken"
    assert road.one("accept", version=1)["taking"] == "taken"
    assert road.one("accept", version=4)["taking"] == "refused"
    assert road.one("accept")["taking"] == "refused"
    assert road.logbook.read(lambda r: progress_of(r, [SHIFT])[SHIFT].accepted) == 2


def test_messages_go_both_ways_and_nobody_touches_anothers(road: Road) -> None:
    for note_id, driver in (("n1", AINO), ("n2", OTHER)):
        note = Note(note_id, driver, "Call in", NOW)
        road.logbook.write(lambda w, note=note: w.put_note(note))
    answers = [road.one("read", note_id=n) for n in ("n1", "n2", "n3")]
    assert [answer["taking"] for answer in answers] == ["taken", "refused", "refused"]
    assert len({answer["why"] for answer in answers[1:]}) == 1
    assert road.say({**road.action("note", text=" Flat tyre "), "shift_id": ""})[0]["taking"] == "taken"
    assert road.one("note", text="  ")["taking"] == "refused"
    notes = {note.text: note for note in road.logbook.read(lambda r: r.notes(AINO))}
    assert notes["Call in"].read_at == notes["Call in"].fetched_at == NOW
    assert notes["Flat tyre"].from_driver
    (others,) = road.logbook.read(lambda r: r.notes(OTHER))
    assert others.read_at is None


def test_what_the_window_wants_to_know(road: Road) -> None:
    road.one("begin")
    road.one("arrive", "a1", now=NOW + MINUTE)
    road.one("fail", "a1", reason="NOT_HOME", now=NOW + 2 * MINUTE)
    road.one("skip", "a2", note="no parking", now=NOW + 3 * MINUTE)
    road.one("skip", "a3", now=NOW + 4 * MINUTE)
    road.one("deliver", "a3", now=NOW + 5 * MINUTE)
    road.one("deliver", "b1")
    road.one("end", now=NOW + 6 * MINUTE)
    progress = road.logbook.read(lambda r: progress_of(r, [SHIFT]))[SHIFT]
    assert (progress.begun_at, progress.ended_at) == (NOW, NOW + 6 * MINUTE)
    assert progress.arrived == {"a1": NOW + MINUTE}
    assert progress.skipped == {"a2": NOW + 3 * MINUTE}
    endings = {order: (e.outcome, e.reason, e.number) for order, e in progress.endings.items()}
    assert endings == {"a1": (Outcome.FAILED, "NOT_HOME", 1), "a3": (Outcome.DELIVERED, "", 1)}
    assert [taken.action.order_id for taken in progress.refused] == ["b1"]


def test_loading_tells_scanned_missing_and_ticked_by_the_latest_word(road: Road) -> None:
    road.one("load", "a1", barcode="111")
    road.one("load", "a1", barcode="222", missing=True)
    road.one("load", "a1", barcode="222")
    road.one("load", "a2")
    road.one("load", "a3", missing=True, now=NOW + MINUTE)
    assert road.logbook.read(lambda r: loading_of(r, [SHIFT])) == {
        "a1": Loading(("111", "222"), (), False, NOW),
        "a2": Loading((), (), True, NOW),
        "a3": Loading((), ("",), False, NOW + MINUTE),
    }


def test_a_clock_a_day_ahead_is_kept_and_said(road: Road) -> None:
    digits = road.code("a1", until=NOW + MINUTE)
    ahead = NOW + timedelta(days=1)
    said = road.action("deliver", "a1", at=ahead - 5 * MINUTE, code=digits)
    answer = road.say(said, sent_at=iso(ahead))[0]
    assert (answer["taking"], answer["code"]) == ("taken", "right")  # typed five minutes ago, whatever the phone says
    attempt = attempts(road)["a1"]
    assert (attempt.skew_s, attempt.at, attempt.received_at) == (86_400.0, ahead - 5 * MINUTE, NOW)


def test_every_kind_but_unreadable_can_be_sent(road: Road) -> None:
    assert "kind" in road.one("unreadable")["why"]
    for kind in ActionKind:
        if kind is not ActionKind.UNREADABLE:
            assert "kind" not in road.one(kind.value, "a1")["why"]


@pytest.mark.parametrize("typed_at", ["the door", "the end"])
def test_nobody_waits_to_write_while_a_code_is_hashed(
    road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed_at: str
) -> None:
    """Neither for a try at the door nor for a queue: a slow hash within a transaction would lock everybody out."""
    digits, made = road.code("a1"), codes.slow_hash
    written: list[str] = []

    def hashed(typed: str, salt: bytes) -> bytes:
        with closing(open_logbook(tmp_path, clock=lambda: NOW)) as other:
            other.write(lambda w: w.put_cursor("beside", len(written)))
        written.append(typed)
        return made(typed, salt)

    monkeypatch.setattr(codes, "slow_hash", hashed)
    if typed_at == "the door":
        assert try_code(road.logbook, PHONE, OrderId("a1"), digits, now=NOW)[0] is CodeVerdict.RIGHT
    else:
        deliver = road.action("deliver", "a1", outcome="delivered", handover="recipient", name="Kim", code=digits)
        (answer,) = take_queue(road.logbook, PHONE, {"sent_at": iso(NOW), "actions": [deliver]}, now=NOW)
        assert answer["code"] == "right"
    assert written == [digits]
