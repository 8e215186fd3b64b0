"""Training plans: lines in their turn, done once, taken out and put back; and what is proposed, and why."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from db.logbook.opening import open_logbook
from dispatcher.domain.certificates import Certificate
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.insight.columns import TableName, frame_of
from dispatcher.insight.cuts import Span
from dispatcher.insight.measures import Terms
from dispatcher.insight.scorecard import Scorecard, card_of
from dispatcher.services.home import Home
from dispatcher.services.training import TrainingBook, TrainingKind, TrainingState
from dispatcher.services.workplace import Workplace, create_depot, open_workplace
from tests.fixtures import days
from tests.unit.services.conftest import now, open_stores

ON = days.DATE
COURSE = TrainingKind.COURSE


@pytest.fixture
def depot(tmp_path: Path) -> Iterator[Workplace]:
    """With a logbook, and nobody in it."""
    home = Home(tmp_path / "home")
    slug = create_depot(home, days.make_depot(), open_store=open_stores)
    books = partial(open_logbook, clock=now)
    with open_workplace(home, slug, open_store=open_stores, clock=now, open_logbook=books) as opened:
        yield opened


def book(workplace: Workplace, after_days: int = 0) -> TrainingBook:
    moment: datetime = days.clock("12:00") + timedelta(days=after_days)
    return TrainingBook(workplace, clock=lambda: moment)


def in_days(n: int) -> date:
    return ON + timedelta(days=n)


def test_a_line_is_due_then_overdue_then_done(depot: Workplace) -> None:
    item = book(depot).add("aino", COURSE, " First aid ", in_days(5), by="Anna")
    assert (item.what, item.state(ON), item.state(in_days(6))) == (
        "First aid", TrainingState.DUE, TrainingState.OVERDUE
    )  # fmt: skip
    done = book(depot, 8).finish(item.id, "Passed", by="Otto", on=in_days(7))
    assert book(depot, 9).items("aino") == [done]
    assert (done.state(in_days(9)), done.done_on, done.done_by, done.note) == (
        TrainingState.DONE, in_days(7), "Otto", "Passed"
    )  # fmt: skip
    with pytest.raises(BadInput, match="Otto has noted"):
        book(depot, 9).finish(item.id, by="Anna")
    again = book(depot, 9).reopen(item.id, by="Anna")
    assert (again.done, "Passed" in again.told[0].what) == (False, True)
    with pytest.raises(BadInput, match="not done"):
        book(depot, 9).reopen(item.id, by="Anna")


def test_everybody_has_a_plan_of_their_own_in_its_turn(depot: Workplace) -> None:
    plans = book(depot)
    first, second, third = (plans.add("aino", COURSE, words, in_days(9), by="Anna") for words in ("a", "b", "c"))
    other = plans.add("  Otto   Dispatcher ", TrainingKind.DRILL, "d", in_days(1), by="Anna")
    plans.move(third.id, -1)
    assert [item.what for item in plans.items("aino")] == ["a", "c", "b"]
    plans.move(first.id, 9)
    assert [item.what for item in plans.items("aino")] == ["c", "b", "a"]
    plans.finish(third.id, by="Anna")
    plans.move(second.id, -9)
    assert [item.what for item in plans.items("aino")] == ["b", "a", "c"], "what is done comes last"
    assert plans.items("Otto Dispatcher") == [other]
    assert len(plans.items()) == 4


def test_two_people_who_move_lines_at_once_leave_every_line_its_own_turn(depot: Workplace) -> None:
    plans = book(depot)
    items = [plans.add("aino", COURSE, str(n), in_days(9), by="Anna") for n in range(6)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: plans.move(items[n % 6].id, (-2, 3, -1, 5)[n % 4]), range(40)))
    assert sorted(item.place for item in plans.items("aino")) == [1, 2, 3, 4, 5, 6]


def test_a_line_is_changed_and_tells_what_it_was(depot: Workplace) -> None:
    item = book(depot).add("aino", COURSE, "First aid", in_days(1), by="Anna")
    changed = book(depot, 3).change(item.id, TrainingKind.CERTIFICATE, "First aid, renewed", in_days(1), by="Otto")
    assert (changed.kind, changed.what, changed.due) == (TrainingKind.CERTIFICATE, "First aid, renewed", in_days(1))
    assert "First aid" in changed.told[0].what
    with pytest.raises(BadInput, match="is past"):
        book(depot, 3).change(item.id, COURSE, "First aid", in_days(2), by="Otto")
    assert book(depot).items() == [changed]


def test_what_is_taken_out_can_be_put_back_and_what_is_done_stays(depot: Workplace) -> None:
    plans = book(depot)
    item = plans.add("aino", COURSE, "First aid", in_days(1), by="Anna")
    assert plans.remove(item.id) == item
    assert plans.items() == []
    plans.put_back(item)
    done = plans.finish(item.id, by="Anna")
    with pytest.raises(BadInput, match="Anna has noted"):
        plans.remove(item.id)
    assert plans.items() == [done]


def test_bad_wishes_are_said_and_nothing_is_written(depot: Workplace) -> None:
    plans = book(depot)
    for about, what, due, by, said in (
        (" ", "First aid", in_days(1), "Anna", "Nobody is named who is to learn"),
        ("aino", " ", in_days(1), "Anna", "Nothing is said"),
        ("aino", "First aid", in_days(-1), "Anna", "is past"),
        ("aino", "First aid", in_days(1), " ", "Nobody is named who says so"),
    ):
        with pytest.raises(BadInput, match=said):
            plans.add(about, COURSE, what, due, by=by)
    assert plans.items() == []
    item = plans.add("aino", COURSE, "First aid", in_days(1), by="Anna")
    with pytest.raises(BadInput, match="still to come"):
        plans.finish(item.id, by="Anna", on=in_days(1))
    with pytest.raises(BadInput, match="no such line"):
        plans.finish("gone", by="Anna")
    assert plans.items() == [item]


def test_without_a_logbook_there_are_no_plans_and_none_is_written(workplace: Workplace) -> None:
    assert book(workplace).items() == []
    with pytest.raises(KnownError, match="no logbook"):
        book(workplace).add("aino", COURSE, "First aid", in_days(1), by="Anna")


def card(complete: int, of: int) -> Scorecard:
    """So many proofs complete."""
    rows: list[dict[str, Any]] = [
        {"date": ON, "driver_id": "aino", "driver": "Aino", "proof_wanted": True, "proof_complete": n < complete,
         "outcome": "delivered", "counted": True}
        for n in range(of)
    ]  # fmt: skip
    facts = {table: frame_of(table, rows if table is TableName.STOPS else ()) for table in TableName}
    return card_of(facts, "aino", Span(ON, ON), Terms())


def test_weak_parts_are_proposed_and_strong_or_few_ones_are_not(depot: Workplace) -> None:
    plans = book(depot)
    (proposed,) = plans.proposals("aino", card(7, 10))
    assert (proposed.kind, proposed.due) == (COURSE, in_days(28))
    assert "70 % over 10 rows" in proposed.reason
    assert plans.proposals("aino", card(8, 10)) == []
    assert plans.proposals("aino", card(1, 4)) == []
    plans.add("aino", proposed.kind, proposed.what, proposed.due, by="Anna", reason=proposed.reason)
    assert plans.proposals("aino", card(7, 10)) == [], "it is in the plan"


def test_certificates_that_run_out_are_to_be_renewed(depot: Workplace) -> None:
    papers = (
        Certificate("adr", in_days(30)),
        Certificate("first aid", in_days(-3)),
        Certificate("tail lift", in_days(300)),
        Certificate("keys"),
    )
    driver = replace(days.make_day(1, 1, seed=1).drivers.popitem()[1], certificates=papers)
    found = book(depot).proposals("aino", None, driver)
    assert [(each.what, each.due) for each in found] == [("Renew: first aid", ON), ("Renew: adr", in_days(30))]
    assert [each.reason.split(" ")[0] for each in found] == ["Ran", "Runs"]
