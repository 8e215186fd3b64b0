"""Returned run sheets on a real depot: keyed into a draft, saved into the chain, never over what a phone reported."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from dispatcher.domain.actions import Action, ActionKind
from dispatcher.domain.devices import App, Device
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import DeviceId, OrderId
from dispatcher.domain.incidents import IncidentKind
from dispatcher.domain.orders import OrderState
from dispatcher.domain.proof import Asked, Attempt, Outcome, ProofKind, Record, RecordKind
from dispatcher.domain.review import Decision, FlagKind, Proof
from dispatcher.insight.columns import TableName
from dispatcher.insight.rows import rows_of
from dispatcher.proof.files import ProofFiles
from dispatcher.services import sending
from dispatcher.services.driving import attempts_of, progress_of, take
from dispatcher.services.evidence import proofs_folder
from dispatcher.services.exceptions import ExceptionDesk
from dispatcher.services.insight_day import Sources, seen_on
from dispatcher.services.live import facts_on
from dispatcher.services.loading.board import board_of
from dispatcher.services.loading.paper import Paper, print_to
from dispatcher.services.loading.returned import Returned
from dispatcher.services.loading.run_sheets import BACK, LEFT, sheet_of, with_line
from dispatcher.services.loading.run_sheets import keep as keep_sheet
from dispatcher.services.loading.sheet_desk import PAPER, SheetDesk
from dispatcher.services.logbook import Logbook
from dispatcher.services.plan import move_orders, unassign
from dispatcher.services.planning import Outlook
from dispatcher.services.reviewing import ReviewDesk
from dispatcher.services.verifying import verify_proofs
from tests.fixtures import days
from tests.unit.services.loading_day import Morning, open_morning


@dataclass
class Office:
    """The evening of the day: the sheets of both rounds were printed, and come back."""

    morning: Morning
    desk: SheetDesk
    codes: dict[str, str]

    @property
    def outlook(self) -> Outlook:
        return self.morning.outlook

    @property
    def book(self) -> Logbook:
        return self.desk.logbook

    def open(self, van: int = 0) -> Returned:
        """By the code on it."""
        return self.desk.open(self.codes[self.morning.vans[van]], self.outlook)

    def key(self, returned: Returned, *lines: str) -> Returned:
        """The next open rows, one after the other, the round's beginning first."""
        for line in lines:
            row_id = returned.open_after(None)
            assert row_id
            returned = self.desk.key(returned, row_id, line)
        return returned

    def keyed(self, *lines: str) -> dict[str, Attempt]:
        """Key and save; what stands then, by the order's number."""
        self.desk.save(self.key(self.open(), "", *lines), self.outlook, by="Anna")
        return self.attempts()

    def attempts(self) -> dict[str, Attempt]:
        """What the chain has."""
        found = self.book.read(lambda r: attempts_of(r, self.morning.vans))
        return {self.morning.day.orders[o].number: attempt for o, attempt in found.items()}

    def numbers(self, van: int = 0) -> list[str]:
        """Of the orders of a round."""
        return [order.number for order in self.morning.orders(van)]

    def records(self) -> list[Record]:
        """The chain."""
        return list(self.book.read(lambda r: r.records()))

    def proofs(self) -> list[Proof]:
        """On the review desk."""
        return list(ReviewDesk(self.morning.workplace, clock=self.morning.time).day(days.DATE).proofs)

    def phone(self, van: int, place: int) -> None:
        """A phone reports that this stop was delivered at nine."""
        round_ = self.book.read(lambda r: r.round(self.morning.vans[van]))
        assert round_
        order = self.morning.orders(van)[place]
        done = {"key": f"phone-{van}-{place}-0", "seq": 1, "kind": "deliver", "at": days.clock("09:00").isoformat()}
        action = {**done, "shift_id": round_.shift_id, "order_id": order.id, "body": {"name": "Virtanen"}}
        device = Device(DeviceId("phone"), App.PAGE, round_.driver_id)
        answers = self.book.write(lambda w: take(w, device, {"actions": [action]}, now=self.morning.time.now))
        assert answers[0]["taking"] == "taken", answers


@pytest.fixture
def office(home: Path) -> Iterator[Office]:
    with open_morning(home) as morning:
        desk = SheetDesk(morning.workplace, clock=morning.time)
        codes = dict(desk.issue(morning.outlook, morning.vans[:2]))
        morning.time.now = days.clock("19:00")
        yield Office(morning, desk, codes)


def test_a_sheet_is_saved_as_what_the_driver_did(office: Office) -> None:
    first, second, third, fourth = office.numbers()
    found = office.keyed("0812 Maija Virtanen", "1k 0830", "", "m /In the box", "1510")
    assert {n: a.outcome for n, a in found.items()} == {
        first: Outcome.DELIVERED, second: Outcome.FAILED, third: Outcome.DELIVERED, fourth: Outcome.DELIVERED
    }  # fmt: skip
    one = found[first]
    assert (one.name, one.signed, one.sheet) == ("Maija Virtanen", True, office.codes[office.morning.vans[0]])
    assert (one.at, one.guessed_at, one.app_version) == (days.clock("08:12"), False, "paper, keyed by Anna")
    assert (one.device_id, one.driver_id) == (PAPER, office.morning.day.shifts[office.morning.vans[0]].driver_id)
    assert found[second].reason == "NOT_HOME"
    assert found[second].note == "Called before leaving, as the sheet says"
    assert found[third].guessed_at
    assert (found[fourth].signed, found[fourth].note) == (False, "In the box")
    said = office.book.read(lambda r: progress_of(r, office.morning.vans))[office.morning.vans[0]]
    assert said.ended_at == days.clock("15:10")
    assert said.begun_at is not None
    assert set(facts_on(office.book, days.DATE)) == {order.id for order in office.morning.orders(0)}


def test_the_chain_holds_and_names_who_keyed(office: Office) -> None:
    office.keyed("", "", "", "")
    attempts = [r for r in office.records() if r.kind is RecordKind.ATTEMPT]
    assert [r.body["app_version"] for r in attempts] == ["paper, keyed by Anna"] * 4
    place = office.morning.workplace
    files = ProofFiles(proofs_folder(place.home, place.slug))
    verdict = verify_proofs(office.book, files, now=office.morning.time.now)
    assert verdict.sound, verdict.fault
    assert verdict.records == len(office.records())


def test_times_that_nobody_wrote_lie_between_those_written(office: Office) -> None:
    planned = [row.planned_at for row in office.open().rows]
    assert all(planned)
    found = office.keyed("0930", "", "1200", "")
    at = [found[number].at for number in office.numbers()]
    assert at[0] == days.clock("09:30")
    assert at[2] == days.clock("12:00")
    assert at[0] < at[1] < at[2] < at[3]
    assert planned[4] is not None
    assert planned[3] is not None
    assert at[3] - at[2] == planned[4] - planned[3], "after the last time written, all are as late as that"


def test_what_is_not_keyed_stays_open(office: Office) -> None:
    returned, saved = office.desk.save(office.key(office.open(), "", "", "-"), office.outlook, by="Anna")
    assert (saved.attempts, saved.left) == (1, 3)
    assert [row.settled for row in returned.stops] == [True, False, False, False]
    assert returned.stops[1].skipped, "what was passed by is still remembered"
    returned, saved = office.desk.save(office.key(returned, "", ""), office.outlook, by="Anna")
    assert (saved.attempts, saved.left) == (2, 1)
    with pytest.raises(BadInput, match="Nothing is keyed"):
        office.desk.save(returned, office.outlook, by="Anna")
    assert len([r for r in office.records() if r.kind is RecordKind.ATTEMPT]) == 3


def test_the_draft_outlives_the_window(office: Office) -> None:
    office.key(office.open(), "0755", "0812 Virtanen", "3 Did not want it")
    other = SheetDesk(office.morning.workplace, clock=office.morning.time)
    returned = other.open(office.codes[office.morning.vans[0]].lower(), office.outlook)
    assert [row.text for row in returned.rows if row.typed] == ["0755", "0812 Virtanen", "3 Did not want it"]
    assert office.attempts() == {}, "nothing is said of anybody before it is saved"
    returned, last = other.undo(returned)
    assert last == office.morning.orders(0)[1].id
    assert [row.text for row in returned.rows if row.typed] == ["0755", "0812 Virtanen"]
    returned, saved = other.save(returned, office.outlook, by="Anna")
    assert (saved.attempts, saved.left) == (1, 3)
    with pytest.raises(KnownError, match="nothing to take back"):
        other.undo(returned)


def test_a_line_keyed_anew_takes_the_place_of_the_other(office: Office) -> None:
    returned = office.key(office.open(), "", "0812")
    order = office.morning.orders(0)[0]
    returned = office.desk.key(returned, order.id, "8 Moved away")
    returned, _ = office.desk.undo(returned)
    assert returned.row(order.id).text == "0812"
    office.desk.save(office.desk.key(returned, order.id, "8 Moved away"), office.outlook, by="Anna")
    assert office.attempts()[order.number].reason == "WRONG_ADDRESS"


def test_what_a_phone_reported_stands_and_is_noted_upon(office: Office) -> None:
    sending.send(office.book, office.outlook, office.morning.time.now)
    before = office.key(office.open(), "", "1k")
    office.phone(0, 0)
    office.phone(0, 1)
    returned = office.desk.look(before, office.outlook)
    first, second, *_ = returned.stops
    assert first.done_words == "Delivered at 09:00, Aino Korhonen's phone"
    assert first.opposed
    assert returned.open_after(None) == returned.stops[2].id
    returned = office.desk.key(returned, second.id, "/Signed by the neighbour")
    _, saved = office.desk.save(returned, office.outlook, by="Anna")
    assert (saved.attempts, saved.noted) == (0, 2)
    found = office.attempts()[first.number]
    assert (found.device_id, found.outcome) == ("phone", Outcome.DELIVERED)
    notes = [(r.decision, r.by, r.note) for p in office.proofs() for r in p.reviews]
    shown = returned.sheet.shown
    assert notes == [
        (Decision.NOTED, "Anna", f"Paper sheet {shown}: Nobody there: Called before leaving, as the sheet says"),
        (Decision.NOTED, "Anna", f"Paper sheet {shown}: Signed by the neighbour"),
    ]


def test_two_sheets_of_a_round_say_a_stop_once(office: Office) -> None:
    old = office.open()
    first = office.morning.orders(0)[0]
    store = office.morning.workplace.store
    store.write("Move", lambda uow: move_orders(uow, order_ids=[first.id], to_shift=office.morning.vans[0], index=2))
    codes = office.desk.issue(office.outlook, office.morning.vans[:2])
    assert codes[office.morning.vans[0]] != old.sheet.code
    assert codes[office.morning.vans[1]] == office.codes[office.morning.vans[1]], "printed again, the same sheet"
    new = office.desk.open(codes[office.morning.vans[0]], office.outlook)
    office.desk.save(office.desk.key(new, first.id, "0812"), office.outlook, by="Anna")
    old = office.desk.look(old, office.outlook)
    assert old.row(first.id).done_words == "Delivered at 08:12, keyed"
    old = office.desk.key(old, first.id, "")
    _, saved = office.desk.save(old, office.outlook, by="Bo")
    assert (saved.attempts, saved.noted) == (0, 0)


def test_stops_that_moved_since_printing_say_where_they_are(office: Office) -> None:
    first, second, third, fourth = office.morning.orders(0)
    store = office.morning.workplace.store
    store.write("Move", lambda uow: move_orders(uow, order_ids=[first.id], to_shift=office.morning.vans[1]))
    store.write("Unassign", lambda uow: unassign(uow, order_ids=[second.id, third.id]))
    office.morning.change(second, state=OrderState.CANCELLED)
    came = office.morning.orders(1)[0]
    store.write("Move", lambda uow: move_orders(uow, order_ids=[came.id], to_shift=office.morning.vans[0]))
    returned = office.open()
    assert "went to" in returned.row(first.id).fault
    assert "cancelled" in returned.row(second.id).fault
    assert "taken off its round" in returned.row(third.id).fault
    assert returned.row(came.id).turn == "+"
    assert returned.moved[0] == "3 stops have left the round since this was printed."
    assert returned.moved[1].startswith("1 stop came to the round since")
    with pytest.raises(BadInput, match="move it back"):
        office.desk.key(returned, first.id, "")
    assert returned.open_after(LEFT) == fourth.id
    returned = office.desk.key(returned, came.id, "0812")
    office.desk.save(returned, office.outlook, by="Anna")
    assert set(office.attempts()) == {came.number}


def test_a_stop_that_was_put_back_after_sending_can_be_keyed(office: Office) -> None:
    first, store = office.morning.orders(0)[0], office.morning.workplace.store
    store.write("Move", lambda uow: move_orders(uow, order_ids=[first.id], to_shift=office.morning.vans[1]))
    sending.send(office.book, office.outlook, office.morning.time.now)
    store.write("Back", lambda uow: move_orders(uow, order_ids=[first.id], to_shift=office.morning.vans[0], index=0))
    returned = office.desk.key(office.open(), first.id, "0812")
    office.desk.save(returned, office.outlook, by="Anna")
    found = office.attempts()[first.number]
    assert found.shift_id == office.morning.vans[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("1930", "still to come"),
        ("0200", "outside the shift"),
        ("2575", "no time of day"),
        ("0812 0815", "two times"),
        ("19", "no reason 19"),
        ("3", "wants a note"),
        ("1", "wants a call"),
        ("c", "No cash is due"),
        ("0812 /", "no note after the stroke"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(office: Office, line: str, said: str) -> None:
    returned = office.key(office.open(), "")
    with pytest.raises(BadInput, match=said):
        office.key(returned, line)
    kept = office.book.read(lambda r: sheet_of(r, returned.sheet.code))
    assert kept
    assert kept.draft == ((LEFT, ""),)


def test_a_round_that_has_not_begun_cannot_be_keyed(office: Office) -> None:
    office.morning.time.now = days.clock("19:00") - timedelta(days=1)
    returned, first = office.open(), office.morning.orders(0)[0]
    for row_id in (LEFT, first.id):
        with pytest.raises(BadInput, match="begins on Monday 15 June"):
            office.desk.key(returned, row_id, "")
    office.book.write(lambda w: keep_sheet(w, with_line(returned.sheet, first.id, "")))
    with pytest.raises(BadInput, match="Nothing is keyed"):
        office.desk.save(returned, office.outlook, by="Anna")
    assert office.attempts() == {}


def test_a_clerk_takes_back_the_own_line_and_not_anothers(office: Office) -> None:
    first, second, *_ = office.morning.orders(0)
    one, other = office.desk.key(office.open(), first.id, "0812 Maija"), office.open()
    office.desk.key(other, second.id, "0830 Bo")
    one, row_id = office.desk.undo(one)
    kept = office.book.read(lambda r: sheet_of(r, one.sheet.code))
    assert kept
    assert (row_id, kept.draft) == (first.id, ((second.id, "0830 Bo"),))


def test_a_ticked_call_is_no_word_for_a_time_outside_the_shift(office: Office) -> None:
    returned = office.key(office.open(), "")
    with pytest.raises(BadInput, match="outside the shift"):
        office.key(returned, "1k 0200")


def test_outside_the_shift_wants_a_word(office: Office) -> None:
    found = office.keyed("0200 /Came before opening, as agreed")
    assert found[office.numbers()[0]].at == days.clock("02:00")


def test_cash_is_typed_and_what_is_missing_is_flagged(office: Office) -> None:
    first, second, *_ = office.morning.orders(0)
    office.morning.time.now = days.clock("06:00")
    for order in (first, second):
        office.morning.change(order, asked=Asked(cash_due=4_550))
    office.morning.time.now = days.clock("19:00")
    returned = office.key(office.open(), "")
    with pytest.raises(BadInput, match=r"45\.50 is due in cash"):
        office.key(returned, "0812")
    with pytest.raises(BadInput, match=r"5\.50 of the cash is missing"):
        office.key(returned, "0812 c40")
    office.desk.save(office.key(returned, "c", "c40 /Had no more on her"), office.outlook, by="Anna")
    found = office.attempts()
    assert [found[o.number].cash for o in (first, second)] == [4_550, 4_000]
    assert [f.kind for p in office.proofs() for f in p.flags] == [FlagKind.CASH_SHORT]


def test_a_part_of_the_articles(office: Office) -> None:
    fourth = office.morning.orders(0)[3]
    returned = office.open()
    for wrong, said in (("p", "2 articles"), ("p1", "2 articles"), ("p9,0", "only 1"), ("p0,0", "failure")):
        with pytest.raises(BadInput, match=said):
            office.desk.key(returned, fourth.id, wrong)
    office.desk.save(office.desk.key(returned, fourth.id, "p1,0 Mäki"), office.outlook, by="Anna")
    found = office.attempts()[fourth.number]
    assert found.outcome is Outcome.PARTLY
    assert [(line.line, line.quantity) for line in found.lines] == [(0, 1.0), (1, 0.0)]


def test_a_signature_on_paper_is_one_and_none_is_missing(office: Office) -> None:
    found = office.keyed("", "u", "2")
    first, second, third, _ = office.numbers()
    assert found[first].missing == ()
    assert found[second].missing == (ProofKind.SIGNATURE, ProofKind.NAME)
    assert found[third].missing == (ProofKind.PHOTO,), "no paper shows what a photo was asked for"
    flags = {p.number: [f.kind for f in p.flags] for p in office.proofs()}
    assert flags[first] == []
    assert set(flags[second]) == {FlagKind.MISSING}


def test_codes_of_other_days_and_of_nothing(office: Office) -> None:
    tomorrow = office.morning.workplace.store.read(lambda r: r.day(days.DATE + timedelta(days=1)))
    later = office.morning.workplace.desk.look(tomorrow, why=False)
    code = office.codes[office.morning.vans[0]]
    with pytest.raises(BadInput, match="is of Monday 15 June"):
        office.desk.open(code, later)
    for nothing in ("", "ZZZZZZ", "A00001", "sheet:12"):
        with pytest.raises(BadInput, match="No run sheet"):
            office.desk.open(nothing, office.outlook)
    assert office.desk.open(f"sheet:{code}", office.outlook).sheet.code == code
    assert office.desk.open(f"{code[:3]}-{code[3:]}", office.outlook).sheet.code == code
    assert office.desk.open(f"round:{office.morning.vans[0]}", office.outlook).sheet.code == code
    with pytest.raises(BadInput, match="no stops"):
        office.desk.open(f"round:{office.morning.vans[2]}", office.outlook)
    returned = office.open()
    order = office.morning.orders(0)[2]
    assert office.desk.row_named(returned, f"stop:{order.id}") == order.id
    assert office.desk.row_named(returned, "0812") is None
    with pytest.raises(BadInput, match="not on this sheet"):
        office.desk.row_named(returned, f"stop:{office.morning.orders(1)[0].id}")


def test_nobody_saves_without_a_name_nor_in_a_copy(office: Office) -> None:
    returned = office.key(office.open(), "", "")
    with pytest.raises(BadInput, match="Nobody said who"):
        office.desk.save(returned, office.outlook, by="  ")
    copy = replace(office.morning.workplace, what_if=object())  # type: ignore[arg-type]
    trying = SheetDesk(copy, clock=office.morning.time)
    assert trying.issue(office.outlook, office.morning.vans[:1]) == {}
    with pytest.raises(KnownError, match="a copy"):
        trying.key(returned, BACK, "")
    with pytest.raises(KnownError, match="a copy"):
        trying.save(returned, office.outlook, by="Anna")
    assert office.attempts() == {}


def test_sixty_stops_take_two_keys_each_at_most(office: Office) -> None:
    """The sheet's code with Enter, one Enter a row, Ctrl+Enter: see `tests.ui.loading.test_sheets` for the keys."""
    made = days.make_day(56, 1, seed=9, windows=0.0, collections=0.0).orders.values()
    more = [replace(order, id=OrderId(f"more-{n}"), number=f"M{n}") for n, order in enumerate(made)]
    store, van = office.morning.workplace.store, office.morning.vans[0]
    store.write("More", lambda uow: uow.put_orders(more))
    store.write("More", lambda uow: move_orders(uow, order_ids=[order.id for order in more], to_shift=van))
    code = office.desk.issue(office.outlook, [van])[van]
    returned, strokes = office.desk.open(code, office.outlook), len(code) + 1
    while (row_id := returned.open_after(None)) is not None:
        returned = office.desk.key(returned, row_id, "")
        strokes += 1
    _, saved = office.desk.save(returned, office.outlook, by="Anna")
    strokes += 1
    assert (saved.attempts, saved.left) == (60, 0)
    assert strokes == 70
    assert strokes <= 2 * saved.attempts


def test_the_paper_carries_the_code_and_room_to_write(office: Office, tmp_path: Path) -> None:
    from pypdf import PdfReader

    file, vans = tmp_path / "run.pdf", office.morning.vans
    board = board_of(office.outlook, {}, {}, None)
    assert print_to(file, Paper.RUN_SHEETS, office.outlook, board, codes=office.codes) == 2
    first, second = (page.extract_text() for page in PdfReader(file).pages)
    code = office.codes[vans[0]]
    assert f"Sheet {code[:3]}-{code[3:]}" in first
    assert "page 1 of 1" in first
    assert code[:3] not in second
    assert "18 Something else" in first.replace("\u00a0", " ")
    for words in ("Done", "Not: no.", "Called", "Time", "signature", "Cash", "odometer"):
        assert words in " ".join(first.split())


def test_what_is_keyed_comes_late_and_is_told_once(office: Office) -> None:
    """Actions of paper have keys of their own: saving again adds none."""
    office.keyed("", "", "", "")
    count = len(office.records())
    with pytest.raises(BadInput, match="Nothing is keyed"):
        office.desk.save(office.open(), office.outlook, by="Anna")
    assert len(office.records()) == count
    actions: list[Action] = [taken.action for taken in office.book.read(lambda r: r.actions_of(office.morning.vans))]
    assert [a.kind for a in actions] == [ActionKind.BEGIN, *[ActionKind.DELIVER] * 4]


def test_a_failure_keyed_is_an_exception_as_from_a_phone(office: Office) -> None:
    second = office.morning.orders(0)[1]
    office.keyed("", "1k 0830", "", "")
    ExceptionDesk(office.morning.workplace, clock=office.morning.time).step(office.outlook, None)
    raised = {i.order_id: i.kind for i in office.book.read(lambda r: r.incidents(days.DATE)) if i.order_id}
    assert raised == {second.id: IncidentKind.FAILED}


def test_a_time_from_the_plan_is_no_time_to_measure_by(office: Office) -> None:
    written, guessed, *_ = office.numbers()
    office.keyed("0812", "", "0840", "0850", "1510")
    sources = Sources(
        office.morning.workplace.store, office.book, office.morning.workplace.desk, office.morning.time.now
    )
    rows = {row["number"]: row for row in rows_of(seen_on(sources, days.DATE))[TableName.STOPS]}
    assert rows[written]["done_at"] == days.clock("08:12")
    assert (rows[guessed]["outcome"], rows[guessed]["done_at"]) == ("delivered", None)
