"""What rows say, where they sort, and what filters let through."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.incidents import Incident, IncidentKind, IncidentState, Remedy, Severity
from dispatcher.services.exceptions import Shown
from tests.fixtures import days
from ui.exceptions import words
from ui.exceptions.words import Group, Row, Which, accepts, counts_of, row_of

NOW = days.clock("12:00")


def an_incident(**fields: object) -> Incident:
    made = Incident("i", IncidentKind.FAILED, days.DATE, "a", "Nobody there", NOW, NOW + timedelta(hours=1))
    return replace(made, **fields)  # type: ignore[arg-type]


def a_row(now: datetime = NOW, *, doing: str = "", **fields: object) -> Row:
    shown = Shown(an_incident(**fields), number="A1", name="Lena Schmitz", driver="Aino", address="Ring 4")
    return row_of(shown, now, days.ZONE, days.DATE, doing)


@pytest.mark.parametrize(
    ("late", "said", "over"),
    [
        ({"minutes": 0}, "13:00", False),
        ({"seconds": 1}, "1 min over", True),
        ({"minutes": 12}, "12 min over", True),
        ({"hours": 3}, "3:00 h over", True),
        ({"days": 3}, "3 days over", True),
    ],
)
def test_due_says_when_or_how_long_ago_that_was(late: dict[str, float], said: str, over: bool) -> None:
    row = a_row(NOW + timedelta(hours=1) + timedelta(**late))
    assert (row.texts[words.DUE], row.over) == (said, over)


def test_what_is_settled_is_never_overdue() -> None:
    row = a_row(NOW + timedelta(days=2), state=IncidentState.CLOSED, closed_at=NOW, settled_by=Remedy.CALL)
    assert (row.texts[words.DUE], row.over, row.texts[words.STATE]) == ("", False, "closed 12:00")


def test_the_gravest_come_first_then_the_longest_overdue_and_what_is_closed_last() -> None:
    due = lambda minutes: NOW + timedelta(minutes=minutes)
    made = [
        a_row(id="closed", severity=Severity.CRITICAL, state=IncidentState.CLOSED, closed_at=NOW),
        a_row(id="soon", due_at=due(5)),
        a_row(id="late", due_at=due(-5)),
        a_row(id="later", due_at=due(-50)),
        a_row(id="grave", severity=Severity.HIGH, due_at=due(60)),
    ]
    made.sort(key=lambda row: row.sorts[words.SEVERITY])  # type: ignore[arg-type, return-value]
    assert [row.id for row in made] == ["grave", "later", "late", "soon", "closed"]


def test_what_is_being_done_has_left_the_open_ones_and_says_so() -> None:
    row = a_row(doing="deliver again today")
    assert row.texts[words.STATE] == "deliver again today…"
    assert not Which.OPEN.takes(row, "Anna")


def test_every_kind_is_in_one_group() -> None:
    kinds = [kind for group in Group for kind in words.GROUPS[group]]
    assert sorted(kinds) == sorted(IncidentKind)


@given(
    owner=st.sampled_from(["", "Anna", "Bo"]),
    state=st.sampled_from(IncidentState),
    due=st.integers(-100, 100),
    severity=st.sampled_from(Severity),
    kind=st.sampled_from(IncidentKind),
)
def test_counts_and_filters_agree(
    owner: str, state: IncidentState, due: int, severity: Severity, kind: IncidentKind
) -> None:
    closed_at = NOW if state is IncidentState.CLOSED else None
    row = a_row(
        owner=owner, state=state, due_at=NOW + timedelta(minutes=due), severity=severity, kind=kind, closed_at=closed_at
    )
    counts = counts_of([row], "Anna")
    for which in Which:
        assert counts[which] == accepts(which, "Anna", None, None, [])(row)
    assert counts[Which.OPEN] + counts[Which.CLOSED] == 1
    assert counts[Which.OVERDUE] == (due < 0 and state is not IncidentState.CLOSED)
    of_groups = [group for group in Group if accepts(Which.OPEN, "", group, None, [])(row)]
    assert len(of_groups) == counts[Which.OPEN]
    grave = accepts(Which.OPEN, "", None, Severity.HIGH, [])(row)
    assert grave == (counts[Which.OPEN] and severity >= Severity.HIGH)


def test_words_are_looked_for_in_all_of_the_row() -> None:
    row = a_row(owner="Bo")
    looking = lambda text: accepts(Which.OPEN, "", None, None, text.casefold().split())(row)
    assert looking("lena A1")
    assert looking("nobody ring aino bo")
    assert not looking("lena A2")


def test_nobody_without_a_name_owns_anything() -> None:
    assert not Which.MINE.takes(a_row(), "")
