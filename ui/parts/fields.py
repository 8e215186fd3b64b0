"""What every form does with its fields: names them, labels them, marks the one that is wrong, and the one to press."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QWidget

from ui.theme import Theme


def named[W: QWidget](field: W, name: str, accessible: str) -> W:
    """The field with the name that tests and screen readers know it by."""
    field.setObjectName(name)
    field.setAccessibleName(accessible)
    return field


def label(text: str, field: QWidget, parent: QWidget) -> QLabel:
    """What stands before a field; its letter marked with & goes there."""
    made = QLabel(text, parent)
    made.setBuddy(field)
    return made


def mark(field: QWidget, *, invalid: bool) -> None:
    """Frame a field in red, or no longer; the words stand elsewhere."""
    if bool(field.property("invalid")) != invalid:
        _style(field, "invalid", invalid)


def set_icon(button: QAbstractButton, icon: str, theme: Theme, token: str = "text") -> None:
    """A sign before the words; to be done again when the theme changes."""
    side = theme.grid(4.5)
    button.setIconSize(QSize(side, side))
    button.setIcon(theme.icon(icon, token))


def primary(button: QPushButton) -> None:
    """Make it look like the one to press."""
    button.setDefault(True)
    _style(button, "primary", True)


def _style(field: QWidget, word: str, on: bool) -> None:
    """The style sheet is asked about such words when it is put on, and not again by itself."""
    field.setProperty(word, on)
    field.style().unpolish(field)
    field.style().polish(field)
