"""Short messages by HTTP: any gateway that takes one message a request, described by a template; a phone that does.

The template's `{to}`, `{text}`, `{id}` and `{secret}` are put in at once, each escaped as its place wants it, so that
nothing a customer's name holds can change the request.
"""

import http.client
import json
import re
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit
from xml.sax.saxutils import escape

from dispatcher.domain.errors import BadInput
from dispatcher.domain.messages import SmsLine, SmsWay
from dispatcher.messages.lines import ANSWER_S, WHOLE_S, Handed, Outgoing, Verdict, cut_off_after, fault_words, words_of

LONGEST_ANSWER = 65_536
LONGEST_MATCHED = 4_000
_MARK = re.compile(r"\{(to|text|id|secret)\}")
_METHODS = ("POST", "PUT", "GET")
_NOT_LET_IN = frozenset({401, 402, 403, 404, 405, 407})
"""What says no to the depot, not to this message: nothing else would be taken either."""
_AGAIN = frozenset({408, 425, 429, 500, 503})
_IN_BETWEEN = frozenset({502, 504})
"""Somebody on the way answers, who does not know what became of it."""


def preset(line: SmsLine) -> SmsLine:
    """The line as it is to be used: of an Android phone the template is known (traccar-sms-gateway's HTTP API)."""
    if line.way is not SmsWay.ANDROID:
        return line
    return replace(
        line,
        method="POST",
        headers=("Authorization: {secret}",),
        body='{"to": "{to}", "message": "{text}"}',
        taken="",
        id_path="",
    )


def require_http_line(line: SmsLine) -> None:
    """Raises `BadInput` for settings with which nothing can go out."""
    address = urlsplit(line.url)
    try:
        fits = address.scheme in ("http", "https") and bool(address.hostname) and (address.port or 1) > 0
    except ValueError:
        fits = False
    if not fits or not line.url.isascii() or any(c.isspace() for c in line.url):
        raise BadInput(f"“{line.url}” is no address of a gateway.", "Write it as https://sms.example.org/send.")
    if line.method.upper() not in _METHODS:
        raise BadInput(f"“{line.method}” is no way to send.", f"Choose one of {', '.join(_METHODS)}.")
    for header in line.headers:
        name, colon, value = header.partition(":")
        if not colon or not re.fullmatch(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", name.strip()) or not value.isprintable():
            raise BadInput(f"“{header[:60]}” is no header.", "Write it as Name: value.")
    for mark in ("to", "text"):
        if f"{{{mark}}}" not in line.url + line.body:
            raise BadInput(f"The request does not say {{{mark}}}.", "Put it into the body, or into the address.")
    try:
        re.compile(line.taken)
    except re.error as fault:
        raise BadInput(f"“{line.taken}” is no regular expression: {fault}.", "Mend it.") from fault


@dataclass(slots=True)
class HttpLine:
    """A gateway. Each message is a connection of its own."""

    sms: SmsLine
    secret: str = ""
    context: ssl.SSLContext | None = None
    answer_s: float = ANSWER_S
    whole_s: float = WHOLE_S

    @property
    def name(self) -> str:
        return urlsplit(self.sms.url).hostname or "gateway"

    def close(self) -> None:
        pass

    def hand(self, out: Outgoing) -> Handed:
        connection = self._connection()
        with closing(connection):
            try:
                connection.connect()
            except (OSError, http.client.HTTPException) as fault:
                return Handed(Verdict.NO_LINE, _http_words(fault))
            except UnicodeError:
                return Handed(Verdict.NO_LINE, f"“{self.name}” is no name of a gateway")
            try:
                request = self._request(out)
            except UnicodeEncodeError:
                return Handed(Verdict.NO_LINE, "a header of the settings holds letters that headers cannot")
            try:
                with cut_off_after(lambda: connection.sock, self.whole_s):
                    connection.request(*request)
                    answer = connection.getresponse()
                    said = answer.read(LONGEST_ANSWER)
            except (OSError, http.client.HTTPException) as fault:
                return Handed(Verdict.UNKNOWN, f"the message was handed over, and then: {_http_words(fault)}")
        return self._judged(answer.status, _without(self.secret, said.decode("utf-8", "replace")))

    def _connection(self) -> http.client.HTTPConnection:
        address = urlsplit(self.sms.url)
        host = address.hostname or ""
        if address.scheme == "https":
            context = self.context or ssl.create_default_context()
            return http.client.HTTPSConnection(host, address.port, timeout=self.answer_s, context=context)
        return http.client.HTTPConnection(host, address.port, timeout=self.answer_s)

    def _request(self, out: Outgoing) -> tuple[str, str, bytes | None, Mapping[str, str]]:
        said = {"to": out.to, "text": out.text, "id": out.id, "secret": self.secret}
        address, method = urlsplit(self.sms.url), self.sms.method.upper()
        target = (address.path or "/") + (f"?{address.query}" if address.query else "")
        kind, put_in = _body_kind(self.sms)
        headers = {"User-Agent": "Roundhouse", "Accept": "*/*"}
        for header in self.sms.headers:
            name, _, value = header.partition(":")
            headers[name.strip().title()] = _filled(value.strip(), said, _one_line)
        for value in headers.values():
            value.encode("latin-1")
        body = None
        if method != "GET":
            headers.setdefault("Content-Type", kind)
            body = _filled(self.sms.body, said, put_in).encode("utf-8", "replace")
        return method, _filled(target, said, lambda value: quote(value, safe="")), body, headers

    def _judged(self, status: int, said: str) -> Handed:
        if 200 <= status < 300:
            if self.sms.taken and not re.search(self.sms.taken, said[:LONGEST_MATCHED]):
                return Handed(Verdict.LATER, f"it answered, but did not take it: {words_of(said) or 'nothing'}")
            return Handed(Verdict.TAKEN, line_id=_at(said, self.sms.id_path))
        words = f"{status} {words_of(said)}".strip()
        if status in _IN_BETWEEN:
            return Handed(Verdict.UNKNOWN, words)
        if status in _NOT_LET_IN or 300 <= status < 400:
            return Handed(Verdict.NO_LINE, words)
        return Handed(Verdict.LATER if status in _AGAIN or status >= 500 else Verdict.REFUSED, words)


def _filled(template: str, said: Mapping[str, str], put_in: Callable[[str], str]) -> str:
    return _MARK.sub(lambda mark: put_in(said[mark[1]]), template)


def _without(secret: str, said: str) -> str:
    """An answer that says the token again, as "invalid token …", is shown without it."""
    return said.replace(secret, "…") if secret else said


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _body_kind(line: SmsLine) -> tuple[str, Callable[[str], str]]:
    """Content type and escaping: as a header of the template says, else as its body looks."""
    told = next((h.partition(":")[2].casefold() for h in line.headers if h.casefold().startswith("content-type")), "")
    looks = line.body.lstrip()[:1]
    if "json" in told or (not told and looks in ("{", "[")):
        return "application/json; charset=utf-8", lambda value: json.dumps(value, ensure_ascii=False)[1:-1]
    if "xml" in told or (not told and looks == "<"):
        return "text/xml; charset=utf-8", lambda value: escape(value, {'"': "&quot;", "'": "&apos;"})
    if "plain" in told:
        return "text/plain; charset=utf-8", str
    return "application/x-www-form-urlencoded", quote_plus


def _at(said: str, path: str) -> str:
    """What lies in a JSON answer at "messages.0.id"; empty where nothing does."""
    if not path:
        return ""
    try:
        found: Any = json.loads(said)
        for step in path.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return words_of(str(found)) if isinstance(found, str | int) else ""


def _http_words(fault: Exception) -> str:
    match fault:
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted: {fault.verify_message}"
        case ssl.SSLError():
            return "it does not speak TLS on this port"
        case http.client.RemoteDisconnected():
            return "it broke the connection off"
        case http.client.HTTPException():
            return "its answer is no HTTP"
        case _:
            return fault_words(fault)
