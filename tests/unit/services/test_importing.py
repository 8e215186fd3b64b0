"""An order file against what is there: what is written, what is remembered, and that one undo takes it all back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dispatcher.domain.errors import BadInput, Cancelled
from dispatcher.domain.orders import Order, OrderState
from dispatcher.domain.place import Precision
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress
from dispatcher.services import importing, orders, plan
from dispatcher.services.importing import Imported, Preview, Request
from dispatcher.services.workplace import Workplace
from tests.fixtures import days

HEAD = "Order ID,Address,City,Lat,Lon,Notes"
SENDER = "Shop"
OTHER_DAY = days.DATE + timedelta(days=3)


def row(number: str, notes: str = "", lat: float = 50.77) -> str:
    return f"{number},Markt {number},Aachen,{lat},6.08,{notes}"


@pytest.fixture
def prepare(workplace: Workplace, tmp_path: Path) -> Callable[..., Preview]:
    """Understands these rows as a file of the sender's, for the day with nothing on it."""

    def run(*rows: str, head: str = HEAD, **request: object) -> Preview:
        file = tmp_path / "orders.csv"
        file.write_text("\n".join([head, *rows]), encoding="utf-8")
        asked: dict[str, object] = {"on": OTHER_DAY, "sender": SENDER, **request}
        return importing.prepare(workplace, Request(file, **asked), NoProgress())  # type: ignore[arg-type]

    return run


@pytest.fixture
def bring(workplace: Workplace, prepare: Callable[..., Preview]) -> Callable[..., Imported]:
    """The same, and writes it."""

    def run(*rows: str, **request: object) -> Imported:
        preview = prepare(*rows, **request)
        return workplace.store.write(importing.label(preview), lambda uow: importing.commit(uow, preview)).value

    return run


type Prepare = Callable[..., Preview]
type Bring = Callable[..., Imported]


def day_of(workplace: Workplace) -> Day:
    return workplace.store.read(lambda r: r.day(OTHER_DAY))


def there(workplace: Workplace) -> dict[str, Order]:
    return {o.number: o for o in day_of(workplace).orders.values()}


def test_preparing_writes_nothing(workplace: Workplace, prepare: Prepare) -> None:
    revision = workplace.store.read(lambda r: r.revision)
    preview = prepare(row("A"), row("B", lat=95))
    assert (len(preview.plan.add), len(preview.errors)) == (1, 1)
    assert workplace.store.read(lambda r: r.revision) == revision


MODES = {
    # added, replaced, removed, unchanged; then the notes of A, B, C afterwards
    "merge": ((1, 1, 0, 0), {"A": "changed", "B": "", "C": ""}),
    "create": ((1, 0, 0, 0), {"A": "", "B": "", "C": ""}),
    "update": ((0, 1, 0, 0), {"A": "changed", "B": ""}),
    "sync": ((1, 1, 1, 0), {"A": "changed", "C": ""}),
}


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_does_what_it_says_as_one_step(workplace: Workplace, bring: Bring, mode: str) -> None:
    bring(row("A"), row("B"))
    before = day_of(workplace)
    done = bring(row("A", "changed"), row("C"), mode=mode)
    counts, notes = MODES[mode]
    assert (done.added, done.replaced, done.removed, done.unchanged) == counts
    assert {number: order.notes for number, order in there(workplace).items()} == notes
    assert there(workplace)["A"].id == next(o.id for o in before.orders.values() if o.number == "A")
    assert workplace.store.history().undo == "Import orders.csv"
    workplace.store.undo()
    assert day_of(workplace).orders == before.orders
    workplace.store.redo()
    assert {number: order.notes for number, order in there(workplace).items()} == notes


@pytest.fixture
def staffed(workplace: Workplace) -> None:
    """Every driver with a vehicle that they usually take."""
    usual = zip(*workplace.store.read(lambda r: (r.drivers(), r.vehicles())), strict=True)
    given = [replace(driver, vehicle_id=vehicle.id) for driver, vehicle in usual]
    workplace.store.write("Give vehicles", lambda uow: [uow.put_driver(driver) for driver in given])


@pytest.mark.usefixtures("staffed")
def test_an_import_keeps_what_is_planned_planned(workplace: Workplace, bring: Bring) -> None:
    bring(row("A"), row("B"))
    shift_id, ids = next(iter(day_of(workplace).shifts)), [o.id for o in there(workplace).values()]
    workplace.store.write("Move", lambda uow: plan.move_orders(uow, order_ids=ids, to_shift=shift_id))
    bring(row("A", "changed"), row("B"))
    assert [r.order_ids for r in day_of(workplace).plan.routes if r.stops] == [tuple(ids)]


def test_others_orders_are_not_the_senders_to_remove(workplace: Workplace, bring: Bring) -> None:
    bring(row("A"), row("B"), sender="Another")
    assert bring(row("C"), mode="sync").removed == 0
    assert set(there(workplace)) == {"A", "B", "C"}


@pytest.mark.usefixtures("staffed")
def test_drivers_are_put_on_duty_once_and_undone_with_it(workplace: Workplace, bring: Bring) -> None:
    assert bring(row("A")).staffed == 3
    assert len(day_of(workplace).shifts) == 3
    assert bring(row("B")).staffed == 0
    workplace.store.undo()
    workplace.store.undo()
    assert not day_of(workplace).shifts


def test_what_changed_between_preview_and_writing_is_seen(workplace: Workplace, prepare: Prepare, bring: Bring) -> None:
    bring(row("A"))
    preview = prepare(row("A", "changed"), row("B", "second"))
    bring(row("B", "first"))
    order_id = there(workplace)["A"].id
    workplace.store.write("Cancel", lambda uow: orders.cancel_orders(uow, order_ids=[order_id]))
    done = workplace.store.write("Import", lambda uow: importing.commit(uow, preview)).value
    assert (done.added, done.replaced) == (0, 2)
    assert len(day_of(workplace).orders) == 2
    assert there(workplace)["A"].state is OrderState.CANCELLED


def test_corrected_columns_are_remembered_for_their_sender_alone(workplace: Workplace, bring: Bring) -> None:
    odd = {"head": "Foo,Bar,Town"}
    with pytest.raises(BadInput):
        bring("1,Markt 1,Aachen", **odd)
    bring("1,Markt 1,Aachen", columns={"Foo": "number", "Bar": "address"}, **odd)
    assert bring("2,Markt 2,Aachen", **odd).added == 1
    with pytest.raises(BadInput):
        bring("3,Markt 3,Aachen", sender="Another", **odd)
    assert there(workplace)["2"].address.line == "Markt 2"


def test_a_correction_may_be_corrected(workplace: Workplace, bring: Bring) -> None:
    bring(row("A", "left"), columns={"Notes": ""})
    assert there(workplace)["A"].notes == ""
    bring(row("A", "kept"), columns={"Notes": "notes"})
    assert there(workplace)["A"].notes == "kept"
    assert bring(row("A", "still")).replaced == 1


def test_faults_in_columns_are_named(prepare: Prepare) -> None:
    with pytest.raises(BadInput, match="no column “Remark”"):
        prepare(row("A"), columns={"Remark": "notes"})
    with pytest.raises(BadInput, match="no field “remark”"):
        prepare(row("A"), columns={"Notes": "remark"})
    with pytest.raises(importing.NotUnderstood) as told:
        prepare("red,round", head="Colour,Shape")
    assert told.value.sheet.headers == ("Colour", "Shape")


def test_without_a_date_it_is_today(workplace: Workplace, prepare: Prepare) -> None:
    assert {o.date for o in prepare(row("A"), on=None).orders} == {workplace.today}


def test_without_a_region_addresses_wait_for_a_pin(prepare: Prepare) -> None:
    preview = prepare("A,Markt 1,Aachen,,,")
    assert preview.doubtful == 1
    assert preview.orders[0].address.precision is Precision.NONE


class StopsAfter:
    """Somebody who presses Cancel at the n-th look."""

    def __init__(self, looks: int) -> None:
        self.looks = looks

    def report(self, fraction: float, text: str) -> None:
        assert 0 <= fraction <= 1

    def cancelled(self) -> bool:
        self.looks -= 1
        return self.looks < 0


def test_cancelling_at_any_moment_writes_nothing(workplace: Workplace, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(["Order ID,Address,City", *(f"{n},Markt {n},Aachen" for n in range(120))]))
    revision = workplace.store.read(lambda r: r.revision)
    for looks in _until_done(lambda progress: importing.prepare(workplace, Request(file), progress)):
        assert looks < 100
        assert workplace.store.read(lambda r: r.revision) == revision
    preview = importing.prepare(workplace, Request(file), NoProgress())
    for _ in _until_done(
        lambda progress: workplace.store.write("Import", lambda uow: importing.commit(uow, preview, progress))
    ):
        assert workplace.store.read(lambda r: r.revision) == revision
    assert len(workplace.store.read(lambda r: r.orders_of([workplace.today]))) == 132


def _until_done(work: Callable[[StopsAfter], object]) -> Iterator[int]:
    """Cancels one look later each time, until it goes through; yields after each cancelled try."""
    looks = 0
    while True:
        try:
            work(StopsAfter(looks))
        except Cancelled:
            yield looks
            looks += 1
        else:
            return


def test_the_command_lines_answer_counts_and_names_every_fault(workplace: Workplace, tmp_path: Path) -> None:
    file, left_out = tmp_path / "orders.csv", tmp_path / "left-out.csv"
    file.write_text("\n".join([HEAD, row("A"), row("B", lat=95)]), encoding="utf-8")
    request = Request(file, on=OTHER_DAY, sender=SENDER)
    said = importing.import_file(workplace, request, NoProgress(), rejects=left_out)
    assert (said["added"], said["rejected"], said["dates"]) == (1, 1, [str(OTHER_DAY)])
    assert {problem["row"] for problem in said["problems"]} == {3}
    assert left_out.exists()
    left_out.unlink()
    file.write_text("\n".join([HEAD, row("A")]), encoding="utf-8")
    assert importing.import_file(workplace, request, NoProgress(), rejects=left_out)["unchanged"] == 1
    assert not left_out.exists()
