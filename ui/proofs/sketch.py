"""A small map without streets: the stop, where the phone was with its circle of accuracy, and how the van was driven.

North is up; distances are true in every direction, since so small a piece of the world is flat.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from dispatcher.domain.place import Place
from ui.parts.fields import named
from ui.theme import Size, Theme

METRES_PER_DEGREE = 111_195.0
LEAST_M = 120.0
"""The sketch is never of less: on less, noise looks like driving."""
NEAR_M = 250.0
"""Track farther from stop and phone than this is left outside."""
MARGIN = 0.12


@dataclass(frozen=True, slots=True)
class Scene:
    """What there is to draw."""

    stop: Place | None = None
    phone: Place | None = None
    accuracy_m: float | None = None
    track: Sequence[Sequence[tuple[float, float]]] = ()


class Sketch(QWidget):
    """GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "proofs.sketch", "Where it was")
        self._theme = theme
        self._scene = Scene()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.grid(70), self._theme.grid(40))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.grid(40), self._theme.grid(30))

    def show_scene(self, scene: Scene) -> None:
        """Draw this from now on; what it shows is told in words too."""
        self._scene = scene
        self.setToolTip(self.words)
        self.setAccessibleDescription(self.words)
        self.update()

    @property
    def words(self) -> str:
        """The same for those who do not see it."""
        scene = self._scene
        if scene.stop is None and scene.phone is None:
            return "Neither the stop nor the phone has a known place."
        if scene.stop is None or scene.phone is None:
            return "The phone did not say where it was." if scene.phone is None else "The stop has no known place."
        return f"The phone was {scene.stop.distance_m(scene.phone):,.0f} m from the stop."

    # --- from the world to the widget -----------------------------------------------------------------------------

    def _frame(self) -> "_Frame | None":
        scene = self._scene
        anchors = [place for place in (scene.stop, scene.phone) if place]
        if not anchors:
            return None
        flat = _Flat(anchors[0])
        points = [flat.xy(place.lat, place.lon) for place in anchors]
        reach = NEAR_M + (math.dist(points[0], points[-1]) if len(points) > 1 else 0)
        near = [flat.xy(*point) for line in scene.track for point in line]
        points += [p for p in near if any(math.dist(p, anchor) <= reach / 2 for anchor in points[: len(anchors)])]
        if scene.phone and scene.accuracy_m:
            x, y = flat.xy(scene.phone.lat, scene.phone.lon)
            r = min(scene.accuracy_m, reach)
            points += [(x - r, y - r), (x + r, y + r)]
        return _Frame(flat, points, QRectF(self.rect()), self._theme.grid(6))

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, scene, frame = self._theme, self._scene, self._frame()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(theme.font(Size.SMALL))
            painter.fillRect(self.rect(), theme.colour("sunken"))
            if frame is None:
                painter.setPen(theme.colour("muted"))
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.words)
                return
            self._draw_track(painter, frame)
            if scene.phone:
                self._draw_phone(painter, frame, scene.phone)
            if scene.stop:
                self._draw_stop(painter, frame, scene.stop)
            self._draw_scale(painter, frame)

    def _draw_track(self, painter: QPainter, frame: "_Frame") -> None:
        pen = QPen(self._theme.colour("bar_fill"), 2.0)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line in self._scene.track:
            painter.drawPolyline(QPolygonF([frame.at(lat, lon) for lat, lon in line]))

    def _draw_phone(self, painter: QPainter, frame: "_Frame", phone: Place) -> None:
        at, moving = frame.at(phone.lat, phone.lon), self._theme.colour("moving")
        if self._scene.stop:
            stop = self._scene.stop
            painter.setPen(QPen(self._theme.colour("muted"), 1.0, Qt.PenStyle.DashLine))
            painter.drawLine(at, frame.at(stop.lat, stop.lon))
        if self._scene.accuracy_m:
            tint = self._theme.colour("moving")
            tint.setAlphaF(0.15)
            painter.setBrush(tint)
            painter.setPen(QPen(moving, 1.0))
            radius = self._scene.accuracy_m * frame.scale
            painter.drawEllipse(at, radius, radius)
        painter.setPen(QPen(self._theme.colour("base"), 2.0))
        painter.setBrush(moving)
        side = self._theme.grid(1.5)
        painter.drawEllipse(at, side, side)
        self._label(painter, at, "phone", away_from=self._scene.stop and frame.at(*_pair(self._scene.stop)))

    def _draw_stop(self, painter: QPainter, frame: "_Frame", stop: Place) -> None:
        at, side = frame.at(stop.lat, stop.lon), self._theme.grid(1.5)
        painter.setPen(QPen(self._theme.colour("base"), 2.0))
        painter.setBrush(self._theme.colour("text"))
        painter.drawRect(QRectF(at.x() - side, at.y() - side, 2 * side, 2 * side))
        phone = self._scene.phone and frame.at(*_pair(self._scene.phone))
        self._label(painter, at, "stop", away_from=phone or None, before=True)

    def _label(
        self, painter: QPainter, at: QPointF, text: str, *, away_from: QPointF | None, before: bool = False
    ) -> None:
        box = self.label_box(painter.fontMetrics(), at, text, away_from=away_from, before=before)
        painter.setPen(self._theme.colour("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft, text)

    def label_box(
        self, measure: QFontMetrics, at: QPointF, text: str, *, away_from: QPointF | None, before: bool = False
    ) -> QRectF:
        """Where a mark's name stands: on the side away from the other mark; `before` decides if both are one point."""
        gap, wide, high = self._theme.grid(2), measure.horizontalAdvance(text) + 1, measure.height()
        other = away_from or at - QPointF(1, 1)
        leftward = at.x() < other.x() or (before and at.x() == other.x())
        upward = at.y() < other.y() or (before and at.y() == other.y())
        sides = at.x() - gap - wide, at.x() + gap
        left = sides[0] if leftward else sides[1]
        if left < 0 or left + wide > self.width():
            left = sides[leftward]
        top = at.y() - high - gap / 2 if upward else at.y() + gap / 2
        return QRectF(left, max(0.0, min(top, self.height() - high)), wide, high)

    def _draw_scale(self, painter: QPainter, frame: "_Frame") -> None:
        """A round length at the lower left, and which way is north at the upper right."""
        grid, text = self._theme.grid, self._theme.colour("text")
        length_m = round_length(self.width() / 3 / frame.scale)
        wide, base = length_m * frame.scale, self.height() - grid(2.5)
        painter.setPen(QPen(text, 1.5))
        left = float(grid(3))
        painter.drawPolyline(
            QPolygonF(
                [
                    QPointF(left, base - grid(1)),
                    QPointF(left, base),
                    QPointF(left + wide, base),
                    QPointF(left + wide, base - grid(1)),
                ]
            )
        )
        words = f"{length_m:,.0f} m" if length_m < 1_000 else f"{length_m / 1_000:g} km"
        painter.drawText(QPointF(left + wide + grid(1.5), base), words)
        at = QPointF(self.width() - grid(4), grid(2))
        arrow = [at, at + QPointF(-grid(1), grid(3)), at + QPointF(0, grid(2.25)), at + QPointF(grid(1), grid(3))]
        painter.setBrush(text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(QPolygonF(arrow))
        painter.setPen(text)
        below = QRectF(at.x() - grid(4), at.y() + grid(3), grid(8), painter.fontMetrics().height())
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, "N")


def _pair(place: Place) -> tuple[float, float]:
    return place.lat, place.lon


class _Flat:
    """Metres east and north of a place."""

    def __init__(self, origin: Place) -> None:
        self._origin, self._east = origin, math.cos(math.radians(origin.lat)) * METRES_PER_DEGREE

    def xy(self, lat: float, lon: float) -> tuple[float, float]:
        return (lon - self._origin.lon) * self._east, (lat - self._origin.lat) * METRES_PER_DEGREE


class _Frame:
    """Where metres are on the widget: all points inside, one scale both ways."""

    def __init__(self, flat: _Flat, points: Sequence[tuple[float, float]], room: QRectF, margin: float) -> None:
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        span_x = max(LEAST_M, max(xs) - min(xs)) * (1 + 2 * MARGIN)
        margin = min(margin, room.width() / 4, room.height() / 4)  # a splitter may leave next to nothing
        span_y = max(LEAST_M, max(ys) - min(ys)) * (1 + 2 * MARGIN)
        self.scale = min((room.width() - 2 * margin) / span_x, (room.height() - 2 * margin) / span_y)
        self._flat, self._room = flat, room
        self._middle = ((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2)

    def at(self, lat: float, lon: float) -> QPointF:
        """Pixels from the widget's corner."""
        x, y = self._flat.xy(lat, lon)
        centre = self._room.center()
        return QPointF(centre.x() + (x - self._middle[0]) * self.scale, centre.y() - (y - self._middle[1]) * self.scale)


def round_length(most_m: float) -> float:
    """The largest of 1, 2, 5 · 10ⁿ metres that is no longer."""
    power = 10.0 ** math.floor(math.log10(most_m))
    return next(step * power for step in (5, 2, 1) if step * power <= most_m)
