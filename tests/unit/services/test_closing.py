"""A day is looked at, signed off, reopened by what comes late, and written down: on a real store and logbook."""

import io
import json
import stat
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

import main as program
from db.lock import lock_home
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import OrderId, new_id
from dispatcher.domain.incidents import Incident, IncidentKind, IncidentState
from dispatcher.domain.proof import Outcome, RecordKind
from dispatcher.domain.review import Decision, ReviewDay
from dispatcher.proof.chain import link
from dispatcher.proof.files import ProofFiles
from dispatcher.proof.merkle import tree_head
from dispatcher.services.agreeing import agreement
from dispatcher.services.closing import DayStanding, close_day, closings_on, key_fingerprint, look
from dispatcher.services.closing_open import Names, OpenKind, open_items
from dispatcher.services.closing_report import write_report
from dispatcher.services.evidence import proofs_folder
from dispatcher.services.reviewing import ReviewDesk
from dispatcher.services.verifying import verify_proofs
from tests.fixtures import days, onroad
from tests.unit.services.test_reviewing import Evening, evening  # noqa: F401 - the fixture


def stands(evening: Evening) -> DayStanding:  # noqa: F811
    return look(evening.workplace, evening.desk, days.DATE)


def kinds(standing: DayStanding) -> list[OpenKind]:
    return [item.kind for item in standing.open]


def end_round(evening: Evening) -> None:  # noqa: F811
    answer = onroad.act(evening.book, evening.phone, "end", evening.shift, days.clock("16:00"))
    assert answer["taking"] == "taken", answer


def test_what_is_open_is_told_by_kind_with_the_way_to_it(evening: Evening) -> None:  # noqa: F811
    flagged, queried, rejected, _fine = evening.deliver(0, 1, 2, 3)
    evening.limit(replace(evening.workplace.depot.road.flags, missing=True, sample=0.0))
    desk = evening.desk
    keys = [proof.attempt.key for proof in desk.day(days.DATE).proofs]
    assert set(keys) == {flagged, queried, rejected, _fine}
    desk.decide(days.DATE, [queried], Decision.QUERIED, by="Anna", note="Who is Kim?")
    desk.decide(days.DATE, [rejected], Decision.REJECTED, by="Anna", note="Not her name")
    standing = look(evening.workplace, desk, days.DATE)
    by_key = {item.key: item for item in standing.open if item.key}
    assert by_key[queried].kind is OpenKind.QUERIED
    assert (by_key[rejected].kind, by_key[rejected].what) == (OpenKind.REJECTED, "Not her name")
    assert OpenKind.ROUND in kinds(standing)
    (round_,) = [item for item in standing.open if item.kind is OpenKind.ROUND and item.shift_id == evening.shift]
    driver = evening.workplace.store.read(lambda r: {d.id: d.name for d in r.drivers()})
    assert round_.about == driver[round_.driver_id]
    assert list(standing.open) == sorted(standing.open, key=lambda item: list(OpenKind).index(item.kind))
    assert standing.outcomes == {Outcome.DELIVERED: 4}


def test_a_rejected_proof_is_open_until_its_exception_is_settled(evening: Evening) -> None:  # noqa: F811
    (key,) = evening.deliver(0)
    evening.desk.decide(days.DATE, [key], Decision.REJECTED, by="Anna", note="Blank")
    assert kinds(stands(evening)).count(OpenKind.REJECTED) == 1
    raised = Incident(
        new_id(), IncidentKind.PROOF_REJECTED, days.DATE, key, "Blank", days.clock("17:00"), days.clock("21:00")
    )
    evening.book.write(lambda book: book.put_incident(raised))
    found = kinds(stands(evening))
    assert (found.count(OpenKind.REJECTED), found.count(OpenKind.INCIDENT)) == (1, 0)
    settled = replace(raised, state=IncidentState.CLOSED)
    late = replace(raised, id=new_id(), kind=IncidentKind.LATE, about="x")
    evening.book.write(lambda book: (book.put_incident(settled), book.put_incident(late)))
    found = kinds(stands(evening))
    assert (found.count(OpenKind.REJECTED), found.count(OpenKind.INCIDENT)) == (0, 1)


def test_one_name_where_two_are_wanted_is_open_and_on_the_report(evening: Evening, tmp_path: Path) -> None:  # noqa: F811
    (key,) = evening.deliver(0)
    evening.desk.decide(days.DATE, [key], Decision.REJECTED, by="Anna", note="Blank")
    evening.desk.decide(days.DATE, [key], Decision.NOTED, by="Cy", note="Really?")
    (item,) = [item for item in stands(evening).open if item.kind is OpenKind.REJECTED]
    assert item.what == "Blank", "a remark is no reason"
    evening.desk.decide(days.DATE, [key], Decision.ACCEPTED, by="Bo")
    (item,) = [item for item in stands(evening).open if item.kind is OpenKind.SECOND]
    assert (item.key, item.what) == (key, "accepted by Bo alone")
    write_report(evening.workplace, stands(evening), tmp_path / "one.pdf")
    assert "accepted by Bo alone" in " ".join(text_of(tmp_path / "one.pdf").split())
    evening.desk.decide(days.DATE, [key], Decision.ACCEPTED, by="Anna")
    assert OpenKind.SECOND not in kinds(stands(evening))
    write_report(evening.workplace, stands(evening), tmp_path / "two.pdf")
    assert "accepted by Bo and Anna" in " ".join(text_of(tmp_path / "two.pdf").split())


def test_photos_that_are_named_and_not_here_are_open(evening: Evening) -> None:  # noqa: F811
    evening.deliver(0, photos=["ab" * 32])
    (item,) = [item for item in stands(evening).open if item.kind is OpenKind.PHOTO]
    assert (item.what, item.key) == ("1 photo", evening.keys[0])


def test_an_ended_round_is_not_open_and_a_silent_phone_is(evening: Evening) -> None:  # noqa: F811
    answer = onroad.act(evening.book, evening.phone, "begin", evening.shift, days.clock("07:00"))
    assert answer["taking"] == "taken"
    late = lambda book: open_items(book, days.DATE, (), Names(), now=days.clock("23:00"), silent_s=600)
    mine = [item.kind for item in evening.book.read(late) if item.shift_id == evening.shift]
    assert mine == [OpenKind.ROUND, OpenKind.PHONE]
    end_round(evening)
    assert [item for item in stands(evening).open if item.shift_id == evening.shift] == []


def test_a_day_is_signed_off_with_the_head_of_its_records(evening: Evening) -> None:  # noqa: F811
    evening.deliver(0, 1)
    standing = stands(evening)
    with pytest.raises(KnownError, match="round not ended"):
        close_day(evening.workplace, standing, by="Anna")
    closing = close_day(evening.workplace, standing, by="  Anna   Berg ", force=True)
    records = evening.book.read(lambda r: r.records())
    assert records[-1].kind is RecordKind.CLOSED
    assert closing.signed.head.head == tree_head([r.digest for r in records[:-1] if r.on == days.DATE.isoformat()])
    assert (closing.by, closing.signed.sound, closing.n) == ("Anna Berg", True, records[-1].n)
    assert closing.signed.head.open["round"] >= 1
    assert closing.fingerprint == key_fingerprint(evening.workplace)
    assert evening.book.read(lambda r: closings_on(r, days.DATE)).closed
    files = ProofFiles(proofs_folder(evening.workplace.home, evening.workplace.slug))
    verdict = verify_proofs(evening.book, files, now=evening.clock())
    assert (verdict.sound, verdict.closings, verdict.keys) == (True, 1, (closing.fingerprint,)), verdict.fault


def test_what_comes_late_reopens_a_day_and_another_closing_takes_it_in(evening: Evening) -> None:  # noqa: F811
    evening.deliver(0)
    first = close_day(evening.workplace, stands(evening), by="Anna", force=True)
    with pytest.raises(KnownError, match="nothing came in since"):
        close_day(evening.workplace, stands(evening), by="Otto", force=True)
    evening.deliver(1)
    reopened = stands(evening)
    assert (reopened.closings.closed, reopened.closings.since) == (False, 1)
    second = close_day(evening.workplace, reopened, by="Otto", force=True)
    assert second.signed.head.records == first.signed.head.records + 2
    assert [each.by for each in stands(evening).closings.done] == ["Anna", "Otto"]


def test_a_day_that_moved_since_it_was_looked_at_is_not_closed(evening: Evening) -> None:  # noqa: F811
    evening.deliver(0)
    standing = stands(evening)
    evening.deliver(1)
    with pytest.raises(KnownError, match="came in since"):
        close_day(evening.workplace, standing, by="Anna", force=True)
    assert evening.book.read(lambda r: closings_on(r, days.DATE)).done == ()


@pytest.mark.parametrize("call", [1, 2])
def test_nothing_is_signed_that_nobody_saw(evening: Evening, call: int) -> None:  # noqa: F811
    """A driver delivers at the very moment the day is looked at: in the first look it is seen, in the second late."""
    evening.deliver(0)
    calls = []

    class Busy(ReviewDesk):
        def day(self, on: date, **how: Any) -> ReviewDay:
            found = super().day(on, **how)
            calls.append(on)
            if len(calls) == call:
                evening.deliver(1)
            return found

    standing = look(evening.workplace, Busy(evening.workplace, clock=evening.clock), days.DATE)
    assert (standing.records, len(standing.proofs)) == ((2, 2) if call == 1 else (1, 1))
    if call == 1:
        assert close_day(evening.workplace, standing, by="Anna", force=True).signed.head.records == 2
    else:
        with pytest.raises(KnownError, match="came in since"):
            close_day(evening.workplace, standing, by="Anna", force=True)


@pytest.mark.parametrize("by", ["", "  ", "x" * 201, "half \ud800"])
def test_nobody_signs_namelessly(evening: Evening, by: str) -> None:  # noqa: F811
    evening.deliver(0)
    with pytest.raises(BadInput):
        close_day(evening.workplace, stands(evening), by=by, force=True)


def test_an_empty_day_is_not_signed(evening: Evening) -> None:  # noqa: F811
    with pytest.raises(BadInput, match="Nothing was recorded"):
        close_day(
            evening.workplace, look(evening.workplace, evening.desk, days.DATE - timedelta(1)), by="A", force=True
        )


def test_the_key_is_the_owners_alone_and_a_damaged_one_is_not_replaced(evening: Evening) -> None:  # noqa: F811
    before = key_fingerprint(evening.workplace)
    file = evening.workplace.home.database(evening.workplace.slug).parent / "gateway" / "signing-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key_fingerprint(evening.workplace) == before
    file.write_bytes(b"short")
    with pytest.raises(KnownError, match="is damaged"):
        key_fingerprint(evening.workplace)


def test_a_closing_that_says_nothing_is_told_and_not_stumbled_over(evening: Evening) -> None:  # noqa: F811
    evening.deliver(0)
    on = days.DATE.isoformat()
    forged = lambda book: book.put_record(
        link(book.head(), kind=RecordKind.CLOSED, key=on, order_id=OrderId(""), on=on, at=evening.clock(), body={})
    )
    evening.book.write(forged)
    with pytest.raises(KnownError, match="does not say how"):
        stands(evening)


def test_two_reviewers_agree_or_do_not(evening: Evening) -> None:  # noqa: F811
    one, other, third = evening.deliver(0, 1, 2)
    for key, by, decision in (
        (one, "Anna", Decision.REJECTED), (one, "Otto", Decision.ACCEPTED), (other, "Anna", Decision.ACCEPTED),
        (other, "otto", Decision.ACCEPTED), (third, "Anna", Decision.ACCEPTED), (third, "Otto", Decision.NOTED),
    ):  # fmt: skip
        evening.desk.decide(days.DATE, [key], decision, by=by, note="words")
    found = agreement(evening.desk.day(days.DATE).proofs)
    assert (found.both, found.agreed, found.reviewers) == (2, 1, (("Anna", 3), ("Otto", 2)))
    assert agreement([]).share is None


def text_of(file: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read_bytes())).pages)


def test_the_report_says_what_was_signed_and_what_was_open(evening: Evening, tmp_path: Path) -> None:  # noqa: F811
    (key,) = evening.deliver(0, name="Żółć & <b>Kim</b>")
    evening.desk.decide(days.DATE, [key], Decision.REJECTED, by="Anna <Berg>", note="<script> & co")
    write_report(evening.workplace, stands(evening), tmp_path / "open.pdf")
    assert "nobody has signed it" in text_of(tmp_path / "open.pdf")
    closing = close_day(evening.workplace, stands(evening), by="Anna <Berg>", force=True)
    write_report(evening.workplace, stands(evening), tmp_path / "day.pdf")
    said = text_of(tmp_path / "day.pdf")
    assert "Anna <Berg>" in said
    assert "<script> & co" in said
    assert closing.fingerprint in said
    assert closing.signed.head.head.hex() in said.replace("\n", "")
    assert "round not ended" in said


def test_a_report_that_cannot_be_written_says_so(evening: Evening, tmp_path: Path) -> None:  # noqa: F811
    with pytest.raises(KnownError, match="cannot be written"):
        write_report(evening.workplace, stands(evening), tmp_path / "nowhere" / "day.pdf")


def test_the_command_refuses_what_is_open_and_closes_when_told(
    evening: Evening,  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evening.deliver(0)
    monkeypatch.setenv("ROUNDHOUSE_HOME", str(evening.workplace.home.root))

    def run(*more: str) -> tuple[int, str, str]:
        command = ["close", "--date", days.DATE.isoformat(), "--by", "Anna", "--report", str(tmp_path / "day.pdf")]
        with lock_home(evening.workplace.home.root):  # as an open window has it
            status = program.main([*command, *more, "--json"])
        said = capsys.readouterr()
        return status, said.out, said.err

    status, _, error = run()
    assert (status, "round not ended" in error, (tmp_path / "day.pdf").exists()) == (1, True, False)
    status, out, _ = run("--force")
    told = json.loads(out)
    assert (status, told["by"], told["records"]) == (0, "Anna", 1)
    assert told["fingerprint"] in text_of(tmp_path / "day.pdf")
    (tmp_path / "day.pdf").unlink()
    assert json.loads(run()[1])["head"] == told["head"], "the report is written again, the day not closed again"
    assert (tmp_path / "day.pdf").exists()
    assert len(evening.book.read(lambda r: closings_on(r, days.DATE)).done) == 1
