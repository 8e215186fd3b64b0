"""What the inspector wants to know besides: signatures and photos, and what drivers said of their rounds.

Lives in the GUI thread; reading and decoding are done by workers.
"""

from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from dispatcher.domain.errors import BadInput
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress
from dispatcher.services.evidence import ProofFile, proof_files, round_told, signature_png
from dispatcher.services.workplace import Workplace
from ui import format as fmt
from ui.board.door import Looked, OfAttempt, OfRound, Wanted
from ui.board.inspector import Inspector
from ui.board.parts import Shot
from ui.board.proof_view import ProofView
from ui.day import DayBoard
from ui.parts.pictures import read_picture
from ui.runner import OpRunner
from ui.theme import Theme

THUMB = QSize(220, 165)
"""As shown on the page; decoded twice as large for sharp screens."""
SHARP = 2
LARGE_PX = 1_200
SIGNATURE = "signature"
AGAIN_MS = 5_000
"""A photo that has not come yet is looked for so often."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a worker brings."""

    looked: Looked
    images: dict[str, QImage] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    waiting: bool = False
    """Some of it may come yet."""


class ProofDesk(QObject):
    """Looks up what the inspector wants, and shows pictures large. Owned by the board."""

    def __init__(
        self,
        inspector: Inspector,
        board: DayBoard,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._inspector, self._board = inspector, board
        self._workplace, self._runner = workplace, runner
        self._wanted: Wanted | None = None
        self._found: Found | None = None
        self.view = ProofView(theme, window)
        self._again = QTimer(self, interval=AGAIN_MS, singleShot=True)
        self._again.timeout.connect(self._look)
        inspector.wanted.connect(self._on_wanted)
        inspector.shot_opened.connect(self.open)

    @Slot(object)
    def _on_wanted(self, wanted: Wanted | None) -> None:
        self._wanted = wanted
        self._look()

    @Slot()
    def _look(self) -> None:
        self._again.stop()
        wanted, day = self._wanted, self._board.day
        if wanted is None or day is None:
            return

        def work(_progress: Progress) -> Found:
            return _looked_up(self._workplace, day, wanted)

        self._runner.start(work, title="Reading the proofs", on_done=self._on_found, latest_key="proofs")

    def _on_found(self, found: Found) -> None:
        if found.looked.wanted != self._wanted:
            return
        self._found = found
        self._inspector.show_looked(found.looked, found.images)
        if found.waiting:
            self._again.start()

    @Slot(str)
    def open(self, name: str) -> None:
        """Show one of the pictures large."""
        found = self._found
        shot = next((shot for shot in found.looked.shots if shot.name == name), None) if found else None
        if found is None or shot is None:
            return
        wanted, file = found.looked.wanted, found.files.get(name)

        def work(_progress: Progress) -> QImage:
            if file is not None:
                return read_picture(file)
            assert isinstance(wanted, OfAttempt)
            return _signature(wanted, LARGE_PX)

        done = lambda image: self.view.show_picture(image, shot.caption)
        self._runner.start(work, title="Opening the picture", on_done=done, latest_key="proof")


def _looked_up(workplace: Workplace, day: Day, wanted: Wanted) -> Found:
    """Runs on a worker."""
    if isinstance(wanted, OfRound):
        return Found(Looked(wanted, told=round_told(workplace, day, wanted.shift_id, wanted.visited)))
    images: dict[str, QImage] = {}
    shots: list[Shot] = []
    files = proof_files(workplace, wanted.attempt)
    if wanted.attempt.ink:
        images[SIGNATURE] = _signature(wanted, THUMB.width() * SHARP)
        shots.append(_shot(SIGNATURE, _signed(wanted), images[SIGNATURE]))
    paths = {file.sha256: file.path for file in files if file.path}
    for turn, file in enumerate(files, 1):
        shots.append(_photo(day, file, f"Photo {turn}" if len(files) > 1 else "Photo", images))
    return Found(Looked(wanted, tuple(shots)), images, paths, waiting=any(not file.path for file in files))


def _signed(wanted: OfAttempt) -> str:
    return f"Signed by {wanted.attempt.name}" if wanted.attempt.name else "Signature"


def _photo(day: Day, file: ProofFile, caption: str, images: dict[str, QImage]) -> Shot:
    if file.taken_at:
        caption = f"{caption}, {fmt.clock(file.taken_at, day.depot.zone, day.date)}"
    if file.path is None:
        return Shot("", caption, fault=file.fault)
    try:
        images[file.sha256] = read_picture(file.path, THUMB * SHARP)
    except BadInput as fault:
        return Shot("", caption, fault=str(fault))
    return _shot(file.sha256, caption, images[file.sha256])


def _shot(name: str, caption: str, image: QImage) -> Shot:
    size = image.size().scaled(THUMB, Qt.AspectRatioMode.KeepAspectRatio)
    return Shot(name, caption, size.width(), size.height())


def _signature(wanted: OfAttempt, width: int) -> QImage:
    return QImage.fromData(signature_png(wanted.attempt, width) or b"")
