"""The strip above the board of a drill: what has happened, what came of it, and how to go on.

Two lines: where the drill is, and the sentence itself, which may be long.
"""

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from dispatcher.services.drills import Drill, Happening, Turn
from ui import format as words
from ui.drills.words import figures_words
from ui.history.banner import Banner
from ui.parts.fields import named
from ui.theme import Theme

NEXT_KEY = "Ctrl+Alt+N"


class DrillStrip(Banner):
    """Hidden where no drill is played. GUI thread.

    Signals:
        next_requested(): the next disturbance, or, while one is open, done with it; at the end the debrief.
        plan_requested(): show what the optimiser would have done.
        leave_requested(): back to the depot.
    """

    next_requested = Signal()
    plan_requested = Signal()
    leave_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._detail = QLabel()
        self._more = ""
        super().__init__(theme, "banner.drill", "whistle", parent)
        self._stack()
        self.plan = self.offer("plan", "The optimiser's plan", "auto-fix", "Look at it, as a proposal")
        self.go = self.offer("next", "Begin", "arrow-right-bold-circle-outline", "On with the drill (Ctrl+Alt+N)")
        self.leave = self.offer("leave", "Leave…", "arrow-left", "Back to the depot; nothing of the drill reaches it")
        self.go.clicked.connect(self.next_requested)
        self.plan.clicked.connect(self.plan_requested)
        self.leave.clicked.connect(self.leave_requested)
        self._dress()

    def _stack(self) -> None:
        """The sentence below the heading."""
        named(self._detail, "banner.drill.detail", "")
        self._detail.setTextFormat(Qt.TextFormat.PlainText)
        self._detail.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._line.removeWidget(self._label)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self._label)
        column.addWidget(self._detail)
        self._line.insertLayout(1, column, 1)

    @property
    def text(self) -> str:
        """Both lines."""
        return " · ".join(part for part in (self._said, self._more) if part)

    def show_beginning(self, drill: Drill) -> None:
        """Before anything has happened."""
        ahead = words.count(len(drill.ahead), "disturbance")
        begun = f"{drill.played} done, " if drill.played else ""
        told = "Look at the day first; then let the first one come."
        self._show(f"Drill of {drill.wish.who} · {begun}{ahead} to come", told, "Begin")
        if drill.played:
            self._name("Go on")

    def show_happening(self, drill: Drill, happened: Happening, zone: ZoneInfo) -> None:
        """What a dispatcher would hear."""
        self._show(f"{_place(drill)} · {words.clock(happened.at, zone)}", happened.said, "Done")

    def show_open(self, drill: Drill, turn: Turn, zone: ZoneInfo) -> None:
        """A disturbance of a drill that was left and is gone on with."""
        self._show(f"{_place(drill)} · {words.clock(turn.at, zone)}", turn.what, "Done")

    def show_busy(self, said: str) -> None:
        """While something is worked out."""
        self._show("Drill", f"{said}…", "")

    def show_verdict(self, drill: Drill) -> None:
        """What came of the last disturbance."""
        turn = drill.turns[-1]
        assert turn.score is not None
        sides = ""
        if turn.person and turn.optimiser:
            sides = f"You: {figures_words(turn.person)} · the optimiser: {figures_words(turn.optimiser)}"
        said = f"{turn.score.points} points · {turn.score.words}"
        self._show(said, sides, "Debrief" if drill.over else "Next", plan=bool(turn.best))

    def show_over(self, drill: Drill) -> None:
        """Nothing is to come any more."""
        scored = words.count(drill.played, "disturbance")
        self._show(
            f"Drill over · {drill.points} points of 100", f"{scored} scored; the debrief has all of it.", "Debrief"
        )

    def show_looking(self, number: int) -> None:
        """The board shows what the optimiser would have done."""
        self._show(f"The optimiser's plan for disturbance {number}", "This is to look at only.", "Back")

    def show_lost(self) -> None:
        """The paper of the drill is gone."""
        self._show("Drill", "What this copy was made for is not kept any more: go back to the depot.", "")

    def _show(self, text: str, more: str, go: str, *, plan: bool = False) -> None:
        self._more = more
        self.plan.setVisible(plan)
        self.go.setVisible(bool(go))
        self._name(go)
        self.say(text)
        self.setAccessibleName(self.text)

    def _elide(self) -> None:
        self._line.activate()  # other buttons leave other room
        super()._elide()
        metrics = QFontMetrics(self._detail.font())
        self._detail.setText(metrics.elidedText(self._more, Qt.TextElideMode.ElideRight, self._detail.width()))
        self._detail.setToolTip(self._more)
        self._detail.setAccessibleName(self._more)

    def _dress_parts(self) -> None:
        self._detail.setFont(self._theme.font())
        self._detail.setPalette(self._label.palette())

    def _name(self, go: str) -> None:
        self.go.setText(go)
        self.go.setAccessibleName(go)
        self.go.setShortcut(NEXT_KEY)  # a new text takes the key away


def _place(drill: Drill) -> str:
    return f"Drill {len(drill.turns)} of {len(drill.cues) - drill.skipped}"
