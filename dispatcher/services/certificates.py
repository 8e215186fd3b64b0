"""Certificates of drivers and vehicles: what must hold before one is kept, and which run out soon."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dispatcher.domain.certificates import Certificate, long_date
from dispatcher.domain.errors import BadInput
from dispatcher.domain.fleet import Driver, Vehicle
from dispatcher.intake.dates import DateOrder
from dispatcher.intake.values import Unreadable, skills

SOON_DAYS = 30
"""From when on it is said that one runs out."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """A certificate that has run out, or will before long."""

    owner: Driver | Vehicle
    certificate: Certificate
    days: int
    """From today to its last day; below 0 once it has run out."""

    @property
    def over(self) -> bool:
        """Whether it has run out."""
        return self.days < 0

    @property
    def sentence(self) -> str:
        """Whose it is and when, without a full stop."""
        assert self.certificate.valid_until is not None
        whose = f"{self.owner.name}’s {self.certificate.skill}"
        return f"{whose} {when(self.certificate, self.certificate.valid_until - timedelta(days=self.days))}"


def when(certificate: Certificate, today: date) -> str:
    """When it runs out, in words: “ran out on 3 May 2026”, “runs out today”, “runs out in 12 days”."""
    if certificate.valid_until is None:
        return "does not run out"
    days = (certificate.valid_until - today).days
    if days < 0:
        return f"ran out on {long_date(certificate.valid_until)}"
    if days > SOON_DAYS:
        return f"runs out on {long_date(certificate.valid_until)}"
    return "runs out today" if days == 0 else "runs out tomorrow" if days == 1 else f"runs out in {days} days"


def to_day(text: str) -> date | None:
    """A last day as people write it: 2027-05-03, 3.5.2027, 3 May 2027; nothing for none. Raises `BadInput`."""
    if not text.strip():
        return None
    try:
        return DateOrder().read(text.strip())
    except Unreadable as fault:
        raise BadInput(fault.reason, "Write it as 2027-05-03, or nothing if it does not run out.") from None


def expiring(
    drivers: Iterable[Driver], vehicles: Iterable[Vehicle], today: date, within_days: int = SOON_DAYS
) -> Sequence[Expiring]:
    """What has run out or will within so many days, the longest over first; of active drivers and all vehicles."""
    owners: list[Driver | Vehicle] = [*(driver for driver in drivers if driver.active), *vehicles]
    found = [
        Expiring(owner, each, (each.valid_until - today).days)
        for owner in owners
        for each in owner.certificates
        if each.valid_until is not None and (each.valid_until - today).days <= within_days
    ]
    return sorted(found, key=lambda each: (each.days, each.owner.name, each.certificate.skill))


def require_fit(
    owner: Driver | Vehicle, known: Sequence[Certificate] = (), today: date | None = None
) -> tuple[Certificate, ...]:
    """The owner's certificates, their skills spelt as orders spell them.

    With `today`, one that was not `known` with that last day must not have run out already. Raises `BadInput`.
    """
    spelt = tuple(replace(each, skill=_one(owner.name, each.skill)) for each in owner.certificates)
    _require_each_once(owner, spelt)
    told = {(each.skill, each.valid_until) for each in known}
    for each in spelt:
        if today is not None and not each.valid_on(today) and (each.skill, each.valid_until) not in told:
            assert each.valid_until is not None
            raise BadInput(
                f"{owner.name}’s {each.skill} cannot be taken up: {long_date(each.valid_until)} is past.",
                "Write the last day of the new certificate.",
            )
    return spelt


def _require_each_once(owner: Driver | Vehicle, certificates: Sequence[Certificate]) -> None:
    seen = set[str]()
    for each in certificates:
        if each.skill in seen:
            raise BadInput(f"{owner.name} has a certificate for “{each.skill}” already.", "Change that one instead.")
        if each.skill in owner.skills:
            raise BadInput(
                f"“{each.skill}” is a plain skill of {owner.name} too, which never runs out.",
                "Have it as one of the two.",
            )
        seen.add(each.skill)


def _one(whose: str, skill: str) -> str:
    names = sorted(skills(skill))
    if not names:
        raise BadInput(f"A certificate of {whose} needs the skill it stands for.", "Write such as adr.")
    if len(names) > 1:
        raise BadInput(f"“{skill.strip()}” are {len(names)} skills.", "Write a certificate for each.")
    return names[0]
