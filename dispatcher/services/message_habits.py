"""What makes no sense among a depot's habits with messages: lines, pages and words. Figures' bounds are in `habits`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import urlsplit

import phonenumbers

from dispatcher.domain.errors import BadInput
from dispatcher.domain.messages import Event, MailLine, MessagePolicy, SmsLine, SmsWay
from dispatcher.messages.lines_http import preset
from dispatcher.messages.quiet import is_quiet
from dispatcher.messages.words import require_sense
from dispatcher.services.gateway_keeping import is_host

WITHIN = "messages."
METHODS = ("POST", "GET", "PUT")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[ \t]*[^\r\n\0]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_ID_PATH = re.compile(r"[^.\s]+(\.[^.\s]+)*")
_ADDRESS = re.compile(r"[^@\s<>,]+@[^@\s<>,]+")


@dataclass(frozen=True, slots=True)
class Complaint:
    """One habit that makes no sense; `part` as `BadHabit` has it."""

    part: str
    what: str
    remedy: str
    row: int | None = None


def complaints(policy: MessagePolicy) -> Iterator[Complaint]:
    """All of them, in the order of the form."""
    if not _LANGUAGE.fullmatch(policy.language):
        yield _of("language", f"“{policy.language}” is no language.", "Write it by its code, as en or de.")
    if policy.country not in phonenumbers.SUPPORTED_REGIONS:
        yield _of("country", f"“{policy.country}” is no country.", "Choose one of the list.")
    if Event.SCHEDULED in policy.events and is_quiet(policy.scheduled_from, policy):
        what = "From when on the next day is told lies in the quiet hours: it would be told to nobody."
        yield _of("scheduled_from", what, "Choose a time before they begin, and after they end.")
    if policy.page_origin and not _is_origin(policy.page_origin):
        what = f"“{policy.page_origin}” is no address that customers could open safely."
        yield _of("page_origin", what, "Write it as https://track.example.org, without what follows.")
    yield from _of_mail(policy.mail)
    yield from _of_sms(policy.sms)
    for row, template in enumerate(policy.templates):
        try:
            require_sense(template)
        except BadInput as fault:
            yield _of("templates", fault.what, fault.remedy, row)


def _of(part: str, what: str, remedy: str, row: int | None = None) -> Complaint:
    return Complaint(f"{WITHIN}{part}", what, remedy, row)


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        sound = bool(parts.hostname) and is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        return False
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    return parts.scheme == "https" and sound and bare and text == text.strip()


def _of_mail(mail: MailLine) -> Iterator[Complaint]:
    if not mail.host:
        return
    if not is_host(mail.host):
        what = f"“{mail.host}” is no name or address of a mail server."
        yield _of("mail.host", what, "Write it as mail.example.org, without a port.")
    if not _ADDRESS.fullmatch(parseaddr(mail.sender)[1]) or "\n" in mail.sender or "\r" in mail.sender:
        what = f"“{mail.sender}” is no sender." if mail.sender else "The e-mails have no sender."
        yield _of("mail.sender", what, "Write it as Depot Aachen <depot@example.org>.")


def _of_sms(sms: SmsLine) -> Iterator[Complaint]:
    if sms.way is SmsWay.GAMMU and not sms.command.strip():
        yield _of("sms.command", "Nothing says how the modem is driven.", "Type gammu, or the program's path.")
    if sms.way not in (SmsWay.HTTP, SmsWay.ANDROID):
        return
    sms = preset(sms)
    if not _is_url(sms.url):
        what = f"“{sms.url}” is no address of a gateway." if sms.url else "The gateway has no address."
        yield _of("sms.url", what, "Write it as https://sms.example.org/send.")
    if sms.method not in METHODS:
        yield _of("sms.method", f"“{sms.method}” is no way to call a gateway.", f"Choose of {', '.join(METHODS)}.")
    for header in sms.headers:
        if not _HEADER.fullmatch(header):
            yield _of("sms.headers", f"“{header}” is no header.", "Write each on a line of its own, as Name: value.")
    said = sms.url + ("" if sms.method == "GET" else sms.body)
    for place in ("{to}", "{text}"):
        if place not in said:
            what = f"The gateway would not be told what stands for {place}."
            yield _of("sms.body", what, f"Put {place} in the body, or in the address.")
    yield from _of_answers(sms)


def _of_answers(sms: SmsLine) -> Iterator[Complaint]:
    try:
        re.compile(sms.taken)
    except re.error as fault:
        what = f"“{sms.taken}” is no regular expression: {fault}."
        yield _of("sms.taken", what, "Mend it, or leave it empty: every answer of success counts then.")
    if sms.id_path and not _ID_PATH.fullmatch(sms.id_path):
        what = f"“{sms.id_path}” does not say where in an answer the gateway's own name of a message is."
        yield _of("sms.id_path", what, "Write it as messages.0.id, or leave it empty.")


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and is_host(parts.hostname or "") and parts.port != 0
    except ValueError:
        return False
