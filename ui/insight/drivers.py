"""All of Insight that is about people: scorecards of the span, follow-ups of coaching cards, training plans."""

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QSettings, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from dispatcher.services.insight import Scorecard
from dispatcher.services.insight_coaching import CoachingCard
from dispatcher.services.training import TrainingItem
from ui.board.empty import EmptyState
from ui.insight.coaching import CardsView
from ui.insight.coaching_deeds import PeopleDeeds
from ui.insight.coaching_feed import Followed, People, PeopleFeed
from ui.insight.coaching_form import PaperForm
from ui.insight.scorecard import Scorecards
from ui.insight.training import TrainingPage
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.theme import Theme


class Side(StrEnum):
    """What is shown of people; the value is its name."""

    SCORECARDS = "Scorecards"
    FOLLOW_UPS = "Follow-ups"
    TRAINING = "Training plans"


TIPS = {
    Side.SCORECARDS: "Of everybody who drove in the span  (D)",
    Side.FOLLOW_UPS: "Coaching cards of all drivers, due ones first  (F)",
    Side.TRAINING: "What each person is to learn, by when  (T)",
}


class DriversPage(QWidget):
    """GUI thread.

    Signals:
        order_requested(OrderId), day_requested(date): show it on the board.
        proof_requested(str, date): show the proof of this attempt.
        step_requested(): the step of the empty state was pressed.
    """

    order_requested = Signal(object)
    day_requested = Signal(object)
    proof_requested = Signal(str, object)
    step_requested = Signal()

    def __init__(self, theme: Theme, settings: QSettings, parent: QWidget | None = None) -> None:
        """Shows scorecards alone until it is told by `follow` where papers come from."""
        super().__init__(parent)
        named(self, "insight.people", "People")
        self._theme, self._settings = theme, settings
        self._feed: PeopleFeed | None = None
        self._deeds: PeopleDeeds | None = None
        self._scorecards: Sequence[Scorecard] = ()
        self._group = QButtonGroup(self)
        self.sides = {side: self._side(side) for side in Side}
        self.said = Said("insight.people.said", "What was done last", theme, self)
        self.undo = named(QPushButton("Put back", self), "insight.people.undo", "Put back")
        self.undo.setAutoDefault(False)
        self.undo.hide()
        self._removed: TrainingItem | None = None
        self._removed_shown: TrainingItem | None = None
        self.form = PaperForm(theme, settings, self)
        self.scorecards = Scorecards(theme, settings, self)
        self.empty = EmptyState(theme, icon="steering", text="", parent=self)
        self.empty.setObjectName("insight.people.empty")
        self.follow_ups = CardsView("insight.follow_ups", theme, self, all_=True)
        self.training = TrainingPage(theme, settings, self)
        self._lay_out()
        self._wire()
        self._dress()
        self.choose(Side.SCORECARDS)

    def _side(self, side: Side) -> QToolButton:
        button = named(QToolButton(self), f"insight.side.{side.name.lower()}", side.value)
        button.setText(side.value)
        button.setToolTip(TIPS[side])
        button.setCheckable(True)
        self._group.addButton(button)
        return button

    def _lay_out(self) -> None:
        self._whole, self._top = QVBoxLayout(self), QHBoxLayout()
        self._whole.setContentsMargins(0, 0, 0, 0)
        for button in self.sides.values():
            self._top.addWidget(button)
        self._top.addWidget(self.said, 1)
        self._top.addWidget(self.undo)
        self._top.addStretch()
        self.stack = QStackedWidget(self)
        for page in (self.scorecards, self.empty, self.follow_ups, self.training):
            self.stack.addWidget(page)
        self._whole.addLayout(self._top)
        self._whole.addWidget(self.form)
        self._whole.addWidget(self.stack, 1)

    def _wire(self) -> None:
        plans = self.training
        self._group.buttonClicked.connect(lambda _button: self._settle())
        self.empty.step_requested.connect(self.step_requested)
        self.undo.clicked.connect(self._on_undo)
        self.scorecards.order_requested.connect(self.order_requested)
        self.scorecards.card.coach_requested.connect(self.coach)
        for view in (self.scorecards.card.cards, self.follow_ups):
            view.settle_requested.connect(self.settle_or_finish)
            view.move_requested.connect(self.change)
            view.reopen_requested.connect(self.reopen)
            view.detail.order_requested.connect(self.order_requested)
            view.detail.day_requested.connect(self.day_requested)
            view.detail.proof_requested.connect(self.proof_requested)
        plans.person_chosen.connect(self._on_person)
        plans.add_requested.connect(self.add)
        plans.change_requested.connect(self.change)
        plans.finish_requested.connect(self.settle_or_finish)
        plans.reopen_requested.connect(self.reopen)
        plans.remove_requested.connect(self.remove)
        plans.move_requested.connect(self.move_line)
        self._theme.changed.connect(self._dress)

    def follow(self, feed: PeopleFeed) -> None:
        """Show its papers from now on, and hand it what is done."""
        self._feed, self._deeds = feed, PeopleDeeds(feed, self.form, self._settings, self.take_keys, self)
        for view in (self.scorecards.card.cards, self.follow_ups):
            view.card_chosen.connect(feed.measure)
        self.training.take_requested.connect(self._deeds.take)
        feed.people_read.connect(self._on_people)
        feed.effect_read.connect(self._on_effect)
        feed.proposed.connect(self.training.show_proposals)
        feed.written.connect(self._on_written)
        feed.failed.connect(self.said.say_fault)
        self._deeds.said.connect(lambda words: self.said.say(words, Tone.WARNING))
        self._deeds.removed.connect(self._on_removed)
        if feed.people:
            self._on_people(feed.people)

    @Slot()
    def _dress(self) -> None:
        self._top.setSpacing(self._theme.grid(1))
        self._whole.setSpacing(self._theme.grid(2))

    # --- which side -----------------------------------------------------------------------------------------------

    @property
    def side(self) -> Side:
        """What is shown."""
        return next(side for side, button in self.sides.items() if button.isChecked())

    def choose(self, side: Side) -> None:
        """Show this."""
        self.sides[side].setChecked(True)
        self._settle()

    def _settle(self) -> None:
        self.form.dismiss()
        self.said.say("")
        scorecards = self.scorecards if self._scorecards else self.empty
        pages = {Side.FOLLOW_UPS: self.follow_ups, Side.TRAINING: self.training}
        self.stack.setCurrentWidget(pages.get(self.side, scorecards))
        if self.isVisible():
            self.take_keys()

    def show_empty(self, text: str, step: str) -> None:
        """Why there are no scorecards; plans and cards there may be all the same."""
        self.empty.set_text(text)
        self.empty.set_step(step)
        self.show_cards(())

    def show_cards(self, cards: Sequence[Scorecard]) -> None:
        """Of these drivers."""
        self._scorecards = cards
        if cards:
            self.scorecards.show_cards(cards)
        if self.side is Side.SCORECARDS:
            self.stack.setCurrentWidget(self.scorecards if cards else self.empty)
        if self.training.about:
            self._on_person(self.training.about)

    # --- what was read --------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_people(self, people: People) -> None:
        for side, count in ((Side.FOLLOW_UPS, people.due), (Side.TRAINING, people.overdue)):
            button = self.sides[side]
            button.setText(f"{side.value} {count:,}" if count else side.value)
            late = "due" if side is Side.FOLLOW_UPS else "overdue"
            button.setAccessibleName(f"{side.value}: {count:,} {late}" if count else side.value)
        self.follow_ups.show_cards(people.cards, people)
        self.training.show_people(people)
        self.scorecards.show_people(people)

    @Slot(object)
    def _on_effect(self, followed: Followed) -> None:
        for view in (self.scorecards.card.cards, self.follow_ups):
            view.detail.show_effect(followed)

    @Slot(str)
    def _on_person(self, about: str) -> None:
        card = next((card for card in self._scorecards if card.driver_id == about), None)
        if self._feed:
            self._feed.propose(about, card)

    @Slot(str)
    def _on_written(self, words: str) -> None:
        self.said.say(words, Tone.GOOD)
        self.undo.setVisible(self._removed is not None)
        self._removed_shown, self._removed = self._removed, None

    @Slot(object)
    def _on_removed(self, item: TrainingItem) -> None:
        self._removed = item

    @Slot()
    def _on_undo(self) -> None:
        if self._deeds and self._removed_shown is not None:
            self._deeds.put_back(self._removed_shown)

    # --- what is done ---------------------------------------------------------------------------------------------

    @property
    def card(self) -> CoachingCard | None:
        """The coaching card chosen where the keys are."""
        match self.side:
            case Side.FOLLOW_UPS:
                return self.follow_ups.card
            case Side.SCORECARDS if self._scorecards:
                return self.scorecards.card.cards.card if self.scorecards.card.shows_cards else None
            case _:
                return None

    @Slot()
    def coach(self) -> None:
        """Write a card about what is chosen on the scorecard."""
        card = self.scorecards.card
        if self.side is not Side.SCORECARDS or card.card is None or not self._scorecards:
            self.choose(Side.SCORECARDS)
            self.said.say("Choose a driver, and what the card is about; then press K.", Tone.QUIET)
            return
        if self._deeds:
            self._deeds.write_card(card.card, *card.subjects())

    @property
    def _item(self) -> TrainingItem | None:
        """The line of a plan chosen where the keys are."""
        return self.training.item if self.side is Side.TRAINING else None

    @Slot()
    def settle_or_finish(self) -> None:
        """The card is settled; the line of a plan is done."""
        item, card, deeds = self._item, self.card, self._deeds
        if deeds and item and not item.done:
            deeds.finish_item(item)
        elif deeds and card and card.open:
            deeds.settle_card(card)

    @Slot()
    def change(self) -> None:
        """The card's day of follow-up; the line of a plan."""
        item, card, deeds = self._item, self.card, self._deeds
        if deeds and item and not item.done:
            deeds.change_item(item)
        elif deeds and card and card.open:
            deeds.move_card(card)

    @Slot()
    def reopen(self) -> None:
        """The card is gone through once more; the line of a plan was not done after all."""
        item, card, deeds = self._item, self.card, self._deeds
        if deeds and item and item.done:
            deeds.reopen_item(item)
        elif deeds and card and not card.open:
            deeds.reopen_card(card)

    @Slot()
    def add(self) -> None:
        """One more line in a plan: of the driver whose scorecard is shown, or of the person chosen."""
        if self.side is Side.SCORECARDS and self._scorecards and self.card_shown:
            self.training.choose(self.card_shown.driver_id)
        if self.side is not Side.TRAINING:
            self.choose(Side.TRAINING)
        if self._deeds:
            self._deeds.add_item(self.training.about)

    @property
    def card_shown(self) -> Scorecard | None:
        """The scorecard."""
        return self.scorecards.card.card

    @Slot()
    def remove(self) -> None:
        """The line of a plan."""
        if self._deeds and (item := self._item) and not item.done:
            self._deeds.remove_item(item)

    @Slot(int)
    def move_line(self, places: int) -> None:
        """The line of a plan, down, or up."""
        if self._deeds and (item := self._item) and not item.done:
            self._deeds.move_item(item, places)

    @property
    def grid(self) -> QWidget:
        """The list that the keys belong to."""
        match self.side:
            case Side.FOLLOW_UPS:
                return self.follow_ups.grid
            case Side.TRAINING:
                return self.training.persons if self.training.item is None else self.training.plan
            case _:
                return self.scorecards.list_shown

    @Slot()
    def take_keys(self) -> None:
        """To the list that is shown."""
        self.grid.setFocus()

    def remember(self) -> None:
        """How the room is divided, for next time."""
        self.scorecards.remember()
        self.training.remember()
