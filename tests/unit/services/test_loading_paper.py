"""Load sheets, run sheets and labels of a real day: readable words, and codes that name what they stand on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.services.loading.board import LoadBoard, board_of
from dispatcher.services.loading.paper import Paper, print_to
from tests.unit.services.loading_day import Morning, open_morning


@pytest.fixture
def morning(home: Path) -> Iterator[Morning]:
    """Nothing loaded yet."""
    with open_morning(home) as opened:
        yield opened


@pytest.fixture
def board(morning: Morning) -> LoadBoard:
    """As nothing is loaded."""
    return board_of(morning.outlook, {}, {}, None)


def words(path: Path) -> list[str]:
    """Of each page."""
    return [page.extract_text() for page in PdfReader(path).pages]


def test_load_sheets_name_what_goes_in_first(morning: Morning, board: LoadBoard, tmp_path: Path) -> None:
    file = tmp_path / "load.pdf"
    assert print_to(file, Paper.LOAD_SHEETS, morning.outlook, board) == 2
    first, second = words(file)
    numbers = [order.number for order in morning.orders(0)]
    places = [first.index(number) for number in reversed(numbers)]
    assert places == sorted(places), "the last stop is loaded first"
    assert "Van 1, Aino Korhonen" in first
    assert "Cab, " in first
    assert morning.orders(1)[3].number not in second, "what is fetched is not loaded"


def test_a_label_to_a_piece_with_round_turn_and_address(morning: Morning, board: LoadBoard, tmp_path: Path) -> None:
    file = tmp_path / "labels.pdf"
    assert print_to(file, Paper.LABELS, morning.outlook, board, [morning.vans[0]]) == 1
    pages = words(file)
    assert len(pages) == 8
    order = morning.orders(0)[2]
    (one,) = (page for page in pages if order.number in page and "2 of 2" in page)
    assert "Van 1" in one
    assert "3" in [line.strip() for line in one.splitlines()]
    assert order.address.line in one


def test_run_sheets_have_every_stop_collections_too(morning: Morning, board: LoadBoard, tmp_path: Path) -> None:
    file = tmp_path / "run.pdf"
    print_to(file, Paper.RUN_SHEETS, morning.outlook, board)
    _, second = words(file)
    assert all(order.number in second for order in morning.orders(1))
    assert "collection" in second


def test_nothing_is_written_where_nothing_can_be(morning: Morning, board: LoadBoard, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing to print"):
        print_to(tmp_path / "x.pdf", Paper.LABELS, morning.outlook, board, [morning.vans[2]])
    with pytest.raises(KnownError, match="cannot be written"):
        print_to(tmp_path / "no folder" / "x.pdf", Paper.LABELS, morning.outlook, board)
    assert not list(tmp_path.glob("*.pdf"))
