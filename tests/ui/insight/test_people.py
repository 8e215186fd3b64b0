"""Coaching cards and training plans in the panel: written, tied to their stop, settled, measured, and never lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import QDate, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.orders import Order
from dispatcher.domain.place import Address
from dispatcher.insight.kept import KeptFacts
from dispatcher.services.insight import Scorecard
from dispatcher.services.insight_coaching import CoachingCard
from dispatcher.services.training import Proposed, TrainingItem, TrainingKind
from dispatcher.services.workplace import Workplace
from tests.ui.insight.conftest import ON, PATIENCE_MS, Shown, put_days
from tests.ui.proofs.conftest import Time
from ui.insight.coaching import Which
from ui.insight.drivers import DriversPage, Side
from ui.insight.panel import InsightPanel
from ui.insight.words import Preset, Span
from ui.runner import OpRunner
from ui.theme import Theme

type Show = Callable[[], Shown]
ADDRESS = Address("Kivikatu 1", "52062", "Aachen")


@pytest.fixture
def shown(workplace: Workplace, show: Show) -> Shown:
    """Scorecards of four weeks."""
    put_days(workplace, ON - timedelta(days=28), 28)
    shown = show()
    shown.page.bar.choose_preset(Preset.MONTH)
    shown.panel.action("drivers").trigger()
    shown.settle()
    return shown


def drivers(shown: Shown) -> DriversPage:
    return shown.page.drivers


def key(widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(widget, key, modifier)


def say(shown: Shown, words: str = "", by: str = "Anna") -> None:
    """Answer what the form asks."""
    form = drivers(shown).form
    assert form.isVisible()
    if not form.words.isHidden():
        form.words.setPlainText(words)
    form.by.setText(by)
    form.go.click()
    shown.settle()


def write(shown: Shown, note: str) -> CoachingCard:
    """A card about the first event."""
    page = drivers(shown)
    page.scorecards.card.events.choose(0)
    key(page.scorecards.card.events.table, Qt.Key.Key_K)
    say(shown, note)
    assert shown.panel.people.people is not None
    return next(card for card in shown.panel.people.people.cards if card.note == note)


def test_c_writes_a_card_tied_to_the_event_chosen(shown: Shown, qtbot: QtBot) -> None:
    page = drivers(shown)
    scorecard = page.scorecards.card
    assert isinstance(scorecard.card, Scorecard)
    scorecard.events.choose(0)
    cost = scorecard.events.current
    key(scorecard.events.table, Qt.Key.Key_K)
    assert page.form.isVisible()
    assert not shown.page.bar.compare.isChecked() or shown.page.bar.drivers, "C does not compare here"
    follow_up = page.form.day.date()
    assert follow_up >= QDate(ON.year, ON.month, ON.day).addDays(14)
    say(shown, "Leave earlier")
    assert not page.form.isVisible()
    assert shown.panel.people.people is not None
    (card,) = shown.panel.people.people.cards
    event = cost.event  # type: ignore[attr-defined]
    assert (card.on, card.order_id, card.attempt_key, card.what) == (
        event.on, event.order_id, event.attempt_key, event.what
    )  # fmt: skip
    assert (card.driver_id, card.by, card.note) == (scorecard.card.driver_id, "Anna", "Leave earlier")
    assert scorecard.cards_button.text() == "Coaching cards 1"
    scorecard.cards_button.click()
    shown.settle()
    assert scorecard.cards.card == card
    assert "Before:" in scorecard.cards.detail.effect.text()


def test_a_card_opens_its_stop_and_its_proof(shown: Shown, qtbot: QtBot) -> None:
    card = write(shown, "Look at the photo")
    view = drivers(shown).follow_ups
    shown.panel.action("follow_ups").trigger()
    assert drivers(shown).side is Side.FOLLOW_UPS
    assert view.card == card
    if card.order_id:
        with qtbot.waitSignal(shown.panel.order_requested) as asked:
            view.stop.click()
        assert asked.args == [card.order_id]
    else:
        with qtbot.waitSignal(shown.panel.day_requested) as asked:
            view.stop.click()
        assert asked.args == [card.on]
    view.detail.proof_requested.emit("key", card.on)
    view.proof.setEnabled(True)
    with qtbot.waitSignal(shown.panel.proof_requested, timeout=500, raising=False) as proof:
        view.proof.click()
    assert proof.signal_triggered is bool(card.attempt_key)


def test_due_cards_are_counted_moved_and_settled_by_keys(shown: Shown, time: Time, qtbot: QtBot) -> None:
    card = write(shown, "Follow this up")
    counts: list[tuple[int, int]] = []
    shown.panel.count_changed.connect(lambda due, late: counts.append((due, late)))
    time.pass_(days=20)
    shown.panel.people.look()
    shown.settle()
    assert counts[-1] == (1, 0)
    page = drivers(shown)
    key(page.scorecards.card.events.table, Qt.Key.Key_F)
    page.follow_ups.choose(Which.DUE)
    assert page.sides[Side.FOLLOW_UPS].text() == "Follow-ups 1"
    assert page.follow_ups.card == card
    key(page.follow_ups.grid.table, Qt.Key.Key_E)
    say(shown)
    key(page.follow_ups.grid.table, Qt.Key.Key_S)
    say(shown, "It went well")
    assert counts[-1] == (0, 0)
    assert page.follow_ups.empty.isVisible()
    page.follow_ups.choose(Which.SETTLED)
    assert "It went well" in page.follow_ups.detail.outcome.text()
    page.follow_ups.reopen.click()
    say(shown, "It came back")
    page.follow_ups.choose(Which.OPEN)
    assert page.follow_ups.card is not None
    assert page.follow_ups.card.open


def test_what_cannot_be_written_stays_in_the_form(shown: Shown, settings: QSettings) -> None:
    page = drivers(shown)
    key(page.scorecards.grid.table, Qt.Key.Key_K)
    form = page.form
    form.words.setPlainText("")
    form.go.click()
    assert form.said.tone.value == "late"
    form.words.setPlainText("A note")
    form.by.setText(" ")
    form.go.click()
    assert "name" in form.said.text()
    form.by.setText("Anna")
    form.words.setPlainText("x" * 4_001)
    form.go.click()
    shown.settle()
    assert form.isVisible()
    assert form.isEnabled()
    assert len(form.words.toPlainText()) == 4_001
    assert form.said.tone.value == "late"
    say(shown, "A note")
    assert settings.value("proofs/reviewer") == "Anna"
    assert shown.panel.people.people is not None
    assert len(shown.panel.people.people.cards) == 1
    key(page.scorecards.grid.table, Qt.Key.Key_K)
    key(form, Qt.Key.Key_Escape)
    assert not form.isVisible()


def test_buttons_of_the_form_keep_their_size_where_no_hint_stands_beside_them(shown: Shown) -> None:
    write(shown, "Look at the photo")
    shown.panel.action("follow_ups").trigger()
    shown.panel.resize(1400, 800)
    key(drivers(shown).follow_ups.grid.table, Qt.Key.Key_S)
    form = drivers(shown).form
    shown.settle()
    assert form.said.isHidden()
    assert form.go.width() <= form.go.sizeHint().width()
    assert form.leave.geometry().right() > form.width() - 40


def test_a_plan_is_made_changed_done_and_taken_back_by_keys(shown: Shown) -> None:
    page = drivers(shown)
    key(page.scorecards.grid.table, Qt.Key.Key_T)
    shown.settle()
    plans = page.training
    about = plans.about
    assert plans.empty.isVisible()
    key(plans.persons.table, Qt.Key.Key_N)
    say(shown, "Ride along with Aino")
    item = plans.item
    assert isinstance(item, TrainingItem)
    assert (item.about, item.what, item.kind) == (about, "Ride along with Aino", TrainingKind.SHADOWING)
    key(plans.plan.table, Qt.Key.Key_E)
    page.form.choice.setCurrentIndex(page.form.choice.findText("Course"))
    say(shown, "The course in May")
    assert plans.item is not None
    assert (plans.item.kind, plans.item.what) == (TrainingKind.COURSE, "The course in May")
    key(plans.plan.table, Qt.Key.Key_Delete)
    shown.settle()
    assert plans.item is None
    page.undo.click()
    shown.settle()
    assert plans.item is not None
    key(plans.plan.table, Qt.Key.Key_S)
    say(shown, "Passed")
    assert plans.item.note == "Passed"
    plans.buttons["reopen"].click()
    shown.settle()
    assert not plans.item.done


def test_somebody_at_the_depot_has_a_plan_too(shown: Shown) -> None:
    page = drivers(shown)
    page.choose(Side.TRAINING)
    page.add()
    page.form.person.setEditText("Otto Dispatcher")
    say(shown, "")
    people = shown.panel.people.people
    assert people is not None
    (item,) = people.items
    assert (item.about, item.what) == ("Otto Dispatcher", "Ride along with an experienced driver")
    assert "Otto Dispatcher" in {line.texts[0] for line in page.training.persons.lines()}


def test_who_was_removed_is_a_former_driver(shown: Shown) -> None:
    gone = new_id()
    book = shown.panel.people.training
    book.add(gone, TrainingKind.COURSE, "First aid", book.today, by="Anna")
    shown.panel.people.look()
    shown.settle()
    people = shown.panel.people.people
    assert people is not None
    assert people.name_of(gone) == f"Former driver ({gone[-4:]})"
    assert people.name_of("Otto Dispatcher") == "Otto Dispatcher"


def test_what_followed_counts_days_that_nobody_looked_at(shown: Shown, workplace: Workplace) -> None:
    driver_id = next(iter(shown.panel.people.people.drivers))
    card = shown.panel.people.cards.write(driver_id, "km", "Look at the map", by="Anna")
    kept = KeptFacts(workplace.home.database(workplace.slug).parent / "insight")
    before = Span(ON - timedelta(days=27), ON)
    workplace.store.write("Past", lambda uow: uow.put_orders([Order(OrderId("old"), "old", before.first, ADDRESS)]))
    former = kept.stamps(before)[before.first]
    shown.panel.people.measure(card)
    shown.settle()
    assert kept.stamps(before)[before.first] != former, "a day that changed is gathered anew"


def test_what_is_proposed_is_taken_over_with_its_reason(shown: Shown) -> None:
    page = drivers(shown)
    weak = page.card_shown
    assert weak is not None
    page.choose(Side.TRAINING)
    page.training.choose(weak.driver_id)
    shown.settle()
    offered = [line.of for line in page.training.proposals.lines()]
    assert offered
    assert isinstance(offered[0], Proposed)
    page.training.proposals.opened.emit(offered[0])
    say(shown)
    assert page.training.item is not None
    assert page.training.item.reason == offered[0].reason
    assert offered[0] not in [line.of for line in page.training.proposals.lines()]


def test_plans_are_there_where_nobody_drove(show: Show) -> None:
    shown = show()
    shown.page.bar.set_custom(Span(ON - timedelta(days=60), ON - timedelta(days=50)))
    shown.panel.action("drivers").trigger()
    shown.settle()
    page = drivers(shown)
    assert page.empty.isVisible()
    assert "Nobody drove" in page.empty.text
    shown.panel.action("training").trigger()
    assert page.training.isVisible()
    assert page.training.persons.lines()


def test_a_window_counts_before_insight_is_opened(
    workplace: Workplace, runner: OpRunner, theme: Theme, settings: QSettings, panel: InsightPanel, qtbot: QtBot
) -> None:
    panel.people.cards.write("aino", "km", "Note", by="Anna", follow_up=ON)
    with qtbot.waitSignal(panel.count_changed, timeout=PATIENCE_MS) as counted:
        panel.show_day(ON)
    assert counted.args == [1, 0]
    assert panel.page is None
