# ruff: noqa: DTZ001 - cells of a workbook have no time zone
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.orders import OrderKind, Priority
from dispatcher.intake import times, values
from dispatcher.intake.dates import DateOrder, decide_order
from dispatcher.intake.raw import Cell
from dispatcher.intake.values import Unreadable
from tests.unit.intake.conftest import HELSINKI

CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.text(max_size=25),
    st.text(alphabet="0123456789:.,-+/ apmhTZ()", max_size=20),
    st.integers(),
    st.floats(),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.timedeltas(),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("1,234", 1.234),
        ("1.234", 1.234),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1 234,5", 1234.5),
        ("1'234.5", 1234.5),
        ("1,234,567", 1234567),
        ("-3,7", -3.7),
        ("−3.7", -3.7),
        (".5", 0.5),
        ("2.5 kg", 2.5),
        ("0,1 m³", 0.1),
        (7, 7),
        (0.25, 0.25),
    ],
)
def test_numbers(text: Cell, value: float) -> None:
    assert values.number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "x", "12 34 x 5", "nan", "inf", "1e5", "--3", "1.2.3,4,5", "1e400", "9" * 30])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(Unreadable):
        values.number(text)


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), date(2026, 1, 1), time(8)])
def test_cells_that_are_no_number(cell: Cell) -> None:
    with pytest.raises(Unreadable):
        values.number(cell)


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("8", "08:00"),
        ("8:00", "08:00"),
        ("08:00", "08:00"),
        ("0800", "08:00"),
        ("830", "08:30"),
        ("8.30", "08:30"),
        ("8:00 AM", "08:00"),
        ("8am", "08:00"),
        ("12am", "00:00"),
        ("12:30 pm", "12:30"),
        ("11 p.m.", "23:00"),
        ("20h30", "20:30"),
        ("20h", "20:00"),
        ("8 Uhr", "08:00"),
        ("klo 8.15", "08:15"),
        ("08:00:00", "08:00"),
        ("24:00", "24:00"),
        ("02:00 (+1)", "26:00"),
        ("2am +1", "26:00"),
        ("noon", "12:00"),
        ("0.354166667", "08:30"),
        (0.5, "12:00"),
        (8, "08:00"),
        (1630, "16:30"),
        (time(9, 15), "09:15"),
        (timedelta(hours=9), "09:00"),
        (datetime(2026, 11, 24, 10), "10:00"),
        (datetime(2026, 11, 24, 10, tzinfo=UTC), "12:00"),
        ("2026-11-24T08:00:00Z", "10:00"),
        ("2026-11-24 08:00", "08:00"),
        ("1795500000000", "08:00"),
        (1_795_500_000_000, "08:00"),
    ],
)
def test_times_of_day(cell: Cell, clock: str) -> None:
    second = times.moment(cell, HELSINKI).second
    assert f"{second // 3600:02}:{second % 3600 // 60:02}" == clock


@pytest.mark.parametrize(
    "cell", ["25:00", "24:01", "8:60", "13pm", "0am", "soon", "8.5", "2460", -1, 8.3, "2026-02-30T08:00", 1e30, ""]
)
def test_what_is_no_time(cell: Cell) -> None:
    with pytest.raises(Unreadable):
        times.moment(cell, HELSINKI)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("08:00-10:00", [(8, 10)]),
        ("8 – 10", [(8, 10)]),
        ("8am to 10am", [(8, 10)]),
        ("between 8 and 10", [(8, 10)]),
        ("8 bis 10 Uhr", [(8, 10)]),
        ("08:00-10:00; 14:00-16:00", [(8, 10), (14, 16)]),
        ("after 14", [(14, None)]),
        ("before 10:00", [(None, 10)]),
        ("Morning", [(8, 12)]),
        ("late_evening", None),
        ("anytime", []),
        ("22:00-02:00 (+1)", [(22, 26)]),
        ("2026-11-24 12:00 - 2026-11-24 13:00", [(12, 13)]),
        ("10:00", None),
    ],
)
def test_windows_in_one_cell(text: str, spans: list[tuple[int | None, int | None]] | None) -> None:
    if spans is None:
        with pytest.raises(Unreadable):
            times.windows(text, HELSINKI)
        return
    found = [tuple(end and end.second / 3600 for end in span) for span in times.windows(text, HELSINKI)]
    assert found == spans


@pytest.mark.parametrize(
    ("cell", "unit", "seconds"),
    [
        ("5", 60, 300),
        ("2,5", 60, 150),
        ("90", 1, 90),
        ("5 min", 1, 300),
        ("45s", 60, 45),
        ("1 h", 60, 3600),
        ("0:05", 60, 300),
        ("PT5M", 60, 300),
        ("PT1H30M", 60, 5400),
        (time(0, 5), 60, 300),
        (timedelta(minutes=7), 60, 420),
        (3, 60, 180),
    ],
)
def test_durations(cell: Cell, unit: float, seconds: int) -> None:
    assert times.duration_s(cell, unit) == seconds


@pytest.mark.parametrize("cell", ["-5", "long", "100000", "", float("nan")])
def test_what_is_no_service_time(cell: Cell) -> None:
    with pytest.raises(Unreadable):
        times.duration_s(cell, 60)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2026-11-24", date(2026, 11, 24)),
        ("2026/11/24", date(2026, 11, 24)),
        ("20261124", date(2026, 11, 24)),
        ("24.11.2026", date(2026, 11, 24)),
        ("24/11/26", date(2026, 11, 24)),
        ("3/4/2026", date(2026, 4, 3)),
        ("24 Nov 2026", date(2026, 11, 24)),
        ("Tue, 24-Nov-26", date(2026, 11, 24)),
        ("November 24, 2026", date(2026, 11, 24)),
        ("24. marraskuu 2026", date(2026, 11, 24)),
        ("24. März 2026", date(2026, 3, 24)),
        ("2026-11-24T08:00:00Z", date(2026, 11, 24)),
        ("24/11/2026 08:00", date(2026, 11, 24)),
        ("46350", date(2026, 11, 24)),
        (46350, date(2026, 11, 24)),
        (46350.25, date(2026, 11, 24)),
        (20261124, date(2026, 11, 24)),
        (date(2026, 11, 24), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 9), date(2026, 11, 24)),
    ],
)
def test_dates(cell: Cell, day: date) -> None:
    assert DateOrder().read(cell) == day


@pytest.mark.parametrize(
    "cell", ["2026-02-30", "31.4.2026", "24.11.", "tomorrow", "1.1.1899", "", 7, time(8), "0/0/2026"]
)
def test_what_is_no_date(cell: Cell) -> None:
    with pytest.raises(Unreadable):
        DateOrder().read(cell)


@pytest.mark.parametrize(
    ("cells", "month_first", "guessed"),
    [
        (["3/4/2026", "25/4/2026"], False, False),
        (["3/4/2026", "4/25/2026"], True, False),
        (["3/4/2026", "5/6/2026"], False, True),
        (["4/4/2026"], False, False),
        (["3.4.2026"], False, False),
        (["2026-04-03", date(2026, 4, 3), 46350], False, False),
        ([], False, False),
    ],
)
def test_all_rows_decide_which_of_day_and_month_is_first(cells: list[Cell], month_first: bool, guessed: bool) -> None:
    assert decide_order(cells) == DateOrder(month_first, guessed)


def test_dates_with_points_are_day_first_whatever_the_others_are() -> None:
    assert DateOrder(month_first=True).read("3.4.2026") == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("D", "delivery"), ("Pickup", "collection"), ("0", "delivery"), ("1", "collection"), ("Drop_off", "delivery")],
)
def test_kinds(text: str, kind: str) -> None:
    assert values.kind(text) is OrderKind(kind)


@pytest.mark.parametrize(
    ("cell", "level", "early"),
    [
        ("L", Priority.LOW, False),
        ("medium", Priority.NORMAL, False),
        ("High", Priority.HIGH, False),
        ("C", Priority.CRITICAL, True),
        ("critical", Priority.CRITICAL, False),
        ("75", Priority.HIGH, False),
        (10, Priority.LOW, False),
        (100.0, Priority.CRITICAL, False),
    ],
)
def test_priorities(cell: Cell, level: Priority, early: bool) -> None:
    assert values.priority(cell) == (level, early)


@pytest.mark.parametrize("cell", ["vip", "101", -1])
def test_what_is_no_priority(cell: Cell) -> None:
    with pytest.raises(Unreadable):
        values.priority(cell)


def test_skills_are_spelt_one_way() -> None:
    assert values.skills("Tail_Lift; chilled,  age   check|") == {"tail lift", "chilled", "age check"}


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("60.17,24.94", (60.17, 24.94)),
        ("60.17; 24.94", (60.17, 24.94)),
        ("60,17; 24,94", (60.17, 24.94)),
        ("(60.17 -24.94)", (60.17, -24.94)),
        ("Mannerheimintie 5", None),
        ("00100 60", None),
    ],
)
def test_pairs_of_coordinates(text: str, pair: tuple[float, float] | None) -> None:
    assert values.coordinate_pair(text) == pair


@given(CELLS)
def test_no_cell_does_worse_than_being_unreadable(cell: Cell) -> None:
    for read in (
        values.number,
        values.priority,
        lambda c: times.moment(c, HELSINKI),
        lambda c: times.windows(c, HELSINKI),
        lambda c: times.duration_s(c, 60),
        DateOrder().read,
        DateOrder(month_first=True).read,
    ):
        with suppress(Unreadable):
            read(cell)


@given(st.floats(min_value=-1e9, max_value=1e9))
def test_numbers_survive_writing_with_point_and_with_comma(value: float) -> None:
    text = f"{value:.4f}"
    assert values.number(text) == values.number(text.replace(".", ",")) == float(text)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_dates_survive_writing(day: date) -> None:
    texts = [day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%d/%m/%Y}", f"{day:%Y%m%d}", f"{day:%d %B %Y}"]
    assert {DateOrder().read(text) for text in texts} == {day}
    assert DateOrder(month_first=True).read(f"{day:%m/%d/%Y}") == day


@given(st.times())
def test_times_survive_writing(clock: time) -> None:
    second = clock.hour * 3600 + clock.minute * 60
    for text in (f"{clock:%H:%M}", f"{clock:%H%M}", f"{clock:%I:%M %p}", f"{clock:%H.%M}", f"{clock:%Hh%M}"):
        assert times.moment(text, HELSINKI).second == second
