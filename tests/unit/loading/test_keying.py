"""Lines of a returned sheet by themselves, and moments between those written down."""

from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.errors import BadInput
from dispatcher.domain.proof import REASONS, Handover, Outcome
from dispatcher.loading.clocks import between, moment_near
from dispatcher.loading.keying import Asked, Keyed, read_line

ASKED = Asked(REASONS)
START = datetime(2026, 6, 15, 6, tzinfo=UTC)
LATEST = START + timedelta(days=2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", Keyed()),
        ("932", Keyed(clock=time(9, 32))),
        ("14:32", Keyed(clock=time(14, 32))),
        ("Maija Virtanen 1432", Keyed(clock=time(14, 32), name="Maija Virtanen")),
        ("n Koskinen /2nd floor", Keyed(handover=Handover.NEIGHBOUR, name="Koskinen", note="2nd floor")),
        ("s", Keyed(handover=Handover.SAFE_PLACE, signed=False)),
        ("u", Keyed(signed=False)),
        ("p", Keyed(outcome=Outcome.PARTLY)),
        ("5", Keyed(outcome=Outcome.FAILED, reason="PAYMENT_NOT_MADE", signed=False)),
        ("refused no parcel", Keyed(outcome=Outcome.FAILED, reason="REFUSED", note="no parcel", signed=False)),
        ("0812 5", Keyed(Outcome.FAILED, time(8, 12), "PAYMENT_NOT_MADE", signed=False)),
        ("3 0812 c/o nobody", Keyed(Outcome.FAILED, time(8, 12), "REFUSED", note="c o nobody", signed=False)),
    ],
)
def test_what_a_line_says(text: str, said: Keyed) -> None:
    assert read_line(text, ASKED) == said


@pytest.mark.parametrize("text", ["S Virtanen", "Korhonen M", "m Korhonen 0812"])
def test_an_initial_makes_no_mailbox_of_a_person(text: str) -> None:
    with pytest.raises(BadInput, match="nobody takes it"):
        read_line(text, ASKED)
    assert read_line("Korhonen M.", ASKED) == Keyed(name="Korhonen M.")


def test_cash_as_it_is_written() -> None:
    asked = Asked(REASONS, cash_due=2_050)
    taken = [read_line(text, asked).cash for text in ("c", "c20.5", "c20,50", "c30", "c0 /none")]
    assert taken == [2_050, 2_050, 2_050, 3_000, 0]
    with pytest.raises(BadInput, match="more than anybody pays"):
        read_line("c9999999", asked)


@given(st.text(max_size=60))
def test_any_line_is_read_or_refused_in_words(text: str) -> None:
    with suppress(BadInput):
        keyed = read_line(text, Asked(REASONS, 2_050, (2.0, 1.0)))
        assert keyed.outcome is not Outcome.FAILED or keyed.reason


@given(
    st.lists(st.integers(0, 600), min_size=1, max_size=20, unique=True),
    st.dictionaries(st.integers(0, 19), st.integers(0, 700), max_size=6),
)
def test_times_between_keep_the_sequence_of_those_written(minutes: list[int], written: dict[int, int]) -> None:
    planned = [START + timedelta(minutes=m) for m in sorted(minutes)]
    known = {n: START + timedelta(minutes=m) for n, m in written.items() if n < len(planned)}
    in_turn = dict(zip(sorted(known), sorted(known.values()), strict=True))
    found = between(planned, in_turn, LATEST)
    assert all(found[n] == moment for n, moment in in_turn.items())
    assert all(one <= other for one, other in pairwise(found))
    if not in_turn:
        assert found == planned


def test_none_is_after_the_latest() -> None:
    planned = [START, START + timedelta(hours=9)]
    assert between(planned, {}, START + timedelta(hours=1)) == [START, START + timedelta(hours=1)]


def test_a_time_past_midnight_is_of_the_next_day() -> None:
    zone = ZoneInfo("Europe/Helsinki")
    planned = datetime(2026, 6, 15, 20, 50, tzinfo=UTC)  # 23:50 there
    assert moment_near(time(0, 32), planned, zone) == datetime(2026, 6, 15, 21, 32, tzinfo=UTC)
    assert moment_near(time(23, 32), planned, zone) == datetime(2026, 6, 15, 20, 32, tzinfo=UTC)
