"""What the desk keeps comes out as it was, and is found by what it is looked for."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from db.logbook.desk_tables import metadata
from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from dispatcher.domain.customers import CustomerPage, Wish, WishKind, WishState
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import CagedGoods, Incident, IncidentKind, IncidentState, Remedy
from dispatcher.domain.messages import Call, Channel, Event, Message, MessageState, OptOut, Reply
from dispatcher.domain.proof import Hold
from tests.fixtures.strategies import dates, ids, moments, words

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TODAY = date(2026, 11, 23)
maybe = st.none() | moments


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteLogbook]:
    logbook = open_logbook(tmp_path_factory.mktemp("desk"), clock=lambda: NOW)
    yield logbook
    logbook.close()


@pytest.fixture(autouse=True)
def _emptied(book: SqliteLogbook) -> None:
    _empty(book)


def _empty(book: SqliteLogbook) -> None:
    def clear(writer: object) -> None:
        for name in ("incident", "goods", "message", "reply", "opt_out", "call", "customer_page", "wish", "hold"):
            writer._connection.execute(delete(metadata.tables[name]))  # type: ignore[attr-defined]

    book.write(clear)


def message(n: int = 1, **more: object) -> Message:
    parts = {"event": Event.OUT, "channel": Channel.SMS, "to": "+4917000000", "text": "soon"} | more
    at = NOW + timedelta(minutes=n)
    return Message(f"m{n}", f"k{n}", OrderId("o1"), TODAY, made_at=at, **parts)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.builds(Incident, on=dates, since=moments, due_at=moments, closed_at=maybe, about=words, what=words))
def test_an_incident_comes_back_whole(book: SqliteLogbook, incident: Incident) -> None:
    _empty(book)
    book.write(lambda w: w.put_incident(incident))
    assert book.read(lambda r: r.incident(incident.id)) == incident
    assert book.read(lambda r: r.incident_about(incident.kind, incident.on, incident.about)) == incident
    assert book.read(lambda r: r.incidents(incident.on)) == [incident]
    assert book.read(lambda r: r.incidents(open_only=True)) == ([incident] if incident.open else [])


@settings(max_examples=60, deadline=None)
@given(
    st.builds(
        Message,
        id=ids,
        key=ids,
        on=dates,
        text=words,
        made_at=moments,
        not_before=maybe,
        expires_at=maybe,
        next_at=maybe,
        sent_at=maybe,
    )
)
def test_a_message_comes_back_whole(book: SqliteLogbook, told: Message) -> None:
    _empty(book)
    assert book.write(lambda w: w.put_message(told))
    assert book.read(lambda r: r.message(told.id)) == told
    assert book.read(lambda r: r.messages_of(told.order_id)) == [told]
    assert book.read(lambda r: r.messages_in([told.state])) == [told]


@settings(max_examples=40, deadline=None)
@given(
    st.builds(Reply, at=moments, seen_at=maybe),
    st.builds(Wish, at=moments, on=st.none() | dates, opens_at=maybe, closes_at=maybe, decided_at=maybe),
    st.builds(CagedGoods, on=dates, expected_at=moments, scanned_at=maybe, left_at=maybe),
    st.builds(CustomerPage, on=dates, expires_at=moments, made_at=moments, attempt=st.integers(1, 9), body=st.just({})),
    st.builds(Call, at=moments),
    st.builds(OptOut, at=moments),
    st.builds(Hold, at=moments),
)
def test_the_rest_comes_back_whole(
    book: SqliteLogbook,
    reply: Reply,
    wish: Wish,
    goods: CagedGoods,
    page: CustomerPage,
    call: Call,
    opt_out: OptOut,
    hold: Hold,
) -> None:
    _empty(book)

    def put(writer: object) -> None:
        for name, thing in (
            ("reply", reply),
            ("wish", wish),
            ("goods", goods),
            ("customer_page", page),
            ("call", call),
            ("opt_out", opt_out),
            ("hold", hold),
        ):
            getattr(writer, f"put_{name}")(thing)

    book.write(put)
    with_order = [reply] if reply.order_id is not None else []
    assert not with_order or book.read(lambda r: r.replies_of(reply.order_id)) == with_order  # type: ignore[arg-type]
    assert book.read(lambda r: r.replies()) == [reply]
    assert book.read(lambda r: r.wish(wish.id)) == wish
    assert book.read(lambda r: r.wishes()) == ([wish] if wish.state is WishState.OPEN else [])
    assert book.read(lambda r: r.goods_of(goods.order_id)) == [goods]
    assert book.read(lambda r: r.customer_page(page.digest)) == page
    assert book.read(lambda r: r.calls_of(call.order_id)) == [call]
    assert book.read(lambda r: r.opt_out(opt_out.channel, opt_out.to)) == opt_out
    assert book.read(lambda r: r.holds()) == [hold]


def test_a_key_is_kept_once(book: SqliteLogbook) -> None:
    first = message()
    assert book.write(lambda w: w.put_message(first))
    assert not book.write(lambda w: w.put_message(replace(first, id="other", text="twice")))
    assert book.write(lambda w: w.put_message(replace(first, tries=1)))
    (kept,) = book.read(lambda r: r.messages_of(first.order_id))
    assert (kept.id, kept.text, kept.tries) == ("m1", "soon", 1)
    assert book.read(lambda r: r.message_keys(["k1", "k2"])) == {"k1"}


def test_only_what_may_go_now_is_due(book: SqliteLogbook) -> None:
    later = NOW + timedelta(hours=1)
    messages = [
        message(3),
        message(1),
        message(4, not_before=later),
        message(5, next_at=later),
        message(6, state=MessageState.SENT),
        message(7, not_before=NOW, next_at=NOW),
    ]
    book.write(lambda w: [w.put_message(each) for each in messages])
    assert [m.id for m in book.read(lambda r: r.messages_due(NOW))] == ["m1", "m3", "m7"]
    assert [m.id for m in book.read(lambda r: r.messages_due(NOW, limit=1))] == ["m1"]


def test_goods_are_expected_until_they_leave(book: SqliteLogbook) -> None:
    goods = CagedGoods(OrderId("o1"), "1", TODAY, NOW)
    book.write(lambda w: w.put_goods(goods))
    assert book.read(lambda r: r.goods_expected()) == [goods]
    gone = replace(goods, scanned_at=NOW, left_at=NOW, left_for=Remedy.RETURN)
    book.write(lambda w: w.put_goods(gone))
    assert book.read(lambda r: r.goods_expected()) == []
    assert book.read(lambda r: r.goods_of(OrderId("o1"))) == [gone]


def test_a_second_incident_about_the_same_is_refused(book: SqliteLogbook) -> None:
    incident = Incident("i1", IncidentKind.LATE, TODAY, "o1", "late", NOW, NOW)
    book.write(lambda w: w.put_incident(incident))
    with pytest.raises(IntegrityError):
        book.write(lambda w: w.put_incident(replace(incident, id="i2")))
    closed = replace(incident, state=IncidentState.CLOSED)
    book.write(lambda w: w.put_incident(closed))
    assert book.read(lambda r: r.incidents(open_only=True)) == []


def test_holds_opt_outs_and_pages_can_be_taken_away(book: SqliteLogbook) -> None:
    hold, opt_out = Hold(OrderId("o1"), NOW, "Anna", "claim"), OptOut(Channel.SMS, "+49", NOW, "replied STOP")
    page = CustomerPage(OrderId("o1"), "d", TODAY, 1, NOW, NOW)
    book.write(lambda w: (w.put_hold(hold), w.put_opt_out(opt_out), w.put_customer_page(page)))
    book.write(
        lambda w: (
            w.remove_hold(hold.order_id),
            w.remove_opt_out(opt_out.channel, opt_out.to),
            w.remove_customer_page(page.order_id),
        )
    )
    assert book.read(lambda r: (r.holds(), r.opt_outs(), r.customer_page("d"))) == ([], [], None)


def test_wishes_of_an_order(book: SqliteLogbook) -> None:
    wishes = [Wish(f"w{n}", OrderId("o1"), 1, NOW + timedelta(minutes=n), WishKind.DAY) for n in range(3)]
    book.write(lambda w: [w.put_wish(each) for each in wishes])
    book.write(lambda w: w.put_wish(replace(wishes[0], state=WishState.GRANTED)))
    assert [w.id for w in book.read(lambda r: r.wishes())] == ["w1", "w2"]
    assert len(book.read(lambda r: r.wishes_of(OrderId("o1")))) == 3
