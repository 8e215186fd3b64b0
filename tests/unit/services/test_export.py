"""Every format of a day's export, from a plan and a schedule written by hand."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from PIL import Image

from dispatcher.domain.errors import KnownError
from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import ClosureId, OrderId, ShiftId
from dispatcher.domain.orders import Contact, Load, OrderKind, OrderLine, Priority
from dispatcher.domain.place import Address, Bounds, Place, Precision
from dispatcher.domain.plan import Day, Route, Stop
from dispatcher.domain.roads import Closure, RoadPath
from dispatcher.domain.schedule import Reason, ReasonCode, RouteTimes, Rule, Schedule, StopTimes, Violation
from dispatcher.domain.time import TimeWindow
from dispatcher.intake import Context, match_headers, parse, read_sheet
from dispatcher.services.colours import ink_on, round_colour
from dispatcher.services.export import ExportFormat, export_day
from dispatcher.services.export_rows import COLUMNS
from tests.fixtures import days

EVIL = """{{ 7*7 }}{% raw %} `${alert(1)}` <script>alert("x")</script> </script><img src=x onerror=alert(1)> '&"""
LEAFLET_JS = '/* a map */ window.L = {version: "1", tag: "</script>"};\n//# sourceMappingURL=leaflet.js.map'
LEAFLET_CSS = ".leaflet-pane { left: 0 } /* https://example.org */ .a { background: url(images/layers.png) }"
CREDIT = "© OpenStreetMap contributors, ODbL 1.0"
THEME = Path(__file__).resolve().parents[3] / "resources" / "theme" / "drivers.json"
FIRST, SECOND = ShiftId("shift-000"), ShiftId("shift-001")


def times_of(day: Day, number: int, at: str, *, late_s: int = 0, wait_s: int = 0) -> StopTimes:
    order = day.orders[OrderId(f"order-{number:05d}")]
    arrives = days.clock(at)
    starts = arrives + timedelta(seconds=wait_s)
    return StopTimes(
        order_id=order.id,
        arrives_at=arrives,
        starts_at=starts,
        departs_at=starts + timedelta(seconds=order.service_s),
        drive_s=600,
        drive_m=4321,
        wait_s=wait_s,
        late_s=late_s,
        load=order.load,
        violations=(Violation(Rule.LATE, late_s, order.id),) if late_s else (),
    )


@pytest.fixture
def day() -> Day:
    """Two planned with the first driver, one that has no place and one nobody took; the second driver is idle."""
    orders = [
        days.make_order(
            1,
            Place(50.77, 6.08),
            windows=(days.window("08:00", "10:00"), days.window("14:00", "16:00")),
            load=Load(12.5, 40.0, 2),
            lines=(OrderLine("Lamp", 2.0, "L-1"),),
            contact=Contact("Aino", "+358 40 555 0001", "aino@example.com"),
            service_s=300,
            notes="Ring\ntwice",
        ),
        replace(
            days.make_order(2, Place(50.78, 6.1)),
            number="=2+5",
            contact=Contact(EVIL),
            notes=EVIL,
            kind=OrderKind.COLLECTION,
            windows=(days.window("08:00", "08:30"),),
            skills=frozenset({"chilled", "tail lift"}),
            must_not_drop=Priority.CRITICAL,
            do_early=True,
        ),
        days.make_order(3, None, address=Address("Nowhere 1")),
        days.make_order(4, Place(50.76, 6.05)),
    ]
    routes = {FIRST: [OrderId("order-00001"), OrderId("order-00002")]}
    return days.assemble(orders, days.make_crew(2, days.make_depot()), routes=routes, held=[OrderId("order-00001")])


@pytest.fixture
def schedule(day: Day) -> Schedule:
    stops = (times_of(day, 1, "07:55", wait_s=300), times_of(day, 2, "08:40", late_s=600))
    route = RouteTimes(
        shift_id=FIRST,
        leaves_at=days.clock("07:45"),
        returns_at=days.clock("09:00"),
        stops=stops,
        drive_s=1800,
        distance_m=12_900,
        service_s=480,
        wait_s=300,
        late_s=600,
        peak=Load(12.5, 40, 2),
        cost=4_200,
    )
    return Schedule({FIRST: route})


@pytest.fixture
def reasons() -> dict[OrderId, Reason]:
    order_id = OrderId("order-00003")
    return {order_id: Reason(order_id, ReasonCode.NO_PLACE, "The address has no place yet.")}


@pytest.fixture
def write(day: Day, schedule: Schedule, reasons: dict[OrderId, Reason], tmp_path: Path) -> Callable[..., Path]:
    def run(fmt: ExportFormat, **more: object) -> Path:
        out = tmp_path / f"day.{fmt}"
        texts = {"leaflet_js": LEAFLET_JS, "leaflet_css": LEAFLET_CSS} if fmt is ExportFormat.HTML else {}
        export_day(day, schedule, out, fmt, reasons=reasons, **texts, **more)  # type: ignore[arg-type]
        return out

    return run


def test_csv_has_a_row_for_each_stop_and_each_unplanned_order(write: Callable[..., Path]) -> None:
    with write(ExportFormat.CSV).open(encoding="utf-8-sig", newline="") as file:
        first, second, *unplanned = csv.DictReader(file)
    assert (first["Round"], first["Driven by"], first["Vehicle"], first["Sequence"]) == (
        "1",
        "Aino Korhonen",
        "Van 1",
        "1",
    )
    assert (first["Planned arrival"], first["Planned start"]) == ("2026-06-15 07:55:00", "2026-06-15 08:00:00")
    assert first["Planned departure"] == "2026-06-15 08:05:00"
    assert first["Time window"] == "08:00-10:00; 14:00-16:00"
    assert (first["Weight (kg)"], first["Volume (l)"], first["Parcels"]) == ("12.5", "40", "2")
    assert (first["Wait (min)"], first["Late (min)"], first["Leg (km)"]) == ("5", "0", "4.321")
    assert (first["Latitude"], first["Longitude"]) == ("50.77", "6.08")
    assert (second["Late (min)"], second["Remark of the plan"]) == ("10", "late")
    assert [(row["Order number"], row["Round"], row["Remark of the plan"]) for row in unplanned] == [
        ("A00003", "", "The address has no place yet."),
        ("A00004", "", "not planned"),
    ]


def test_csv_runs_no_formula(write: Callable[..., Path]) -> None:
    with write(ExportFormat.CSV).open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert "'=2+5" in cells
    assert "'+358 40 555 0001" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))]


@pytest.mark.parametrize("fmt", [ExportFormat.CSV, ExportFormat.XLSX])
def test_a_table_can_be_imported_again_and_gives_the_same_orders(
    write: Callable[..., Path], day: Day, fmt: ExportFormat
) -> None:
    sheet = read_sheet(write(fmt))
    parsed = parse(sheet, match_headers(sheet.headers), Context(days.DATE, days.ZONE))
    assert parsed.errors == ()
    again = {draft.order.number: draft.order for draft in parsed.orders}
    assert set(again) == {order.number for order in day.orders.values()}
    for order in day.orders.values():
        twin = again[order.number]
        for part in (
            "date",
            "kind",
            "windows",
            "service_s",
            "load",
            "skills",
            "must_not_drop",
            "do_early",
            "driver_id",
        ):
            assert getattr(twin, part) == getattr(order, part), part
        assert twin.address.place == order.address.place
        assert (twin.contact.phone, twin.contact.email) == (order.contact.phone, order.contact.email)


def test_a_workbook_has_typed_cells_a_frozen_header_and_widths(write: Callable[..., Path]) -> None:
    page = openpyxl.load_workbook(write(ExportFormat.XLSX)).active
    assert page.freeze_panes == "A2"
    header, first, second, *_ = page.iter_rows()
    at = {cell.value: position for position, cell in enumerate(header)}
    assert list(at) == [column.name for column in COLUMNS]
    assert first[at["Planned arrival"]].value == datetime(2026, 6, 15, 7, 55)  # noqa: DTZ001 - a workbook has no zones
    assert first[at["Planned arrival"]].number_format == "hh:mm"
    assert first[at["Date"]].is_date
    assert first[at["Weight (kg)"]].value == 12.5
    assert (second[at["Order number"]].value, second[at["Order number"]].data_type) == ("=2+5", "s")
    assert page.column_dimensions["B"].width == 20
    assert page.auto_filter.ref == f"A1:{openpyxl.utils.get_column_letter(len(COLUMNS))}5"


def test_json_is_as_documented(write: Callable[..., Path]) -> None:
    document = json.loads(write(ExportFormat.JSON).read_text(encoding="utf-8"))
    assert (document["format"], document["version"], document["date"]) == ("roundhouse-day", 1, "2026-06-15")
    assert document["depot"]["zone"] == "Europe/Berlin"
    assert document["totals"] == {
        "orders": 4,
        "planned": 2,
        "unplanned": 2,
        "routes": 1,
        "drive_s": 1800,
        "distance_m": 12_900,
        "late_stops": 1,
        "cost": 4_200,
    }
    busy, idle = document["routes"]
    assert (idle["driver"]["number"], idle["stops"], idle["leaves_at"]) == (2, [], None)
    assert (busy["leaves_at"], busy["distance_m"]) == ("2026-06-15T07:45:00+02:00", 12_900)
    stop = busy["stops"][0]
    assert (stop["sequence"], stop["arrives_at"], stop["held"]) == (1, "2026-06-15T07:55:00+02:00", True)
    assert stop["order"]["windows"][0]["opens_at"] == "2026-06-15T08:00:00+02:00"
    assert stop["order"]["lines"] == [{"name": "Lamp", "quantity": 2.0, "sku": "L-1", "barcode": ""}]
    assert busy["stops"][1]["violations"] == [{"rule": "late", "amount": 600, "detail": ""}]
    assert [(u["order"]["number"], u["reason"] and u["reason"]["code"]) for u in document["unplanned"]] == [
        ("A00003", "NO_PLACE"),
        ("A00004", None),
    ]


def test_geojson_has_depot_routes_and_points_with_the_longitude_first(write: Callable[..., Path]) -> None:
    path = RoadPath(legs=(((50.77, 6.0), (50.77, 6.08)), ((50.77, 6.08), (50.78, 6.1))), duration_s=1, distance_m=1)
    collection = json.loads(write(ExportFormat.GEOJSON, lines={FIRST: path}).read_text(encoding="utf-8"))
    assert collection["type"] == "FeatureCollection"
    by_type: dict[str, list[dict]] = {}  # type: ignore[type-arg]
    for feature in collection["features"]:
        by_type.setdefault(feature["properties"]["type"], []).append(feature)
    assert {kind: len(found) for kind, found in by_type.items()} == {"depot": 1, "route": 1, "stop": 2, "unplanned": 2}
    line = by_type["route"][0]
    assert line["geometry"] == {"type": "LineString", "coordinates": [[6.0, 50.77], [6.08, 50.77], [6.1, 50.78]]}
    assert line["properties"]["along_roads"] is True
    assert by_type["stop"][0]["geometry"]["coordinates"] == [6.08, 50.77]
    assert by_type["unplanned"][0]["geometry"] is None


def test_without_a_line_a_round_is_drawn_straight_and_says_so(write: Callable[..., Path], day: Day) -> None:
    collection = json.loads(write(ExportFormat.GEOJSON).read_text(encoding="utf-8"))
    (line,) = [f for f in collection["features"] if f["properties"]["type"] == "route"]
    yard = [round(day.depot.place.lon, 6), round(day.depot.place.lat, 6)]
    assert line["geometry"]["coordinates"] == [yard, [6.08, 50.77], [6.1, 50.78], yard]
    assert line["properties"]["along_roads"] is False


class Page(HTMLParser):
    """What a browser would fetch, run and show of a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.fetched: list[str] = []
        self.tags: list[str] = []
        self.policy = ""
        self.texts: dict[str, list[str]] = {"script": [], "style": [], "": []}
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        said = dict(attrs)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href", "srcset", "data", "action")]
        if said.get("http-equiv") == "Content-Security-Policy":
            self.policy = said.get("content") or ""
        self._inside = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        self.texts[self._inside].append(data)


def test_the_page_refers_to_nothing_outside_itself(write: Callable[..., Path]) -> None:
    text = write(ExportFormat.HTML, picture=small_picture).read_text(encoding="utf-8")
    page = Page(text)
    assert page.fetched == []
    assert {"link", "img", "iframe", "base"}.isdisjoint(page.tags)
    assert not re.search(r"https?:|//cdn|@import|sourceMappingURL", text)
    assert not re.search(r"url\((?!#)", "".join(page.texts["style"]))
    assert page.policy.startswith("default-src 'none'")
    assert "connect-src" not in page.policy


def test_the_page_holds_the_library_and_its_script_is_whole(write: Callable[..., Path]) -> None:
    page = Page(write(ExportFormat.HTML).read_text(encoding="utf-8"))
    library = next(script for script in page.texts["script"] if "a map" in script)
    assert 'tag: "<\\/script>"' in library
    assert ".leaflet-pane" in "".join(page.texts["style"])


def test_the_page_shows_what_people_wrote_and_runs_none_of_it(write: Callable[..., Path]) -> None:
    text = write(ExportFormat.HTML).read_text(encoding="utf-8")
    page = Page(text)
    shown = "".join(page.texts[""])
    assert "{{ 7*7 }}{% raw %} `${alert(1)}` <script>alert" in shown
    stops = stops_of(page)
    assert [stop["label"] for stop in stops] == ["", "1", "2", "–"]
    assert any(EVIL in line for line in stops[2]["lines"])
    assert "onerror" not in {name for name, _ in re.findall(r"<[a-z]+[^>]*\s(on\w+)=(\S)", text)}
    assert sum(1 for script in page.texts["script"] if "alert" in script) == 1


def stops_of(page: Page) -> list[dict]:  # type: ignore[type-arg]
    script = next(script for script in page.texts["script"] if "STOPS =" in script)
    found, _ = json.JSONDecoder().raw_decode(script[script.index("STOPS = ") + len("STOPS = ") :])
    assert isinstance(found, list)
    return found


def test_the_page_has_a_table_of_times_for_each_busy_driver(write: Callable[..., Path]) -> None:
    shown = " ".join(Page(write(ExportFormat.HTML).read_text(encoding="utf-8")).texts[""])
    assert "Aino Korhonen, Van 1" in shown
    assert "Eero Laine" not in shown
    assert "07:55" in shown
    assert "07:45–09:00, 2 stops, 12.9 km" in shown
    assert "4 orders in 1 round, 2 unplanned" in shown
    assert "OpenStreetMap" not in shown


ASKED: list[tuple[Bounds, int, int]] = []


def small_picture(bounds: Bounds, width: int, height: int) -> tuple[bytes, Bounds]:
    ASKED.append((bounds, width, height))
    buffer = io.BytesIO()
    Image.new("RGB", (4, 4), "white").save(buffer, "PNG")
    return buffer.getvalue(), bounds


def test_the_basemap_is_one_picture_within_the_page(write: Callable[..., Path], day: Day) -> None:
    ASKED.clear()
    text = write(ExportFormat.HTML, picture=small_picture, attribution=CREDIT).read_text(encoding="utf-8")
    ((bounds, width, height),) = ASKED
    assert max(width, height) == 1600
    assert all(bounds.contains(o.address.place) for o in day.orders.values() if o.address.place)
    assert "data:image/png;base64," in text


def test_it_is_said_whose_data_it_is(write: Callable[..., Path]) -> None:
    page = Page(write(ExportFormat.HTML, attribution=CREDIT).read_text(encoding="utf-8"))
    script = next(script for script in page.texts["script"] if "STOPS =" in script)
    assert f'ATTRIBUTION = "{CREDIT}"' in script
    assert "attributionControl.addAttribution(ATTRIBUTION)" in script
    for form in (ExportFormat.JSON, ExportFormat.GEOJSON):
        assert json.loads(write(form, attribution=CREDIT).read_text(encoding="utf-8"))["attribution"] == CREDIT
        assert json.loads(write(form).read_text(encoding="utf-8"))["attribution"] == ""


def test_rounds_have_the_colours_of_the_window(write: Callable[..., Path]) -> None:
    colours = json.loads(THEME.read_text(encoding="utf-8"))["colours"]
    stops = stops_of(Page(write(ExportFormat.HTML).read_text(encoding="utf-8")))
    assert {stop["colour"] for stop in stops if stop["label"] in ("1", "2")} == {colours[0]}
    assert [round_colour(number) for number in range(1, 25)] == [*colours, *colours]


@pytest.mark.parametrize(("colour", "ink"), [("#371fff", "#ffffff"), ("#acb812", "#000000"), ("#000000", "#ffffff")])
def test_figures_are_legible_on_their_colour(colour: str, ink: str) -> None:
    assert ink_on(colour) == ink


def test_a_day_without_anything_is_a_page_too(tmp_path: Path) -> None:
    empty = days.assemble([], ({}, {}, {}))
    for fmt in ExportFormat:
        export_day(empty, Schedule({}), tmp_path / "x", fmt, leaflet_js="1", leaflet_css="a{}", picture=small_picture)
        assert (tmp_path / "x").stat().st_size > 0


def test_a_schedule_of_another_plan_is_refused_and_nothing_is_written(day: Day, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="round 1"):
        export_day(day, Schedule({}), tmp_path / "day.csv", ExportFormat.CSV)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told_in_words(day: Day, schedule: Schedule, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="cannot be written"):
        export_day(day, schedule, tmp_path / "none" / "day.csv", ExportFormat.CSV)


def test_a_failure_half_way_leaves_the_old_file(day: Day, schedule: Schedule, tmp_path: Path) -> None:
    out = tmp_path / "day.html"
    out.write_text("old")
    with pytest.raises(ValueError, match="Leaflet"):
        export_day(day, schedule, out, ExportFormat.HTML)
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]


def test_rounds_past_midnight_mark_the_next_day(write: Callable[..., Path], day: Day) -> None:
    window = TimeWindow(days.clock("22:00"), days.clock("02:00", date(2026, 6, 16)))
    late = days.make_order(9, Place(50.77, 6.08), windows=(window,), address=Address("A", precision=Precision.NONE))
    night = days.assemble([late], ({}, {}, {}))
    out = write(ExportFormat.CSV).with_name("night.csv")
    export_day(night, Schedule({}), out, ExportFormat.CSV)
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["Time window"] == "22:00-02:00 (+1)"


# --- breaks, reloads, pairs, locks, what is done --------------------------------------------------------------------


@pytest.fixture
def busy(day: Day, schedule: Schedule, tmp_path: Path) -> Callable[[ExportFormat], str]:
    """The day while it is driven: its first stop done and loaded, its second waiting for what the first fetches."""
    first, second, third = (OrderId(f"order-{n:05d}") for n in (1, 2, 3))
    orders = {
        **day.orders,
        first: replace(day.orders[first], kind=OrderKind.COLLECTION),
        second: replace(day.orders[second], kind=OrderKind.DELIVERY, pickup_id=first),
    }
    driver, van = next(iter(day.drivers.values())), next(iter(day.vehicles.values()))
    driven = replace(
        day,
        orders=orders,
        drivers={**day.drivers, driver.id: replace(driver, break_s=1_800, break_from=time(11))},
        vehicles={**day.vehicles, van.id: replace(van, max_reloads=1)},
        shifts={**day.shifts, FIRST: replace(day.shifts[FIRST], lock=Lock.SEQUENCE)},
        plan=replace(day.plan, routes=(Route(FIRST, (Stop(first, done=True), Stop(second, held=True))), Route(SECOND))),
        loaded={first: FIRST, third: SECOND},
        freeze_at=days.clock("08:30"),
        closures=(Closure(ClosureId("c"), "Markt", (Place(50.77, 6.08), Place(50.77, 6.09)), days.DATE, days.DATE),),
    )
    route = schedule.routes[FIRST]
    reloaded = replace(
        route.stops[1], reload_at=days.clock("08:12"), reload_s=900, break_at=days.clock("08:30"), break_s=600
    )
    judged = replace(
        route,
        stops=(route.stops[0], reloaded),
        back_m=800,
        back_s=120,
        back_break_at=days.clock("08:50"),
        back_break_s=1_200,
        violations=(Violation(Rule.BREAK, 300),),
    )

    def run(fmt: ExportFormat) -> str:
        out = tmp_path / f"busy.{fmt}"
        texts = {"leaflet_js": LEAFLET_JS, "leaflet_css": LEAFLET_CSS} if fmt is ExportFormat.HTML else {}
        export_day(driven, Schedule({FIRST: judged}), out, fmt, **texts)  # type: ignore[arg-type]
        return out.read_text(encoding="utf-8-sig")

    return run


def test_csv_tells_what_binds_a_stop_and_what_lies_between(busy: Callable[[ExportFormat], str]) -> None:
    first, second, unplanned, _ = csv.DictReader(io.StringIO(busy(ExportFormat.CSV)))
    names = ("Pickup order", "Held", "Done", "Loaded in", "Round lock")
    assert [first[name] for name in names] == ["", "no", "yes", "Van 1", "sequence"]
    assert [second[name] for name in names] == ["A00001", "yes", "no", "", "sequence"]
    assert [unplanned[name] for name in names] == ["", "", "", "Van 2", ""]
    names = ("Reload before", "Reload (min)", "Break before", "Break after", "Break (min)")
    assert [first[name] for name in names] == [""] * 5
    assert [second[name] for name in names] == [
        *("2026-06-15 08:12:00", "15", "2026-06-15 08:30:00", "2026-06-15 08:50:00", "30"),
    ]


def test_csv_keeps_its_columns_where_they_were(busy: Callable[[ExportFormat], str]) -> None:
    header = busy(ExportFormat.CSV).splitlines()[0].split(",")
    assert header[:3] == ["Round", "Driven by", "Vehicle"]
    assert header[33] == "Remark of the plan"


def test_the_new_columns_are_no_columns_of_an_order_but_these() -> None:
    read = match_headers([column.name for column in COLUMNS])
    found = [name for name, field in list(read.items())[34:] if field]
    assert found == ["Pickup order", "Cash due", "Currency", "Proof of delivery"]


def test_json_tells_breaks_reloads_locks_pairs_and_what_is_done(busy: Callable[[ExportFormat], str]) -> None:
    document = json.loads(busy(ExportFormat.JSON))
    assert document["freeze_at"] == "2026-06-15T08:30:00+02:00"
    assert (document["depot"]["reload_s"], document["depot"]["max_wait_s"]) == (900, None)
    route, idle = document["routes"]
    assert (route["lock"], idle["lock"], route["vehicle"]["max_reloads"]) == ("sequence", "open", 1)
    assert (route["driver"]["break_s"], route["driver"]["break_from"], route["driver"]["break_until"]) == (
        *(1_800, "11:00", None),
    )
    assert (route["break_s"], route["reload_s"], route["back_s"], route["back_m"]) == (1_800, 900, 120, 800)
    assert (route["back_break_at"], route["back_break_s"]) == ("2026-06-15T08:50:00+02:00", 1_200)
    assert route["violations"] == [{"rule": "break", "amount": 300, "detail": ""}]
    assert (idle["break_s"], idle["back_break_at"]) == (0, None)
    first, second = route["stops"]
    assert (first["done"], first["held"], first["loaded_in"], first["break_at"]) == (True, False, "Van 1", None)
    assert (second["done"], second["held"], second["loaded_in"]) == (False, True, None)
    assert (second["reload_at"], second["reload_s"]) == ("2026-06-15T08:12:00+02:00", 900)
    assert (second["break_at"], second["break_s"]) == ("2026-06-15T08:30:00+02:00", 600)
    assert (first["order"]["pickup_order"], second["order"]["pickup_order"]) == (None, "A00001")
    assert [each["loaded_in"] for each in document["unplanned"]] == ["Van 2", None]
    (closure,) = document["closures"]
    assert (closure["name"], closure["last"], closure["line"][1]) == (
        "Markt",
        "2026-06-15",
        {"lat": 50.77, "lon": 6.09},
    )


def test_geojson_tells_the_same_of_lines_and_points(busy: Callable[[ExportFormat], str]) -> None:
    told = [feature["properties"] for feature in json.loads(busy(ExportFormat.GEOJSON))["features"]]
    (line,) = [each for each in told if each["type"] == "route"]
    assert (line["lock"], line["break_s"], line["reload_s"]) == ("sequence", 1_800, 900)
    first, second = [each for each in told if each["type"] == "stop"]
    assert (first["done"], first["loaded_in"], first["pickup_order"]) == (True, "Van 1", None)
    assert (second["held"], second["pickup_order"]) == (True, "A00001")
    assert (second["reload_at"], second["break_at"]) == ("2026-06-15T08:12:00+02:00", "2026-06-15T08:30:00+02:00")
    assert {each["done"] for each in told if each["type"] == "unplanned"} == {None}


def test_the_page_tells_them_in_the_round_in_the_order_of_time(busy: Callable[[ExportFormat], str]) -> None:
    shown = " ".join(Page(busy(ExportFormat.HTML)).texts[""])
    said = ["12.9 km, sequence locked", "break", "07:55", "Loaded in Van 1", "Done", "08:12", "Reload, 15 min"]
    said += ["08:30", "Break, 10 min", "08:40", "Goods are fetched at order A00001", "Held with the driver"]
    at = 0
    for words in [*said, "late", "08:50", "Break, 20 min"]:
        assert words in shown[at:], words
        at = shown.index(words, at) + len(words)


def test_the_pages_map_tells_them_of_a_stop(busy: Callable[[ExportFormat], str]) -> None:
    _, first, second, *_ = stops_of(Page(busy(ExportFormat.HTML)))
    assert {"Loaded in Van 1", "Done"} <= set(first["lines"])
    assert {"Goods are fetched at order A00001", "Held with the driver", "late"} <= set(second["lines"])
