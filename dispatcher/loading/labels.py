"""Labels: one to a piece, 100 × 62 mm, a page each as label printers want them. Words in, PDF out."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from dispatcher.loading.codes import draw_code

WIDTH, HEIGHT = 100 * mm, 62 * mm
_EDGE = 5 * mm
_TURN = 34 * mm
"""Room at the right for the turn."""


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on one piece."""

    code: str
    number: str
    """The order's."""
    piece: str
    """"2 of 3"."""
    round_name: str
    turn: int
    place: str
    """Where in the van."""
    name: str
    address: Sequence[str]
    """Lines."""
    day: str


def labels_pdf(labels: Sequence[Label], faces: tuple[str, str]) -> bytes:
    """A page for each. `faces` are the names of the plain and the bold typeface."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT))
    canvas.setTitle("Labels")
    for label in labels:
        _draw(canvas, label, faces)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _draw(canvas: Canvas, label: Label, faces: tuple[str, str]) -> None:
    plain, bold = faces
    top, wide = HEIGHT - _EDGE, WIDTH - 2 * _EDGE
    _fit(canvas, label.round_name, bold, 15, _EDGE, top - 5 * mm, wide - _TURN)
    canvas.setFont(bold, 34)
    canvas.drawRightString(WIDTH - _EDGE, top - 9.5 * mm, str(label.turn))
    canvas.setFont(plain, 8)
    canvas.drawRightString(WIDTH - _EDGE, top - 13.5 * mm, "stop")
    _fit(canvas, f"{label.day}   {label.place}", plain, 8, _EDGE, top - 10 * mm, wide - 22 * mm)
    _fit(canvas, label.name, bold, 11, _EDGE, top - 18 * mm, wide)
    lines = [part for line in label.address for part in simpleSplit(line, plain, 10, wide)][:2]
    for n, line in enumerate(lines):
        _fit(canvas, line, plain, 10, _EDGE, top - (22.5 + 4.5 * n) * mm, wide)
    draw_code(canvas, label.code, _EDGE, _EDGE + 5 * mm, wide, 15 * mm)
    _fit(canvas, label.number, plain, 9, _EDGE, _EDGE, wide - 30 * mm)
    canvas.setFont(bold, 11)
    canvas.drawRightString(WIDTH - _EDGE, _EDGE, label.piece)


def _fit(canvas: Canvas, text: str, face: str, size: float, x: float, y: float, width: float) -> None:
    """A line, cut where there is no more room."""
    kept = text
    while kept and stringWidth(kept if kept == text else f"{kept}…", face, size) > width:
        kept = kept[:-1]
    canvas.setFont(face, size)
    canvas.drawString(x, y, text if kept == text else f"{kept.rstrip()}…")
