"""What the hand does about exceptions: the remedy pressed, take, note, close, reopen; asked for, and handed on.

Knows the bench and its form. What is done is the feed's business, what is shown afterwards the panel's.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QSettings, Signal, Slot

from dispatcher.domain.errors import KnownError
from dispatcher.domain.incidents import Remedy
from dispatcher.services.exceptions import Given, Offer, Shown
from dispatcher.services.workplace import Workplace
from ui.exceptions.asking import ask_for
from ui.exceptions.bench import Bench
from ui.exceptions.feed import ExceptionFeed, Refused
from ui.exceptions.form import Form
from ui.parts.said import Said, Tone
from ui.runner import OpRunner

PERSON = "proofs/reviewer"
"""One name for all that a person does at this window."""
PLANNING = frozenset(
    {
        Remedy.AGAIN_TODAY, Remedy.ANOTHER_DAY, Remedy.OTHER_ADDRESS, Remedy.OTHER_DRIVER, Remedy.COLLECT,
        Remedy.RETURN, Remedy.REFUND, Remedy.GRANT,
    }
)  # fmt: skip
"""What changes the plan."""


class Deeds(QObject):
    """GUI thread.

    Signals:
        begun(): something is under way, or came back refused.
        person_changed(str): somebody else does things from now on.
    """

    begun = Signal()
    person_changed = Signal(str)

    def __init__(
        self,
        feed: ExceptionFeed,
        bench: Bench,
        ask: Form,
        said: Said,
        workplace: Workplace,
        runner: OpRunner,
        settings: QSettings,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._feed, self._bench, self._name_form, self._said = feed, bench, ask, said
        self._clock, self._zone = workplace.clock, workplace.depot.zone
        self._runner, self._settings = runner, settings
        self._hindrance: Callable[[], str] = lambda: ""
        done = {"take": self._take, "note": self._note, "close": self._close, "reopen": self._reopen}
        for name, deed in done.items():
            bench.deeds[name].triggered.connect(lambda _checked=False, deed=deed: deed())
        bench.detail.remedies.wanted.connect(self._on_wanted)
        feed.refused.connect(self._on_refused)

    def set_hindrance(self, hindrance: Callable[[], str]) -> None:
        """What to ask before the plan is changed: a sentence if it cannot be now, or nothing."""
        self._hindrance = hindrance

    # --- who does it ----------------------------------------------------------------------------------------------

    @property
    def person(self) -> str:
        """Under whose name things are done; empty before it was asked."""
        return str(self._settings.value(PERSON, "") or "")

    def ask_person(self, then: Callable[[], object] | None = None) -> None:
        """Ask for the name; it stays for this window and the next."""

        def keep(name: str) -> None:
            self._settings.setValue(PERSON, name)
            self.person_changed.emit(name)
            if then:
                then()

        self._name_form.ask_words(
            "Your name, as it stands on what you do:", keep, go="Keep", missing="A name, please", text=self.person
        )

    def as_somebody(self, deed: Callable[[], object]) -> None:
        """Do it, when it is known under whose name."""
        if self.person:
            deed()
        else:
            self.ask_person(deed)

    # --- what would settle it -------------------------------------------------------------------------------------

    @Slot(object)
    def _on_wanted(self, offer: Offer) -> None:
        shown = self._bench.detail.shown
        if shown is None or not self._feed.mine:
            return
        if offer.remedy in PLANNING and (hindered := self._hindrance()):
            self._said.say(hindered, Tone.WARNING)
            return

        def do(given: str) -> None:
            self.as_somebody(lambda: self._perform(shown, offer, given))

        if offer.wants is Given.NOTHING:
            do("")
        else:
            ask_for(self._bench.detail.form, offer, do, today=self._clock().astimezone(self._zone).date())

    def _perform(self, shown: Shown, offer: Offer, given: str) -> None:
        self._said.say("")
        self._feed.perform(shown.incident.id, offer, given, by=self.person)
        self.begun.emit()

    # --- what else is done ----------------------------------------------------------------------------------------

    def _ids(self) -> tuple[str, ...]:
        return tuple(row.id for row in self._bench.chosen)

    def _take(self) -> None:
        if ids := self._ids():
            self.as_somebody(lambda: self._feed.take(ids, by=self.person))

    def _note(self) -> None:
        if row := self._bench.current:
            note = lambda text: self._feed.note(row.id, text, by=self.person)
            self._ask(f"Note on “{row.incident.what}”", "Keep", note)

    def _close(self) -> None:
        if ids := self._ids():
            these = "it" if len(ids) == 1 else f"these {len(ids):,}"
            self._ask(f"What settled {these}?", "Close", partial(self._do_close, ids))

    def _do_close(self, ids: Sequence[str], text: str) -> None:
        self._said.say("")
        self._feed.close(ids, text, by=self.person)
        self.begun.emit()

    def _reopen(self) -> None:
        if row := self._bench.current:
            reopen = lambda text: self._feed.reopen(row.id, text, by=self.person)
            self._ask("Why is it open again?", "Reopen", reopen)

    def _ask(self, question: str, go: str, then: Callable[[str], object]) -> None:
        """The answer is about what was chosen when it was asked."""
        do = lambda given: self.as_somebody(lambda: then(given))
        self._bench.detail.form.ask_words(question, do, go=go, missing="Some words, please")

    @Slot(object)
    def _on_refused(self, refused: Refused) -> None:
        """It is back in the queue, and why is said."""
        self.begun.emit()
        ids, model = refused.deed.ids, self._bench.model
        n = model.row_of_id(ids[0]) if len(ids) == 1 else None
        shown = model.rows[n].shown if n is not None else None
        about = (shown.number or shown.incident.kind.value) if shown else ""
        if isinstance(refused.fault, KnownError):
            self._said.say(f"{about}: {refused.fault}" if about else str(refused.fault), Tone.BAD)
        else:
            self._said.say_fault(refused.fault)
            self._runner.failed.emit(refused.fault)
