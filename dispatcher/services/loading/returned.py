"""A returned run sheet, stop by stop: what is keyed of it, what stands already, what has moved since the printing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dispatcher.domain.errors import BadInput
from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.orders import OrderState
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt, FailureReason, Outcome, Owner
from dispatcher.loading.clocks import between, moment_near
from dispatcher.loading.keying import CALLED, LONGEST, SKIP, Asked, Keyed, read_clock, read_line, said_of
from dispatcher.services.driving import attempts_of, progress_of
from dispatcher.services.loading.run_sheets import BACK, LEFT, RunSheet, typed
from dispatcher.services.logbook import LogbookReader
from dispatcher.services.planning import Outlook
from dispatcher.services.sending import body_of

__all__ = [
    "LONGEST",
    "SKIP",
    "Keyed",
    "Returned",
    "Row",
    "differs",
    "lacking",
    "read_row",
    "redrafted",
    "require_fit",
    "returned_of",
    "round_body",
    "said_of",
]

type Stop = Mapping[str, Any]

SLACK = timedelta(hours=1)
"""So far outside the shift a time wants no word."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the sheet: a stop, or the round's beginning or end."""

    id: str
    """The order's, `LEFT` or `BACK`."""
    turn: str
    """As printed; `+` for a stop that came to the round later."""
    number: str
    name: str
    address: str
    asked: Asked
    planned_at: datetime | None
    """When the plan has it done."""
    stop: Stop | None = None
    """As the round has it; `None` where it has not, or it is no stop."""
    text: str = ""
    """As typed; empty for Enter alone as for nothing at all, see `typed`."""
    typed: bool = False
    keyed: Keyed | None = None
    """What the text says."""
    at: datetime | None = None
    guessed: bool = False
    """Whether `at` was not written on the sheet."""
    done: Attempt | None = None
    """What stands already; a clerk changes nothing of it."""
    done_words: str = ""
    fault: str = ""
    """Why it cannot be saved as it is."""

    @property
    def is_stop(self) -> bool:
        """Whether anybody was to be served there."""
        return self.id not in (LEFT, BACK)

    @property
    def skipped(self) -> bool:
        """Whether the clerk passed it by."""
        return self.typed and self.text == SKIP

    @property
    def saves(self) -> bool:
        """Whether it becomes an attempt when the sheet is saved."""
        return self.is_stop and self.keyed is not None and self.done is None and not self.fault

    @property
    def settled(self) -> bool:
        """Whether it is known already how it ended."""
        return bool(self.done_words)

    @property
    def opposed(self) -> bool:
        """Whether the sheet was keyed with another end than the one that stands."""
        return self.done is not None and self.keyed is not None and differs(self.keyed, self.done)


@dataclass(frozen=True, slots=True)
class Returned:
    """A sheet with all that is known of its round now."""

    sheet: RunSheet
    title: str
    rows: tuple[Row, ...]
    starts_at: datetime
    ends_at: datetime
    """Of the shift."""
    zone: ZoneInfo
    now: datetime
    """When this was read."""
    bare: tuple[Row, ...] = field(default=(), repr=False)
    """The rows without what was keyed."""
    moved: tuple[str, ...] = ()
    """What is otherwise than when it was printed, in sentences."""

    @property
    def stops(self) -> Sequence[Row]:
        """Without the round's beginning and end."""
        return [row for row in self.rows if row.is_stop]

    def row(self, row_id: str) -> Row:
        """By its id. Raises `BadInput`."""
        found = next((row for row in self.rows if row.id == row_id), None)
        if found is None:
            raise BadInput("That stop is not on this sheet.", "Look at the sheet's code.")
        return found

    def open_after(self, row_id: str | None) -> str | None:
        """The next row of which nothing is known, from this one on round the sheet."""
        ids = [row.id for row in self.rows]
        start = ids.index(row_id) + 1 if row_id in ids else 0
        turned = [*self.rows[start:], *self.rows[:start]]
        return next((row.id for row in turned if not (row.typed or row.settled or row.fault)), None)


def returned_of(reader: LogbookReader, sheet: RunSheet, outlook: Outlook, now: datetime) -> Returned:
    """The sheet as it stands. Raises `BadInput` where the round is gone from the day."""
    body = round_body(reader, sheet, outlook)
    zone, day = outlook.day.depot.zone, outlook.day
    stops = {stop["order_id"]: stop for stop in body["stops"]}
    later = tuple(OrderId(o) for o in stops if o not in sheet.stops)
    done = attempts_of(reader, [round_.shift_id for round_ in reader.rounds_on(sheet.on, bodies=False)])
    starts_at, ends_at = _moment(body["starts_at"]), max(_moment(body["ends_at"]), _moment(body["returns_at"]))
    said = progress_of(reader, [sheet.shift_id]).get(sheet.shift_id)
    left, back = (said.begun_at, said.ended_at) if said else (None, None)
    bare = [_edge(LEFT, "Left the depot", _moment(body["leaves_at"]), left, zone)]
    for n, order_id in enumerate((*sheet.stops, *later), 1):
        turn = str(n) if n <= len(sheet.stops) else "+"
        bare.append(_bare(order_id, turn, stops.get(order_id), done.get(order_id), sheet, day))
    bare.append(_edge(BACK, "Back at the depot", _moment(body["returns_at"]), back, zone))
    known = day.drivers.get(sheet.driver_id)
    moved = tuple(_moved(bare, len(later), known.name if known else "another driver", sheet, body))
    title = f"{body['vehicle']['name']}, {body['driver']['name']}"
    return redrafted(Returned(sheet, title, (), starts_at, ends_at, zone, now, tuple(bare), moved), sheet, now)


def redrafted(returned: Returned, sheet: RunSheet, now: datetime) -> Returned:
    """The same with this keyed; looks nothing up."""
    rows = [_read(row, sheet) for row in returned.bare]
    timed = _timed(rows, returned.starts_at, returned.ends_at, returned.zone, now)
    return replace(returned, sheet=sheet, rows=tuple(timed), now=now)


def round_body(reader: LogbookReader, sheet: RunSheet, outlook: Outlook) -> Mapping[str, Any]:
    """The round as it was sent; as it is planned where that has stops of the sheet that were never sent."""
    sent = reader.round(sheet.shift_id)
    route = next((r for r in outlook.day.plan.routes if r.shift_id == sheet.shift_id), None)
    if sent is not None and (route is None or not lacking(sent.body, sheet, route.order_ids)):
        return sent.body
    if route is None:
        raise BadInput("The round of this sheet is no longer on this day.", "Put it back on the board, then key it.")
    return body_of(outlook, route)


def lacking(body: Mapping[str, Any], sheet: RunSheet, planned: Sequence[OrderId]) -> bool:
    """Whether the plan has stops of the sheet in this round that it was sent without."""
    sent = {stop["order_id"] for stop in body.get("stops", ())}
    return any(order_id in planned and order_id not in sent for order_id in sheet.stops)


def read_row(row: Row, text: str) -> Keyed | None:
    """What this text says of a row; `None` for a stop passed by. Raises `BadInput`."""
    text = text.strip()
    if text == SKIP:
        return None
    if row.is_stop:
        return read_line(text, row.asked)
    clock = read_clock(text)
    if text and clock is None:
        raise BadInput("Only a time is wanted here.", "Type it as 1432, or nothing for the one planned.")
    return Keyed(clock=clock)


def require_fit(returned: Returned, row: Row, text: str, now: datetime) -> None:
    """Raises `BadInput` for what cannot be keyed of a row."""
    if row.stop is None and row.is_stop and row.done is None:
        raise BadInput(row.fault)
    if row.settled and not row.is_stop:
        raise BadInput("That is known already.", "Go on with the stops.")
    keyed = read_row(row, text)
    if keyed is not None and (fault := _too_early(returned.starts_at, now, returned.zone)):
        raise BadInput(fault)
    if keyed is None or keyed.clock is None or row.planned_at is None:
        return
    at = moment_near(keyed.clock, row.planned_at, returned.zone)
    if fault := fault_of_time(row, keyed, at, returned.starts_at, returned.ends_at, now):
        raise BadInput(fault)


def fault_of_time(row: Row, keyed: Keyed, at: datetime, starts_at: datetime, ends_at: datetime, now: datetime) -> str:
    """Why it cannot have been then; empty if it can."""
    if at > now:
        return "That is still to come. Correct the time."
    why = keyed.note.removeprefix(CALLED)
    if starts_at - SLACK <= at <= ends_at + SLACK or keyed.clock is None or why or not row.is_stop:
        return ""
    return "That is outside the shift. Correct the time, or type a stroke and why."


def _too_early(starts_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Why nothing can be keyed yet; empty if it can. Times that nobody wrote would be put before the round."""
    if now >= starts_at - SLACK:
        return ""
    begins = starts_at.astimezone(zone)
    when = f"{begins:%A} {begins.day} {begins:%B}, {begins:%H:%M}"
    return f"This round begins on {when}: nothing can be keyed of it before. Look at the date of the sheet."


def differs(keyed: Keyed, done: Attempt) -> bool:
    """Whether a sheet says another end than the one that stands."""
    return (keyed.outcome, keyed.reason) != (done.outcome, done.reason)


# --- rows ---------------------------------------------------------------------------------------------------------


def _edge(row_id: str, name: str, planned_at: datetime, known: datetime | None, zone: ZoneInfo) -> Row:
    words = f"At {known.astimezone(zone):%H:%M}, known already" if known else ""
    return Row(row_id, "", "", name, "", Asked(()), planned_at, done_words=words)


def _bare(order_id: OrderId, turn: str, stop: Stop | None, done: Attempt | None, sheet: RunSheet, day: Day) -> Row:
    order = day.orders.get(order_id)
    if done is not None and stop is not None and done.number < int(stop.get("attempt", 1)):
        done = None
    fault = "" if stop is not None or done is not None else _gone(order_id, day)
    return Row(
        id=order_id,
        turn=turn,
        number=stop["number"] if stop else order.number if order else order_id,
        name=stop["name"] if stop else order.contact.name if order else "",
        address=stop["address"] if stop else order.address.line if order else "",
        asked=_asked(stop, sheet, day),
        planned_at=_moment(stop["departs_at"]) if stop else None,
        stop=stop,
        done=done,
        done_words=_done_words(done, day) if done else "",
        fault=fault,
    )


def _asked(stop: Stop | None, sheet: RunSheet, day: Day) -> Asked:
    known = {reason.code: reason for reason in day.depot.road.reasons}
    reasons = [known.get(code) or FailureReason(code, code, Owner.OUTSIDE) for code in sheet.reasons]
    if stop is None:
        return Asked(reasons)
    return Asked(reasons, stop.get("cash_due") or 0, [float(line["quantity"]) for line in stop.get("lines", ())])


def _gone(order_id: OrderId, day: Day) -> str:
    """Where a stop of the sheet went since it was printed, and what to do."""
    order, shift_id = day.orders.get(order_id), _shift_of(order_id, day)
    if order is None:
        return "Its order was moved to another day since this was printed. Put it back, then key it."
    if order.state is not OrderState.OPEN:
        return "Its order was cancelled since this was printed. Take it up again, then key it."
    if shift_id is None:
        return "It was taken off its round since this was printed. Put it back on the board, then key it."
    driver = day.drivers[day.shifts[shift_id].driver_id].name
    return f"It went to {driver}'s round since this was printed. If it was done here, move it back, then key it."


def _shift_of(order_id: OrderId, day: Day) -> ShiftId | None:
    return next((r.shift_id for r in day.plan.routes if order_id in r.order_ids), None)


def _done_words(done: Attempt, day: Day) -> str:
    labels = {reason.code: reason.label for reason in day.depot.road.reasons}
    what = labels.get(done.reason, done.reason) if done.outcome is Outcome.FAILED else done.outcome.value
    at = (done.at - timedelta(seconds=done.skew_s)).astimezone(day.depot.zone)
    driver = day.drivers.get(done.driver_id)
    who = "keyed" if done.sheet else f"{driver.name}'s phone" if driver else "a phone"
    return f"{what[:1].upper()}{what[1:]} at {at:%H:%M}, {who}"


def _read(row: Row, sheet: RunSheet) -> Row:
    """The row with what was typed."""
    draft = typed(sheet)
    if row.id not in draft:
        return row
    said = replace(row, text=draft[row.id], typed=True)
    try:
        keyed = read_row(row, said.text)
    except BadInput as fault:
        return replace(said, fault=row.fault or str(fault))
    return replace(said, keyed=keyed)


def _timed(rows: Sequence[Row], starts_at: datetime, ends_at: datetime, zone: ZoneInfo, now: datetime) -> Iterator[Row]:
    """The rows with their moments: as written, else by the plan and by what is written around."""
    timed = [n for n, row in enumerate(rows) if row.planned_at is not None]
    planned = [rows[n].planned_at or now for n in timed]
    written = {
        place: moment_near(keyed.clock, planned[place], zone)
        for place, n in enumerate(timed)
        if (keyed := rows[n].keyed) is not None and keyed.clock is not None
    }
    moments = dict(zip(timed, between(planned, written, now), strict=True))
    for n, row in enumerate(rows):
        if row.keyed is None or n not in moments:
            yield row
            continue
        early = _too_early(starts_at, now, zone)
        fault = row.fault or early or fault_of_time(row, row.keyed, moments[n], starts_at, ends_at, now)
        yield replace(row, at=moments[n], guessed=row.keyed.clock is None, fault=fault)


def _moved(rows: Sequence[Row], later: int, driver: str, sheet: RunSheet, body: Mapping[str, Any]) -> Iterator[str]:
    gone = sum(row.is_stop and row.stop is None and row.done is None for row in rows)
    if gone:
        yield f"{gone} {'stop has' if gone == 1 else 'stops have'} left the round since this was printed."
    if later:
        yield f"{later} {'stop' if later == 1 else 'stops'} came to the round since; they stand at the end."
    if body["driver"]["id"] != sheet.driver_id:
        yield f"The round was {driver}'s when this was printed: what is keyed counts for {body['driver']['name']}."


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
