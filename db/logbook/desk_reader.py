"""Queries for the desk's own part of the logbook. Nothing here writes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from itertools import batched
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from db.logbook import desk_tables as tables
from db.logbook.packing import unpacked_json
from db.plain import from_plain
from db.reading import VARIABLES, fetch
from db.rows import moment_text
from dispatcher.domain.customers import CustomerPage, Wish, WishState
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import CagedGoods, Incident, IncidentKind, IncidentState
from dispatcher.domain.messages import Call, Channel, Message, MessageState, OptOut, Reply
from dispatcher.domain.proof import Hold


class SqlDeskReader:
    """Implements the services' `DeskReader`; lives as long as the transaction of its connection."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    # exceptions

    def incidents(self, on: date | None = None, *, open_only: bool = False) -> Sequence[Incident]:
        column = tables.incident.c
        query = select(column.body).order_by(column.since, column.id)
        if on is not None:
            query = query.where(column.on == on.isoformat())
        if open_only:
            query = query.where(column.state != IncidentState.CLOSED.value)
        return self._whole(query, Incident)

    def incident(self, incident_id: str) -> Incident | None:
        return self._first(select(tables.incident.c.body).where(tables.incident.c.id == incident_id), Incident)

    def incident_about(self, kind: IncidentKind, on: date, about: str) -> Incident | None:
        column = tables.incident.c
        named = column.kind == kind.value, column.on == on.isoformat(), column.about == about
        return self._first(select(column.body).where(*named), Incident)

    def incidents_of(self, order_id: OrderId) -> Sequence[Incident]:
        column = tables.incident.c
        return self._whole(
            select(column.body).where(column.order_id == order_id).order_by(column.since, column.id), Incident
        )

    def goods_of(self, order_id: OrderId) -> Sequence[CagedGoods]:
        column = tables.goods.c
        query = select(tables.goods).where(column.order_id == order_id).order_by(column.on, column.piece)
        return [from_plain(row, CagedGoods) for row in self._plain_rows(query)]

    def goods_expected(self) -> Sequence[CagedGoods]:
        column = tables.goods.c
        query = select(tables.goods).where(column.left_at.is_(None))
        ordered = query.order_by(column.expected_at, column.order_id, column.piece)
        return [from_plain(row, CagedGoods) for row in self._plain_rows(ordered)]

    # messages

    def message(self, message_id: str) -> Message | None:
        return self._first(select(tables.message.c.body).where(tables.message.c.id == message_id), Message)

    def messages_on(self, on: date) -> Sequence[Message]:
        return self._messages(tables.message.c.on == on.isoformat())

    def messages_of(self, order_id: OrderId) -> Sequence[Message]:
        return self._messages(tables.message.c.order_id == order_id)

    def messages_in(self, states: Collection[MessageState]) -> Sequence[Message]:
        return self._messages(tables.message.c.state.in_([state.value for state in states]))

    def messages_due(self, now: datetime, limit: int = 100) -> Sequence[Message]:
        column, moment = tables.message.c, moment_text(now)
        return self._messages(
            column.state == MessageState.QUEUED.value,
            or_(column.not_before.is_(None), column.not_before <= moment),
            or_(column.next_at.is_(None), column.next_at <= moment),
            limit=limit,
        )

    def message_keys(self, keys: Iterable[str]) -> frozenset[str]:
        key = tables.message.c.key
        wanted = batched(dict.fromkeys(keys), VARIABLES)
        return frozenset(k for some in wanted for k in self._connection.scalars(select(key).where(key.in_(some))))

    def replies(self, since: datetime | None = None, *, unseen: bool = False) -> Sequence[Reply]:
        column = tables.reply.c
        query = select(column.body).order_by(column.at, column.id)
        if since is not None:
            query = query.where(column.at >= moment_text(since))
        if unseen:
            query = query.where(column.seen_at.is_(None))
        return self._whole(query, Reply)

    def replies_of(self, order_id: OrderId) -> Sequence[Reply]:
        column = tables.reply.c
        return self._whole(select(column.body).where(column.order_id == order_id).order_by(column.at, column.id), Reply)

    def opt_outs(self) -> Sequence[OptOut]:
        query = select(tables.opt_out).order_by(tables.opt_out.c.at, tables.opt_out.c.to)
        return [from_plain(row, OptOut) for row in self._plain_rows(query)]

    def opt_out(self, channel: Channel, to: str) -> OptOut | None:
        column = tables.opt_out.c
        query = select(tables.opt_out).where(column.channel == channel.value, column.to == to)
        return next((from_plain(row, OptOut) for row in self._plain_rows(query)), None)

    def calls_of(self, order_id: OrderId) -> Sequence[Call]:
        query = select(tables.call).where(tables.call.c.order_id == order_id).order_by(tables.call.c.at)
        return [from_plain({**row, "reached": bool(row["reached"])}, Call) for row in self._plain_rows(query)]

    # customers' pages and wishes

    def customer_page(self, digest: str) -> CustomerPage | None:
        return next(iter(self._pages(tables.customer_page.c.digest == digest)), None)

    def customer_page_of(self, order_id: OrderId) -> CustomerPage | None:
        return next(iter(self._pages(tables.customer_page.c.order_id == order_id)), None)

    def customer_pages_on(self, on: date) -> Sequence[CustomerPage]:
        return self._pages(tables.customer_page.c.on == on.isoformat())

    def wish(self, wish_id: str) -> Wish | None:
        return self._first(select(tables.wish.c.body).where(tables.wish.c.id == wish_id), Wish)

    def wishes(self) -> Sequence[Wish]:
        column = tables.wish.c
        opened = column.state == WishState.OPEN.value
        return self._whole(select(column.body).where(opened).order_by(column.at, column.id), Wish)

    def wishes_of(self, order_id: OrderId) -> Sequence[Wish]:
        column = tables.wish.c
        return self._whole(select(column.body).where(column.order_id == order_id).order_by(column.at, column.id), Wish)

    # legal holds

    def holds(self) -> Sequence[Hold]:
        query = select(tables.hold).order_by(tables.hold.c.at)
        return [from_plain(row, Hold) for row in self._plain_rows(query)]

    def _messages(self, *where: Any, limit: int | None = None) -> Sequence[Message]:
        column = tables.message.c
        return self._whole(select(column.body).where(*where).order_by(column.made_at, column.id).limit(limit), Message)

    def _pages(self, *where: Any) -> Sequence[CustomerPage]:
        rows = self._plain_rows(select(tables.customer_page).where(*where))
        return [from_plain({**row, "body": unpacked_json(row["body"])}, CustomerPage) for row in rows]

    def _whole[T](self, query: Select[Any], kind: type[T]) -> Sequence[T]:
        return [from_plain(unpacked_json(body), kind) for body in self._connection.scalars(query)]

    def _first[T](self, query: Select[Any], kind: type[T]) -> T | None:
        return next(iter(self._whole(query, kind)), None)

    def _plain_rows(self, query: Select[Any]) -> Iterable[dict[str, Any]]:
        """With names that are mere text, not SQLAlchemy's own kind of it."""
        return ({str(name): value for name, value in row.items()} for row in fetch(self._connection, query))
