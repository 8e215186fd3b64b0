"""Scans at the dock in a real depot: what is right, what is not and why, and what follows for the plan."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.incidents import IncidentKind
from dispatcher.domain.loading import PieceState, ScanKind, Yard
from dispatcher.services.exceptions import ExceptionDesk
from dispatcher.services.loading import Check, LoadDesk
from dispatcher.services.loading.berths import set_yard
from dispatcher.services.loading.board import RowState, board_of
from dispatcher.services.plan import move_orders, unassign
from tests.fixtures import days
from tests.unit.services.loading_day import Morning, open_morning


@pytest.fixture
def morning(home: Path) -> Iterator[Morning]:
    """Nothing loaded yet."""
    with open_morning(home) as opened:
        yield opened


def test_a_right_piece_is_kept_and_a_whole_order_goes_into_the_plan(morning: Morning) -> None:
    order = morning.orders(0)[1]
    first = morning.scan(f"{order.number}/1")
    assert (first.kind, first.text) == (ScanKind.RIGHT, "Van 1, stop 2, 1 of 2")
    assert first.plan is None
    assert morning.day.loaded == {}
    second = morning.scan(f"{order.number}/2")
    assert second.text == "Van 1, stop 2, 2 of 2"
    assert morning.day.loaded == {order.id: morning.vans[0]}
    assert [(p.piece, p.state, p.by) for p in morning.kept()] == [
        ("1", PieceState.LOADED, "Anna"),
        ("2", PieceState.LOADED, "Anna"),
    ]


def test_an_order_number_stands_for_the_next_piece_until_there_is_one_too_many(morning: Morning) -> None:
    number = morning.orders(0)[0].number
    assert [morning.scan(number.lower()).text[-6:] for _ in range(2)] == ["1 of 2", "2 of 2"]
    over = morning.scan(number)
    assert over.kind is ScanKind.SURPLUS
    assert morning.kept()[-1].state is PieceState.SURPLUS


def test_barcodes_are_pieces_and_a_stop_code_is_its_order(morning: Morning) -> None:
    order = morning.orders(0)[3]
    assert morning.scan("4006381333931").text.endswith("stop 4, 1 of 2")
    assert morning.scan(f"stop:{order.id}").piece == "4006381333948"
    assert morning.day.loaded == {order.id: morning.vans[0]}


def test_a_piece_of_another_van_says_which_and_nothing_is_kept(morning: Morning) -> None:
    order = morning.orders(1)[2]
    said = morning.scan(f"{order.number}/1", 0)
    assert (said.kind, said.shift_id) == (ScanKind.OTHER_VAN, morning.vans[1])
    assert said.text == f"{order.number} goes with Van 2, stop 3."
    assert morning.kept() == []
    assert morning.scan(f"{order.number}/1", None).right, "at no van in particular it goes where it belongs"


def test_what_is_of_another_day_unknown_or_scanned_before_changes_nothing(morning: Morning) -> None:
    number = morning.orders(0)[0].number
    assert morning.scan(f"{number}/1").right
    before = morning.kept()
    other_day = morning.scan("B1/2")
    assert other_day.kind is ScanKind.OTHER_DAY
    assert "Tuesday 16 June" in other_day.text
    assert morning.scan("0000").kind is ScanKind.UNKNOWN
    again = morning.scan(f"{number}/1")
    assert (again.kind, again.text) == (ScanKind.TWICE, f"{number}, piece 1: loaded by Anna before.")
    assert morning.scan(f"{number}/7").kind is ScanKind.SURPLUS
    assert morning.kept()[: len(before)] == before
    assert [p.state for p in morning.kept()[len(before) :]] == [PieceState.SURPLUS]


def test_what_is_not_to_be_loaded_says_why(morning: Morning) -> None:
    day = morning.day
    unplanned, cancelled, fetched = (list(day.orders.values())[n] for n in (8, 9, 7))
    for order, word in ((unplanned, "on no round"), (cancelled, "cancelled"), (fetched, "fetched")):
        said = morning.scan(f"{order.number}/1", None)
        assert (said.kind, word in said.text) == (ScanKind.NOT_WANTED, True), said
    assert morning.kept() == []


@pytest.mark.parametrize("text", ["", "   ", "x" * 300])
def test_what_is_no_code_is_refused(morning: Morning, text: str) -> None:
    with pytest.raises(BadInput, match="no code"):
        morning.scan(text)


def test_nobody_loads_without_a_name(morning: Morning) -> None:
    with pytest.raises(BadInput, match="Nobody said who"):
        morning.desk.scan("x", None, on=days.DATE, by=" ")


def test_an_order_moved_after_it_was_loaded_is_scanned_into_its_new_van(morning: Morning) -> None:
    order = morning.orders(0)[0]
    for code in morning.codes(order):
        morning.scan(code)
    to = morning.vans[1]
    morning.workplace.store.write("Move", lambda uow: move_orders(uow, order_ids=[order.id], to_shift=to))
    board = board_of(morning.outlook, morning.desk.keeper.pieces, {}, None)
    old, new = board.rounds
    assert old.strays == ((order.id, f"{order.number} lies in this van and goes with Van 2: take it out."),)
    (row,) = (row for row in new.rows if row.order_id == order.id)
    assert (row.state, row.note) == (RowState.ELSEWHERE, "in Van 1")
    assert morning.scan(f"{order.number}/1", 0).kind is ScanKind.OTHER_VAN
    assert "it was in another van" in morning.scan(f"{order.number}/1", 1).text
    assert morning.scan(f"{order.number}/2", 1).right
    assert morning.day.loaded == {order.id: to}


def test_the_last_scan_is_taken_back_with_what_the_plan_says(morning: Morning) -> None:
    order = morning.orders(0)[0]
    for code in morning.codes(order):
        morning.scan(code)
    said = morning.undo()
    assert said.piece == "2"
    assert morning.day.loaded == {}
    assert [p.piece for p in morning.kept()] == ["1"]
    morning.undo()
    assert morning.kept() == []
    with pytest.raises(KnownError, match="nothing to take back"):
        morning.undo()


@pytest.mark.parametrize("days_before", [0, 1, 3], ids=["the same morning", "the evening before", "before a weekend"])
def test_a_short_piece_is_an_exception_until_it_is_found(morning: Morning, days_before: int) -> None:
    morning.time.now -= timedelta(days=days_before)
    order = morning.orders(0)[0]
    morning.scan(f"{order.number}/1")
    said = morning.do(morning.desk.say(order.id, PieceState.SHORT, on=days.DATE, by="Anna"))
    assert said.text.startswith(f"{order.number}: piece 2 not there.")
    exceptions = ExceptionDesk(morning.workplace, clock=morning.time)
    logbook = morning.workplace.live.logbook  # type: ignore[union-attr]
    exceptions.step(None, None)
    (incident,) = logbook.read(lambda r: r.incidents())
    assert (incident.kind, incident.order_id) == (IncidentKind.MISSING_LOADING, order.id)
    assert "piece 2 (not there)" in incident.what
    morning.time.now += timedelta(minutes=5)
    found = morning.scan(f"{order.number}/2")
    assert found.text == "Van 1, stop 1, 2 of 2; it was said not to be there"
    exceptions.step(None, None)
    assert not any(i.open for i in logbook.read(lambda r: r.incidents()))


def test_an_order_that_is_not_there_is_taken_off_its_round(morning: Morning) -> None:
    order = morning.orders(0)[0]
    change = morning.desk.take_off(order.id, on=days.DATE, by="Anna")
    morning.workplace.store.write(change.label, change.change)
    assert order.id in morning.day.unplanned
    with pytest.raises(KnownError, match="on no round"):
        morning.desk.take_off(order.id, on=days.DATE, by="Anna")


def test_goods_are_taken_out_of_a_van(morning: Morning) -> None:
    order = morning.orders(0)[0]
    for code in morning.codes(order):
        morning.scan(code)
    morning.workplace.store.write("Unassign", lambda uow: unassign(uow, order_ids=[order.id]))
    change = morning.desk.take_out(order.id, morning.vans[0], on=days.DATE, by="Anna")
    morning.workplace.store.write(change.label, change.change)
    assert (morning.kept(), morning.day.loaded) == ([], {})
    with pytest.raises(KnownError, match="Nothing of that order"):
        morning.desk.take_out(order.id, morning.vans[0], on=days.DATE, by="Anna")


def test_a_desk_opened_anew_knows_what_was_loaded(morning: Morning) -> None:
    number = morning.orders(0)[0].number
    morning.scan(f"{number}/1")
    anew = LoadDesk(morning.workplace, clock=morning.time)
    assert anew.scan(f"{number}/1", None, on=days.DATE, by="Eero").kind is ScanKind.TWICE


def test_changes_of_the_plan_are_seen_by_the_next_scan(morning: Morning) -> None:
    one, other = morning.orders(0)[:2]
    morning.scan(f"{one.number}/1")
    morning.workplace.store.write("Unassign", lambda uow: unassign(uow, order_ids=[other.id]))
    assert morning.scan(f"{other.number}/1").kind is ScanKind.NOT_WANTED
    morning.change(one, number="NEW-1")
    assert morning.scan("NEW-1/2").right
    assert morning.scan(f"{one.number}/2").kind is ScanKind.UNKNOWN


# --- departure ----------------------------------------------------------------------------------------------------


def test_a_round_with_open_pieces_does_not_leave_without_a_word(morning: Morning) -> None:
    check = Check(morning.vans[0], vehicle=True, documents=True, odometer_km=81_250)
    morning.scan(f"{morning.orders(0)[0].number}/1")
    with pytest.raises(BadInput, match="7 pieces are neither loaded nor said to be short"):
        morning.desk.depart(check, on=days.DATE, by="Anna")
    left = morning.desk.depart(replace(check, rest_is_short=True), on=days.DATE, by="Anna")
    assert (left.odometer_km, left.by) == (81_250, "Anna")
    assert sum(p.state is PieceState.SHORT for p in morning.kept()) == 7
    assert morning.scan(f"{morning.orders(0)[0].number}/2").kind is ScanKind.NOT_WANTED
    with pytest.raises(KnownError, match="has left: Anna"):
        morning.desk.depart(check, on=days.DATE, by="Eero")
    with pytest.raises(KnownError, match="has left"):
        morning.undo()
    morning.desk.take_back_departure(morning.vans[0], on=days.DATE, by="Anna")
    assert morning.scan(f"{morning.orders(0)[0].number}/2").right


def test_what_was_not_checked_wants_a_note(morning: Morning) -> None:
    morning.load(0)
    check = Check(morning.vans[0], vehicle=True)
    with pytest.raises(BadInput, match="documents were not checked"):
        morning.desk.depart(check, on=days.DATE, by="Anna")
    assert morning.desk.depart(replace(check, note="Papers follow"), on=days.DATE, by="Anna").note == "Papers follow"


def test_goods_of_another_round_do_not_leave_unnoticed(morning: Morning) -> None:
    morning.load(0)
    order = morning.orders(0)[0]
    morning.workplace.store.write("Move", lambda uow: move_orders(uow, order_ids=[order.id], to_shift=morning.vans[1]))
    check = Check(morning.vans[0], vehicle=True, documents=True)
    with pytest.raises(BadInput, match=f"another round lie in the van: {order.number}"):
        morning.desk.depart(check, on=days.DATE, by="Anna")


@pytest.mark.parametrize("km", [-1, 9_000_000])
def test_no_odometer_reads_that(morning: Morning, km: int) -> None:
    morning.load(0)
    with pytest.raises(BadInput, match="odometer"):
        morning.desk.depart(Check(morning.vans[0], True, True, km), on=days.DATE, by="Anna")


def test_photos_are_kept_with_the_departure_and_what_is_none_is_refused(morning: Morning, tmp_path: Path) -> None:
    morning.load(0)
    good, bad = tmp_path / "tyre.jpg", tmp_path / "tyre.txt"
    Image.new("RGB", (320, 240), "grey").save(good)
    bad.write_text("no picture")
    check = Check(morning.vans[0], True, True)
    for photos in ([good, bad], [tmp_path / "gone.jpg"]):
        with pytest.raises(BadInput, match=r"tyre\.txt|gone\.jpg"):
            morning.desk.depart(check, on=days.DATE, by="Anna", photos=photos)
    (sha256,) = morning.desk.depart(check, on=days.DATE, by="Anna", photos=[good]).photos
    assert len(sha256) == 64


def test_an_empty_round_and_an_unknown_one_do_not_leave(morning: Morning) -> None:
    with pytest.raises(BadInput, match="nothing to load"):
        morning.desk.depart(Check(morning.vans[2], True, True), on=days.DATE, by="Anna")
    with pytest.raises(KnownError, match="no longer on duty"):
        morning.desk.depart(Check("gone", True, True), on=days.DATE, by="Anna")  # type: ignore[arg-type]


def test_the_freeze_line_moves_with_loading_where_the_depot_wants_it(morning: Morning) -> None:
    morning.workplace.store.write("Yard", lambda uow: set_yard(uow, Yard(freeze_ahead_s=1_800)))
    leaves = {s: times.leaves_at for s, times in morning.outlook.schedule.routes.items()}
    morning.desk.know(leaves)
    number = morning.orders(0)[0].number
    morning.scan(f"{number}/1")
    assert morning.day.freeze_at == leaves[morning.vans[0]] + timedelta(minutes=30)
    morning.workplace.store.write("Freeze", lambda uow: uow.set_freeze(days.DATE, None))
    morning.scan(f"{number}/2")
    assert morning.day.freeze_at is None, "it moves when loading begins, once"
