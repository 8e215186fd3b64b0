"""Merkle tree heads and inclusion proofs, against Certificate Transparency's known answers and against every change."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.proof.merkle import inclusion, is_included, tree_head
from tests.unit.proof.test_chain import CT_ENTRIES, CT_HEADS

ENTRIES = [bytes.fromhex(entry) for entry in CT_ENTRIES]
# (index from 0, size): the paths of Certificate Transparency's own tests (merkle_tree_test.cc), which count from 1
CT_PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


@pytest.mark.parametrize(("place", "path"), CT_PATHS.items())
def test_paths_are_those_of_certificate_transparency(place: tuple[int, int], path: list[str]) -> None:
    index, size = place
    assert [each.hex() for each in inclusion(ENTRIES[:size], index)] == path
    known = [bytes.fromhex(each) for each in path]
    assert is_included(ENTRIES[index], index, size, known, bytes.fromhex(CT_HEADS[size]))


@given(st.integers(1, 70), st.data())
def test_every_entry_is_shown_to_be_included_and_no_other(size: int, data: st.DataObject) -> None:
    entries = [hashlib.sha256(bytes([n])).digest() for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    head, path = tree_head(entries), inclusion(entries, index)
    assert is_included(entries[index], index, size, path, head)
    assert not is_included(b"another", index, size, path, head)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index) if size > 1 else st.just(size))
    assert not is_included(entries[index], other, size, path, head)
    assert not is_included(entries[index], index, size, (*path, head), head)
    assert not is_included(entries[index], index, size, path, tree_head([*entries, b"more"]))
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        harmed = (*path[:at], bytes(32), *path[at + 1 :])
        assert not is_included(entries[index], index, size, harmed, head)
        assert not is_included(entries[index], index, size, path[:-1], head)


@pytest.mark.parametrize("index", [-1, 3])
def test_an_entry_that_is_not_there_has_no_path(index: int) -> None:
    with pytest.raises(IndexError):
        inclusion(ENTRIES[:3], index)
    assert not is_included(ENTRIES[0], index, 3, [], bytes.fromhex(CT_HEADS[3]))
