"""A person's data in one ZIP, for them to have (GDPR, articles 15 and 20): a JSON file with readable keys, and files.

Photos are as they were taken; signatures are drawn as PNG. All moments are UTC, all distances metres, all amounts of
money minor units of the depot's currency.
"""

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime, time
from enum import Enum
from pathlib import Path
from typing import Any

from dispatcher.domain.orders import Order
from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.domain.proof import Attempt
from dispatcher.domain.remembered import Remembered
from dispatcher.intake.writing import whole_file
from dispatcher.proof.files import ProofFiles
from dispatcher.services.evidence import signature_png
from dispatcher.services.loading import run_sheets
from dispatcher.services.persons import PersonKept, photo_files
from dispatcher.services.retention_log import RunKind, spoken, write_down
from dispatcher.services.workplace import Workplace

WIDTH = 600
"""Pixels of a signature."""
JSON_NAME = "person.json"
ABOUT = (
    "All that the depot keeps of the orders named here. Moments are UTC (ISO 8601), distances metres, durations "
    "seconds, coordinates degrees (WGS 84), money minor units of the currency. Files lie beside this one."
)


def export_person(
    workplace: Workplace, kept: PersonKept, out: Path, *, by: str, progress: Progress | None = None
) -> dict[str, int]:
    """Write all that is kept of a person to a ZIP file, whole or not at all; how many of what is in it.

    Raises `BadInput` if nobody is named, `KnownError` when it cannot be written, and `Cancelled`.
    """
    by, files = spoken(by, "who writes it out"), photo_files(workplace)
    attempts = kept.attempts
    names = _photo_names(kept, files)
    told = json.dumps(_told(workplace, kept, names), ensure_ascii=False, indent=2).encode()
    with whole_file(out) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(JSON_NAME, told)
        for attempt in attempts:
            if picture := signature_png(attempt, WIDTH):
                archive.writestr(_signature_name(attempt), picture)
        for place, (sha256, name) in enumerate(names.items()):
            if progress is not None:
                checkpoint(progress, place / len(names), "Photos")
            archive.write(files.path(sha256), name)
    with suppress(OSError):  # where the disk knows no such rights, the folder's hold
        out.chmod(0o600)
    counts = {**kept.counts(), "files": len(names) + sum(1 for attempt in attempts if attempt.ink)}
    write_down(workplace, RunKind.EXPORTED, by=by, counts=counts)
    return counts


def _photo_names(kept: PersonKept, files: ProofFiles) -> dict[str, str]:
    """Those that are here."""
    endings = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/heic": "heic"}
    return {
        sha256: f"photos/{sha256[:16]}.{endings.get(photo.mime if photo else '', 'bin')}"
        for sha256, photo in kept.photos.items()
        if files.has(sha256)
    }


def _signature_name(attempt: Attempt) -> str:
    return f"signatures/{attempt.at:%Y-%m-%d}-{attempt.key[:18]}.png"


def _told(workplace: Workplace, kept: PersonKept, names: Mapping[str, str]) -> dict[str, Any]:
    orders = {order.id: order for order in workplace.store.read(lambda reader: reader.orders(kept.order_ids))}
    depot = workplace.depot
    return {
        "about": ABOUT,
        "depot": depot.name,
        "currency": depot.currency,
        "written_at": workplace.clock().isoformat(),
        "orders": [{**plain(asdict(trace)), "details": _order(orders.get(trace.order_id))} for trace in kept.traces],
        "proofs_of_delivery": [_proof(attempt, names) for attempt in kept.attempts],
        "records_of_the_chain": [
            {"n": r.n, "kind": r.kind.value, "at": r.at.isoformat(), "erased": r.erased, "says": plain(r.body)}
            for r in kept.records
        ],
        "messages_to_you": _all(kept.messages),
        "replies_from_you": _all(kept.replies),
        "calls": _all(kept.calls),
        "wishes": _all(kept.wishes),
        "pages": _all(kept.pages),
        "exceptions": _all(kept.incidents),
        "goods_that_came_back": _all(kept.goods),
        "drivers_actions_at_your_door": [plain(asdict(taken.action)) for taken in kept.actions],
        "what_the_driver_was_told": [
            plain(stop)
            for sent in kept.rounds
            for stop in sent.body.get("stops", ())
            if stop["order_id"] in kept.order_ids
        ],
        "drivers_messages_about_you": _all(kept.notes),
        "keyed_from_paper_and_not_saved": _keyed(workplace, kept),
        "addresses_that_want_no_messages": _all(kept.opt_outs),
        "remembered_places": {key: {"lat": place.lat, "lon": place.lon} for key, place in kept.pins.items()},
        "learned_of_your_addresses": {key: _learned(known) for key, known in kept.remembered.items()},
    }


def _keyed(workplace: Workplace, kept: PersonKept) -> Sequence[str]:
    live = workplace.live
    return live.logbook.read(lambda book: run_sheets.typed_of(book, kept.order_ids)) if live else ()


def _learned(known: Remembered) -> dict[str, Any]:
    return {"note": known.note, "approach": known.approach, "service_s": known.service_s}


def _order(order: Order | None) -> Any:
    return None if order is None else plain(asdict(order))


def _proof(attempt: Attempt, names: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = plain({**asdict(attempt), "ink": None})
    del told["ink"]
    told["signature"] = _signature_name(attempt) if attempt.ink else None
    told["photos"] = [names.get(sha256, "no longer kept") for sha256 in attempt.photos]
    return told


def _all(things: Iterable[Any]) -> list[Any]:
    return [plain(asdict(thing)) for thing in things]


def plain(value: Any) -> Any:
    """As JSON can hold it."""
    match value:
        case Enum():
            return value.value
        case datetime() | date() | time():
            return value.isoformat()
        case bytes():
            return value.hex()
        case Mapping():
            return {_key(key): plain(part) for key, part in value.items()}
        case frozenset() | set():
            return sorted((plain(part) for part in value), key=str)
        case list() | tuple():
            return [plain(part) for part in value]
        case _:
            return value


def _key(key: Any) -> str:
    return str(key.value) if isinstance(key, Enum) else str(key)
