"""A person is found across dates, written out, and erased everywhere: the depot's files are searched for them."""

import io
import json
import sqlite3
import zipfile
import zlib
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from db.logbook.packing import unpacked
from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.ids import DriverId, OrderId, ShiftId
from dispatcher.domain.messages import Channel, MessageState, OptOut, Reply
from dispatcher.domain.orders import Contact
from dispatcher.domain.place import Place
from dispatcher.domain.proof import Photo, RecordKind
from dispatcher.domain.review import Decision
from dispatcher.proof.chain import leaf_of, verify
from dispatcher.proof.files import ProofFiles
from dispatcher.services.backups import back_up_today
from dispatcher.services.driving_photos import keep_photo
from dispatcher.services.erasing_persons import erase_person, refusals
from dispatcher.services.holds import hold_orders
from dispatcher.services.live import facts_on
from dispatcher.services.loading.run_sheets import RunSheet, sheet_of
from dispatcher.services.loading.run_sheets import keep as keep_sheet
from dispatcher.services.persons import find_person, kept_of, orders_numbered
from dispatcher.services.persons_export import export_person
from dispatcher.services.retention import photos_of
from dispatcher.services.retention_log import RunKind, runs
from dispatcher.services.verifying import verify_proofs
from dispatcher.services.workplace import Workplace
from tests.fixtures import days
from tests.unit.services.conftest import now
from tests.unit.services.test_retention_proofs import WORD, Evening, at, evening, records, write_of

__all__ = ["evening"]

SHEET = "7K3M2Q"
PHONE, MAIL, LINE = "+49 241 9988776", "unmistakable@example.org", "Unmistakable Lane 7"


@dataclass
class Case:
    """A customer of two orders, one of them delivered with all that a proof can have, five days later."""

    evening: Evening
    place: Workplace
    ids: list[OrderId]
    own: str
    """A photo of theirs alone."""
    shared: str
    """One that another order's proof names too."""
    files: ProofFiles

    def erase(self, **changes: object) -> dict[str, int]:
        said = {"by": "Anna", "why": "Asked by letter", "orders": 2, **changes}
        return erase_person(self.place, self.ids, **said).counts  # type: ignore[arg-type]


def picture(colour: int) -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (8, 8), (colour, 0, 0)).save(held, "PNG")
    return held.getvalue()


@pytest.fixture
def case(evening: Evening) -> Case:
    ids = [evening.order_ids[0], evening.order_ids[3]]
    store = evening.workplace.store
    for order in store.read(lambda r: r.orders(ids)):
        lived = replace(order.address, line=LINE, matched=LINE)
        theirs = replace(order, contact=Contact(WORD, PHONE, MAIL), address=lived, notes=f"{WORD}, second floor")
        store.write("Name", lambda uow, theirs=theirs: uow.put_orders([theirs]))
    files = ProofFiles(photos_of(evening.workplace))
    own, shared = files.put(picture(1)), files.put(picture(2))
    (key,) = evening.deliver(0, name=WORD, note=f"{WORD} took it", photos=[own, shared])
    evening.deliver(1, name="Somebody else", photos=[shared])
    for sha256 in (own, shared):
        photo = _photo(evening, sha256)
        evening.book.write(lambda w, photo=photo: keep_photo(w, photo, evening.phone, now=days.clock("11:02")))
    evening.desk.decide(days.DATE, [key], Decision.NOTED, by="Bo", note=f"{WORD} again")
    number = store.read(lambda r: r.order(ids[0])).number
    evening.write_back(f"{number}: {WORD} was in the garden")
    write_of(evening, ids[0])
    out = OptOut(Channel.SMS, "+492419988776", now(), "replied STOP")
    stranger = Reply("stray", "stray", Channel.SMS, "02419988776", f"{WORD} wants no more", now())
    evening.book.write(lambda w: (w.put_opt_out(out), w.put_reply(stranger)))
    keyed = ((ids[0], f"d 1103 {WORD}"), ("another", "d 1107 Somebody"))
    sheet = RunSheet(SHEET, days.DATE, ShiftId("s1"), DriverId("d1"), now(), (ids[0],), (), draft=keyed)
    evening.book.write(lambda w: keep_sheet(w, sheet))
    return Case(evening, at(evening, 5), ids, own, shared, files)


def _photo(evening: Evening, sha256: str) -> Photo:
    return Photo(
        sha256, 9, days.clock("11:01"), evening.phone.id, "image/png", place=Place(50.7, 6.1), taken_at=now(),
        copy_sha256=sha256,
    )  # fmt: skip


def anywhere(case: Case) -> list[str]:
    """Where in the depot's folder any of the words still is: in bytes, and in what is packed in the databases."""
    folder = photos_of(case.place).parent
    found = [f"{file.name}: {word}" for file in folder.glob("*") if file.is_file() for word in (WORD, MAIL, LINE)
             if word.encode() in file.read_bytes()]  # fmt: skip
    for name, query, unpack in (
        ("depot.db", "SELECT rows FROM image", zlib.decompress),
        ("logbook.db", "SELECT body FROM record UNION ALL SELECT body FROM action UNION ALL SELECT body FROM round"
         " UNION ALL SELECT body FROM message UNION ALL SELECT body FROM reply UNION ALL SELECT body FROM wish"
         " UNION ALL SELECT body FROM incident UNION ALL SELECT body FROM paper", unpacked),
    ):  # fmt: skip
        connection = sqlite3.connect(f"file:{folder / name}?mode=ro", uri=True)
        for (packed,) in connection.execute(query):
            text = unpack(packed).decode()
            found += [f"{name} packed: {word}" for word in (WORD, MAIL, LINE, PHONE) if word in text]
        connection.close()
    return found


# --- finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "unmistakable",
        "mrs UNMISTAKABLE",
        "0241 9988776",
        "+492419988776",
        "9988 776",
        MAIL,
        "lane 7",
        "unmistakable lane",
    ],
)
def test_a_person_is_found_by_anything_known_of_them(case: Case, words: str) -> None:
    assert {trace.order_id for trace in find_person(case.place, words)} == set(case.ids)


def test_an_order_number_finds_that_order_alone(case: Case) -> None:
    number = case.place.store.read(lambda r: r.order(case.ids[0])).number
    assert [trace.order_id for trace in find_person(case.place, number)] == [case.ids[0]]
    assert [trace.order_id for trace in orders_numbered(case.place, [f" {number.lower()} "])] == [case.ids[0]]
    with pytest.raises(KnownError, match="nonesuch"):
        orders_numbered(case.place, [number, "nonesuch"])


@pytest.mark.parametrize("words", ["", " ", "a", "a b"])
def test_too_little_finds_nobody(case: Case, words: str) -> None:
    with pytest.raises(BadInput, match="too little"):
        find_person(case.place, words)
    assert find_person(case.place, "nobody of this name") == []


def test_all_that_is_known_is_counted(case: Case) -> None:
    counts = kept_of(case.place, case.ids).counts()
    assert counts == {
        "orders": 2, "proofs": 1, "signatures": 1, "photos": 2, "messages": 1, "replies": 2, "calls": 1, "wishes": 1,
        "pages": 0, "exceptions": 1, "notes": 1, "pins": 0, "opt_outs": 1, "holds": 0,
    }  # fmt: skip


# --- writing out ------------------------------------------------------------------------------------------------------


def test_the_export_has_words_pictures_and_signature(case: Case, tmp_path: Path) -> None:
    out = tmp_path / "person.zip"
    with pytest.raises(BadInput, match="who writes it out"):
        export_person(case.place, kept_of(case.place, case.ids), out, by=" ")
    assert not out.exists()
    counts = export_person(case.place, kept_of(case.place, case.ids), out, by="Anna")
    assert counts["files"] == 3
    assert out.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(out) as archive:
        told = json.loads(archive.read("person.json"))
        assert archive.read(f"photos/{case.own[:16]}.png") == picture(1)
        (proof,) = told["proofs_of_delivery"]
        assert Image.open(io.BytesIO(archive.read(proof["signature"]))).width == 600
    assert (proof["name"], len(proof["photos"])) == (WORD, 2)
    assert told["orders"][0]["details"]["contact"]["phone"] == PHONE
    assert [len(told[part]) for part in ("messages_to_you", "replies_from_you", "calls", "wishes")] == [1, 2, 1, 1]
    assert told["keyed_from_paper_and_not_saved"] == [f"d 1103 {WORD}"]
    assert "Somebody" not in json.dumps(told)
    assert runs(case.place)[0].kind is RunKind.EXPORTED


# --- erasing ----------------------------------------------------------------------------------------------------------


def test_an_erased_person_is_nowhere_any_more_and_the_chain_holds(case: Case) -> None:
    assert len(anywhere(case)) > 10
    before, facts = records(case.evening), facts_on(case.evening.book, days.DATE)
    counts = case.erase()
    assert (counts["orders"], counts["photos"]) == (2, 2)
    assert anywhere(case) == []
    sheet = case.evening.book.read(lambda r: sheet_of(r, SHEET))
    assert sheet is not None
    assert sheet.draft == (("another", "d 1107 Somebody"),)
    after = records(case.evening)
    assert verify(after) is None
    verdict = verify_proofs(case.evening.book, case.files, now=now())
    assert verdict.sound, verdict.fault
    assert [r.digest for r in after[: len(before)]] == [r.digest for r in before]
    leaves = {r.n: leaf_of(r) for r in before}
    said = {r.body["n"]: bytes.fromhex(r.body["leaf"]) for r in after if r.kind is RecordKind.ERASED}
    assert said == {r.n: r.leaf for r in after if r.erased}
    assert all(leaf == leaves[n] for n, leaf in said.items())
    assert {r.order_id for r in after if r.erased} == {case.ids[0]}
    assert facts_on(case.evening.book, days.DATE) == facts
    assert (case.files.has(case.own), case.files.has(case.shared)) == (False, True)
    assert [proof.attempt.name for proof in case.evening.desk.day(days.DATE).proofs] == ["Somebody else"]


def test_what_asked_for_no_messages_goes_on_getting_none(case: Case) -> None:
    case.erase()
    assert case.evening.book.read(lambda r: r.opt_out(Channel.SMS, "+492419988776")) is not None
    (message,) = case.evening.book.read(lambda r: r.messages_of(case.ids[0]))
    assert (message.state, message.text, message.to) == (MessageState.SENT, "", "")


def test_undo_does_not_bring_them_back(case: Case) -> None:
    case.erase()
    while case.place.store.undo():
        assert anywhere(case) == []
    while case.place.store.redo():
        pass
    assert anywhere(case) == []
    assert find_person(case.place, WORD) == []


def test_what_is_under_hold_is_refused_with_nothing_erased(case: Case) -> None:
    hold_orders(case.place, [case.ids[1]], by="Cy", why="Claim 7")
    before = anywhere(case)
    assert "Claim 7" in refusals(kept_of(case.place, case.ids), case.place.today)[0]
    with pytest.raises(BadInput, match="Claim 7"):
        case.erase()
    assert anywhere(case) == before


def test_an_order_that_is_still_to_be_served_is_refused(case: Case) -> None:
    case.place = at(case.evening, 0)
    with pytest.raises(BadInput, match="to be served"):
        case.erase()


@pytest.mark.parametrize("changes", [{"orders": 1}, {"orders": 3}, {"by": " "}, {"why": ""}])
def test_it_takes_the_right_number_a_name_and_a_reason(case: Case, changes: dict[str, object]) -> None:
    before = anywhere(case)
    with pytest.raises(BadInput):
        case.erase(**changes)
    assert anywhere(case) == before


def test_an_erasure_that_was_cut_off_is_finished_by_the_next(case: Case) -> None:
    class Impatient:
        asked = 0

        def cancelled(self) -> bool:
            return self.asked == 3

        def report(self, _fraction: float, _text: str) -> None:
            self.asked += 1

    with pytest.raises(Cancelled):
        case.erase(progress=Impatient())
    assert not case.files.has(case.own)
    assert find_person(case.place, WORD), "still found, so that it can be gone on with"
    case.erase()
    assert anywhere(case) == []
    assert verify(records(case.evening)) is None


def test_copies_that_hold_them_still_are_named(case: Case) -> None:
    back_up_today(case.place)
    left = erase_person(case.place, case.ids, by="Anna", why="Asked", orders=2).left
    assert len(left) == 2
    assert all("Backup" in line and str((now() + timedelta(days=5)).date()) in line for line in left)


def test_what_was_erased_is_written_down_without_a_name(case: Case) -> None:
    case.erase()
    run = runs(case.place)[0]
    assert (run.kind, run.by, run.why, run.counts["orders"]) == (RunKind.ERASED, "Anna", "Asked by letter", 2)


def test_a_hold_put_at_the_last_moment_spares_photos_too(case: Case) -> None:
    class Late:
        def cancelled(self) -> bool:
            return False

        def report(self, _fraction: float, text: str) -> None:
            if text == "Photos":
                hold_orders(case.place, case.ids[:1], by="Bo", why="Claim")

    before = records(case.evening)
    with pytest.raises(KnownError, match="under hold meanwhile"):
        case.erase(progress=Late())
    assert case.files.has(case.own)
    assert records(case.evening) == before
