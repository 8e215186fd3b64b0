"""What was acknowledged is there after the process is killed, and the file is whole."""

from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2

from dispatcher.domain.orders import Order
from tests.db.child import child, line_of
from tests.db.conftest import Open
from tests.fixtures.yard import MONDAY, Yard

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from db.opening import open_store
from dispatcher.domain.plan import Stop
from tests.fixtures.yard import MONDAY, order

store = open_store(Path(sys.argv[1]), clock=lambda: datetime.now(UTC))
shift = store.read(lambda reader: reader.shifts_of(MONDAY))[0]
for n in range(100_000):
    orders = [order(f"{sys.argv[2]}-{n}-{part}") for part in range(5)]

    def change(unit):
        unit.put_orders(orders)
        unit.set_routes({shift.id: [Stop(o.id) for o in orders]})

    store.write("Put", change)
    print(n, flush=True)
"""
ROUNDS, ACKNOWLEDGED = 4, 12


def test_nothing_acknowledged_is_lost_when_the_process_is_killed(opened: Open, tmp_path: Path) -> None:
    store = Yard(opened(tmp_path)).store
    store.close()
    last: dict[int, int] = {}
    for number in range(ROUNDS):
        with child(WRITER, str(store.file), str(number)) as writer:
            while int(line_of(writer) or -1) < ACKNOWLEDGED + number:
                assert writer.poll() is None
            writer.kill()
            rest, _ = writer.communicate()
        last[number] = max([ACKNOWLEDGED + number, *map(int, rest.split())])
    with closing(dbapi2.connect(str(store.file))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    reopened = opened(store.file)
    found = {o.number for o in reopened.read(lambda reader: reader.orders_of([MONDAY]))}
    for number, count in last.items():
        assert {f"{number}-{n}-{part}" for n in range(count + 1) for part in range(5)} <= found
    assert_whole(list(reopened.read(lambda reader: reader.orders_of([MONDAY]))))
    assert len(reopened.entries(100_000)) == reopened.read(lambda reader: reader.revision)


def assert_whole(orders: list[Order]) -> None:
    """No unit of work is there by half: the orders of each come in fives."""
    units: dict[str, int] = {}
    for order in orders:
        unit, _, _part = order.number.rpartition("-")
        units[unit] = units.get(unit, 0) + 1
    del units[str(MONDAY)]  # the yard put its own before
    assert set(units.values()) == {5}
