"""The second page of the pairing form: what the phone scans, or what is typed into its app, step by step."""

from html import escape

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from dispatcher.domain.devices import App
from dispatcher.services.pairing_apps import CERTIFICATE, CERTIFIED, PAGE_STEPS, Setup
from ui.parts.fields import named, set_icon
from ui.parts.said import Said
from ui.phones.qr import QrCode
from ui.theme import Size, Theme

LARGE, LITTLE = 68, 32
"""Sides of the codes, in steps of the grid."""


class Showing(QWidget):
    """GUI thread.

    Signals:
        copied(str): what is in the clipboard now, in words.
    """

    copied = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._make()
        self._lay_out()
        theme.changed.connect(self._dress)
        self._dress()

    def _make(self) -> None:
        theme = self._theme
        self.heading = named(QLabel(self), "pair.heading", "Whose phone, and which app")
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.steps = named(QLabel(self), "pair.steps", "What to do")
        self.steps.setWordWrap(True)
        self.steps.setTextFormat(Qt.TextFormat.RichText)
        self.steps.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.qr = QrCode("pair.qr", "QR code for the phone", theme.grid(LARGE), self)
        self.code = named(QLabel(self), "pair.code", "The code in letters")
        self.code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy_link = named(QPushButton("Copy the link", self), "pair.copy", "Copy the link")
        self.copy_link.clicked.connect(self._on_copy_link)
        self.said = Said("pair.said", "How it stands", theme, self)
        self.certificate = QrCode("pair.certificate", "QR code of the set-up page", theme.grid(LITTLE), self)
        self.certificate_words = named(QLabel(self), "pair.certificate.words", "The depot's certificate")
        self.certificate_words.setWordWrap(True)
        self.certificate_words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.lines = named(QPlainTextEdit(self), "pair.lines", "Lines to paste")
        self.lines.setReadOnly(True)
        self.lines.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.copy_lines = named(QPushButton("Copy the lines", self), "pair.copy_lines", "Copy the lines")
        self.copy_lines.clicked.connect(self._on_copy_lines)

    def _lay_out(self) -> None:
        centre = Qt.AlignmentFlag.AlignHCenter
        self._left = QVBoxLayout()
        self._left.addWidget(self.qr, 0, centre)
        self._left.addWidget(self.code, 0, centre)
        self._left.addWidget(self.copy_link, 0, centre)
        self._left.addStretch(1)
        self.fields = QWidget(self)
        self._fields = QGridLayout(self.fields)
        self._fields.setContentsMargins(0, 0, 0, 0)
        self._fields.setColumnStretch(1, 1)
        self._trust = QHBoxLayout()
        self._trust.addWidget(self.certificate, 0, Qt.AlignmentFlag.AlignTop)
        self._trust.addWidget(self.certificate_words, 1)
        inner = QWidget(self)
        self._right = QVBoxLayout(inner)
        self._right.setContentsMargins(0, 0, 0, 0)
        self._right.addLayout(self._trust)
        for part in (self.steps, self.fields, self.lines):
            self._right.addWidget(part)
        self._right.addWidget(self.copy_lines, 0, Qt.AlignmentFlag.AlignLeft)
        self._right.addStretch(1)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QScrollArea.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inner)
        columns = QHBoxLayout()
        columns.addLayout(self._left)
        columns.addWidget(self.area, 1)
        self._columns = columns
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.heading)
        whole.addLayout(columns, 1)
        whole.addWidget(self.said)

    @Slot()
    def _dress(self) -> None:
        grid = self._theme.grid
        self._columns.setSpacing(grid(6))
        self._trust.setSpacing(grid(3))
        for layout in (self._left, self._right, self._fields):
            layout.setSpacing(grid(2))
        self.qr.set_side(grid(LARGE))
        self.certificate.set_side(grid(LITTLE))
        self.code.setFont(self._theme.font(Size.HEAD, bold=True))
        self.heading.setFont(self._theme.font(Size.HEAD))
        for part in (self.steps, self.certificate_words):
            part.setFont(self._theme.font(Size.TEXT))
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(Size.SMALL * self._theme.scale)
        self.lines.setFont(fixed)
        self.lines.setMinimumHeight(grid(46))
        for button in (self.copy_link, self.copy_lines):
            set_icon(button, "content-copy", self._theme)
        for tool in self.fields.findChildren(QToolButton):
            set_icon(tool, "content-copy", self._theme)

    # --- what is shown --------------------------------------------------------------------------------------------

    def show_code(self, link: str, code: str, setup_page: str) -> None:
        """A one-time code for the driver page."""
        self._show(link, code, setup_page, Setup(link, PAGE_STEPS), App.PAGE)

    def show_setup(self, setup: Setup, app: App, setup_page: str) -> None:
        """What another app takes."""
        self._show(setup.link, "", setup_page, setup, app)

    def cross_out(self) -> None:
        """The code is good no longer."""
        self.qr.show_text("")
        self.code.clear()
        self.copy_link.setEnabled(False)

    def _show(self, link: str, code: str, setup_page: str, setup: Setup, app: App) -> None:
        self.qr.show_text(link)
        self.code.setText(code)
        self.copy_link.setEnabled(True)
        self.qr.setVisible(bool(link))
        self.copy_link.setVisible(bool(link))
        self.code.setVisible(bool(code))
        with_certificate = app in CERTIFIED
        self.certificate.show_text(setup_page if with_certificate else "")
        self.certificate.setVisible(with_certificate)
        self.certificate_words.setText(
            f"First, once a phone: scan the small code, or open {setup_page} on the phone, and install the depot's "
            "certificate as it says there."
            if with_certificate
            else f"The depot's certificate is at {setup_page}"
        )
        steps = [step for step in setup.steps if step != CERTIFICATE]  # told beside its own code
        self.steps.setText("<ol>" + "".join(f"<li>{escape(step)}</li>" for step in steps) + "</ol>")
        server = app is App.SERVER
        self._show_fields(() if server else setup.fields)
        self.lines.setPlainText(_entries(setup) if server else "")
        self.lines.setVisible(server)
        self.copy_lines.setVisible(server)
        self._dress()

    def _show_fields(self, fields: tuple[tuple[str, str], ...]) -> None:
        while taken := self._fields.takeAt(0):
            if gone := taken.widget():
                gone.deleteLater()
        for row, (name, value) in enumerate(fields):
            field = named(QLineEdit(value, self.fields), f"pair.field.{row}", name)
            field.setReadOnly(True)
            field.setCursorPosition(0)
            field.setPlaceholderText("leave empty")
            copy = named(QToolButton(self.fields), f"pair.field.{row}.copy", f"Copy: {name}")
            copy.setToolTip(f"Copy: {name}")
            copy.setEnabled(bool(value))
            copy.clicked.connect(lambda _checked=False, name=name, value=value: self._copy(value, name))
            self._fields.addWidget(QLabel(name, self.fields), row, 0)
            self._fields.addWidget(field, row, 1)
            self._fields.addWidget(copy, row, 2)
        self.fields.setVisible(bool(fields))

    # --- copying --------------------------------------------------------------------------------------------------

    @Slot()
    def _on_copy_link(self) -> None:
        self._copy(self.qr.text, "The link")

    @Slot()
    def _on_copy_lines(self) -> None:
        self._copy(self.lines.toPlainText(), "All lines")

    def _copy(self, text: str, what: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.copied.emit(f"Copied: {what}")


def _entries(setup: Setup) -> str:
    """As a Traccar server's configuration file has them (traccar.org/configuration-file)."""
    return "\n".join(f"<entry key='{escape(key)}'>{escape(value)}</entry>" for key, value in setup.fields)
