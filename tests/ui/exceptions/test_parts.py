"""The form that asks, the buttons that price, and the cage's field, each by itself."""

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.incidents import Remedy
from dispatcher.services.exceptions import Given, Offer
from tests.fixtures import days
from tests.ui.exceptions.conftest import press, write
from ui.exceptions.asking import ask_for
from ui.exceptions.cage import Cage
from ui.exceptions.form import Form
from ui.exceptions.remedies import Remedies
from ui.theme import Theme

Key = Qt.Key
AGAIN = Offer(Remedy.AGAIN_TODAY, "Deliver again today: Aino Korhonen, about 14:20", "+6 min, +2.1 km, nobody late")
REASON = Offer(Remedy.CHANGE_REASON, "Change the reason", wants=Given.REASON, choices=(("A", "Away"), ("B", "Broken")))
OTHER = Offer(Remedy.OTHER_DRIVER, "Hand to another driver", why_not="nobody else is on duty")


@pytest.fixture
def form(theme: Theme, qtbot: QtBot) -> Iterator[Form]:
    window = QWidget()
    form = Form("exceptions.form", theme, None, window)
    QVBoxLayout(window).addWidget(form)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    yield form
    window.close()


def asked(form: Form, offer: Offer) -> list[str]:
    """What is given, when it is."""
    given: list[str] = []
    ask_for(form, offer, given.append, today=days.DATE)
    return given


def test_words_are_wanted_and_proposed(form: Form) -> None:
    given = asked(form, Offer(Remedy.MESSAGE, "Message", wants=Given.TEXT, text="We missed you."))
    press(Key.Key_Return)
    assert given == ["We missed you."]
    given = asked(form, Offer(Remedy.CLOSE, "Close", wants=Given.TEXT))
    write("   ")
    assert given == []
    assert form.line.property("invalid")
    assert form.asking
    write("Done")
    assert given == ["Done"]
    assert not form.isVisible()


def test_a_call_may_be_noted_without_words(form: Form) -> None:
    given = asked(form, Offer(Remedy.CALL, "Call +49 241 555", wants=Given.TEXT, text="+49 241 555"))
    assert "+49 241 555" in form.question.text()
    press(Key.Key_Return)
    assert given == [""]


def test_one_of_the_choices_is_given_by_its_value(form: Form) -> None:
    given = asked(form, REASON)
    press(Key.Key_Down)
    press(Key.Key_Return)
    assert given == ["B"]


def test_a_form_without_choices_gives_nothing(form: Form) -> None:
    given = asked(form, Offer(Remedy.OTHER_DRIVER, "Hand over", wants=Given.DRIVER))
    press(Key.Key_Return)
    assert given == []
    assert form.asking


def test_a_day_offered_with_hours(form: Form) -> None:
    choices = (("2026-06-16", "Tue 16 Jun"), ("2026-06-17", "Wed 17 Jun"))
    given = asked(form, Offer(Remedy.ANOTHER_DAY, "Another day", wants=Given.DAY, choices=choices))
    form.hours.setText("10:00-12:00")
    press(Key.Key_Return)
    assert given == ["2026-06-16 10:00-12:00"]


def test_another_day_than_those_offered(form: Form) -> None:
    choices = (("2026-06-16", "Tue 16 Jun"),)
    given = asked(form, Offer(Remedy.ANOTHER_DAY, "Another day", wants=Given.DAY, choices=choices, text="2026-06-16"))
    assert form.day.isHidden()
    press(Key.Key_Down)
    assert not form.day.isHidden()
    form.day.setDate(QDate(2026, 6, 26))
    press(Key.Key_Return)
    assert given == ["2026-06-26"]


def test_any_day_from_the_first_on_where_none_are_offered(form: Form) -> None:
    given = asked(form, Offer(Remedy.ANOTHER_DAY, "Another day", wants=Given.DAY, text="2026-06-18"))
    assert form.day.minimumDate().toPython() == date(2026, 6, 18)
    press(Key.Key_Return)
    assert given == ["2026-06-18"]


def test_esc_leaves_and_nothing_is_given(form: Form, qtbot: QtBot) -> None:
    for offer in (REASON, Offer(Remedy.OTHER_ADDRESS, "Other address", wants=Given.ADDRESS, text="Ring 4")):
        given = asked(form, offer)
        with qtbot.waitSignal(form.closed):
            press(Key.Key_Escape)
        assert given == []
        assert not form.isVisible()


@pytest.fixture
def remedies(theme: Theme, qtbot: QtBot) -> Remedies:
    remedies = Remedies(theme)
    qtbot.addWidget(remedies)
    remedies.resize(500, 300)
    remedies.show()
    return remedies


def test_the_recommended_is_first_and_what_cannot_be_says_why(remedies: Remedies, qtbot: QtBot) -> None:
    remedies.show_offers((OTHER, AGAIN, REASON))
    assert remedies.recommended == AGAIN
    first, second = remedies.buttons
    assert first.property("primary")
    assert "+6 min, +2.1 km, nobody late" in first.text()
    assert second.text() == "2  Change the reason…"
    assert [label.text() for label in remedies._why] == ["Hand to another driver: nobody else is on duty"]
    with qtbot.waitSignal(remedies.wanted) as wanted:
        QTest.mouseClick(second, Qt.MouseButton.LeftButton)
    assert wanted.args == [REASON]


def test_nothing_is_pressed_that_is_not_there(remedies: Remedies, qtbot: QtBot) -> None:
    remedies.show_offers((OTHER,))
    with qtbot.assertNotEmitted(remedies.wanted):
        remedies.press(0)
        remedies.say("Working…")
        remedies.press(0)
    assert remedies.recommended is None


def test_no_words_of_a_button_are_cut(remedies: Remedies) -> None:
    remedies.show_offers((AGAIN, REASON))
    for width in (1_000, 430):
        remedies.resize(width, 300)
        for button in remedies.buttons:
            assert button.sizeHint().width() <= remedies.width() == width
    assert "\n" in remedies.buttons[0].text(), "the price went below"


def test_a_scanner_types_and_presses_enter(theme: Theme, qtbot: QtBot) -> None:
    cage = Cage(theme, days.ZONE)
    qtbot.addWidget(cage)
    with qtbot.waitActive(cage):
        cage.show()
        cage.activateWindow()
    cage.take_keys()
    read: list[str] = []
    cage.scanned.connect(read.append)
    write(" 4001234 ")
    write("")
    write("4005678")
    assert read == ["4001234", "4005678"]
    assert isinstance(cage.field, QLineEdit)
    assert cage.field.text() == ""
    with qtbot.waitSignal(cage.left):
        write("40", Key.Key_Escape)
    assert cage.field.text() == ""
