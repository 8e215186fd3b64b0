"""What cells say of certificates, and how those of one driver or vehicle are changed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from PySide6.QtGui import QColor

from dispatcher.domain.certificates import Certificate
from dispatcher.domain.fleet import Driver, Vehicle
from dispatcher.services.certificates import SOON_DAYS, to_day
from ui.fleet.records import Column, Editor
from ui.parts.said import Tone
from ui.theme import Theme

DRAFT = -1

type Owner = Driver | Vehicle
type Today = Callable[[], date]


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate in its place among its owner's."""

    id: int
    """Its place; `DRAFT` for one that is not taken up yet."""
    certificate: Certificate


def tone(certificate: Certificate, today: date) -> Tone:
    """How good the news of its last day is."""
    if certificate.valid_until is None:
        return Tone.PLAIN
    days = (certificate.valid_until - today).days
    return Tone.BAD if days < 0 else Tone.WARNING if days <= SOON_DAYS else Tone.PLAIN


def certificate_columns(today: Today, theme: Theme) -> list[Column[Held]]:
    """One certificate a row."""
    return [
        Column("Skill", lambda h: h.certificate.skill, lambda h, v: _with(h, skill=v),
               what="What it stands for, as orders write what they need: adr, driving licence, inspection"),
        Column("Number", lambda h: h.certificate.number, lambda h, v: _with(h, number=v)),
        Column("Valid until", lambda h: _iso(h.certificate), lambda h, v: _with(h, valid_until=to_day(v)),
               text=lambda h: _until(h.certificate, today()), ink=lambda h: _ink(h.certificate, today(), theme),
               what="The last day on which it is good: 2027-05-03, or 3.5.2027; empty: it does not run out"),
        Column("Required", lambda h: h.certificate.required, lambda h, v: _with(h, required=v), Editor.TICK,
               what="Whether nothing may be driven once it has run out: a driving licence, an inspection"),
        Column("Note", lambda h: h.certificate.note, lambda h, v: _with(h, note=v)),
    ]  # fmt: skip


def nearest_column(today: Today, theme: Theme) -> Column[Owner]:
    """In the list of drivers or vehicles: what runs out first."""
    return Column(
        "Certificates",
        lambda owner: nearest_words(owner, today()),
        lambda owner, _: owner,
        Editor.SHOWN,
        ink=lambda owner: _ink(first, today(), theme) if (first := nearest(owner)) else None,
        what="What runs out first; the certificates of the row chosen stand below",
    )


def nearest(owner: Owner) -> Certificate | None:
    """The certificate that runs out first."""
    lasting = [each for each in owner.certificates if each.valid_until is not None]
    return min(lasting, key=lambda each: each.valid_until or date.max, default=None)


def nearest_words(owner: Owner, today: date) -> str:
    """The certificate that runs out first, and when; their names if none does."""
    first = nearest(owner)
    if first is not None:
        return f"{first.skill} {_left(first, today)}"
    names = ", ".join(each.skill for each in owner.certificates)
    return names or "–"


def _with(held: Held, **changed: object) -> Held:
    return replace(held, certificate=replace(held.certificate, **changed))  # type: ignore[arg-type]


def _iso(certificate: Certificate) -> str:
    return certificate.valid_until.isoformat() if certificate.valid_until else ""


def _until(certificate: Certificate, today: date) -> str:
    if certificate.valid_until is None:
        return "–"
    plain = tone(certificate, today) is Tone.PLAIN
    return _iso(certificate) if plain else f"{_iso(certificate)}, {_left(certificate, today)}"


def _left(certificate: Certificate, today: date) -> str:
    """As short as it can be: ran out, ends today, ends in 12 days, until May 2029."""
    assert certificate.valid_until is not None
    days = (certificate.valid_until - today).days
    if days > SOON_DAYS:
        return f"until {certificate.valid_until:%b %Y}"
    if days < 0:
        return "ran out"
    return "ends today" if days == 0 else "ends tomorrow" if days == 1 else f"ends in {days} days"


def _ink(certificate: Certificate, today: date, theme: Theme) -> QColor | None:
    news = tone(certificate, today)
    return theme.colour(news) if news is not Tone.PLAIN else None
