"""Asking what would mend a stop, and looking at a card: what is shown belongs to the plan as it stands, or is gone."""

from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.services import fixes, plan
from tests.ui.window.conftest import TODAY
from tests.ui.window.shown import Shown
from tests.ui.window.test_moving import two_rounds


def asked(shown: Shown) -> OrderId:
    """A stop is taken out, and what would mend it is listed."""
    order_id = next(iter(shown.routes().values()))[0]
    shown.window.hand.unassign((order_id,))
    shown.settle()
    shown.window.wires.explain(order_id)
    shown.settle()
    assert shown.window.board.inspector.fixes.buttons
    return order_id


def test_a_fix_that_is_pressed_twice_is_done_once(shown: Shown) -> None:
    asked(shown)
    revision = shown.workplace.store.entries(1, on=TODAY)[0].revision
    button = shown.window.board.inspector.fixes.buttons[0]
    for _ in range(2):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    shown.settle()
    written = [e for e in shown.workplace.store.entries(5, on=TODAY) if e.revision > revision]
    assert len(written) == 1


def test_what_would_mend_it_is_shown_no_longer_once_the_plan_moved(shown: Shown) -> None:
    asked(shown)
    _, other = two_rounds(shown)
    shown.window.hand.unassign(shown.routes()[other][:1])
    shown.settle()
    listed = shown.window.board.inspector.fixes
    assert listed.buttons == ()
    assert not listed.ask_button.isHidden()


def test_a_fix_that_holds_no_longer_says_so_where_it_was_pressed(shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = asked(shown)
    gone = "The plan has changed meanwhile."

    def moved_on(*_: object, **__: object) -> None:
        raise KnownError(gone, "Look for fixes again.")

    monkeypatch.setattr(fixes, "apply_fix", moved_on)
    listed = shown.window.board.inspector.fixes
    QTest.mouseClick(listed.buttons[0], Qt.MouseButton.LeftButton)
    shown.settle()
    assert gone in listed.note.text()
    assert not listed.ask_button.isHidden()
    assert order_id in shown.in_pool()


def test_a_question_that_cannot_be_answered_does_not_wait_for_ever(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = shown.stored().unplanned[0]

    def full(*_: object, **__: object) -> None:
        raise KnownError("The disk is full.", "Make room.")

    monkeypatch.setattr(fixes, "fixes_for", full)
    shown.window.wires.explain(order_id)
    shown.settle()
    assert "The disk is full." in shown.window.board.inspector.fixes.note.text()


def test_an_order_that_needs_no_mending_is_told_so(shown: Shown) -> None:
    late = shown.late()
    fine = next(o for o in next(iter(shown.routes().values())) if o not in late)
    told: list[str] = []
    shown.window.wires.told.connect(told.append)
    shown.window.wires.explain(fine)
    assert "breaks no rule" in told[-1]


def test_why_a_stop_is_late_is_told_with_what_would_mend_it(shown: Shown) -> None:
    """The rounds are in no good sequence: some windows close before anybody comes."""
    broken = [s.order_id for r in shown.outlook.schedule.routes.values() for s in r.stops if s.violations]
    if not broken:  # every window is kept: turn the rounds round until one is not
        for shift_id, route in shown.routes().items():
            turned = plan.Proposal(TODAY, 0, {shift_id: route}, {shift_id: tuple(reversed(route))})
            shown.window.hand.apply("Turn", turned)
        shown.settle()
        broken = [s.order_id for r in shown.outlook.schedule.routes.values() for s in r.stops if s.violations]
    assert broken
    shown.window.wires.explain(broken[0])
    shown.settle()
    sheet = shown.window.board.inspector.sheet
    why = fixes.why(shown.workplace.desk, shown.stored(), broken[0])
    assert why is not None
    assert why.sentence in [remark.text for remark in sheet.remarks]
    assert bool(sheet.tried) is bool(why.stopped or why.obstacles)


def muddled(shown: Shown) -> str:
    """Two rounds are muddled and a card offers to put them right; its id."""
    (a, first), (b, second), *_ = shown.routes().items()
    worse = {a: (*first[::2], *second[::2]), b: (*first[1::2], *second[1::2])}
    proposal = plan.Proposal(TODAY, 0, {a: first, b: second}, worse)
    better = plan.Proposal(TODAY, 0, worse, {a: first, b: second})
    shown.window.hand.apply("Muddle", proposal)
    shown.settle()
    shown.window.proposals.offer(better, "Put right")
    shown.settle()
    [card] = shown.window.proposals.cards
    return card.id


def changes(shown: Shown) -> list[Any]:
    return list(shown.on_map()["changes"])


def test_a_card_leaves_nothing_on_the_map_when_it_goes(shown: Shown) -> None:
    card_id = muddled(shown)
    assert changes(shown)
    shown.window.board.proposals.card_chosen.emit(None)
    shown.window.proposals.dismiss(card_id)
    shown.settle()
    assert not changes(shown)


def test_a_card_put_away_while_it_is_drawn_is_not_drawn(shown: Shown) -> None:
    card_id = muddled(shown)
    panel = shown.window.board.proposals
    panel._look_at(None)  # shut, and opened again; then dismissed before its lines have come
    panel.show_card(card_id)
    shown.window.proposals.dismiss(card_id)
    shown.settle()
    assert not changes(shown)


def test_a_card_is_not_drawn_over_the_past(shown: Shown) -> None:
    muddled(shown)
    assert changes(shown)
    shown.window.day.show_moment(shown.workplace.store.entries(10, on=TODAY)[-1])
    shown.settle()
    assert not changes(shown)
    shown.window.day.return_to_now()
    shown.settle()
    assert changes(shown)


def test_a_card_that_is_taken_twice_is_written_once(shown: Shown) -> None:
    card_id = muddled(shown)
    accept = partial(shown.window.board.proposals.accept_requested.emit, card_id, (), ())
    accept()
    accept()
    shown.settle()
    taken = [e for e in shown.workplace.store.entries(10, on=TODAY) if e.label == "Put right"]
    assert len(taken) == 1
    assert not [said for said in shown.told if "stayed as moved meanwhile" in said]
