"""The queue's own rules: asked twice with the same facts nothing changes, whatever came before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.ids import ShiftId
from dispatcher.domain.incidents import RULES, Incident, IncidentKind, IncidentPolicy, IncidentRule, Remedy, Severity
from dispatcher.incidents.queue import closed, escalated, ordered, reconciled, reopened
from dispatcher.incidents.remedies import FITTING, remedies_for
from dispatcher.incidents.wanted import ATTEMPTED, EVERY_DATE, LIVE, Sight, Wanted

K = IncidentKind
ON = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 10, tzinfo=UTC)
POLICY = IncidentPolicy()
ALL = Sight(dict.fromkeys(K, EVERY_DATE))

wants = st.builds(
    Wanted,
    kind=st.sampled_from(K),
    on=st.sampled_from([ON, ON - timedelta(days=1)]),
    about=st.sampled_from("abc"),
    what=st.just("it is so"),
    since=st.integers(0, 600).map(lambda minutes: NOW - timedelta(minutes=minutes)),
)
looks = st.lists(st.lists(wants, max_size=6), max_size=6)


def look(known: Sequence[Incident], wanted: Sequence[Wanted], now: datetime = NOW, **changes: object) -> list[Incident]:
    """Everything after one look."""
    policy = changes.pop("policy", POLICY)
    assert isinstance(policy, IncidentPolicy)
    changed = reconciled(known, wanted, ALL, policy, now=now, raise_from=ON - timedelta(days=1))
    return list({incident.id: incident for incident in (*known, *changed)}.values())


def one_of_each(wanted: Sequence[Wanted]) -> list[Wanted]:
    """One outcome of an attempt, and nothing twice: two phones may use the same key."""
    return list({(w.kind in ATTEMPTED or w.kind, w.on, w.about): w for w in wanted}.values())


@given(looks)
def test_looking_again_changes_nothing(story: Sequence[Sequence[Wanted]]) -> None:
    known: list[Incident] = []
    for hour, wanted in enumerate(story):
        now = NOW + timedelta(hours=hour)
        known = look(known, wanted, now)
        assert reconciled(known, wanted, ALL, POLICY, now=now, raise_from=ON - timedelta(days=1)) == []


@given(looks)
def test_what_is_wanted_is_open_and_all_else_is_closed(story: Sequence[Sequence[Wanted]]) -> None:
    known: list[Incident] = []
    for hour, wanted in enumerate(story):
        known = look(known, wanted, NOW + timedelta(hours=hour))
        opened = {(i.kind, i.on, i.about) for i in known if i.open}
        assert opened == {want.key for want in one_of_each(wanted)}
        assert len({(i.kind, i.on, i.about) for i in known}) == len(known), "one of a kind about the same thing"


@given(st.sampled_from(K), st.integers(0, 100_000))
def test_severity_never_falls_nor_passes_critical(kind: IncidentKind, late_s: int) -> None:
    (raised,) = look([], [Wanted(kind, ON, "a", "so", NOW)])
    graver = escalated(raised, POLICY, raised.due_at + timedelta(seconds=late_s))
    assert raised.severity <= graver.severity <= Severity.CRITICAL
    assert escalated(graver, POLICY, raised.due_at + timedelta(seconds=late_s)) is graver
    every = RULES[kind].escalate_s
    if every is None or late_s < every:
        assert graver is raised


def test_what_a_person_closed_stays_closed() -> None:
    want = Wanted(K.LATE, ON, "a", "so", NOW)
    (incident,) = look([], [want])
    for remedy in (Remedy.CLOSE, Remedy.OTHER_DRIVER):
        done = closed(incident, NOW, "Anna", "done", remedy)
        assert look([done], [want], NOW + timedelta(hours=1)) == [done]


def test_a_plan_that_was_undone_brings_back_what_it_settled() -> None:
    want = Wanted(K.FAILED, ON, "a", "so", NOW)
    (incident,) = look([], [want])
    done = closed(replace(incident, owner="Anna"), NOW, "Anna", "again", Remedy.AGAIN_TODAY)
    (again,) = look([done], [want], NOW + timedelta(hours=1))
    assert (again.open, again.owner, again.due_at) == (True, "Anna", NOW + timedelta(hours=2))


def test_another_reason_makes_it_another_kind_of_the_same() -> None:
    (failed,) = look([], [Wanted(K.FAILED, ON, "a", "Nobody there", NOW)])
    (refused,) = look([failed], [Wanted(K.REFUSED, ON, "a", "Refused", NOW)])
    assert (refused.id, refused.kind, refused.what) == (failed.id, K.REFUSED, "Refused")


def test_it_is_told_as_it_is_now_and_not_every_moment() -> None:
    known = look([], [Wanted(kind, ON, "a", "before", NOW) for kind in (K.LATE, K.SILENT)])
    later = look(known, [Wanted(kind, ON, "a", "now", NOW) for kind in (K.LATE, K.SILENT)])
    assert {incident.kind: incident.what for incident in later} == {K.LATE: "now", K.SILENT: "before"}
    assert all(len(incident.entries) == 1 for incident in later)


def test_a_round_that_is_over_lets_go_of_what_was_so_on_the_road() -> None:
    wanted = [Wanted(kind, ON, "a", "so", NOW, shift_id=ShiftId("one")) for kind in (*LIVE, K.FAILED)]
    known = look([], wanted)
    changed = reconciled(known, [], Sight(over={ShiftId("one")}), POLICY, now=NOW, raise_from=ON)
    assert {incident.kind for incident in changed if not incident.open} == LIVE


def test_a_day_that_is_over_lets_go_of_what_was_so_on_the_road() -> None:
    known = look([], [Wanted(kind, ON, "a", "so", NOW) for kind in (*LIVE, K.FAILED)])
    tomorrow = Sight(over_before=ON + timedelta(days=1))
    changed = reconciled(known, [], tomorrow, POLICY, now=NOW, raise_from=ON)
    assert {incident.kind for incident in changed} == LIVE


def test_the_gravest_first_then_those_overdue() -> None:
    wanted = [Wanted(kind, ON, "a", "so", NOW) for kind in (K.LATE, K.UNTOUCHED, K.FAILED)]
    known = look([], wanted)
    rule = IncidentRule(severity=Severity.CRITICAL)
    over = closed(reopened(known[0], IncidentPolicy({K.LATE: rule}), NOW, "", ""), NOW, "Anna", "done", Remedy.CLOSE)
    found = ordered([over, *known[1:]], NOW + timedelta(minutes=90))
    assert [incident.kind for incident in found] == [K.UNTOUCHED, K.FAILED, K.LATE]


def test_every_kind_has_a_way_out() -> None:
    assert FITTING.keys() == set(K)
    for kind in K:
        assert {Remedy.CLOSE, Remedy.DECLINE} & set(remedies_for(kind)), kind
        assert len(set(remedies_for(kind))) == len(remedies_for(kind))


def test_the_reason_says_what_is_recommended() -> None:
    assert remedies_for(K.FAILED, "NOT_HOME")[0] is Remedy.AGAIN_TODAY
    assert remedies_for(K.FAILED, "RESCHEDULE_REQUESTED")[0] is Remedy.ANOTHER_DAY
    assert sorted(remedies_for(K.FAILED, "RESCHEDULE_REQUESTED")) == sorted(remedies_for(K.FAILED))
