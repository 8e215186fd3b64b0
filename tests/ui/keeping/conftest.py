"""A depot with a customer of two orders, days later; and the dialog on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from tests.unit.services.test_persons import Case, case
from tests.unit.services.test_retention_proofs import evening
from ui.keeping.dialog import KeepingDialog
from ui.runner import OpRunner
from ui.theme import Theme

__all__ = ["case", "evening"]


@pytest.fixture
def runner(case: Case) -> Iterator[OpRunner]:
    runner = OpRunner(case.place.store)
    yield runner
    runner.shutdown()


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def dialog(case: Case, runner: OpRunner, theme: Theme, settings: QSettings, qtbot: QtBot) -> KeepingDialog:
    made = KeepingDialog(case.place, runner, theme, settings)
    qtbot.addWidget(made)
    made.resize(1_000, 660)
    made.show()
    made.who.setText("Anna")
    qtbot.waitUntil(lambda: bool(made.retention.model.lines))
    runner.wait_until_idle()
    return made
