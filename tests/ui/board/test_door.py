"""Details of what happened at the door: every fact, the pictures, what is wanted besides, and what to do next."""

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QAction, QColor, QImage
from pytestqt.qtbot import QtBot

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.proof import (
    CodeVerdict,
    Handover,
    Ink,
    LineResult,
    Nearness,
    Outcome,
    ProofKind,
)  # fmt: skip
from dispatcher.domain.tracking import Risk
from dispatcher.services.evidence import RoundTold
from dispatcher.services.live import LiveDay
from dispatcher.services.sending import RoundSent
from tests.fixtures.board import Board
from tests.fixtures.livedays import MINUTE, a_live_day, attempt, driven
from ui.board.door import Looked, OfAttempt, OfRound
from ui.board.inspector import Inspector
from ui.board.parts import Fact, Shot
from ui.theme import Mode, Theme

INK = Ink(600, 240, (((0.1, 0.5, 0), (0.5, 0.2, 300), (0.9, 0.6, 600)),))


@pytest.fixture
def inspector(qtbot: QtBot, theme: Theme, a_board: Board) -> Inspector:
    inspector = Inspector(theme)
    qtbot.addWidget(inspector)
    inspector.resize(300, 700)
    inspector.set_day(a_board.day, a_board.schedule, a_board.reasons)
    inspector.show()
    return inspector


def first(board: Board) -> tuple[ShiftId, tuple[OrderId, ...]]:
    route = board.day.plan.routes[0]
    return route.shift_id, route.order_ids


def told(facts: tuple[Fact, ...]) -> dict[str, str]:
    return {fact.label: fact.value for fact in facts}


def tone(facts: tuple[Fact, ...], label: str) -> str:
    return next(fact.tone for fact in facts if fact.label == label)


def ended(board: Board, outcome: Outcome = Outcome.DELIVERED, **changes: Any) -> LiveDay:
    """The first stop is behind."""
    shift_id, (order_id, *_) = first(board)
    return a_live_day(board, [driven(board, shift_id, 1)], [attempt(board, order_id, outcome, **changes)])


def show(inspector: Inspector, live: LiveDay, order_id: OrderId) -> None:
    inspector.set_live(live)
    inspector.show_selection([order_id], [])


# ── Facts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_happened_is_told_with_every_proof(inspector: Inspector, a_board: Board) -> None:
    _, (order_id, *_) = first(a_board)
    live = ended(
        a_board, Outcome.PARTLY, name="Kim Berg", handover=Handover.NEIGHBOUR, note="Number 14.", cash=1250,
        cash_due=1990, code=CodeVerdict.RIGHT, distance_m=34.2, nearness=Nearness.NEAR, scans=("1", "2"),
        missing=(ProofKind.PHOTO, ProofKind.SIGNATURE), lines=(LineResult(0, 1, "DAMAGED"),),
    )  # fmt: skip
    show(inspector, live, order_id)
    facts = told(inspector.sheet.ended)
    assert facts["Outcome"].startswith("◐ In part ")
    assert facts["By"] == "1 Aino Korhonen"
    assert facts["Given to"] == "Kim Berg · neighbour"
    assert facts["Note"] == "Number 14."
    assert facts["Code"] == "✓ right"
    assert facts["Cash"] == "€12.50 of €19.90"
    assert tone(inspector.sheet.ended, "Cash") == "late"
    assert facts["Scanned"] == "2 barcodes"
    assert facts["Where"] == "34 m from the address"
    assert facts["Missing"] == "photo, signature"
    assert inspector.sheet.lines[0] == "◐ 1 of 2 × Box of mineral water: Damaged"
    assert inspector.sheet.lines[1] == "✓ 1.5 × Rye bread"
    assert "Kim Berg" in inspector.page.toPlainText()


@pytest.mark.parametrize(
    ("changes", "words", "colour"),
    [
        ({}, "the phone did not say", "text"),
        ({"distance_m": 1_240.0, "nearness": Nearness.FAR}, "1.2 km from the address", "late"),
        ({"distance_m": 80.0}, "80 m from the address, by an uncertain position", "muted"),
        (
            {"distance_m": 3.0, "nearness": Nearness.NEAR, "mock": True},
            "3 m from the address, by a made-up position",
            "late",
        ),
    ],
)
def test_how_near_it_was(
    inspector: Inspector, a_board: Board, changes: dict[str, Any], words: str, colour: str
) -> None:
    show(inspector, ended(a_board, **changes), first(a_board)[1][0])
    assert told(inspector.sheet.ended)["Where"] == words
    assert tone(inspector.sheet.ended, "Where") == colour


def test_a_failure_says_why_and_offers_what_to_do(inspector: Inspector, a_board: Board, qtbot: QtBot) -> None:
    heard: list[object] = []
    again = QAction("Tr&y again…", inspector)
    again.triggered.connect(lambda: heard.append(1))
    inspector.offer_again(again)
    order_id = first(a_board)[1][0]
    show(inspector, ended(a_board, Outcome.FAILED, reason="REFUSED", note="Too late, he said."), order_id)
    facts = told(inspector.sheet.ended)
    assert (facts["Reason"], facts["Note"]) == ("Refused", "Too late, he said.")
    assert not inspector.sheet.remarks, "what was planned of it matters no more"
    assert inspector.again_button.isVisible()
    assert inspector.again_button.text() == "Try again…"
    assert not inspector.unassign_button.isVisible()
    inspector.again_button.click()
    assert len(heard) == 1
    show(inspector, ended(a_board), order_id)
    assert not inspector.again_button.isVisible()


def test_ahead_the_arrival_is_told_with_its_interval_and_risk(inspector: Inspector, a_board: Board) -> None:
    shift_id, ids = first(a_board)
    here = driven(a_board, shift_id, 2, late=12 * MINUTE, here=True, risks={5: Risk.AT_RISK})
    stops = tuple(replace(s, closes_at=s.expected_at + 2 * MINUTE) for s in here.stops)
    show(inspector, a_live_day(a_board, [replace(here, stops=stops)]), ids[5])
    facts = told(inspector.sheet.road)
    assert facts["Expected"].endswith(", at risk")
    assert facts["Delay"] == "+12 min"
    assert "four times of five" in facts["Between"]
    assert any("may come after the window closes" in remark.text for remark in inspector.sheet.remarks)
    inspector.show_selection([ids[2]], [])
    assert told(inspector.sheet.road)["Driver"].startswith("there since ")


def test_an_attempt_before_is_told_of_what_is_to_be_tried_again(inspector: Inspector, a_board: Board) -> None:
    order_id = first(a_board)[1][0]
    again = replace(a_board.day.orders[order_id], attempt=2)
    day = replace(a_board.day, orders={**a_board.day.orders, order_id: again})
    inspector.set_day(day, a_board.schedule, {})
    show(inspector, ended(a_board, Outcome.FAILED, reason="NOT_HOME"), order_id)
    assert told(inspector.sheet.road)["Before"].startswith("attempt 1, ")
    assert not inspector.sheet.ended


def test_a_round_on_the_road(inspector: Inspector, a_board: Board) -> None:
    shift_id, ids = first(a_board)
    asked: list[object] = []
    inspector.wanted.connect(asked.append)
    sent = {shift_id: RoundSent(2, 1, 1)}
    live = a_live_day(a_board, [driven(a_board, shift_id, 3, late=12 * MINUTE, risks={5: Risk.LATE})], (), sent)
    inspector.set_live(live)
    inspector.show_selection([], [shift_id])
    wanted = asked[-1]
    assert isinstance(wanted, OfRound)
    assert wanted.visited == ids[:3]
    begun = a_board.schedule.routes[shift_id].leaves_at
    inspector.show_looked(Looked(wanted, told=RoundTold(begun, None, 2, 1, 1)), {})
    facts = told(inspector.sheet.road)
    assert facts["Delay"] == "+12 min"
    assert facts["Phone"] == "changed, not seen yet (version 2, 1 seen)"
    assert facts["Driven"] == "4.2 km of 4.0 km planned"
    assert facts["Sequence"] == "1 visit out of it"
    assert "Begun" in facts
    assert "Ended" not in facts
    assert inspector.sheet.remarks[0].text == "1 stop will be late."


# ── Pictures ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def picture(colour: str) -> QImage:
    image = QImage(440, 200, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


def test_pictures_are_wanted_shown_and_opened(inspector: Inspector, a_board: Board, qtbot: QtBot) -> None:
    asked: list[Any] = []
    opened: list[str] = []
    inspector.wanted.connect(asked.append)
    inspector.shot_opened.connect(opened.append)
    live = ended(a_board, ink=INK, name="Kim")
    show(inspector, live, first(a_board)[1][0])
    assert asked == [OfAttempt(next(iter(live.attempts.values())))]
    shots = (Shot("signature", "Signed by Kim", 220, 100), Shot("", "Photo", fault="not here yet"))
    inspector.show_looked(Looked(asked[0], shots), {"signature": picture("#ff00aa")})
    assert inspector.sheet.shots == shots
    assert "Photo: not here yet" in inspector.page.toPlainText()
    pixels = inspector.page.grab().toImage()
    seen = {pixels.pixelColor(x, y).name() for x in range(20, 200, 7) for y in range(0, pixels.height(), 7)}
    assert "#ff00aa" in seen, "the picture itself is on the page"
    inspector.page.anchorClicked.emit(QUrl("proof:signature"))
    inspector.page.anchorClicked.emit(QUrl("https://example.org/x"))
    assert opened == ["signature"]
    inspector.set_live(live)
    assert len(asked) == 1, "the same is not wanted twice"


def test_pictures_of_one_stop_are_never_shown_at_another(inspector: Inspector, a_board: Board) -> None:
    shift_id, (one, two, *_) = first(a_board)
    ends = [attempt(a_board, one, ink=INK), attempt(a_board, two, ink=INK)]
    asked: list[Any] = []
    inspector.wanted.connect(asked.append)
    show(inspector, a_live_day(a_board, [driven(a_board, shift_id, 2)], ends), one)
    inspector.show_looked(Looked(asked[-1], (Shot("signature", "A", 220, 100),)), {"signature": picture("#00ff00")})
    inspector.show_selection([two], [])
    assert inspector.sheet.shots == ()
    inspector.show_selection([a_board.day.unplanned[0]], [])
    assert asked[-1] is None


def test_the_page_loads_nothing_but_its_pictures(inspector: Inspector) -> None:
    inspector.page.images = {"signature": picture("#123456")}
    assert inspector.page.loadResource(2, QUrl("proof:signature")) is not None
    for address in ("file:///etc/passwd", "https://example.org/x.png", "/etc/passwd", "proof:other"):
        assert inspector.page.loadResource(2, QUrl(address)) is None


def test_live_news_leave_the_page_where_it_was_scrolled(inspector: Inspector, a_board: Board) -> None:
    shift_id, ids = first(a_board)
    inspector.resize(280, 220)
    show(inspector, a_live_day(a_board, [driven(a_board, shift_id, 0)]), ids[5])
    bar = inspector.page.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    at = bar.value()
    assert at > 0
    inspector.set_live(a_live_day(a_board, [driven(a_board, shift_id, 0, late=9 * MINUTE)]))
    assert told(inspector.sheet.road)["Delay"] == "+9 min"
    assert bar.value() == at


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_is_cut_off_at_280_pixels(inspector: Inspector, a_board: Board, theme: Theme, scale: float) -> None:
    long = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
    try:
        theme.apply(Mode.DARK, scale)
        inspector.resize(280, 700)
        show(
            inspector, ended(a_board, Outcome.FAILED, note=long, name=long, reason=long, ink=INK), first(a_board)[1][0]
        )
        assert inspector.page.document().size().width() <= inspector.page.viewport().width()
    finally:
        theme.apply(Mode.LIGHT, 1.0)


def test_words_of_drivers_are_never_markup(inspector: Inspector, a_board: Board) -> None:
    nasty = "<img src=proof:signature> & <b>x</b>"
    show(inspector, ended(a_board, note=nasty, name=nasty), first(a_board)[1][0])
    assert inspector.page.toPlainText().count(nasty) == 2
