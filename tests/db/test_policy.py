"""A depot's habits that an earlier program wrote, or a later one, are read all the same."""

from dataclasses import replace

from db.policy import policy_json, to_policy
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
