"""What happened, sample by sample: the date, the value, and the level of each group. Columns, to stay small."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from dispatcher.learning.levels import Levels

type Floats = npt.NDArray[np.float64]
type Codes = npt.NDArray[np.int32]

UNSAID = -1
"""The code of what is not known."""


@dataclass(slots=True)
class _Column:
    codes: array[int] = field(default_factory=lambda: array("i"))
    places: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Samples:
    """All samples of one target, in any order."""

    groups: Sequence[str]
    days: npt.NDArray[np.int64]
    """Dates as their ordinals, (n,)."""
    values: Floats
    """In the target's unit, (n,)."""
    codes: dict[str, Codes]
    """By group, (n,): which of `names`; `UNSAID` where it is not known."""
    names: dict[str, Sequence[str]]

    def __len__(self) -> int:
        return len(self.values)

    def only(self, which: npt.NDArray[np.bool_]) -> "Samples":
        """Those of them, with the same names."""
        codes = {group: column[which] for group, column in self.codes.items()}
        return Samples(self.groups, self.days[which], self.values[which], codes, self.names)


class Gathered:
    """Grows by one sample after the other."""

    def __init__(self, groups: Sequence[str]) -> None:
        self._groups = tuple(groups)
        self._days, self._values = array("q"), array("d")
        self._columns = {group: _Column() for group in self._groups}

    def add(self, on: date, value: float, levels: Levels) -> None:
        """One more; groups that it says nothing of are unsaid."""
        self._days.append(on.toordinal())
        self._values.append(value)
        for group, column in self._columns.items():
            level = levels.get(group)
            column.codes.append(UNSAID if level is None else column.places.setdefault(level, len(column.places)))

    def samples(self) -> Samples:
        """All of them."""
        return Samples(
            self._groups,
            np.array(self._days, dtype=np.int64),
            np.array(self._values, dtype=np.float64),
            {group: np.array(column.codes, dtype=np.int32) for group, column in self._columns.items()},
            {group: tuple(column.places) for group, column in self._columns.items()},
        )
