"""Training plans: who has one at the left; what is in it, and what could be put into it, at the right."""

from collections.abc import Sequence

from PySide6.QtCore import QSettings, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from dispatcher.services.training import Proposed, TrainingItem
from ui.board.empty import EmptyState
from ui.insight.coaching_feed import People
from ui.insight.coaching_form import PERSON
from ui.insight.coaching_words import (
    PERSON_HEADS,
    PLAN_HEADS,
    PROPOSED_HEADS,
    item_words,
    person_line,
    persons_of,
    plan_line,
    proposed_line,
)
from ui.insight.grid import Grid
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

SIZES = "insight/training"
NO_PLAN = "Nothing is planned.\nPut something into the plan with N, or take over what is proposed below."
NO_PROPOSALS = (
    "Nothing is proposed: no part of the scorecard of the span shown is weak, "
    "and no certificate runs out within 60 days."
)
PROPOSALS = "Proposed, of the scorecard of the span shown and of certificates. Enter puts it into the plan."


class TrainingPage(QSplitter):
    """GUI thread.

    Signals:
        person_chosen(str): what could be proposed to them?
        add_requested(), change_requested(), finish_requested(), reopen_requested(), remove_requested(): of the line
            chosen, or of the person.
        move_requested(int): the line, so many places down.
        take_requested(Proposed): put this into the plan.
    """

    person_chosen = Signal(str)
    add_requested = Signal()
    change_requested = Signal()
    finish_requested = Signal()
    reopen_requested = Signal()
    remove_requested = Signal()
    move_requested = Signal(int)
    take_requested = Signal(object)

    def __init__(self, theme: Theme, settings: QSettings, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        named(self, "insight.training", "Training plans")
        self._theme, self._settings = theme, settings
        self._people: People | None = None
        self.about = ""
        self.persons = Grid("insight.training.persons", "People", theme, self)
        self._right = QWidget(self)
        self.name = QLabel(self._right)
        self.plan = Grid("insight.training.plan", "The plan", theme, self._right)
        self.empty = EmptyState(theme, icon="school-outline", text=NO_PLAN, parent=self._right)
        self.empty.setObjectName("insight.training.empty")
        self.line = Said("insight.training.line", "The line chosen", theme, self._right)
        self.proposals_said = Said("insight.training.said", "What is proposed", theme, self._right)
        self.proposals = Grid("insight.training.proposals", "Proposed", theme, self._right)
        self.buttons = {
            "add": self._button("add", "Add…", "One more line in the plan  (N)"),
            "change": self._button("change", "Change…", "Other words, or another day  (E)"),
            "finish": self._button("finish", "Done…", "Note that it was done  (S)"),
            "reopen": self._button("reopen", "Not done", "It was not done after all"),
            "up": self._button("up", "Up", "Earlier in the plan  (Ctrl+Up)"),
            "down": self._button("down", "Down", "Later in the plan  (Ctrl+Down)"),
            "remove": self._button("remove", "Remove", "Take it out of the plan  (Del)"),
        }
        self._lay_out()
        self._wire()
        self._dress()

    def _button(self, name: str, text: str, tip: str) -> QPushButton:
        button = named(QPushButton(text, self._right), f"insight.training.{name}", text.rstrip("…"))
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        self._whole, self._row = QVBoxLayout(self._right), QHBoxLayout()
        for button in self.buttons.values():
            self._row.addWidget(button)
        self._row.addStretch()
        self._whole.addWidget(self.name)
        self._whole.addWidget(self.empty, 3)
        self._whole.addWidget(self.plan, 3)
        self._whole.addLayout(self._row)
        self._whole.addWidget(self.line)
        self._whole.addWidget(self.proposals_said)
        self._whole.addWidget(self.proposals, 2)
        for part in (self.persons, self._right):
            self.addWidget(part)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 3)
        self.setChildrenCollapsible(False)
        self.persons.setMinimumWidth(self._theme.grid(104))
        self.setSizes([self._theme.grid(104), self._theme.grid(206)])
        if (sizes := self._settings.value(SIZES)) is not None:
            self.restoreState(sizes)

    def _wire(self) -> None:
        asked = {
            "add": self.add_requested,
            "change": self.change_requested,
            "finish": self.finish_requested,
            "reopen": self.reopen_requested,
            "remove": self.remove_requested,
        }
        for name, signal in asked.items():
            self.buttons[name].clicked.connect(signal)
        self.buttons["up"].clicked.connect(lambda: self.move_requested.emit(-1))
        self.buttons["down"].clicked.connect(lambda: self.move_requested.emit(1))
        self.persons.row_changed.connect(self._on_person)
        self.plan.row_changed.connect(self._allow)
        self.plan.opened.connect(lambda _item: self.change_requested.emit())
        self.proposals.opened.connect(self.take_requested)
        self._theme.changed.connect(self._dress)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._whole.setContentsMargins(grid(4), 0, 0, 0)
        self._whole.setSpacing(grid(2))
        self._row.setSpacing(grid(1.5))
        self.name.setFont(self._theme.font(Size.HEAD))
        for part in (self.plan, self.proposals):
            part.setMinimumHeight(grid(20))

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def item(self) -> TrainingItem | None:
        """The line chosen."""
        current = self.plan.current if not self.plan.isHidden() else None
        return current if isinstance(current, TrainingItem) else None

    def show_people(self, people: People) -> None:
        """As the papers are now; person and line chosen stay so."""
        self._people = people
        known = persons_of(people, [self.about, str(self._settings.value(PERSON, "") or "")])
        former = self.about if self.about in known else (known[0] if known else "")
        self.persons.blockSignals(True)
        self.persons.show_lines(PERSON_HEADS, [person_line(about, people) for about in known])
        self.persons.choose([line.of for line in self.persons.lines()].index(former) if former else -1)
        self.persons.blockSignals(False)
        self._show_plan(former)

    def choose(self, about: str) -> None:
        """This person's plan, whether they have one yet or not."""
        self.about = about
        if self._people is not None:
            self.show_people(self._people)

    @Slot(object)
    def _on_person(self, about: object) -> None:
        if isinstance(about, str) and about != self.about:
            self._show_plan(about)

    def _show_plan(self, about: str) -> None:
        assert self._people is not None
        former, self.about = self.item, about
        items = self._people.plan_of(about)
        self.name.setText(self._people.name_of(about) or "Nobody works here yet")
        self.empty.setVisible(not items)
        self.plan.setVisible(bool(items))
        if items:
            self.plan.show_lines(PLAN_HEADS, [plan_line(item, self._people) for item in items], stretch=3)
            ids = [line.of.id for line in self.plan.lines() if isinstance(line.of, TrainingItem)]
            self.plan.choose(ids.index(former.id) if former and former.id in ids else 0)
        self._allow()
        self.person_chosen.emit(about)

    def show_proposals(self, about: str, proposed: Sequence[Proposed]) -> None:
        """What could be put into this person's plan."""
        if about == self.about and self._people is not None:
            self.proposals_said.say(PROPOSALS if proposed else NO_PROPOSALS, Tone.QUIET)
            self.proposals.setVisible(bool(proposed))
            if proposed:
                lines = [proposed_line(each, self._people.today) for each in proposed]
                self.proposals.show_lines(PROPOSED_HEADS, lines, stretch=3)

    @Slot()
    def _allow(self) -> None:
        item = self.item
        ahead = item is not None and not item.done
        self.line.say(item_words(item, self._people.zone) if item and self._people else "", Tone.QUIET)
        for name in ("change", "finish", "up", "down", "remove"):
            self.buttons[name].setEnabled(ahead)
        self.buttons["reopen"].setVisible(item is not None and item.done)
        self.buttons["finish"].setVisible(not (item is not None and item.done))

    def remember(self) -> None:
        """How the room is divided, for next time."""
        self._settings.setValue(SIZES, self.saveState())
