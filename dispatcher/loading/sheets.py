"""Load sheets and run sheets on A4: a table under the round's name, with a code to a stop. Words in, PDF out."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

from dispatcher.loading.codes import draw_square

_EDGE = 14 * mm
_WIDTH = A4[0] - 2 * _EDGE
_RULE = colors.HexColor("#9aa3af")
BOX = "\u2610"
"""Where a hand ticks."""
SIGN = 13 * mm


@dataclass(frozen=True, slots=True)
class Cell:
    """A code in a cell."""

    code: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """One round's sheet."""

    title: str
    facts: str
    """Below the title."""
    code: str
    """Of the round, at the top right."""
    headers: Sequence[str]
    shares: Sequence[float]
    """Of the width, one a column."""
    rows: Sequence[Sequence[str | Cell]]
    foot: str = ""
    """To be signed."""
    ruled: bool = False
    """Whether lines stand between the columns, for a hand to write in."""


class _Code(Flowable):  # type: ignore[misc]
    def __init__(self, code: str, side: float) -> None:
        super().__init__()
        self._code, self.width, self.height = code, side, side

    def draw(self) -> None:
        draw_square(self.canv, self._code, 0, 0, self.width)


class _Box(Flowable):  # type: ignore[misc]
    """An empty box; not every typeface has one."""

    def __init__(self) -> None:
        super().__init__()
        self.width = self.height = 4 * mm

    def draw(self) -> None:
        self.canv.setLineWidth(0.6)
        self.canv.rect(0, 0, self.width, self.height)


def sheets_pdf(sheets: Sequence[Sheet], faces: tuple[str, str], *, title: str) -> bytes:
    """Each begins on a page of its own. `faces` are the names of the plain and the bold typeface."""
    feet: list[str] = []
    for sheet in sheets:
        counting = _paper(io.BytesIO(), title)
        counting.build(_story(sheet, faces))
        feet += [f"{sheet.title}   page {n} of {counting.page}" for n in range(1, counting.page + 1)]
    story: list[Flowable] = []
    for n, sheet in enumerate(sheets):
        story += [PageBreak()] * bool(n)
        story += _story(sheet, faces)
    file = io.BytesIO()
    number = partial(_number, face=faces[0], feet=feet)
    _paper(file, title).build(story, onFirstPage=number, onLaterPages=number)
    return file.getvalue()


def _paper(file: io.BytesIO, title: str) -> SimpleDocTemplate:
    edges = {f"{side}Margin": _EDGE for side in ("left", "right", "top", "bottom")}
    return SimpleDocTemplate(file, pagesize=A4, title=title, **edges)


def _story(sheet: Sheet, faces: tuple[str, str]) -> list[Flowable]:
    plain, bold = faces
    text = ParagraphStyle("text", fontName=plain, fontSize=9, leading=11)
    head = ParagraphStyle("head", text, fontSize=7.5, textColor=colors.HexColor("#57606a"))
    title = ParagraphStyle("title", fontName=bold, fontSize=17, leading=21)
    top = Table(
        [
            [
                [Paragraph(escape(sheet.title), title), _words(sheet.facts, text)],
                _Code(sheet.code, 20 * mm),
            ]
        ],
        colWidths=[_WIDTH - 20 * mm, 20 * mm],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)],
    )
    cells: list[list[Any]] = [[Paragraph(escape(word), head) for word in sheet.headers]]
    cells += [[_cell(cell, text) for cell in row] for row in sheet.rows]
    total = sum(sheet.shares)
    rule: list[Any] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.3, _RULE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 1),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    if sheet.ruled:
        rule += [("INNERGRID", (0, 0), (-1, -1), 0.3, _RULE), ("BOX", (0, 0), (-1, -1), 0.3, _RULE)]
    table = Table(cells, colWidths=[_WIDTH * share / total for share in sheet.shares], repeatRows=1, style=rule)
    foot = [Spacer(0, 6 * mm), _words(sheet.foot, text)] if sheet.foot else []
    return [top, Spacer(0, 3 * mm), table, *foot]


def _cell(cell: str | Cell, style: ParagraphStyle) -> Flowable:
    if isinstance(cell, Cell):
        return _Code(cell.code, SIGN)
    return _Box() if cell == BOX else _words(cell, style)


def _words(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), style)


def _number(canvas: Canvas, _paper: Any, *, face: str, feet: Sequence[str]) -> None:
    canvas.setFont(face, 7.5)
    canvas.drawRightString(A4[0] - _EDGE, 8 * mm, feet[canvas.getPageNumber() - 1])
