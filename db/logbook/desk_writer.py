"""Changes of the desk's own part of the logbook."""

from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from db.logbook import desk_tables as tables
from db.logbook.desk_reader import SqlDeskReader
from db.logbook.packing import packed_json
from db.logbook.rows import flat_row
from db.logbook.tables import record
from db.plain import plain
from dispatcher.domain.customers import CustomerPage, Wish
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import CagedGoods, Incident
from dispatcher.domain.messages import Call, Channel, Message, OptOut, Reply
from dispatcher.domain.proof import Hold


class SqlDeskWriter(SqlDeskReader):
    """Implements the services' `DeskWriter`. Reads see its own changes."""

    def put_incident(self, incident: Incident) -> None:
        self._keep(tables.incident, incident)

    def put_goods(self, goods: CagedGoods) -> None:
        self._upsert(tables.goods, flat_row(goods))

    def put_message(self, message: Message) -> bool:
        return self._keep_once(tables.message, message)

    def put_reply(self, reply: Reply) -> bool:
        return self._keep_once(tables.reply, reply)

    def put_opt_out(self, opt_out: OptOut) -> None:
        self._upsert(tables.opt_out, flat_row(opt_out))

    def remove_opt_out(self, channel: Channel, to: str) -> None:
        column = tables.opt_out.c
        self._connection.execute(delete(tables.opt_out).where(column.channel == channel.value, column.to == to))

    def put_call(self, call: Call) -> None:
        self._upsert(tables.call, flat_row(call))

    def put_customer_page(self, page: CustomerPage) -> None:
        self._upsert(tables.customer_page, {**flat_row(page), "body": packed_json(page.body)})

    def remove_customer_page(self, order_id: OrderId) -> None:
        self._connection.execute(delete(tables.customer_page).where(tables.customer_page.c.order_id == order_id))

    def put_wish(self, wish: Wish) -> None:
        self._keep(tables.wish, wish)

    def put_hold(self, hold: Hold) -> None:
        self._upsert(tables.hold, flat_row(hold))

    def remove_hold(self, order_id: OrderId) -> None:
        self._connection.execute(delete(tables.hold).where(tables.hold.c.order_id == order_id))

    def erase_record(self, n: int, leaf: bytes) -> None:
        emptied = update(record).where(record.c.n == n).values(body=packed_json({}), salt=b"", leaf=leaf)
        if self._connection.execute(emptied).rowcount != 1:
            raise ValueError(f"there is no record {n} to erase")

    def _keep_once(self, table: Table, thing: Message | Reply) -> bool:
        """Unless another one has its key."""
        named = select(table.c.id).where(table.c.key == thing.key)
        if self._connection.scalar(named) not in (None, thing.id):
            return False
        self._keep(table, thing)
        return True

    def _keep(self, table: Table, thing: Any) -> None:
        """The whole of it in `body`, and beside it what it is found by."""
        found_by = {name: value for name, value in flat_row(thing).items() if name in table.c}
        self._upsert(table, {**found_by, "body": packed_json(plain(thing))})

    def _upsert(self, table: Table, row: dict[str, Any]) -> None:
        statement = upsert(table)
        rest = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
        self._connection.execute(statement.on_conflict_do_update(index_elements=table.primary_key, set_=rest), [row])
