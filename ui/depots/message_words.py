"""The page of a depot's settings with the words of messages: chosen at the left, written at the right, seen below."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.depot import Depot
from dispatcher.domain.messages import Channel, Event, Template
from dispatcher.domain.orders import Order
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.preview import FIELDS, languages, preview, shipped
from ui.depots.messages import EVENTS, language_words
from ui.messages.words import length_words
from ui.parts.fields import mark, named
from ui.parts.said import Said, Tone
from ui.theme import Theme

NAME = "depot_settings.messages.words"
MADE_UP = "a made-up order"
MOST_OFFERED = 200
"""Orders of the day to look at the words with."""
SNIPPETS = {
    "collection": "{% if collection %}…{% else %}…{% endif %}",
    "partly": "{% if partly %}…{% endif %}",
    "articles": "{% for article in articles %}{{ article }} {% endfor %}",
}
"""Fields that are no words by themselves."""
OWN, SHIPPED = "the depot's own words", "the program's words"

type Key = tuple[Event, Channel, str]


class WordsPage:
    """The templates. GUI thread."""

    def __init__(self, theme: Theme, tabs: QTabWidget, depot: Depot) -> None:
        self._theme, self._depot = theme, depot
        self._own: dict[Key, Template] = {}
        self._language = "en"
        self._orders: Mapping[str, Order] = {}
        self._on: date | None = None
        self.area = named(QWidget(tabs), NAME, "The words of messages")
        tabs.addTab(self.area, "Words")
        self._make_list()
        self._make_editor()
        self._make_preview()
        self._lay_out()
        self._wire()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make_list(self) -> None:
        self.language = named(QComboBox(self.area), f"{NAME}.language", "The language of these words")
        self.list = named(QListWidget(self.area), f"{NAME}.list", "Messages")
        for event in EVENTS:
            for channel in Channel:
                item = QListWidgetItem(_title(event, channel))
                item.setData(Qt.ItemDataRole.UserRole, (event.name, channel.name))
                self.list.addItem(item)
        self.list.setFixedWidth(self._theme.grid(52))

    def _make_editor(self) -> None:
        self.whose = Said(f"{NAME}.whose", "Whose words these are", self._theme, self.area)
        self.whose.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.reset = named(
            QPushButton("Back to the program's words", self.area), f"{NAME}.reset", "The program's words"
        )
        self.reset.setAutoDefault(False)
        self.subject = named(QLineEdit(self.area), f"{NAME}.subject", "Subject of the e-mail")
        self.subject.setPlaceholderText("Subject")
        self.text = named(QPlainTextEdit(self.area), f"{NAME}.text", "Words of the message")
        self.text.setTabChangesFocus(True)
        self.text.setFont(self._fixed())
        self.names = named(QListWidget(self.area), f"{NAME}.fields", "Fields to insert by click")
        self.names.setFlow(QListView.Flow.LeftToRight)
        self.names.setWrapping(True)
        self.names.setResizeMode(QListView.ResizeMode.Adjust)
        self.names.setSpacing(self._theme.grid(0.5))
        self.names.setFixedHeight(self._theme.grid(14))
        self.names.setToolTip("A click puts the field where the cursor is")
        self.fault = Said(f"{NAME}.fault", "What is wrong with these words", self._theme, self.area)

    def _fixed(self) -> QFont:
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self._theme.font().pointSizeF())
        return font

    def _make_preview(self) -> None:
        self.order = named(QComboBox(self.area), f"{NAME}.order", "With which order it is shown")
        self.order.setMinimumContentsLength(16)
        self.order.addItem(MADE_UP, "")
        self.counter = named(QLabel(self.area), f"{NAME}.counter", "How long it is")
        self.counter.setProperty("muted", True)
        self.counter.setMinimumWidth(1)  # a long one is cut rather than widening the form
        self.counter.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.shown = named(QPlainTextEdit(self.area), f"{NAME}.preview", "How the customer reads it")
        self.shown.setReadOnly(True)
        self.shown.setTabChangesFocus(True)

    def _lay_out(self) -> None:
        grid = self._theme.grid
        left, right = QVBoxLayout(), QVBoxLayout()
        left.addWidget(self.language)
        left.addWidget(self.list, 1)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.whose, 1)
        head.addWidget(self.reset)
        foot.addWidget(QLabel("Shown with", self.area))
        foot.addWidget(self.order)
        foot.addWidget(self.counter, 1)
        right.addLayout(head)
        right.addWidget(self.subject)
        right.addWidget(self.text, 3)
        right.addWidget(self.names)
        right.addWidget(self.fault)
        right.addLayout(foot)
        right.addWidget(self.shown, 2)
        for column in (left, right, head, foot):
            column.setSpacing(grid(2))
        whole = QHBoxLayout(self.area)
        whole.setContentsMargins(0, grid(2), 0, 0)
        whole.setSpacing(grid(3))
        whole.addLayout(left)
        whole.addLayout(right, 1)

    def _wire(self) -> None:
        self.list.currentItemChanged.connect(self._show)
        self.language.currentIndexChanged.connect(self._on_language)
        self.text.textChanged.connect(self._on_edited)
        self.subject.textEdited.connect(self._on_edited)
        self.reset.clicked.connect(self._on_reset)
        self.names.itemClicked.connect(self._on_field)
        self.names.itemActivated.connect(self._on_field)
        self.order.currentIndexChanged.connect(self._look)

    # --- filling --------------------------------------------------------------------------------------------------

    @property
    def fields(self) -> Mapping[str, QWidget]:
        """By the names that `BadHabit` has for them."""
        return {"messages.templates": self.text}

    def fill(self, policy: RoadPolicy) -> None:
        """Show these."""
        told = policy.messages
        self._own = {(own.event, own.channel, own.language): own for own in told.templates}
        self._language = told.language
        codes = sorted({*languages(), told.language, *(own.language for own in told.templates)})
        self.language.blockSignals(True)
        self.language.clear()
        for code in codes:
            self.language.addItem(language_words(code), code)
        self.language.setCurrentIndex(self.language.findData(told.language))
        self.language.blockSignals(False)
        self._mark_own()
        self.list.setCurrentRow(0)
        self._show()

    def changes(self, policy: RoadPolicy) -> dict[str, Any]:
        """What is filled in."""
        return {"messages": replace(policy.messages, templates=tuple(self._own.values()))}

    def offer_orders(self, on: date, orders: Sequence[Order]) -> None:
        """The real ones of a day to look at the words with."""
        self._on = on
        self._orders = {order.id: order for order in orders[:MOST_OFFERED]}
        for order in self._orders.values():
            self.order.addItem(f"{order.number}  {order.contact.name}".strip(), order.id)

    def show_row(self, row: int) -> None:
        """Go to one of the depot's own templates."""
        event, channel, language = list(self._own)[row]
        self.language.setCurrentIndex(self.language.findData(language))
        names = (event.name, channel.name)
        rows = range(self.list.count())
        self.list.setCurrentRow(next(n for n in rows if self.list.item(n).data(Qt.ItemDataRole.UserRole) == names))

    # --- the one chosen -------------------------------------------------------------------------------------------

    @property
    def _key(self) -> Key:
        event, channel = self.list.currentItem().data(Qt.ItemDataRole.UserRole)
        return Event[event], Channel[channel], self._language

    def _program(self) -> Template:
        return shipped(*self._key) or Template(*self._key, "")

    @Slot()
    def _show(self) -> None:
        """The words, and what may stand in them."""
        event, channel, _ = self._key
        template = self._own.get(self._key) or self._program()
        for field in (self.text, self.subject):
            field.blockSignals(True)
        self.text.setPlainText(template.text)
        self.subject.setText(template.subject)
        for field in (self.text, self.subject):
            field.blockSignals(False)
        self.subject.setVisible(channel is Channel.EMAIL)
        self.names.clear()
        for known in (field for field in FIELDS if event in field.events):
            item = QListWidgetItem(known.name, self.names)
            item.setToolTip(known.what)
        self._look()

    @Slot()
    def _on_language(self) -> None:
        self._language = str(self.language.currentData())
        self._mark_own()
        self._show()

    @Slot()
    def _on_edited(self) -> None:
        program = self._program()
        written = replace(program, text=self.text.toPlainText(), subject=self.subject.text())
        if (written.text.strip(), written.subject) == (program.text.strip(), program.subject):
            self._own.pop(self._key, None)
        else:
            self._own[self._key] = written
        self._mark_own()
        self._look()

    @Slot()
    def _on_reset(self) -> None:
        self._own.pop(self._key, None)
        self._mark_own()
        self._show()

    @Slot(QListWidgetItem)
    def _on_field(self, item: QListWidgetItem) -> None:
        into = SNIPPETS.get(item.text(), f"{{{{ {item.text()} }}}}")
        if self.subject.hasFocus():
            self.subject.insert(into)
            self._on_edited()
        else:
            self.text.insertPlainText(into)
            self.text.setFocus()

    def _mark_own(self) -> None:
        """Bold, and in words: those that the depot has changed."""
        for n in range(self.list.count()):
            item = self.list.item(n)
            event, channel = item.data(Qt.ItemDataRole.UserRole)
            own = (Event[event], Channel[channel], self._language) in self._own
            item.setText(_title(Event[event], Channel[channel]) + (" (own)" if own else ""))
            item.setFont(self._theme.font(bold=own))

    # --- what comes of it -----------------------------------------------------------------------------------------

    @Slot()
    def _look(self) -> None:
        """How it reads, and what is wrong with it."""
        own = self._own.get(self._key)
        self.whose.say(OWN if own else SHIPPED, Tone.QUIET)
        self.reset.setEnabled(own is not None)
        order = self._orders.get(self.order.currentData())
        seen = preview(own or self._program(), self._depot, order, on=self._on)
        self.fault.say("\n".join(seen.faults), Tone.BAD)
        mark(self.text, invalid=bool(seen.faults))
        self.shown.setPlainText(f"{seen.subject}\n\n{seen.text}" if seen.subject else seen.text)
        self.counter.setText(length_words(seen))


def _title(event: Event, channel: Channel) -> str:
    words = str(event)
    return f"{words[0].upper()}{words[1:]}, {channel}"
