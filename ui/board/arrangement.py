"""What a person arranged in a panel – columns, filter, sorting – and the views saved of it. Kept as plain values."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Slot

from ui.board.columns import Columns
from ui.board.filter_line import FilterLine
from ui.board.filtering import Filter


class Arrangement(QObject):
    """Ties a panel's columns, filter line and sorting to its saved views. GUI thread; owned by the panel."""

    def __init__(
        self,
        columns: Columns,
        line: FilterLine,
        parent: QObject,
        *,
        sorting: Callable[[], object] = lambda: None,
        sort: Callable[[object], None] = lambda _: None,
    ) -> None:
        super().__init__(parent)
        self._columns, self._line, self._sorting, self._sort = columns, line, sorting, sort
        self._views: dict[str, dict[str, object]] = {}
        line.view_saved.connect(self.save)
        line.view_chosen.connect(self.show_view)
        line.view_removed.connect(self.remove)

    @property
    def views(self) -> tuple[str, ...]:
        """The names of the saved views."""
        return tuple(self._views)

    def _look(self) -> dict[str, object]:
        return {
            "columns": self._columns.state(),
            "filter": self._line.filter.to_json(),
            "sort": self._sorting(),
        }

    def _show(self, look: Mapping[str, object]) -> None:
        self._columns.restore(look.get("columns"))
        self._sort(look.get("sort"))
        self._line.set_filter(Filter.from_json(look.get("filter")))

    @Slot(str)
    def save(self, name: str) -> None:
        """Keep the panel as it looks now under a name; one of that name is replaced."""
        self._views[name] = self._look()
        self._line.set_views(self._views)

    @Slot(str)
    def show_view(self, name: str) -> None:
        """Make the panel look as it did."""
        if name in self._views:
            self._show(self._views[name])

    @Slot(str)
    def remove(self, name: str) -> None:
        """Forget a view; what is shown stays."""
        self._views.pop(name, None)
        self._line.set_views(self._views)

    def state(self) -> dict[str, object]:
        """All of it, to be kept as JSON."""
        return {**self._look(), "views": self._views}

    def restore(self, kept: object) -> None:
        """As it was kept; as at first where nothing readable was."""
        kept = kept if isinstance(kept, Mapping) else {}
        views = kept.get("views")
        named = views.items() if isinstance(views, Mapping) else ()
        self._views = {str(name): dict(look) for name, look in named if isinstance(look, Mapping)}
        self._line.set_views(self._views)
        self._show(kept)
