"""The hand that decides: asks who, and why, and hands every decision to the feed under that name."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtCore import QObject, QSettings, Slot

from dispatcher.domain.review import Decision
from ui import format as fmt
from ui.parts.said import Said, Tone
from ui.proofs.asking import AskLine
from ui.proofs.bar import QueueBar
from ui.proofs.bench import Bench
from ui.proofs.feed import ReviewFeed
from ui.proofs.words import Row

REVIEWER = "proofs/reviewer"


class Judge(QObject):
    """Connects the workbench's deeds. GUI thread; what is decided comes back through the feed."""

    def __init__(
        self,
        bench: Bench,
        bar: QueueBar,
        ask: AskLine,
        said: Said,
        feed: ReviewFeed | None,
        settings: QSettings,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._bench, self._bar, self._ask_line, self._said = bench, bar, ask, said
        self._feed, self._settings = feed, settings
        self.on: date | None = None
        """The day that is decided on."""
        bar.show_reviewer(self.reviewer)
        deeds = {
            "accept": partial(self._decide_current, Decision.ACCEPTED),
            "query": self._on_query,
            "reject": self._on_reject,
            "note": self._on_note,
            "accept_unflagged": self._on_accept_unflagged,
        }
        for name, deed in deeds.items():
            bench.deeds[name].triggered.connect(lambda _checked=False, deed=deed: deed())

    @property
    def reviewer(self) -> str:
        """Under whose name decisions are kept; empty before it was asked."""
        return str(self._settings.value(REVIEWER, "") or "")

    @Slot()
    def ask_reviewer(self, then: Callable[[], object] | None = None) -> None:
        """Ask for the name; it stays for this window and the next."""

        def keep(name: str) -> None:
            self._settings.setValue(REVIEWER, name)
            self._bar.show_reviewer(name)
            if then:
                then()

        self._ask_line.ask_words(
            "Your name, as it stands on decisions:", keep, go="Keep", missing="A name, please", text=self.reviewer
        )

    def _decide_current(self, decision: Decision, note: str = "", row: Row | None = None) -> None:
        chosen = row or self._bench.current
        if chosen is not None:
            self._decide((chosen,), decision, note)

    def _decide(self, rows: Sequence[Row], decision: Decision, note: str = "") -> None:
        """Write it, under the reviewer's name, and go on to the next that is open."""
        if not self.reviewer:
            self.ask_reviewer(lambda: self._decide(rows, decision, note))
            return
        if self._feed is None or self.on is None:
            return
        keys = [row.key for row in rows]
        self._said.say("")
        self._feed.decide(self.on, keys, decision, by=self.reviewer, note=note)
        self._bench.model.change((), self._feed.deciding)
        current = self._bench.current
        if decision is not Decision.NOTED and current and current.key in keys:
            self._bench.go_to_open()

    def _on_query(self) -> None:
        self._ask("Question to the driver about {number}:", Decision.QUERIED, "Send", "What do you want to know?")

    def _on_reject(self) -> None:
        self._ask("Why is {number} rejected?", Decision.REJECTED, "Reject", "A reason, please")

    def _on_note(self) -> None:
        self._ask("Note on {number}:", Decision.NOTED, "Keep", "Some words, please")

    def _ask(self, question: str, decision: Decision, go: str, missing: str) -> None:
        """The answer is about the proof that was shown when it was asked."""
        row = self._bench.current
        if row is not None:
            then = lambda words: self._decide_current(decision, words, row)
            self._ask_line.ask_words(question.format(number=row.proof.number), then, go=go, missing=missing)

    def _on_accept_unflagged(self) -> None:
        rows = [row for row in self._bench.queue.rows() if row.plain]
        if not rows:
            self._said.say("None of those shown is open and without a finding.", Tone.QUIET)
            return
        sampled = sum(row.open and row.proof.sampled for row in self._bench.queue.rows())
        verb = "stays" if sampled == 1 else "stay"
        stay = f" {fmt.count(sampled, 'proof')} of the sample {verb} to be looked at." if sampled else ""
        question = f"Accept {fmt.count(len(rows), 'proof')} shown without a finding?{stay}"
        self._ask_line.ask_yes(question, lambda: self._decide(rows, Decision.ACCEPTED), go="Accept")
