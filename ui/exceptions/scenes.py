"""What `ui.shots` pictures of the exceptions: the queue with one of them, a question asked, the cage, nothing open.

Played while the road's scenes have drivers at doors; nothing is settled, since what was done stays in the logbook.
"""

from typing import TYPE_CHECKING

from ui.exceptions.words import Which
from ui.theme import Mode, Theme

if TYPE_CHECKING:
    from ui.shots import Album
    from ui.window.main import MainWindow

SMALL = (1366, 768)


def play(album: "Album", window: "MainWindow", theme: Theme) -> None:
    """All scenes of the exceptions."""
    panel = window.exceptions
    window.show_panel(panel)
    panel.refresh()
    album.settle()
    if not panel.bench.queue.rowCount():
        album.take("exceptions-empty")
        window.show_panel(window.board)
        return
    with_attempt = next((row for row in panel.bench.queue.rows() if row.shown.attempt), panel.bench.queue.row(0))
    panel.open_incident(with_attempt.id)
    album.settle()
    album.take("exceptions")
    _in_work(album, window, theme)
    _cage(album, window)
    panel.bar.finder.setText("no such order")
    album.settle()
    album.take("exceptions-none")
    panel.bar.reset(Which.OPEN)
    window.show_panel(window.board)


def _in_work(album: "Album", window: "MainWindow", theme: Theme) -> None:
    """What a remedy wants is asked; in the dark, and on a small screen."""
    panel, size = window.exceptions, window.size()
    panel.bench.deeds["close"].trigger()
    album.settle()
    album.take("exceptions-close")
    panel.bench.detail.form.dismiss()
    theme.apply(Mode.DARK, 1.0)
    album.settle()
    album.take("exceptions-dark")
    theme.apply(Mode.LIGHT, 1.0)
    window.resize(*SMALL)
    album.settle()
    album.take("exceptions-small")
    window.resize(size)


def _cage(album: "Album", window: "MainWindow") -> None:
    """A barcode of nothing that came back: told in colour and words, and nothing is kept of it."""
    panel = window.exceptions
    panel.scan_action.trigger()
    panel.cage.scanned.emit("4006381333931")
    album.settle()
    album.take("exceptions-cage")
    panel.bar.cage.setChecked(False)
