"""The catalogue's tables and forms: kept, refused with words at the field, removed though held."""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from dispatcher.domain.errors import BadInput
from dispatcher.domain.orders import Load
from dispatcher.services.slots import SlotDesk
from tests.ui.slots.conftest import AREA, DAY, MORNING, NOON, Shown, press
from ui.slots.bar import Page
from ui.slots.catalogue import Catalogue, on_dates
from ui.slots.forms import parse_ring


def opened(shown: Shown) -> Catalogue:
    """The page."""
    shown.panel.show_page(Page.CATALOGUE)
    shown.settle()
    return shown.panel.catalogue


def choose(book: Catalogue, n: int) -> None:
    """A recurring slot, in its form."""
    book.rules.view.selectRow(n)


def test_a_form_keeps_what_it_does_not_change(shown: Shown, desk: SlotDesk) -> None:
    rich = replace(
        MORNING, first=date(2026, 6, 1), lead_days=1, ahead_days=21, most_minutes=200, most=Load(412.5, 80.0, 30),
        cut_off_s=5_400,
    )  # fmt: skip
    desk.put_rule(rich)
    shown.look()
    book = opened(shown)
    choose(book, 0)
    book.buttons["rule.save"].click()
    shown.settle()
    assert desk.book().rules[MORNING.id] == rich


def test_a_new_slot_is_made_like_the_one_chosen(shown: Shown, desk: SlotDesk) -> None:
    book = opened(shown)
    choose(book, 0)
    book.buttons["rule.new"].click()
    form = book.rule_form
    form.opens.setTime(form.opens.time().addSecs(10 * 3600))
    form.closes.setTime(form.closes.time().addSecs(10 * 3600))
    form.price.setValue(7.5)
    form.price.setFocus()
    press(Qt.Key.Key_Return)
    shown.settle()
    (made,) = [rule for rule in desk.book().rules.values() if rule.id not in (MORNING.id, NOON.id)]
    assert (made.opens, made.closes, made.price) == (time(18), time(22), 750)
    assert (made.weekdays, made.most_orders) == (MORNING.weekdays, MORNING.most_orders)
    assert len(book.rules.model.rows) == 3


def test_an_area_by_postcodes_and_one_by_an_outline(shown: Shown, desk: SlotDesk) -> None:
    book = opened(shown)
    for name, codes, ring in (("North", "5207, 52134", ""), ("Centre", "", "50.7,6.0\n50.8,6.0\n50.8,6.1\n")):
        book.buttons["area.new"].click()
        book.area_form.name.setText(name)
        book.area_form.postcodes.setText(codes)
        book.area_form.ring.setPlainText(ring)
        book.buttons["area.save"].click()
        shown.settle()
    areas = {area.name: area for area in desk.book().areas.values()}
    assert areas["North"].postcodes == ("5207", "52134")
    assert len(areas["Centre"].ring) == 3
    assert set(areas) == {AREA.name, "North", "Centre"}


def test_bad_input_is_said_where_it_stands(shown: Shown, desk: SlotDesk) -> None:
    before = desk.book()
    book = opened(shown)
    book.buttons["area.new"].click()
    book.buttons["area.save"].click()
    assert book.area_form.name.property("invalid")
    book.area_form.name.setText("North")
    book.area_form.ring.setPlainText("50.7, 6.0\nhere\n")
    book.buttons["area.save"].click()
    assert "Line 2 of the outline" in book.said.text()
    choose(book, 0)
    book.rule_form.closes.setTime(book.rule_form.opens.time())
    book.buttons["rule.save"].click()
    shown.settle()
    assert "opens and closes at 08:00" in book.said.text()
    for box in book.rule_form.days:
        box.setChecked(False)
    book.buttons["rule.save"].click()
    assert "no day of the week" in book.said.text()
    assert desk.book() == before


def test_capacity_below_what_is_sold_is_shown_and_nothing_lost(shown: Shown, desk: SlotDesk) -> None:
    for _ in range(2):
        desk.hold(MORNING.id, DAY, by="Bert")
    book = opened(shown)
    choose(book, 0)
    book.rule_form.orders.setValue(1)
    book.buttons["rule.save"].click()
    shown.settle()
    assert "1 slot has more sold now than fits" in book.said.text()
    assert len(desk.booked(MORNING.id, DAY)) == 2


def test_a_slot_that_is_held_is_removed_only_all_the_same(shown: Shown, desk: SlotDesk) -> None:
    desk.hold(MORNING.id, DAY, by="Bert")
    book = opened(shown)
    choose(book, 0)
    book.rules.view.setFocus()
    press(Qt.Key.Key_Delete)
    shown.settle()
    assert MORNING.id in desk.book().rules
    assert not book.anyway.isHidden()
    book.anyway.click()
    shown.settle()
    assert MORNING.id not in desk.book().rules
    assert book.anyway.isHidden()
    assert len(desk.stranded(DAY, 14)) == 1


@given(st.lists(st.tuples(st.integers(-90, 90), st.integers(-180, 180))), st.sampled_from([", ", ",", ";"]))
def test_corners_are_read_as_written(corners: list[tuple[int, int]], sep: str) -> None:
    text = "\n\n".join(f"{lat}{sep}{lon}" for lat, lon in corners)
    assert [(place.lat, place.lon) for place in parse_ring(text)] == corners


@pytest.mark.parametrize("line", ["50.7", "50.7, 6.0, 1", "95, 6", "a, b", "nan, 6"])
def test_a_corner_that_is_none_names_its_line(line: str) -> None:
    with pytest.raises(BadInput, match="Line 3 of the outline"):
        parse_ring(f"50.7, 6.0\n\n{line}")


def test_bounds_in_words() -> None:
    assert on_dates(MORNING) == ""
    assert on_dates(replace(MORNING, first=date(2026, 12, 1))) == "from Tue 1 Dec 2026"
