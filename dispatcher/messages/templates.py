"""Which words a message has: the depot's own, else the program's, in the language, else in English."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from dispatcher.domain.messages import Channel, Event, MessagePolicy, Template
from dispatcher.domain.proof import FailureReason, Handover

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "messages"
FALLBACK = "en"


def languages() -> tuple[str, ...]:
    """Those the program has words in."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


def shipped(event: Event, channel: Channel, language: str) -> Template | None:
    """The program's; `None` for a language it has not, and for what is written by hand."""
    said = _file(language).get(event.name.lower(), {}).get("sms" if channel is Channel.SMS else "email")
    if said is None:
        return None
    return Template(event, channel, language, said["text"].strip(), said.get("subject", ""))


def template_for(policy: MessagePolicy, event: Event, channel: Channel, language: str | None = None) -> Template | None:
    """The template of this event; the depot's own in this language before all others."""
    language = language or policy.language
    own = {t.language: t for t in policy.templates if t.event is event and t.channel is channel}
    return (
        own.get(language) or shipped(event, channel, language) or own.get(FALLBACK) or shipped(event, channel, FALLBACK)
    )


def reason_words(reason: FailureReason | None, language: str) -> str:
    """Why an attempt failed, as the customer is told; the depot's own label for a reason of its own."""
    if reason is None:
        return ""
    return str(_file(language).get("reasons", {}).get(reason.code) or reason.label)


def handover_words(handover: Handover | None, language: str) -> str:
    """To whom, or where, it went; empty for the customer."""
    return str(_file(language).get("handovers", {}).get(handover.name, "")) if handover else ""


@cache
def _file(language: str) -> Mapping[str, Any]:
    file = FOLDER / f"{language}.toml"
    known = language.isalpha() and file.is_file()
    return tomllib.loads(file.read_text(encoding="utf-8")) if known else {}
