"""The day's report: counts, what was open, what was decided and overridden, who signed, and the signed head in full."""

from collections.abc import Sequence
from dataclasses import dataclass

from dispatcher.evidence.paper import Paper

type Facts = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DayReport:
    """What is printed, in words."""

    depot: str
    day: str
    made: str
    """When, and by which program."""
    counts: Facts
    """Attempts by outcome, decisions, reviewers."""
    open: Sequence[tuple[str, str, str]] = ()
    """Kind, what it is about, in words."""
    flags: Facts = ()
    """Kind and how many proofs have it."""
    noted: Sequence[tuple[str, str, str, str]] = ()
    """Rejected proofs, and those accepted though flagged: order, driver, decision with name and time, why."""
    signed: Facts = ()
    """Empty for a day that is not closed."""
    closings: Sequence[tuple[str, str, str]] = ()
    """All of them, if there are several: when, who, how many records."""
    since: str = ""
    """What came after the last closing."""


def day_pdf(report: DayReport) -> bytes:
    """The report as a PDF."""
    paper = Paper(f"{report.depot}: {report.day}", report.made)
    paper.heading("The day")
    paper.facts(report.counts)
    _signature(paper, report)
    paper.heading("Open when this was written")
    if report.open:
        paper.table(("What", "About", ""), report.open, (3, 2, 6))
    else:
        paper.text("Nothing.")
    if report.flags:
        paper.heading("Findings")
        paper.facts(report.flags)
    if report.noted:
        paper.heading("Rejected, and accepted in spite of a finding")
        paper.table(("Order", "Driver", "Decision", "Findings and words"), report.noted, (2, 3, 4, 6))
    return paper.pdf()


def _signature(paper: Paper, report: DayReport) -> None:
    paper.heading("Signature")
    if not report.signed:
        paper.text("The day is not closed: nobody has signed it.")
        return
    paper.facts(report.signed, code=True)
    if report.since:
        paper.text(report.since)
    paper.text(
        "The head is the Merkle tree head (RFC 6962) of all records of the day; the signature over it is Ed25519. "
        "Whoever keeps this sheet can tell later whether any of these records was changed: "
        "the fingerprint says whose key it is.",
        small=True,
    )
    if len(report.closings) > 1:
        paper.table(("Closed", "By", "Records"), report.closings, (3, 4, 2))
