"""What the depot has learned, as it is seen: nothing yet, learned now, tried on an order, taken for a day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId
from dispatcher.domain.learned import Because, Guess, Target, Trial
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Address
from dispatcher.services.learned_use_service import look_at_day
from dispatcher.services.workplace import Workplace
from tests.ui.insight.conftest import ON
from tests.unit.services.foreseen import Floors
from ui.learned.page import LearnedPage
from ui.learned.trying import tried
from ui.learned.words import effect_words, extent_words, gain_words, used_words, value_words
from ui.theme import Mode, Theme

type Show = Callable[[], LearnedPage]
SERVICE = Trial(
    Target.SERVICE, 1200, 300, ON - timedelta(days=60), ON, 96.0, 54.0, True,
    because=(Because("Third floor or higher", 85.0, 140), Because("Shops", -40.0, 300)),
)  # fmt: skip
FAILURE = Trial(Target.FAILURE, 20, 0, ON, ON, None, None, False, "There are 20 attempts; 200 are needed.")


def test_a_depot_without_history_says_what_to_begin_with(show: Show, settle: Callable[[], None], qtbot: QtBot) -> None:
    page = show()
    assert page.stack.currentWidget() is page.empty
    assert "Nothing to learn from yet" in page.empty.text
    assert page.state.text().startswith("Nothing was learned yet")
    page.empty.step_requested.emit()
    settle()
    assert all(not trial.used for trial in page.desk.trials())
    assert page.said.text()
    del qtbot


@pytest.mark.usefixtures("history")
def test_learning_shows_how_it_did_and_when(show: Show, settle: Callable[[], None], qtbot: QtBot) -> None:
    page = show()
    with qtbot.waitSignal(page.told, timeout=20_000):
        page.learn()
        assert not page.now.isEnabled()
        assert page.progress.isVisible()
    settle()
    trials = {trial.target: trial for trial in page.desk.trials()}
    assert page.stack.currentWidget() is page.area
    assert page.state.text().startswith("Learned last on ")
    for target, trial in trials.items():
        card = page.cards[target]
        assert card.state.text() == used_words(trial)
        assert card.extent.text() == extent_words(trial)
        assert [bar.value for bar in card.errors.bars] == ([trial.plain, trial.learned] if trial.plain else [])
    assert trials[Target.SERVICE].used
    assert trials[Target.SERVICE].learned < 0.6 * trials[Target.SERVICE].plain
    assert "floor" in " ".join(bar.name.lower() for bar in page.cards[Target.SERVICE].reasons.bars)
    assert page.now.isEnabled()


@pytest.mark.usefixtures("history")
@pytest.mark.usefixtures("history")
def test_all_cards_fit_into_a_small_window(show: Show, workplace: Workplace, settle: Callable[[], None]) -> None:
    long = Address("A very long name of a street by the river 117, staircase B, 4th floor, flat 12", "52062", "Aachen")
    orders = [Order(OrderId("long"), "261120-001", ON, long)]
    workplace.store.write("Long", lambda uow: uow.put_orders(orders))
    page = show()
    page.learn()
    settle()
    page.resize(1220, 640)
    settle()
    assert "very long" in page.trying.orders.itemText(0) + page.trying.orders.itemText(1)
    assert page.area.widget().width() <= page.area.viewport().width()


def test_learning_can_be_stopped(show: Show, settle: Callable[[], None]) -> None:
    page = show()
    page.learn()
    page.cancel.click()
    settle()
    assert page.said.text() == "Stopped. What was learned before stands."
    assert page.desk.trained_at is None


@pytest.mark.usefixtures("history")
def test_it_learns_by_itself_once(show: Show, settle: Callable[[], None], qtbot: QtBot) -> None:
    page = show()
    with qtbot.waitSignal(page.told, timeout=20_000):
        page.learn_if_due()
    settle()
    first = page.desk.trained_at
    page.learn_if_due()
    settle()
    assert first is not None
    assert page.desk.trained_at == first


def test_a_card_compares_and_says_why(show: Show, theme: Theme) -> None:
    page = show()
    page.cards[Target.SERVICE].show_trial(SERVICE)
    page.cards[Target.FAILURE].show_trial(FAILURE)
    card = page.cards[Target.SERVICE]
    assert [bar.says for bar in card.errors.bars] == ["96 s", "54 s"]
    assert card.gain.text() == "44 % less error"
    assert [(bar.name, bar.says) for bar in card.reasons.bars] == [
        ("Third floor or higher", "+85 s"),
        ("Shops", "−40 s"),
    ]
    assert "1,200 stops" in card.extent.text()
    failing = page.cards[Target.FAILURE]
    assert failing.state.text() == "Not used: the plain rule stands. There are 20 attempts; 200 are needed."
    assert failing.errors.isHidden()
    page.stack.setCurrentWidget(page.area)
    light = page.grab().toImage()
    theme.apply(Mode.DARK, 1.0)
    assert page.grab().toImage() != light


def test_an_order_of_the_day_is_tried(show: Show, workplace: Workplace, settle: Callable[[], None]) -> None:
    page = show()
    orders = workplace.store.read(lambda r: r.orders_of([ON]))
    assert page.trying.orders.count() == len(orders)
    settle()
    assert "by the plain rule" in page.trying.lines[Target.SERVICE].text()
    chosen = replace(page.trying.orders.currentData(), notes="floor 3")
    page.trying.show_tried(tried(chosen, Floors()))
    assert page.trying.lines[Target.SERVICE].text() == "7 min — floor 3"
    other = replace(chosen, id=next(o.id for o in orders if o.id != chosen.id))
    page.trying.show_tried(tried(replace(other, notes="floor 9"), Floors()))
    assert page.trying.lines[Target.SERVICE].text() == "7 min — floor 3", "it is of another order"


def test_service_times_are_taken_in_one_step(
    show: Show, workplace: Workplace, settle: Callable[[], None], qtbot: QtBot
) -> None:
    orders, flat_s = workplace.store.read(lambda r: r.orders_of([ON])), workplace.depot.service_s
    floors = [replace(order, service_s=flat_s, notes="floor 5") for order in orders]
    workplace.store.write("Floors", lambda uow: uow.put_orders(floors))
    page = show()
    page.day.look.click()
    settle()
    assert page.day.said.text() == "No order of this day would change."
    assert page.day.take.isHidden()
    page.day.show_seen(look_at_day(workplace, ON, Floors()))
    assert f"{len(orders)} orders would change" in page.day.said.text()
    assert len(page.day.biggest.text().splitlines()) == 5
    qtbot.mouseClick(page.day.take, Qt.MouseButton.LeftButton)
    settle()
    assert {order.service_s for order in workplace.store.read(lambda r: r.orders_of([ON]))} == {660}
    assert page.said.text().startswith(f"{len(orders)} orders got a learned service time")
    assert page.day.take.isHidden(), "what was looked at is done"
    workplace.store.undo()
    assert {order.service_s for order in workplace.store.read(lambda r: r.orders_of([ON]))} == {flat_s}


@pytest.mark.parametrize(
    ("target", "effect", "said"),
    [
        (Target.SERVICE, -40.4, "−40 s"),
        (Target.TRAVEL, 0.12, "+12 %"),
        (Target.FAILURE, 0.051, "+5 points"),
        (Target.FAILURE, -0.011, "−1 point"),
    ],
)
def test_reasons_have_their_units(target: Target, effect: float, said: str) -> None:
    assert effect_words(target, effect) == said


def test_words_for_what_is_no_better() -> None:
    assert gain_words(replace(SERVICE, learned=96.0)) == "No better"
    assert gain_words(replace(SERVICE, learned=108.0)) == "12 % more error"
    assert gain_words(FAILURE) == ""
    assert extent_words(replace(FAILURE, samples=0)) == "No attempts yet"
    assert value_words(Target.TRAVEL, Guess(0.9, True)) == "−10 % on the plan"
