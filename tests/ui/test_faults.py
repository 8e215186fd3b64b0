"""Faults as the person meets them."""

import gc

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.errors import BadInput
from tests.conftest import ExpectLog
from ui.faults import OURS, FaultBox, show_fault


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    return window


def boxes(window: QWidget | None) -> list[FaultBox]:
    if window is not None:
        return window.findChildren(FaultBox)
    return [w for w in QApplication.topLevelWidgets() if isinstance(w, FaultBox) and w.isVisible()]


def close(box: FaultBox) -> None:
    box.box.button(QDialogButtonBox.StandardButton.Ok).click()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_the_worlds_fault_says_what_to_do(window: QWidget) -> None:
    show_fault(window, BadInput("The <b>disk</b> is full.", "Free some space."))
    (box,) = boxes(window)
    assert box.what.text() == "The <b>disk</b> is full."
    assert box.remedy.text() == "Free some space."
    assert box.findChild(QPushButton, "fault.copy") is None
    show_fault(window, BadInput("The <b>disk</b> is full.", "Free some space."))
    assert len(boxes(window)) == 1, "it stands there already"
    close(box)
    assert boxes(window) == []
    show_fault(window, BadInput("The <b>disk</b> is full.", "Free some space."))
    assert len(boxes(window)) == 1, "it is told again when it comes again"
    close(boxes(window)[0])


def test_a_fault_of_ours_is_logged_always_and_shown_once(window: QWidget, expect_log: ExpectLog) -> None:
    fault = ZeroDivisionError("by us")
    with expect_log("ZeroDivisionError: by us", level=40):
        show_fault(window, fault)
    (box,) = boxes(window)
    assert box.what.text() == OURS
    show = box.findChild(QPushButton, "fault.show")
    assert show is not None
    show.click()
    assert box.details.isVisible()
    copy = box.findChild(QPushButton, "fault.copy")
    assert copy is not None
    copy.click()
    assert box.isVisible(), "copying closes nothing"
    assert "ZeroDivisionError: by us" in QApplication.clipboard().text()
    close(box)
    with expect_log("ZeroDivisionError: by us", level=40):
        show_fault(window, fault)
    assert boxes(window) == []


def test_a_fault_without_a_window_stays_until_it_is_closed() -> None:
    show_fault(None, BadInput("Nothing can be opened.", "Try again."))
    gc.collect()
    (box,) = boxes(None)
    assert box.isVisible()
    close(box)
    assert boxes(None) == []
