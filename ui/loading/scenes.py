"""What `ui.shots` pictures of the dock: a van being loaded, a wrong parcel, a departure check, nothing to load.

Scans two pieces and takes them back; what was said to be in a van would stay there otherwise.
"""

from typing import TYPE_CHECKING

from dispatcher.services.loading.board import RoundLoad
from dispatcher.services.loading.run_sheets import ROUND
from ui.exceptions.deeds import PERSON
from ui.theme import Mode, Theme

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from ui.loading.panel import LoadingPanel
    from ui.shots import Album
    from ui.window.main import MainWindow

SMALL = (1366, 768)
BREATH_MS = 1_000
"""Scans are kept, read again and drawn."""


def play(
    album: "Album", window: "MainWindow", theme: Theme, panel: "LoadingPanel", settings: "QSettings", name: str = "Anna"
) -> None:
    """All scenes of loading; one picture on a day without rounds."""
    window.show_panel(panel)
    panel.refresh()
    album.settle(6 * BREATH_MS)
    board = panel.board
    if board is None or not board.rounds:
        album.take("loading-empty")
        window.show_panel(window.board)
        return
    settings.setValue(PERSON, name)
    first, others = board.rounds[0], board.rounds[1:]
    panel.bench.choose(first.shift_id)
    _scan(album, panel, first, 2)
    album.take("loading")
    if others:
        _wrong(album, panel, others[0])
    _returned(album, panel, first)
    _in_dark_and_small(album, window, theme, panel)
    for _ in range(2):
        panel.bench.deeds["undo"].trigger()
        album.settle(BREATH_MS)
    window.show_panel(window.board)


def _scan(album: "Album", panel: "LoadingPanel", round_: RoundLoad, pieces: int) -> None:
    """The first pieces of a round, in the order of loading."""
    named = [row.number for row in round_.rows for _ in row.pieces]
    for number in named[:pieces]:
        panel.field.read.emit(number)
        album.settle(BREATH_MS)


def _wrong(album: "Album", panel: "LoadingPanel", other: RoundLoad) -> None:
    panel.field.read.emit(other.rows[0].number)
    album.settle(BREATH_MS)
    album.take("loading-wrong")


def _returned(album: "Album", panel: "LoadingPanel", round_: RoundLoad) -> None:
    """A returned run sheet before anything is keyed of it: lines are kept, and would stay."""
    if panel.sheets is None:
        return
    panel.bench.deeds["returned"].trigger()
    panel.sheets.open(ROUND + round_.shift_id)
    album.settle(3 * BREATH_MS)
    panel.sheets.line.setText("1432 Maija Virtanen")
    album.take("loading-returned")
    panel.sheets.close_sheet()
    panel.bench.deeds["returned"].trigger()
    album.settle()


def _in_dark_and_small(album: "Album", window: "MainWindow", theme: Theme, panel: "LoadingPanel") -> None:
    size = window.size()
    theme.apply(Mode.DARK, 1.0)
    album.settle()
    album.take("loading-dark")
    theme.apply(Mode.LIGHT, 1.0)
    window.resize(*SMALL)
    panel.bench.deeds["depart"].trigger()
    album.settle()
    album.take("loading-departure")
    panel.bench.form.dismiss()
    window.resize(size)
