from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatcher.domain.errors import BadInput, Cancelled
from dispatcher.domain.orders import Contact, Load, Order, OrderKind, OrderLine, Priority
from dispatcher.domain.place import Place, Precision
from dispatcher.domain.progress import NoProgress
from dispatcher.intake import Context, Parsed, Sheet, match_headers, parse, read_sheet
from dispatcher.intake.sheet import Row
from tests.unit.intake.conftest import DAY, HELSINKI

type Imported = Callable[[str], Parsed]


def only(parsed: Parsed) -> Order:
    assert parsed.errors == ()
    (draft,) = parsed.orders
    return draft.order


def clocks(order: Order) -> list[str]:
    return [
        f"{end.astimezone(HELSINKI):%d %H:%M}"
        for window in order.windows
        for end in (window.opens_at, window.closes_at)
    ]


def test_a_row_with_everything(imported: Imported) -> None:
    order = only(
        imported(
            "Order ID;Date;Type;Shipper;Recipient name;Phone;Email;Address line 1;Address line 2;House number;Zip;City;"
            "State;Country;Lat;Lon;Time window from;Time window to;Duration (min);Weight (kg);Volume (m3);Parcels;"
            "Item name;Item quantity;SKU;Barcode;Skills;Vehicle features;Assigned to;Priority;Notes\n"
            "A-7;24/11/2026;P;Acme;Matti Meikäläinen;+358 40 555 0001;m@example.com;Bulevardi;Flat B 12;5;00120;"
            "Helsinki;Uusimaa;Finland;60,1650;24,9380;08:00;10:30;5;12,5;0,4;3;Lamp;2;L-1;640;Chilled;tail_lift;007;C;"
            "Ring twice\n"
        )
    )
    assert order.number == "A-7"
    assert order.date == DAY
    assert order.kind is OrderKind.COLLECTION
    assert order.sender == "Acme"
    assert order.contact == Contact("Matti Meikäläinen", "+358 40 555 0001", "m@example.com")
    assert order.address.text == "Bulevardi 5, 00120 Helsinki, Uusimaa, Finland"
    assert (order.address.place, order.address.precision) == (Place(60.165, 24.938), Precision.PIN)
    assert clocks(order) == ["24 08:00", "24 10:30"]
    assert order.service_s == 300
    assert order.load == Load(12.5, 400.0, 3)
    assert order.lines == (OrderLine("Lamp", 2.0, "L-1", "640"),)
    assert order.skills == {"chilled", "tail lift"}
    assert order.driver_id == "d7"
    assert (order.must_not_drop, order.do_early) == (Priority.CRITICAL, True)
    assert order.notes == "Flat B 12\nRing twice"


def test_a_row_with_next_to_nothing_takes_the_defaults(imported: Imported) -> None:
    order = only(imported("Address\nBulevardi 5\n"))
    assert (order.date, order.service_s, order.sender) == (DAY, 240, "Shop")
    assert (order.kind, order.load, order.windows) == (OrderKind.DELIVERY, Load(), ())
    assert (order.address.place, order.address.precision) == (None, Precision.NONE)
    assert order.number.startswith("R-")


def test_rows_without_a_number_get_the_same_one_on_every_import(imported: Imported) -> None:
    first = imported("Address,Name\nBulevardi 5,Aino\nBulevardi 5,Aino\nBulevardi 7,Aino\n")
    again = imported("Address,Name,Notes\nBULEVARDI 5,aino,new\nBulevardi 5,Aino,\nBulevardi 7,Aino,\n")
    numbers = [draft.order.number for draft in first.orders]
    assert numbers == [draft.order.number for draft in again.orders]
    assert len(set(numbers)) == 3


def test_several_dates_in_one_file(imported: Imported) -> None:
    parsed = imported("Order ID,Date,Address\n1,24.11.2026,A 1\n1,25.11.2026,A 1\n2,,A 2\n")
    assert [d.order.date for d in parsed.orders] == [DAY, DAY + timedelta(days=1), DAY]


def test_the_date_of_a_window_is_that_of_the_order_if_no_column_tells(imported: Imported) -> None:
    order = only(imported("Address,completeAfter,completeBefore\nA 1,1795500000000,1795507200000\n"))
    assert order.date == date(2026, 11, 24)
    assert clocks(order) == ["24 08:00", "24 10:00"]
    american = imported("Address,after,before\nA 1,11/24/2026 8:00 AM,11/24/2026 10:00 AM\n")
    assert (only(american).date, clocks(only(american))) == (DAY, ["24 08:00", "24 10:00"])


@pytest.mark.parametrize(
    ("columns", "cells", "expected"),
    [
        ("Time window from,Time window to", "8,10", ["24 08:00", "24 10:00"]),
        ("Time window from,Time window to", ",10:00", ["24 00:00", "24 10:00"]),
        ("Time window from,Time window to", "20:00,", ["24 20:00", "25 00:00"]),
        ("Time window from,Time window to", "20:00,00:00", ["24 20:00", "25 00:00"]),
        ("Time window from,Time window to", "22:00,02:00 (+1)", ["24 22:00", "25 02:00"]),
        ("Time window", "14-16; 8-10", ["24 08:00", "24 10:00", "24 14:00", "24 16:00"]),
        ("Time window", "8-10; 9-12", ["24 08:00", "24 12:00"]),
        ("Time window", "8-10; 10-12", ["24 08:00", "24 12:00"]),
        ("Time window", "afternoon", ["24 12:00", "24 17:00"]),
        (
            "Time window from,Time window to,Time window from 2,Time window to 2,Time window from 3,Time window to 3",
            "14:00,15:00,8:00,9:00,11:00,12:00",
            ["24 08:00", "24 09:00", "24 11:00", "24 12:00", "24 14:00", "24 15:00"],
        ),
    ],
)
def test_windows(imported: Imported, columns: str, cells: str, expected: list[str]) -> None:
    assert clocks(only(imported(f"Address,{columns}\nA 1,{cells}\n"))) == expected


@pytest.mark.parametrize(
    ("columns", "cells", "column", "reason"),
    [
        ("Address,Date", "A 1,2026-02-30", "Date", "does not exist"),
        ("Address,Date", "A 1,soon", "Date", "is not a date"),
        ("Address,From,To", "A 1,10:00,08:00", "To", "ends (08:00) before it begins (10:00)"),
        ("Address,From", "A 1,25:00", "From", "not a time"),
        ("Address,Time window", "A 1,10:00", "Time window", "is not a window"),
        ("Address,Time window", '"A 1","8-9; 10-11; 12-13; 14-15"', "Time window", "at most 3"),
        ("Address,Date,After,Before", "A 1,2026-11-24,2026-11-29T08:00,2026-11-29T10:00", "Before", "on 2026-11-29"),
        ("Address,Weight", "A 1,-3", "Weight", "is negative"),
        ("Address,Weight", "A 1,heavy", "Weight", "is not a number"),
        ("Address,Parcels", "A 1,2.5", "Parcels", "number of parcels"),
        ("Address,Duration (min)", "A 1,-1", "Duration (min)", "not a service time"),
        ("Lat,Lon", "24.94,60.17", "Lat", "the other way round"),
        ("Lat,Lon", "95,24.94", "Lat", "not on Earth"),
        ("Lat,Lon", "60.17,", "Lon", "Only one"),
        ("Lat,Lon", "north,24.94", "Lat", "not a number"),
        ("Address,Coordinates", "A 1,here", "Coordinates", "no pair"),
        ("Address,Driver", "A 1,Nobody", "Driver", "No driver is called"),
        ("Address,Type", "A 1,teleport", "Type", "no kind of order"),
        ("Address,Priority", "A 1,900", "Priority", "no priority"),
        ("Address,Do early", "A 1,perhaps", "Do early", "whether to serve it early"),
        ("Address,City", ",Helsinki", "", "neither an address nor coordinates"),
        ("Lat,Lon", "0,0", "", "neither an address nor coordinates"),
        ("Address,Notes", "A 1,one,two", "", "1 more cells"),
        ("Address,Weight", "A 1,#REF!", "", "#REF!"),
    ],
)
def test_a_bad_row_is_reported_and_the_good_ones_go_in(
    imported: Imported, columns: str, cells: str, column: str, reason: str
) -> None:
    good = "Good street 1" if columns.startswith("Address") else "60.17,24.94"
    parsed = imported(f"{columns}\n{good}\n{cells}\n{good}\n")
    assert [draft.rows for draft in parsed.orders] == [(2,), (4,)]
    assert {error.row for error in parsed.errors} == {3}
    told = parsed.errors[0]
    assert told.column == column
    assert reason in told.reason
    assert told.remedy


def test_a_row_is_told_of_all_its_faults_at_once(imported: Imported) -> None:
    parsed = imported("Address,Date,Weight,Driver\nA 1,2026-02-30,-1,Nobody\n")
    assert [error.column for error in parsed.errors] == ["Date", "Weight", "Driver"]
    assert [error.value for error in parsed.errors] == ["2026-02-30", "-1", "Nobody"]


def test_swapped_coordinates_are_known_by_the_depot_when_there_is_no_region(context: Context) -> None:
    sheet = Sheet(("Lat", "Lon"), (Row(2, ("24.94", "60.17")), Row(3, ("60.17", "24.94"))), "utf-8", ",", "x.csv")
    near = Context(DAY, HELSINKI, depot=Place(60.2, 25.0))
    nowhere = Context(DAY, HELSINKI)
    assert [error.row for error in parse(sheet, match_headers(sheet.headers), near).errors] == [2]
    assert parse(sheet, match_headers(sheet.headers), nowhere).errors == ()


def test_a_place_far_from_everything_goes_in_with_a_word(imported: Imported) -> None:
    parsed = imported("Address,Lat,Lon\nA 1,48.1,11.5\nA 2,60.17,24.94\n")
    assert len(parsed.orders) == 2
    assert any("1 orders lie far outside" in note and "row 2" in note for note in parsed.notes)


@pytest.mark.parametrize("text", ["60.1699, 24.9384", "60,1699; 24,9384", "(60.1699 24.9384)"])
@pytest.mark.parametrize("column", ["Address", "latlong"])
def test_a_pair_of_coordinates_in_one_cell(imported: Imported, column: str, text: str) -> None:
    order = only(imported(f'{column}\n"{text}"\n'))
    assert order.address.place == Place(60.1699, 24.9384)
    assert order.address.line == "60.16990, 24.93840"


def test_a_firm_stands_for_a_street_that_is_missing(imported: Imported) -> None:
    order = only(imported("Company,Contact name,Address,City\nStockmann,Aino,,Helsinki\n"))
    assert (order.address.line, order.contact.name) == ("Stockmann", "Stockmann, Aino")


@pytest.mark.parametrize(
    ("rows", "month_first", "note"),
    [
        ("3/4/2026 25/4/2026", False, ""),
        ("3/4/2026 4/25/2026", True, "month/day"),
        ("3/4/2026 5/6/2026", False, "two ways"),
    ],
)
def test_the_column_decides_how_dates_are_written(imported: Imported, rows: str, month_first: bool, note: str) -> None:
    table = "".join(f"{number},A {number},{text}\n" for number, text in enumerate(rows.split(), start=1))
    parsed = imported(f"Order ID,Address,Date\n{table}")
    assert parsed.orders[0].order.date == (date(2026, 3, 4) if month_first else date(2026, 4, 3))
    assert note in " ".join(parsed.notes)


def test_rows_of_one_order_become_its_lines_and_their_loads_add_up(imported: Imported) -> None:
    order = only(
        imported(
            "Order ID,Address,Phone,Weight,Volume (l),Parcels,Item,Item quantity,SKU,Notes,Skills\n"
            "7,Bulevardi 5,,2.5,10,1,Lamp,1,L,Ring,chilled\n"
            "7,bulevardi 5,040,1.5,5,2,Bulb,4,B,Ring,\n"
            "7,,,1,1,1,Shade,1,,Fragile,tail lift\n"
        )
    )
    assert order.load == Load(5.0, 16.0, 4)
    assert [(line.name, line.quantity) for line in order.lines] == [("Lamp", 1), ("Bulb", 4), ("Shade", 1)]
    assert (order.notes, order.contact.phone, order.skills) == ("Ring\nFragile", "040", {"chilled", "tail lift"})


def test_totals_written_again_on_every_row_count_once(imported: Imported) -> None:
    parsed = imported(
        "Order ID,Address,Weight,Parcels,Item\n"
        "7,A 1,9,2,Lamp\n7,A 1,9,2,Bulb\n8,A 2,4,1,Lamp\n8,A 2,4,1,Lamp\n9,A 3,1,1,Lamp\n"
    )
    assert [draft.order.load for draft in parsed.orders] == [Load(9, 0, 2), Load(4, 0, 1), Load(1, 0, 1)]
    assert any("count once" in note for note in parsed.notes)


def test_one_row_for_each_parcel_counts_every_parcel(imported: Imported) -> None:
    parsed = imported("Order ID,Address,Weight,Parcels\n7,A 1,9,1\n7,A 1,2,1\n8,A 2,4,1\n")
    assert [draft.order.load for draft in parsed.orders] == [Load(11, 0, 2), Load(4, 0, 1)]


def test_a_row_that_says_the_very_same_counts_once(imported: Imported) -> None:
    parsed = imported("Order ID,Address,Weight\n7,A 1,9\n7,A 1,9\n")
    assert only(parsed).load == Load(9)
    assert parsed.orders[0].rows == (2,)
    assert any("stands 2 times" in note for note in parsed.notes)


@pytest.mark.parametrize(
    ("second", "about"),
    [
        ("7,B 2,,,", "address"),
        ("7,A 1,P,,", "type"),
        ("7,A 1,,15-16,", "time window"),
        ("7,A 1,,,7", "driver"),
    ],
)
def test_one_number_with_contradicting_data_is_a_fault_of_both_rows(
    imported: Imported, second: str, about: str
) -> None:
    parsed = imported(f"Order ID,Address,Type,Time window,Driver\n7,A 1,D,8-9,1\n8,C 3,,,\n{second}\n")
    assert [draft.order.number for draft in parsed.orders] == ["8"]
    assert [(error.row, about in error.reason) for error in parsed.errors] == [(2, True), (4, True)]
    assert parsed.faulty == {"7"}


def test_an_order_goes_in_as_a_whole_or_not_at_all(imported: Imported) -> None:
    parsed = imported("Order ID,Address,Weight,Item\n7,A 1,1,Lamp\n7,A 1,x,Bulb\n7,A 1,2,Shade\n8,A 2,1,Lamp\n")
    assert [draft.order.number for draft in parsed.orders] == ["8"]
    assert [error.row for error in parsed.errors] == [2, 3, 4]
    assert "row 3" in parsed.errors[0].reason


def test_a_row_whose_date_cannot_be_read_keeps_the_rest_of_its_order_out(imported: Imported) -> None:
    parsed = imported(
        "Order ID,Address,Date,Item\n7,A 1,2026-11-25,Lamp\n7,A 1,2026-11-52,Bulb\n8,A 2,2026-11-25,Lamp\n"
    )
    assert [draft.order.number for draft in parsed.orders] == ["8"]
    assert [(error.row, error.column) for error in parsed.errors] == [(2, ""), (3, "Date")]


def test_no_column_that_says_where_to_go_names_the_columns(imported: Imported) -> None:
    with pytest.raises(BadInput, match="Its columns are: Order ID, Weight, Colour"):
        imported("Order ID,Weight,Colour\n1,2,red\n")


def test_a_workbooks_numbers_dates_and_times_are_used_as_they_are(tmp_path: Path, context: Context) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Order ID", "Date", "Address", "From", "To", "Service time", "Weight"])
    book.active.append([1001, datetime(2026, 11, 25), "A 1", 0.375, 0.5, timedelta(minutes=4), 2.5])  # noqa: DTZ001
    book.save(tmp_path / "orders.xlsx")
    sheet = read_sheet(tmp_path / "orders.xlsx")
    order = only(parse(sheet, match_headers(sheet.headers), context))
    assert (order.number, order.date, order.service_s, order.load.kg) == ("1001", date(2026, 11, 25), 240, 2.5)
    assert clocks(order) == ["25 09:00", "25 12:00"]


def test_windows_keep_the_clock_on_the_days_it_changes(imported: Imported) -> None:
    parsed = imported("Address,Date,From,To\nA 1,2026-03-29,08:00,10:00\nA 1,2026-10-25,08:00,10:00\n")
    assert [clocks(draft.order) for draft in parsed.orders] == [["29 08:00", "29 10:00"], ["25 08:00", "25 10:00"]]


def test_who_cancels_is_obeyed(context: Context) -> None:
    class Impatient(NoProgress):
        def cancelled(self) -> bool:
            return True

    sheet = Sheet(("Address",), (Row(2, ("A 1",)),), "utf-8", ",", "x.csv")
    with pytest.raises(Cancelled):
        parse(sheet, match_headers(sheet.headers), context, Impatient())


HEADERS = (
    *("Order ID", "Date", "Type", "Address", "Lat", "Lon", "From", "To", "Time window", "Duration (min)", "Weight"),
    *("Parcels", "Item", "Quantity", "Skills", "Driver", "Priority", "Do early", "Notes"),
)
CELL = st.one_of(
    st.just(""),
    st.sampled_from(["1", "D", "A 1", "60.1", "24.9", "08:00", "2026-11-24", "3/4/2026", "8-10", "x", "-1", "C"]),
    st.text(max_size=12),
    st.floats(),
    st.integers(),
    st.datetimes(),
    st.timedeltas(),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(*[CELL] * len(HEADERS)), min_size=1, max_size=6))
def test_every_row_is_an_order_or_an_error_and_nothing_else_happens(context: Context, table: list[tuple]) -> None:  # type: ignore[type-arg]
    rows = tuple(Row(number, cells) for number, cells in enumerate(table, start=2))
    sheet = Sheet(HEADERS, rows, "", "", "x.xlsx")
    parsed = parse(sheet, match_headers(sheet.headers), context)
    good = {row for draft in parsed.orders for row in draft.rows}
    bad = {error.row for error in parsed.errors}
    assert good | bad == {row.number for row in rows}
    assert not good & bad
