"""Evidence for one stop: written from a real depot, verified with nothing but the file, and any change of it found."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

import main as program
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.review import Decision
from dispatcher.evidence.attached import attach, attachments
from dispatcher.proof.bundle import check, sealed, unsealed
from dispatcher.proof.canonical import canonical
from dispatcher.proof.chain import leaf_of
from dispatcher.proof.files import ProofFiles
from dispatcher.proof.photos import look_at
from dispatcher.services.closing import close_day, key_fingerprint, look, signing_seed
from dispatcher.services.driving import keep_photo
from dispatcher.services.evidence import proofs_folder
from dispatcher.services.evidence_file import JSON_NAME, Written, verify_evidence, write_evidence
from dispatcher.services.verifying import verify_proofs
from tests.fixtures import days, onroad
from tests.unit.proof.pictures import saved, scene
from tests.unit.services.test_reviewing import Evening, evening  # noqa: F401 - the fixture
from tests.unit.services.test_reviewing_rules import correct

PHOTO = saved(scene())


def files_of(evening: Evening) -> ProofFiles:  # noqa: F811
    return ProofFiles(proofs_folder(evening.workplace.home, evening.workplace.slug))


def deliver(evening: Evening, *, photo: bytes = PHOTO) -> str:  # noqa: F811
    """The round's first stop, with a photo that came."""
    files = files_of(evening)
    sha256 = files.put(photo)
    (key,) = evening.deliver(0, photos=[sha256], name="Żółć & Söhne", note="<b>Hello</b>")
    found = look_at(files.path(sha256))
    came = found.photo(sha256, files.put(found.copy), evening.phone.id, days.clock("12:00"))
    evening.book.write(lambda book: keep_photo(book, came, evening.phone, now=days.clock("12:00")))
    return key


def close(evening: Evening) -> None:  # noqa: F811
    close_day(evening.workplace, look(evening.workplace, evening.desk, days.DATE), by="Anna", force=True)


def write(evening: Evening, out: Path, **which: object) -> Written:  # noqa: F811
    return write_evidence(evening.workplace, evening.desk, evening.order_ids[0], out, **which)  # type: ignore[arg-type]


@pytest.fixture
def closed(evening: Evening) -> Evening:  # noqa: F811
    key = deliver(evening)
    evening.deliver(1, 2, 3)
    evening.desk.decide(days.DATE, [key], Decision.ACCEPTED, by="Anna")
    close(evening)
    return evening


def test_what_was_written_is_verified_with_nothing_but_the_file(closed: Evening, tmp_path: Path) -> None:
    out = tmp_path / "stop.pdf"
    made = write(closed, out)
    assert (made.signed, made.attempt, made.records, made.photos) == (True, 1, 3, 1)
    shown = verify_evidence(out, key=key_fingerprint(closed.workplace))
    said = shown.described()
    assert (said["signed"], said["by"], said["records"], said["later"]) == (True, "Anna", 3, 0)
    assert (said["photos"], said["photos_missing"], said["order"]) == (1, 0, made.number)
    assert said["fingerprint"] == made.fingerprint
    parts = attachments(out.read_bytes())
    assert PHOTO in parts.values(), "the original, byte for byte"
    text = "\n".join(page.extract_text() for page in PdfReader(out).pages)
    for words in ("Żółć & Söhne", "<b>Hello</b>", "accepted by Anna", made.fingerprint, "Delivered, attempt 1"):
        assert words in text


def test_nothing_of_other_stops_is_in_it(closed: Evening, tmp_path: Path) -> None:
    write(closed, tmp_path / "stop.pdf")
    parts = attachments((tmp_path / "stop.pdf").read_bytes())
    said = orjson.loads(parts[JSON_NAME])
    assert {record["order_id"] for record in said["records"]} == {closed.order_ids[0]}
    others = [closed.keys[place] for place in (1, 2, 3)]
    assert not any(key.encode() in parts[JSON_NAME] for key in others)


def test_a_corrected_reason_does_not_hide_what_the_driver_said(evening: Evening, tmp_path: Path) -> None:  # noqa: F811
    fail = {"order_id": evening.order_ids[0], "reason": "NOT_HOME"}
    onroad.act(evening.book, evening.phone, "fail", evening.shift, days.clock("11:00"), **fail)
    (proof,) = evening.desk.day(days.DATE).proofs
    evening.book.write(lambda book: correct(book, proof.attempt, "REFUSED"))
    write(evening, tmp_path / "stop.pdf")
    pages = PdfReader(tmp_path / "stop.pdf").pages
    said = " ".join(" ".join(page.extract_text() for page in pages).split())
    labels = {code: reason.label for code, reason in evening.workplace.depot.road.reason_by_code.items()}
    assert f"{labels['REFUSED']}, as corrected by Anna; the driver said: {labels['NOT_HOME']}" in said


def test_a_day_that_is_not_closed_gives_a_file_that_says_so(evening: Evening, tmp_path: Path) -> None:  # noqa: F811
    deliver(evening)
    made = write(evening, tmp_path / "stop.pdf")
    assert not made.signed
    assert verify_evidence(tmp_path / "stop.pdf").described()["signed"] is False
    with pytest.raises(BadInput, match="by nobody"):
        verify_evidence(tmp_path / "stop.pdf", key=made.fingerprint)
    assert "NOT SIGNED" in "".join(page.extract_text() for page in PdfReader(tmp_path / "stop.pdf").pages)


def test_what_came_after_the_closing_is_told_apart(closed: Evening, tmp_path: Path) -> None:
    closed.desk.decide(days.DATE, [closed.keys[0]], Decision.NOTED, by="Otto", note="Called")
    write(closed, tmp_path / "stop.pdf")
    said = verify_evidence(tmp_path / "stop.pdf").described()
    assert (said["records"], said["later"]) == (3, 1)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_single_changed_byte_is_found(closed: Evening, tmp_path: Path, data: st.DataObject) -> None:
    out = tmp_path / "stop.pdf"
    if not out.exists():
        write(closed, out)
    whole = out.read_bytes()
    at, by = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(1, 255))
    harmed = tmp_path / "harmed.pdf"
    harmed.write_bytes(whole[:at] + bytes([whole[at] ^ by]) + whole[at + 1 :])
    with pytest.raises(BadInput):
        verify_evidence(harmed)


@pytest.mark.parametrize("cut", [0, 1, 100, 5_000])
def test_a_file_cut_off_or_added_to_is_found(closed: Evening, tmp_path: Path, cut: int) -> None:
    out = tmp_path / "stop.pdf"
    write(closed, out)
    whole = out.read_bytes()
    out.write_bytes(whole[:-cut] if cut else whole + b"\n")
    with pytest.raises(BadInput, match="seal"):
        verify_evidence(out)


def test_another_key_than_the_one_that_is_known_is_told(closed: Evening, tmp_path: Path) -> None:
    write(closed, tmp_path / "stop.pdf")
    with pytest.raises(BadInput, match="not with the key that was named"):
        verify_evidence(tmp_path / "stop.pdf", key="0000 " * 8)


def test_a_forger_who_seals_with_a_key_of_their_own_is_found(closed: Evening, tmp_path: Path) -> None:
    write(closed, tmp_path / "stop.pdf")
    pdf, _ = unsealed((tmp_path / "stop.pdf").read_bytes())
    (tmp_path / "forged.pdf").write_bytes(sealed(pdf, bytes(32)))
    with pytest.raises(BadInput, match="another key than the day is signed with"):
        verify_evidence(tmp_path / "forged.pdf")


def _set(*where: str | int, to: object) -> Callable[[Any], None]:
    """Put another value there."""

    def change(said: Any) -> None:
        for step in where[:-1]:
            said = said[step]
        said[where[-1]] = to

    return change


def _not_included(said: Any) -> None:
    del said["records"][0]["index"], said["records"][0]["path"]


HARMS: dict[str, Callable[[Any], object]] = {
    "body": _set("records", 0, "body", "name", to="Otto"),
    "salt": _set("records", 0, "salt", to="00" * 16),
    "path": _set("records", 0, "path", 0, to="00" * 32),
    "index": _set("records", 0, "index", to=1),
    "size": _set("head", "records", to=2),
    "head": _set("head", "head", to="00" * 32),
    "by": _set("head", "by", to="Otto"),
    "order of records": lambda said: said["records"].reverse(),
    "attempt left out": lambda said: said["records"].pop(0),
    "attempt not included": _not_included,
    "other attempt": _set("attempt", to="another"),
    "photo not listed": _set("photos", to=[]),
    "photo not here": _set("photos", 0, "file", to="nowhere.jpg"),
    "photo hidden": _set("photos", 0, "file", to=""),
    "format": _set("format", to="roundhouse evidence 9"),
    "a part missing": lambda said: said.pop("head"),
    "not a list": _set("records", to=7),
}


@pytest.mark.parametrize("what", HARMS)
def test_a_bundle_that_was_changed_is_found_even_under_a_good_seal(closed: Evening, tmp_path: Path, what: str) -> None:
    write(closed, tmp_path / "stop.pdf")
    pdf, _ = unsealed((tmp_path / "stop.pdf").read_bytes())
    parts = attachments(pdf)
    said = orjson.loads(parts.pop(JSON_NAME))
    assert check(canonical(said), parts).records == 3
    HARMS[what](said)
    with pytest.raises(BadInput):
        check(canonical(said), parts)
    forged = attach(_blank(), {JSON_NAME: canonical(said), **parts})
    (tmp_path / "forged.pdf").write_bytes(sealed(forged, signing_seed(closed.workplace)))
    with pytest.raises(BadInput):
        verify_evidence(tmp_path / "forged.pdf")


def _blank() -> bytes:
    from pypdf import PdfWriter

    writer, made = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(made)
    return made.getvalue()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"\0" * 1_000])
def test_what_is_no_evidence_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.pdf").write_bytes(data)
    with pytest.raises(BadInput, match="no seal"):
        verify_evidence(tmp_path / "x.pdf")
    (tmp_path / "y.pdf").write_bytes(sealed(data, bytes(32)))
    with pytest.raises(BadInput):
        verify_evidence(tmp_path / "y.pdf")
    with pytest.raises(BadInput, match="cannot be read"):
        verify_evidence(tmp_path / "nowhere.pdf")


def test_a_photo_that_is_gone_or_never_came_is_said_to_be_missing(closed: Evening, tmp_path: Path) -> None:
    files = files_of(closed)
    for file in files.root.glob("??/??/*"):
        file.unlink()
    made = write(closed, tmp_path / "stop.pdf")
    said = verify_evidence(tmp_path / "stop.pdf").described()
    assert (made.photos, said["photos"], said["photos_missing"]) == (0, 0, 1)


def test_what_was_erased_or_is_not_there_gives_no_evidence(closed: Evening, tmp_path: Path) -> None:
    out = tmp_path / "stop.pdf"
    with pytest.raises(KnownError, match="no attempt 7"):
        write(closed, out, number=7)
    orders = closed.workplace.store.read(lambda r: r.day(days.DATE)).orders
    untouched = next(order_id for order_id in orders if order_id not in closed.order_ids)
    with pytest.raises(KnownError, match="no attempt"):
        write_evidence(closed.workplace, closed.desk, untouched, out)
    record = closed.book.read(lambda r: r.records_of([closed.order_ids[0]]))[0]
    closed.book.write(lambda book: book.erase_record(record.n, leaf_of(record)))
    with pytest.raises(KnownError, match="was erased"):
        write(closed, out)
    assert not out.exists()


def test_a_day_closed_with_a_lost_key_asks_to_be_closed_again(closed: Evening, tmp_path: Path) -> None:
    (closed.workplace.home.database(closed.workplace.slug).parent / "gateway" / "signing-key").unlink()
    with pytest.raises(KnownError, match="another key"):
        write(closed, tmp_path / "stop.pdf")
    standing = look(closed.workplace, closed.desk, days.DATE)
    assert (standing.closings.closed, standing.closed) == (True, False)
    close(closed)
    again = write(closed, tmp_path / "stop.pdf")
    assert verify_evidence(again.file, key=key_fingerprint(closed.workplace)).checked.signed_by == "Anna"
    files = proofs_folder(closed.workplace.home, closed.workplace.slug)
    verdict = verify_proofs(closed.book, ProofFiles(files), now=closed.clock())
    assert (verdict.fault, len(verdict.keys)) == ("", 2)


def test_the_command_writes_and_another_data_folder_verifies(
    closed: Evening, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "stop.pdf"

    def run(*words: str) -> tuple[int, str, str]:
        status = program.main(["evidence", *words, "--json"])
        said = capsys.readouterr()
        return status, said.out, said.err

    monkeypatch.setenv("ROUNDHOUSE_HOME", str(closed.workplace.home.root))
    order = closed.workplace.store.read(lambda r: r.order(closed.order_ids[0]))
    assert order is not None
    status, said, _ = run(order.number.lower(), "--out", str(out), "--depot", closed.workplace.slug)
    assert (status, json.loads(said)["signed"]) == (0, True)
    finger = json.loads(said)["fingerprint"]
    assert run("nobody", "--out", str(out))[0] == 1
    assert run("--out", str(out))[0] == 1
    monkeypatch.setenv("ROUNDHOUSE_HOME", str(tmp_path / "nothing-here"))
    status, said, _ = run("--verify", str(out), "--key", finger)
    assert (status, json.loads(said)["by"]) == (0, "Anna")
    out.write_bytes(out.read_bytes().replace(b"/Title", b"/Titel", 1))
    status, _, error = run("--verify", str(out))
    assert status == 1
    assert "changed after it was made" in error


def test_the_ground_has_a_scale_that_shows_both_places() -> None:
    from dispatcher.domain.place import Place
    from dispatcher.evidence.map import Ground

    ground = Ground(Place(60.17, 24.94), Place(60.175, 24.95), 20.0)
    assert ground.bounds is not None
    assert ground.bounds.contains(Place(60.17, 24.94))
    assert ground.bounds.contains(Place(60.175, 24.95))
    assert replace(ground, stop=None, phone=None).bounds is None
