"""The line by which a returned sheet is keyed: its keys, what it can say, what it means. Knows no service's door."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from dispatcher.domain.errors import BadInput
from dispatcher.domain.proof import Outcome
from dispatcher.services.loading.returned import SKIP, Returned, Row, read_row, said_of
from ui.loading.sheet_rows import known_of
from ui.parts.said import Tone

HELP = """Enter  delivered, signed
1432  at that time
Maija Virtanen  name
h household, n neighbour
f reception, m mailbox
s safe place
u  not signed
c  all cash, c20.50 so much
p2,0  of each article
/…  note
-  pass by
Backspace  undo last
Ctrl+Enter  save"""


class KeyLine(QLineEdit):
    """Takes a line; says what else was pressed in it.

    Signals:
        entered(str): Enter.
        stepped(int): so many rows down.
        taken_back(): Backspace where nothing is typed.
        saved(): Ctrl+Enter.
        left(): Esc where nothing is typed.
    """

    entered = Signal(str)
    stepped = Signal(int)
    taken_back = Signal()
    saved = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """As told above; Esc empties the line first."""
        key, typed = Qt.Key(event.key()), self.text()
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.saved.emit()
            else:
                self.entered.emit(typed)
        elif key in steps:
            self.stepped.emit(steps[key])
        elif key == Qt.Key.Key_Backspace and not typed:
            self.taken_back.emit()
        elif key == Qt.Key.Key_Escape and not typed:
            self.left.emit()
        elif key == Qt.Key.Key_Escape:
            self.clear()
        else:
            super().keyPressEvent(event)


def meaning_of(row: Row, text: str) -> tuple[str, Tone]:
    """What this text would say of a row, or why it cannot."""
    if text.strip() == SKIP:
        return "Passed by: it stays open.", Tone.QUIET
    if row.done and not text:
        return f"{known_of(row)}. Enter goes on; a stroke and words are noted on its proof.", Tone.WARNING
    if known := "" if row.done else known_of(row):
        return f"{known} Down goes on.", Tone.WARNING
    try:
        keyed = read_row(row, text)
    except BadInput as fault:
        return str(fault), Tone.WARNING if text else Tone.QUIET
    if keyed is None or not row.is_stop:
        return "The time, or Enter for the one planned.", Tone.QUIET
    at = f" at {keyed.clock:%H:%M}" if keyed.clock else ""
    return f"{said_of(keyed, row.asked)}{at}", Tone.QUIET


def totals_of(returned: Returned) -> str:
    """How many ended how, and the cash."""
    stops = returned.stops
    said = [row.done or row.keyed for row in stops]
    ended = [one.outcome if one else None for one in said]
    counts = [(ended.count(outcome), outcome.value) for outcome in Outcome]
    cash = sum(
        (row.keyed.cash if row.keyed and not row.done else row.done.cash if row.done else 0) or 0 for row in stops
    )
    words = [f"{count} {what}" for count, what in counts if count]
    words += [f"{ended.count(None)} open"] if None in ended else []
    words += [f"cash {cash / 100:,.2f}"] if any(row.asked.cash_due for row in stops) else []
    return ", ".join(words)


def legend_of(returned: Returned | None) -> str:
    """What can be typed, with the reasons as they are numbered on this sheet."""
    if returned is None:
        return ""
    reasons = returned.stops[0].asked.reasons if returned.stops else ()
    numbered = "\n".join(f"{n}  {reason.label}" for n, reason in enumerate(reasons, 1))
    return f"{HELP}\n\nNot delivered:\n{numbered}\nk after it: called"
