"""Facts on the disk: one file a month, columns in NumPy's own format; read whole, written whole.

They are made from the plan and the logbook, and never the truth: a file that cannot be read counts as none, and its
days are gathered again. Nothing in them is ever unpickled.
"""

import json
import os
import tempfile
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.lib.npyio import NpzFile

from dispatcher.domain.errors import KnownError
from dispatcher.insight.columns import TABLES, Column, ColumnKind, TableName, frame_of
from dispatcher.insight.cuts import Facts, Span, in_span

SCHEMA = "1"
"""Other columns, or others meant by them: files of another one are made anew."""
MOST_READ = 2
"""Spans that are remembered, the latest; what lies within one of them is not read again."""
NAMES = ("customer", "number")
"""What of a stop is a person's, or leads to one."""

DAMAGED = (OSError, EOFError, ValueError, KeyError, IndexError, zipfile.BadZipFile)

type Versions = Mapping[str, tuple[int, int]]
"""By which a month's file is known to be another one."""
type Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Month:
    """A month's facts, and how each of its days stood when they were gathered."""

    stamps: Mapping[date, Mapping[str, Any]] = field(default_factory=dict)
    facts: Facts = field(default_factory=lambda: {table: frame_of(table, ()) for table in TableName})

    def with_days(self, days: Mapping[date, tuple[Mapping[str, Any], Facts]]) -> "Month":
        """The same with these days instead of what it had of them."""
        gone = np.array(sorted(days), dtype="datetime64[s]")
        facts = {}
        for table in TableName:
            rest = self.facts[table]
            rest = rest[~np.isin(rest["date"].to_numpy(), gone)]
            merged = joined(table, [rest, *(found[table] for _stamp, found in days.values())])
            facts[table] = merged.sort_values("date", kind="stable", ignore_index=True)
        return Month({**self.stamps, **{on: stamp for on, (stamp, _facts) in days.items()}}, facts)


def joined(table: TableName, frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Frames one after the other; their words become one list."""
    some = list(frames)
    return pd.DataFrame({c.name: _joined(c, [frame[c.name] for frame in some]) for c in TABLES[table]})


def _joined(column: Column, parts: "list[pd.Series[Any]]") -> Any:
    if column.kind is not ColumnKind.TEXT:
        together = np.concatenate([part.to_numpy() for part in parts])
        return pd.Series(together, dtype=object) if column.kind is ColumnKind.KEY else together
    words = sorted({str(word) for part in parts for word in part.cat.categories})
    place = {word: n for n, word in enumerate(words)}
    codes = [_moved(part.cat.codes.to_numpy(), [place[str(w)] for w in part.cat.categories]) for part in parts]
    return pd.Categorical.from_codes(np.concatenate(codes), pd.Index(words, dtype=object))


def _moved(codes: npt.NDArray[Any], to: list[int]) -> npt.NDArray[np.int32]:
    moved: npt.NDArray[np.int32] = np.array([*to, -1], dtype=np.int32)[codes]  # what has no word stays without
    return moved


class KeptFacts:
    """A depot's facts in its folder. Any thread may read; one writes at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._spans: OrderedDict[Span, tuple[Versions, Facts]] = OrderedDict()

    def stamps(self, span: Span) -> Mapping[date, Mapping[str, Any]]:
        """How the dates of a span stood when they were gathered; those never gathered are left out."""
        found = {on: stamp for name in self._names(span) for on, stamp in self._stamps_of(name).items()}
        return {on: stamp for on, stamp in found.items() if span.first <= on <= span.last}

    def span(self) -> Span | None:
        """From the first to the last date that has stops."""
        days = [on for name in self._all() for on, stamp in self._stamps_of(name).items() if stamp.get("stops")]
        return Span(min(days), max(days)) if days else None

    def read(self, span: Span) -> Facts:
        """The facts of these dates, in their order. Reading the same span again, or a part of it, costs nothing."""
        versions = {name: _version(self._path(name)) for name in self._names(span)}
        with self._guard:
            known = next((wider for wider in self._spans if self._covers(wider, span, versions)), None)
            if known is None:
                known = span
                months = [_read(self._path(name)) for name in versions] or [Month()]
                self._spans[span] = (
                    versions,
                    {t: in_span(joined(t, [m.facts[t] for m in months]), span) for t in TableName},
                )
            self._spans.move_to_end(known)
            while len(self._spans) > MOST_READ:
                self._spans.popitem(last=False)
            facts = self._spans[known][1]
        return facts if known == span else {table: in_span(frame, span) for table, frame in facts.items()}

    def _covers(self, wider: Span, span: Span, versions: Versions) -> bool:
        """Whether what was read holds all of the span, as it is now."""
        if not wider.first <= span.first <= span.last <= wider.last:
            return False
        first, last = _name(span.first), _name(span.last)
        return {name: v for name, v in self._spans[wider][0].items() if first <= name <= last} == versions

    def keep(self, days: Mapping[date, tuple[Mapping[str, Any], Facts]]) -> None:
        """Put these days in the place of what was kept of them. Raises `KnownError` where that cannot be written."""
        for name in dict.fromkeys(_name(on) for on in days):
            some = {on: day for on, day in days.items() if _name(on) == name}
            _write(self._path(name), _read(self._path(name)).with_days(some))

    def forget(self, order_ids: Collection[str]) -> int:
        """Take out of all files what names the people of these orders; how many rows that were."""
        count = 0
        for name in self._all():
            month = _read(self._path(name))
            stops = month.facts[TableName.STOPS]
            found = stops["order_id"].isin(list(order_ids))
            if found.any():
                count += int(found.sum())
                blank = {c: stops[c].astype(object).where(~found, "") for c in NAMES}
                blank["customer"] = pd.Series(pd.Categorical(blank["customer"]))
                _write(self._path(name), Month(month.stamps, {**month.facts, TableName.STOPS: stops.assign(**blank)}))
        with self._guard:
            self._spans.clear()
        return count

    def rename_driver(self, driver_id: str, name: str) -> int:
        """Call a driver so in all files; how many rows that were."""
        count = 0
        for month_name in self._all():
            month, facts = _read(self._path(month_name)), {}
            for table, frame in month.facts.items():
                found = frame["driver_id"] == driver_id if "driver_id" in frame and "driver" in frame else None
                if found is not None and found.any():
                    count += int(found.sum())
                    named = frame["driver"].astype(object).where(~found, name)
                    facts[table] = frame.assign(driver=pd.Series(pd.Categorical(named), index=frame.index))
            if facts:
                _write(self._path(month_name), Month(month.stamps, {**month.facts, **facts}))
        with self._guard:
            self._spans.clear()
        return count

    def _stamps_of(self, name: str) -> Mapping[date, Mapping[str, Any]]:
        """Without reading the columns."""
        try:
            with _opened(self._path(name)) as file:
                return _stamps(file)
        except DAMAGED:
            return {}

    def _all(self) -> Iterator[str]:
        return (path.stem for path in sorted(self._folder.glob("????-??.npz")))

    def _names(self, span: Span) -> Iterator[str]:
        return (name for name in self._all() if _name(span.first) <= name <= _name(span.last))

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npz"


def _name(on: date) -> str:
    return f"{on:%Y-%m}"


def _version(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_ino


# --- the file -----------------------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[NpzFile]:
    """Only as an archive of plain arrays: `np.load` would take other things, too, and leave a damaged file open."""
    with path.open("rb") as raw, NpzFile(raw, allow_pickle=False) as file:
        yield file


def _read(path: Path) -> Month:
    """A file that is missing, damaged, or of another schema is a month without facts."""
    try:
        with _opened(path) as file:
            stamps = _stamps(file)
            facts = {t: pd.DataFrame({c.name: _column(file, t, c) for c in TABLES[t]}) for t in TableName}
    except DAMAGED:
        return Month()
    return Month(stamps, facts) if stamps else Month()


def _stamps(file: Mapping[str, npt.NDArray[Any]]) -> Mapping[date, Mapping[str, Any]]:
    said = json.loads(_text(file["about"]))
    days = said["days"] if said["schema"] == SCHEMA else {}
    return {date.fromisoformat(on): stamp for on, stamp in days.items()}


def _column(file: Mapping[str, npt.NDArray[Any]], table: TableName, column: Column) -> Any:
    values = file[f"{table}.{column.name}"]
    match column.kind:
        case ColumnKind.TEXT:
            return pd.Categorical.from_codes(
                values, pd.Index(_words(file[f"{table}.{column.name}.words"]), dtype=object)
            )
        case ColumnKind.KEY:
            return pd.Series(_words(values), dtype=object)
        case _:
            return values


def _write(path: Path, month: Month) -> None:
    about = {"schema": SCHEMA, "days": {on.isoformat(): dict(stamp) for on, stamp in month.stamps.items()}}
    arrays: Arrays = {"about": _bytes(json.dumps(about))}
    for table, frame in month.facts.items():
        for column in TABLES[table]:
            name, series = f"{table}.{column.name}", frame[column.name]
            match column.kind:
                case ColumnKind.TEXT:
                    used = series.cat.remove_unused_categories()  # a word that nothing says any more is gone for good
                    arrays[name] = used.cat.codes.to_numpy(np.int32)
                    arrays[f"{name}.words"] = _bytes("".join(f"{_line(word)}\n" for word in used.cat.categories))
                case ColumnKind.KEY:
                    arrays[name] = _bytes("".join(f"{_line(word)}\n" for word in series))
                case _:
                    arrays[name] = series.to_numpy()
    _replace(path, arrays)


def _replace(path: Path, arrays: Arrays) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".", suffix=".npz", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as fault:
        what = f"The facts of {path.stem} cannot be kept in {path.parent}: {fault.strerror}."
        raise KnownError(what, "Make room there, or see to who may write.") from fault


def _line(word: str) -> str:
    return str(word).replace("\n", " ")


def _bytes(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8", "replace"), dtype=np.uint8)


def _text(values: npt.NDArray[np.uint8]) -> str:
    return values.tobytes().decode()


def _words(values: npt.NDArray[np.uint8]) -> list[str]:
    return _text(values).split("\n")[:-1]
