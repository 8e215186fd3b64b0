"""Certificates: what a driver may do, or a vehicle is approved for, and until when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Certificate:
    """A paper that stands for a skill; its last day counts."""

    skill: str
    """Lower case, as orders spell what they need: adr, driving licence, inspection."""
    valid_until: date | None = None
    """Its last day; `None` for one that does not run out."""
    number: str = ""
    note: str = ""
    required: bool = False
    """Without it no round is driven at all: a driving licence, a vehicle's inspection."""

    def valid_on(self, on: date) -> bool:
        """Whether it is good on a day."""
        return self.valid_until is None or on <= self.valid_until


@dataclass(frozen=True, slots=True)
class Lapse:
    """A certificate that has run out, and whose it is."""

    whose: str
    """The driver's name, or the vehicle's."""
    certificate: Certificate
    of_vehicle: bool = False

    @property
    def sentence(self) -> str:
        """Without a full stop."""
        return f"{self.whose}’s {self.certificate.skill} ran out on {self.day}"

    @property
    def day(self) -> str:
        """The last day on which it was good."""
        return long_date(self.certificate.valid_until) if self.certificate.valid_until else ""


def skills_on(skills: frozenset[str], certificates: Iterable[Certificate], on: date) -> frozenset[str]:
    """Plain skills, and those of the certificates that are good on the day."""
    return skills | {each.skill for each in certificates if each.valid_on(on)}


def lapsed_on(certificates: Iterable[Certificate], on: date) -> Sequence[Certificate]:
    """Those that have run out before the day."""
    return tuple(each for each in certificates if not each.valid_on(on))


def long_date(on: date) -> str:
    """3 May 2026."""
    return f"{on.day} {on:%B %Y}"
