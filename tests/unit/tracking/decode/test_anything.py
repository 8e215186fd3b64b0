"""Whatever arrives: no reader raises anything but `Unusable`, and every fix is within bounds and can be stored."""

import json as lax
import math
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.tracking import Decoded, Fault, Source
from dispatcher.tracking.decode import READERS, Message, decode
from dispatcher.tracking.decode.message import Unusable
from tests.unit.tracking.decode.samples import FORM, JSON, NOW, SAMPLES

FIRST, PAST = datetime(1999, 12, 31, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
SURROGATE = "\ud800"

sources = st.sampled_from(list(Source))
numbers = st.one_of(st.integers(), st.floats(), st.integers(-200, 200), st.just(10**400))
odd_texts = st.one_of(
    st.text(),
    st.text(st.characters(categories=["Cs", "Cc", "Nd"])),
    st.sampled_from(["", "null", "NaN", "1e999", "-1", "_"]),
)
values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, odd_texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(odd_texts, inner, max_size=4)),
    max_leaves=12,
)
content_types = st.sampled_from([JSON, FORM, "text/plain", "", "APPLICATION/JSON"])
headers = st.dictionaries(st.sampled_from(["x-limit-u", "x-limit-d"]), odd_texts)


def check(decoded: Decoded) -> None:
    for fix in decoded.fixes:
        assert fix.at.tzinfo is UTC
        assert FIRST <= fix.at < PAST
        assert fix.sent_at is None or FIRST <= fix.sent_at < PAST
        assert abs(fix.place.lat) <= 90
        assert abs(fix.place.lon) <= 180
        assert fix.speed_mps is None or 0 <= fix.speed_mps <= 100
        assert fix.heading_deg is None or 0 <= fix.heading_deg < 360
        assert fix.accuracy_m is None or fix.accuracy_m > 0
        assert fix.battery is None or 0 <= fix.battery <= 1
        assert all(value is None or math.isfinite(value) for value in (fix.accuracy_m, fix.altitude_m))
        orjson.dumps([fix.motion, fix.client_id, fix.unique_id, dict(fix.extras)])  # refuses lone surrogates
        assert len(fix.client_id) <= 200
    for event in decoded.events:
        assert FIRST <= event.at < PAST
        orjson.dumps([event.detail, event.unique_id])
    for fault in decoded.faults:
        assert fault.what.endswith(".")
        assert len(fault.what) < 250
        orjson.dumps(fault.what)
    orjson.dumps(decoded.unique_id)


def read(source: Source, message: Message) -> Decoded:
    """As `decode`, without its net below, so that a mistake is seen for what it is."""
    try:
        decoded = READERS[source](message, NOW)
    except Unusable as error:
        decoded = Decoded(faults=(Fault(str(error)),))
    check(decoded)
    return decoded


def json_bytes(value: object) -> bytes:
    """As JSON, with what orjson will not write left to the standard library's laxer one."""
    return lax.dumps(value).encode("utf-8", "surrogatepass")


@given(sources, st.binary(max_size=400), odd_texts, content_types, headers, odd_texts)
def test_any_bytes_and_any_query(source, body, query, content_type, headers, secret):
    read(source, Message("POST", query, content_type, body, headers, secret))


@given(sources, st.text(max_size=400))
def test_any_text(source, text):
    read(source, Message(body=text.encode("utf-8", "surrogatepass")))


@given(sources, values)
def test_any_json(source, value):
    read(source, Message(content_type=JSON, body=json_bytes(value)))


@st.composite
def twisted(draw: st.DrawFn) -> tuple[Source, Message]:
    """A real message, with some of its fields set to anything, at any depth."""
    source = draw(sources)
    sample = draw(st.sampled_from(SAMPLES[source]))
    if not sample.is_json:
        text = sample.body.decode() or sample.query
        return source, Message(query=_cut(draw, text)) if sample.query else Message(body=_cut(draw, text).encode())
    document = orjson.loads(sample.body)
    for _ in range(draw(st.integers(1, 4))):
        _twist(draw, document)
    body = json_bytes(document)
    return source, Message(
        content_type=JSON, body=body[: draw(st.integers(0, len(body)))] if draw(st.booleans()) else body
    )


def _cut(draw: st.DrawFn, text: str) -> str:
    """With one stretch of it replaced."""
    begin = draw(st.integers(0, len(text)))
    return (
        text[:begin]
        + draw(st.text("0123456789.,-&=$*%ANSEWV\n", max_size=12))
        + text[draw(st.integers(begin, len(text))) :]
    )


def _twist(draw: st.DrawFn, node: object) -> None:
    """Walk down to some field and set it to anything."""
    while isinstance(node, dict | list) and node:
        key = draw(st.sampled_from(sorted(node))) if isinstance(node, dict) else draw(st.integers(0, len(node) - 1))
        if not isinstance(node[key], dict | list) or not node[key] or draw(st.integers(0, 3)) == 0:
            node[key] = draw(values)
            return
        node = node[key]


@given(twisted())
def test_real_messages_twisted(case):
    read(*case)


@pytest.mark.parametrize("source", list(Source))
def test_real_messages_say_something_and_no_fault(source):
    for message in SAMPLES[source]:
        decoded = read(source, message)
        assert decoded.faults == ()
        assert decoded.fixes or decoded.events


@pytest.mark.parametrize("source", list(Source))
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 10_000 + b"]" * 10_000,
        b'{"location":' * 10_000 + b"}" * 10_000,
        b'{"locations":' * 1_000 + b"1" + b"}" * 1_000,
        b'{"lat":NaN,"lon":Infinity}',
        b'{"lat":' + b"9" * 5_000 + b"}",
        b'{"lat":1e999}',
        b'["\\ud800"]',
        b"\x00" * 1_000,
        b"\xff" * 1_000,
        b"$" * 100_000,
        b"\n" * 100_000,
        b"&" * 100_000,
        b"{" + b" " * 3_000_000,
        b"[" + b",".join([b"{}"] * 10_000) + b"]",
        b'{"positions":[' + b",".join([b"null"] * 10_000) + b"]}",
    ],
)
def test_bombs(source, body):
    for content_type in (JSON, FORM):
        decoded = read(source, Message(content_type=content_type, body=body))
        assert decoded.fixes == ()
        assert len(decoded.faults) <= 101


def test_lone_surrogates_cannot_get_through():
    query = f"id={SURROGATE}&lat=1&lon=1&note={SURROGATE}&{SURROGATE}=1&alarm={SURROGATE}"
    decoded = read(Source.OSMAND, Message("GET", query))
    assert len(decoded.fixes) == 1


def test_ten_thousand_points_are_all_kept():
    point = {"at": "2026-11-24T08:00:00Z", "lat": 60.0, "lon": 24.0}
    moments = (NOW - timedelta(seconds=n) for n in range(10_000))
    points = [{**point, "at": at.isoformat()} for at in moments]
    decoded = read(Source.PAGE, Message(content_type=JSON, body=orjson.dumps({"positions": points})))
    assert len(decoded.fixes) == 10_000


def test_a_mistake_of_ours_is_a_fault_and_is_logged(expect_log, monkeypatch):
    def broken(message: Message, now: datetime) -> Decoded:
        raise RecursionError

    monkeypatch.setitem(READERS, Source.PAGE, broken)  # type: ignore[arg-type]
    with expect_log("could not be read", level=40):
        decoded = decode(Source.PAGE, Message(), now=NOW)
    assert len(decoded.faults) == 1


@pytest.mark.parametrize("source", list(Source))
def test_what_is_too_large_is_told_as_such(source):
    body = b'{"positions":[' + b" " * 2_100_000 + b"]}"
    assert (
        "more than the 2,097,152 that are read"
        in decode(source, Message(content_type=JSON, body=body), now=NOW).faults[0].what
    )
