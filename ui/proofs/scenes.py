"""What `ui.shots` pictures of the workbench: a day with proofs, one with findings, and a question being asked.

Played while the road's scenes have drivers at doors; nothing is decided, since what is on the chain stays there.
"""

from typing import TYPE_CHECKING

from ui.proofs.words import Filter
from ui.theme import Mode, Theme

if TYPE_CHECKING:
    from ui.shots import Album
    from ui.window.main import MainWindow


def play(album: "Album", window: "MainWindow", theme: Theme) -> None:
    """All scenes of the proofs; nothing on a day without attempts."""
    panel = window.proofs
    window.show_panel(panel)
    album.settle()
    if panel.day is None or not panel.day.proofs:
        album.take("proofs-empty")
        window.show_panel(window.board)
        return
    bench = panel.bench
    bench.choose_key(max(panel.day.proofs, key=lambda proof: (bool(proof.attempt.ink), len(proof.flags))).attempt.key)
    album.settle()
    album.take("proofs")
    theme.apply(Mode.DARK, 1.0)
    album.settle()
    album.take("proofs-dark")
    theme.apply(Mode.LIGHT, 1.0)
    panel.bar.buttons[Filter.REJECTED].click()
    album.settle()
    album.take("proofs-none")
    panel.bar.reset(Filter.OPEN)
    window.show_panel(window.board)
