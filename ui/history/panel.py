"""The history panel: the day's changes, newest first; step through them and the board shows the day as it was."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QSlider,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.changes import HistoryEntry
from ui import format as words
from ui.board.empty import EmptyState
from ui.day import Past
from ui.history.model import HistoryModel
from ui.history.painting import HistoryPainter
from ui.history.rows import lines_of, matching, moment_words
from ui.parts.fields import named, set_icon
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

_BARE = "Nothing has been done to this day yet. Every change will be listed here: who, when and why."
_BACK = "Take the plan back to this moment"
_TYPING = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)


class HistoryPanel(QWidget):
    """Wishes for moments, one at a time: while one is being read, only the newest wish is remembered. GUI thread.

    Signals:
        moment_requested(HistoryEntry): show the day as it was right after this change; answer with `set_past`, or
            with `show_fault` when it cannot be read.
        now_requested(): show the day as it stands; answer with `set_past(None)`.
        take_back_requested(): take the plan back to the moment that is looked at.
        more_requested(): older changes, too; answer with `set_entries`.
    """

    moment_requested = Signal(object)
    now_requested = Signal()
    take_back_requested = Signal()
    more_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "board.history", "History of the day")
        self._theme = theme
        self._entries: tuple[HistoryEntry, ...] = ()
        self._zone = ZoneInfo("UTC")
        self._past: Past | None = None
        self._wanted: HistoryEntry | None = None
        self._asked: HistoryEntry | None = None
        self._given_up: HistoryEntry | None = None
        """A moment that was asked for and then no longer wanted; it may still come."""
        self._updating = False
        self._make_widgets()
        self.setFocusProxy(self.view)
        self._lay_out()
        self._connect()
        self._on_theme_changed()
        self._show_entries()

    # ── Told from outside ────────────────────────────────────────────────────────────────────────────────────────

    def set_entries(self, entries: Sequence[HistoryEntry], zone: ZoneInfo, *, more: bool = False) -> None:
        """The day's changes, newest first, at this depot's clock; `more`: whether there are older ones."""
        self._entries, self._zone = tuple(entries), zone
        self.older.setVisible(more)
        self.older.setEnabled(True)
        self._show_entries()

    @Slot(object)
    def set_past(self, past: Past | None) -> None:
        """The views show the day as it was at this moment; with `None` as it stands."""
        self._past = past
        shown, asked = self.looked_at, self._asked
        if asked is None and shown is not None and _same(shown, self._given_up):
            self._given_up = None
            self._ask_soon()
        elif asked is None or shown is None:
            self._wanted, self._asked, self._given_up = shown, None, asked or self._given_up
        elif _same(shown, asked):
            self._asked = None
            if not _same(shown, self._wanted):
                self._ask_soon()
        self._tell_reading()
        self._show_state()

    def show_fault(self, fault: Exception) -> None:
        """The moment that was asked for cannot be shown."""
        asked, self._asked = self._asked, None
        if asked is not None and not _same(asked, self._wanted):
            self._ask_soon()
            return
        self._wanted = self.looked_at
        self._show_state()
        self.said.say_fault(fault)

    @property
    def looked_at(self) -> HistoryEntry | None:
        """The moment that the views show; `None` for the present."""
        return self._past.entry if self._past else None

    @property
    def reading(self) -> bool:
        """Whether another moment than the one shown is on its way."""
        return not _same(self._wanted, self.looked_at)

    # ── Building ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _make_widgets(self) -> None:
        self.count = QLabel(self)
        self.count.setProperty("muted", True)
        self.filter = named(QLineEdit(self), "board.history.filter", "Filter the history")
        self.filter.setPlaceholderText("Filter")
        self.filter.setClearButtonEnabled(True)
        self.slider = named(QSlider(Qt.Orientation.Horizontal, self), "board.history.slider", "Moment of the day")
        self.slider.setToolTip("Step through the day: left is earlier, the right end is now (Left, Right)")
        self.slider.setPageStep(5)
        self.model = HistoryModel(self)
        self.view = named(QListView(self), "board.history.list", "Changes, newest first")
        self.painter = HistoryPainter(self._theme, self.view)
        self.view.setModel(self.model)
        self.view.setItemDelegate(self.painter)
        self.view.setMouseTracking(True)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.installEventFilter(self)
        self.filter.installEventFilter(self)
        self.older = named(QPushButton("Older changes…", self), "board.history.more", "Older changes…")
        self.said = Said("board.history.said", "How it stands", self._theme, self)
        self.now = named(QPushButton("Back to now", self), "board.history.now", "Back to now")
        self.now.setToolTip("Show the day as it stands again (Esc)")
        self.back = named(QPushButton("Take the plan back", self), "board.history.take_back", _BACK)
        self.back.setToolTip("Give every round the stops it had then; one step, and undo brings it all back")
        self.bare = EmptyState(self._theme, icon="history", text=_BARE)
        self.missed = EmptyState(self._theme, icon="magnify", text="", step="Clear the filter")

    def _lay_out(self) -> None:
        self._top, self._foot = QHBoxLayout(), QVBoxLayout()  # beside each other the buttons would make a wide dock
        self._top.addWidget(self.count, 1)
        self._top.addWidget(self.filter, 2)
        self._foot.addWidget(self.now)
        self._foot.addWidget(self.back)
        self._stack = QStackedLayout()
        for widget in (self.view, self.bare, self.missed):
            self._stack.addWidget(widget)
        self._middle, self._saying = QHBoxLayout(), QHBoxLayout()
        self._middle.addWidget(self.slider)
        self._saying.addWidget(self.said)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._top)
        layout.addLayout(self._middle)
        layout.addLayout(self._stack, 1)
        layout.addWidget(self.older)
        layout.addLayout(self._saying)
        layout.addLayout(self._foot)

    def _connect(self) -> None:
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)
        self.view.clicked.connect(self._on_clicked)
        self.slider.valueChanged.connect(self._on_slid)
        self.filter.textChanged.connect(self._show_entries)
        self.missed.step_requested.connect(self.filter.clear)
        self.older.clicked.connect(self._on_older)
        self.now.clicked.connect(self.return_to_now)
        self.back.clicked.connect(self.take_back_requested)
        self._theme.changed.connect(self._on_theme_changed)

    # ── Wishes ───────────────────────────────────────────────────────────────────────────────────────────────────

    def want(self, entry: HistoryEntry | None) -> None:
        """Look at this moment; `None` is now. While another is being read, the newest wish waits for it."""
        if _same(entry, self._wanted):
            return
        self._wanted = entry
        self._tell_reading()
        self._show_state()
        if entry is None:  # the answer may come at once
            self._give_up()
        elif self._asked is None:
            self._ask()

    @Slot()
    def return_to_now(self) -> None:
        """Show the day as it stands."""
        self.want(None)

    @Slot()
    def go_earlier(self) -> None:
        """Look at the moment before, among the changes shown."""
        if len(lines := self.model.lines) > (at := self._newer() + self._stands()):
            self.want(lines[at].entry)

    @Slot()
    def go_later(self) -> None:
        """Look at the moment after, among the changes shown; after the newest comes now."""
        if at := self._newer():
            self.want(self.model.lines[at - 1].entry)

    def _newer(self) -> int:
        """How many of the lines shown are later than the moment that is wished for."""
        return self.model.newer_than(self._wanted.revision) if self._wanted else 0

    def _stands(self) -> bool:
        """Whether that moment itself is among the lines shown."""
        return self.model.row_of(self._wanted.revision if self._wanted else None) is not None

    def _ask_soon(self) -> None:
        """Not now: whoever told us of a moment is still telling others."""
        QTimer.singleShot(0, self, self._ask)

    @Slot()
    def _ask(self) -> None:
        if self._wanted is None:
            self._give_up()
        elif not _same(self._wanted, self.looked_at):
            self._asked, self._given_up = self._wanted, None
            self.moment_requested.emit(self._wanted)

    def _give_up(self) -> None:
        """Back to now, at once; what was asked for may come late, and is sent back then."""
        self._asked, self._given_up = None, self._asked or self._given_up
        if self._past is not None:
            self.now_requested.emit()

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self, index: QModelIndex, _before: QModelIndex) -> None:
        if not self._updating and index.isValid():
            self.want(self.model.lines[index.row()].entry)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self.want(self.model.lines[index.row()].entry)

    @Slot(int)
    def _on_slid(self, value: int) -> None:
        if not self._updating:
            self.want(self.model.lines[self.slider.maximum() - value].entry)

    @Slot()
    def _on_older(self) -> None:
        self.older.setEnabled(False)
        self.more_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape, from anywhere in the panel: out of the filter first, then out of the past."""
        if event.key() != Qt.Key.Key_Escape:
            super().keyPressEvent(event)
        elif self.filter.text():
            self.filter.clear()
        elif self._past is not None or self.reading:
            self.return_to_now()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the list Left and Down are earlier, Right and Up later, and letters go to the filter."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._take_list_key(event) if watched is self.view else self._take_filter_key(event)
        return super().eventFilter(watched, event)

    def _take_list_key(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Down):
            self.go_earlier()
        elif event.key() in (Qt.Key.Key_Right, Qt.Key.Key_Up):
            self.go_later()
        elif event.text().strip().isprintable() and event.text().strip() and event.modifiers() in _TYPING:
            self.filter.setFocus(Qt.FocusReason.OtherFocusReason)
            self.filter.insert(event.text())
        else:
            return False
        return True

    def _take_filter_key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Down:
            self.view.setFocus(Qt.FocusReason.TabFocusReason)
            return True
        return False

    # ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────

    @Slot()
    def _show_entries(self) -> None:
        found, total = matching(self._entries, self.filter.text()), len(self._entries)
        bar = self.view.verticalScrollBar()
        scrolled = bar.value()
        self._updating = True
        self.model.set_lines(lines_of(found, self._zone))
        self._updating = False
        bar.setValue(scrolled)
        changes = words.count(total, "change")
        self.count.setText(changes if len(found) == total else f"{len(found):,} of {changes}")
        self.missed.set_text(f"None of the {changes} matches “{self.filter.text()}”.")
        empty = self.missed if self._entries else self.bare
        self._stack.setCurrentWidget(self.view if found else empty)
        self._show_state()

    def _show_state(self) -> None:
        """Mark the moment that is shown and the one that is wished for."""
        wanted = self._wanted.revision if self._wanted else None
        self.painter.shown = self._past.entry.revision if self._past else None
        self.painter.wanted, self.painter.reading = wanted, self.reading
        row, last = self.model.row_of(wanted), len(self.model.lines) - 1
        self._updating = True
        self.slider.setRange(0, last)
        self.slider.setEnabled(last > 0)
        self.slider.setValue(last - min(self._newer(), last))
        if row is None:
            self.view.setCurrentIndex(QModelIndex())
        elif row != self.view.currentIndex().row():
            self.view.setCurrentIndex(self.model.index(row))
        self._updating = False
        self.now.setEnabled(self._past is not None or self.reading)
        self.back.setEnabled(self._past is not None and not self.reading)
        self.view.viewport().update()

    def _tell_reading(self) -> None:
        if self._wanted is not None and self.reading:
            self.said.say(f"Reading the day as it was at {moment_words(self._wanted, self._zone)}…", Tone.QUIET)
        else:
            self.said.say("")

    @Slot()
    def _on_theme_changed(self) -> None:
        grid, small = self._theme.grid, self._theme.font(Size.SMALL)
        self.painter.dress()
        self.view.doItemsLayout()
        for widget in (self.count, self.filter):
            widget.setProperty("small", True)  # a font set by hand is lost when a dock takes the panel in
            widget.setFont(small)
        self.filter.setMaximumWidth(grid(44))
        self._top.setContentsMargins(grid(3), grid(1), grid(2), grid(1))
        self._middle.setContentsMargins(grid(3), grid(1), grid(3), grid(2))
        self._saying.setContentsMargins(grid(3), grid(1), grid(3), 0)
        self._foot.setContentsMargins(grid(3), grid(2), grid(3), grid(2))
        self._foot.setSpacing(grid(2))
        set_icon(self.now, "arrow-right-bold-circle-outline", self._theme)
        set_icon(self.back, "backup-restore", self._theme)


def _same(one: HistoryEntry | None, other: HistoryEntry | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.revision == other.revision
