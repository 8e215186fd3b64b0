"""How the lines stand, in one row at the top: what went today and when, or why nothing goes."""

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from dispatcher.domain.messages import Channel, Message, MessageState
from dispatcher.services.outbox import LineState
from ui import format as fmt
from ui.parts.fields import named
from ui.parts.said import Said, Tone
from ui.theme import Theme


class Health(QWidget):
    """One sentence a channel. GUI thread."""

    def __init__(self, theme: Theme, zone: ZoneInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "messages.health", "How the lines stand")
        self._theme, self._zone = theme, zone
        self.said = {
            channel: Said(f"messages.health.{channel.name.lower()}", f"The line of {channel}", theme, self)
            for channel in Channel
        }
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        for said in self.said.values():
            self._row.addWidget(said, 1)
        theme.changed.connect(self._dress)
        self._dress()

    @Slot()
    def _dress(self) -> None:
        self._row.setSpacing(self._theme.grid(4))

    def show_lines(self, lines: Mapping[Channel, LineState], messages: Sequence[Message], on: date) -> None:
        """How each stands, and what it did on this day."""
        for channel, said in self.said.items():
            state = lines.get(channel) or LineState("")
            words, tone = line_words(channel, state, messages, self._zone, on)
            if (said.text(), said.tone) != (words, tone):
                said.say(words, tone)


def line_words(
    channel: Channel, state: LineState, messages: Sequence[Message], zone: ZoneInfo, on: date
) -> tuple[str, Tone]:
    """As in “E-mail: mail.example.org, sent 12, last 08:14”; or why nothing goes, and when it is tried again."""
    name = str(channel)[:1].upper() + str(channel)[1:]
    sent = [m.sent_at for m in messages if m.channel is channel and m.state is MessageState.SENT and m.sent_at]
    waiting = sum(m.channel is channel and m.state is MessageState.QUEUED for m in messages)
    waits = f"; {waiting} waiting" if waiting else ""
    if state.fault and (state.rests_until or not state.name):
        again = f", next try {fmt.clock(state.rests_until, zone, on)}" if state.rests_until else ""
        return f"{name}: no line: {state.fault.rstrip('.')}{again}{waits}", Tone.BAD
    if not state.name:
        return f"{name}: no line set up{waits}", Tone.WARNING if waiting else Tone.QUIET
    went = f"sent {len(sent)}, last {fmt.clock(max(sent), zone, on)}" if sent else "nothing sent yet"
    return f"{name}: {state.name}, {went}{waits}", Tone.GOOD if sent else Tone.QUIET
