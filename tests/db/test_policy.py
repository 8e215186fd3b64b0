"""A depot's habits that an earlier program wrote, or a later one, are read all the same."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from db.policy import policy_json, to_policy
from dispatcher.domain.incidents import IncidentKind, IncidentPolicy
from dispatcher.domain.messages import MailLine, MessagePolicy, SmsLine
from dispatcher.domain.review import FlagLimits
from dispatcher.domain.road_policy import RoadPolicy


def test_what_an_earlier_program_did_not_know_takes_its_default() -> None:
    stored = policy_json(RoadPolicy(flags=FlagLimits(far_m=400.0), keep_tracks_days=7))
    for later in ("no_place", "absent_s", "two_names"):
        del stored["flags"][later]
    del stored["keep_messages_days"]
    read = to_policy(stored)
    assert read == RoadPolicy(flags=FlagLimits(far_m=400.0), keep_tracks_days=7)
    assert (read.flags.two_names, read.flags.absent_s, read.keep_messages_days) == (True, 7_200.0, 30)


def test_what_a_later_program_knows_is_left_out() -> None:
    stored = policy_json(RoadPolicy())
    stored["flags"]["unheard_of"] = 3
    assert to_policy(stored) == RoadPolicy()


def test_what_was_set_comes_back() -> None:
    flags = replace(FlagLimits(), no_place=False, absent_s=None, two_names=False)
    assert to_policy(policy_json(RoadPolicy(flags=flags))).flags == flags


NESTED = ("incidents", "messages", "flags", "rules", "mail", "sms", *IncidentKind)


def thinned(data: st.DataObject, stored: Any) -> dict[str, Any]:
    """As an earlier program wrote it, which knew less of it at any level; and another, which knew more."""
    gone = data.draw(st.sets(st.sampled_from(sorted(stored))))
    kept = {name: part for name, part in stored.items() if name not in gone}
    told = {name: thinned(data, part) if name in NESTED and part else part for name, part in kept.items()}
    by_kind = stored.keys() <= set(IncidentKind)
    return told if by_kind else {**told, "unheard_of": 1}


@given(data=st.data())
def test_a_policy_of_any_earlier_program_is_read_with_the_defaults_for_the_rest(data: st.DataObject) -> None:
    mine = RoadPolicy(
        flags=FlagLimits(far_m=401.0),
        incidents=IncidentPolicy(most_attempts=7, sound=True),
        messages=MessagePolicy(near_stops=5, mail=MailLine(host="mail.test"), sms=SmsLine(per_minute=7)),
        keep_proofs_days=400,
    )
    stored = json.loads(json.dumps(policy_json(mine)))
    read, usual = to_policy(thinned(data, stored)), RoadPolicy()
    assert read.keep_proofs_days in (400, usual.keep_proofs_days)
    assert read.flags.far_m in (401.0, usual.flags.far_m)
    assert read.incidents.most_attempts in (7, usual.incidents.most_attempts)
    assert all(read.incidents.rule(kind).due_s > 0 for kind in IncidentKind)
    assert read.messages.near_stops in (5, usual.messages.near_stops)
    assert read.messages.mail.host in ("mail.test", "")
    assert to_policy(json.loads(json.dumps(policy_json(read)))) == read
