"""What the dialog says of what is kept: rows of its tables, in words and figures for people."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from dispatcher.domain.keeping import Due, KeptKind, Trace
from dispatcher.services.holds import Held
from dispatcher.services.retention import DueKind, Retention
from dispatcher.services.retention_log import Run
from ui import format as words
from ui.keeping.model import Line

WHAT: Mapping[KeptKind, str] = {
    KeptKind.TRACKS: "Where drivers were, second by second",
    KeptKind.PHOTOS: "The files of proofs’ photos",
    KeptKind.CODES: "One-time codes, scrambled",
    KeptKind.MESSAGES: "Words to and from customers; that there were some stays",
    KeptKind.PROOFS: "Names, notes, signatures; the chain and the outcomes stay",
    KeptKind.UNREADABLE: "What phones sent and nobody can read",
    KeptKind.UPLOADS: "Photos that came in part",
}
KNOWN: Mapping[str, str] = {
    "orders": "order",
    "proofs": "proof of delivery|proofs of delivery",
    "signatures": "signature",
    "photos": "photo",
    "messages": "message to them|messages to them",
    "replies": "reply|replies",
    "calls": "call",
    "wishes": "wish|wishes",
    "pages": "page of their own|pages of their own",
    "exceptions": "exception",
    "notes": "driver’s message|drivers’ messages",
    "pins": "remembered place",
    "opt_outs": "address that wants no messages|addresses that want no messages",
}
NONE = "–"


def size(count: int) -> str:
    """Bytes as people say them: "340 kB", "1.2 GB"."""
    for unit, of in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= of:
            return f"{count / of:,.1f} {unit}"
    return f"{count} B" if count else NONE


def day(moment: datetime, zone: ZoneInfo) -> str:
    """With its year: what is kept goes back."""
    local = moment.astimezone(zone)
    return f"{local.day} {words.weekday_date(local.date()).split()[-1]} {local.year}"


def due_lines(retention: Retention, zone: ZoneInfo) -> list[Line]:
    """One a kind."""
    return [_due_line(each, zone) for each in retention.kinds]


def _due_line(each: DueKind, zone: ZoneInfo) -> Line:
    due: Due = each.due
    oldest = day(due.oldest, zone) if due.oldest else NONE
    rows = f"{due.rows:,}" if due.rows else NONE
    texts = (
        each.kind.value.capitalize(),
        words.count(each.days, "day"),
        day(each.before, zone),
        rows,
        oldest,
        size(due.size),
    )
    return Line(each.kind.key, texts, WHAT[each.kind])


def summary(retention: Retention) -> str:
    """In a sentence."""
    held = f" {words.count(retention.held, 'order')} under hold {'is' if retention.held == 1 else 'are'} left out."
    if not retention.rows:
        return f"Nothing is due.{held if retention.held else ''}"
    total = sum(each.due.size for each in retention.kinds)
    return (
        f"{words.count(retention.rows, 'entry', 'entries')} due, about {size(total)}.{held if retention.held else ''}"
    )


def run_line(place: int, run: Run, zone: ZoneInfo) -> Line:
    """What was done before."""
    told = [f"{name.replace('_', ' ')} {count:,}" for name, count in run.counts.items() if count and name != "bytes"]
    if run.counts.get("bytes"):
        told.append(size(run.counts["bytes"]))
    what = run.kind.value.capitalize()
    at = f"{day(run.at, zone)}, {words.clock(run.at, zone)}"
    return Line(str(place), (at, what, run.by or "Roundhouse", ", ".join(told) or NONE, run.why or NONE))


def hold_line(held: Held, zone: ZoneInfo) -> Line:
    """An order under hold."""
    order, hold = held.order, held.hold
    number, on = (
        (order.number, f"{words.weekday_date(order.date)} {order.date.year}") if order else (hold.order_id, NONE)
    )
    name = order.contact.name if order else "no longer planned"
    return Line(hold.order_id, (number, on, name or NONE, day(hold.at, zone), hold.by, hold.why))


def trace_line(trace: Trace) -> Line:
    """An order found."""
    state = ", removed" if trace.removed else ", cancelled" if trace.cancelled else ""
    on = f"{words.weekday_date(trace.on)} {trace.on.year}{state}"
    town = " ".join(filter(None, (trace.postcode, trace.city)))
    address = ", ".join(filter(None, (trace.address, town)))
    texts = trace.number, on, trace.name, trace.phone, trace.email, address
    return Line(trace.order_id, tuple(text or NONE for text in texts))


def known_words(counts: Mapping[str, int]) -> str:
    """What is kept of somebody: "2 orders, 1 signature, 3 photos"."""
    said = []
    for name, noun in KNOWN.items():
        one, _, many = noun.partition("|")
        if counts.get(name):
            said.append(words.count(counts[name], one, many))
    return ", ".join(said)
