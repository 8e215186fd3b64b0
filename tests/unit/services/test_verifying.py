"""Verification on a real logbook: whatever byte of a record's row or of a file is changed, or whatever their order."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pysqlite3 import dbapi2

from db.logbook.packing import packed, unpacked
from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import Record, RecordKind
from dispatcher.proof.canonical import to_ms
from dispatcher.proof.chain import leaf_of, link
from dispatcher.proof.files import ProofFiles
from dispatcher.proof.merkle import tree_head
from dispatcher.proof.photos import look_at
from dispatcher.proof.signing import DayHead, closed_body, fingerprint, public_key
from dispatcher.services.driving import keep_photo
from dispatcher.services.verifying import Verdict, verify_proofs
from tests.unit.proof.pictures import saved, scene
from tests.unit.services.driven_day import NOW, ON, PHONE, Road, open_road

SEED = bytes(range(32))
PHOTO = saved(scene())
COLUMNS = ("n", "kind", "key", "order_id", '"on"', "at", "body", "salt", "digest", "previous", "leaf")


@dataclass
class Kept:
    """A small day's chain with photo, decision, erasure and closing, and the files beside it."""

    folder: Path
    road: Road
    files: ProofFiles

    def verdict(self) -> Verdict:
        return verify_proofs(self.road.logbook, self.files, now=NOW)

    def sql(self, command: str, *values: object) -> list[Any]:
        with closing(dbapi2.connect(str(self.folder / "logbook.db"))) as connection:
            found = connection.execute(command, values).fetchall()
            connection.commit()
            return list(found)

    def put(self, kind: RecordKind, key: str, order_id: str, body: dict[str, Any]) -> Record:
        def write(book: Any) -> Record:
            record = link(
                book.head(), kind=kind, key=key, order_id=OrderId(order_id), on=ON.isoformat(), at=NOW, body=body
            )
            book.put_record(record)
            return record

        return self.road.logbook.write(write)

    def close(self, **changes: Any) -> Record:
        digests = [record.digest for record in self.road.chain()]
        head = DayHead(ON.isoformat(), tree_head(digests), len(digests), "Anna", to_ms(NOW), {"flagged": 1})
        return self.put(RecordKind.CLOSED, ON.isoformat(), "", {**closed_body(head, SEED), **changes})

    def erase(self, n: int, *, said: bool = True, **changes: Any) -> None:
        record = next(r for r in self.road.chain() if r.n == n)
        leaf = leaf_of(record)
        self.road.logbook.write(lambda book: book.erase_record(n, leaf))
        if said:
            body = {"n": n, "leaf": leaf.hex(), "by": "Anna", "why": "asked for", **changes}
            self.put(RecordKind.ERASED, record.key, record.order_id, body)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    road, files = open_road(tmp_path), ProofFiles(tmp_path / "proofs")
    sha256 = files.put(PHOTO)
    road.one("deliver", "a1", name="Aino", photos=[sha256])
    found = look_at(files.path(sha256))
    photo = found.photo(sha256, files.put(found.copy), PHONE.id, NOW)
    road.logbook.write(lambda book: keep_photo(book, photo, PHONE, now=NOW))
    road.one("fail", "a2", reason="NOT_HOME", note="Rang twice")
    made = Kept(tmp_path, road, files)
    made.close()
    yield made
    road.logbook.close()


def test_a_signed_day_is_verified_and_its_key_named(kept: Kept) -> None:
    verdict = kept.verdict()
    assert verdict.sound, verdict.fault
    assert (verdict.records, verdict.closings, verdict.keys) == (4, 1, (fingerprint(public_key(SEED)),))
    described = verdict.described()
    assert (described["closings"], described["erased"], described["keys"]) == (1, 0, list(verdict.keys))


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_single_changed_byte_of_a_row_is_found(kept: Kept, data: st.DataObject) -> None:
    chain = kept.road.chain()
    n, column = data.draw(st.integers(1, len(chain))), data.draw(st.sampled_from(COLUMNS))
    ((kind, former),) = kept.sql(f"SELECT typeof({column}), CAST({column} AS BLOB) FROM record WHERE n = ?", n)
    if column == "n":
        changed = str(n + len(chain) * data.draw(st.integers(1, 60))).encode()
    elif column == "leaf":
        former = leaf_of(chain[n - 1])[: data.draw(st.integers(1, 32))]  # what erasing would leave, or a part of it
        changed = former
    else:
        padded = former or b"\0"  # of an empty value: one byte put in
        at, by = data.draw(st.integers(0, len(padded) - 1)), data.draw(st.integers(1, 255))
        changed = padded[:at] + bytes([padded[at] ^ by]) + padded[at + 1 :]
    if column == "body" and _same(former, changed):
        return  # DEFLATE has bits that say nothing
    before = _set(kept, n, column, kind, changed)
    try:
        verdict = kept.verdict()
        assert not verdict.sound
        assert verdict.records < len(chain)
    finally:
        before()
    assert kept.verdict().sound


def _same(former: bytes, changed: bytes) -> bool:
    try:
        return bool(unpacked(former) == unpacked(changed))
    except Exception:  # noqa: BLE001 - it does not even unpack
        return False


def _set(kept: Kept, n: int, column: str, kind: str, value: bytes) -> Callable[[], object]:
    """Write it into the row as SQLite's own type; how to take it back."""
    as_kind = {"text": "CAST(? AS TEXT)", "integer": "CAST(CAST(? AS TEXT) AS INTEGER)", "blob": "?"}[kind]
    ((former,),) = kept.sql(f"SELECT {column} FROM record WHERE n = ?", n)
    new = kept.sql(f"UPDATE record SET {column} = {as_kind} WHERE n = ? RETURNING n", value, n)[0][0]
    return lambda: kept.sql(f"UPDATE record SET {column} = ? WHERE n = ?", former, new)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_any_single_changed_byte_of_a_file_is_found(kept: Kept, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(kept.files.root.glob("??/??/*"))))
    whole = path.read_bytes()
    at, by = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
    path.write_bytes(whole[:at] + bytes([whole[at] ^ by]) + whole[at + 1 :])
    try:
        assert path.name[:12] in kept.verdict().fault
    finally:
        path.write_bytes(whole)
    assert kept.verdict().sound


@pytest.mark.parametrize(("one", "other"), [(1, 2), (1, 4), (2, 3), (3, 4)])
def test_two_records_that_changed_places_are_found(kept: Kept, one: int, other: int) -> None:
    for former, new in ((one, 99), (other, one), (99, other)):
        kept.sql("UPDATE record SET n = ? WHERE n = ?", new, former)
    verdict = kept.verdict()
    assert f"Record {one} " in verdict.fault
    assert verdict.records == one - 1


def test_a_record_that_cannot_be_read_is_named_and_those_before_it_hold(kept: Kept) -> None:
    kept.sql("UPDATE record SET body = x'FF00' WHERE n = 3")
    verdict = kept.verdict()
    assert "Record 3 cannot be read" in verdict.fault
    assert verdict.records == 2


# --- signed days --------------------------------------------------------------------------------------------------


def test_a_day_may_be_closed_again_when_more_came(kept: Kept) -> None:
    kept.road.one("deliver", "a3")
    kept.close()
    assert (kept.verdict().sound, kept.verdict().closings) == (True, 2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"head": "00" * 32}, "over other records than are there"),
        ({"records": 3}, "over other records than are there"),
        ({"by": "Otto"}, "is not good"),
        ({"signature": "00" * 64}, "is not good"),
        ({"key": "zz"}, "does not say how"),
        ({"open": 7}, "does not say how"),
    ],
)
def test_a_closing_that_does_not_hold_is_found_though_its_link_does(kept: Kept, changes: Any, words: str) -> None:
    kept.close(**changes)
    verdict = kept.verdict()
    assert words in verdict.fault
    assert verdict.records == 4


# --- erased words -------------------------------------------------------------------------------------------------


def test_an_erased_record_holds_by_its_leaf(kept: Kept) -> None:
    kept.erase(3)
    verdict = kept.verdict()
    assert verdict.sound, verdict.fault
    assert (verdict.records, verdict.erased) == (5, 1)


def test_an_erasure_that_nobody_speaks_of_is_found(kept: Kept) -> None:
    kept.erase(3, said=False)
    assert "Record 3 is erased, and no later record says so" in kept.verdict().fault


@pytest.mark.parametrize("changes", [{"leaf": "00" * 32}, {"leaf": None}])
def test_an_erasure_of_another_record_is_found(kept: Kept, changes: Any) -> None:
    kept.erase(3, **changes)
    assert "was another than is there" in kept.verdict().fault


@pytest.mark.parametrize("column", ["key", "order_id", '"on"', "salt", "leaf", "digest"])
def test_what_is_left_of_an_erased_record_cannot_be_changed(kept: Kept, column: str) -> None:
    kept.erase(3)
    text = column not in ("salt", "leaf", "digest")
    kept.sql(f"UPDATE record SET {column} = ? WHERE n = 3", "2026-01-01" if text else b"\x01")
    assert not kept.verdict().sound


def test_a_photos_files_are_looked_at_once_though_many_records_name_them(kept: Kept) -> None:
    sha256 = next(r for r in kept.road.chain() if r.kind is RecordKind.PHOTO).body["sha256"]
    body = next(r for r in kept.road.chain() if r.kind is RecordKind.PHOTO).body
    kept.put(RecordKind.PHOTO, "another", "a1", dict(body))
    assert kept.verdict().files == 4
    kept.files.path(sha256).unlink()
    late = verify_proofs(kept.road.logbook, kept.files, now=NOW + timedelta(days=91))
    assert (late.sound, late.files, late.expired) == (True, 2, 2)


@pytest.mark.parametrize(
    ("kind", "body"), [(RecordKind.PHOTO, {}), (RecordKind.PHOTO, {"sha256": 7}), (RecordKind.ERASED, {"n": [1]})]
)
def test_a_record_that_lacks_what_its_kind_says_is_named(kept: Kept, kind: RecordKind, body: Any) -> None:
    """Its link may hold all the same: whoever makes the chain anew can link anything."""
    kept.put(kind, "another", "a1", body)
    assert "does not say what a record of its kind says" in kept.verdict().fault


def test_packing_is_taken_back_by_unpacking_alone() -> None:
    assert unpacked(packed(b"x" * 500)) == b"x" * 500
    with pytest.raises(ValueError, match="no known way"):
        unpacked(b"\x07abc")
