"""What a stop's evidence says on paper, in words: from an attempt's records to lines that anybody can read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from dispatcher import __version__
from dispatcher.domain.actions import SentRound
from dispatcher.domain.depot import Depot
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.proof import CodeVerdict, Photo, Record, RecordKind
from dispatcher.domain.review import Flag, Proof
from dispatcher.domain.tracking import Visit
from dispatcher.evidence.map import Ground
from dispatcher.evidence.stop_paper import StopPaper
from dispatcher.proof.files import ProofFiles
from dispatcher.services.closing import Closings
from dispatcher.services.closing_report import OUTCOMES, moment
from dispatcher.services.driving_round import stop_of
from dispatcher.services.evidence import proofs_folder
from dispatcher.services.reviewing_facts import driver_names
from dispatcher.services.workplace import Workplace

CODES = {
    CodeVerdict.RIGHT: "right",
    CodeVerdict.WRONG: "wrong",
    CodeVerdict.EXPIRED: "expired",
    CodeVerdict.SPENT: "used already, or tried too often",
    CodeVerdict.PENDING: "typed without a line, not checked yet",
}
STREETS_PX = (1_105, 540)
"""In the shape of the map on paper."""

type Track = Sequence[Sequence[tuple[float, float]]]
type Told = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Found:
    """All that is kept of one attempt."""

    proof: Proof
    on: date
    day: Sequence[Record]
    """All links about its date."""
    about: Sequence[Record]
    """Those about it."""
    closings: Closings
    photos: Mapping[str, Photo | None]
    sent: SentRound | None
    visits: Sequence[Visit]


def stop_paper(workplace: Workplace, found: Found, track: Track) -> StopPaper:
    """What is printed."""
    depot, proof, attempt = workplace.depot, found.proof, found.proof.attempt
    stop = stop_of(found.sent, attempt.order_id) if found.sent else None
    place = Place(stop["lat"], stop["lon"]) if stop and stop.get("lat") is not None else None
    order = workplace.store.read(lambda reader: reader.order(attempt.order_id))
    if place is None and order:
        place = order.address.place
    ground = Ground(place, attempt.place, attempt.accuracy_m, track)
    streets, credit = _streets(workplace, ground)
    articles = stop["lines"] if stop else []
    return StopPaper(
        title=f"{depot.name}: order {proof.number}",
        made=f"Evidence of attempt {attempt.number} on {found.on}, written {moment(workplace.clock(), depot.zone)}"
        f" by Roundhouse {__version__}",
        door=tuple(_door(found, depot, driver_names(workplace.store).get(proof.driver_id, ""))),
        times=tuple(_times(found, depot.zone)),
        where=tuple(_where(proof)),
        lines=tuple(_lines(articles, proof, depot)),
        flags=tuple(map(flag_words, proof.flags)),
        decisions=[
            (moment(r.at, depot.zone), f"{r.decision.value} by {r.by}" + (f": {r.note}" if r.note else ""))
            for r in proof.reviews
        ],
        log=[(str(r.n), moment(r.at, depot.zone), _what(r, found), r.digest.hex()) for r in found.about],
        photos=tuple(_photos(workplace, found, depot.zone)),
        ink=attempt.ink,
        signed_by=f"Signed by {attempt.name}" if attempt.name else "Signed without a name",
        ground=ground,
        streets=streets,
        credit=credit,
        head=tuple(_head(found, depot.zone)),
        standing=_standing(found, depot.zone),
    )


def _streets(workplace: Workplace, ground: Ground) -> tuple[tuple[bytes, Bounds] | None, str]:
    """The region's roads as a picture, and whose data they are."""
    bounds, pack = ground.bounds, workplace.pack
    if bounds is None or pack is None:
        return None, ""
    from dispatcher.region.picture import draw  # map drawing takes a second to load

    return draw(pack.basemap, bounds, *STREETS_PX), pack.manifest.attribution


def _door(found: Found, depot: Depot, driver: str) -> Told:
    proof, attempt = found.proof, found.proof.attempt
    yield "Order", proof.number
    yield "For", ", ".join(filter(None, (proof.name, proof.address)))
    yield "Driver", driver
    yield "Outcome", f"{OUTCOMES[attempt.outcome]}, attempt {attempt.number}"
    yield "Reason", _reason(found, depot)
    yield "Given to", ", ".join(filter(None, (attempt.name, attempt.handover.value if attempt.handover else "")))
    yield "Note", attempt.note
    tries = f", {attempt.code_tries} tries" if attempt.code_tries > 1 else ""
    yield "One-time code", CODES[attempt.code] + tries if attempt.code in CODES else ""
    cash = f"{(attempt.cash or 0) / 100:.2f} of {attempt.cash_due / 100:.2f} {depot.currency}"
    yield "Cash", cash if attempt.cash_due or attempt.cash else ""
    yield "Scanned", ", ".join(attempt.scans)
    yield "Not given", ", ".join(kind.value for kind in attempt.missing)


def _reason(found: Found, depot: Depot) -> str:
    """As it stands, and what the driver had said if somebody at the depot corrected it."""

    def called(code: str) -> str:
        known = depot.road.reason_by_code.get(code)
        return known.label if known else code

    now = called(found.proof.attempt.reason)
    readable = [record for record in found.about if not record.erased]
    said = [record.body.get("reason", "") for record in readable if record.kind is RecordKind.ATTEMPT]
    mended = [record.body["by"] for record in readable if record.kind is RecordKind.CORRECTED]
    return f"{now}, as corrected by {mended[-1]}; the driver said: {called(said[0])}" if mended and said else now


def _times(found: Found, zone: ZoneInfo) -> Told:
    attempt = found.proof.attempt
    visit = next((v for v in reversed(found.visits) if v.arrived_at <= attempt.at), None)
    yield "Arrived, by track", moment(visit.arrived_at, zone) if visit else ""
    yield "Arrived, by driver", moment(attempt.arrived_at, zone) if attempt.arrived_at else ""
    yield "Reported", f"{moment(attempt.at, zone)}, by the phone's clock"
    yield "Came in", moment(attempt.received_at, zone)
    ahead = "ahead" if attempt.skew_s > 0 else "behind"
    yield "Phone's clock", f"{abs(attempt.skew_s):.1f} s {ahead}" if abs(attempt.skew_s) >= 1 else ""
    yield "Left, by track", moment(visit.departed_at, zone) if visit and visit.departed_at else ""


def _where(proof: Proof) -> Told:
    attempt = proof.attempt
    if attempt.place is None:
        yield "Phone", "said no position"
        return
    yield "Phone", f"{attempt.place.lat:.6f}, {attempt.place.lon:.6f}" + (", made up" if attempt.mock else "")
    yield "Accuracy", f"{attempt.accuracy_m:,.0f} m" if attempt.accuracy_m is not None else ""
    yield "From the stop", f"{attempt.distance_m:,.0f} m: {attempt.nearness}" if attempt.distance_m is not None else ""
    yield "Taken", f"{abs(attempt.place_age_s):,.0f} s from the moment" if attempt.place_age_s is not None else ""


def _lines(articles: Sequence[Mapping[str, object]], proof: Proof, depot: Depot) -> Iterator[str]:
    """Every article, and how much of it changed hands; all of it where the driver said nothing else."""
    results = {result.line: result for result in proof.attempt.lines}
    for place, article in enumerate(articles):
        result = results.get(place)
        name, wanted = article["name"], article["quantity"]
        if result is None or result.quantity == wanted:
            yield f"{wanted:g} × {name}"
            continue
        reason = depot.road.reason_by_code.get(result.reason)
        why = reason.label if reason else result.reason
        yield f"{result.quantity:g} of {wanted:g} × {name}" + (f": {why}" if why else "")


def flag_words(flag: Flag) -> str:
    """A finding with its measure: "far from the address: 412 m (limit 150 m)"."""
    measure = f"{flag.value:g} {flag.unit}".strip() if flag.value is not None else ""
    limit = f"limit {flag.limit:g} {flag.unit}".strip() if flag.limit is not None else ""
    said = f"{measure} ({limit})" if measure and limit else measure or limit
    parts = ", ".join(filter(None, (said, flag.about)))
    return f"{flag.kind.value}: {parts}" if parts else flag.kind.value


def _photos(workplace: Workplace, found: Found, zone: ZoneInfo) -> Iterator[tuple[bytes, str]]:
    files = ProofFiles(proofs_folder(workplace.home, workplace.slug))
    for n, (sha256, photo) in enumerate(found.photos.items(), 1):
        words = f"Photo {n}, SHA-256 {sha256}"
        if photo is None:
            yield b"", f"{words}: it has not come yet."
        elif not photo.copy_sha256 or files.fault(photo.copy_sha256):
            yield b"", f"{words}: {photo.fault or 'it is not kept any more'}."
        else:
            taken = f", taken {moment(photo.taken_at, zone)} by its own metadata" if photo.taken_at else ""
            yield files.path(photo.copy_sha256).read_bytes(), words + taken


def _what(record: Record, found: Found) -> str:
    said = record.kind.value + (" (erased)" if record.erased else "")
    last = found.closings.last
    return said + ("; after the day was closed" if last and record.n > last.n else "")


def _head(found: Found, zone: ZoneInfo) -> Told:
    if last := found.closings.last:
        yield "Signed off by", last.by
        yield "At", moment(last.at, zone)
        yield "Records", f"{last.signed.head.records:,}"
        yield "Head", last.signed.head.head.hex()
        yield "Signature", last.signed.signature.hex()
        yield "Key", last.signed.key.hex()
        yield "Fingerprint", last.fingerprint


def _standing(found: Found, zone: ZoneInfo) -> str:
    last = found.closings.last
    if last is None:
        return "NOT SIGNED: the day was not closed when this file was made."
    after = f" {found.closings.since} records of the day came later." if found.closings.since else ""
    return f"The day was closed by {last.by} on {moment(last.at, zone)}.{after}"
