from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dispatcher.domain.fleet import Driver
from dispatcher.domain.ids import DriverId
from dispatcher.domain.place import Bounds, Place
from dispatcher.intake import Context, Parsed, match_headers, parse, read_sheet

HELSINKI = ZoneInfo("Europe/Helsinki")
DAY = date(2026, 11, 24)


@pytest.fixture
def context() -> Context:
    return Context(
        default_date=DAY,
        zone=HELSINKI,
        service_s=240,
        drivers=(Driver(DriverId("d1"), "Aino Korhonen", 1), Driver(DriverId("d7"), "Eero Lehtonen", 7)),
        sender="Shop",
        bounds=Bounds(60.1, 24.8, 60.3, 25.1),
        depot=Place(60.17, 24.94),
        currency="EUR",
    )


@pytest.fixture
def imported(tmp_path: Path, context: Context) -> Callable[[str], Parsed]:
    """Text of a CSV file → what an import makes of it."""

    def run(text: str) -> Parsed:
        path = tmp_path / "orders.csv"
        path.write_text(text, encoding="utf-8")
        sheet = read_sheet(path)
        return parse(sheet, match_headers(sheet.headers), context)

    return run
