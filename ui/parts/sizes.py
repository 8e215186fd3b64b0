"""How large a form opens: as large as it likes, but never larger than the window it belongs to."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from ui.theme import Theme

_SHARE = 0.97


def open_at(form: QWidget, theme: Theme, across: float, down: float) -> None:
    """So many steps of the grid wide and high, within the window above, or the screen if there is none."""
    above = form.parentWidget()
    room = above.window().size() if above else form.screen().availableSize()
    wanted = QSize(theme.grid(across), theme.grid(down)).expandedTo(form.minimumSizeHint())
    form.resize(wanted.boundedTo(QSize(round(room.width() * _SHARE), round(room.height() * _SHARE))))
