"""Codes of a day's orders, the file they leave in, the depot's secret, and both commands on a real data folder."""

import csv
import json
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pysqlite3 import dbapi2

import main as program
from commands.opening import now, open_store
from db.lock import lock_home
from db.logbook.opening import open_logbook
from db.logbook.store import SqliteLogbook
from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.orders import Contact, Order, OrderState
from dispatcher.domain.place import Address
from dispatcher.domain.proof import Asked, CodeVerdict, Need, ProofKind
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.domain.time import TimeWindow
from dispatcher.proof.codes import check
from dispatcher.services.codes import HEADINGS, code_of, codes_file, depot_secret, expires_at, issue_codes
from dispatcher.services.home import find_home
from dispatcher.services.workplace import open_workplace
from tests.unit.services.driven_day import NOW, ON, SECRET, open_road

HELSINKI = ZoneInfo("Europe/Helsinki")
POLICY = RoadPolicy()


def order(name: str, *, level: Need | None = Need.REQUIRED, **changes: Any) -> Order:
    """An order that asks for a code, or for nothing."""
    asked = Asked({ProofKind.CODE: level}) if level else Asked()
    contact = Contact(f"Name {name}", "+358 40 123", f"{name}@example.org")
    made = Order(OrderId(name), f"HEL-{name}", ON, Address("Eteläesplanadi 20"), contact=contact, asked=asked)
    return replace(made, **changes)


@pytest.fixture
def logbook(tmp_path: Path) -> Iterator[SqliteLogbook]:
    opened = open_logbook(tmp_path, clock=lambda: NOW)
    yield opened
    opened.close()


def issued(logbook: SqliteLogbook, *orders: Order, **changes: Any) -> tuple[OrderId, ...]:
    settings = {"policy": POLICY, "zone": HELSINKI, "secret": SECRET, "now": NOW, **changes}
    return issue_codes(logbook, orders, **settings)


def digits(logbook: SqliteLogbook, name: str, attempt: int = 1) -> str | None:
    return logbook.read(lambda r: code_of(r, OrderId(name), attempt, SECRET))


def test_who_gets_a_code(logbook: SqliteLogbook) -> None:
    orders = [
        order("a"),
        order("b", level=None),
        order("c", state=OrderState.CANCELLED),
        order("d", level=Need.OPTIONAL),
    ]
    assert issued(logbook, *orders) == ("a", "d")
    assert digits(logbook, "b") is None
    everybody = replace(POLICY, delivering={**POLICY.delivering, ProofKind.CODE: Need.ASKED})
    assert issued(logbook, *orders, order("e", level=Need.OFF), policy=everybody) == ("b",)


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([], datetime(2026, 11, 24, 22, tzinfo=UTC)),
        ([(8, 12)], datetime(2026, 11, 24, 22, tzinfo=UTC)),
        ([(8, 12), (19, 21)], datetime(2026, 11, 24, 23, tzinfo=UTC)),
    ],
)
def test_a_code_lives_through_the_day_and_two_hours_past_the_last_window(
    windows: list[tuple[int, int]], expected: datetime
) -> None:
    at = lambda hour: datetime(2026, 11, 24, hour, tzinfo=UTC)
    assert expires_at(order("a", windows=tuple(TimeWindow(at(a), at(b)) for a, b in windows)), HELSINKI) == expected


def test_a_code_is_good_until_the_end_of_a_round_by_night(logbook: SqliteLogbook) -> None:
    by_night, by_day = order("night"), order("day")
    dawn = datetime(2026, 11, 25, 4, tzinfo=UTC)
    ends = {by_night.id: dawn, by_day.id: datetime(2026, 11, 24, 15, tzinfo=UTC)}
    issued(logbook, by_night, by_day)
    before = digits(logbook, "night")
    assert issued(logbook, by_night, by_day, ends=ends) == (), "the digits stay"
    kept = {name: logbook.read(lambda r, n=name: r.code(OrderId(n), 1)) for name in ("night", "day")}
    assert kept["night"].expires_at == dawn + timedelta(hours=2)
    assert kept["day"].expires_at == datetime(2026, 11, 24, 22, tzinfo=UTC)
    assert check(kept["night"], before or "", dawn)[0] is CodeVerdict.RIGHT


def test_a_day_on_which_clocks_change_ends_at_its_own_midnight() -> None:
    assert expires_at(order("a", date=date(2026, 10, 25)), HELSINKI) == datetime(2026, 10, 25, 22, tzinfo=UTC)


def test_issuing_again_keeps_the_digits_and_follows_the_order(logbook: SqliteLogbook) -> None:
    issued(logbook, order("a"))
    first = digits(logbook, "a")
    assert issued(logbook, order("a", date=ON + timedelta(days=1))) == ()
    assert digits(logbook, "a") == first
    code = logbook.read(lambda r: r.code(OrderId("a"), 1))
    assert code is not None
    assert code.expires_at == datetime(2026, 11, 25, 22, tzinfo=UTC)
    assert issued(logbook, order("a", attempt=2)) == ("a",)
    assert digits(logbook, "a", 2) != first == digits(logbook, "a")


def test_a_new_issue_voids_the_former_and_gives_new_tries_but_not_to_a_used_one(logbook: SqliteLogbook) -> None:
    issued(logbook, order("a"), order("b"))
    former, used = digits(logbook, "a"), digits(logbook, "b")
    assert former is not None
    assert used is not None
    logbook.write(lambda w: w.put_code(check(w.code(OrderId("b"), 1), used, NOW)[1]))  # type: ignore[arg-type]
    logbook.write(lambda w: w.put_code(replace(w.code(OrderId("a"), 1), tries=5)))  # type: ignore[type-var]
    assert issued(logbook, order("a"), order("b"), anew=True) == ("a",)
    new = digits(logbook, "a")
    assert new is not None
    verdicts = [check(logbook.read(lambda r: r.code(OrderId("a"), 1)), typed, NOW)[0] for typed in (former, new)]
    assert verdicts == [CodeVerdict.WRONG, CodeVerdict.RIGHT]
    assert digits(logbook, "b") == used


def test_the_file_has_what_a_message_needs_and_runs_no_formula(logbook: SqliteLogbook, tmp_path: Path) -> None:
    orders = [order("a", number="=HYPERLINK(1)", contact=Contact("@cmd", "+358 40 123", "a@example.org")), order("b")]
    issued(logbook, *orders)
    out = tmp_path / "codes.csv"
    assert logbook.read(lambda r: codes_file(r, orders, zone=HELSINKI, secret=SECRET, out=out)) == 2
    header, first, second = csv.reader(out.read_text("utf-8-sig").splitlines())
    assert tuple(header) == HEADINGS
    assert first[:4] == ["'=HYPERLINK(1)", "'@cmd", "'+358 40 123", "a@example.org"]
    assert first[4:] == [digits(logbook, "a"), "2026-11-25T00:00+02:00"]
    assert second[4] == digits(logbook, "b")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_day_without_codes_writes_no_file(logbook: SqliteLogbook, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="one-time code"):
        logbook.read(lambda r: codes_file(r, [order("a")], zone=HELSINKI, secret=SECRET, out=tmp_path / "codes.csv"))
    assert not (tmp_path / "codes.csv").exists()


def test_the_secret_is_made_once_whoever_asks_at_the_same_time(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: depot_secret(tmp_path / "gateway"), range(16)))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 32
    assert [file.name for file in (tmp_path / "gateway").iterdir()] == ["secret"]
    assert stat.S_IMODE((tmp_path / "gateway" / "secret").stat().st_mode) == 0o600


def test_a_damaged_secret_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(KnownError, match="damaged"):
        depot_secret(tmp_path)


# --- the commands -------------------------------------------------------------------------------------------------

Say = pytest.CaptureFixture[str]


def run(capsys: Say, *arguments: str) -> tuple[int, dict[str, Any], str]:
    status = program.main([*arguments, "--json"])
    said = capsys.readouterr()
    return status, json.loads(said.out or "{}"), said.err


@pytest.fixture
def depot(home: Path, capsys: Say) -> Path:
    """The folder of a depot with one order."""
    assert run(capsys, "depot", "new", "Yard", "--at", "60.17,24.94", "--zone", "Europe/Helsinki")[0] == 0
    folder = home / "depots" / "yard"
    with open_workplace(find_home(), "yard", open_store=open_store, clock=now) as place:
        place.store.write("Fill", lambda uow: uow.put_orders([order("a"), order("b", level=None)]))
    return folder


def test_codes_are_written_again_the_same_and_renewed_when_asked(depot: Path, tmp_path: Path, capsys: Say) -> None:
    out = tmp_path / "codes.csv"
    command = ("codes", "--date", ON.isoformat(), "--out", str(out))
    said = run(capsys, *command)[1]
    assert (said["codes"], said["issued"]) == (1, 1)
    first = out.read_text("utf-8-sig")
    assert run(capsys, *command)[1]["issued"] == 0
    assert out.read_text("utf-8-sig") == first
    assert run(capsys, *command, "--renew")[1]["issued"] == 1
    assert out.read_text("utf-8-sig") != first


def test_codes_and_verify_run_beside_an_open_window(depot: Path, tmp_path: Path, capsys: Say) -> None:
    open_road(depot).logbook.close()
    with lock_home(find_home().root):
        out = str(tmp_path / "codes.csv")
        assert run(capsys, "codes", "--date", ON.isoformat(), "--out", out)[1]["codes"] == 1
        assert run(capsys, "verify")[0] == 0
        assert run(capsys, "import", str(tmp_path / "orders.csv"))[0] == 1, "what writes the plan still waits"
    status, _, said = run(capsys, "codes", "--depot", "nowhere", "--out", out)
    assert (status, "no such depot" in said) == (1, True)


def test_verify_names_the_break_and_ends_with_1(depot: Path, capsys: Say) -> None:
    road = open_road(depot)
    for name in ("a1", "a2", "a3"):
        road.one("deliver", name, name="Aino")
    head = road.chain()[-1].digest.hex()
    road.logbook.close()
    status, said, _ = run(capsys, "verify")
    assert (status, said["records"], said["head"]) == (0, 3, head)
    connection = dbapi2.connect(str(depot / "logbook.db"))
    connection.execute("UPDATE record SET order_id = 'zz' WHERE n = 2")
    connection.commit()
    connection.close()
    status, _, error = run(capsys, "verify")
    assert status == 1
    assert "Record 2 was changed" in error
    assert "order zz" in error
