"""The part of the logbook's port that is the desk's own: exceptions, messages to customers, their pages and wishes."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from dispatcher.domain.customers import CustomerPage, Wish
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import CagedGoods, Incident, IncidentKind
from dispatcher.domain.messages import Call, Channel, Message, MessageState, OptOut, Reply
from dispatcher.domain.proof import Hold


class DeskReader(Protocol):
    """What can be asked of one moment of the logbook."""

    # exceptions
    def incidents(self, on: date | None = None, *, open_only: bool = False) -> Sequence[Incident]:
        """By when they began; of one date, or of all."""

    def incident(self, incident_id: str) -> Incident | None: ...
    def incident_about(self, kind: IncidentKind, on: date, about: str) -> Incident | None: ...
    def incidents_of(self, order_id: OrderId) -> Sequence[Incident]: ...
    def goods_of(self, order_id: OrderId) -> Sequence[CagedGoods]: ...
    def goods_expected(self) -> Sequence[CagedGoods]:
        """All that came back, or should have, and has not left again, by when they were expected."""

    # messages
    def message(self, message_id: str) -> Message | None: ...
    def messages_on(self, on: date) -> Sequence[Message]:
        """In the order they were made."""

    def messages_of(self, order_id: OrderId) -> Sequence[Message]: ...
    def messages_in(self, states: Collection[MessageState]) -> Sequence[Message]: ...
    def messages_due(self, now: datetime, limit: int = 100) -> Sequence[Message]:
        """Those that wait and may be tried at this moment, in the order they were made."""

    def message_keys(self, keys: Iterable[str]) -> frozenset[str]:
        """Which of these there is a message of."""

    def replies(self, since: datetime | None = None, *, unseen: bool = False) -> Sequence[Reply]:
        """Oldest first."""

    def replies_of(self, order_id: OrderId) -> Sequence[Reply]: ...
    def opt_outs(self) -> Sequence[OptOut]: ...
    def opt_out(self, channel: Channel, to: str) -> OptOut | None: ...
    def calls_of(self, order_id: OrderId) -> Sequence[Call]: ...

    # customers' pages and wishes
    def customer_page(self, digest: str) -> CustomerPage | None: ...
    def customer_page_of(self, order_id: OrderId) -> CustomerPage | None: ...
    def customer_pages_on(self, on: date) -> Sequence[CustomerPage]: ...
    def wish(self, wish_id: str) -> Wish | None: ...
    def wishes(self) -> Sequence[Wish]:
        """Open ones, oldest first."""

    def wishes_of(self, order_id: OrderId) -> Sequence[Wish]: ...

    # legal holds
    def holds(self) -> Sequence[Hold]: ...


class DeskWriter(DeskReader, Protocol):
    """What can be written of it within a transaction."""

    def put_incident(self, incident: Incident) -> None:
        """Insert or replace by id. There is one at most of a kind on a date about the same thing."""

    def put_goods(self, goods: CagedGoods) -> None:
        """Insert or replace by order, piece and date."""

    def put_message(self, message: Message) -> bool:
        """Insert or replace by id; `False`, with nothing done, if another message has its key."""

    def put_reply(self, reply: Reply) -> bool:
        """Insert or replace by id; `False`, with nothing done, if another reply has its key."""

    def put_opt_out(self, opt_out: OptOut) -> None: ...
    def remove_opt_out(self, channel: Channel, to: str) -> None: ...
    def put_call(self, call: Call) -> None: ...
    def put_customer_page(self, page: CustomerPage) -> None:
        """Insert or replace by order."""

    def remove_customer_page(self, order_id: OrderId) -> None: ...
    def put_wish(self, wish: Wish) -> None:
        """Insert or replace by id."""

    def put_hold(self, hold: Hold) -> None: ...
    def remove_hold(self, order_id: OrderId) -> None: ...
    def erase_record(self, n: int, leaf: bytes) -> None:
        """Empty what a record of the chain says, and keep what it hashed to."""
