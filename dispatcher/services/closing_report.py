"""The day's report on paper: what a look at a day found, put in words and written where somebody wants it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dispatcher import __version__
from dispatcher.domain.proof import Outcome
from dispatcher.domain.review import Decision, FlagKind, Proof
from dispatcher.evidence.day_report import DayReport, day_pdf
from dispatcher.intake.writing import whole_file
from dispatcher.services.agreeing import Agreement
from dispatcher.services.closing import Closing, DayStanding
from dispatcher.services.reviewing_facts import driver_names
from dispatcher.services.workplace import Workplace

OUTCOMES = {Outcome.DELIVERED: "Delivered", Outcome.PARTLY: "Delivered in part", Outcome.FAILED: "Failed"}


def write_report(workplace: Workplace, standing: DayStanding, out: Path) -> None:
    """Write the report of a day as it stands, closed or not, whole or not at all. Raises `KnownError`."""
    made = day_pdf(report_of(workplace, standing))
    with whole_file(out) as file:
        file.write_bytes(made)


def report_of(workplace: Workplace, standing: DayStanding) -> DayReport:
    """What is printed."""
    depot = workplace.depot
    zone, drivers = depot.zone, driver_names(workplace.store)
    last, since = standing.closings.last, standing.closings.since
    return DayReport(
        depot=depot.name,
        day=long_date(standing.on),
        made=f"Day report, written {moment(workplace.clock(), zone)} by Roundhouse {__version__}",
        counts=tuple(_counts(standing)),
        open=[(item.kind.value, item.about, item.what) for item in standing.open],
        flags=_flags(standing.proofs),
        noted=[(p.number, drivers.get(p.driver_id, ""), *_noted(p, zone)) for p in standing.proofs if _is_noted(p)],
        signed=_signed(last, zone) if last else (),
        closings=[(moment(c.at, zone), c.by, str(c.signed.head.records)) for c in standing.closings.done],
        since=f"{since} records came in after the day was closed last. They are not in this head." if since else "",
    )


def _counts(standing: DayStanding) -> Iterator[tuple[str, str]]:
    yield "Attempts", f"{len(standing.proofs):,}"
    for outcome, words in OUTCOMES.items():
        yield words, str(standing.outcomes.get(outcome, 0) or "")
    for decision in (Decision.ACCEPTED, Decision.REJECTED, Decision.QUERIED, Decision.ANSWERED):
        yield f"Proofs {decision.value}", str(standing.decisions.get(decision, 0) or "")
    yield "Not looked at", str(standing.decisions.get(None, 0) or "")
    yield "Reviewers", ", ".join(f"{name} ({count:,})" for name, count in standing.agreement.reviewers)
    yield "Agreement", agreement_words(standing.agreement)
    yield "Records", f"{standing.records:,}"


def agreement_words(agreement: Agreement) -> str:
    """How often two people came to the same; empty where no proof was looked at twice."""
    if agreement.share is None:
        return ""
    proofs = "proof" if agreement.both == 1 else "proofs"
    alike = f"{agreement.agreed} of {agreement.both} {proofs} that two people decided on, decided alike"
    return f"{alike} ({agreement.share:.0%})"


def _flags(proofs: Sequence[Proof]) -> Sequence[tuple[str, str]]:
    found = Counter(kind for proof in proofs for kind in {flag.kind for flag in proof.flags})
    return [(kind.value.capitalize(), f"{found[kind]:,}") for kind in FlagKind if found[kind]]


def _is_noted(proof: Proof) -> bool:
    against = bool(proof.flags) or proof.override
    return proof.standing is Decision.REJECTED or (proof.standing is Decision.ACCEPTED and against)


def _noted(proof: Proof, zone: ZoneInfo) -> tuple[str, str]:
    decided = next(r for r in reversed(proof.reviews) if r.decision is proof.standing)
    flags = ", ".join(dict.fromkeys(flag.kind.value for flag in proof.flags))
    words = [f"“{review.note}” ({review.by})" for review in proof.reviews if review.note]
    who = " and ".join(proof.accepted_by) or decided.by
    alone = " alone: a second reviewer is wanted" if proof.second_wanted else ""
    said = f"{decided.decision.value} by {who}{alone}, {moment(decided.at, zone)}"
    return said, ". ".join(filter(None, (flags, *words)))


def _signed(closing: Closing, zone: ZoneInfo) -> Sequence[tuple[str, str]]:
    signed = closing.signed
    still_open = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in signed.head.open.items())
    return (
        ("Signed off by", closing.by),
        ("At", moment(closing.at, zone)),
        ("Records", f"{signed.head.records:,}"),
        ("Open then", still_open or "nothing"),
        ("Head", signed.head.head.hex()),
        ("Signature", signed.signature.hex()),
        ("Key", signed.key.hex()),
        ("Fingerprint", closing.fingerprint),
    )


def moment(at: datetime, zone: ZoneInfo) -> str:
    """By the depot's clock: "2026-11-24 17:05:12 +02:00"."""
    return at.astimezone(zone).isoformat(" ", "seconds").replace("+", " +")


def long_date(on: date) -> str:
    """As on "Tuesday, 24 November 2026"."""
    return f"{on:%A}, {on.day} {on:%B %Y}"
