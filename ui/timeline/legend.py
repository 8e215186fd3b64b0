"""What the shapes in the timeline mean: a tooltip with a sample of each, painted as the lanes paint them."""

import base64

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPixmap

from ui.theme import Theme
from ui.timeline.road import paint_bead

_ROWS = (
    ("drive", "drive"),
    ("wait", "wait for a window to open"),
    ("service", "service, with the stop's number"),
    ("late", "late, the line above it since the window closed"),
    ("break", "break"),
    ("reload", "loading again"),
    ("done", "done"),
    ("held", "held with the driver"),
    ("window", "when service may begin"),
    ("over", "past the end of the shift"),
    ("frozen", "frozen: not planned again"),
    ("actual", "the driver was there"),
    ("was_late", "was there after the window had closed"),
    ("ahead", "arrival expected, and from when until when"),
    ("risk", "the window may close before"),
    ("missed", "the window will have closed"),
)

_BEADS = {
    "actual": ("round", 0.0), "was_late": ("flag", 0.0),
    "ahead": ("round", 0.5), "risk": ("diamond", 0.5), "missed": ("flag", 0.5),
}  # fmt: skip
"""Of what the road says: the bead's shape, and where it stands from 0 (left) to 1."""


def legend(theme: Theme) -> str:
    """Rich text: a row for each shape."""
    rows = "".join(
        f"<tr><td><img src='data:image/png;base64,{_sample(theme, shape)}'></td><td>&nbsp;{words}</td></tr>"
        for shape, words in _ROWS
    )
    return f"<table cellspacing='3'>{rows}</table>"


def _sample(theme: Theme, shape: str) -> str:
    width, height = theme.grid(8), theme.grid(4)
    pixmap = QPixmap(width, height)
    pixmap.fill(theme.colour("base"))
    painter = QPainter(pixmap)
    _paint(painter, theme, shape, QRectF(0, 0, width, height))
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    pixmap.save(buffer, "PNG")
    return base64.b64encode(data.data()).decode()


def _paint(painter: QPainter, theme: Theme, shape: str, box: QRectF) -> None:
    style, colour, tall = Qt.BrushStyle, theme.colour, box.height()
    middle = box.adjusted(0, 0.38 * tall, 0, -0.38 * tall)
    line = QRectF(box.left(), box.center().y() - 1, box.width(), 2)
    looks = {
        "drive": (middle, "timeline_drive", style.SolidPattern),
        "wait": (box.adjusted(0, 0.3 * tall, 0, -0.3 * tall), "base", style.SolidPattern),
        "service": (box, "timeline_service", style.SolidPattern),
        "late": (box.adjusted(0, 4, 0, 0), "late", style.SolidPattern),
        "break": (box, "timeline_break", style.BDiagPattern),
        "reload": (box, "timeline_reload", style.DiagCrossPattern),
        "done": (box, "done_tint", style.SolidPattern),
        "held": (box.adjusted(0, 0, 0, -2), "timeline_service", style.SolidPattern),
        "window": (box, "selection", style.SolidPattern),
        "over": (box, "late", style.BDiagPattern),
        "frozen": (box, "muted", style.FDiagPattern),
        "actual": (middle, "done", style.SolidPattern),
        "was_late": (middle, "late", style.SolidPattern),
        "ahead": (line, "moving", style.SolidPattern),
        "risk": (line, "risk", style.SolidPattern),
        "missed": (line, "late", style.SolidPattern),
    }
    area, token, pattern = looks[shape]
    painter.fillRect(area, QBrush(colour(token), pattern))
    frame = {"wait": "timeline_wait", "break": "timeline_break", "reload": "timeline_reload", "done": "done"}.get(shape)
    if frame:
        painter.setPen(QPen(colour(frame), 1))
        painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))
    if shape in _BEADS:
        bead, at = _BEADS[shape]
        side = 0.62 * tall
        place = QRectF(at * (box.width() - side), (tall - side) / 2, side, side)
        paint_bead(painter, colour(token), bead, place)
    if shape == "held":
        painter.fillRect(QRectF(box.left(), box.bottom() - 2, box.width(), 2), colour("text"))
    if shape == "late":
        painter.fillRect(QRectF(box.left(), box.top() + 1, box.width() / 2, 2), colour("late"))
