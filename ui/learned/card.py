"""One thing that can be learned: whether it is used, how it does beside the plain rule, and what it goes by."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from dispatcher.domain.learned import Target, Trial
from ui.learned.bars import Bar, Bars
from ui.learned.words import NAMES, effect_words, error_words, extent_words, gain_words, used_words
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.theme import Size, Theme

MOST_REASONS = 6


class TrialCard(QFrame):
    """GUI thread."""

    def __init__(self, target: Target, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.target, self._theme, names = target, theme, NAMES[target]
        named(self, f"learned.card.{target}", names.title)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.title = QLabel(names.title, self)
        self.state = Said(f"learned.card.{target}.state", "Whether it is used", theme, self)
        self.heading = QLabel("Error on held-out days", self)
        self.heading.setToolTip(names.error)
        self.errors = Bars(f"learned.card.{target}.errors", "Errors on held-out days", theme, self)
        self.gain = Said(f"learned.card.{target}.gain", "How much better it is", theme, self)
        self.extent = Said(f"learned.card.{target}.extent", "What it was learned from", theme, self)
        self.mostly = QLabel("Goes mostly by", self)
        self.reasons = Bars(f"learned.card.{target}.reasons", "Main reasons", theme, self, signed=True)
        self._column = QVBoxLayout(self)
        parts = (self.title, self.state, self.heading, self.errors, self.gain, self.extent, self.mostly, self.reasons)
        for part in parts:
            self._column.addWidget(part)
        self._column.addStretch(1)
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._column.setContentsMargins(*[grid(3)] * 4)
        self._column.setSpacing(grid(2))
        self.title.setFont(self._theme.font(Size.HEAD, bold=True))
        for heading in (self.heading, self.mostly):
            heading.setFont(self._theme.font(Size.SMALL, bold=True))

    def show_trial(self, trial: Trial) -> None:
        """How it did."""
        self.state.say(used_words(trial), Tone.GOOD if trial.used else Tone.PLAIN)
        tried = trial.plain is not None
        self.heading.setVisible(tried)
        names = NAMES[self.target]
        errors = (
            Bar("Plain rule", trial.plain, error_words(self.target, trial.plain), tip=f"Plain rule: {names.rule}"),
            Bar("Learned", trial.learned, error_words(self.target, trial.learned), "accent", names.error),
        )
        self.errors.show_bars(errors if tried else ())
        self.gain.say(gain_words(trial), Tone.PLAIN)
        self.extent.say(extent_words(trial), Tone.QUIET)
        reasons = [
            Bar(
                each.words,
                each.effect,
                effect_words(self.target, each.effect),
                "risk" if each.effect > 0 else "done",
                f"{each.words}: {effect_words(self.target, each.effect)}, {each.samples:,} {names.samples}",
            )
            for each in trial.because[:MOST_REASONS]
        ]
        self.mostly.setVisible(bool(reasons))
        self.reasons.show_bars(reasons)
