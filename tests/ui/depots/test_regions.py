"""Building a region and adding addresses to one, from the forms: the real build in its own process."""

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from dispatcher.domain.progress import Progress
from dispatcher.region.pack import list_packs
from dispatcher.services.home import Home
from tests.fixtures.region import helsinki_extract
from ui.depots.addresses import AddAddressesDialog
from ui.depots.region import BuildRegionDialog
from ui.parts.said import Tone
from ui.runner import OpRunner
from ui.theme import Theme

LONG_MS = 90_000


@pytest.fixture
def home(home: Path) -> Path:
    home.mkdir(exist_ok=True)
    return home


@pytest.fixture
def form(home: Path, runner: OpRunner, theme: Theme, window: QWidget) -> BuildRegionDialog:
    dialog = BuildRegionDialog(Home(home), runner, theme, window)
    dialog.open()
    return dialog


def steps(form: BuildRegionDialog) -> str:
    return "\n".join(form.steps.item(row).text() for row in range(form.steps.count()))


def test_a_region_is_built_step_by_step(form: BuildRegionDialog, home: Path, qtbot: QtBot) -> None:
    form.extract.set_path(helsinki_extract())
    assert form.name.text() == "helsinki"
    with qtbot.waitSignal(form.built, timeout=LONG_MS) as built:
        form.go.click()
        assert not form.go.isEnabled()
        assert not form.name.isEnabled()
        assert form.close_button.text() == "Cancel"
    qtbot.waitUntil(lambda: not form.working)
    assert built.args == ["helsinki"]
    assert [pack.name for pack in list_packs(home / "regions")] == ["helsinki"]
    assert form.told.tone is Tone.GOOD
    assert "The region helsinki is ready" in form.told.text()
    assert "Building roads" in steps(form), "quick steps in between may go untold"
    assert form.steps.count() >= 3
    assert form.close_button.text() == "Close"
    assert form.name.isEnabled()
    form.name.setText("x")
    form.name.setText("helsinki")
    assert "replaced" in form.name_said.text()
    form.reject()
    assert not form.isVisible()


def test_a_cancelled_build_leaves_nothing(form: BuildRegionDialog, home: Path, runner: OpRunner, qtbot: QtBot) -> None:
    form.extract.set_path(helsinki_extract())
    form.go.click()
    qtbot.waitUntil(lambda: "roads" in steps(form), timeout=LONG_MS)
    form.close_button.click()
    assert form.isVisible(), "it cancels first"
    assert form.told.text() == "Cancelling…"
    qtbot.waitUntil(lambda: not form.working, timeout=LONG_MS)
    assert form.told.text() == "Cancelled; nothing was changed."
    assert form.go.isEnabled()
    assert [p.name for p in (home / "regions").iterdir() if p.is_dir()] == []
    form.reject()


def test_closing_twice_closes_and_nothing_calls_back(
    form: BuildRegionDialog, runner: OpRunner, theme: Theme, qtbot: QtBot
) -> None:
    form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    form.extract.set_path(helsinki_extract())
    form.go.click()
    qtbot.waitUntil(lambda: bool(steps(form)), timeout=LONG_MS)
    form.reject()
    form.reject()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    runner.wait_until_idle(LONG_MS)
    theme.changed.emit()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("map.osm.pbf", b"this is no map", "map.osm.pbf"),
        ("gone.osm.pbf", None, "gone.osm.pbf"),
    ],
)
def test_an_extract_that_is_none_is_said_in_place(
    form: BuildRegionDialog, home: Path, tmp_path: Path, qtbot: QtBot, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    form.extract.set_path(tmp_path / name)
    form.go.click()
    qtbot.waitUntil(lambda: not form.working, timeout=LONG_MS)
    assert form.told.tone is Tone.BAD
    assert said in form.told.text()
    assert form.go.isEnabled()
    assert list_packs(home / "regions") == []


def test_what_is_missing_is_said_and_marked(form: BuildRegionDialog) -> None:
    form.go.click()
    assert "No extract" in form.told.text()
    assert form.extract.edit.property("invalid")
    form.extract.set_path(helsinki_extract())
    assert not form.extract.edit.property("invalid")
    form.name.clear()
    form.go.click()
    assert "no name" in form.told.text()
    assert form.name.property("invalid")


def test_a_fault_of_ours_reaches_the_window(
    form: BuildRegionDialog, runner: OpRunner, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_progress: Progress) -> None:
        raise ZeroDivisionError("ours")

    with qtbot.waitSignal(runner.failed) as failed:
        form.begin(broken, "Breaking", lambda _value: None)
    qtbot.waitUntil(lambda: not form.working)
    assert failed.args is not None
    assert isinstance(failed.args[0], ZeroDivisionError)
    assert form.told.tone is Tone.BAD


def test_work_that_ends_in_spite_of_cancelling_is_delivered(form: BuildRegionDialog, qtbot: QtBot) -> None:
    got: list[object] = []
    form.begin(lambda _progress: "result", "Quick", got.append)
    form.reject()
    qtbot.waitUntil(lambda: not form.working)
    assert got == ["result"]


# ── Adding addresses ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_without_a_region_there_is_nothing_to_add_to(
    home: Path, runner: OpRunner, theme: Theme, window: QWidget
) -> None:
    form = AddAddressesDialog(Home(home), runner, theme, window)
    assert not form.go.isEnabled()
    assert "Build one first" in form.told.text()


def test_a_national_file_is_added(
    with_region: Home, runner: OpRunner, theme: Theme, window: QWidget, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "national.csv"
    file.write_text(
        "street,number,city,postcode,lat,lon\n"
        "Uusikatu,1,Helsinki,00100,60.1702,24.9412\n"
        "Uusikatu,2,Helsinki,00100,60.1703,24.9413\n"
        "Far away,2,Oulu,90100,65.01,25.47\n",
        encoding="utf-8",
    )
    form = AddAddressesDialog(with_region, runner, theme, window)
    form.open()
    form.go.click()
    assert "No address file" in form.told.text()
    form.file.set_path(file)
    form.go.click()
    qtbot.waitUntil(lambda: not form.working, timeout=LONG_MS)
    assert form.told.text().startswith("2 addresses added to helsinki, 1 outside the region.")
    assert form.told.tone is Tone.GOOD
    form.file.set_path(tmp_path / "gone.csv")
    form.go.click()
    qtbot.waitUntil(lambda: not form.working, timeout=LONG_MS)
    assert form.told.tone is Tone.BAD
