"""One copy a day, whole, and none that nobody needs any more."""

from datetime import timedelta

from dispatcher.services.backups import KEPT, back_up_today, folder
from dispatcher.services.workplace import Workplace, open_workplace
from tests.unit.services.conftest import now, open_stores


def test_a_copy_a_day_that_opens_as_the_depot_was(workplace: Workplace) -> None:
    copy = back_up_today(workplace)
    assert copy is not None
    assert back_up_today(workplace) is None
    before = workplace.depot
    workplace.store.write("Rename", lambda uow: uow.put_depot(type(before)("Elsewhere", before.place)))
    workplace.home.database("copy").parent.mkdir()
    copy.rename(workplace.home.database("copy"))
    with open_workplace(workplace.home, "copy", open_store=open_stores, clock=now) as opened:
        assert opened.depot.name == before.name


def test_old_copies_go_and_what_else_lies_there_stays(workplace: Workplace) -> None:
    folder(workplace).mkdir()
    old = folder(workplace) / f"depot-{(workplace.today - KEPT - timedelta(days=1)).isoformat()}.db"
    young = folder(workplace) / f"depot-{(workplace.today - KEPT).isoformat()}.db"
    other = folder(workplace) / "depot-schema-1-20260101T000000Z.db"
    for file in (old, young, other):
        file.touch()
    back_up_today(workplace)
    assert not old.exists()
    assert young.exists()
    assert other.exists()
