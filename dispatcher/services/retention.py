"""What is kept no longer than the depot's habits say: tracks, photos, codes, the words of messages and of proofs go.

What was made of tracks stays, and so does the chain of proofs: a record whose words went keeps the hash of what it
said. Nothing that a legal hold stands on goes. All is done in slices, may be ended between any two, and goes on where
it was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import batched
from pathlib import Path

from dispatcher.domain.errors import Cancelled, KnownError
from dispatcher.domain.keeping import Due, KeptKind, Spared
from dispatcher.domain.progress import Progress
from dispatcher.services.clocks import DepotClock
from dispatcher.services.holds import WORDS_GONE, spared
from dispatcher.services.logbook import Logbook
from dispatcher.services.retention_log import RunKind, write_down
from dispatcher.services.retention_proofs import PIECE, ProofWords
from dispatcher.services.workplace import Workplace

KEEP_UNREADABLE_DAYS = 60
"""What phones sent of actions that nobody can read: long enough to look into it."""
KEEP_UPLOADS_DAYS = 14
"""Photos that came in part and no further."""
CURSOR = "forgotten"
"""The logbook's note of the day, as an ordinal, on which this was done last."""


@dataclass(frozen=True, slots=True)
class DueKind:
    """One kind as it stands with its time."""

    kind: KeptKind
    days: int
    """For how long it is kept."""
    before: datetime
    """What is older is due."""
    due: Due = field(default_factory=Due)


@dataclass(frozen=True, slots=True)
class Retention:
    """What would go, or went, at a moment."""

    at: datetime
    kinds: tuple[DueKind, ...]
    held: int = 0
    """Orders under hold: nothing of them is among it."""

    @property
    def rows(self) -> int:
        """Of all kinds."""
        return sum(each.due.rows for each in self.kinds)


def limits(workplace: Workplace) -> tuple[DueKind, ...]:
    """For how long each kind is kept, and from when back it is due."""
    policy, now = workplace.depot.road, workplace.clock()
    days = {
        KeptKind.TRACKS: policy.keep_tracks_days,
        KeptKind.PHOTOS: policy.keep_photos_days,
        KeptKind.CODES: policy.keep_codes_days,
        KeptKind.MESSAGES: policy.keep_messages_days,
        KeptKind.PROOFS: policy.keep_proofs_days,
        KeptKind.UNREADABLE: KEEP_UNREADABLE_DAYS,
        KeptKind.UPLOADS: KEEP_UPLOADS_DAYS,
    }
    return tuple(DueKind(kind, days[kind], now - timedelta(days=days[kind])) for kind in KeptKind)


def dry_run(workplace: Workplace, progress: Progress | None = None) -> Retention:
    """What would go now, and nothing goes. Takes a while where much is kept. Raises `Cancelled`."""
    if workplace.live is None:
        return Retention(workplace.clock(), limits(workplace))
    run = _Run(workplace, workplace.live.logbook, progress)
    return run.told({each.kind: run.due(each) for each in run.kinds()})


def forget(workplace: Workplace, progress: Progress | None = None, *, by: str = "") -> Retention:
    """Let go what is due, and write down what went; of a run that is cancelled, too, before `Cancelled` is raised.

    Raises `KnownError` where nothing may go: in a copy, without a logbook, or at a time that is made up.
    """
    if workplace.live is None or workplace.what_if is not None:
        raise KnownError("Nothing is let go here.", "Do it in the depot's own window.")
    if _simulated(workplace):
        raise KnownError("A simulation has made it another day.", "Wait until it ends: nothing goes by such a date.")
    run, gone = _Run(workplace, workplace.live.logbook, progress), dict[KeptKind, Due]()
    try:
        for each in run.kinds():
            gone[each.kind] = Due()
            for went in run.forget(each):
                gone[each.kind] += went
    finally:
        counts = {kind.key: due.rows for kind, due in gone.items() if due.rows}
        if counts or by:
            size = sum(due.size for due in gone.values())
            write_down(workplace, RunKind.FORGOT, by=by, counts={**counts, "bytes": size})
    return run.told(gone)


def forget_today(workplace: Workplace, progress: Progress | None = None) -> Mapping[str, int]:
    """Forget what is due, once a day; how many rows of each kind went. Takes a while after a long absence."""
    if workplace.live is None or workplace.what_if is not None or _simulated(workplace):
        return {}
    logbook, today = workplace.live.logbook, workplace.today.toordinal()
    if logbook.read(lambda reader: reader.cursor(CURSOR)) >= today:
        return {}
    gone = forget(workplace, progress)
    logbook.write(lambda book: book.put_cursor(CURSOR, today))
    return {each.kind.key: each.due.rows for each in gone.kinds}


def photos_of(workplace: Workplace) -> Path:
    """Where a depot keeps the files of its proofs."""
    return workplace.home.database(workplace.slug).parent / "proofs"


def _simulated(workplace: Workplace) -> bool:
    """Whether it is another day here than it is: nothing is deleted by a date that is made up."""
    return isinstance(workplace.clock, DepotClock) and workplace.clock.simulated is not None


class _Run:
    """One going through of all that is kept."""

    def __init__(self, workplace: Workplace, logbook: Logbook, progress: Progress | None) -> None:
        self._logbook, self._progress = logbook, progress
        self._folder, self._now = photos_of(workplace), workplace.clock()
        self._limits = limits(workplace)
        self._zone = workplace.depot.zone
        self._words = ProofWords(logbook, self._now, self._tick)

    def kinds(self) -> Iterator[DueKind]:
        """One after the other, telling how far it is."""
        for place, each in enumerate(self._limits):
            self._tick()
            if self._progress is not None:
                self._progress.report(place / len(self._limits), each.kind.value.capitalize())
            yield each

    def told(self, due: Mapping[KeptKind, Due]) -> Retention:
        held = len(self._logbook.read(lambda reader: reader.holds()))
        kinds = (DueKind(k.kind, k.days, k.before, due.get(k.kind, Due())) for k in self._limits)
        return Retention(self._now, tuple(kinds), held)

    def due(self, each: DueKind) -> Due:
        """What would go of this kind."""
        match each.kind:
            case KeptKind.PHOTOS | KeptKind.UPLOADS:
                return sum((_size(file) for file in self._old_files(each)), Due())
            case KeptKind.PROOFS:
                return self._words.due(self._last(each))
            case kind:
                options = {"spared": self._spared(), "since": self._since(kind)}
                return self._logbook.due(each.before, [kind.key], **options)[kind.key]  # type: ignore[arg-type]

    def forget(self, each: DueKind) -> Iterator[Due]:
        """Let it go, bit by bit; each time what went."""
        match each.kind:
            case KeptKind.PHOTOS | KeptKind.UPLOADS:
                yield from self._forget_files(each)
            case KeptKind.PROOFS:
                yield from self._words.forget(self._last(each))
            case kind:
                yield self._forget_rows(kind, each.before)

    def _last(self, each: DueKind) -> date:
        """The last date of which all is due."""
        return each.before.astimezone(self._zone).date() - timedelta(days=1)

    def _spared(self) -> Spared:
        """Asked anew for every kind: somebody may put an order under hold meanwhile."""
        return self._logbook.read(spared)

    def _tick(self) -> None:
        if self._progress is not None and self._progress.cancelled():
            raise Cancelled

    # --- rows of the logbook ---------------------------------------------------------------------------------------

    def _since(self, kind: KeptKind) -> datetime | None:
        """From when on there are words left; `None` for kinds of which whole rows go."""
        gone = self._logbook.read(lambda reader: reader.cursor(WORDS_GONE))
        known = kind is KeptKind.MESSAGES and gone > 0
        return datetime.combine(date.fromordinal(gone), time(), UTC) if known else None

    def _forget_rows(self, kind: KeptKind, before: datetime) -> Due:
        gone = self._logbook.forget(before, [kind.key], spared=self._spared(), since=self._since(kind), tick=self._tick)
        if kind is KeptKind.MESSAGES:
            self._note(WORDS_GONE, before.date())
        return Due(gone[kind.key])

    def _note(self, cursor: str, on: date) -> None:
        self._logbook.write(lambda book: book.put_cursor(cursor, on.toordinal()))

    # --- files -----------------------------------------------------------------------------------------------------

    def _old_files(self, each: DueKind) -> Iterator[Path]:
        """Originals and the copies made of them came together."""
        held = self._spared().photos
        pattern = "??/??/*" if each.kind is KeptKind.PHOTOS else "arriving/*/*"
        for file in self._folder.glob(pattern):
            self._tick()
            if file.name not in held and _modified(file) < each.before.timestamp():
                yield file

    def _forget_files(self, each: DueKind) -> Iterator[Due]:
        """Of uploads only what is one counts, not the account beside it."""
        for some in batched(list(self._old_files(each)), PIECE):
            held = self._spared().photos  # somebody may have put an order under hold meanwhile
            for file in some:
                self._tick()
                if file.name not in held:
                    went = _size(file)
                    file.unlink(missing_ok=True)
                    yield went if each.kind is KeptKind.PHOTOS or file.suffix == ".part" else Due()


def _modified(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except FileNotFoundError:  # the gateway finished an upload meanwhile
        return float("inf")


def _size(file: Path) -> Due:
    try:
        known = file.stat()
    except FileNotFoundError:
        return Due()
    return Due(1, datetime.fromtimestamp(known.st_mtime, UTC), known.st_size)
