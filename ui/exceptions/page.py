"""The right of the panel: all that is known of one exception, in words."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from html import escape
from zoneinfo import ZoneInfo

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QTextBrowser, QWidget

from dispatcher.services.exceptions import HistoryLine, Shown
from ui import format as fmt
from ui.board.onroad import GLYPHS
from ui.board.onroad import OUTCOMES as TONES
from ui.board.parts import Fact
from ui.exceptions import words
from ui.parts.fields import named
from ui.proofs.words import OUTCOMES
from ui.theme import Size, Theme


class Sheet:
    """One exception, and what happened to its order; knows no widget."""

    def __init__(
        self, shown: Shown, history: Sequence[HistoryLine] | None, *, now: datetime, zone: ZoneInfo, on: date
    ) -> None:
        self.shown, self.history = shown, history
        self._now, self._zone, self._on = now, zone, on

    def standing(self) -> Iterator[Fact]:
        """What it is, how grave, since when, by when, whose."""
        incident = self.shown.incident
        yield Fact("What", incident.kind.value)
        word, _, tone = words.SEVERITIES[incident.severity]
        more = f", raised {_times(incident.escalated)} since it was past due" if incident.escalated else ""
        yield Fact("Severity", f"{word}{more}", tone)
        yield Fact("Since", self.clock(incident.since))
        over = words.over_words(incident, self._now)
        due = ", ".join(filter(None, (self.clock(incident.due_at), over))) if incident.open else ""
        yield Fact("Due", due, "late" if incident.open and incident.due_at < self._now else "text")
        yield Fact("Owner", incident.owner or "nobody yet", "text" if incident.owner else "muted")
        settled = words.settled_words(incident)
        yield Fact("State", words.state_words(incident, self._zone, self._on) + (f", {settled}" if settled else ""))

    def order(self) -> Iterator[Fact]:
        """What was to be delivered, to whom."""
        shown, order = self.shown, self.shown.order
        yield Fact("Order", shown.number if order else "")
        yield Fact("For", shown.name)
        yield Fact("Address", shown.address)
        if order:
            yield Fact("Wanted", fmt.windows(order.windows, self._zone))
            yield Fact("Planned on", fmt.weekday_date(order.date) if order.date != self._on else "")
            yield Fact("Attempt", f"{order.attempt}" if order.attempt > 1 else "")
            yield Fact("Load", fmt.load(order.load))
            yield Fact("Notes", order.notes)
        elif shown.incident.order_id:
            yield Fact("Order", "is no longer there", "risk")
        yield Fact("Call", shown.phone)
        yield Fact("Write to", shown.email)
        yield Fact("Round", ", ".join(filter(None, (shown.round, shown.driver))))

    def door(self) -> Iterator[Fact]:
        """What the driver said of the attempt."""
        attempt = self.shown.attempt
        if attempt is None:
            return
        outcome = f"{GLYPHS[attempt.outcome]} {OUTCOMES[attempt.outcome]}, attempt {attempt.number}"
        yield Fact("Outcome", f"{outcome}, {self.clock(attempt.at)}", TONES[attempt.outcome][1])
        codes = ", ".join(
            f"{name} {code}" for name, code in (("X12", self.shown.x12), ("EDIFACT", self.shown.edifact)) if code
        )
        reason = self.shown.reason or attempt.reason
        yield Fact("Reason", f"{reason} ({codes})" if codes else reason)
        yield Fact("Note", attempt.note)
        yield Fact("Photos", f"{len(attempt.photos)}" if attempt.photos else "")

    def entries(self) -> Iterator[Fact]:
        """The exception's own history, the newest first."""
        for entry in reversed(self.shown.incident.entries):
            yield Fact(self.clock(entry.at), f"{entry.by}: {entry.text}" if entry.by else entry.text)

    def told(self) -> Iterator[Fact]:
        """The order's, the newest first."""
        for line in reversed(self.history or ()):
            yield Fact(self.clock(line.at), f"{line.who}: {line.what}" if line.who else line.what)

    def clock(self, moment: datetime) -> str:
        """At the depot."""
        return fmt.clock(moment, self._zone, self._on)


def _times(n: int) -> str:
    return {1: "once", 2: "twice"}.get(n, f"{n} times")


class Page(QTextBrowser):
    """Shows a sheet. GUI thread."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "exceptions.page", "About the exception")
        self._theme = theme
        self._sheet: Sheet | None = None
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        theme.changed.connect(self._dress)
        self._dress()

    def show_sheet(self, sheet: Sheet | None) -> None:
        """Show it; the same exception again stays where it was scrolled to."""
        same = bool(sheet and self._sheet and sheet.shown.incident.id == self._sheet.shown.incident.id)
        at = self.verticalScrollBar().value() if same else 0
        self._sheet = sheet
        self.setHtml(self._html(sheet) if sheet else "")
        self.verticalScrollBar().setValue(at)

    @Slot()
    def _dress(self) -> None:
        self.document().setDefaultFont(self._theme.font(Size.TEXT))
        self.document().setDocumentMargin(self._theme.grid(2))
        self.show_sheet(self._sheet)

    def _html(self, sheet: Sheet) -> str:
        parts = (
            self._table(sheet.standing()),
            self._section("Order" if sheet.shown.incident.order_id else "On the road", sheet.order()),
            self._section("At the door", sheet.door()),
            self._section("Since then", sheet.entries()),
            self._section("All of this order", sheet.told()),
            "" if sheet.history is not None else f"<p>{self._ink('Reading what else happened…', 'muted')}</p>",
        )
        return "".join(parts)

    def _section(self, title: str, facts: Iterator[Fact]) -> str:
        table = self._table(facts)
        return f"<p style='margin-bottom:0'><b>{title}</b></p>{table}" if table else ""

    def _table(self, facts: Iterator[Fact]) -> str:
        space = self._theme.grid(3)
        rows = [
            f"<tr><td style='padding-right:{space}px'>{self._ink(fact.label, 'muted')}</td>"
            f"<td>{self._ink(fact.value, fact.tone)}</td></tr>"
            for fact in facts
            if fact.value
        ]
        return f"<table cellspacing='0' cellpadding='1'>{''.join(rows)}</table>" if rows else ""

    def _ink(self, text: str, token: str) -> str:
        words_ = escape(text).replace("\n", "<br>")
        return f"<span style='color:{self._theme.colour(token).name()}'>{words_}</span>"
