"""Photos as they arrive: how much of one is there, and what the chain says once it is whole.

The bytes are the file store's, what they show is found in `proof.photos`, outside the gateway's process.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dispatcher.domain.actions import SentRound, TakenAction, Taking
from dispatcher.domain.devices import Device
from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Photo, RecordKind
from dispatcher.proof.canonical import DEGREE, MILLI, scaled, to_ms
from dispatcher.proof.chain import link
from dispatcher.proof.files import ProofFiles
from dispatcher.services.logbook import LogbookReader, LogbookWriter

LATE = timedelta(days=14)
"""How long after its round a photo may come and still be joined to its attempt."""


@dataclass(frozen=True, slots=True)
class Upload:
    """How far a photo's upload is."""

    have: int
    """Bytes that are there."""
    done: bool = False
    fault: str = ""
    """What is wrong with the photo, once it is whole."""


def begin_photo(reader: LogbookReader, files: ProofFiles, device: Device, sha256: str) -> Upload:
    """Where this phone is to go on. Raises `BadInput` for what is no hash."""
    if (photo := reader.photo(sha256)) and files.has(sha256):
        return Upload(photo.size, True, photo.fault)
    return Upload(files.have(device.id, sha256))


def keep_photo(writer: LogbookWriter, photo: Photo, device: Device, *, now: datetime) -> None:
    """Note a photo whose file is in place, and say so on the chain for every attempt of this driver that names it.

    A photo that is known already is left as it is.
    """
    if writer.photo(photo.sha256) is not None:
        return
    writer.put_photo(photo)
    for round_, taken in _named_by(writer, device, photo.sha256, now):
        order_id = OrderId(taken.action.order_id or "")
        on, key, body = round_.on.isoformat(), taken.action.key, photo_body(photo)
        head = writer.head()
        writer.put_record(link(head, kind=RecordKind.PHOTO, key=key, order_id=order_id, on=on, at=now, body=body))


def photo_body(photo: Photo) -> dict[str, Any]:
    """What the chain says of a photo."""
    body = {
        "sha256": photo.sha256,
        "size": photo.size,
        "received_ms": to_ms(photo.received_at),
        "device_id": photo.device_id,
        "mime": photo.mime,
        "width": photo.width,
        "height": photo.height,
        "copy_sha256": photo.copy_sha256,
        "fault": photo.fault,
        "taken_ms": to_ms(photo.taken_at) if photo.taken_at else None,
        "place": [scaled(photo.place.lat, DEGREE), scaled(photo.place.lon, DEGREE)] if photo.place else None,
        "sharpness_milli": scaled(photo.sharpness, MILLI),
        "brightness_milli": scaled(photo.brightness, MILLI),
        "lookalike": photo.lookalike,
    }
    return {name: value for name, value in body.items() if value is not None}


def _named_by(
    reader: LogbookReader, device: Device, sha256: str, now: datetime
) -> Iterator[tuple[SentRound, TakenAction]]:
    """The attempts of the phone's driver that name this photo."""
    if device.driver_id is None:
        return
    today = now.astimezone(UTC).date()
    days = today - LATE, today + timedelta(days=1)
    sent = (*reader.rounds_of(device.driver_id, *days), *reader.rounds_once_of(device.driver_id, *days))
    rounds = {round_.shift_id: round_ for round_ in sent}
    for taken in reader.actions_of(rounds):
        photos = taken.action.body.get("photos")
        if taken.taking is Taking.TAKEN and "number" in taken.effect and isinstance(photos, list) and sha256 in photos:
            yield rounds[taken.action.shift_id], taken
