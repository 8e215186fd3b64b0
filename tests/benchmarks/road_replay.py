"""A driven day told again to the live desk, as it arrived: the same at every run, however busy the machine is.

What the gateway committed of a simulated day goes into a fresh logbook of the same home moment by moment, each thing
when it was received; after every moment the desk that the window follows drivers with is asked how the day stands.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby

from db.logbook.opening import LOGBOOK_NAME, open_logbook
from dispatcher.domain.actions import ActionKind, TakenAction
from dispatcher.domain.letters import Letter
from dispatcher.domain.proof import Record
from dispatcher.domain.tracking import Decoded, Leg, StoredFix
from dispatcher.services.live import LiveDay
from dispatcher.services.logbook import Logbook, LogbookReader
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace, open_workplace
from tests.benchmarks.aachen_depot import clock, opener
from tests.benchmarks.road_days import Driven

AHEAD = timedelta(days=7)
"""So long before the day lies the one whose legs were learned: the same weekday."""


class Tape:
    """Everything that arrived on a day, in the order of arrival."""

    def __init__(self, logbook: Logbook, driven: Driven) -> None:
        shifts = [driver["shift_id"] for driver in driven.truth["drivers"]]
        read = logbook.read
        self.rounds = read(lambda r: r.rounds_on(driven.day.on))
        self.devices = read(lambda r: r.devices())
        self.policy = read(lambda r: r.policy())
        self.fixes = deque(read(lambda r: list(_all_fixes(r))))
        self.actions = deque(read(lambda r: r.actions_of(shifts)))
        self.records = deque(read(lambda r: r.records(limit=1_000_000)))

    def begin(self, to: Logbook, legs: Iterable[Leg], on: datetime) -> None:
        """What was there before anybody drove."""

        def write(book):  # type: ignore[no-untyped-def]
            book.put_policy(self.policy)
            for device in self.devices:
                book.put_device(replace(device, revoked_at=None, seen_at=None))
            for round_ in self.rounds:
                book.put_round(replace(round_, accepted=0, fetched=0))
            book.put_legs((on - AHEAD).date(), "earlier", list(legs))

        to.write(write)

    def play(self, to: Logbook, until: datetime, *, words: bool = True) -> None:
        """Let everything arrive that was received up to a moment; without `words` positions alone."""
        to.append([_letter(fix) for fix in _taken(self.fixes, until)])
        actions, records = list(_taken(self.actions, until)), list(_kept(self.records, until))
        if words and (actions or records):
            to.write(partial(_write_words, actions, records))


def _all_fixes(reader: LogbookReader) -> Iterator[StoredFix]:
    seq = 0
    while some := reader.fixes_after(seq):
        yield from some
        seq = some[-1].seq


def _taken[T: (StoredFix, TakenAction)](waiting: deque[T], until: datetime) -> Iterator[T]:
    while waiting and waiting[0].received_at <= until:
        yield waiting.popleft()


def _kept(waiting: deque[Record], until: datetime) -> Iterator[Record]:
    while waiting and waiting[0].at <= until:
        yield waiting.popleft()


def _letter(fix: StoredFix) -> Letter:
    return Letter(fix.device_id, fix.driver_id, fix.source, fix.received_at, b"", Decoded(fixes=(fix.fix,)))


def _write_words(actions: Iterable[TakenAction], records: Iterable[Record], book) -> None:  # type: ignore[no-untyped-def]
    for taken in actions:
        book.put_action(replace(taken, n=0, withdrawn=False))
        if taken.action.kind is ActionKind.UNDO and (key := taken.action.body.get("key")):
            undone = book.action(taken.device_id, key)
            if undone is not None:
                book.put_action(replace(undone, withdrawn=True))
    for record in records:
        book.put_record(record)


@contextmanager
def replayed(driven: Driven, *, legs: Iterable[Leg] = (), words: bool = True) -> Iterator["Replay"]:
    """The day, ready to be told again in a logbook that knows the `legs` of an earlier day."""
    folder = driven.home.database(driven.day.slug).parent
    with closing(open_logbook(folder, clock=clock)) as logbook:
        tape = Tape(logbook, driven)
    for file in folder.glob(f"{LOGBOOK_NAME}*"):
        file.unlink()
    opening = partial(open_logbook, clock=clock)
    with open_workplace(
        driven.home, driven.day.slug, open_store=opener, open_logbook=opening, clock=clock
    ) as workplace:
        assert workplace.live is not None
        tape.begin(workplace.live.logbook, legs, datetime.combine(driven.day.on, datetime.min.time(), UTC))
        yield Replay(driven, workplace, tape, words)


class Replay:
    """A day that is told again."""

    def __init__(self, driven: Driven, workplace: Workplace, tape: Tape, words: bool) -> None:
        self.driven, self.workplace, self._tape, self._words = driven, workplace, tape, words
        assert workplace.live is not None
        self.live = workplace.live
        self.planned = self._look()
        """The day as it was planned, before anybody drove."""
        self._outlook = self.planned

    def _look(self) -> Outlook:
        day = self.workplace.store.read(lambda r: r.day(self.driven.day.on))
        return self.workplace.desk.look(day, why=False)

    def moments(self, more: Iterable[datetime], every: timedelta) -> list[datetime]:
        """From before the first shift to the end of the simulation: these, and one every so often."""
        begins = min(round_.starts_at for round_ in self._tape.rounds) - timedelta(minutes=30)
        ends = datetime.fromisoformat(self.driven.truth["until"]) + timedelta(minutes=5)
        found = {moment for moment in more if begins <= moment <= ends}
        while begins < ends:
            found.add(begins)
            begins += every
        return [moment for moment, _ in groupby(sorted(found | {ends}))]

    def at(self, moment: datetime) -> LiveDay | None:
        """How the day stands once everything has arrived that was received by then; `None` if nothing is new."""
        self._tape.play(self.live.logbook, moment, words=self._words)
        told = self.live.step(self._outlook, moment)
        if told is not None and told.news:  # as the window does: it reads the day again
            self._outlook = self._look()
            told = self.live.step(self._outlook, moment) or told
        return told

    def legs(self) -> list[Leg]:
        """What was learned of this day's drives."""
        self.live.keep()
        return [*self.live.logbook.read(lambda r: r.legs(self.driven.day.on))]
