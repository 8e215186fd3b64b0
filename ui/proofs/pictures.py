"""The middle of the workbench: one photo as large as there is room, the signature drawn from its strokes below it."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from dispatcher.domain.proof import Ink
from ui import format as fmt
from ui.parts.fields import named
from ui.proofs.looking import Picture
from ui.theme import Size, Theme

NO_PHOTO = "No photo was taken."
LOADING = "Fetching…"


class Photo(QWidget):
    """Scales its picture to fit, never beyond its own pixels; says why where there is none. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "proofs.photo", "Photo")
        self._theme = theme
        self._picture: Picture | None = None
        self._words = NO_PHOTO
        self._scaled = QPixmap()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(480, 480)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.grid(40), self._theme.grid(30))

    @property
    def picture(self) -> Picture | None:
        """What is shown."""
        return self._picture

    def show_picture(self, picture: Picture | None, words: str = NO_PHOTO) -> None:
        """Show this photo, or these words."""
        self._picture, self._scaled = picture, QPixmap()
        self._words = picture.fault if picture and picture.fault else words
        self.setAccessibleDescription("" if picture and not picture.image.isNull() else self._words)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.colour("sunken"))
            if self._picture is None or self._picture.image.isNull():
                painter.setFont(self._theme.font(Size.TEXT))
                painter.setPen(self._theme.colour("muted"))
                room = self.rect().adjusted(*[self._theme.grid(n) for n in (4, 4, -4, -4)])
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._words)
                return
            fitted = self._fitted(self._picture)
            box = QRect(0, 0, *(round(side) for side in fitted.deviceIndependentSize().toTuple()))
            box.moveCenter(self.rect().center())
            painter.drawPixmap(box.topLeft(), fitted)

    def _fitted(self, picture: Picture) -> QPixmap:
        """Scaled once for each size of the widget: smooth scaling costs more than all else."""
        ratio = self.devicePixelRatioF()
        room = self.size() * ratio
        size = picture.image.size()
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        if self._scaled.size() != size:
            smooth = Qt.TransformationMode.SmoothTransformation
            image = picture.image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, smooth)
            self._scaled = QPixmap.fromImage(image)
            self._scaled.setDevicePixelRatio(ratio)
        return self._scaled


class Signature(QWidget):
    """Strokes as they were drawn, dark on light in both themes: it is a paper. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "proofs.signature", "Signature")
        self._theme = theme
        self._ink: Ink | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return QSize(480, self._theme.grid(34))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.grid(40), self._theme.grid(20))

    def show_ink(self, ink: Ink | None) -> None:
        """Draw this one; without one take no room."""
        self._ink = ink
        self.setVisible(ink is not None)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._ink is None:
            return
        ink = self._ink
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            size = QSize(ink.width, ink.height).scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            box = QRectF(0, 0, size.width(), size.height())
            box.moveCenter(QRectF(self.rect()).center())
            painter.fillRect(box, Qt.GlobalColor.white)
            cap, join = Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
            painter.setPen(QPen(Qt.GlobalColor.black, max(1.5, box.width() / 220), Qt.PenStyle.SolidLine, cap, join))
            for stroke in ink.strokes:
                points = [QPointF(box.x() + x * box.width(), box.y() + y * box.height()) for x, y, _ in stroke]
                if len(points) == 1:
                    painter.drawPoint(points[0])
                else:
                    painter.drawPolyline(QPolygonF(points))


class Pictures(QWidget):
    """All pictures of one proof, one photo of them at a time. GUI thread."""

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "proofs.pictures", "Pictures of the proof")
        self._theme, self._zone = theme, zone
        self._pictures: tuple[Picture, ...] = ()
        self._at = 0
        self.photo = Photo(theme, self)
        self.caption = named(QLabel(self), "proofs.photo.caption", "Which photo")
        self.caption.setProperty("muted", True)
        self.signature = Signature(theme, self)
        self.signed = named(QLabel(self), "proofs.signed", "Who signed")
        self.signed.setProperty("muted", True)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.photo, 3)
        self._column.addWidget(self.caption)
        self._column.addWidget(self.signature, 1)
        self._column.addWidget(self.signed)
        theme.changed.connect(self._dress)
        self._dress()
        self.clear()

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._column.setContentsMargins(grid(2), 0, grid(2), 0)
        self._column.setSpacing(grid(1))
        for part in (self.caption, self.signed):
            part.setFont(self._theme.font(Size.SMALL))

    def clear(self) -> None:
        """Nothing is chosen."""
        self.show_ink(None, "")
        self.show_photos((), words="")

    def show_ink(self, ink: Ink | None, name: str) -> None:
        """The signature: known with the attempt itself."""
        self.signature.show_ink(ink)
        self.signed.setText(f"Signed by {name}" if name else "Signature, without a name")
        self.signed.setVisible(ink is not None)

    def show_photos(self, pictures: Sequence[Picture], *, words: str = NO_PHOTO) -> None:
        """These photos; the one that was looked at stays if it is among them."""
        former = self._pictures[self._at].sha256 if self._pictures else ""
        self._pictures = tuple(pictures)
        self._at = next((n for n, picture in enumerate(self._pictures) if picture.sha256 == former), 0)
        self._show(words)

    def await_photos(self, count: int) -> None:
        """They are being fetched."""
        self.show_photos((), words=LOADING if count else NO_PHOTO)

    def turn(self, steps: int) -> None:
        """The next photo, or the one before; stays at the ends."""
        self.go_to(self._at + steps)

    def go_to(self, which: int) -> None:
        """The photo of this place, from 0; none if there are not so many."""
        if 0 <= which < len(self._pictures):
            self._at = which
            self._show()

    @property
    def at(self) -> int:
        """Which photo is shown, from 0."""
        return self._at

    def _show(self, words: str = NO_PHOTO) -> None:
        picture = self._pictures[self._at] if self._pictures else None
        self.photo.show_picture(picture, words)
        many = len(self._pictures)
        which = f"Photo {self._at + 1} of {many}" if many > 1 else "Photo"
        taken = f", taken {fmt.clock(picture.taken_at, self._zone)}" if picture and picture.taken_at else ""
        more = f"  ·  1–{min(9, many)}, ← →" if many > 1 else ""
        self.caption.setText(f"{which}{taken}{more}" if picture else "")
        self.photo.setAccessibleName(which if picture else "Photo")
