"""What the hand does about people's papers: cards written, settled, moved; lines of plans added, changed, done.

Each asks in the form what it wants, and hands the answer to the feed. Knows the form and the feed, no view.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from PySide6.QtCore import QObject, QSettings, Signal, Slot

from dispatcher.services.insight import Event, Scorecard
from dispatcher.services.insight_coaching import CoachingCard
from dispatcher.services.training import USUAL, Proposed, TrainingItem, TrainingKind
from ui import format as fmt
from ui.insight.coaching_feed import PeopleFeed
from ui.insight.coaching_form import PERSON, Answer, PaperForm, Question
from ui.insight.coaching_words import KINDS, persons_of, tied_words

FAR = timedelta(days=730)
"""So far ahead something can be planned."""
IN_A_PLAN = timedelta(days=28)
"""Until when a line is to be done, unless somebody says otherwise."""
ONLY_LOOKS = "Nothing is written here: this is a copy to try things out in, or a depot without logbook."
HINT = "Kept in this depot alone. Name no customers: a card stays when a customer’s data is erased. Ctrl+Enter writes."

type About = tuple[str, Event | None]
"""A part of a scorecard, and the event behind it, if it is about one."""


class PeopleDeeds(QObject):
    """GUI thread.

    Signals:
        said(str): a sentence about what cannot be done now.
        removed(TrainingItem): this was taken out; it can be put back.
    """

    said = Signal(str)
    removed = Signal(object)

    def __init__(
        self, feed: PeopleFeed, form: PaperForm, settings: QSettings, left: Callable[[], object], parent: QObject
    ) -> None:
        """`left` is told when nothing is asked any more."""
        super().__init__(parent)
        self._feed, self._form, self._settings, self._left = feed, form, settings, left
        feed.written.connect(lambda _words: form.dismiss())
        feed.refused.connect(self._on_refused)

    def _ask(self, question: Question, then: Callable[[Answer], object]) -> None:
        if not self._feed.writes:
            self.said.emit(ONLY_LOOKS)
        elif not self._form.asking:
            self._form.ask(question, then, self._left)

    @Slot(object)
    def _on_refused(self, fault: Exception) -> None:
        if self._form.asking:
            self._form.refuse(fault)
        else:
            self.said.emit(str(fault))

    # --- coaching -------------------------------------------------------------------------------------------------

    def write_card(self, card: Scorecard, choices: Sequence[tuple[str, About]], chosen: int) -> None:
        """About one of these: the event chosen, or a part of the scorecard."""
        people = self._feed.people
        if people is None or not choices:
            self.said.emit("There is no part of a scorecard yet that a card could be about.")
            return
        driver, book = people.drivers.get(card.driver_id), self._feed.cards
        day = book.follow_up_day(driver.weekdays if driver else frozenset(range(7)))

        def write(answer: Answer) -> None:
            assert isinstance(answer.choice, tuple)
            part_id, event = answer.choice
            work = partial(
                book.write, card.driver_id, part_id, answer.words, by=answer.by, event=event, follow_up=answer.day
            )
            self._feed.write(work, f"The card is written, to be looked at again on {fmt.weekday_date(answer.day)}.")

        self._ask(
            Question(
                f"Coaching card for {card.name or 'this driver'}", "Write", words="&Note", day="&Follow-up", on=day,
                earliest=people.today, latest=people.today + FAR, choice="&About", choices=choices, chosen=chosen,
                hint=HINT,
            ),
            write,
        )  # fmt: skip

    def settle_card(self, card: CoachingCard) -> None:
        """It was gone through."""
        done = lambda answer: self._feed.write(
            partial(self._feed.cards.settle, card.id, answer.words, by=answer.by), "The card is settled."
        )
        self._ask(Question(f"Settle: {self._named(card)}", "Settle", words="&What came of it"), done)

    def move_card(self, card: CoachingCard) -> None:
        """To another day of follow-up."""
        people = self._feed.people
        assert people is not None

        def move(answer: Answer) -> None:
            words = f"It is looked at again on {fmt.weekday_date(answer.day)}."
            self._feed.write(partial(self._feed.cards.move, card.id, answer.day, by=answer.by), words)

        on = max(card.follow_up or people.today, people.today)
        self._ask(
            Question(f"When to look again: {self._named(card)}", "Move", day="&Follow-up", on=on,
                     earliest=people.today, latest=people.today + FAR),
            move,
        )  # fmt: skip

    def reopen_card(self, card: CoachingCard) -> None:
        """It wants going through once more."""
        done = lambda answer: self._feed.write(
            partial(self._feed.cards.reopen, card.id, answer.words, by=answer.by), "The card is open again."
        )
        self._ask(Question(f"Open again: {self._named(card)}", "Open again", words="&Why"), done)

    def _named(self, card: CoachingCard) -> str:
        people = self._feed.people
        assert people is not None
        return f"{people.name_of(card.driver_id)}, {tied_words(card, people)}"

    # --- training -------------------------------------------------------------------------------------------------

    def add_item(self, about: str) -> None:
        """One more line, of this person's plan or of anybody's."""
        people = self._feed.people
        if people is None:
            return
        ids = {people.name_of(each): each for each in persons_of(people, [about, self._person])}

        def add(answer: Answer) -> None:
            kind, usual = _kind(answer.choice)
            whom, words = ids.get(answer.person, answer.person), answer.words or usual
            work = partial(self._feed.training.add, whom, kind, words, answer.day, by=answer.by)
            self._feed.write(work, f"It is in the plan of {answer.person}.")

        self._ask(
            Question(
                "One more line in a training plan", "Add", words="&Words", needed=False, day="&By when",
                on=people.today + IN_A_PLAN, earliest=people.today, latest=people.today + FAR,
                choice="&What", choices=_usual(), person="F&or", persons=list(ids), whom=people.name_of(about),
                hint="Words of your own take the place of the usual ones; another name than those listed will do.",
            ),
            add,
        )  # fmt: skip

    def change_item(self, item: TrainingItem) -> None:
        """Other words, another kind, another day."""
        people = self._feed.people
        assert people is not None

        def change(answer: Answer) -> None:
            kind, _ = _kind(answer.choice)
            work = partial(self._feed.training.change, item.id, kind, answer.words, answer.day, by=answer.by)
            self._feed.write(work, "The plan is changed.")

        kinds = [(words, (kind, "")) for kind, words in KINDS.items()]
        self._ask(
            Question(
                f"Change: {people.name_of(item.about)}, {item.what}", "Change", words="&Words", text=item.what,
                day="&By when", on=item.due, earliest=min(item.due, people.today), latest=people.today + FAR,
                choice="&Kind", choices=kinds, chosen=list(KINDS).index(item.kind),
            ),
            change,
        )  # fmt: skip

    def finish_item(self, item: TrainingItem) -> None:
        """It was done, on this day or before it."""
        people = self._feed.people
        assert people is not None

        def finish(answer: Answer) -> None:
            work = partial(self._feed.training.finish, item.id, answer.words, by=answer.by, on=answer.day)
            self._feed.write(work, f"Noted as done: {item.what}.")

        self._ask(
            Question(f"Done: {people.name_of(item.about)}, {item.what}", "Done", words="&Note", needed=False,
                     day="&On", on=people.today, latest=people.today),
            finish,
        )  # fmt: skip

    def reopen_item(self, item: TrainingItem) -> None:
        """It was not done after all."""
        self._named_by("Not done after all", partial(self._feed.training.reopen, item.id), "It is to be done again.")

    def take(self, proposed: Proposed) -> None:
        """Put what was proposed into the plan."""
        work = partial(
            self._feed.training.add, proposed.about, proposed.kind, proposed.what, proposed.due, reason=proposed.reason
        )
        self._named_by(f"Put into the plan: {proposed.what}", work, f"It is in the plan: {proposed.what}.")

    def move_item(self, item: TrainingItem, places: int) -> None:
        """Up or down."""
        if self._writes():
            self._feed.write(partial(self._feed.training.move, item.id, places), "")

    def remove_item(self, item: TrainingItem) -> None:
        """Out of the plan."""
        if self._writes():
            self._feed.write(partial(self._feed.training.remove, item.id), f"Taken out of the plan: {item.what}.")
            self.removed.emit(item)

    def put_back(self, item: TrainingItem) -> None:
        """As it was."""
        if self._writes():
            self._feed.write(partial(self._feed.training.put_back, item), f"Back in the plan: {item.what}.")

    def _named_by(self, title: str, work: Callable[..., object], words: str) -> None:
        """Without a question where the name is known."""
        if self._person and self._writes():
            self._feed.write(partial(work, by=self._person), words)
        elif not self._person:
            self._ask(Question(title, "Go on"), lambda answer: self._feed.write(partial(work, by=answer.by), words))

    def _writes(self) -> bool:
        if not self._feed.writes:
            self.said.emit(ONLY_LOOKS)
        return self._feed.writes and not self._form.asking

    @property
    def _person(self) -> str:
        return str(self._settings.value(PERSON, "") or "")


def _usual() -> list[tuple[str, object]]:
    """Of words of one's own, first one of each kind."""
    free: list[tuple[str, object]] = [(f"{words}: in words of your own", (kind, "")) for kind, words in KINDS.items()]
    return [*((f"{KINDS[kind]}: {words}", (kind, words)) for kind, words in USUAL), *free]


def _kind(choice: object) -> tuple[TrainingKind, str]:
    assert isinstance(choice, tuple)
    kind, usual = choice
    return TrainingKind(kind), str(usual)
