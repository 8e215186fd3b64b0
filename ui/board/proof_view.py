"""A signature or photo in a window of its own, as large as the window is."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ui.parts.fields import named
from ui.theme import Size, Theme


class ProofView(QDialog):
    """Shows one picture; Escape closes it. GUI thread; owned by who shows proofs."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "proof", "Proof")
        self.setWindowTitle("Proof")
        self._theme = theme
        self.picture = named(_Still(self), "proof.picture", "Picture")
        self.caption = named(QLabel(self), "proof.caption", "What it shows")
        self.caption.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.close_button = named(QPushButton("Close", self), "proof.close", "Close")
        self.close_button.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addWidget(self.caption, 1)
        foot.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.addWidget(self.picture, 1)
        column.addLayout(foot)
        theme.changed.connect(self._dress)
        self._dress()
        self.resize(theme.grid(200), theme.grid(160))

    def show_picture(self, image: QImage, caption: str) -> None:
        """Show this, in the window that is open already or a new one."""
        self.picture.set_image(image)
        self.picture.setAccessibleName(caption)
        self.caption.setText(caption)
        self.caption.setAccessibleName(caption)
        self.setWindowTitle(caption)
        self.show()
        self.raise_()
        self.activateWindow()

    def _dress(self) -> None:
        self.caption.setFont(self._theme.font(Size.SMALL))


class _Still(QWidget):
    """Scales its picture to fit, never beyond its own pixels."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._image = QImage()

    def set_image(self, image: QImage) -> None:
        """Show this one."""
        self._image = image
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 480)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._image.size()
        if size.width() > self.width() or size.height() > self.height():
            size = size.scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRect(0, 0, size.width(), size.height())
        box.moveCenter(self.rect().center())
        painter.drawImage(box, self._image)
