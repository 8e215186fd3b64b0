"""Copies side by side: every side is judged alike, and one that cannot be read stops nobody."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from dispatcher.domain.errors import Cancelled, KnownError
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import NoProgress
from dispatcher.services import plan, whatifs
from dispatcher.services.comparing import compare, described, prepare_promotion
from dispatcher.services.plan import sequences_of
from dispatcher.services.ports import Store
from dispatcher.services.whatifs import WhatIf
from dispatcher.services.workplace import Workplace, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import now, open_stores

FIRST_SCHEMA = Path(__file__).parents[2] / "data" / "schema-1.sql"


def made(workplace: Workplace, name: str, *, days_later: int = 0) -> WhatIf:
    on = days.DATE + timedelta(days=days_later)
    return whatifs.make(
        workplace.home, workplace.slug, workplace.store, name=name, on=on, clock=now, open_store=open_stores
    )


def day_of(store: Store) -> Day:
    return store.read(lambda r: r.day(days.DATE))


def drop_second_round(what_if: WhatIf) -> None:
    with closing(open_stores(what_if.file)) as store:
        _, (_, second), *_ = sequences_of(day_of(store)).items()
        store.write("Drop", lambda uow: plan.unassign(uow, order_ids=second))


def test_the_depot_and_the_copies_of_the_day_are_judged(workplace: Workplace) -> None:
    first = made(workplace, "First")
    made(workplace, "Tomorrow", days_later=1)
    drop_second_round(first)
    workplace.store.write("Freeze", lambda uow: uow.set_freeze(days.DATE, days.clock("10:00")))
    depot, side = compare(workplace, days.DATE, open_store=open_stores, progress=NoProgress()).sides
    day = day_of(workplace.store)
    assert depot.what_if is None
    assert depot.figures == whatifs.figures(day, workplace.desk.look(day).schedule)
    assert side.what_if == first
    assert side.figures
    assert (side.figures.rounds, side.figures.unplanned, side.behind) == (1, 8, 1)


def test_from_inside_a_copy_it_is_the_same_comparison(workplace: Workplace) -> None:
    first = made(workplace, "First")
    drop_second_round(first)
    outside = compare(workplace, days.DATE, open_store=open_stores, progress=NoProgress())
    with open_workplace(workplace.home, workplace.slug, open_store=open_stores, clock=now, what_if="First") as inside:
        assert compare(inside, days.DATE, open_store=open_stores, progress=NoProgress()) == outside
        assert day_of(inside.store).unplanned, "its own store was not closed"


def test_a_damaged_copy_is_named_and_the_others_are_judged(workplace: Workplace) -> None:
    damaged, gone, sound = made(workplace, "Damaged"), made(workplace, "Gone"), made(workplace, "Sound")
    damaged.file.write_bytes(b"no database " * 1000)
    sides = compare(workplace, days.DATE, open_store=open_stores, progress=NoProgress()).sides
    by_name = {side.what_if.name: side for side in sides if side.what_if}
    assert "not a Roundhouse database" in by_name["Damaged"].fault
    assert by_name["Damaged"].figures is None
    assert by_name["Sound"].figures == sides[0].figures
    assert "fault" in described(by_name["Damaged"])
    assert "cost" in described(by_name["Sound"])
    gone.file.unlink()
    with pytest.raises(KnownError, match="not there any more"):
        prepare_promotion(workplace, gone, open_store=open_stores)
    assert not gone.file.exists(), "nothing was made in its place"
    assert sound.file.exists()


def test_a_copy_of_an_older_schema_is_brought_up_to_date(workplace: Workplace) -> None:
    old = made(workplace, "Old")
    old.file.unlink()
    with closing(sqlite3.connect(old.file)) as connection:
        connection.executescript(FIRST_SCHEMA.read_text(encoding="utf-8"))
    _, side = compare(workplace, days.DATE, open_store=open_stores, progress=NoProgress()).sides
    assert not side.fault
    assert side.figures


def test_a_comparison_can_be_stopped(workplace: Workplace) -> None:
    class Stopped(NoProgress):
        def cancelled(self) -> bool:
            return True

    with pytest.raises(Cancelled):
        compare(workplace, days.DATE, open_store=open_stores, progress=Stopped())


def test_what_cannot_follow_is_told_by_order_number(workplace: Workplace) -> None:
    what_if = made(workplace, "First")
    (_, first), (b, _), (c, _) = sequences_of(day_of(workplace.store)).items()
    with closing(open_stores(what_if.file)) as store:
        store.write("Move", lambda uow: plan.move_orders(uow, order_ids=first[:1], to_shift=b, index=0))
    workplace.store.write("By hand", lambda uow: plan.move_orders(uow, order_ids=first[:1], to_shift=c))
    promotion = prepare_promotion(workplace, what_if, open_store=open_stores)
    done = workplace.store.write(promotion.label, promotion.run)
    number = day_of(workplace.store).orders[first[0]].number
    assert promotion.left(done.value) == {number: "It was moved by hand meanwhile."}
    assert promotion.label == "Promote “First”"
