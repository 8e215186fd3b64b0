"""What tests of the history share: a depot with a real store, and a day that was changed three times."""

from collections.abc import Iterator

import pytest

from dispatcher.services import plan
from dispatcher.services.plan import sequences_of
from dispatcher.services.workplace import Workplace
from tests.fixtures import days
from tests.unit.services.conftest import workplace
from ui.runner import OpRunner

__all__ = ["workplace"]


@pytest.fixture
def changed(workplace: Workplace) -> Workplace:
    """Moved, moved back by undo, and moved elsewhere because a van broke down."""
    store = workplace.store
    (_, first), (b, _), (c, _) = sequences_of(store.read(lambda r: r.day(days.DATE))).items()
    store.write("Move 2 stops", lambda uow: plan.move_orders(uow, order_ids=first[:2], to_shift=b))
    store.undo(author="Bernd")
    store.write("Move 1 stop", lambda uow: plan.move_orders(uow, order_ids=first[:1], to_shift=c), why="Van 7 broke")
    return workplace


@pytest.fixture
def runner(changed: Workplace) -> Iterator[OpRunner]:
    """Ends before the store does."""
    runner = OpRunner(changed.store)
    yield runner
    runner.shutdown()
