"""How words are taken out of what is kept: records of the chain, rounds as they were sent, what drivers said.

A record that is erased keeps the hash of what it said, and the record of the erasure says so once more: whoever
verifies the chain finds every link. Of an attempt that stood, that record also keeps what is no person's: which stop of
which round it was, how it ended and when. The plan goes on knowing the stop as done.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from dispatcher.domain.actions import Action, ActionKind, SentRound, TakenAction
from dispatcher.domain.devices import Note
from dispatcher.domain.ids import OrderId
from dispatcher.domain.incidents import Incident
from dispatcher.domain.keeping import ERASED
from dispatcher.domain.proof import Photo, Record, RecordKind
from dispatcher.proof.chain import leaf_of, link
from dispatcher.services.logbook import LogbookWriter

WORDY = frozenset({RecordKind.ATTEMPT, RecordKind.PHOTO, RecordKind.REVIEW, RecordKind.CORRECTED, RecordKind.CODE})
"""Records that say something of a person. Of the others the chain's readers need what they say."""
NO_WORDS = ("shift_id", "driver_id", "device_id", "number", "outcome", "at_ms", "skew_ms", "guessed_at", "reason")
"""What of an attempt is no customer's."""
SAID = ("reason", "outcome", "barcode", "missing", "version", "key", "note_id")
"""What of an action is needed to know how a round went; the rest is words, drawings and places."""
STOP_WORDS = ("name", "phone", "email", "address", "postcode", "notes")


def erase_records(
    book: LogbookWriter, records: Iterable[Record], *, by: str, why: str, now: datetime, withdrawn: Collection[str]
) -> int:
    """Empty these records, and say on the chain that it was done; how many there were.

    `withdrawn` are the phones and keys, as `name_of` has them, of attempts that their drivers took back.
    """
    head, count, records = book.head(), 0, list(records)
    corrected = {name_of(r): r.body["reason"] for r in records if r.kind is RecordKind.CORRECTED and not r.erased}
    for record in records:
        if record.kind not in WORDY or record.erased:
            continue
        leaf = leaf_of(record)
        book.erase_record(record.n, leaf)
        body: dict[str, Any] = {"n": record.n, "leaf": leaf.hex(), "by": by, "why": why}
        if record.kind is RecordKind.ATTEMPT and name_of(record) not in withdrawn:
            body["kept"] = {part: record.body[part] for part in NO_WORDS if part in record.body}
            if name_of(record) in corrected:
                body["kept"]["reason"] = corrected[name_of(record)]
        about = {"key": record.key, "order_id": record.order_id, "on": record.on}
        head = link(head, kind=RecordKind.ERASED, at=now, body=body, **about)  # type: ignore[arg-type]
        book.put_record(head)
        count += 1
    return count


def name_of(record: Record) -> str:
    """A phone and the attempt's key there."""
    return f"{record.body.get('device_id', '')} {record.key}"


def withdrawn_of(records: Iterable[Record]) -> frozenset[str]:
    """The attempts that were taken back."""
    return frozenset(name_of(record) for record in records if record.kind is RecordKind.WITHDRAWN)


def blank_photo(photo: Photo) -> Photo:
    """A photo whose files are gone: that there was one is all that is left."""
    return replace(photo, copy_sha256="", fault=ERASED, taken_at=None, place=None, lookalike="")


def blank_round(sent: SentRound, gone: Collection[OrderId]) -> SentRound | None:
    """The round without these orders' people; `None` if it says nothing of them."""
    stops = [_blank_stop(stop) if stop["order_id"] in gone else stop for stop in sent.body.get("stops", ())]
    if stops == list(sent.body.get("stops", ())):
        return None
    return replace(sent, body={**sent.body, "stops": stops})


def _blank_stop(stop: Mapping[str, Any]) -> dict[str, Any]:
    blank = dict(stop) | {part: "" for part in STOP_WORDS if stop.get(part)}
    if stop.get("lat") is not None and stop.get("lon") is not None:
        blank |= {"lat": coarse(stop["lat"]), "lon": coarse(stop["lon"])}
    return blank


def coarse(degrees: float) -> float:
    """A coordinate that says the neighbourhood and not the house: about a kilometre."""
    return round(degrees, 2)


def blank_action(taken: TakenAction) -> TakenAction | None:
    """What a driver did without words; `None` if there are none. Messages to the dispatcher lose all they said."""
    action = taken.action
    body = {part: value for part, value in action.body.items() if part in SAID}
    if action.kind is ActionKind.UNREADABLE:
        body = {}
    return None if body == action.body else replace(taken, action=_with_body(action, body))


def _with_body(action: Action, body: Mapping[str, Any]) -> Action:
    return replace(action, body=body)


def blank_incident(incident: Incident) -> Incident | None:
    """What it was and how it was settled, without what was written; `None` if nothing was."""
    entries = tuple(replace(entry, text="") for entry in incident.entries)
    blank = replace(incident, what=incident.kind.value, entries=entries)
    return None if blank == incident else blank


def blank_note(note: Note) -> Note:
    """A message between driver and dispatcher without its words."""
    return replace(note, text=ERASED)
