"""What is looked up of a proof before it is shown: its pictures, its stop as it was sent, where the driver was.

Read and decoded by workers; the proofs before and after the one shown are fetched ahead.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from dispatcher.domain.errors import BadInput
from dispatcher.domain.place import Place
from dispatcher.domain.progress import Progress
from dispatcher.domain.proof import FailureReason
from dispatcher.domain.review import Proof
from dispatcher.domain.tracking import Visit
from dispatcher.services.driving_round import stop_of
from dispatcher.services.evidence import ProofFile, proof_files
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.workplace import Workplace
from ui.parts.pictures import read_picture
from ui.runner import Job, OpRunner

TITLE = "Looking at the proof"
KEPT = 8
"""So many proofs stay decoded."""
LARGEST = QSize(1_600, 1_600)
"""As large as the clean copies are."""

type Track = Sequence[Sequence[tuple[float, float]]]
type TrackNear = Callable[[Proof], Track]


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo, or why there is none."""

    sha256: str
    image: QImage = field(default_factory=QImage, compare=False)
    fault: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found of one proof."""

    key: str
    pictures: tuple[Picture, ...] = ()
    stop: Place | None = None
    planned_at: datetime | None = None
    """As it was sent to the driver last."""
    lines: tuple[tuple[float, str], ...] = ()
    """Quantity and name of each article."""
    currency: str = ""
    reasons: Mapping[str, FailureReason] = field(default_factory=dict)
    visit: Visit | None = None
    track: Track = ()
    waiting: bool = False
    """Photos are not here that may come yet."""
    final: bool = True
    """Nothing more is to come: all photos are here, and the driver has left."""


def look_up(workplace: Workplace, track_near: TrackNear, proof: Proof) -> Looked:
    """Runs on a worker."""
    assert workplace.live is not None
    depot, attempt = workplace.depot, proof.attempt
    stop, visit = workplace.live.logbook.read(lambda reader: _as_sent(reader, proof))
    order = workplace.store.read(lambda r: r.order(attempt.order_id))
    files = proof_files(workplace, attempt)
    place = order.address.place if order else None
    if stop and stop.get("lat") is not None:
        place = Place(stop["lat"], stop["lon"])
    lines = [(line["quantity"], line["name"]) for line in stop["lines"]] if stop else []
    if not stop and order:
        lines = [(line.quantity, line.name) for line in order.lines]
    return Looked(
        proof.attempt.key,
        tuple(map(_picture, files)),
        place,
        datetime.fromisoformat(stop["arrives_at"]) if stop and stop.get("arrives_at") else None,
        tuple(lines),
        depot.currency,
        depot.road.reason_by_code,
        visit,
        track_near(proof),
        waiting=any(not file.path for file in files),
        final=all(file.path for file in files) and bool(visit and visit.departed_at),
    )


def _as_sent(reader: LogbookReader, proof: Proof) -> tuple[Mapping[str, Any] | None, Visit | None]:
    round_ = reader.round(proof.shift_id)
    visits = [v for v in reader.visits([proof.shift_id]) if v.order_id == proof.attempt.order_id]
    before = [v for v in visits if v.arrived_at <= proof.attempt.at] or visits
    return stop_of(round_, proof.attempt.order_id) if round_ else None, before[-1] if before else None


def _picture(file: ProofFile) -> Picture:
    if file.path is None:
        return Picture(file.sha256, fault=file.fault, taken_at=file.taken_at)
    try:
        return Picture(file.sha256, read_picture(file.path, LARGEST), taken_at=file.taken_at)
    except BadInput as fault:
        return Picture(file.sha256, fault=str(fault), taken_at=file.taken_at)


class Ahead(QObject):
    """Fetches the proof that is shown, and those next to it before they are. GUI thread.

    Signals:
        found(Looked): another proof is ready to be shown.
        failed(str, Exception): the proof with this key could not be looked at.
    """

    found = Signal(object)
    failed = Signal(str, object)

    def __init__(self, workplace: Workplace, track_near: TrackNear, runner: OpRunner, parent: QObject) -> None:
        super().__init__(parent)
        self._workplace, self._track_near, self._runner = workplace, track_near, runner
        self._kept: OrderedDict[str, Looked] = OrderedDict()
        self._stale: set[str] = set()
        """To be looked at again; what was found is good until then."""
        self._jobs: dict[str, Job] = {}

    def look(self, proofs: Sequence[Proof]) -> Looked | None:
        """Fetch these in their order, and nothing that was wanted before; what is there already of the first."""
        wanted = {proof.attempt.key for proof in proofs}
        for key, job in list(self._jobs.items()):
            if key not in wanted or job.outcome is not None:
                job.cancel()
                del self._jobs[key]
        for proof in proofs:
            self._fetch(proof)
        first = self._kept.get(proofs[0].attempt.key) if proofs else None
        if first:
            self._kept.move_to_end(first.key)
        return first

    def _fetch(self, proof: Proof) -> None:
        key = proof.attempt.key
        if (key in self._kept and key not in self._stale) or key in self._jobs or self._runner.stopping:
            return
        work: Callable[[Progress], Looked] = lambda _progress: look_up(self._workplace, self._track_near, proof)
        self._jobs[key] = self._runner.start(
            work, title=TITLE, on_done=self._on_found, on_failed=lambda fault: self.failed.emit(key, fault)
        )

    def _on_found(self, looked: Looked) -> None:
        self._jobs.pop(looked.key, None)
        self._stale.discard(looked.key)
        self._kept[looked.key] = looked
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        self.found.emit(looked)

    def forget_unfinished(self) -> None:
        """Of what was looked at, look again at that of which more was to come."""
        self._stale |= {key for key, looked in self._kept.items() if not looked.final}

    def forget(self) -> None:
        """Keep nothing: another day."""
        self.look(())
        self._kept.clear()
        self._stale.clear()
