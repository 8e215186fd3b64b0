"""Asks the insight desk: what is known at once, then what must be gathered first, then what is known now.

Knows no widget. All of it is long work of the window's runner; of each kind of question the newest wins.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance, Slot

from dispatcher.domain.errors import KnownError
from dispatcher.domain.progress import Progress
from dispatcher.services.insight import CutTable, FactRows, Gathered, InsightDesk, Scorecard, Span, Tile
from dispatcher.services.workplace import Workplace
from ui.insight.lines import Lines, lines_of_cut, lines_of_rows
from ui.insight.words import Units
from ui.runner import Job, OpRunner, Outcome

log = logging.getLogger(__name__)

AGAIN_MS = 60_000
"""So often today is gathered anew while it is looked at: a day of 1,000 stops takes a worker a good second."""
GATHERING = "Gathering the days"
MEASURING = "Measuring"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at."""

    span: Span
    compared: Span | None = None
    cut_id: str = "day"
    measure_id: str = ""

    @property
    def whole(self) -> Span:
        """All the dates that are needed."""
        return Span(self.compared.first, self.span.last) if self.compared else self.span


@dataclass(frozen=True, slots=True)
class Tiles:
    """Every measure."""

    span: Span
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Cutting:
    """A measure along a cut."""

    table: CutTable
    lines: Lines


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows of a number: of all, or of one line of a cut."""

    span: Span
    cut_id: str
    """Empty for the whole number."""
    key: str
    title: str
    rows: FactRows
    lines: Lines


@dataclass(frozen=True, slots=True)
class Cards:
    """Scorecards of a span."""

    span: Span
    cards: tuple[Scorecard, ...]


class InsightFeed(QObject):
    """GUI thread; answers come there too.

    Signals:
        tiles_read(Tiles), table_read(Cutting), rows_read(Behind), cards_read(Cards): answers.
        gathered(Gathered): the days asked for are as they are now.
        gathering_changed(float, str): so much of them, and what is done; below 0 when it has ended.
        failed(Exception): the question cannot be answered.
    """

    tiles_read = Signal(object)
    table_read = Signal(object)
    rows_read = Signal(object)
    cards_read = Signal(object)
    gathered = Signal(object)
    gathering_changed = Signal(float, str)
    failed = Signal(object)

    def __init__(self, workplace: Workplace, runner: OpRunner, units: Units, parent: QObject) -> None:
        super().__init__(parent)
        self._runner, self._units = runner, units
        self.desk = InsightDesk(workplace, clock=workplace.clock)
        self._asked: Asked | None = None
        self._drivers = self._stopped = self._resting = False
        self._gathering: Job | None = None
        self._showing: Job | None = None
        """What is known already is shown first: both at once would take each as long as both."""
        self._due = False
        """Days are to be gathered as soon as what is known is shown."""
        self._again = QTimer(self, singleShot=True, interval=AGAIN_MS)
        self._again.setObjectName("insight.again")
        self._again.timeout.connect(self._gather)
        runner.job_progressed.connect(self._on_progressed)
        runner.job_ended.connect(self._on_ended)

    @property
    def asked(self) -> Asked | None:
        """What is looked at now."""
        return self._asked

    # --- asking ---------------------------------------------------------------------------------------------------

    def follow(self, asked: Asked, *, drivers: bool) -> None:
        """Look at this from now on; scorecards too, where they are wanted. The days are gathered if they are others."""
        former, others = self._asked, drivers != self._drivers
        self._asked, self._drivers = asked, drivers
        if former is None or former.whole != asked.whole:
            self._due = True
            self._show()
        elif (former.span, former.compared) != (asked.span, asked.compared) or drivers or others:
            self._show()
        else:
            self._ask_table()

    def look(self) -> None:
        """Gather and read again now."""
        self._resting = False
        if self._asked:
            self._gather()

    def wake(self) -> None:
        """Somebody looks."""
        self._resting = False

    def rest(self) -> None:
        """Nobody looks: nothing is gathered by itself, until somebody does. What is begun is brought to its end."""
        self._resting = True
        self._again.stop()

    def _show(self) -> None:
        asked = self._asked
        if asked is None or self._stopped:
            return
        if self._drivers:
            cards = lambda _progress: Cards(asked.span, tuple(self.desk.scorecards(asked.span)))
            self._showing = self._start(cards, self.cards_read, "insight.shown")
            return
        tiles = lambda _progress: Tiles(asked.span, tuple(self.desk.tiles(asked.span, asked.compared)))
        self._showing = self._start(tiles, self.tiles_read, "insight.shown")
        self._ask_table()

    def _ask_table(self) -> None:
        asked = self._asked
        if asked is None or not asked.measure_id or self._drivers or self._stopped:
            return

        def work(_progress: Progress) -> Cutting:
            table = self.desk.table(asked.measure_id, asked.cut_id, asked.span, asked.compared)
            return Cutting(table, lines_of_cut(table, self._units))

        self._start(work, self.table_read, "insight.table")

    def open_rows(self, key: str, title: str, *, whole: bool = False) -> None:
        """The rows behind one line of the cut, or behind the whole number."""
        asked = self._asked
        if asked is None or self._stopped:
            return
        cut_id = "" if whole else asked.cut_id

        def work(_progress: Progress) -> Behind:
            rows = self.desk.rows(asked.measure_id, asked.span, cut_id=cut_id, key=key)
            return Behind(asked.span, cut_id, key, title, rows, lines_of_rows(rows, self._units))

        self._start(work, self.rows_read, "insight.rows")

    def _start(
        self, work: Callable[[Progress], object], answer: SignalInstance, key: str, *, title: str = MEASURING
    ) -> Job:
        return self._runner.start(work, title=title, on_done=answer.emit, on_failed=self._on_failed, latest_key=key)

    # --- gathering ------------------------------------------------------------------------------------------------

    @Slot()
    def _gather(self) -> None:
        asked, self._due = self._asked, False
        self._again.stop()
        if asked is None or self._stopped:
            return
        work = lambda progress: self.desk.gather(asked.whole, progress)
        self._gathering = self._runner.start(
            work, title=GATHERING, on_done=self._on_gathered, on_failed=self._on_failed, latest_key="insight.gather"
        )
        self.gathering_changed.emit(0.0, "")

    def cancel(self) -> None:
        """Gather no further; what is gathered already is shown."""
        if self._gathering:
            self._gathering.cancel()

    @property
    def gathering(self) -> bool:
        """Whether days are being gathered, or about to be."""
        return self._gathering is not None or self._due

    @Slot(object)
    def _on_gathered(self, gathered: Gathered) -> None:
        self.gathered.emit(gathered)

    @Slot(object)
    def _on_progressed(self, job: Job) -> None:
        if job is self._gathering:
            self.gathering_changed.emit(job.fraction, job.text)

    @Slot(object)
    def _on_ended(self, job: Job) -> None:
        """Whether all of it was gathered or not: what there is now is shown."""
        if job is self._showing:
            self._showing = None
            if self._due and not self._resting:
                self._gather()
        if job is not self._gathering:
            return
        self._gathering = None
        if self._stopped:
            return
        self.gathering_changed.emit(-1.0, "")
        self._show()
        today = self._asked is not None and self._asked.span.last >= self.desk.today
        if job.outcome is Outcome.DONE and today and not self._resting:
            self._again.start()

    @Slot(object)
    def _on_failed(self, fault: Exception) -> None:
        if not isinstance(fault, KnownError):
            log.warning("cannot answer what was asked of the measures", exc_info=fault)
        self.failed.emit(fault)

    def stop(self) -> None:
        """Ask no more. Before the runner is stopped."""
        self._stopped = True
        self._again.stop()
        self.cancel()
