"""Sheets of A4 with headings, facts, tables and pictures, which both kinds of evidence are made of. Text in, PDF out.

Whatever comes from people is escaped here, and nowhere else.
"""

import io
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from PIL import ImageFont
from reportlab.lib import colors
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Flowable, Image, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

MARGIN = 18 * mm
WIDTH = A4[0] - 2 * MARGIN
LABEL_WIDTH = 38 * mm
_PAD = 6
"""Points that reportlab keeps free within a frame."""
QUIET = colors.HexColor("#57606a")
RULE = colors.HexColor("#d0d7de")
_FACES = (
    ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("segoeui.ttf", "segoeuib.ttf"),
    ("Arial Unicode.ttf", "Arial Bold.ttf"),
    ("arial.ttf", "arialbd.ttf"),
    ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("Vera.ttf", "VeraBd.ttf"),
)
"""Plain and bold, the system's first; the last comes with reportlab and knows Western letters only."""


@cache
def faces() -> tuple[str, str]:
    """Names of the plain and the bold face, embedded in every file: it looks the same wherever it is opened."""
    for plain, bold in _FACES:
        try:
            for name, file in (("Plain", plain), ("Bold", bold)):
                pdfmetrics.registerFont(TTFont(name, _path(file)))
        except (OSError, TTFError):
            continue
        return "Plain", "Bold"
    return "Helvetica", "Helvetica-Bold"


def _path(file: str) -> str:
    """Where the system keeps it; reportlab looks among its own if nowhere."""
    try:
        return str(ImageFont.truetype(file).path)
    except OSError:
        return file


class Paper:
    """Collects what is to be printed, top to bottom. One thread."""

    def __init__(self, title: str, subtitle: str = "") -> None:
        self._title, self._story = title, list[Flowable]()
        plain, bold = faces()
        self._text = ParagraphStyle("text", fontName=plain, fontSize=9, leading=12)
        self._small = ParagraphStyle("small", self._text, fontSize=7.5, leading=10, textColor=QUIET)
        self._label = ParagraphStyle("label", self._small, leading=12)
        self._code = ParagraphStyle("code", self._small, splitLongWords=True, wordWrap="CJK")  # breaks hashes anywhere
        self._bold = ParagraphStyle("bold", self._text, fontName=bold)
        self._right = ParagraphStyle("right", self._text, alignment=TA_RIGHT)
        self._head = ParagraphStyle(
            "head", self._bold, fontSize=12, leading=16, spaceBefore=10, spaceAfter=4, keepWithNext=1
        )
        self._story.append(Paragraph(_safe(title), ParagraphStyle("title", self._bold, fontSize=17, leading=22)))
        if subtitle:
            self._story.append(Paragraph(_safe(subtitle), self._small))

    def heading(self, text: str) -> None:
        """Begin a section."""
        self._story.append(Paragraph(_safe(text), self._head))

    def text(self, text: str, *, small: bool = False) -> None:
        """A paragraph."""
        self._story.append(Paragraph(_safe(text), self._small if small else self._text))

    def facts(self, facts: Iterable[tuple[str, str]], *, code: bool = False) -> None:
        """Labels and values, one a line; those without a value are left out. `code`: hashes, broken anywhere."""
        style = self._code if code else self._text
        rows = [[self._cell(label, self._label), self._cell(value, style)] for label, value in facts if value]
        if rows:
            self._add_table(rows, [LABEL_WIDTH, WIDTH - LABEL_WIDTH])

    def table(self, headers: Sequence[str], rows: Iterable[Sequence[str]], shares: Sequence[float]) -> None:
        """Rows under headers, which come again on every sheet; `shares` of the width, one a column."""
        total = sum(shares)
        cells = [[self._cell(text, self._text) for text in row] for row in rows]
        heads = [self._cell(text, self._small) for text in headers]
        self._add_table([heads, *cells], [WIDTH * share / total for share in shares], heads=1)

    def _cell(self, text: str, style: ParagraphStyle) -> Paragraph:
        return Paragraph(_safe(text), style)

    def _add_table(self, rows: list[list[Any]], widths: list[float], heads: int = 0) -> None:
        table = Table(rows, colWidths=widths, repeatRows=heads)
        lines: list[tuple[Any, ...]] = [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ]
        if heads:
            lines.append(("LINEBELOW", (0, 0), (-1, -1), 0.3, RULE))
        table.setStyle(TableStyle(lines))
        self._story.append(table)

    def picture(self, data: bytes, caption: str, *, width: float = WIDTH, height: float = 95 * mm) -> None:
        """A picture as large as there is room, with words below it that stay with it."""
        image = Image(io.BytesIO(data))
        share = min(width / image.imageWidth, height / image.imageHeight)
        image.drawWidth, image.drawHeight, image.hAlign = image.imageWidth * share, image.imageHeight * share, "LEFT"
        self.drawing(image, caption)

    def drawing(self, drawn: Flowable, caption: str) -> None:
        """Something that draws itself, with words below it that stay with it."""
        self._story.append(KeepTogether([drawn, Paragraph(_safe(caption), self._small), Spacer(1, 3 * mm)]))

    def pdf(self) -> bytes:
        """All of it. The paper is spent then."""
        made = io.BytesIO()
        sheet = SimpleDocTemplate(
            made, pagesize=A4, leftMargin=MARGIN - _PAD, rightMargin=MARGIN - _PAD, topMargin=MARGIN,
            bottomMargin=MARGIN, title=self._title, creator="Roundhouse", producer="Roundhouse",
        )  # fmt: skip
        sheet.build(self._story, onFirstPage=self._foot, onLaterPages=self._foot)
        return made.getvalue()

    def _foot(self, canvas: Any, _sheet: Any) -> None:
        canvas.saveState()
        canvas.setFont(faces()[0], 7.5)
        canvas.setFillColor(QUIET)
        canvas.drawString(MARGIN, MARGIN * 0.55, self._title)
        canvas.drawRightString(A4[0] - MARGIN, MARGIN * 0.55, f"Sheet {canvas.getPageNumber()}")
        canvas.restoreState()


def _safe(text: str) -> str:
    """For reportlab's markup: nothing that people typed is a tag; what no font can print is left out."""
    shown = "".join(sign for sign in text if sign == "\n" or sign.isprintable())
    return escape(shown).replace("\n", "<br/>")
