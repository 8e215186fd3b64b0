"""The page of a depot's settings about the lines that messages leave by: a mail server, a way for short messages."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import shiboken6
from PySide6.QtCore import Slot
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QTabWidget,
    QWidget,
)

from dispatcher.domain.errors import BadInput
from dispatcher.domain.messages import Channel, MailLine, MessagePolicy, Security, SmsLine, SmsWay
from dispatcher.domain.progress import Progress
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.gateway_process import folder_of
from dispatcher.services.habits import MESSAGE_BOUNDS
from dispatcher.services.message_habits import METHODS, complaints
from dispatcher.services.outbox_lines import MAIL_PASSWORD, SMS_SECRET, put_secret, secret_of
from dispatcher.services.trying import try_line
from dispatcher.services.workplace import Workplace
from ui.depots.figures import explained, form_on, page_of
from ui.depots.message_replies import ReplyAddress
from ui.depots.message_test import LineTest, Try
from ui.depots.road import heading
from ui.parts.fields import label, named
from ui.runner import OpRunner
from ui.theme import Theme

NAME = "depot_settings.messages"
WIDE = 84
"""Steps of the grid that a line of text is wide."""
PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}
SECURITIES = {
    Security.STARTTLS: "STARTTLS (usual, port 587)",
    Security.TLS: "TLS from the first byte (port 465)",
    Security.NONE: "none: everybody on the way can read it",
}
WAYS = {
    SmsWay.NONE: "not at all",
    SmsWay.HTTP: "by an HTTP gateway",
    SmsWay.ANDROID: "by an Android phone in the depot",
    SmsWay.GAMMU: "by a modem (gammu)",
}
KEPT, NOT_KEPT = "one is kept; type to replace it", "none"
FORGOTTEN = "forgotten when you save"
PLACES = "{to}, {text}, {id} and {secret} stand for what they say; they are escaped as fits their place."
HTTP, ANDROID = SmsWay.HTTP, SmsWay.ANDROID
MATTERS: Mapping[str, frozenset[SmsWay]] = {
    "method": frozenset({HTTP}),
    "url": frozenset({HTTP, ANDROID}),
    "headers": frozenset({HTTP}),
    "body": frozenset({HTTP}),
    "taken": frozenset({HTTP}),
    "id_path": frozenset({HTTP}),
    "token": frozenset({HTTP, ANDROID}),
    "replies": frozenset({HTTP, ANDROID}),
    "command": frozenset({SmsWay.GAMMU}),
    "per_minute": frozenset(SmsWay) - {SmsWay.NONE},
    "test": frozenset(SmsWay) - {SmsWay.NONE},
}
"""By which ways a field says something. How an Android phone is called is known."""
URLS = {HTTP: "https://sms.example.org/send", ANDROID: "http://192.168.1.30:8082"}


class SecretField(QWidget):
    """Shows that a secret is kept, never which; `change` is what is to become of it. GUI thread."""

    def __init__(self, name: str, accessible: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.line = named(QLineEdit(self), name, accessible)
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setFixedWidth(theme.grid(WIDE))
        self.forget = named(QPushButton("Forget it", self), f"{name}.forget", f"Forget: {accessible}")
        self.forget.setAutoDefault(False)
        self.forget.setCheckable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.grid(2))
        row.addWidget(self.line)
        row.addWidget(self.forget)
        row.addStretch(1)
        self.setFocusProxy(self.line)
        self.forget.toggled.connect(self._on_forget)
        self.show_kept(False)

    def show_kept(self, kept: bool) -> None:
        """Whether there is one."""
        self._kept = kept
        self.line.setPlaceholderText(KEPT if kept else NOT_KEPT)
        self.forget.setVisible(kept)

    @property
    def change(self) -> str | None:
        """The new one; empty to forget the one there is; `None` to leave it as it is."""
        if self.forget.isChecked():
            return ""
        return self.line.text() or None

    @Slot(bool)
    def _on_forget(self, forgotten: bool) -> None:
        self.line.setEnabled(not forgotten)
        if forgotten:
            self.line.clear()
        self.line.setPlaceholderText(FORGOTTEN if forgotten else KEPT)


class LinesPage:
    """Mail server and short messages. GUI thread."""

    def __init__(self, theme: Theme, tabs: QTabWidget, runner: OpRunner, workplace: Workplace) -> None:
        self.area, self._inner = page_of(tabs, "Lines", f"{NAME}.lines", "By what messages leave the depot")
        self._theme, self._runner, self._workplace = theme, runner, workplace
        self._policy, self._depot = MessagePolicy(), workplace.depot.name
        self._road: RoadPolicy | None = None
        """Until the address for replies is made of it."""
        self.form = form_on(self._inner, theme)
        heading(self.form, "E-mail", theme, self._inner)
        self._make_mail()
        to, missing = "name@example.org", "Type an e-mail address to send the test to."
        self.mail_test = LineTest(f"{NAME}.mail.test", to, missing, runner, theme, self._inner)
        self.form.addRow(label("Tr&y it", self.mail_test, self._inner), self.mail_test)
        heading(self.form, "Short messages", theme, self._inner)
        self._make_sms()
        to, missing = "+49 151 23456789", "Type a mobile number to send the test to."
        self.sms_test = LineTest(f"{NAME}.sms.test", to, missing, runner, theme, self._inner)
        self.form.addRow(label("Try &it", self.sms_test, self._inner), self.sms_test)
        self._rows["test"] = self.sms_test
        self.way.currentIndexChanged.connect(self._show_way)
        self.method.currentIndexChanged.connect(self._show_way)
        self.mail_test.prepare = lambda: self._test(Channel.EMAIL, self.password)
        self.sms_test.prepare = lambda: self._test(Channel.SMS, self.token)
        self.security.currentIndexChanged.connect(self._on_security)
        self._show_way()

    # --- making ---------------------------------------------------------------------------------------------------

    def _make_mail(self) -> None:
        inner = self._inner
        self.host = self._line("mail.host", "&Server", "mail.example.org", "empty: no e-mails")
        self.security = named(QComboBox(inner), f"{NAME}.mail.security", "How the way to the server is kept private")
        for security, words in SECURITIES.items():
            self.security.addItem(words, security.name)
        self._add("Se&curity", self.security, "", WIDE)
        self.port = named(QSpinBox(inner), f"{NAME}.mail.port", MESSAGE_BOUNDS["mail.port"].what)
        self.port.setRange(1, 65_535)
        self._add("P&ort", self.port, "", 26)
        self.user = self._line("mail.user", "&User", "", "empty: without logging in")
        self.password = SecretField(f"{NAME}.mail.password", "Password of the mail server", self._theme, inner)
        self.form.addRow(label("Pass&word", self.password, inner), self.password)
        self.sender = self._line("mail.sender", "S&ender", "Depot Aachen <depot@example.org>", "answers come there")

    def _make_sms(self) -> None:
        inner = self._inner
        self.way = named(QComboBox(inner), f"{NAME}.sms.way", "How short messages leave")
        for way, words in WAYS.items():
            self.way.addItem(words, way.name)
        self._rows: dict[str, QWidget | QHBoxLayout] = {}
        self._add("They &leave", self.way, "", WIDE)
        self.method = named(QComboBox(inner), f"{NAME}.sms.method", "How the gateway is called")
        self.method.addItems(METHODS)
        self._rows["method"] = self._add("&Method", self.method, "", 26)
        self.url = self._line(
            "sms.url",
            "&Address",
            "https://sms.example.org/send",
            "of the gateway, or of the app on the phone",
            row="url",
        )
        self.headers = self._text("headers", "&Headers", "Each on a line of its own: Name: value", 2)
        self.body = self._text("body", "&Body", PLACES, 3)
        self.taken = self._line(
            "sms.taken",
            "&Taken if",
            '"status": *"ok"',
            "a regular expression; empty: any success",
            "taken",
        )
        self.id_path = self._line(
            "sms.id_path", "&Its own name at", "messages.0.id", "where in a JSON answer; empty: nowhere", "id_path"
        )
        self.token = SecretField(f"{NAME}.sms.token", "Token of the gateway", self._theme, inner)
        self.form.addRow(label("To&ken", self.token, inner), self.token)
        self._rows["token"] = self.token
        self.replies = ReplyAddress(
            f"{NAME}.sms.replies", WIDE, self._workplace, self._runner, self._theme, inner
        )  # fmt: skip
        self.form.addRow(label("&Replies to", self.replies, inner), self.replies)
        self._rows["replies"] = self.replies
        self.command = self._line("sms.command", "&Program", "gammu", "or its path; set up by gammu-config", "command")
        self.per_minute = named(QSpinBox(inner), f"{NAME}.sms.per_minute", MESSAGE_BOUNDS["sms.per_minute"].what)
        bounds = MESSAGE_BOUNDS["sms.per_minute"]
        self.per_minute.setRange(round(bounds.least), round(bounds.most))
        self._rows["per_minute"] = self._add("At &most", self.per_minute, "a minute", 26)

    def _add(self, words: str, field: QWidget, why: str, across: float) -> QHBoxLayout:
        row = explained(field, why, self._theme, self._inner, across=across)
        self.form.addRow(label(words, field, self._inner), row)
        return row

    def _line(self, part: str, words: str, example: str, why: str, row: str = "") -> QLineEdit:
        field = named(QLineEdit(self._inner), f"{NAME}.{part}", words.replace("&", ""))
        field.setPlaceholderText(example)
        added = self._add(words, field, why, WIDE)
        if row:
            self._rows[row] = added
        return field

    def _text(self, part: str, words: str, why: str, lines: int) -> QPlainTextEdit:
        field = named(QPlainTextEdit(self._inner), f"{NAME}.sms.{part}", words.replace("&", ""))
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        fixed.setPointSizeF(self._theme.font().pointSizeF())
        field.setFont(fixed)
        field.setTabChangesFocus(True)
        field.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        field.setFixedHeight(self._theme.grid(5.5 * lines + 4))
        field.setToolTip(why)
        field.setAccessibleDescription(why)
        self.form.addRow(label(words, field, self._inner), field)
        self._rows[part] = field
        return field

    @property
    def fields(self) -> Mapping[str, QWidget]:
        """By the names that `BadHabit` has for them."""
        return {
            "messages.mail.host": self.host,
            "messages.mail.port": self.port,
            "messages.mail.sender": self.sender,
            "messages.sms.method": self.method,
            "messages.sms.url": self.url,
            "messages.sms.headers": self.headers,
            "messages.sms.body": self.body,
            "messages.sms.taken": self.taken,
            "messages.sms.id_path": self.id_path,
            "messages.sms.command": self.command,
            "messages.sms.per_minute": self.per_minute,
        }

    # --- filling --------------------------------------------------------------------------------------------------

    def fill(self, policy: RoadPolicy) -> None:
        """Show these."""
        self._policy, self._road, mail = policy.messages, policy, policy.messages.mail
        self._ask_secrets()
        self.host.setText(mail.host)
        self.security.blockSignals(True)
        self.security.setCurrentIndex(self.security.findData(mail.security.name))
        self.security.blockSignals(False)
        self.port.setValue(mail.port)
        self.user.setText(mail.user)
        self.sender.setText(mail.sender)
        self.way.blockSignals(True)
        self.way.setCurrentIndex(self.way.findData(policy.messages.sms.way.name))
        self.way.blockSignals(False)
        self._fill_sms(policy.messages.sms)
        self._show_way()

    def _fill_sms(self, sms: SmsLine) -> None:
        self.method.setCurrentText(sms.method)
        self.url.setText(sms.url)
        self.headers.setPlainText("\n".join(sms.headers))
        self.body.setPlainText(sms.body)
        self.taken.setText(sms.taken)
        self.id_path.setText(sms.id_path)
        self.command.setText(sms.command)
        self.per_minute.setValue(sms.per_minute)

    def changes(self, policy: RoadPolicy) -> dict[str, Any]:
        """What is filled in."""
        return {"messages": replace(policy.messages, mail=self._mail(), sms=self._sms())}

    def _mail(self) -> MailLine:
        host, user, sender = (field.text().strip() for field in (self.host, self.user, self.sender))
        return MailLine(host, self.port.value(), Security[self.security.currentData()], user, sender)

    def _sms(self) -> SmsLine:
        headers = tuple(line.strip() for line in self.headers.toPlainText().splitlines() if line.strip())
        return SmsLine(
            SmsWay[self.way.currentData()],
            self.method.currentText(),
            self.url.text().strip(),
            headers,
            self.body.toPlainText(),
            self.taken.text(),
            self.id_path.text().strip(),
            self.command.text().strip(),
            self.per_minute.value(),
        )

    # --- what is shown of it --------------------------------------------------------------------------------------

    @Slot()
    def _on_security(self) -> None:
        """The usual port comes along, unless another one was typed."""
        if self.port.value() in PORTS.values():
            self.port.setValue(PORTS[Security[self.security.currentData()]])

    @Slot()
    def _show_way(self) -> None:
        """The fields that matter."""
        way = SmsWay[self.way.currentData()]
        for part, row in self._rows.items():
            bodiless = part == "body" and self.method.currentText() == "GET"
            self.form.setRowVisible(row, way in MATTERS[part] and not bodiless)
        if self._road is not None and way in MATTERS["replies"]:
            self.replies.look(self._road)
            self._road = None  # once it is shown
        self.url.setPlaceholderText(URLS.get(way, ""))

    # --- secrets, and trying ----------------------------------------------------------------------------------------

    @property
    def _secrets(self) -> Mapping[str, SecretField]:
        return {MAIL_PASSWORD: self.password, SMS_SECRET: self.token}

    def _ask_secrets(self) -> None:
        """Whether each is kept; what they are never comes here."""
        folder = folder_of(self._workplace.home, self._workplace.slug)
        work = lambda _progress: {name: bool(secret_of(folder, name)) for name in (MAIL_PASSWORD, SMS_SECRET)}
        self._runner.start(work, title="Looking for passwords", on_done=self._on_secrets)

    def _on_secrets(self, kept: Mapping[str, bool]) -> None:
        for name, field in self._secrets.items():
            if shiboken6.isValid(field):
                field.show_kept(kept[name])

    def keep_secrets(self) -> None:
        """Keep those that were typed, in files of their own; undoing the settings does not bring old ones back."""
        changed = {name: said for name, field in self._secrets.items() if (said := field.change) is not None}
        if not changed or self._workplace.what_if is not None:
            return
        folder = folder_of(self._workplace.home, self._workplace.slug)

        def work(_progress: Progress) -> None:
            for name, secret in changed.items():
                put_secret(folder, name, secret)

        self._runner.start(work, title="Keeping passwords")

    def _test(self, channel: Channel, field: SecretField) -> Try:
        """As it is filled in, saved or not. Raises `BadInput` for what makes no sense."""
        policy = replace(self._policy, mail=self._mail(), sms=self._sms())
        about = "messages.mail." if channel is Channel.EMAIL else "messages.sms."
        for complaint in complaints(policy):
            if complaint.part.startswith(about):
                raise BadInput(complaint.what, complaint.remedy)
        workplace, secret = self._workplace, field.change
        folder = folder_of(workplace.home, workplace.slug)
        depot, now = self._depot, workplace.clock()
        return lambda to: try_line(policy, channel, to, depot=depot, folder=folder, now=now, secret=secret)
