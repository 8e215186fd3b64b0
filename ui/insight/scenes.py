"""What `ui.shots` pictures of Insight: a measure by day and by driver, the rows behind it, scorecards, the wall."""

from typing import TYPE_CHECKING

from ui.insight.words import Preset
from ui.theme import Mode, Theme

if TYPE_CHECKING:
    from ui.insight.panel import InsightPanel
    from ui.shots import Album
    from ui.window.main import MainWindow

SMALL = (1366, 768)
WALL = (1920, 1080)


def play(album: "Album", window: "MainWindow", panel: "InsightPanel", theme: Theme) -> None:
    """All scenes of Insight; what was chosen there before is chosen again at the end."""
    window.show_panel(panel)
    album.settle()
    page = panel.page
    if page is None:
        album.take("insight-nothing")
        window.show_panel(window.board)
        return
    album.take("insight")
    page.bar.choose_preset(Preset.MONTH)
    page.bar.choose_cut("driver")
    album.settle()
    album.take("insight-drivers-cut")
    page.measure.open_all()
    album.settle()
    album.take("insight-rows")
    page.leave_rows()
    page.bar.drivers_button.setChecked(True)
    album.settle()
    album.take("insight-scorecard")
    _looks(album, window, theme)
    page.bar.measures_button.setChecked(True)
    page.bar.choose_cut("day")
    page.bar.choose_preset(Preset.WEEK)
    album.settle()
    _wall(album, panel)
    window.show_panel(window.board)


def _looks(album: "Album", window: "MainWindow", theme: Theme) -> None:
    """In the dark, and on a small screen."""
    size = window.size()
    theme.apply(Mode.DARK, 1.0)
    album.settle()
    album.take("insight-scorecard-dark")
    theme.apply(Mode.LIGHT, 1.0)
    window.resize(*SMALL)
    album.settle()
    album.take("insight-scorecard-small")
    window.resize(size)


def _wall(album: "Album", panel: "InsightPanel") -> None:
    """Both of its themes."""
    panel.open_wall()
    wall = panel.wall
    assert wall is not None
    wall.showNormal()
    wall.resize(*WALL)
    album.settle()
    album.take("insight-wall", wall)
    wall.toggle_dark()
    album.settle()
    album.take("insight-wall-dark", wall)
    wall.toggle_dark()
    wall.close()
