"""What `ui.shots` pictures of what was learned: nothing yet, learned, the day's service times, in the dark."""

from typing import TYPE_CHECKING

from ui.theme import Mode, Theme

if TYPE_CHECKING:
    from ui.learned.page import LearnedPage
    from ui.shots import Album


def play(album: "Album", page: "LearnedPage", theme: Theme) -> None:
    """All scenes of the page, which the window shows already."""
    album.settle()
    if not page.desk.trials():
        album.take("learned-nothing")
    page.learn()
    album.settle()
    album.take("learned")
    page.day.look.click()
    album.settle()
    page.area.ensureWidgetVisible(page.day)
    album.take("learned-day")
    theme.apply(Mode.DARK, 1.0)
    album.settle()
    album.take("learned-dark")
    theme.apply(Mode.LIGHT, 1.0)
