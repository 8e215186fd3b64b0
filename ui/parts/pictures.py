"""How a picture's file becomes pixels: by what is in it, and no more of them than are wanted. Any thread."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from dispatcher.domain.errors import BadInput


def read_picture(path: Path, within: QSize | None = None) -> QImage:
    """A picture's pixels, no more of them than fit. Raises `BadInput` for a file that is no picture."""
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if within and size.isValid() and (size.width() > within.width() or size.height() > within.height()):
        reader.setScaledSize(size.scaled(within, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        raise BadInput(f"The file cannot be shown ({reader.errorString()}).", "Look whether the disk is sound.")
    return image
