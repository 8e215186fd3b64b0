"""Tables of drills: those that were played, the disturbances of one, and three plans side by side."""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from dispatcher.services.drills import Drill, Standing, Turn
from ui import format as words
from ui.drills.words import day_words, score_words

type _Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_ROOT = QModelIndex()
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class TextTable(QAbstractTableModel):
    """Rows of words under headers; what stands in a cell is its tooltip as well. GUI thread."""

    def __init__(self, headers: Sequence[str], parent: QObject | None = None, *, right: Sequence[int] = ()) -> None:
        super().__init__(parent)
        self._headers, self._right = tuple(headers), frozenset(right)
        self.rows: Sequence[Sequence[str]] = ()

    def set_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._headers)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == _Role.TextAlignmentRole:
            return _RIGHT if section in self._right else _LEFT
        return self._headers[section] if role == _Role.DisplayRole else None

    def data(self, index: _Index, role: int = _Role.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role in (_Role.DisplayRole, _Role.ToolTipRole):
            return self.rows[index.row()][index.column()]
        return _RIGHT if role == _Role.TextAlignmentRole and index.column() in self._right else None


PLAYED = ("When", "Who", "Day", "Difficulty", "Seed", "Score")
TURNS = ("Time", "What happened", "What you did", "Took", "Points")
SIDES = ("", "Doing nothing", "You", "The optimiser")

_MEASURES: Sequence[tuple[str, Callable[[Standing, str], str]]] = (
    ("Left out", lambda s, _: f"{s.unplanned:,}"),
    ("Late stops", lambda s, _: f"{s.late:,}"),
    ("Late by", lambda s, _: words.minutes(s.late_s)),
    ("Other rules broken", lambda s, _: f"{s.broken:,}"),
    ("Stops moved", lambda s, _: f"{s.moved:,}"),
    ("Distance", lambda s, _: words.distance(s.distance_m)),
    ("Hours", lambda s, _: words.duration(s.duration_s)),
    ("Cost of the rounds", lambda s, currency: words.money(s.cost, currency)),
    ("Harm, all priced", lambda s, currency: words.money(s.harm, currency)),
)


def played_rows(drills: Sequence[Drill], zone: ZoneInfo) -> list[tuple[str, ...]]:
    """One row a drill."""
    return [
        (
            words.weekday_date(d.begun_at.astimezone(zone).date()), d.wish.who, day_words(d), d.wish.difficulty.value,
            str(d.wish.seed), score_words(d),
        )
        for d in drills
    ]  # fmt: skip


def turn_rows(drill: Drill, zone: ZoneInfo) -> list[tuple[str, ...]]:
    """One row a disturbance."""
    return [
        (
            words.clock(turn.at, zone), turn.what, _did(turn), words.minutes(turn.seconds) if turn.score else "",
            str(turn.score.points) if turn.score else "–",
        )
        for turn in drill.turns
    ]  # fmt: skip


def _did(turn: Turn) -> str:
    return "; ".join(turn.did) or ("nothing" if turn.score else "")


def side_rows(turn: Turn, currency: str) -> list[tuple[str, ...]]:
    """The three plans for a disturbance, a row a measure."""
    sides = (turn.nothing, turn.person, turn.optimiser)
    return [(name, *(say(side, currency) if side else "–" for side in sides)) for name, say in _MEASURES]
