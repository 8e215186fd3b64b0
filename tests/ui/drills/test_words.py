"""What is said of drills."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from dispatcher.drills.cues import Difficulty
from dispatcher.services.drills import CueKind, Drill, DrillState, Score, Standing, Turn, Wish
from ui.drills.words import day_words, figures_words, score_words, trend_words

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GOOD = Standing(cost=0, distance_m=0, duration_s=0, late=0, late_s=0, unplanned=0, left_out=0, broken=0)


def drill(points: int, who: str = "Anna", state: DrillState = DrillState.FINISHED) -> Drill:
    turn = Turn(CueKind.LATE, AT, "", 1, score=Score(points, 0, 0, ""))
    return Drill(str(points), Wish(who, Difficulty.EASY), AT, "copy", AT.date(), (), (turn,), state=state)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([], "Anna has finished no drill yet."),
        ([40], "Anna: 40."),
        ([40, 50, 70, 80], "Anna, the last 4: 40, 50, 70, 80 – rising."),
        ([80, 50], "Anna, the last 2: 80, 50 – falling."),
        ([70, 20, 71], "Anna, the last 3: 70, 20, 71 – steady."),
        ([1, 2, 60, 60, 60, 60, 60, 60], "Anna, the last 6: 60, 60, 60, 60, 60, 60 – steady."),
    ],
)
def test_how_scores_went(points: list[int], said: str) -> None:
    others = [drill(99, "Eero"), drill(98, state=DrillState.UNFINISHED)]
    assert trend_words([*others, *map(drill, points)], "Anna") == said


def test_which_day_and_how_it_stands() -> None:
    played = drill(74)
    assert day_words(played) == "made up, 60 orders"
    assert day_words(replace(played, wish=replace(played.wish, recorded=date(2026, 6, 15)))) == "Mon 15 Jun 2026"
    assert score_words(played) == "74"
    assert score_words(replace(played, state=DrillState.UNFINISHED)) == "74, left early"
    assert score_words(replace(played, turns=(), state=DrillState.RUNNING)) == "–, going on"


def test_what_people_see_of_a_plan() -> None:
    assert figures_words(GOOD) == "all in time"
    bad = replace(GOOD, unplanned=1, late=3, late_s=2_500, broken=1)
    assert figures_words(bad) == "1 left out, 3 late by 42 min, 1 rule broken"
