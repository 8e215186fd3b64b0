"""E-mail: hands messages to the depot's mail server by SMTP (RFC 5321), one connection for many."""

import re
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from dispatcher.domain.errors import BadInput
from dispatcher.domain.messages import MailLine, Security
from dispatcher.messages.lines import ANSWER_S, WHOLE_S, Handed, Outgoing, Verdict, cut_off_after, fault_words, words_of

_OK, _GO_ON, _CLOSING = 250, 354, 421


class _Said(Exception):
    """The server's no, before anything was handed over."""

    def __init__(self, verdict: Verdict, words: str) -> None:
        super().__init__(words)
        self.handed = Handed(verdict, words)


def require_mail_line(line: MailLine) -> None:
    """Raises `BadInput` for settings with which no mail can go out."""
    if not line.host.strip() or not re.fullmatch(r"[\w.\-:]+", line.host.strip()):
        raise BadInput(f"“{line.host}” is no name of a mail server.", "Write it as mail.example.org.")
    if not 1 <= line.port <= 65_535:
        raise BadInput(f"{line.port} is no port.", "Most mail servers take mail on 587 (STARTTLS) or 465 (TLS).")
    if "@" not in parseaddr(line.sender)[1] or any(c in line.sender for c in "\r\n"):
        raise BadInput(f"“{line.sender}” is no sender.", "Write it as Depot Aachen <depot@example.org>.")


@dataclass(slots=True)
class SmtpLine:
    """A mail server."""

    mail: MailLine
    password: str = ""
    context: ssl.SSLContext | None = None
    """Whom to trust; `None` for the certificates the system trusts."""
    answer_s: float = ANSWER_S
    whole_s: float = WHOLE_S
    _server: smtplib.SMTP | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return self.mail.host

    def hand(self, out: Outgoing) -> Handed:
        try:
            data, fresh = _bytes_of(self.mail, out), self._server is None
            server = self._server or self._connect()
            try:
                return self._hand(server, out, data)
            except (smtplib.SMTPServerDisconnected, ConnectionError):
                if fresh:
                    raise
            # an idle connection that the server had closed: nothing was handed over on it
            self._drop()
            return self._hand(self._connect(), out, data)
        except _Said as said:
            return said.handed
        except UnicodeEncodeError:
            return Handed(Verdict.REFUSED, f"“{out.to}” cannot be written as this server wants it")
        except (OSError, smtplib.SMTPException) as fault:
            self._drop()
            return Handed(Verdict.NO_LINE, _mail_words(fault))

    def close(self) -> None:
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.quit()
            self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    def _connect(self) -> smtplib.SMTP:
        mail, context = self.mail, self.context or ssl.create_default_context()
        # a name that no name can be, as “mail..example.org”, would come up as what an address cannot be written in
        try:
            mail.host.encode("idna")
        except UnicodeError:
            raise _Said(Verdict.NO_LINE, f"“{mail.host}” is no name of a server") from None
        # smtplib's own guess asks the name service, which takes long without a line
        usual = {"timeout": self.answer_s, "local_hostname": socket.gethostname() or "localhost"}
        if mail.security is Security.TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, context=context, **usual)  # type: ignore[arg-type]
        else:
            server = smtplib.SMTP(mail.host, mail.port, **usual)  # type: ignore[arg-type]
        try:
            with cut_off_after(lambda: server.sock, self.whole_s):
                if mail.security is Security.STARTTLS:
                    server.starttls(context=context)
                if mail.user:
                    server.login(mail.user, self.password)
                server.ehlo_or_helo_if_needed()
        except UnicodeEncodeError:
            server.close()
            raise _Said(Verdict.NO_LINE, "user and password may hold ASCII only to log in by SMTP") from None
        except BaseException:
            server.close()
            raise
        self._server = server
        return server

    def _hand(self, server: smtplib.SMTP, out: Outgoing, data: bytes) -> Handed:
        """Up to the last line of the message nothing is taken; after it, only an answer tells."""
        with cut_off_after(lambda: server.sock, self.whole_s):
            sender = parseaddr(self.mail.sender)[1]
            self._require(server.mail(sender), Verdict.NO_LINE, "it does not take mail from this sender")
            self._require(server.rcpt(out.to), Verdict.REFUSED, "it does not take mail for this address")
            self._require(server.docmd("DATA"), Verdict.REFUSED, "it does not take the message", wanted=_GO_ON)
            try:
                server.send(data)
                code, said = server.getreply()
            except (OSError, smtplib.SMTPException) as fault:
                self._drop()
                return Handed(Verdict.UNKNOWN, f"the message was handed over, and then: {_mail_words(fault)}")
        return self._judged(code, words_of(said))

    def _judged(self, code: int, words: str) -> Handed:
        """By the first digit, as RFC 5321 wants (4.2); of an answer that is none, nobody knows what it meant."""
        if code // 100 == 2:
            return Handed(Verdict.TAKEN, line_id=words)
        if code // 100 not in (4, 5):
            self._drop()
            return Handed(Verdict.UNKNOWN, f"the message was handed over, and its answer cannot be read: {words}")
        if code == _CLOSING:
            self._drop()
        return Handed(Verdict.REFUSED if code >= 500 else Verdict.LATER, f"{code} {words}")

    def _require(self, answer: tuple[int, bytes], never: Verdict, what: str, wanted: int = _OK) -> None:
        """Raises `_Said` unless the server says so; a second 25x is as good (251: forwarded)."""
        code, said = answer
        if code == wanted or (wanted == _OK and code in (251, 252)):
            return
        words = f"{what}: {code} {words_of(said)}"
        if code == _CLOSING:
            self._drop()
            raise _Said(Verdict.NO_LINE, words)
        if self._server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self._server.rset()
        # 530: not without logging in, which is no fault of the address
        raise _Said(Verdict.NO_LINE if code == 530 else never if code >= 500 else Verdict.LATER, words)


def _bytes_of(line: MailLine, out: Outgoing) -> bytes:
    """The message as RFC 5322 has it, its dots doubled and the last one put, as RFC 5321 wants."""
    sender = parseaddr(line.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = line.sender
    message["To"] = out.to
    message["Subject"] = out.subject
    message["Date"] = format_datetime(out.at)
    message["Message-ID"] = f"<{out.id}@{sender[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if out.page:
        message["List-Unsubscribe"] = f"<{out.page}>"
    message.set_content(out.text)
    body = message.as_bytes()
    return re.sub(rb"(?m)^\.", b"..", body) + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _mail_words(fault: Exception) -> str:
    match fault:
        case smtplib.SMTPAuthenticationError():
            return f"it does not take user and password: {fault.smtp_code} {words_of(fault.smtp_error)}"
        case smtplib.SMTPNotSupportedError():
            return "it does not offer what the settings ask for (STARTTLS, or logging in)"
        case smtplib.SMTPServerDisconnected():
            behind = fault.__context__  # smtplib says the same of silence
            return fault_words(behind) if isinstance(behind, OSError) else "it broke the connection off"
        case smtplib.SMTPResponseException():
            return f"{fault.smtp_code} {words_of(fault.smtp_error)}"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {fault.verify_message}"
        case ssl.SSLError():
            return "it does not speak TLS on this port"
        case _:
            return fault_words(fault)
