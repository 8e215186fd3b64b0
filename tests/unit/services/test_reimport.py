"""An export brought in again changes nothing; a file changes only what it tells."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import DriverId, OrderId
from dispatcher.domain.orders import Contact, Load, Order, OrderKind, OrderLine, OrderState, Priority
from dispatcher.domain.place import Address, Place, Precision
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.proof import MOST_CASH, Asked, Need, ProofKind
from dispatcher.domain.schedule import Schedule
from dispatcher.domain.time import TimeWindow
from dispatcher.intake import ImportMode
from dispatcher.services import importing
from dispatcher.services.export import ExportFormat, export_day
from dispatcher.services.importing import Request
from dispatcher.services.workplace import Workplace
from tests.fixtures import days

OTHER_DAY = days.DATE + timedelta(days=3)
TABLES = (ExportFormat.CSV, ExportFormat.XLSX)
AT = Place(50.7753, 6.0839)
FULL = Order(
    id=OrderId("full"),
    number="F-1",
    date=OTHER_DAY,
    address=Address("Markt 1", "52062", "Aachen", "Germany", AT, Precision.STREET, "Markt, Aachen"),
    kind=OrderKind.COLLECTION,
    sender="Shop",
    contact=Contact("Aino", "+358 40 555 0001", "aino@example.com"),
    windows=(TimeWindow(days.clock("08:00", OTHER_DAY), days.clock("10:00", OTHER_DAY)),),
    service_s=310,
    load=Load(12.5, 40.0, 2),
    lines=(OrderLine("Lamp", 2.0, "L-1", "64"),),
    skills=frozenset({"chilled"}),
    driver_id=DriverId("driver-001"),
    must_not_drop=Priority.HIGH,
    do_early=True,
    notes="Ring\ntwice",
    asked=Asked({ProofKind.CODE: Need.REQUIRED, ProofKind.PHOTO: Need.OFF}, 1_250),
    attempt=2,
)


@pytest.fixture
def bring(workplace: Workplace, tmp_path: Path) -> Callable[..., Order]:
    """Puts an order there, imports a file of these lines over it, and returns what came of it."""

    def run(*lines: str, over: Order = FULL, mode: str = ImportMode.MERGE) -> Order:
        workplace.store.write("Put", lambda uow: uow.put_orders([over]))
        file = tmp_path / "orders.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        preview = importing.prepare(workplace, Request(file, OTHER_DAY, mode, "Shop"), NoProgress())
        assert preview.errors == ()
        workplace.store.write("Import", lambda uow: importing.commit(uow, preview))
        (after,) = workplace.store.read(lambda r: r.orders_of([OTHER_DAY]))
        return replace(after, version=over.version)

    return run


# --- the round trip -------------------------------------------------------------------------------------------------

words = st.text(
    st.characters(categories=["L", "Nd", "P", "Sm"], exclude_characters="#") | st.just(" "), max_size=15
).map(lambda text: " ".join(text.split()))
amounts = st.floats(0, 1e5).map(lambda amount: round(amount, 6))
names = words.map(lambda text: f"x {text}".strip())
addresses = st.one_of(
    st.builds(Address, line=names, postcode=words, city=words, country=words),
    st.builds(
        Address, names, words, words, words,
        st.builds(Place, st.floats(50.5, 51), st.floats(5.5, 6.5)), st.sampled_from(list(Precision)[1:]), words,
    ),
)  # fmt: skip


@st.composite
def windows(draw: st.DrawFn) -> tuple[TimeWindow, ...]:
    """Up to three that do not touch, on the day or into the next."""
    count = draw(st.integers(0, 3))
    ends = sorted(draw(st.lists(st.integers(0, 2 * 86_400 - 1), min_size=2 * count, max_size=2 * count, unique=True)))
    begin = days.clock("00:00")
    moments = [begin + timedelta(seconds=end) for end in ends]
    found = tuple(TimeWindow(a, b) for a, b in zip(moments[::2], moments[1::2], strict=True))
    return tuple(w for w in found if w.opens_at < begin + timedelta(days=1, seconds=-1))


asked = st.builds(
    Asked, st.dictionaries(st.sampled_from(ProofKind), st.sampled_from(Need)), st.integers(0, MOST_CASH)
).filter(lambda asked: not (asked.cash_due and asked.needs.get(ProofKind.CASH) is Need.OFF))
orders = st.builds(
    Order,
    id=st.uuids().map(lambda made: OrderId(str(made))),
    number=names,
    date=st.just(days.DATE),
    address=addresses,
    kind=st.sampled_from(OrderKind),
    sender=names,
    contact=st.builds(Contact, words, words, words),
    windows=windows(),
    service_s=st.integers(0, 7_200),
    load=st.builds(Load, amounts, amounts, st.integers(0, 1_000)),
    lines=st.lists(st.builds(OrderLine, names, amounts), max_size=3).map(tuple),
    skills=st.frozensets(st.sampled_from(["tail lift", "chilled", "age check"])),
    driver_id=st.none() | st.sampled_from([DriverId("driver-000"), DriverId("driver-001")]),
    must_not_drop=st.sampled_from(Priority),
    do_early=st.booleans(),
    notes=st.lists(names, max_size=2).map("\n".join),
    asked=asked,
    attempt=st.integers(1, 3),
    state=st.sampled_from(OrderState),
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(orders, min_size=1, max_size=5, unique_by=lambda order: (order.sender, order.number)),
    st.sampled_from(TABLES),
    st.sampled_from([ImportMode.MERGE, ImportMode.UPDATE, ImportMode.SYNC]),
)
def test_an_export_brought_in_again_changes_nothing(made: list[Order], form: ExportFormat, mode: ImportMode) -> None:
    crew = days.make_crew(2, days.make_depot())
    open_orders = [replace(order, state=OrderState.OPEN) for order in made]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"day.{form}"
        export_day(days.assemble(open_orders, crew), Schedule({}), path, form)
        plan, errors = replan(path, made, mode, list(crew[0].values()))
    assert errors == ()
    assert (plan.add, plan.replace, plan.remove, plan.conflicts) == ((), (), (), ())
    assert set(plan.unchanged) == set(made)


def replan(
    path: Path, existing: list[Order], mode: ImportMode, drivers: list[Driver]
) -> tuple[importing.MergePlan, tuple[importing.RowError, ...]]:
    """What bringing the file in would do, by the parts that `importing.prepare` is made of."""
    sheet = importing.read_sheet(path)
    columns = importing.match_headers(sheet.headers)
    parsed = importing.parse(sheet, columns, importing.Context(days.DATE, days.ZONE, drivers=drivers, currency="EUR"))
    told = importing.told_of(parsed, columns, mode)
    incoming = importing.addressed(existing, [draft.order for draft in parsed.orders], told)
    return importing.merge(existing, incoming, mode, told=told), parsed.errors


@pytest.mark.parametrize("form", TABLES)
def test_a_generated_day_brought_in_again_is_all_unchanged(workplace: Workplace, tmp_path: Path, form: str) -> None:
    day = workplace.store.read(lambda r: r.day(days.DATE))
    export_day(day, workplace.desk.look(day).schedule, tmp_path / "day", form)
    preview = importing.prepare(workplace, Request(tmp_path / "day"), NoProgress())
    assert len(preview.plan.unchanged) == len(day.orders) == 12
    assert (preview.plan.add, preview.plan.replace, preview.plan.conflicts) == ((), (), ())


def test_a_pair_brought_in_again_stays_one(workplace: Workplace, tmp_path: Path) -> None:
    first, second, *_ = workplace.store.read(lambda r: r.orders_of([days.DATE]))
    fetched = replace(first, kind=OrderKind.COLLECTION)
    brought = replace(second, kind=OrderKind.DELIVERY, pickup_id=fetched.id)
    workplace.store.write("Pair", lambda uow: uow.put_orders([fetched, brought]))
    day = workplace.store.read(lambda r: r.day(days.DATE))
    for form in TABLES:
        for mode in (ImportMode.MERGE, ImportMode.UPDATE, ImportMode.SYNC):
            export_day(day, workplace.desk.look(day).schedule, tmp_path / "day", form)
            preview = importing.prepare(workplace, Request(tmp_path / "day", mode=mode), NoProgress())
            assert preview.errors == ()
            assert len(preview.plan.unchanged) == len(day.orders)


def test_a_file_with_a_pair_is_one_step(workplace: Workplace, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        "Order ID,Type,Address,Pickup order\nD,D,Markt 2,C\nC,P,Markt 1,\nX,D,Markt 3,Y\n", encoding="utf-8"
    )
    preview = importing.prepare(workplace, Request(file, OTHER_DAY, ImportMode.SYNC, "Shop"), NoProgress())
    (error,) = preview.errors
    assert (error.row, error.column, error.value) == (4, "Pickup order", "Y")
    workplace.store.write("Import", lambda uow: importing.commit(uow, preview))
    now = {o.number: o for o in workplace.store.read(lambda r: r.orders_of([OTHER_DAY]))}
    assert set(now) == {"C", "D"}
    assert now["D"].pickup_id == now["C"].id
    workplace.store.undo()
    assert workplace.store.read(lambda r: r.orders_of([OTHER_DAY])) == []


def test_an_order_left_out_for_its_pickup_is_not_removed(workplace: Workplace, tmp_path: Path) -> None:
    there = replace(FULL, kind=OrderKind.DELIVERY)
    workplace.store.write("Put", lambda uow: uow.put_orders([there]))
    file = tmp_path / "orders.csv"
    file.write_text("Order ID,Address,Pickup order\nF-1,Markt 1,Y\nF-2,Markt 1,\n", encoding="utf-8")
    preview = importing.prepare(workplace, Request(file, OTHER_DAY, ImportMode.SYNC, "Shop"), NoProgress())
    assert (preview.plan.remove, [o.number for o in preview.plan.add]) == ((), ["F-2"])
    workplace.store.write("Import", lambda uow: importing.commit(uow, preview))
    assert {o.number for o in workplace.store.read(lambda r: r.orders_of([OTHER_DAY]))} == {"F-1", "F-2"}


def test_a_collection_taken_away_meanwhile_stops_the_import(workplace: Workplace, tmp_path: Path) -> None:
    fetched = replace(FULL, number="C-1")
    workplace.store.write("Put", lambda uow: uow.put_orders([fetched]))
    file = tmp_path / "orders.csv"
    file.write_text("Order ID,Address,Pickup order\nD-1,Markt 2,C-1\n", encoding="utf-8")
    preview = importing.prepare(workplace, Request(file, OTHER_DAY, ImportMode.MERGE, "Shop"), NoProgress())
    assert preview.errors == ()
    workplace.store.write("Remove", lambda uow: uow.remove_orders([fetched.id]))
    with pytest.raises(KnownError, match="Order D-1 cannot go in any more"):
        workplace.store.write("Import", lambda uow: importing.commit(uow, preview))
    assert workplace.store.read(lambda r: r.orders_of([OTHER_DAY])) == []


def test_a_collection_that_a_sync_removes_leaves_its_deliveries(workplace: Workplace, tmp_path: Path) -> None:
    fetched = replace(FULL, id=OrderId("c"), number="C-1")
    waiting = replace(FULL, kind=OrderKind.DELIVERY, pickup_id=fetched.id)
    workplace.store.write("Put", lambda uow: uow.put_orders([fetched, waiting]))
    file = tmp_path / "orders.csv"
    file.write_text("Order ID,Address,Notes\nF-1,Markt 1,Knock\n", encoding="utf-8")
    preview = importing.prepare(workplace, Request(file, OTHER_DAY, ImportMode.SYNC, "Shop"), NoProgress())
    workplace.store.write("Import", lambda uow: importing.commit(uow, preview))
    (after,) = workplace.store.read(lambda r: r.orders_of([OTHER_DAY]))
    assert (after.number, after.notes, after.pickup_id) == ("F-1", "Knock", None)


def _waiting_for_c1(workplace: Workplace) -> None:
    fetched = replace(FULL, id=OrderId("c"), number="C-1")
    waiting = replace(FULL, kind=OrderKind.DELIVERY, pickup_id=fetched.id)
    workplace.store.write("Put", lambda uow: uow.put_orders([fetched, waiting]))


@pytest.mark.parametrize("mode", [ImportMode.MERGE, ImportMode.UPDATE, ImportMode.SYNC])
def test_where_goods_are_fetched_stays_a_collection(workplace: Workplace, tmp_path: Path, mode: str) -> None:
    _waiting_for_c1(workplace)
    file = tmp_path / "orders.csv"
    file.write_text("Order ID,Type,Address\nC-1,delivery,Markt 1\nF-1,delivery,Markt 1\n", encoding="utf-8")
    preview = importing.prepare(workplace, Request(file, OTHER_DAY, mode, "Shop"), NoProgress())
    (error,) = preview.errors
    assert (error.row, error.column, error.value) == (2, "Type", "delivery")
    assert "F-1" in error.reason
    workplace.store.write("Import", lambda uow: importing.commit(uow, preview))
    now = {o.number: o for o in workplace.store.read(lambda r: r.orders_of([OTHER_DAY]))}
    assert (now["C-1"].kind, now["F-1"].pickup_id) == (OrderKind.COLLECTION, "c")


def test_it_may_become_a_delivery_with_those_that_waited(workplace: Workplace, tmp_path: Path) -> None:
    _waiting_for_c1(workplace)
    file = tmp_path / "orders.csv"
    file.write_text("Order ID,Type,Address,Pickup order\nC-1,delivery,Markt 1,\nF-1,delivery,Markt 1,-\n", "utf-8")
    preview = importing.prepare(workplace, Request(file, OTHER_DAY, ImportMode.MERGE, "Shop"), NoProgress())
    assert preview.errors == ()
    workplace.store.write("Import", lambda uow: importing.commit(uow, preview))
    now = workplace.store.read(lambda r: r.orders_of([OTHER_DAY]))
    assert {(o.kind, o.pickup_id) for o in now} == {(OrderKind.DELIVERY, None)}


def test_what_a_sync_still_names_is_not_taken_from_under_it(workplace: Workplace, tmp_path: Path) -> None:
    _waiting_for_c1(workplace)
    file = tmp_path / "orders.csv"
    file.write_text("Order ID,Type,Address,Pickup order\nF-1,delivery,Markt 1,C-1\nF-2,,Markt 1,\n", "utf-8")
    preview = importing.prepare(workplace, Request(file, OTHER_DAY, ImportMode.SYNC, "Shop"), NoProgress())
    (error,) = preview.errors
    assert (error.row, error.value) == (2, "C-1")
    workplace.store.write("Import", lambda uow: importing.commit(uow, preview))
    now = {o.number: o for o in workplace.store.read(lambda r: r.orders_of([OTHER_DAY]))}
    assert set(now) == {"C-1", "F-1", "F-2"}
    assert now["F-1"].pickup_id == "c"


# --- what a file leaves out -----------------------------------------------------------------------------------------


def test_columns_that_the_file_lacks_change_nothing(bring: Callable[..., Order]) -> None:
    after = bring("Order ID,Address,Weight (kg)", "F-1,Markt 1,20")
    assert after == replace(FULL, load=Load(20.0, 40.0, 2))


def test_empty_cells_change_nothing(bring: Callable[..., Order]) -> None:
    head = "Order ID,Address,Postcode,City,Phone,Time window,Item,Driver,Skills,Notes,Priority,Service time,Type"
    assert bring(head, "F-1,Markt 1,,,,,,,,,,,") == FULL


def test_empty_cells_of_an_update_empty_what_they_stand_for(bring: Callable[..., Order]) -> None:
    after = bring("Order ID,Address,Phone,Time window,Item,Driver", "F-1,Markt 1,,,,", mode=ImportMode.UPDATE)
    assert after == replace(FULL, contact=replace(FULL.contact, phone=""), windows=(), lines=(), driver_id=None)


def test_a_proof_that_is_told_leaves_the_others(bring: Callable[..., Order]) -> None:
    after = bring("Order ID,Address,Signature,COD", "F-1,Markt 1,yes,")
    wanted = {ProofKind.CODE: Need.REQUIRED, ProofKind.PHOTO: Need.OFF, ProofKind.SIGNATURE: Need.REQUIRED}
    assert after == replace(FULL, asked=Asked(wanted, 1_250))
    back = bring("Order ID,Address,Photo required", "F-1,Markt 1,-")
    assert back.asked == Asked({ProofKind.CODE: Need.REQUIRED}, 1_250)


def test_proofs_told_together_are_taken_over_together(bring: Callable[..., Order]) -> None:
    after = bring("Order ID,Address,Proof of delivery,Cash on delivery", 'F-1,Markt 1,required,"8,50"')
    assert after.asked == Asked({ProofKind.SIGNATURE: Need.REQUIRED}, 850)
    emptied = bring("Order ID,Address,Proof of delivery,COD", "F-1,Markt 1,,", mode=ImportMode.UPDATE)
    assert emptied.asked == Asked()


def test_cash_that_is_due_now_is_asked_for_again(bring: Callable[..., Order]) -> None:
    unpaid = replace(FULL, asked=Asked({ProofKind.CASH: Need.OFF, ProofKind.NAME: Need.OFF}))
    after = bring("Order ID,Address,COD", "F-1,Markt 1,20 EUR", over=unpaid)
    assert after.asked == Asked({ProofKind.NAME: Need.OFF}, 2_000)


def test_a_second_line_of_the_address_joins_the_notes(bring: Callable[..., Order]) -> None:
    once = bring("Order ID,Address,Apartment", "F-1,Markt 1,B 12")
    assert once.notes == "B 12\nRing\ntwice"
    assert bring("Order ID,Address,Apartment", "F-1,Markt 1,B 12", over=once) == once


# --- places ---------------------------------------------------------------------------------------------------------


def test_coordinates_that_the_order_had_leave_it_doubtful(bring: Callable[..., Order]) -> None:
    after = bring("Order ID,Address,Lat,Lon", f"F-1,Markt 1,{AT.lat + 5e-6},{AT.lon}")
    assert after == FULL
    assert after.address.doubtful


def test_other_coordinates_are_a_pin(bring: Callable[..., Order]) -> None:
    after = bring("Order ID,Address,Lat,Lon", "F-1,Markt 1,50.7760,6.0839")
    assert (after.address.place, after.address.precision) == (Place(50.776, 6.0839), Precision.PIN)


def test_a_corrected_street_beside_its_old_coordinates_is_looked_up_anew(bring: Callable[..., Order]) -> None:
    after = bring("Order ID,Address,City,Lat,Lon", f"F-1,Pontstraße 2,Aachen,{AT.lat},{AT.lon}")
    assert (after.address.line, after.address.place, after.address.precision) == ("Pontstraße 2", None, Precision.NONE)


def test_a_respelt_street_keeps_coordinates_that_a_person_gave(bring: Callable[..., Order]) -> None:
    pinned = replace(FULL, address=replace(FULL.address, precision=Precision.PIN))
    after = bring("Order ID,Address,City,Lat,Lon", f"F-1,Markt 1 A,Aachen,{AT.lat},{AT.lon}", over=pinned)
    assert (after.address.line, after.address.place, after.address.precision) == ("Markt 1 A", AT, Precision.PIN)


def test_coordinates_alone_leave_the_words(bring: Callable[..., Order]) -> None:
    after = bring("Order ID,Lat,Lon", "F-1,50.7760,6.0839")
    assert after.address.line == "Markt 1"
    assert (after.address.place, after.address.precision) == (Place(50.776, 6.0839), Precision.PIN)


def test_coordinates_of_an_order_that_has_nothing_else_can_be_corrected(bring: Callable[..., Order]) -> None:
    bare = replace(FULL, address=Address("50.77530, 6.08390", place=AT, precision=Precision.PIN))
    after = bring("Order ID,Lat,Lon", "F-1,50.7760,6.0839", over=bare)
    assert (after.address.line, after.address.place) == ("50.77600, 6.08390", Place(50.776, 6.0839))
