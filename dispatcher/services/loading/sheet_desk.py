"""The clerk's desk: keys returned run sheets into a draft that survives everything, and saves them as what drivers did.

What is saved goes the way of what phones report: an action of the round's driver, an attempt, a link of the chain. What
stands already is never touched: where the sheet has it otherwise, that is noted on the proof.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dispatcher.domain.actions import Action, ActionKind, SentRound, Taking
from dispatcher.domain.devices import App, Device
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import DeviceId, OrderId, ShiftId, new_id
from dispatcher.domain.proof import Outcome
from dispatcher.domain.review import Decision, Review
from dispatcher.loading.keying import said_of
from dispatcher.loading.pieces import STOP
from dispatcher.services.driving import keep as keep_action
from dispatcher.services.driving_call import Call
from dispatcher.services.loading import run_sheets
from dispatcher.services.loading.returned import Returned, Row, lacking, redrafted, require_fit, returned_of
from dispatcher.services.loading.run_sheets import LEFT, Line, RunSheet
from dispatcher.services.logbook import Logbook, LogbookReader, LogbookWriter
from dispatcher.services.planning import Outlook
from dispatcher.services.ports import Clock
from dispatcher.services.reviewing_chain import review_record
from dispatcher.services.sending import round_to_send
from dispatcher.services.workplace import Workplace

PAPER = DeviceId("paper")
"""What stands for the phone in what was keyed from paper."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One round of the day as the list of sheets shows it."""

    shift_id: ShiftId
    title: str
    code: str
    """Of the sheet printed last; empty if none was."""
    stops: int
    keyed: int
    """Keyed and not saved."""
    done: int
    """Stops that are known to have ended."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of saving a sheet."""

    attempts: int
    noted: int
    """Proofs that stand otherwise, and on which it was noted."""
    left: int
    """Stops of the sheet of which nothing is known still."""


class SheetDesk:
    """One thread at a time; raises `KnownError` for a depot without a logbook."""

    def __init__(self, workplace: Workplace, *, clock: Clock) -> None:
        if workplace.live is None:
            raise KnownError("This depot has no logbook.", "Open it in the window.")
        self._workplace, self._clock, self._logbook = workplace, clock, workplace.live.logbook

    @property
    def logbook(self) -> Logbook:
        """Where it all goes."""
        return self._logbook

    def issue(self, outlook: Outlook, shift_ids: Sequence[ShiftId]) -> Mapping[ShiftId, str]:
        """Codes for these rounds' sheets, as they are printed now; none from a copy that is only tried out."""
        if self._workplace.what_if is not None:
            return {}
        now = self._clock()
        return self._logbook.write(lambda book: run_sheets.issue(book, outlook, shift_ids, now))

    def lines(self, outlook: Outlook) -> Sequence[SheetLine]:
        """Every round of the day with its sheet, if it was printed."""
        return self._logbook.read(lambda reader: _lines(reader, outlook))

    # --- keying ---------------------------------------------------------------------------------------------------

    def open(self, text: str, outlook: Outlook) -> Returned:
        """The sheet that was scanned, typed or chosen. A round that was never printed is taken as it is planned.

        Raises `BadInput` for a code of another day, or of nothing.
        """
        found = self._logbook.read(lambda reader: run_sheets.named(reader, text, outlook.day.date))
        if isinstance(found, RunSheet):
            return self._look(found.code, outlook)
        if found not in outlook.schedule.routes or not outlook.schedule.routes[found].stops:
            raise BadInput("That round has no stops on this day.", "Look at the date of the sheet.")
        self._require_mine()
        return self._look(self.issue(outlook, [found])[found], outlook)

    def key(self, returned: Returned, row_id: str, text: str) -> Returned:
        """Keep what was typed of a row, until it is saved. Raises `BadInput`, with the draft as it was."""
        keyed = self.keyed(returned, row_id, text)
        self.write_line(returned.sheet.code, row_id, text)
        return keyed

    def keyed(self, returned: Returned, row_id: str, text: str) -> Returned:
        """The sheet as it is with this typed; nothing is looked up, nothing kept. Raises `BadInput`."""
        self._require_mine()
        now = self._clock()
        require_fit(returned, returned.row(row_id), text, now)
        return redrafted(returned, run_sheets.with_line(returned.sheet, row_id, text.strip()), now)

    def write_line(self, code: str, row_id: str, text: str) -> None:
        """Keep a line that `keyed` found fit."""
        self._draft(code, lambda sheet: run_sheets.with_line(sheet, row_id, text.strip()))

    def undo(self, returned: Returned) -> tuple[Returned, str]:
        """Take the line keyed last out of the draft; which row that was. Raises `KnownError` when there is none."""
        undone, row_id = self.undone(returned)
        self.write_undone(returned.sheet.code, returned.sheet.draft[-1])
        return undone, row_id

    def undone(self, returned: Returned) -> tuple[Returned, str]:
        """The sheet without the line keyed last; nothing is kept. Raises `KnownError` when there is none."""
        self._require_mine()
        sheet = returned.sheet
        if not sheet.draft:
            raise KnownError("There is nothing to take back.", "What was saved is corrected among the exceptions.")
        return redrafted(returned, replace(sheet, draft=sheet.draft[:-1]), self._clock()), sheet.draft[-1][0]

    def write_undone(self, code: str, line: Line) -> None:
        """Keep what `undone` showed: this line goes, and none that another clerk keyed since."""
        self._draft(code, lambda sheet: run_sheets.without_line(sheet, line))

    def row_named(self, returned: Returned, text: str) -> str | None:
        """The stop whose code was scanned; `None` for other words. Raises `BadInput` for a stop of another sheet."""
        return returned.row(text.strip().removeprefix(STOP)).id if text.strip().startswith(STOP) else None

    # --- saving ---------------------------------------------------------------------------------------------------

    def save(self, returned: Returned, outlook: Outlook, *, by: str) -> tuple[Returned, Saved]:
        """Write all that was keyed and is fit, in one go or not at all; the rest stays in the draft.

        Raises `BadInput` when nobody is named, or there is nothing to write.
        """
        self._require_mine()
        by = " ".join(by.split())
        if not by:
            raise BadInput("Nobody said who keys.", "Type your name.")
        code = returned.sheet.code
        saved = self._logbook.write(lambda book: _save(book, code, outlook, by, self._clock()))
        now = self._look(code, outlook)
        left = sum(not row.settled for row in now.stops)
        return now, replace(saved, left=left)

    # --- reading --------------------------------------------------------------------------------------------------

    def look(self, returned: Returned, outlook: Outlook) -> Returned:
        """The same sheet as it stands now."""
        return self._look(returned.sheet.code, outlook)

    def _look(self, code: str, outlook: Outlook) -> Returned:
        now = self._clock()
        return self._logbook.read(lambda reader: returned_of(reader, _found(reader, code), outlook, now))

    def _draft(self, code: str, change: Callable[[RunSheet], RunSheet]) -> None:
        self._require_mine()
        self._logbook.write(lambda book: run_sheets.keep(book, change(_found(book, code))))

    def _require_mine(self) -> None:
        if self._workplace.what_if is not None:
            raise KnownError("This is a copy to try things out in: nothing is keyed here.", "Go back to the depot.")


def _found(reader: LogbookReader, code: str) -> RunSheet:
    sheet = run_sheets.sheet_of(reader, code)
    if sheet is None:
        raise KnownError("That sheet is no longer kept.", "Open its round again.")
    return sheet


def _lines(reader: LogbookReader, outlook: Outlook) -> Sequence[SheetLine]:
    day = outlook.day
    sheets = {sheet.shift_id: sheet for sheet in run_sheets.sheets_on(reader, day.date)}
    found = []
    for route, shift, driver, vehicle in day.rounds():
        sheet = sheets.get(shift.id)
        if not route.stops and sheet is None:
            continue
        title, code = f"{vehicle.name}, {driver.name}", sheet.code if sheet else ""
        keyed = len(run_sheets.typed(sheet)) if sheet else 0
        done = sum(stop.done for stop in route.stops)
        found.append(SheetLine(shift.id, title, code, len(route.stops), keyed, done))
    return found


# --- writing ------------------------------------------------------------------------------------------------------


def _save(book: LogbookWriter, code: str, outlook: Outlook, by: str, now: datetime) -> Saved:
    sheet = _found(book, code)
    returned = returned_of(book, sheet, outlook, now)
    rows = [row for row in returned.rows if row.typed and not row.skipped and row.keyed and not row.fault]
    if not rows:
        raise BadInput("Nothing is keyed that could be saved.", "Key the stops first.")
    round_ = _sent(book, sheet, outlook, now)
    phone = Device(PAPER, App.PAGE, round_.driver_id)
    call = Call(book, phone, round_.driver_id, now, 0.0, f"paper, keyed by {by}", sheet=sheet.code)
    attempts = noted = 0
    for row in rows:
        if row.done is not None:
            noted += _note(book, row, sheet, by, now)
        elif not row.settled:
            _keep(call, row, round_)
            attempts += row.is_stop
    gone = {row.id for row in rows}
    draft = tuple(line for line in sheet.draft if line[0] not in gone)
    run_sheets.keep(book, replace(sheet, draft=draft, saved_at=now, saved_by=by))
    return Saved(attempts, noted, 0)


def _sent(book: LogbookWriter, sheet: RunSheet, outlook: Outlook, now: datetime) -> SentRound:
    """The round as it was sent; paper is how it is sent to a driver without a phone."""
    sent = book.round(sheet.shift_id)
    route = next((r for r in outlook.day.plan.routes if r.shift_id == sheet.shift_id), None)
    if route is not None and (sent is None or lacking(sent.body, sheet, route.order_ids)):
        sent = round_to_send(outlook, route, sent, now) or sent
        if sent is not None:
            book.put_round(sent)
    if sent is None:
        raise BadInput("The round of this sheet is no longer on this day.", "Put it back on the board, then save.")
    return sent


def _keep(call: Call, row: Row, round_: SentRound) -> None:
    kind, body = _action(row)
    order_id = OrderId(row.id) if row.is_stop else None
    assert row.at is not None
    action = Action(new_id(), int(row.turn) if row.turn.isdigit() else 0, kind, row.at, round_.shift_id, order_id, body)
    taken = keep_action(call, action)
    if taken.taking is Taking.REFUSED:
        raise BadInput(f"{row.number or row.name}: {taken.why}", "Take the line back, or correct it.")


def _action(row: Row) -> tuple[ActionKind, dict[str, Any]]:
    keyed = row.keyed
    assert keyed is not None
    if not row.is_stop:
        return (ActionKind.BEGIN if row.id == LEFT else ActionKind.END), {}
    said = {"note": keyed.note, "guessed_at": row.guessed}
    if keyed.outcome is Outcome.FAILED:
        return ActionKind.FAIL, {**said, "reason": keyed.reason}
    lines = [{"line": n, "quantity": quantity} for n, quantity in enumerate(keyed.quantities)]
    return ActionKind.DELIVER, {
        **said,
        "outcome": keyed.outcome.value,
        "handover": keyed.handover.value if keyed.handover else None,
        "name": keyed.name,
        "cash": keyed.cash,
        "lines": lines,
        "signed": keyed.signed,
    }


def _note(book: LogbookWriter, row: Row, sheet: RunSheet, by: str, now: datetime) -> bool:
    """Say on a proof that stands what the sheet has otherwise; whether there was anything to say."""
    done, keyed = row.done, row.keyed
    assert done is not None
    assert keyed is not None
    if not (row.opposed or keyed.note):
        return False
    words = said_of(keyed, row.asked) if row.opposed else keyed.note
    review = Review(done.key, Decision.NOTED, by, now, f"Paper sheet {sheet.shown}: {words}")
    book.put_record(review_record(book.head(), done, sheet.on, review))
    return True
