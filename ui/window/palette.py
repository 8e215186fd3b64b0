"""The command palette: every action of the window by its name, with its key; type a few letters, Enter does it."""

from collections.abc import Iterable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QMenu, QMenuBar, QVBoxLayout, QWidget

from ui.theme import Size, Theme

_ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Command:
    """One action and where it is in the menus."""

    action: QAction
    path: str
    """ "Plan › Clear the plan"."""

    @property
    def line(self) -> str:
        """As it is shown: where, what, and its key."""
        key = self.action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        return f"{self.path}    {key}" if key else self.path


def commands_of(bar: QMenuBar) -> list[Command]:
    """Every action of the menus, in their order."""
    found: list[Command] = []
    for top in bar.actions():
        if isinstance(menu := top.menu(), QMenu):
            found += _below(menu, _plain(top.text()))
    return found


def _below(menu: QMenu, path: str) -> Iterable[Command]:
    for action in menu.actions():
        if isinstance(deeper := action.menu(), QMenu):
            yield from _below(deeper, f"{path} › {_plain(action.text())}")
        elif not action.isSeparator() and action.text():
            yield Command(action, f"{path} › {_plain(action.text())}")


def _plain(text: str) -> str:
    """Without the marks of keys; two of them are a real one."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&")


def ranked(commands: Iterable[Command], text: str) -> list[Command]:
    """Those that have every word typed, the ones whose own name begins with it first."""
    words = text.casefold().split()
    fitting = [c for c in commands if all(word in c.path.casefold() for word in words)]
    own = lambda c: c.path.rpartition("› ")[2].casefold()
    return sorted(fitting, key=lambda c: not (words and own(c).startswith(words[0])))


class _Lines(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.commands: list[Command] = []

    def show(self, commands: list[Command]) -> None:
        self.beginResetModel()
        self.commands = commands
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.commands)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        command = self.commands[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return command.line
        if role == Qt.ItemDataRole.DecorationRole:
            return command.action.icon()
        if role == Qt.ItemDataRole.ToolTipRole:
            return command.action.statusTip()
        return command if role == _ROW else None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        plain = Qt.ItemFlag.ItemIsSelectable
        return plain | Qt.ItemFlag.ItemIsEnabled if self.commands[index.row()].action.isEnabled() else plain


class Palette(QFrame):
    """Drops from the top of its window; Escape or a click elsewhere closes it. GUI thread."""

    def __init__(self, bar: QMenuBar, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("palette")
        self.setAccessibleName("Commands")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._bar, self._theme = bar, theme
        self._commands: list[Command] = []
        self._lines = _Lines(self)
        self.box = QLineEdit(self)
        self.box.setObjectName("palette.box")
        self.box.setAccessibleName("Type a command")
        self.box.setPlaceholderText("What do you want to do?")
        self.list = QListView(self)
        self.list.setObjectName("palette.list")
        self.list.setAccessibleName("Matching commands")
        self.list.setModel(self._lines)
        self.list.setUniformItemSizes(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self._none = QLabel("No command has these words.", self)
        self._none.setProperty("muted", True)
        column = QVBoxLayout(self)
        for widget in (self.box, self.list, self._none):
            column.addWidget(widget)
        self.box.textChanged.connect(self._on_text)
        self.box.installEventFilter(self)
        self.list.clicked.connect(self._on_clicked)

    @Slot()
    def open(self) -> None:
        """Show every command and wait for words."""
        self._commands = commands_of(self._bar)
        self.box.setFont(self._theme.font(Size.TEXT))
        self.list.setFont(self._theme.font(Size.TEXT))
        self.box.clear()
        self._on_text("")
        window = self.parentWidget()
        width = min(self._theme.grid(150), window.width() - self._theme.grid(8))
        self.setFixedSize(width, min(self._theme.grid(110), window.height() - self._theme.grid(16)))
        at = window.mapToGlobal(window.rect().topLeft())
        self.move(at.x() + (window.width() - width) // 2, at.y() + self._theme.grid(16))
        self.show()
        self.box.setFocus()

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self._lines.show(ranked(self._commands, text))
        able = next((i for i, c in enumerate(self._lines.commands) if c.action.isEnabled()), None)
        self._none.setVisible(not self._lines.commands)
        if able is not None:
            self.list.setCurrentIndex(self._lines.index(able))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrows walk the list while the words stay in the box; Enter does what is chosen."""
        if watched is self.box and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_clicked(self.list.currentIndex())
                return True
        return super().eventFilter(watched, event)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        command = index.data(_ROW) if index.isValid() else None
        if isinstance(command, Command) and command.action.isEnabled():
            self.hide()
            command.action.trigger()
