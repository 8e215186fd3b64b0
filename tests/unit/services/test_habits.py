"""What a depot's habits on the road may be, and that no way of changing the depot passes that by."""

from dataclasses import replace
from functools import partial

import pytest

from dispatcher.domain.errors import BadInput
from dispatcher.domain.proof import REASONS, FailureReason, Owner
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.habits import BOUNDS, BadHabit, require_sense_on_road
from dispatcher.services.workplace import Workplace, change_depot


def test_what_a_depot_starts_with_makes_sense() -> None:
    require_sense_on_road(RoadPolicy())


@pytest.mark.parametrize("part", BOUNDS)
def test_figures_have_bounds(part: str) -> None:
    bounds = BOUNDS[part]
    kind = float if part == "battery" else int
    spared = {"keep_proofs_days": 3_650} if part == "keep_photos_days" else {"keep_photos_days": 1}
    other = {"setup_port": 9_999} if part == "port" else {"port": 9_999}
    for value in (bounds.least, bounds.most):
        require_sense_on_road(replace(RoadPolicy(), **{**spared, **other, part: kind(value)}))
    for value in (bounds.least - 1, bounds.most + 1):
        with pytest.raises(BadHabit, match="out of bounds") as caught:
            require_sense_on_road(replace(RoadPolicy(), **{part: kind(value)}))
        assert caught.value.part == part
        assert f"{bounds.most:g}" in caught.value.remedy


@pytest.mark.parametrize(
    ("changes", "part", "said"),
    [
        ({"host": "https://depot"}, "host", "no name or address"),
        ({"host": "300.1.2.3"}, "host", "no name or address"),
        ({"port": 8480}, "setup_port", "same port"),
        ({"keep_photos_days": 366}, "keep_photos_days", "longer than the proofs"),
        ({"phone": "call me"}, "phone", "no telephone number"),
        ({"reasons": ()}, "reasons", "no failure reason left"),
        ({"reasons": (*REASONS, REASONS[0])}, "reasons", "the code NOT_HOME"),
        ({"reasons": (FailureReason("not home", "x", Owner.DATA),)}, "reasons", "no code of capital"),
        ({"reasons": (FailureReason("", "x", Owner.DATA),)}, "reasons", "Reason 1 has no code"),
        ({"reasons": (FailureReason("LOST", " ", Owner.DATA),)}, "reasons", "LOST has no name"),
    ],
)
def test_what_makes_no_sense_is_refused(changes: dict[str, object], part: str, said: str) -> None:
    with pytest.raises(BadHabit, match=said) as caught:
        require_sense_on_road(replace(RoadPolicy(), **changes))  # type: ignore[arg-type]
    assert caught.value.part == part
    assert caught.value.remedy


def test_a_depot_is_not_changed_to_what_makes_no_sense(workplace: Workplace) -> None:
    before = workplace.depot
    bad = replace(before, road=replace(before.road, undo_s=-1))
    with pytest.raises(BadInput, match="out of bounds"):
        workplace.store.write("Change", partial(change_depot, depot=bad, home=workplace.home))
    assert workplace.depot == before
