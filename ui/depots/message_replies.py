"""One row with the address that an SMS gateway brings replies to: to copy, and to make anew when strangers know it."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from dispatcher.domain.progress import Progress
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.gateway_process import folder_of
from dispatcher.services.reply_address import reply_address
from dispatcher.services.workplace import Workplace
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.proofs.asking import AskLine
from ui.runner import OpRunner
from ui.theme import Theme

WHAT = "Type it into the SMS gateway as the address for incoming messages; the depot's gateway must be reached from it."
COPIED = "Copied. Whoever knows it can write in customers' names: keep it between the depot and the gateway."
ANEW = "The former address is void. Type this one into the SMS gateway."
QUESTION = "No replies come in until the gateway knows it."
IN_A_COPY = "Replies come to the depot itself, not to a copy to try things out in."


class ReplyAddress(QWidget):
    """The address is made and read on a worker. GUI thread."""

    def __init__(
        self, name: str, across: float, workplace: Workplace, runner: OpRunner, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._workplace, self._runner = workplace, runner
        self._policy: RoadPolicy | None = None
        self.line = named(QLineEdit(self), name, "Where the SMS gateway brings replies")
        self.line.setReadOnly(True)
        self.line.setFixedWidth(theme.grid(across))
        self.line.setAccessibleDescription(WHAT)
        self.copy = named(QPushButton("Copy", self), f"{name}.copy", "Copy the address for replies")
        self.anew = named(QPushButton("Make anew…", self), f"{name}.anew", "Make another address for replies")
        self.ask = AskLine(theme, self)
        self.ask.setObjectName(f"{name}.ask")
        self.said = Said(f"{name}.said", "About the address for replies", theme, self)
        self.setFocusProxy(self.line)
        self._lay_out(theme)
        self.copy.clicked.connect(self._on_copy)
        self.anew.clicked.connect(lambda: self.ask.ask_yes(QUESTION, self._make_anew, go="Make anew"))
        self._show("")

    def _lay_out(self, theme: Theme) -> None:
        row, whole = QHBoxLayout(), QVBoxLayout(self)
        row.setSpacing(theme.grid(2))
        row.addWidget(self.line)
        for button in (self.copy, self.anew):
            button.setAutoDefault(False)
            row.addWidget(button)
        for button in (self.ask.go, self.ask.leave):
            button.setAutoDefault(False)
        row.addStretch(1)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.grid(1))
        whole.addLayout(row)
        whole.addWidget(self.ask)
        whole.addWidget(self.said)

    def look(self, policy: RoadPolicy) -> None:
        """Show the address; it is made if there was none."""
        if self._workplace.what_if is not None:
            self.said.say(IN_A_COPY, Tone.QUIET)
            return
        self._policy = policy
        self.said.say(WHAT, Tone.QUIET)
        self._read(anew=False)

    def _read(self, *, anew: bool) -> None:
        policy, folder = self._policy, folder_of(self._workplace.home, self._workplace.slug)
        if policy is None:
            return

        def work(_progress: Progress) -> str:
            return reply_address(policy, folder, anew=anew)

        self._runner.start(work, title="Looking for the address", on_done=self._show, on_failed=self.said.say_fault)

    def _make_anew(self) -> None:
        self.said.say(ANEW, Tone.WARNING)
        self._read(anew=True)

    def _show(self, address: str) -> None:
        self.line.setText(address)
        self.line.setCursorPosition(0)
        for button in (self.copy, self.anew):
            button.setEnabled(bool(address))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.line.text())
        self.said.say(COPIED, Tone.QUIET)
