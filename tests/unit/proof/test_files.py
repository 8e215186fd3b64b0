"""Files by their hash, and uploads in pieces."""

import errno
import hashlib
import os
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dispatcher.domain.errors import BadInput
from dispatcher.proof.files import GONE, PHOTO_BYTES, NoRoom, ProofFiles, TooLarge, WrongBytes, WrongOffset

TODAY = date(2026, 11, 24)
DATA = bytes(range(256)) * 40
SHA = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def files(tmp_path: Path) -> ProofFiles:
    return ProofFiles(tmp_path / "proofs")


def send(files: ProofFiles, offset: int, end: int, device: str = "phone", *, total: int = len(DATA)) -> int:
    return files.append(device, SHA, offset=offset, total=total, chunk=DATA[offset:end], on=TODAY)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file() and f.name != "day"}


def test_an_upload_in_pieces_becomes_a_file(files: ProofFiles) -> None:
    assert files.have("phone", SHA) == 0
    assert send(files, 0, 4_000) == files.have("phone", SHA) == 4_000
    assert send(files, 4_000, len(DATA)) == len(DATA)
    assert not files.has(SHA)
    path = files.finish("phone", SHA)
    assert path == files.path(SHA)
    assert everything(files.root) == {f"{SHA[:2]}/{SHA[2:4]}/{SHA}": DATA}
    assert files.have("phone", SHA) == files.have("another", SHA) == len(DATA)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(cuts=st.sets(st.integers(1, len(DATA) - 1), max_size=6), repeats=st.sets(st.integers(0, 6)))
def test_any_pieces_sent_again_make_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, cuts: set[int], repeats: set[int]
) -> None:
    files = ProofFiles(tmp_path_factory.mktemp("proofs"))
    bounds = [0, *sorted(cuts), len(DATA)]
    for n, (start, end) in enumerate(pairwise(bounds)):
        assert send(files, start, end) == end
        if n in repeats:
            with pytest.raises(WrongOffset) as wrong:
                send(files, start, end)
            assert wrong.value.have == end
    files.finish("phone", SHA)
    assert files.path(SHA).read_bytes() == DATA


def test_a_gap_or_an_overlap_is_refused_with_what_is_there(files: ProofFiles) -> None:
    send(files, 0, 100)
    for offset in (0, 99, 101):
        with pytest.raises(WrongOffset) as wrong:
            send(files, offset, 200)
        assert wrong.value.have == 100
    assert files.have("phone", SHA) == 100


def test_other_bytes_than_announced_start_over(files: ProofFiles) -> None:
    files.append("phone", SHA, offset=0, total=4, chunk=b"evil", on=TODAY)
    with pytest.raises(WrongBytes):
        files.finish("phone", SHA)
    assert everything(files.root) == {}
    send(files, 0, len(DATA))
    files.finish("phone", SHA)
    assert files.fault(SHA) == ""


def test_one_phone_cannot_spoil_anothers_upload(files: ProofFiles) -> None:
    send(files, 0, 100, "phone")
    files.append("other", SHA, offset=0, total=4, chunk=b"evil", on=TODAY)
    send(files, 100, len(DATA), "phone")
    files.finish("phone", SHA)
    assert files.fault(SHA) == ""


def test_a_whole_file_is_not_written_again(files: ProofFiles) -> None:
    send(files, 0, len(DATA))
    files.finish("phone", SHA)
    before = files.path(SHA).stat()
    assert send(files, 0, 100, "other") == len(DATA)
    files.finish("other", SHA)
    assert files.put(DATA) == SHA
    assert files.path(SHA).stat() == before


@pytest.mark.parametrize(("total", "end"), [(PHOTO_BYTES + 1, 10), (0, 10), (-1, 10), (9, 10)])
def test_more_than_fits_or_was_announced(files: ProofFiles, total: int, end: int) -> None:
    with pytest.raises(TooLarge):
        send(files, 0, end, total=total)
    assert files.have("phone", SHA) == 0


def test_a_device_has_so_much_a_day(tmp_path: Path) -> None:
    files = ProofFiles(tmp_path, day_bytes=1_000)
    send(files, 0, 900)
    with pytest.raises(TooLarge, match="today"):
        send(files, 900, 1_001)
    assert files.have("phone", SHA) == 900
    assert send(files, 0, 1_000, "other") == 1_000
    chunk = DATA[900:1_900]
    assert files.append("phone", SHA, offset=900, total=len(DATA), chunk=chunk, on=date(2026, 11, 25)) == 1_900


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", SHA.upper(), SHA[:-1], SHA + "0", SHA[:-1] + "/"])
def test_a_name_that_is_no_hash_is_refused(files: ProofFiles, name: str) -> None:
    for ask in (files.has, files.path, lambda n: files.have("phone", n), lambda n: files.finish("phone", n)):
        with pytest.raises(BadInput):
            ask(name)


def test_a_changed_and_a_missing_file_are_told_apart(files: ProofFiles) -> None:
    files.put(DATA)
    assert files.fault(SHA) == ""
    files.path(SHA).write_bytes(DATA[:-1] + b"x")
    assert files.fault(SHA) == "was changed"
    files.path(SHA).unlink()
    assert files.fault(SHA) == GONE


def test_a_full_disk_keeps_nothing_and_says_so(files: ProofFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk fills when bytes are forced to it; nothing is left behind, and there is room again later."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    send(files, 0, len(DATA))
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(NoRoom):
            files.put(b"copy")
        with pytest.raises(NoRoom):
            files.finish("phone", SHA)
    assert list(everything(files.root)) == [f"arriving/phone/{SHA}.part"]
    files.finish("phone", SHA)
    assert files.fault(SHA) == ""
