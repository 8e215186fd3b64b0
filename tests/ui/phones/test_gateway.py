"""The gateway as the panel looks after it: a real process, a phone paired over the wire, its last words."""

import json
import socket
import ssl
import urllib.request
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from db.logbook.store import SqliteLogbook
from dispatcher.domain.fleet import Driver
from dispatcher.services import gateway_process
from dispatcher.services.gateway_keeping import Standing
from dispatcher.services.gateway_process import GatewayStatus
from dispatcher.services.workplace import Workplace
from tests.ui.phones.conftest import read
from ui.parts.said import Tone
from ui.phones import words
from ui.phones.pairing import PairDialog
from ui.phones.panel import PhonesPanel
from ui.runner import OpRunner

PATIENCE_MS = 40_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def apart(workplace: Workplace) -> Workplace:
    """The depot, with ports of its own."""
    road = replace(workplace.depot.road, host="127.0.0.1", port=free_port(), setup_port=free_port())
    workplace.store.write("Ports", lambda uow: uow.put_depot(replace(uow.depot(), road=road)))
    return workplace


def post(url: str, said: dict[str, str], authority: str) -> dict[str, Any]:
    trusted = ssl.create_default_context(cafile=authority)
    request = urllib.request.Request(url, json.dumps(said).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20, context=trusted) as answer:
        return dict(json.loads(answer.read()))


def running(panel: PhonesPanel) -> bool:
    assert panel.feed is not None
    standing = panel.feed.standing
    return standing is not None and standing.status.running and standing.status.port > 0


def test_pairing_starts_the_gateway_and_a_phone_comes_in(
    apart: Workplace, drivers: list[Driver], panel: PhonesPanel, runner: OpRunner, logbook: SqliteLogbook, qtbot: QtBot
) -> None:
    assert panel.bar.said.text() == "Not running: phones cannot send."
    read(panel, qtbot)
    panel.pair(drivers[0].id)
    runner.wait_until_idle()
    dialog = panel.findChild(PairDialog)
    assert dialog is not None
    dialog.go.click()
    qtbot.waitUntil(lambda: running(panel), timeout=PATIENCE_MS)
    assert apart.depot.road.serve, "from the first phone on it is kept running"
    assert panel.bar.said.text().startswith("Running since ")
    assert panel.bar.said.tone is Tone.GOOD
    assert panel.feed is not None
    assert panel.feed.standing is not None
    authority = gateway_process.folder_of(apart.home, apart.slug) / "ca.pem"
    said = {"code": dialog.showing.code.text(), "unique_id": "u", "label": "Pixel 7"}
    with qtbot.waitSignal(dialog.accepted, timeout=PATIENCE_MS):
        answer = post(f"{panel.feed.standing.origin}/pair", said, str(authority))
    assert answer["driver"]["id"] == drivers[0].id
    with urllib.request.urlopen(panel.bar.qr.text, timeout=20) as page:
        assert b"certificate" in page.read()
    read(panel, qtbot)
    assert panel.sorting.index(0, words.LABEL).data() == "Pixel 7"
    panel.bar.stop.click()
    assert panel.bar.said.text() == "Stopping…"
    qtbot.waitUntil(lambda: panel.bar.start.isVisible(), timeout=PATIENCE_MS)
    assert not apart.depot.road.serve
    assert not gateway_process.status(apart.home, apart.slug).running


def test_undo_of_the_setting_stops_it_and_redo_starts_it(
    apart: Workplace, panel: PhonesPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    panel.bar.start.click()
    qtbot.waitUntil(lambda: running(panel), timeout=PATIENCE_MS)
    runner.undo()
    qtbot.waitUntil(lambda: not running(panel), timeout=PATIENCE_MS)
    assert not apart.depot.road.serve


def test_a_taken_port_is_told_of_and_the_way_out(
    apart: Workplace, panel: PhonesPanel, runner: OpRunner, qtbot: QtBot
) -> None:
    with socket.socket() as other:
        other.bind(("0.0.0.0", apart.depot.road.port))
        other.listen()
        with qtbot.waitSignal(panel.trouble_changed, timeout=PATIENCE_MS) as trouble:
            panel.bar.start.click()
    assert trouble.args == [True]
    assert panel.bar.said.text() == "Not running: phones cannot send."
    assert panel.bar.said.tone is Tone.BAD
    assert f"Port {apart.depot.road.port} is taken" in panel.bar.fault.text()
    assert panel.bar.start.text() == "Try again"
    panel.bar.start.click()
    qtbot.waitUntil(lambda: running(panel), timeout=PATIENCE_MS)
    assert panel.bar.fault.text() == ""


# --- what is shown ----------------------------------------------------------------------------------------------------


@pytest.fixture
def settled(panel: PhonesPanel) -> PhonesPanel:
    """Asks no more by itself."""
    panel.stop()
    return panel


def status(**said: Any) -> GatewayStatus:
    usual: dict[str, Any] = {
        "running": True, "since": "2026-11-24T04:02:00+00:00", "host": "192.168.1.20", "port": 8443, "setup_port": 8480,
        "counters": {"phones": {"paired": 12, "heard": 11}},
    }  # fmt: skip
    return GatewayStatus(**{**usual, **said})


def test_one_line_says_how_it_stands(settled: PhonesPanel, workplace: Workplace) -> None:
    settled.bar.show_standing(Standing(status(), workplace.depot.road, ("192.168.1.20",)))
    assert settled.bar.said.text() == "Running since 06:02 on https://192.168.1.20:8443 · 11 of 12 phones heard"
    assert settled.bar.qr.text == "http://192.168.1.20:8480/"
    assert settled.bar.stop.isVisible()
    assert not settled.bar.start.isVisible()


def test_positions_that_are_not_kept_are_told_with_the_reason(settled: PhonesPanel, workplace: Workplace) -> None:
    bar, road = settled.bar, workplace.depot.road
    bar.show_standing(Standing(status(counters={"unkept": {"ended": 36, "off-duty": 1_200, "new": 0}}), road))
    assert bar.unkept.text() == "Positions not kept: 36 after the end of the round, 1,200 outside the shift."
    bar.show_standing(Standing(status(), road))
    assert not bar.unkept.isVisible()


def test_a_fault_of_a_gateway_that_runs_is_told(settled: PhonesPanel, workplace: Workplace) -> None:
    fault = "The disk is almost full: 12 MB are left. Free some space."
    settled.bar.show_standing(Standing(status(fault=fault), workplace.depot.road))
    assert settled.bar.said.tone is Tone.WARNING
    assert settled.bar.fault.text() == fault


def test_another_address_is_a_step_that_can_be_undone(
    panel: PhonesPanel, workplace: Workplace, runner: OpRunner, logbook: SqliteLogbook, qtbot: QtBot
) -> None:
    line = panel.bar.host.lineEdit()
    assert line is not None
    line.setFocus()
    line.setText("depot.local")
    QTest.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: workplace.depot.road.host == "depot.local")
    qtbot.waitUntil(lambda: logbook.read(lambda r: r.policy()).host == "depot.local")
    panel.table.setFocus()
    qtbot.waitUntil(lambda: panel.bar.page.text() == "http://depot.local:8480/")
    assert panel.bar.host.currentText() == "depot.local"
    runner.undo()
    runner.wait_until_idle()
    assert workplace.depot.road.host == ""


@pytest.mark.parametrize("typed", ["depot local", "https://depot", "192.168.1.300", "depot:8443"])
def test_what_is_no_address_is_refused_in_words(
    panel: PhonesPanel, workplace: Workplace, runner: OpRunner, typed: str
) -> None:
    line = panel.bar.host.lineEdit()
    assert line is not None
    line.setFocus()
    line.setText(typed)
    QTest.keyClick(line, Qt.Key.Key_Return)
    runner.wait_until_idle()
    assert panel.said.tone is Tone.BAD
    assert typed in panel.said.text()
    assert workplace.depot.road.host == ""
