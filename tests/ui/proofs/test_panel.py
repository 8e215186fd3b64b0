"""The workbench on a real store, a real logbook and real photos, by keys alone."""

from datetime import timedelta

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from dispatcher.domain.review import Decision, FlagKind
from dispatcher.proof.files import ProofFiles
from dispatcher.services.evidence import proofs_folder
from dispatcher.services.verifying import verify_proofs
from tests.fixtures import days, onroad
from tests.ui.proofs.conftest import STOPS, Doors, Shown, Time, jpeg, shown_on
from ui.parts.said import Tone
from ui.proofs import words
from ui.proofs.panel import ProofsPanel
from ui.proofs.words import Filter
from ui.runner import OpRunner
from ui.theme import Mode, Theme

Key = Qt.Key


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Wherever the keys are."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifier)


def write(text: str, key: Qt.Key = Key.Key_Return) -> None:
    """Type where the keys are, and end it."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)
    press(key)


def test_a_day_is_reviewed_by_keys_alone_and_every_decision_is_on_the_chain(shown: Shown, doors: Doors) -> None:
    panel, settle = shown.panel, shown.settle
    press(Key.Key_A)
    settle()
    queried = shown.current
    press(Key.Key_Q)
    write("Who is Kim?")
    settle()
    rejected = shown.current
    press(Key.Key_R)
    write("No signature of hers")
    settle()
    noted = shown.current
    press(Key.Key_N)
    write("Ask the neighbour")
    settle()
    assert shown.current == noted, "a note decides nothing"
    press(Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    press(Key.Key_Return)
    settle()
    while panel.bench.queue.rowCount():
        press(Key.Key_A)
        settle()
    said = doors.decisions()
    assert len(said) == 2 * STOPS
    assert said.pop(queried) == Decision.QUERIED
    assert said.pop(rejected) == Decision.REJECTED
    assert set(said.values()) == {Decision.ACCEPTED}
    assert {record.body["by"] for record in doors.reviews()} == {"Anna"}
    assert next(r.body["note"] for r in doors.reviews() if r.key == noted) == "Ask the neighbour"
    assert panel.stack.currentWidget() is panel.empty
    assert panel.empty.text == "All 12 proofs are decided: 10 accepted, 1 queried, 1 rejected."
    files = ProofFiles(proofs_folder(doors.workplace.home, doors.workplace.slug))
    assert verify_proofs(doors.logbook, files, now=doors.time()).fault == ""


def test_an_empty_day_says_what_is_missing(doors: Doors, panel: ProofsPanel, runner: OpRunner, qtbot: QtBot) -> None:
    shown = shown_on(panel, runner, qtbot)
    assert panel.stack.currentWidget() is panel.empty
    assert "No rounds were sent on Mon 15 Jun" in panel.empty.text
    with qtbot.waitSignal(panel.send_requested):
        panel.empty.step_requested.emit()
    doors.send()
    panel._look()
    shown.settle()
    assert "No attempts yet" in panel.empty.text
    assert "2 rounds sent" in panel.empty.text
    assert not panel.bench.deeds["accept"].isEnabled()


def test_the_name_is_asked_once_and_kept(
    doors: Doors, panel: ProofsPanel, runner: OpRunner, settings: QSettings, qtbot: QtBot
) -> None:
    doors.send()
    first, second = (doors.deliver(doors.shifts[0], turn) for turn in (0, 1))
    shown = shown_on(panel, runner, qtbot)
    press(Key.Key_A)
    assert panel.ask.isVisible()
    write("")
    assert panel.ask.line.property("invalid")
    assert doors.reviews() == []
    write("Anna Berg")
    shown.settle()
    assert doors.decisions() == {first: "accepted"}
    press(Key.Key_A)
    shown.settle()
    assert doors.decisions() == {first: "accepted", second: "accepted"}
    assert settings.value("proofs/reviewer") == "Anna Berg"
    assert panel.bar.who.text() == "Anna Berg"


def test_esc_leaves_a_question_and_nothing_is_decided(shown: Shown, doors: Doors) -> None:
    press(Key.Key_R)
    write("Never mind", Key.Key_Escape)
    shown.settle()
    assert not shown.panel.ask.isVisible()
    assert shown.panel.bench.table.hasFocus()
    assert doors.reviews() == []


def test_letters_typed_are_no_commands(shown: Shown, doors: Doors) -> None:
    shown.panel.focus_filter()
    write("aqrnjk", Key.Key_Escape)
    shown.settle()
    assert doors.reviews() == []
    number = doors.number(doors.shifts[1], 2)
    shown.panel.focus_filter()
    write(number)
    assert shown.numbers() == [number]
    assert shown.panel.bench.table.hasFocus()


def test_going_about_the_queue(shown: Shown) -> None:
    keys = [row.key for row in shown.panel.bench.queue.rows()]
    for key, there in ((Key.Key_J, 1), (Key.Key_Down, 2), (Key.Key_K, 1), (Key.Key_Up, 0), (Key.Key_K, 0)):
        press(key)
        assert shown.current == keys[there]


def test_a_proof_that_is_named_is_shown_whatever_the_filter_is(shown: Shown) -> None:
    panel = shown.panel
    keys = [row.key for row in panel.bench.queue.rows()]
    panel.open_attempt(keys[-1])
    assert shown.current == keys[-1]
    panel.bar.finder.setText("no such proof")
    assert shown.numbers() == []
    panel.open_attempt(keys[1])
    assert shown.current == keys[1]
    panel.set_date(days.DATE + timedelta(days=1))
    panel.set_date(days.DATE)
    panel.open_attempt(keys[2])
    shown.settle()
    assert shown.current == keys[2], "as soon as the day is read"


def test_a_photo_is_there_before_its_proof_is_chosen(shown: Shown) -> None:
    bench = shown.panel.bench
    assert bench.pictures.photo.picture is not None
    press(Key.Key_J)
    picture = bench.pictures.photo.picture
    assert picture is not None, "it was fetched ahead"
    assert picture.image.width() == 800
    assert bench.current is not None
    assert picture.sha256 == bench.current.proof.attempt.photos[0]


def test_several_photos_are_turned_by_arrows_and_numbers(
    doors: Doors, panel: ProofsPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    doors.send()
    doors.deliver(doors.shifts[0], 0, photos=3)
    shown_on(panel, runner, qtbot)
    seen = []
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Right, Key.Key_Left, Key.Key_3, Key.Key_1, Key.Key_9):
        press(key)
        seen.append(panel.bench.pictures.at)
    assert seen == [1, 2, 2, 1, 2, 0, 0]
    assert panel.bench.pictures.caption.text().startswith("Photo 1 of 3")


def test_a_photo_that_is_not_here_says_so_and_comes_by_itself(
    doors: Doors, panel: ProofsPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    doors.send()
    doors.deliver(doors.shifts[0], 0, sent=False)
    assert panel.showing
    panel.showing.again.setInterval(20)
    shown = shown_on(panel, runner, qtbot)
    photo = panel.bench.pictures.photo
    assert photo.picture is not None
    assert "not here yet" in photo.picture.fault
    assert FlagKind.ABSENT in [flag.kind for flag in panel.bench.model.proofs[0].flags]
    doors.upload(doors.phone(doors.shifts[0]), jpeg(0))
    qtbot.waitUntil(lambda: photo.picture is not None and photo.picture.image.width() == 800)
    shown.settle()
    assert FlagKind.ABSENT not in [flag.kind for flag in panel.bench.model.proofs[0].flags]


def test_the_facts_tell_what_was_planned_and_what_was_done(shown: Shown, doors: Doors) -> None:
    page = shown.panel.bench.facts.toPlainText()
    row = shown.panel.bench.current
    assert row is not None
    stop = next(s for s in doors.stops(row.proof.shift_id) if s.order_id == row.proof.attempt.order_id)
    assert row.proof.number in page
    assert "Kim Salo · recipient" in page
    clock = lambda moment: f"{moment.astimezone(days.ZONE):%H:%M}"
    for label, moment in (("Planned", stop.arrives_at), ("Arrived", stop.arrives_at), ("Left", stop.departs_at)):
        assert f"{label}\n{clock(moment)}\n" in page
    assert "0 m from the address" in page
    assert shown.panel.bench.sketch.words == "The phone was 0 m from the stop."


def test_a_query_reaches_the_driver_and_its_answer_opens_the_proof_again(
    shown: Shown, doors: Doors, time: Time
) -> None:
    key, shift = shown.current, doors.shifts[0]
    row = shown.panel.bench.current
    assert row is not None
    press(Key.Key_Q)
    write("Who is Kim?")
    shown.settle()
    device = doors.phone(row.proof.shift_id)
    notes = doors.logbook.read(lambda r: r.notes(device.driver_id))
    assert [(n.text, n.from_driver) for n in notes] == [(f"{row.proof.number}: Who is Kim?", False)]
    assert key not in [r.key for r in shown.panel.bench.queue.rows()]
    time.pass_(minutes=5)
    onroad.act(doors.logbook, device, "note", row.proof.shift_id, time(), text=f"{row.proof.number}: her daughter")
    shown.panel._look()
    shown.settle()
    assert doors.decisions()[key] == Decision.ANSWERED
    assert shown.panel.bench.choose_key(key), "it is open again"
    assert "her daughter" in shown.panel.bench.facts.toPlainText()
    assert shift in doors.shifts


def test_who_rejected_cannot_accept_and_another_can(shown: Shown, doors: Doors) -> None:
    panel, key = shown.panel, shown.current
    press(Key.Key_R)
    write("Not hers")
    shown.settle()
    panel.bar.buttons[Filter.REJECTED].click()
    assert shown.current == key
    press(Key.Key_A)
    shown.settle()
    assert panel.said.tone is Tone.BAD
    assert "second reviewer" in panel.said.text()
    assert doors.decisions()[key] == Decision.REJECTED
    panel.bar.who.click()
    write("Bertil")
    press(Key.Key_A)
    shown.settle()
    assert doors.decisions()[key] == Decision.ACCEPTED
    assert panel.said.text() == ""


def test_an_override_takes_two_names_and_both_are_typed(shown: Shown, doors: Doors, qtbot: QtBot) -> None:
    """By keys alone: Anna rejects, Bo accepts and may not twice, Anna joins him."""
    panel, key = shown.panel, shown.current

    def become(name: str) -> None:
        panel.bar.who.setFocus(Qt.FocusReason.TabFocusReason)
        press(Key.Key_Space)
        write(name)

    press(Key.Key_R)
    write("Not hers")
    shown.settle()
    panel.bar.reset(Filter.ALL)
    assert panel.bench.choose_key(key)
    become("Bo")
    with qtbot.waitSignal(panel.told) as told:
        press(Key.Key_A)
    shown.settle()
    assert "second reviewer is wanted" in told.args[0]
    panel.bar.reset(Filter.OPEN)
    assert panel.bench.choose_key(key), "it is open still"
    row = panel.bench.current
    assert row is not None
    assert row.texts[words.DECISION] == words.SECOND_WANTED
    assert "Accepted by Bo, second reviewer wanted" in panel.bench.facts.toPlainText()
    assert "as the second reviewer" in panel.bench.findChild(QPushButton, "proofs.accept.button").toolTip()
    press(Key.Key_A)
    shown.settle()
    assert panel.said.tone is Tone.BAD
    assert "Bo has accepted" in panel.said.text()
    assert "two people" in panel.said.text()
    assert panel.bench.choose_key(key)
    become("Anna")
    press(Key.Key_A)
    shown.settle()
    assert not panel.bench.choose_key(key), "it is settled"
    assert [record.body["by"] for record in doors.reviews() if record.key == key] == ["Anna", "Bo", "Anna"]
    assert "second" not in panel.bench.findChild(QPushButton, "proofs.accept.button").toolTip()


def test_all_unflagged_are_accepted_after_one_question(
    doors: Doors, panel: ProofsPanel, runner: OpRunner, settings: QSettings, qtbot: QtBot
) -> None:
    settings.setValue("proofs/reviewer", "Anna")
    doors.send()
    shift = doors.shifts[0]
    doors.drive(shift)
    keys = [doors.deliver(shift, turn) for turn in range(3)]
    far = doors.deliver(shift, 3, position={"lat": 50.9, "lon": 6.1, "accuracy_m": 5.0})
    shown = shown_on(panel, runner, qtbot)
    sampled = {proof.attempt.key for proof in panel.bench.model.proofs if proof.sampled}
    assert panel.day is not None
    assert [p.attempt.key for p in panel.day.proofs if p.flags] == [far]
    press(Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    assert panel.ask.question.text().startswith(f"Accept {3 - len(sampled)} proof")
    press(Key.Key_Escape)
    shown.settle()
    assert doors.reviews() == []
    press(Key.Key_A, Qt.KeyboardModifier.ShiftModifier)
    press(Key.Key_Return)
    shown.settle()
    assert set(doors.decisions()) == set(keys) - sampled
    assert far in [row.key for row in panel.bench.queue.rows()]


def test_new_attempts_come_by_themselves_and_the_choice_stays(
    doors: Doors, panel: ProofsPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    doors.send()
    shift = doors.shifts[0]
    doors.deliver(shift, 1)
    chosen = doors.deliver(shift, 2)
    shown = shown_on(panel, runner, qtbot)
    panel.bench.choose_key(chosen)
    doors.deliver(shift, 0)
    doors.deliver(shift, 3)
    live = doors.workplace.live
    assert live is not None
    told = live.step(doors.outlook, doors.time())
    assert told is not None
    panel.take_live(told)
    shown.settle()
    assert len(shown.numbers()) == 4
    assert shown.current == chosen
    assert panel.bar.buttons[Filter.OPEN].text() == "Open 4"


def test_filters_count_and_show(shown: Shown, doors: Doors) -> None:
    panel = shown.panel
    press(Key.Key_R)
    write("No")
    shown.settle()
    texts = {which: button.text() for which, button in panel.bar.buttons.items()}
    assert texts[Filter.OPEN] == f"Open {2 * STOPS - 1}"
    assert texts[Filter.REJECTED] == "Rejected 1"
    assert texts[Filter.ALL] == f"All {2 * STOPS}"
    panel.bar.buttons[Filter.REJECTED].click()
    assert len(shown.numbers()) == 1
    panel.bar.buttons[Filter.QUERIED].click()
    assert panel.stack.currentWidget() is panel.empty
    panel.empty.step_requested.emit()
    assert panel.bar.filter is Filter.ALL
    driver = doors.outlook.day.shifts[doors.shifts[1]].driver_id
    panel.bar.driver.setCurrentIndex(panel.bar.driver.findData(driver))
    assert len(shown.numbers()) == STOPS


def test_the_count_of_open_findings_is_told(doors: Doors, panel: ProofsPanel, runner: OpRunner, qtbot: QtBot) -> None:
    doors.send()
    doors.deliver(doors.shifts[0], 0, position={"lat": 50.9, "lon": 6.1, "accuracy_m": 5.0})
    counts: list[int] = []
    panel.count_changed.connect(counts.append)
    shown_on(panel, runner, qtbot)
    assert counts[-1] == 1


def test_a_reading_that_is_cancelled_can_be_begun_again(
    doors: Doors, panel: ProofsPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    doors.a_day()
    panel.show()
    assert panel.stack.currentWidget() is panel.loading
    panel.loading.cancel.click()
    shown = Shown(panel, runner, qtbot)
    shown.settle()
    if panel.day is None:  # else the day was there before the click
        assert panel.stack.currentWidget() is panel.empty
        panel.empty.step_requested.emit()
        shown.settle()
    assert len(shown.numbers()) == 2 * STOPS


def test_what_was_decided_is_written_although_the_window_closes(shown: Shown, doors: Doors) -> None:
    for _ in range(3):
        press(Key.Key_A)
    shown.panel.stop()
    assert len(doors.decisions()) == 3


def test_the_model_keeps_qts_promises(shown: Shown, qtmodeltester: object) -> None:
    qtmodeltester.check(shown.panel.bench.model)  # type: ignore[attr-defined]


def test_another_day_has_other_proofs(shown: Shown) -> None:
    shown.panel.set_date(days.DATE.replace(day=16))
    shown.settle()
    assert shown.numbers() == []
    shown.panel.set_date(days.DATE)
    shown.settle()
    assert len(shown.numbers()) == 2 * STOPS
    assert shown.panel.bench.table.model().columnCount() == len(words.HEADERS)


@pytest.mark.parametrize("mode", [Mode.LIGHT, Mode.DARK])
def test_nothing_is_out_of_sight_on_a_small_screen(shown: Shown, theme: Theme, mode: Mode) -> None:
    theme.apply(mode, 1.25)
    try:
        assert shown.panel.minimumSizeHint().width() <= 1270
        assert shown.panel.bench.table.horizontalScrollBar().maximum() == 0
    finally:
        theme.apply(Mode.LIGHT, 1.0)
