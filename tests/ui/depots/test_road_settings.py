"""The road's habits in a depot's settings: what is typed is stored and published, to the second; the rest stays."""

from collections.abc import Iterator
from dataclasses import fields, replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QTableWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from db.logbook.opening import open_logbook
from dispatcher.domain.incidents import IncidentKind, IncidentPolicy, IncidentRule, Severity
from dispatcher.domain.proof import REASONS, FailureReason, Need, Owner, ProofKind
from dispatcher.domain.review import FlagLimits
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.habits import BadHabit, require_sense_on_road
from dispatcher.services.live import LiveDesk
from dispatcher.services.underway import Underway
from dispatcher.services.workplace import Workplace
from tests.fixtures.forms import clock
from ui.depots.reasons import ATTEMPT, CODE, LABEL, NOTE, OWNER, X12
from ui.depots.settings import DepotSettingsDialog
from ui.parts.said import Said
from ui.runner import OpRunner
from ui.theme import Mode, Theme


@pytest.fixture
def on_road(workplace: Workplace) -> Iterator[Workplace]:
    """The depot with a logbook."""
    logbook = open_logbook(workplace.home.database(workplace.slug).parent, clock=clock)
    underway = Underway(workplace.store, lambda _on: {})
    live = LiveDesk(logbook, underway, workplace.desk)
    yield replace(workplace, live=live)
    live.close()


@pytest.fixture
def form(on_road: Workplace, runner: OpRunner, theme: Theme, window: QWidget) -> Iterator[DepotSettingsDialog]:
    dialog = DepotSettingsDialog(on_road, runner, theme, window)
    dialog.open()
    yield dialog
    dialog.reject()


def save(form: DepotSettingsDialog, runner: OpRunner) -> None:
    form.box.accepted.emit()
    runner.wait_until_idle()


def published(workplace: Workplace) -> RoadPolicy:
    assert workplace.live is not None
    return workplace.live.logbook.read(lambda reader: reader.policy())


def figure(form: DepotSettingsDialog, part: str) -> QSpinBox:
    field = form.findChild(QSpinBox, f"depot_settings.{part}")
    assert field is not None, part
    return field


def test_every_habit_can_be_changed_and_is_published(
    form: DepotSettingsDialog, on_road: Workplace, runner: OpRunner
) -> None:
    before = on_road.depot
    for part, shown in {
        "margin_s": 45, "keep_tracks_days": 30, "keep_photos_days": 60, "keep_codes_days": 3,
        "stale_s": 90, "geofence_m": 80, "dwell_s": 60, "late_departure_s": 5, "off_route_m": 700, "standing_s": 30,
        "silent_s": 15, "speeding_kmh": 90, "battery": 20, "undo_s": 30, "port": 9_443, "setup_port": 9_480,
    }.items():  # fmt: skip
        figure(form, part).setValue(shown)
    form.gateway.host.setText(" depot.local ")
    form.gateway.clear_text.setChecked(True)
    form.road.practice.setChecked(True)
    form.door.phone.setText("+358 9 123 4567")
    form.door.needs["delivering"][ProofKind.CODE].choose(Need.REQUIRED)
    form.door.needs["failing"][ProofKind.PHOTO].choose(Need.REQUIRED)
    form.reasons.table.set_reasons(REASONS[:2])
    save(form, runner)
    road = on_road.depot.road
    assert road == RoadPolicy(
        margin_s=2_700, keep_tracks_days=30, keep_photos_days=60, keep_codes_days=3, stale_s=90,
        geofence_m=80, dwell_s=60, late_departure_s=300, off_route_m=700, standing_s=1_800, silent_s=900,
        speeding_kmh=90, battery=0.2, undo_s=30, port=9_443, setup_port=9_480, host="depot.local", clear_text=True,
        practice=True,
        phone="+358 9 123 4567", reasons=REASONS[:2],
        delivering={**before.road.delivering, ProofKind.CODE: Need.REQUIRED},
        failing={**before.road.failing, ProofKind.PHOTO: Need.REQUIRED},
    )  # fmt: skip
    assert published(on_road) == road
    runner.undo()
    runner.wait_until_idle()
    assert on_road.depot == before


def test_what_is_not_touched_stays_to_the_second(
    on_road: Workplace, runner: OpRunner, theme: Theme, window: QWidget
) -> None:
    fine = RoadPolicy(
        margin_s=1_799, late_departure_s=601, standing_s=1_211, battery=0.1537, speeding_kmh=50, serve=True,
        reasons=(FailureReason("LOST", "Lost", Owner.DEPOT, False, frozenset({"note"}), "A9", "56"),),
    )  # fmt: skip
    on_road.store.write("Fine", lambda uow: uow.put_depot(replace(uow.depot(), road=fine)))
    form = DepotSettingsDialog(on_road, runner, theme, window)
    form.name.setText("Kamppi")
    save(form, runner)
    assert (on_road.depot.name, on_road.depot.road) == ("Kamppi", fine)


def test_nobody_is_told_of_speed_unless_asked(form: DepotSettingsDialog, on_road: Workplace, runner: OpRunner) -> None:
    assert figure(form, "speeding_kmh").text() == "off"
    save(form, runner)
    assert on_road.depot.road.speeding_kmh is None


def test_a_what_if_copy_tells_the_gateway_nothing(
    on_road: Workplace, runner: OpRunner, theme: Theme, window: QWidget
) -> None:
    copy = replace(on_road, what_if=object())  # type: ignore[arg-type]
    form = DepotSettingsDialog(copy, runner, theme, window)
    figure(form, "undo_s").setValue(10)
    save(form, runner)
    assert (on_road.depot.road.undo_s, published(on_road).undo_s) == (10, 60)


@pytest.mark.parametrize("part", ["host", "setup_port", "keep_photos_days", "phone"])
def test_what_makes_no_sense_is_said_where_it_is(
    form: DepotSettingsDialog, on_road: Workplace, runner: OpRunner, part: str
) -> None:
    before = on_road.depot
    form.gateway.host.setText("https://depot" if part == "host" else "")
    form.door.phone.setText("call me" if part == "phone" else "")
    if part == "setup_port":
        figure(form, part).setValue(8_443)
    if part == "keep_photos_days":
        figure(form, part).setValue(3_650)
    save(form, runner)
    assert form.isVisible()
    assert form.fault.isVisible()
    page = form.door if part == "phone" else form.gateway
    assert form.tabs.currentWidget() is page.area
    assert page.fields[part].hasFocus()
    assert on_road.depot == before


def test_every_figure_is_explained_and_in_bounds(form: DepotSettingsDialog) -> None:
    shown = {name for page in (form.gateway, form.road, form.door, form.reasons) for name in page.fields}
    in_insight = {"on_time_early_s", "on_time_late_s"}
    elsewhere = {"serve", "practice", "clear_text", "delivering", "failing", "flags", "incidents", "messages", "yard"}
    assert shown == {field.name for field in fields(RoadPolicy)} - elsewhere - in_insight
    for name in shown - {"reasons"}:
        said = form.findChild(Said, f"depot_settings.{name}.said")
        assert said is not None, name
        assert said.text(), name


# ── Flags ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_limit_of_flags_can_be_changed_and_switched_off(
    form: DepotSettingsDialog, on_road: Workplace, runner: OpRunner
) -> None:
    shown = {
        "far_m": 200,
        "early_s": 90,
        "ink_dot": 8,
        "ink_short_s": 500,
        "other_time_s": 30,
        "sample": 10,
        "bunched": 6,
    }
    for part, value in shown.items():
        figure(form, f"flags.{part}").setValue(value)
    for part in ("stale_s", "twin_bits"):
        field = figure(form, f"flags.{part}")
        field.setValue(field.minimum())
        assert field.text() == "off"
    form.flags.cash.setChecked(False)
    save(form, runner)
    flags = FlagLimits(
        far_m=200, early_s=90, ink_dot=0.08, ink_short_s=0.5, other_time_s=1_800, sample=0.1, bunched=6,
        stale_s=None, twin_bits=None, cash=False,
    )  # fmt: skip
    assert on_road.depot.road.flags == flags
    assert published(on_road).flags == flags


def test_every_limit_of_flags_is_explained(form: DepotSettingsDialog) -> None:
    switches = {"missing", "cash", "no_place", "two_names"}
    for name in switches:
        assert form.findChild(QCheckBox, f"depot_settings.flags.{name}") is not None, name
    limits = {field.name for field in fields(FlagLimits)} - switches
    assert form.flags.fields.keys() == {f"flags.{name}" for name in limits}
    for name in limits:
        said = form.findChild(Said, f"depot_settings.flags.{name}.said")
        assert said is not None, name
        assert said.text(), name


# ── Failure reasons ──────────────────────────────────────────────────────────────────────────────────────────────────


def codes(form: DepotSettingsDialog) -> list[str]:
    return [reason.code for reason in form.reasons.table.reasons()]


def test_reasons_are_added_changed_ordered_and_removed(
    form: DepotSettingsDialog, on_road: Workplace, runner: OpRunner, qtbot: QtBot
) -> None:
    page, table = form.reasons, form.reasons.table
    form.tabs.setCurrentWidget(page.area)
    assert table.reasons() == REASONS
    assert not page.remove.isEnabled()
    table.setCurrentCell(0, CODE)
    assert (page.up.isEnabled(), page.down.isEnabled()) == (False, True)
    page.add.click()
    assert table.currentRow() == 1
    (editor,) = table.findChildren(QLineEdit)
    qtbot.keyClicks(editor, "dog bites")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not table.findChildren(QLineEdit))
    assert form.isVisible(), "Enter ended the cell, and saved nothing"
    table.setItem(1, LABEL, QTableWidgetItem(" A dog "))
    table.item(1, OWNER).setText("site")
    table.item(1, X12).setText("b8")
    table.item(1, ATTEMPT).setCheckState(Qt.CheckState.Unchecked)
    table.item(1, NOTE).setCheckState(Qt.CheckState.Checked)
    page.up.click()
    assert codes(form)[:2] == ["DOG_BITES", "NOT_HOME"]
    page.down.click()
    page.down.click()
    assert codes(form)[:3] == ["NOT_HOME", "BUSINESS_CLOSED", "DOG_BITES"]
    table.setCurrentCell(0, CODE)
    page.remove.click()
    save(form, runner)
    reasons = on_road.depot.road.reasons
    assert reasons[1] == FailureReason("DOG_BITES", "A dog", Owner.SITE, False, frozenset({"note"}), "B8", "")
    assert len(reasons) == len(REASONS)
    assert "NOT_HOME" not in [reason.code for reason in reasons]


def test_the_default_list_comes_back(form: DepotSettingsDialog) -> None:
    form.reasons.table.set_reasons(REASONS[3:4])
    form.reasons.reset.click()
    assert form.reasons.table.reasons() == REASONS


def test_owners_are_chosen_from_a_list(form: DepotSettingsDialog) -> None:
    table = form.reasons.table
    form.tabs.setCurrentWidget(form.reasons.area)
    table.editItem(table.item(0, OWNER))
    box = table.findChild(QComboBox)
    assert box is not None
    assert [box.itemText(i) for i in range(box.count())] == [owner.value for owner in Owner]
    assert box.currentText() == "customer"


@pytest.mark.parametrize(
    ("row", "column", "text", "said"),
    [(2, CODE, "NOT_HOME", "Two reasons"), (3, LABEL, "", "no name"), (4, CODE, "Ä", "no code")],
)
def test_a_wrong_reason_is_gone_to(
    form: DepotSettingsDialog, on_road: Workplace, runner: OpRunner, row: int, column: int, text: str, said: str
) -> None:
    before = on_road.depot
    form.reasons.table.item(row, column).setText(text)
    save(form, runner)
    assert said in form.fault.text()
    assert form.tabs.currentWidget() is form.reasons.area
    assert form.reasons.table.currentRow() == row
    assert on_road.depot == before


def test_the_last_reason_cannot_go(form: DepotSettingsDialog, on_road: Workplace, runner: OpRunner) -> None:
    form.reasons.table.set_reasons(())
    save(form, runner)
    assert "no failure reason left" in form.fault.text()
    assert on_road.depot.road.reasons == REASONS


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5])
def test_every_page_fits_the_smallest_screen(
    on_road: Workplace, runner: OpRunner, theme: Theme, window: QWidget, scale: float
) -> None:
    theme.apply(Mode.DARK, scale)
    try:
        form = DepotSettingsDialog(on_road, runner, theme, window)
        form.open()
        for page in (form.gateway, form.road, form.door, form.flags):
            form.tabs.setCurrentWidget(page.area)
            form.grab()
            assert page.area.horizontalScrollBar().maximum() == 0, "scrolled downwards at most"
        form.tabs.setCurrentWidget(form.reasons.area)
        form.grab()
        assert form.reasons.table.columnWidth(LABEL) >= theme.grid(20)
        assert form.rect().contains(form.box.geometry())
        form.reject()
    finally:
        theme.apply(Mode.LIGHT, 1.0)


# ── Exceptions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_rule_of_exceptions_can_be_changed(
    form: DepotSettingsDialog, on_road: Workplace, runner: OpRunner
) -> None:
    wanted = {}
    for place, (kind, row) in enumerate(form.incidents.rows.items()):
        wanted[kind] = IncidentRule(place % 3 > 0, Severity.CRITICAL, 60 * (place + 7), None if place % 2 else 1_200)
        row.fill(wanted[kind])
    form.incidents.most.setValue(5)
    form.incidents.retry.setChecked(True)
    form.incidents.sound.setChecked(True)
    save(form, runner)
    expected = IncidentPolicy(wanted, 5, retry_next_day=True, sound=True)
    assert on_road.depot.road.incidents == expected
    assert published(on_road).incidents == expected


def test_what_was_not_changed_of_a_rule_stays_to_the_second(form: DepotSettingsDialog) -> None:
    rule = IncidentRule(due_s=3_605, escalate_s=1_810)
    policy = RoadPolicy(incidents=IncidentPolicy({IncidentKind.LATE: rule}))
    form.incidents.fill(policy)
    assert form.incidents.changes(policy)["incidents"].rule(IncidentKind.LATE) == rule
    form.incidents.rows[IncidentKind.LATE].escalate.setValue(0)
    form.incidents.rows[IncidentKind.LATE].due.setValue(90)
    assert form.incidents.changes(policy)["incidents"].rule(IncidentKind.LATE) == IncidentRule(
        due_s=5_400, escalate_s=None
    )


def test_a_rule_that_is_off_cannot_be_filled(form: DepotSettingsDialog) -> None:
    row = form.incidents.rows[IncidentKind.SILENT]
    row.on.setChecked(False)
    assert not any(field.isEnabled() for field in (row.severity, row.due, row.escalate))


@pytest.mark.parametrize(
    ("policy", "part"),
    [
        (IncidentPolicy(most_attempts=0), "incidents.most_attempts"),
        (IncidentPolicy({IncidentKind.LATE: IncidentRule(due_s=1)}), "incidents.LATE.due_s"),
        (IncidentPolicy({IncidentKind.LATE: IncidentRule(escalate_s=10**9)}), "incidents.LATE.escalate_s"),
    ],
)
def test_a_rule_without_sense_is_refused_where_it_stands(
    form: DepotSettingsDialog, policy: IncidentPolicy, part: str
) -> None:
    with pytest.raises(BadHabit) as refused:
        require_sense_on_road(RoadPolicy(incidents=policy))
    assert refused.value.part == part
    assert part in form.incidents.fields
