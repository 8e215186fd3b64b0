"""What is open on a day before it is signed off: proofs, exceptions, rounds, photos and phones that are awaited."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from dispatcher.domain.devices import App
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.incidents import IncidentKind
from dispatcher.domain.review import Decision, Proof
from dispatcher.services.driving import progress_of
from dispatcher.services.logbook import LogbookReader


class OpenKind(StrEnum):
    """What can be open; the value is what it is called."""

    FLAGGED = "flagged proof"
    SAMPLED = "proof of the sample"
    QUERIED = "query without a decision"
    SECOND = "proof that wants a second reviewer"
    REJECTED = "rejected proof without a settled exception"
    INCIDENT = "open exception"
    ROUND = "round not ended"
    PHONE = "phone that may hold more"
    PHOTO = "photo still to come"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One thing that is open, and where to go to settle it."""

    kind: OpenKind
    about: str
    """An order's number, or a driver's name."""
    what: str
    """In words."""
    key: str = ""
    """Of the attempt."""
    order_id: OrderId | None = None
    incident_id: str = ""
    shift_id: ShiftId | None = None
    driver_id: DriverId | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What people call orders and drivers."""

    orders: Mapping[OrderId, str] = field(default_factory=dict)
    """Numbers."""
    drivers: Mapping[DriverId, str] = field(default_factory=dict)


def open_items(
    reader: LogbookReader,
    on: date,
    proofs: Sequence[Proof],
    names: Names,
    *,
    now: datetime,
    silent_s: int,
) -> tuple[OpenItem, ...]:
    """All of it, by kind."""
    told: dict[OpenKind, list[OpenItem]] = defaultdict(list)
    found = (
        *_of_proofs(reader, on, proofs),
        *_of_incidents(reader, on, proofs, names),
        *_of_rounds(reader, on, names, now, timedelta(seconds=silent_s)),
        *_of_photos(reader, proofs),
    )
    for item in found:
        told[item.kind].append(item)
    return tuple(item for kind in OpenKind for item in told[kind])


def _of_proofs(reader: LogbookReader, on: date, proofs: Sequence[Proof]) -> Iterator[OpenItem]:
    for proof in proofs:
        kind, what = _kind_of(proof)
        if kind is OpenKind.REJECTED:
            raised = reader.incident_about(IncidentKind.PROOF_REJECTED, on, proof.attempt.key)
            if raised is not None and not raised.open:
                continue
        if kind is not None:
            yield _item(kind, proof, what)


def _kind_of(proof: Proof) -> tuple[OpenKind | None, str]:
    match proof.standing:
        case Decision.QUERIED:
            return OpenKind.QUERIED, "the driver was asked and has not answered"
        case Decision.ANSWERED:
            return OpenKind.QUERIED, "the driver has answered; somebody must look again"
        case Decision.REJECTED:
            return OpenKind.REJECTED, _why(proof)
        case Decision.ACCEPTED if proof.second_wanted:
            return OpenKind.SECOND, f"accepted by {proof.accepted_by[0]} alone"
        case None if proof.flags:
            return OpenKind.FLAGGED, ", ".join(dict.fromkeys(flag.kind.value for flag in proof.flags))
        case None if proof.sampled:
            return OpenKind.SAMPLED, "nothing was found; in the sample"
        case _:
            return None, ""


def _why(proof: Proof) -> str:
    """A remark may have come after the rejection."""
    return next(r.note for r in reversed(proof.reviews) if r.decision is Decision.REJECTED)


def _item(kind: OpenKind, proof: Proof, what: str) -> OpenItem:
    attempt = proof.attempt
    return OpenItem(
        kind, proof.number, what, attempt.key, attempt.order_id, shift_id=proof.shift_id, driver_id=proof.driver_id
    )


def _of_incidents(reader: LogbookReader, on: date, proofs: Sequence[Proof], names: Names) -> Iterator[OpenItem]:
    """All but those that a rejected proof of this list stands for."""
    rejected = {proof.attempt.key for proof in proofs if proof.standing is Decision.REJECTED}
    for incident in reader.incidents(on, open_only=True):
        if incident.kind is IncidentKind.PROOF_REJECTED and incident.about in rejected:
            continue
        order = names.orders.get(incident.order_id or OrderId(""), "")
        driver = names.drivers.get(incident.driver_id or DriverId(""), "")
        yield OpenItem(
            OpenKind.INCIDENT,
            order or driver,
            f"{incident.kind.value}: {incident.what}",
            order_id=incident.order_id,
            incident_id=incident.id,
            shift_id=incident.shift_id,
            driver_id=incident.driver_id,
        )


def _of_rounds(reader: LogbookReader, on: date, names: Names, now: datetime, silent: timedelta) -> Iterator[OpenItem]:
    """Rounds that their drivers have not ended, and their phones, if nothing is heard of these."""
    rounds = {r.shift_id: r for r in reader.rounds_on(on, bodies=False) if not r.withdrawn}
    heard: dict[DriverId, datetime] = {}
    for device in reader.devices():
        if device.driver_id and device.app is App.PAGE and device.trusted and device.seen_at:
            heard[device.driver_id] = max(device.seen_at, heard.get(device.driver_id, device.seen_at))
    for shift_id, progress in progress_of(reader, rounds).items():
        if progress.ended_at is not None:
            continue
        driver_id = rounds[shift_id].driver_id
        who = names.drivers.get(driver_id, "")
        begun = "was begun and not ended" if progress.begun_at else "was never begun"
        yield OpenItem(OpenKind.ROUND, who, begun, shift_id=shift_id, driver_id=driver_id)
        last = heard.get(driver_id)
        if progress.begun_at and (last is None or now - last > silent):
            said = f"not heard of since {last:%Y-%m-%d %H:%M} UTC" if last else "never heard of"
            yield OpenItem(OpenKind.PHONE, who, said, shift_id=shift_id, driver_id=driver_id)


def _of_photos(reader: LogbookReader, proofs: Sequence[Proof]) -> Iterator[OpenItem]:
    for proof in proofs:
        awaited = sum(reader.photo(sha256) is None for sha256 in proof.attempt.photos)
        if awaited:
            yield _item(OpenKind.PHOTO, proof, "1 photo" if awaited == 1 else f"{awaited} photos")
