"""The form that asks for a drill, and lists those that were played."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from dispatcher.services.drills import COUNTS, Difficulty, Drill, DrillState, Wish
from ui import format as words
from ui.drills.models import PLAYED, TextTable, played_rows
from ui.drills.words import trend_words
from ui.parts.fields import label, mark, named, primary, set_icon
from ui.parts.said import Said, Tone
from ui.parts.sizes import open_at
from ui.parts.tables import plain_table, size_column, size_rows
from ui.theme import Theme

WHAT = (
    "A practice day in a copy of the depot: things go wrong, you put them right on the real board, and what you did is "
    "held against the optimiser. Nothing of it reaches the depot."
)
NO_DAYS = "No planned day of this depot has gone by yet, so none can be played again; a made-up day works."
NONE = "No drill has been played here yet."
LAST_SEED = 2**31 - 1
MOST_ORDERS = 400
LONGEST_NAME = 60


class DrillsDialog(QDialog):
    """Non-modal; `DrillDesk` does what it asks for. GUI thread.

    Signals:
        begin_requested(Wish): make this drill and open it.
        resume_requested(Drill): go on with this one.
        debrief_requested(Drill): look back on this one.
    """

    begin_requested = Signal(object)
    resume_requested = Signal(object)
    debrief_requested = Signal(object)

    def __init__(self, who: str, zone: ZoneInfo, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drills")
        self.setAccessibleName("Drills")
        self.setWindowTitle("Drills")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._zone, self._theme = zone, theme
        self._drills: Sequence[Drill] = ()
        self._wanted: date | None = None
        """A day to be played again that is not among those offered, as far as they are known."""
        self._days_known = False
        self._make_fields(who)
        self._make_list()
        self._lay_out()
        self._wire()
        self.show_played(())
        self._on_changed()
        self._dress()
        open_at(self, theme, 200, 165)

    def _make_fields(self, who: str) -> None:
        self.what = Said("drills.what", "What a drill is", self._theme, self)
        self.what.say(WHAT, Tone.QUIET)
        self.who = named(QLineEdit(who, self), "drills.who", "Who plays")
        self.who.setMaxLength(LONGEST_NAME)
        self.who.setPlaceholderText("Name of the dispatcher")
        self.day = named(QComboBox(self), "drills.day", "Which day is played")
        self.day.addItem("Made up of the depot’s own orders", None)
        self.no_days = Said("drills.no_days", "Why no recorded day can be played", self._theme, self)
        self.orders = named(QSpinBox(self), "drills.orders", "How many orders a made-up day has")
        self.orders.setRange(1, MOST_ORDERS)
        self.orders.setValue(60)
        self.difficulty = named(QComboBox(self), "drills.difficulty", "How much goes wrong")
        for each in Difficulty:
            count, grave = COUNTS[each]
            rounds = f", {grave} of them the end of a round" if grave else ""
            self.difficulty.addItem(f"{each.value.capitalize()} – {count} disturbances{rounds}", each)
        self.difficulty.setCurrentIndex(1)
        self.seed = named(QSpinBox(self), "drills.seed", "Seed: the same one gives the same drill")
        self.seed.setRange(0, LAST_SEED)
        self.seed.setValue(1)
        self.begin = self._button("begin", "Begin the drill")
        primary(self.begin)

    def _make_list(self) -> None:
        self.model = TextTable(PLAYED, self, right=(4, 5))
        self.played = plain_table(self, "drills.played", "Drills that were played")
        self.played.setModel(self.model)
        self.played.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.played.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.none = QLabel(NONE, self)
        self.none.setProperty("muted", True)
        self.trend = Said("drills.trend", "How the scores went", self._theme, self)
        self.debrief = self._button("debrief", "Debrief")
        self.again = self._button("again", "Play it again")
        self.resume = self._button("resume", "Go on with it")
        self.bar = named(QProgressBar(self), "drills.progress", "Progress")
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.bar.hide()
        self.said = Said("drills.said", "How it stands", self._theme, self)
        self.close_button = self._button("close", "Close")

    def _button(self, name: str, text: str) -> QPushButton:
        button = named(QPushButton(text, self), f"drills.{name}", text)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        grid = self._theme.grid
        form = QFormLayout()
        form.setHorizontalSpacing(grid(3))
        form.setVerticalSpacing(grid(2))
        form.addRow(label("&Who", self.who, self), self.who)
        form.addRow(label("&Day", self.day, self), self.day)
        form.addRow(label("&Orders", self.orders, self), self.orders)
        form.addRow(label("Di&fficulty", self.difficulty, self), self.difficulty)
        form.addRow(label("&Seed", self.seed, self), self.seed)
        column = QVBoxLayout(self)
        column.setContentsMargins(*[grid(4)] * 4)
        column.setSpacing(grid(2))
        column.addWidget(self.what)
        column.addLayout(form)
        column.addWidget(self.no_days)
        column.addLayout(_line(None, self.begin))
        for part, stretch in ((self.played, 1), (self.none, 0), (self.trend, 0)):
            column.addWidget(part, stretch)
        column.addLayout(_line(self.debrief, self.again, self.resume, None))
        column.addWidget(self.said)
        column.addWidget(self.bar)
        column.addStretch(0)
        column.addLayout(_line(None, self.close_button))

    def _wire(self) -> None:
        self.who.textChanged.connect(self._on_changed)
        self.day.currentIndexChanged.connect(self._on_changed)
        self.begin.clicked.connect(self._on_begin)
        self.played.selectionModel().currentRowChanged.connect(self._allow)
        self.played.activated.connect(self._on_activated)
        self.debrief.clicked.connect(self._on_debrief)
        self.again.clicked.connect(self._on_again)
        self.resume.clicked.connect(self._on_resume)
        self.close_button.clicked.connect(self.reject)
        self._theme.changed.connect(self._dress)

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_days(self, days: Sequence[date]) -> None:
        """The days that can be played again, latest first."""
        chosen = self._wanted or self.day.currentData()
        self._days_known, self._wanted = True, None
        self.day.clear()
        self.day.addItem("Made up of the depot’s own orders", None)
        for on in days:
            self.day.addItem(f"{words.weekday_date(on)} {on.year}, as it happened", on)
        self._choose(chosen)
        self.no_days.say("" if days else NO_DAYS, Tone.QUIET)

    def show_played(self, drills: Sequence[Drill]) -> None:
        """Everybody's, the latest first; given oldest first."""
        self._drills = tuple(reversed(drills))
        self.model.set_rows(played_rows(self._drills, self._zone))
        self.played.setVisible(bool(drills))
        self.none.setVisible(not drills)
        if drills:
            self.played.selectRow(0)
        self._on_changed()
        self._size()

    def set_working(self, said: str, fraction: float = 0.0) -> None:
        """Something is under way, or, for no words, no longer."""
        self.bar.setVisible(bool(said))
        self.bar.setValue(round(1000 * fraction))
        self.begin.setEnabled(not said)
        if said:
            self.said.say(f"{said}…", Tone.QUIET)
        elif self.said.tone is Tone.QUIET:
            self.said.say("")

    def on_failed(self, fault: Exception) -> None:
        """Nothing was made."""
        self.set_working("")
        mark(self.who, invalid=not self.who.text().strip())
        self.said.say_fault(fault)

    # --- what is asked for ----------------------------------------------------------------------------------------

    @property
    def wish(self) -> Wish:
        """What the fields say."""
        return Wish(
            self.who.text().strip(), self.difficulty.currentData(), self.seed.value(), self.day.currentData(),
            self.orders.value(),
        )  # fmt: skip

    def set_wish(self, wish: Wish) -> None:
        """Fill the fields with another drill's."""
        self.who.setText(wish.who)
        self.difficulty.setCurrentIndex(self.difficulty.findData(wish.difficulty))
        self.seed.setValue(wish.seed)
        self.orders.setValue(wish.orders)
        self._choose(wish.recorded)

    def _choose(self, on: date | None) -> None:
        """Of the days offered; one that may be among those still read is chosen when they are there."""
        offered = [self.day.itemData(n) for n in range(self.day.count())]  # findData() knows the same object only
        index = offered.index(on) if on in offered else -1
        self.day.setCurrentIndex(max(0, index))
        if index < 0 and not self._days_known:
            self._wanted = on
        elif index < 0:
            self.said.say("That day is not on record any more: this is a made-up one.", Tone.WARNING)

    @property
    def chosen(self) -> Drill | None:
        """The drill in the list."""
        row = self.played.currentIndex().row()
        return self._drills[row] if 0 <= row < len(self._drills) else None

    @Slot()
    def _on_begin(self) -> None:
        mark(self.who, invalid=False)
        self.begin_requested.emit(self.wish)

    @Slot()
    def _on_changed(self) -> None:
        made_up = self.day.currentData() is None
        self.orders.setEnabled(made_up)
        self.trend.say(trend_words(tuple(reversed(self._drills)), self.who.text().strip()), Tone.QUIET)
        self._allow()

    @Slot()
    def _allow(self, _now: object = None, _before: object = None) -> None:
        chosen = self.chosen
        self.debrief.setEnabled(chosen is not None)
        self.again.setEnabled(chosen is not None)
        self.resume.setEnabled(chosen is not None and chosen.state is DrillState.RUNNING)

    @Slot()
    def _on_activated(self, _index: object = None) -> None:
        (self._on_resume if self.resume.isEnabled() else self._on_debrief)()

    @Slot()
    def _on_debrief(self) -> None:
        if drill := self.chosen:
            self.debrief_requested.emit(drill)

    @Slot()
    def _on_again(self) -> None:
        if drill := self.chosen:
            self.set_wish(drill.wish)
            self.begin.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_resume(self) -> None:
        if drill := self.chosen:
            self.resume_requested.emit(drill)

    @Slot()
    def _dress(self) -> None:
        for button, icon in (
            (self.begin, "whistle"),
            (self.debrief, "clipboard-text-outline"),
            (self.again, "restart"),
        ):
            set_icon(button, icon, self._theme, "on_accent" if button is self.begin else "text")
        set_icon(self.resume, "play-circle-outline", self._theme)
        self._size()

    def _size(self) -> None:
        size_rows(self.played, self._theme)
        for column in (0, 1, 3, 4, 5):
            size_column(self.played, self._theme, column, least=14, most=70)


def _line(*widgets: QWidget | None) -> QHBoxLayout:
    line = QHBoxLayout()
    for widget in widgets:
        if widget is None:
            line.addStretch(1)
        else:
            line.addWidget(widget)
    return line
