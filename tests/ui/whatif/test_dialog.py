"""The what-if form on real databases: copies made, compared, promoted and thrown away by key and mouse."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.plan import Day
from dispatcher.services import plan, whatifs
from dispatcher.services.plan import sequences_of
from dispatcher.services.ports import Store
from dispatcher.services.whatifs import WhatIf
from dispatcher.services.workplace import Workplace, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import now, open_stores
from ui.history.banner import WhatIfBanner
from ui.parts.said import Tone
from ui.runner import OpRunner
from ui.theme import Mode, Theme
from ui.whatif.dialog import WhatIfDialog
from ui.whatif.models import MEASURES, Cell

pytestmark = pytest.mark.qt_log_ignore("plugin does not support", extend=True)  # the offscreen platform, of pop-ups

LEFT = Qt.MouseButton.LeftButton
TOMORROW = days.DATE + timedelta(days=1)


def made(workplace: Workplace, name: str, on: object = days.DATE) -> WhatIf:
    return whatifs.make(
        workplace.home, workplace.slug, workplace.store, name=name, on=on, clock=now, open_store=open_stores
    )  # type: ignore[arg-type]


def drop_second_round(what_if: WhatIf) -> None:
    with closing(open_stores(what_if.file)) as store:
        _, (_, second), *_ = sequences_of(day_of(store)).items()
        store.write("Drop", lambda uow: plan.unassign(uow, order_ids=second))


def day_of(store: Store) -> Day:
    return store.read(lambda r: r.day(days.DATE))


@contextmanager
def shown(workplace: Workplace, runner: OpRunner, theme: Theme, qtbot: QtBot) -> Iterator[WhatIfDialog]:
    window = QWidget()
    window.resize(1366, 768)
    qtbot.addWidget(window)
    window.show()
    dialog = WhatIfDialog(workplace, open_stores, runner, theme, days.DATE, window)
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    runner.wait_until_idle()
    yield dialog
    runner.wait_until_idle()


@pytest.fixture
def dialog(workplace: Workplace, runner: OpRunner, theme: Theme, qtbot: QtBot) -> Iterator[WhatIfDialog]:
    """On a depot with a copy in which the second round was dropped."""
    drop_second_round(made(workplace, "One van less"))
    with shown(workplace, runner, theme, qtbot) as opened:
        yield opened


def names(dialog: WhatIfDialog) -> list[str]:
    return [copy.name for copy in dialog.form.copy_model.copies]


def figures(dialog: WhatIfDialog, measure: str) -> list[Cell]:
    row = [m.name for m in MEASURES].index(measure)
    return [dialog.form.model.cell(row, column) for column in range(dialog.form.model.columnCount())]


def choose(dialog: WhatIfDialog, row: int) -> None:
    rect = dialog.form.copies.visualRect(dialog.form.copy_model.index(row, 0))
    QTest.mouseClick(dialog.form.copies.viewport(), LEFT, pos=rect.center())


def answer(dialog: WhatIfDialog, words: str) -> None:
    ask = dialog.findChild(QMessageBox, "whatif.ask")
    assert isinstance(ask, QMessageBox)
    button = next(b for b in ask.findChildren(QAbstractButton) if b.text() == words)
    QTest.mouseClick(button, LEFT, pos=QPoint(4, 4))


def test_copies_and_their_comparison_are_shown(dialog: WhatIfDialog) -> None:
    model = dialog.form.copy_model
    assert [model.index(0, c).data() for c in range(5)] == ["One van less", "Mon 15 Jun", "Mon 15 Jun 10:30", "2", ""]
    headers = [dialog.form.model.headerData(c, Qt.Orientation.Horizontal) for c in range(2)]
    assert headers == ["The depot", "One van less"]
    depot, copy = figures(dialog, "Rounds")
    assert depot == Cell("2")
    assert copy == Cell("1", "−1", worse=False, best=True)
    depot, copy = figures(dialog, "Unplanned")
    assert depot == Cell("4", best=True)
    assert copy == Cell("8", "+4", worse=True)
    assert figures(dialog, "Cost")[1].change.startswith("−")
    assert figures(dialog, "Cost")[1].value.endswith(" EUR")
    assert not dialog.working
    assert not dialog.form.bar.isVisible()


def test_where_all_are_alike_none_is_best(workplace: Workplace, dialog: WhatIfDialog, runner: OpRunner) -> None:
    whatifs.throw_away(made(workplace, "Not this"))
    whatifs.throw_away(whatifs.named(workplace.home, workplace.slug, "One van less"))
    made(workplace, "The same")
    dialog.form.again.click()
    runner.wait_until_idle()
    assert names(dialog) == ["The same"]
    for measure in MEASURES:
        depot, copy = figures(dialog, measure.name)
        assert depot == copy
        assert not copy.best


def test_a_copy_is_made_under_a_name(dialog: WhatIfDialog, runner: OpRunner, workplace: Workplace) -> None:
    assert dialog.form.make.text() == "New copy of Mon 15 Jun"
    QTest.keyClicks(dialog.form.name, "Start later")
    QTest.keyClick(dialog.form.name, Qt.Key.Key_Return)
    assert dialog.working
    assert dialog.form.doing.text() == "Copying the depot…"
    runner.wait_until_idle()
    assert dialog.isVisible(), "Enter makes, and does not close"
    assert names(dialog) == ["One van less", "Start later"]
    assert dialog.form.copies.currentIndex().row() == 1
    assert dialog.form.name.text() == ""
    assert len(figures(dialog, "Cost")) == 3
    for name in ("", "one van LESS"):
        dialog.form.name.setText(name)
        dialog.form.make.click()
        runner.wait_until_idle()
        assert dialog.form.said.tone is Tone.BAD
        assert dialog.form.name.property("invalid")
    assert len(names(dialog)) == 2
    dialog.form.name.setText("Other")
    assert not dialog.form.name.property("invalid")


def test_open_is_wished_for_by_button_and_double_click(dialog: WhatIfDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.open_requested) as wished:
        dialog.form.open.click()
    assert wished.args == ["One van less"]
    rect = dialog.form.copies.visualRect(dialog.form.copy_model.index(0, 0))
    choose(dialog, 0)
    with qtbot.waitSignal(dialog.open_requested):
        QTest.mouseDClick(dialog.form.copies.viewport(), LEFT, pos=rect.center())


def test_promoting_is_one_step_and_undo_takes_it_back(
    dialog: WhatIfDialog, workplace: Workplace, runner: OpRunner
) -> None:
    before = day_of(workplace.store).plan.routes
    promoted: list[str] = []
    dialog.promoted.connect(promoted.append)
    dialog.form.promote.click()
    runner.wait_until_idle()
    assert promoted == ["One van less"]
    assert dialog.form.said.tone is Tone.GOOD
    assert not dialog.form.left.isVisible()
    assert [len(r.stops) for r in day_of(workplace.store).plan.routes] == [4, 0, 0]
    assert figures(dialog, "Rounds") == [Cell("1"), Cell("1")]
    assert workplace.store.history().undo == "Promote “One van less”"
    workplace.store.undo()
    assert day_of(workplace.store).plan.routes == before


def test_what_could_not_follow_is_listed(dialog: WhatIfDialog, workplace: Workplace, runner: OpRunner) -> None:
    day = day_of(workplace.store)
    (_, _), (_, second), (c, _) = sequences_of(day).items()
    what_if = whatifs.named(workplace.home, workplace.slug, "One van less")
    with closing(open_stores(what_if.file)) as store:
        store.write("To the third", lambda uow: plan.move_orders(uow, order_ids=second[:1], to_shift=c))
    workplace.store.write(
        "By hand", lambda uow: plan.move_orders(uow, order_ids=second[:1], to_shift=next(iter(day.shifts)))
    )
    dialog.form.promote.click()
    runner.wait_until_idle()
    assert dialog.form.said.tone is Tone.WARNING
    assert "1 order could not follow:" in dialog.form.said.text()
    number = day.orders[second[0]].number
    assert dialog.form.left.item(0).text() == f"{number}: It was moved by hand meanwhile."
    assert dialog.form.copy_model.index(0, 4).data() == "2 changes in the depot since"


def test_throwing_away_asks_first(dialog: WhatIfDialog, workplace: Workplace, runner: OpRunner) -> None:
    choose(dialog, 0)
    QTest.keyClick(dialog.form.copies, Qt.Key.Key_Delete)
    answer(dialog, "Keep it")
    assert names(dialog) == ["One van less"]
    dialog.form.discard.click()
    answer(dialog, "Throw away")
    runner.wait_until_idle()
    assert names(dialog) == []
    assert whatifs.all_of(workplace.home, workplace.slug) == ()
    assert dialog.form.none.isVisible()
    assert not dialog.form.open.isEnabled()
    assert len(figures(dialog, "Cost")) == 1


def test_a_damaged_copy_is_named_and_can_be_thrown_away(
    dialog: WhatIfDialog, workplace: Workplace, runner: OpRunner
) -> None:
    made(workplace, "Damaged").file.write_bytes(b"no database " * 1000)
    dialog.form.again.click()
    runner.wait_until_idle()
    row = names(dialog).index("Damaged")
    assert dialog.form.copy_model.index(row, 4).data() == "cannot be read"
    assert "“Damaged” cannot be read" in dialog.form.faults.text()
    assert [cell.value for cell in figures(dialog, "Rounds")][1 + row] == "–"
    assert figures(dialog, "Rounds")[2 - row].best, "the others are compared all the same"
    choose(dialog, row)
    dialog.form.promote.click()
    runner.wait_until_idle()
    assert dialog.form.said.tone is Tone.BAD
    dialog.form.discard.click()
    answer(dialog, "Throw away")
    runner.wait_until_idle()
    assert names(dialog) == ["One van less"]
    assert dialog.form.faults.text() == ""


def test_a_copy_of_another_day_is_compared_with_that_day(
    dialog: WhatIfDialog, workplace: Workplace, runner: OpRunner
) -> None:
    made(workplace, "Tomorrow", TOMORROW)
    dialog.form.again.click()
    runner.wait_until_idle()
    assert len(figures(dialog, "Cost")) == 2
    choose(dialog, names(dialog).index("Tomorrow"))
    runner.wait_until_idle()
    assert dialog.form.heading.text() == "Tue 16 Jun, side by side"
    assert dialog.form.model.headerData(1, Qt.Orientation.Horizontal) == "Tomorrow"


def test_a_copy_that_is_gone_meanwhile_is_said(dialog: WhatIfDialog, workplace: Workplace, runner: OpRunner) -> None:
    whatifs.throw_away(whatifs.named(workplace.home, workplace.slug, "One van less"))
    dialog.form.promote.click()
    runner.wait_until_idle()
    assert "There is no copy “One van less”" in dialog.form.said.text()


def test_inside_a_copy_the_depot_is_compared_copied_and_left_alone(
    workplace: Workplace, theme: Theme, qtbot: QtBot
) -> None:
    what_if = made(workplace, "One van less")
    drop_second_round(what_if)
    before = day_of(workplace.store)
    with open_workplace(
        workplace.home, workplace.slug, open_store=open_stores, clock=now, what_if="One van less"
    ) as inside:
        runner = OpRunner(inside.store)
        with shown(inside, runner, theme, qtbot) as dialog:
            assert figures(dialog, "Rounds") == [Cell("2"), Cell("1", "−1", best=True)]
            assert dialog.form.copy_model.index(0, 4).data() == "open now"
            assert not dialog.form.open.isEnabled()
            assert not dialog.form.discard.isEnabled()
            with qtbot.waitSignal(dialog.promote_requested) as wished:
                dialog.form.promote.click()
            assert wished.args == ["One van less"]
            assert dialog.form.make.text() == "New copy of the depot’s Mon 15 Jun"
            dialog.form.name.setText("Another")
            dialog.form.make.click()
            runner.wait_until_idle()
            assert figures(dialog, "Rounds")[2] == Cell("2"), "of the depot, not of the copy"
        runner.shutdown()
    another = whatifs.named(workplace.home, workplace.slug, "Another")
    assert another.revision == before.revision
    assert day_of(workplace.store) == before


def test_closing_stops_the_comparison(dialog: WhatIfDialog, runner: OpRunner) -> None:
    dialog.form.again.click()
    job = runner.jobs[-1]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert job.cancel_requested


@pytest.mark.parametrize(("mode", "scale"), [(Mode.DARK, 1.0), (Mode.LIGHT, 1.5)])
def test_it_fits_into_the_window_in_every_look(dialog: WhatIfDialog, theme: Theme, mode: Mode, scale: float) -> None:
    theme.apply(mode, scale)
    dialog.grab()
    assert dialog.width() <= 1366
    assert dialog.height() <= 768
    assert dialog.minimumSizeHint().height() <= 768
    theme.apply(Mode.LIGHT, 1.0)


def test_the_banner_names_the_copy_and_wishes(workplace: Workplace, theme: Theme, qtbot: QtBot) -> None:
    banner = WhatIfBanner(theme)
    qtbot.addWidget(banner)
    banner.set_what_if(made(workplace, "One van less"))
    banner.resize(1366, banner.sizeHint().height())
    banner.show()
    assert banner.text == "What if: One van less – nothing here reaches the depot"
    compare, promote, leave = (button for button, _ in banner._buttons)
    with qtbot.waitSignal(banner.compare_requested):
        compare.click()
    with qtbot.waitSignal(banner.promote_requested) as wished:
        promote.click()
    assert wished.args == ["One van less"]
    with qtbot.waitSignal(banner.leave_requested):
        leave.click()
    banner.set_what_if(None)
    assert not banner.isVisible()
