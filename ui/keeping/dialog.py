"""The dialog "Data and retention": what goes when, what is held, and what is kept of one person."""

from PySide6.QtCore import QSettings, QTimer, Slot
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QPushButton, QTabWidget, QVBoxLayout, QWidget

from dispatcher.services.workplace import Workplace
from ui.keeping.desk import Desk
from ui.keeping.holds import HoldsTab
from ui.keeping.person import PersonTab
from ui.keeping.retention import RetentionTab
from ui.keeping.work import WorkLine
from ui.parts.fields import label, named
from ui.parts.said import Tone
from ui.parts.sizes import open_at
from ui.runner import OpRunner
from ui.theme import Theme

ONLY_LOOKS = "Nothing is written here: this is a copy to try things out in, or a depot without a logbook."


class _Tabs(QTabWidget):
    """As high as there is room: else the page with the most words would make all of the dialog higher."""

    def hasHeightForWidth(self) -> bool:
        return False


class KeepingDialog(QDialog):
    """Non-modal. GUI thread. What it changes of the plan it tells by the runner's `op_finished`."""

    def __init__(
        self,
        workplace: Workplace,
        runner: OpRunner,
        theme: Theme,
        settings: QSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("keeping")
        self.setAccessibleName("Data and retention")
        self.setWindowTitle("Data and retention")
        self.who = named(QLineEdit(self), "keeping.who", "Your name")
        self.who.setPlaceholderText("stands on what is done here")
        self.line = WorkLine(runner, theme, self)
        self.desk = Desk(workplace, runner, self.line, self.who, settings)
        self.tabs = named(_Tabs(self), "keeping.tabs", "Parts of data and retention")
        self.tabs.setDocumentMode(True)
        self.retention = RetentionTab(workplace, self.desk, theme, self.tabs)
        self.holds = HoldsTab(workplace, self.desk, theme, self.tabs)
        self.person = PersonTab(workplace, self.desk, theme, self.tabs)
        self.close_button = named(QPushButton("Close", self), "keeping.close", "Close")
        self.close_button.setAutoDefault(False)
        self._lay_out(theme)
        self.tabs.currentChanged.connect(self._on_tab)
        self.close_button.clicked.connect(self.reject)
        open_at(self, theme, 260, 170)
        if not self.desk.writes:
            self.desk.say(ONLY_LOOKS, Tone.WARNING)
        QTimer.singleShot(0, self, self.retention.look)

    def _lay_out(self, theme: Theme) -> None:
        column, top, bottom = QVBoxLayout(self), QHBoxLayout(), QHBoxLayout()
        column.setContentsMargins(*[theme.grid(4)] * 4)
        column.setSpacing(theme.grid(3))
        top.addStretch(1)
        top.addWidget(label("&Your name", self.who, self))
        top.addWidget(self.who)
        self.who.setFixedWidth(theme.grid(56))
        bottom.setSpacing(theme.grid(3))
        bottom.addWidget(self.line, 1)
        bottom.addWidget(self.close_button)
        column.addLayout(top)
        column.addWidget(self.tabs, 1)
        column.addLayout(bottom)

    @Slot()
    def _on_tab(self) -> None:
        tab = self.tabs.currentWidget()
        if tab is self.holds:
            self.holds.look()
        elif tab is self.person:
            self.person.words.setFocus()

    def done(self, result: int) -> None:
        """Nobody waits for what is under way any more; what was done of it stays done."""
        self.line.cancel()
        super().done(result)
