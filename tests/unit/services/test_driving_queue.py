"""Queues of actions: once each, in any grouping and however often sent; and any JSON at all."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatcher.domain.actions import ActionKind
from dispatcher.domain.errors import BadInput
from dispatcher.proof.chain import verify
from dispatcher.services.driving import attempts_of, progress_of, take, take_queue
from dispatcher.services.driving_fields import MOST_DEPTH
from dispatcher.services.driving_round import iso
from dispatcher.services.logbook import LogbookWriter
from tests.unit.services.driven_day import DOOR, NOW, ON, PHONE, SHIFT, Road, open_road, state_of

LATER = NOW + timedelta(days=2)
LATER_SAID = iso(LATER)
slow = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Road]:
    opened = open_road(tmp_path)
    yield opened
    opened.logbook.close()


def whole_day(road: Road) -> list[dict[str, Any]]:
    """Everything a driver can do in a day, with one mistake taken back and one refusal; an action a minute."""
    at = NOW

    def act(kind: str, order: str | None = None, *, after_s: int = 60, **body: Any) -> dict[str, Any]:
        nonlocal at
        at += timedelta(seconds=after_s)
        return road.action(kind, order, at=at, **body)

    day = [
        act("accept", version=1),
        act("begin"),
        act("load", "a1", barcode="111"),
        act("arrive", "a1", position=DOOR),
        act("deliver", "a1", name="Wrong door"),
    ]
    return [
        *day,
        act("undo", after_s=30, key=day[-1]["key"]),
        act("deliver", "a1", name="Aino", position={**DOOR, "accuracy_m": 5.25}),
        act("fail", "a2", reason="NOT_HOME", photos=["ab" * 32]),
        act("deliver", "b1"),
        act("skip", "a3"),
        act("note", text="Traffic"),
        act("deliver", "a3", lines=[{"line": 0, "quantity": 0.5}]),
        act("end"),
    ]


def say(writer: LogbookWriter, *actions: Any, sent_at: Any = LATER_SAID, app: Any = "1") -> list[dict[str, str]]:
    """One message."""
    return take(writer, PHONE, {"sent_at": sent_at, "app": app, "actions": list(actions)}, now=LATER)


@slow
@given(st.data())
def test_a_queue_sent_twice_and_in_pieces_is_taken_once(road: Road, data: st.DataObject) -> None:
    """Pieces in order, as a phone sends them, each as often as the line breaks."""
    day = whole_day(road)

    def in_pieces(writer: LogbookWriter) -> tuple[list[dict[str, str]], Any]:
        queue, said = day, []
        while queue:
            count = data.draw(st.integers(1, len(queue)))
            said += say(writer, *queue[:count])
            for _ in range(data.draw(st.integers(0, 2))):
                assert {answer["taking"] for answer in say(writer, *queue[:count])} == {"again"}
            queue = queue[count:]
        assert verify(writer.records()) is None
        return said, state_of(writer)

    assert road.tried(in_pieces) == road.tried(lambda writer: (say(writer, *day), state_of(writer)))


def test_a_queue_is_taken_in_the_order_of_seq_and_answered_in_the_order_sent(road: Road) -> None:
    queue = whole_day(road)
    shuffled = [*queue[7:], *queue[:7]]
    answers = road.say(*shuffled, now=LATER)
    assert [answer["key"] for answer in answers] == [action["key"] for action in shuffled]
    assert [answer["taking"] for answer in answers].count("refused") == 1
    taken = road.logbook.read(lambda r: r.actions_after(0))
    assert [a.action.key for a in taken] == [action["key"] for action in queue]


def test_two_days_without_a_line_lose_nothing(road: Road) -> None:
    answers = take_queue(road.logbook, PHONE, {"sent_at": iso(LATER), "actions": whole_day(road)}, now=LATER)
    assert sum(answer["taking"] == "taken" for answer in answers) == len(answers) - 1
    attempts = road.logbook.read(lambda r: attempts_of(r, [SHIFT]))
    assert {order: attempt.outcome for order, attempt in attempts.items()} == {
        "a1": "delivered",
        "a2": "failed",
        "a3": "delivered",
    }
    assert all(attempt.received_at == LATER for attempt in attempts.values())
    assert all(attempt.at.date() == ON for attempt in attempts.values())


def test_a_queue_in_short_transactions_is_taken_as_in_one(road: Road) -> None:
    day = whole_day(road)
    answers, state = road.tried(lambda writer: (say(writer, *day), state_of(writer)))
    assert take_queue(road.logbook, PHONE, {"sent_at": iso(LATER), "app": "1", "actions": day}, now=LATER) == answers
    assert road.state() == state


@pytest.mark.parametrize("change", [{"body": {"name": "B"}}, {"order_id": "a2"}, {"kind": "skip"}, {"seq": 99}])
def test_the_same_key_with_other_words_is_refused_and_both_are_kept(road: Road, change: dict[str, Any]) -> None:
    first = road.action("deliver", "a1", name="A")
    assert road.say(first)[0]["taking"] == "taken"
    for _ in range(2):
        answer = road.say({**first, **change})[0]
        assert (answer["key"], answer["taking"]) == (first["key"], "refused")
        assert "this key" in answer["why"]
    kept = road.logbook.read(lambda r: r.actions_after(0))
    assert [a.action.kind for a in kept] == [ActionKind.DELIVER, ActionKind.UNREADABLE]
    assert kept[1].action.body["raw"] == {**first, **change}
    assert road.say(first)[0]["taking"] == "again"


def test_a_refused_action_sent_again_says_why_again(road: Road) -> None:
    action = road.action("deliver", "b1")
    first, again = road.say(action)[0], road.say(action)[0]
    assert (first["taking"], again["taking"]) == ("refused", "again")
    assert first["why"] == again["why"] != ""


def test_a_code_is_not_tried_again_with_the_action(road: Road) -> None:
    digits = road.code("a1")
    action = road.action("deliver", "a1", code=f"{(int(digits) + 1) % 10**6:06}")
    answers = [road.say(action)[0] for _ in range(7)]
    assert [answer["code"] for answer in answers] == ["wrong"] * 7
    assert road.kept_code("a1").tries == 1


@pytest.mark.parametrize(
    "envelope", [None, 7, "text", [], {}, {"actions": None}, {"actions": {}}, {"actions": []}, {"actions": [0] * 201}]
)
def test_a_malformed_envelope_is_refused_as_a_whole(road: Road, envelope: Any) -> None:
    before = road.state()
    with pytest.raises(BadInput):
        take_queue(road.logbook, PHONE, envelope, now=NOW)
    assert road.state() == before


@pytest.mark.parametrize("sent_at", [None, 5, "yesterday", "2026-11-24", "2026-11-24T10:00:00", "9999-12-31T23:59:59Z"])
def test_a_clock_that_cannot_be_read_keeps_nothing_from_being_taken(road: Road, sent_at: Any) -> None:
    assert road.say(road.action("deliver", "a1"), sent_at=sent_at, app=["?"])[0]["taking"] == "taken"


# --- any JSON -----------------------------------------------------------------------------------------------------

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(["\ud800", "\x00"])
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
FIELDS = ["outcome", "handover", "name", "note", "lines", "scans", "cash", "code", "ink", "photos", "position"]
FIELDS += ["arrived_at", "reason", "key", "version", "barcode", "missing", "text", "note_id"]
near_bodies = st.dictionaries(st.sampled_from(FIELDS), anything, max_size=4)
near_actions = st.fixed_dictionaries(
    {
        "key": st.uuids().map(str) | st.sampled_from(["same-key-1", "same-key-2"]) | anything,
        "seq": st.integers(0, 9) | anything,
        "kind": st.sampled_from([kind.value for kind in ActionKind]) | anything,
        "at": st.just(iso(NOW)) | anything,
        "shift_id": st.just(SHIFT) | anything,
        "body": near_bodies | anything,
    },
    optional={"order_id": st.sampled_from(["a1", "a2", "b1"]) | anything},
)


@slow
@given(st.lists(near_actions | anything, min_size=1, max_size=6), anything)
def test_any_json_gets_one_answer_an_action(road: Road, actions: list[Any], other: Any) -> None:
    def example(writer: LogbookWriter) -> None:
        answers = say(writer, *actions, sent_at=other, app=other)
        assert len(answers) == len(actions)
        assert {answer["taking"] for answer in answers} <= {"taken", "again", "refused"}
        assert all(answer["why"] for answer in answers if answer["taking"] == "refused")
        json.dumps(answers).encode()
        state = state_of(writer)
        again = say(writer, *actions, sent_at=other, app=other)
        assert {answer["taking"] for answer in again} <= {"again", "refused"}
        assert state_of(writer) == state
        assert verify(writer.records()) is None
        attempts_of(writer, [SHIFT])
        progress_of(writer, [SHIFT])

    road.tried(example)


def test_json_nested_without_end_is_kept_as_far_as_it_goes(road: Road) -> None:
    deep: Any = "bottom"
    for _ in range(400):
        deep = [deep]
    answer = road.say({**road.action("note", text="deep"), "body": {"text": "deep", "more": deep}})[0]
    assert answer["taking"] == "taken"
    (kept,) = road.logbook.read(lambda r: r.actions_after(0))
    assert json.dumps(kept.action.body).count("[") <= MOST_DEPTH
