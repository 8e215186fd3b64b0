"""A place on its way from one slot to another, by mouse or by keys: the verdict over each cell, and the drop."""

from PySide6.QtCore import QObject, Signal

from dispatcher.domain.slots import Slot
from dispatcher.services.slots import Booked, SlotDesk
from ui.parts.said import words_of
from ui.slots import words
from ui.slots.feed import Key, SlotFeed

HERE = "It has this slot already."
ASKING = "{}\nLooking whether it fits…"


class Hand(QObject):
    """GUI thread. What the board knows is said at once, what the desk says as soon as it has answered.

    Signals:
        judged(object, str, bool): over this cell (`None` for none), what is to be said, and whether it may be dropped.
        dropped(Booked, object): let this place be moved to that slot's key.
        ended(): nothing is carried any more.
    """

    judged = Signal(object, str, bool)
    dropped = Signal(object, object)
    ended = Signal()

    def __init__(self, feed: SlotFeed, currency: str, parent: QObject) -> None:
        super().__init__(parent)
        self._feed, self._currency = feed, currency
        self._zone = feed.zone
        self.place: Booked | None = None
        self._from: Key | None = None
        self._over: Key | None = None
        self.by_keys = self.welcome = False

    @property
    def carrying(self) -> bool:
        """Whether something is."""
        return self.place is not None

    def pick_up(self, place: Booked, key: Key | None, *, by_keys: bool) -> None:
        """Carry this place, which is in that slot."""
        self.place, self._from, self._over = place, key, None
        self.by_keys, self.welcome = by_keys, False

    def over(self, key: Key | None, slot: Slot | None) -> None:
        """It is over this cell."""
        if self.place is None or key == self._over:
            return
        self._over = key
        against = self._against(key, slot)
        self.welcome = not against
        if against or slot is None or key is None:
            self.judged.emit(key, against, self.welcome)
            return
        said = words.verdict(slot, "", self._zone, self._currency)
        order = self.place.order
        if order is None:
            self.judged.emit(key, said, True)
            return
        self.judged.emit(key, ASKING.format(said), True)

        def ask(desk: SlotDesk) -> str:
            return desk.why_not(order, *key)

        def answer(why: object) -> None:
            self._judge(key, said, str(why))

        self._feed.ask(ask, answer, lambda fault: self._judge(key, said, words_of(fault)))

    def _against(self, key: Key | None, slot: Slot | None) -> str:
        return HERE if key == self._from else words.against(slot)

    def _judge(self, key: Key, said: str, why_not: str) -> None:
        """The desk has answered; perhaps it is elsewhere by now."""
        if self.place is not None and key == self._over:
            self.welcome = not why_not
            self.judged.emit(key, why_not or said, self.welcome)

    def drop(self, key: Key | None, slot: Slot | None) -> None:
        """Let it go here; where it may not be it stays in the hand."""
        place = self.place
        if place is None or key is None:
            return
        self.over(key, slot)
        if self.welcome:
            self._end()
            self.dropped.emit(place, key)

    def give_up(self) -> None:
        """It stays where it was."""
        if self.carrying:
            self._end()

    def _end(self) -> None:
        self.place, self._from, self._over = None, None, None
        self.by_keys = self.welcome = False
        self.ended.emit()
