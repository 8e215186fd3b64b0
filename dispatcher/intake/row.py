"""One row under its columns: cells by meaning, and the faults found in it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from dispatcher.intake.fields import Field
from dispatcher.intake.raw import Cell
from dispatcher.intake.sheet import Row, text_of
from dispatcher.intake.values import Unreadable


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one row does not become an order: one line of the report."""

    row: int
    """As a spreadsheet counts it."""
    column: str
    """The header as the file has it; empty when the row as a whole is meant."""
    value: str
    reason: str
    """A whole sentence."""
    remedy: str = ""
    """What to write instead, or where to look."""


class Columns:
    """Where each field stands in the rows of one sheet."""

    def __init__(self, headers: Sequence[str], assigned: Mapping[str, Field | None]) -> None:
        self.headers = headers
        self.at: dict[Field, list[int]] = {}
        """The columns of each field that has any, from the left."""
        for position, header in enumerate(headers):
            field = assigned.get(header)
            if field is not None:
                self.at.setdefault(field, []).append(position)

    def __contains__(self, field: Field) -> bool:
        return field in self.at

    def header(self, field: Field) -> str:
        """The first column's name; the field's own if it has none."""
        return self.headers[self.at[field][0]] if field in self.at else field.label

    def told(self, rows: Iterable[Sequence[Cell]]) -> frozenset[Field]:
        """The fields that at least one of the rows fills in."""
        filled = {position for cells in rows for position, cell in enumerate(cells) if cell != ""}
        return frozenset(field for field, positions in self.at.items() if not filled.isdisjoint(positions))


class RowView:
    """Cells of a row by field. Faults are noted, not raised: a row is reported with all that is wrong in it."""

    __slots__ = ("_at", "_columns", "cells", "errors", "number")

    def __init__(self, row: Row, columns: Columns) -> None:
        self.number = row.number
        self.cells = row.cells
        self.errors: list[RowError] = []
        self._columns = columns
        self._at = columns.at

    def cell(self, field: Field) -> Cell:
        """The first cell of a field that is not blank, else the empty string."""
        for position in self._at.get(field, ()):
            if self.cells[position] != "":
                return self.cells[position]
        return ""

    def text(self, field: Field) -> str:
        """The cell as people would write it, in one line."""
        if field not in self._at:
            return ""
        cell = self.cell(field)
        text = cell if isinstance(cell, str) else text_of(cell)
        return " ".join(text.split()) if "  " in text or "\n" in text or "\t" in text else text

    def texts(self, field: Field) -> list[str]:
        """All cells of a field that are not blank, line breaks kept."""
        return [text_of(self.cells[at]) for at in self._at.get(field, ()) if self.cells[at] != ""]

    def read[T, D](self, field: Field, parse: Callable[[Cell], T], default: D) -> T | D:
        """The parsed cell; `default` if it is blank, or unreadable, which is noted."""
        if field not in self._at or (cell := self.cell(field)) == "":
            return default
        try:
            return parse(cell)
        except Unreadable as fault:
            self.fail(field, fault.reason, fault.remedy)
            return default

    def fail(self, field: Field | None, reason: str, remedy: str = "") -> None:
        """Note a fault; with no field it is the row's as a whole."""
        column = self._columns.header(field) if field else ""
        value = text_of(self.cell(field)) if field else ""
        self.errors.append(RowError(self.number, column, value, reason, remedy))
