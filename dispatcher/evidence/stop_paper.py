"""Evidence for one stop as people read it: facts, pictures, the signature as drawn, a map, the log of records."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from dispatcher.domain.place import Bounds
from dispatcher.domain.proof import Ink
from dispatcher.evidence.day_report import Facts
from dispatcher.evidence.map import Ground, Map
from dispatcher.evidence.paper import Paper

INK_WIDTH, INK_HEIGHT = 90 * mm, 50 * mm


@dataclass(frozen=True, slots=True)
class StopPaper:
    """What is printed, in words; pictures as files."""

    title: str
    made: str
    door: Facts
    times: Facts
    where: Facts
    lines: Sequence[str] = ()
    flags: Sequence[str] = ()
    decisions: Facts = ()
    log: Sequence[tuple[str, str, str, str]] = ()
    """Number, time, what, hash."""
    photos: Sequence[tuple[bytes, str]] = ()
    """The clean copy, and words; no bytes where there is none to show."""
    ink: Ink | None = None
    signed_by: str = ""
    ground: Ground = field(default_factory=Ground)
    streets: tuple[bytes, Bounds] | None = None
    """A picture of the streets, and exactly what it shows."""
    credit: str = ""
    head: Facts = ()
    standing: str = ""
    """In a sentence: signed by whom, or not."""


def stop_pdf(told: StopPaper) -> bytes:
    """The file, without its attachments."""
    paper = Paper(told.title, told.made)
    paper.heading("At the door")
    paper.facts(told.door)
    for line in told.lines:
        paper.text(line)
    paper.heading("Times")
    paper.facts(told.times)
    _pictures(paper, told)
    paper.heading("Where")
    paper.facts(told.where)
    picture, bounds = told.streets or (None, told.ground.bounds)
    if bounds:
        words = "Square: the stop. Dot and circle: the phone and its accuracy. Line: the driven track. North is up."
        paper.drawing(Map(told.ground, bounds, picture), " ".join(filter(None, (words, told.credit))))
    if told.flags or told.decisions:
        paper.heading("Looked at")
        for flag in told.flags:
            paper.text(f"Finding: {flag}")
        paper.facts(told.decisions)
    _log(paper, told)
    return paper.pdf()


def _pictures(paper: Paper, told: StopPaper) -> None:
    if told.ink:
        paper.heading("Signature")
        paper.drawing(Drawn(told.ink), told.signed_by)
    if told.photos:
        paper.heading("Photos")
    for data, words in told.photos:
        if data:
            paper.picture(data, words)
        else:
            paper.text(words)


def _log(paper: Paper, told: StopPaper) -> None:
    paper.heading("Records of the chain")
    paper.table(("No.", "Time", "What", "Hash"), told.log, (1, 3, 3, 5))
    paper.heading("The day's head")
    paper.text(told.standing)
    paper.facts(told.head, code=True)
    paper.text(
        "Attached to this file: evidence.json, with these records, their salts, and the proof that each belongs to the "
        "day's head; and the original photos. Verify it anywhere: roundhouse evidence --verify FILE.pdf. Compare the "
        "fingerprint with the one on the depot's day report.",
        small=True,
    )


class Drawn(Flowable):  # type: ignore[misc]
    """A signature from its strokes."""

    def __init__(self, ink: Ink) -> None:
        super().__init__()
        share = min(INK_WIDTH / ink.width, INK_HEIGHT / ink.height)
        self._ink, self.hAlign = ink, "LEFT"
        self.width, self.height = ink.width * share, ink.height * share

    def wrap(self, *_room: float) -> tuple[float, float]:
        """As large as it is."""
        return self.width, self.height

    def draw(self) -> None:
        """Reportlab calls this, with `self.canv` at the lower left corner."""
        canvas: Any = self.canv
        canvas.setStrokeColor(colors.HexColor("#d0d7de"))
        canvas.setLineWidth(0.4)
        canvas.rect(0, 0, self.width, self.height)
        canvas.setStrokeColor(colors.black)
        canvas.setLineWidth(1.2)
        canvas.setLineCap(1)
        canvas.setLineJoin(1)
        for stroke in self._ink.strokes:
            path = canvas.beginPath()
            for n, (x, y, _) in enumerate(stroke):
                (path.lineTo if n else path.moveTo)(x * self.width, (1 - y) * self.height)
            if len(stroke) == 1:
                path.lineTo(stroke[0][0] * self.width, (1 - stroke[0][1]) * self.height)
            canvas.drawPath(path)
