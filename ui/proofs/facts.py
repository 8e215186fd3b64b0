"""The right of the workbench: all that is known of one proof, in words."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from html import escape
from zoneinfo import ZoneInfo

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from dispatcher.domain.proof import Attempt
from dispatcher.domain.review import Proof
from ui import format as fmt
from ui.board.door import cash_fact, code_fact, line_words, nearness_fact
from ui.board.onroad import GLYPHS
from ui.board.onroad import OUTCOMES as TONES
from ui.board.parts import Fact
from ui.parts.fields import named
from ui.proofs.looking import Looked
from ui.proofs.words import DECISIONS, GRAVE, OUTCOMES, SECOND, flag_words, second_words
from ui.theme import Size, Theme

LATER = timedelta(minutes=1)
"""What comes in so much after it was said was said without a line."""


class Sheet:
    """One proof and what was found of it; knows no widget."""

    def __init__(
        self, proof: Proof, looked: Looked | None, *, driver: str, changed: str, zone: ZoneInfo, on: date
    ) -> None:
        self.proof, self.looked, self.driver, self.changed = proof, looked, driver, changed
        self._zone, self._on = zone, on

    def door(self) -> Iterator[Fact]:
        """What happened at the door."""
        attempt = self.proof.attempt
        again = f", attempt {attempt.number}" if attempt.number > 1 else ""
        outcome = f"{GLYPHS[attempt.outcome]} {OUTCOMES[attempt.outcome]}{again}"
        yield Fact("Outcome", outcome, TONES[attempt.outcome][1])
        yield Fact("Reason", self._reason(attempt.reason))
        yield Fact("Given to", " · ".join(filter(None, (attempt.name, attempt.handover and attempt.handover.value))))
        yield Fact("Note", attempt.note)
        yield code_fact(attempt)
        if self.looked:
            yield cash_fact(attempt, self.looked.currency)
        yield Fact("Scanned", ", ".join(attempt.scans))
        yield Fact("On paper", paper_words(attempt))
        yield Fact("Missing", ", ".join(kind.value for kind in attempt.missing), "late")
        yield Fact("Since then", self.changed, "risk")

    def lines(self) -> Iterator[str]:
        """What became of each article."""
        if self.looked:
            yield from line_words(self.looked.lines, self.proof.attempt, self.looked.reasons)

    def times(self) -> Iterator[Fact]:
        """Planned, and as it was."""
        attempt, looked = self.proof.attempt, self.looked
        yield Fact("Planned", self._clock(looked.planned_at if looked else None))
        yield Fact("Arrived", self._arrived(attempt))
        late = f", came in at {self._clock(attempt.received_at)}" if attempt.received_at - attempt.at > LATER else ""
        by_plan = ", by the plan: nobody wrote the time down" if attempt.guessed_at else ""
        yield Fact("Reported", f"{self._clock(attempt.at)}{by_plan}{late}")
        yield Fact("Left", self._clock(looked.visit.departed_at if looked and looked.visit else None))

    def where(self) -> Iterator[Fact]:
        """The position it was reported from."""
        attempt = self.proof.attempt
        yield nearness_fact(attempt)
        yield Fact(
            "Taken", f"{abs(age_s):,.0f} s from the moment" if (age_s := attempt.place_age_s) is not None else ""
        )
        yield Fact("Accuracy", f"{attempt.accuracy_m:,.0f} m" if attempt.accuracy_m is not None else "")

    def decisions(self) -> Iterator[Fact]:
        """All of them, in order."""
        for review in self.proof.reviews:
            said = f"{review.decision.value} by {review.by}" + (f": {review.note}" if review.note else "")
            yield Fact(self._clock(review.at), said, DECISIONS[review.decision][1])

    def _arrived(self, attempt: Attempt) -> str:
        visit = self.looked.visit if self.looked else None
        said, seen = self._clock(attempt.arrived_at), self._clock(visit.arrived_at if visit else None)
        if said and seen and said != seen:
            return f"{seen} by the track, {said} by the driver"
        return seen or said

    def _reason(self, code: str) -> str:
        known = self.looked.reasons.get(code) if self.looked else None
        return known.label if known else code

    def _clock(self, moment: datetime | None) -> str:
        return fmt.clock(moment, self._zone, self._on) if moment else ""


def paper_words(attempt: Attempt) -> str:
    """Of one that was keyed from a run sheet: which, by whom, and whether it is signed."""
    if not attempt.sheet:
        return ""
    signed = "signed on it" if attempt.signed else "not signed on it"
    return f"sheet {attempt.sheet[:3]}-{attempt.sheet[3:]}, {attempt.app_version.removeprefix('paper, ')}, {signed}"


class Facts(QTextBrowser):
    """Shows a sheet. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "proofs.facts", "About the proof")
        self._theme = theme
        self._sheet: Sheet | None = None
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        theme.changed.connect(self._dress)
        self._dress()

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show it; the same proof again stays where it was scrolled to."""
        same = bool(sheet and self._sheet and sheet.proof.attempt.key == self._sheet.proof.attempt.key)
        at = self.verticalScrollBar().value() if same else 0
        self._sheet = sheet
        self.setHtml(self._page(sheet) if sheet else "")
        self.verticalScrollBar().setValue(at)

    @Slot()
    def _dress(self) -> None:
        self.document().setDefaultFont(self._theme.font(Size.TEXT))
        self.document().setDocumentMargin(self._theme.grid(2))
        self.show_sheet(self._sheet)

    def _page(self, sheet: Sheet) -> str:
        proof = sheet.proof
        head = f"<b>{escape(proof.number)}</b>" + (f" · {escape(proof.name)}" if proof.name else "")
        parts = [
            f"<p>{head}<br>{escape(proof.address)}<br>{self._ink(sheet.driver, 'muted')}</p>",
            self._second(proof),
            self._flags(proof),
            self._section("At the door", sheet.door()),
            self._list(sheet.lines()),
            self._section("Times", sheet.times()),
            self._section("Position", sheet.where()),
            self._section("Decisions", sheet.decisions()),
        ]
        return "".join(parts)

    def _second(self, proof: Proof) -> str:
        words = second_words(proof)
        return f"<p><b>{self._ink(words, SECOND[1])}</b></p>" if words else ""

    def _flags(self, proof: Proof) -> str:
        if not proof.flags:
            said = "Nothing was found; in the sample." if proof.sampled else "Nothing was found."
            return f"<p>{self._ink(said, 'muted')}</p>"
        ink = lambda flag: self._ink(f"⚑ {flag_words(flag)}", "late" if flag.kind in GRAVE else "risk")
        return f"<p>{'<br>'.join(map(ink, proof.flags))}</p>"

    def _section(self, title: str, facts: Iterator[Fact]) -> str:
        rows = [fact for fact in facts if fact.value]
        if not rows:
            return ""
        space = self._theme.grid(3)
        cells = "".join(
            f"<tr><td style='padding-right:{space}px'>{self._ink(fact.label, 'muted')}</td>"
            f"<td>{self._ink(fact.value, fact.tone)}</td></tr>"
            for fact in rows
        )
        return f"<p style='margin-bottom:0'><b>{title}</b></p><table cellspacing='0' cellpadding='1'>{cells}</table>"

    def _list(self, lines: Iterator[str]) -> str:
        said: Sequence[str] = [escape(line) for line in lines]
        return "<p style='margin-top:4px'>" + "<br>".join(said) + "</p>" if said else ""

    def _ink(self, text: str, token: str) -> str:
        words = escape(text).replace("\n", "<br>")
        return f"<span style='color:{self._theme.colour(token).name()}'>{words}</span>"
