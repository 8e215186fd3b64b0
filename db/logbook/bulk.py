"""Many rows by few calls. Knows SQL's `VALUES`, and no table.

Each step of the database lets go of the interpreter's lock and has to get it back, which beside a busy event loop
takes longer than the step itself. So a hundred rows are a few steps, not a hundred.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any

SIZES = (64, 32, 16, 8, 4, 2, 1)
"""Rows of one step: few sizes, so that the driver keeps their statements prepared."""

type Statement = Callable[[int], str]
"""SQL for so many rows."""


def run(cursor: Any, statement: Statement, rows: Sequence[Sequence[Any]]) -> None:
    """Run the statement for all rows, in their order; `cursor` is the DB-API's."""
    done = 0
    for size in SIZES:
        while len(rows) - done >= size:
            cursor.execute(statement(size), [*chain.from_iterable(rows[done : done + size])])
            done += size


def inserting(table: str, columns: Iterable[str]) -> Statement:
    """SQL that keeps rows unless they are there already."""
    names = tuple(columns)
    head = f"INSERT INTO {table} ({', '.join(names)})"
    return cache(lambda rows: f"{head} VALUES {marks(rows, len(names))} ON CONFLICT DO NOTHING")


def marks(rows: int, columns: int) -> str:
    """What stands for so many rows of values."""
    return ", ".join([f"({', '.join('?' * columns)})"] * rows)
