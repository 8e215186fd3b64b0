"""Bars and squares that scanners read, drawn on a page: Code 128 where it is short enough, else a QR code."""

from reportlab.graphics.barcode.code128 import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from segno import make_qr

LONGEST_BARS = 24
"""Characters that fit as bars on a label without them becoming thinner than printers at 203 dpi draw well."""
_BAR_MM = 0.38
_LEAST_MM = 0.25
_FRAME = 57
"""Modules besides the characters: start, check, stop, and a change of code set."""
_QUIET = 4
"""Modules of white around a square (ISO/IEC 18004, 9.1)."""


def draw_code(canvas: Canvas, code: str, x: float, y: float, width: float, height: float) -> None:
    """Draw a code into a box whose lower left corner is (x, y), in points."""
    wide = min(_BAR_MM * mm, width / (11 * len(code) + _FRAME))
    if len(code) <= LONGEST_BARS and code.isascii() and code.isprintable() and wide >= _LEAST_MM * mm:
        bars = Code128(code, barHeight=height, barWidth=wide, quiet=False)
        bars.drawOn(canvas, x, y)
    else:
        draw_square(canvas, code, x, y, min(width, height))


def draw_square(canvas: Canvas, code: str, x: float, y: float, side: float) -> None:
    """Draw a QR code of this side, with its quiet zone inside."""
    rows = [bytes(row) for row in make_qr(code, error="m").matrix]
    module = side / (len(rows) + 2 * _QUIET)
    for down, row in enumerate(rows):
        top = y + side - (down + _QUIET + 1) * module
        for across, dark in enumerate(row):
            if dark:
                # a hair wider, lest viewers show seams between modules
                canvas.rect(x + (across + _QUIET) * module, top, module * 1.02, module * 1.02, stroke=0, fill=1)
