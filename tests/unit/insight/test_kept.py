"""Facts on the disk come back as they were, day for day; what is damaged counts as nothing."""

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dispatcher.domain.errors import KnownError
from dispatcher.insight.columns import TABLES, TableName, frame_of
from dispatcher.insight.cuts import Facts, Span
from dispatcher.insight.kept import KeptFacts, joined
from tests.fixtures.facts import made_day

FIRST = date(2026, 10, 30)
STAMP = {"plan": 3, "chain": 7, "desk": 1, "open": False, "stops": 9}


def made(on: date, stops: int = 9, seed: int = 1) -> Facts:
    return {table: frame_of(table, rows) for table, rows in made_day(on, stops, Random(seed)).items()}


def span(first: int, last: int) -> Span:
    return Span(FIRST + timedelta(days=first), FIRST + timedelta(days=last))


def same(one: Facts, other: Facts) -> None:
    for table in TableName:
        for column in TABLES[table]:
            a, b = (each[table][column.name].reset_index(drop=True) for each in (one, other))
            pd.testing.assert_series_equal(
                a.astype(object) if isinstance(a.dtype, pd.CategoricalDtype) else a,
                b.astype(object) if isinstance(b.dtype, pd.CategoricalDtype) else b,
            )


@pytest.fixture
def kept(tmp_path: Path) -> KeptFacts:
    return KeptFacts(tmp_path / "insight")


def keep(kept: KeptFacts, days: Mapping[date, Facts], **stamp: Any) -> None:
    kept.keep({on: ({**STAMP, **stamp}, facts) for on, facts in days.items()})


def test_what_is_kept_comes_back_over_the_end_of_a_month(kept: KeptFacts) -> None:
    days = {FIRST + timedelta(days=n): made(FIRST + timedelta(days=n), seed=n) for n in range(4)}
    keep(kept, days)
    found = KeptFacts(kept._folder).read(span(0, 3))
    same(found, {t: joined(t, [facts[t] for facts in days.values()]) for t in TableName})
    assert kept.span() == span(0, 3)
    same(kept.read(span(1, 1)), days[FIRST + timedelta(days=1)])
    assert kept.stamps(span(1, 2)) == {FIRST + timedelta(days=n): STAMP for n in (1, 2)}


def test_a_day_kept_again_takes_the_place_of_what_it_was(kept: KeptFacts) -> None:
    days = {FIRST + timedelta(days=n): made(FIRST + timedelta(days=n), seed=n) for n in range(2)}
    keep(kept, days)
    before = kept.read(span(0, 1))
    assert kept.read(span(0, 1)) is before  # asked again, nothing is read
    same(kept.read(span(1, 1)), {t: f.loc[f["date"] == f["date"].max()] for t, f in before.items()})
    other = made(FIRST, stops=5, seed=99)
    keep(kept, {FIRST: other}, chain=8)
    same(kept.read(span(0, 0)), other)
    same(kept.read(span(1, 1)), days[FIRST + timedelta(days=1)])
    assert kept.stamps(span(0, 0))[FIRST]["chain"] == 8


def test_nothing_kept_is_no_rows_with_every_column(kept: KeptFacts) -> None:
    facts = kept.read(span(0, 9))
    assert {t: list(f.columns) for t, f in facts.items()} == {t: [c.name for c in TABLES[t]] for t in TableName}
    assert (kept.span(), kept.stamps(span(0, 9)), len(facts[TableName.STOPS])) == (None, {}, 0)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 not really", b"\x93NUMPY"])
def test_a_damaged_file_is_a_month_without_facts(kept: KeptFacts, damage: bytes) -> None:
    keep(kept, {FIRST: made(FIRST)})
    (kept._folder / "2026-10.npz").write_bytes(damage)
    assert kept.stamps(span(0, 0)) == {}
    assert len(kept.read(span(0, 0))[TableName.STOPS]) == 0
    keep(kept, {FIRST: made(FIRST)})
    same(kept.read(span(0, 0)), made(FIRST))


def test_a_truncated_file_is_never_half_a_month(kept: KeptFacts) -> None:
    keep(kept, {FIRST: made(FIRST)})
    path = kept._folder / "2026-10.npz"
    whole = path.read_bytes()
    for share in (0.3, 0.7, 0.99):
        path.write_bytes(whole[: int(len(whole) * share)])
        assert len(kept.read(span(0, 0))[TableName.STOPS]) == 0


def test_a_file_of_another_schema_is_made_anew(kept: KeptFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(kept, {FIRST: made(FIRST)})
    monkeypatch.setattr("dispatcher.insight.kept.SCHEMA", "2")
    assert kept.stamps(span(0, 0)) == {}
    assert len(kept.read(span(0, 0))[TableName.STOPS]) == 0


def test_a_person_who_is_forgotten_is_in_no_file_any_more(kept: KeptFacts) -> None:
    facts = made(FIRST)
    stops = facts[TableName.STOPS].assign(customer=pd.Categorical([f"Aino {n} Väisänen" for n in range(9)]))
    keep(kept, {FIRST: {**facts, TableName.STOPS: stops}})
    gone = stops["order_id"].iloc[4]
    assert "Aino 4 Väisänen".encode() in (kept._folder / "2026-10.npz").read_bytes()
    assert kept.forget([gone, "unknown"]) == 1
    left = (kept._folder / "2026-10.npz").read_bytes()
    assert "Aino 4 Väisänen".encode() not in left
    assert "Aino 5 Väisänen".encode() in left
    again = kept.read(span(0, 0))[TableName.STOPS]
    row = again[again["order_id"] == gone].iloc[0]
    assert (row["customer"], row["number"], row["outcome"]) == ("", "", stops["outcome"].iloc[4])
    assert kept.stamps(span(0, 0)) == {FIRST: STAMP}
    assert kept.forget(["unknown"]) == 0


def test_words_with_line_breaks_and_odd_signs_do_no_harm(kept: KeptFacts) -> None:
    rows = [{"date": FIRST, "order_id": "a", "customer": "two\nlines", "number": "N\n1", "driver": "\ud800 half"}]
    keep(kept, {FIRST: {t: frame_of(t, rows if t is TableName.STOPS else ()) for t in TableName}})
    found = kept.read(span(0, 0))[TableName.STOPS].iloc[0]
    assert (found["customer"], found["number"], found["driver"]) == ("two lines", "N 1", "? half")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "insight").write_text("a file where the folder should be")
    with pytest.raises(KnownError, match="cannot be kept"):
        keep(KeptFacts(tmp_path / "insight"), {FIRST: made(FIRST)})


def test_words_of_several_months_become_one_list() -> None:
    frames = [frame_of(TableName.SLOTS, [{"date": FIRST, "area": area}]) for area in ("South", "", "North", "South")]
    areas = joined(TableName.SLOTS, frames)["area"]
    assert areas.tolist() == ["South", "", "North", "South"]
    assert areas.cat.categories.tolist() == ["", "North", "South"]
    assert areas.cat.codes.dtype in (np.int8, np.int32)
