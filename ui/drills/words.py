"""What drills are called, in words. No Qt."""

from collections.abc import Sequence

from dispatcher.services.drills import Drill, DrillState, Standing
from ui import format as words

TREND = 6
"""So many of the latest drills of somebody are told."""

STATES = {
    DrillState.RUNNING: "going on",
    DrillState.FINISHED: "",
    DrillState.UNFINISHED: "left early",
}


def figures_words(standing: Standing) -> str:
    """What people see of a plan: "1 left out, 3 late by 42 min"."""
    parts = [f"{standing.unplanned} left out"] if standing.unplanned else []
    if standing.late:
        parts.append(f"{standing.late} late by {words.minutes(standing.late_s)}")
    if standing.broken:
        parts.append(f"{words.count(standing.broken, 'rule')} broken")
    return ", ".join(parts) or "all in time"


def day_words(drill: Drill) -> str:
    """Which day was played."""
    recorded = drill.wish.recorded
    return f"{words.weekday_date(recorded)} {recorded.year}" if recorded else f"made up, {drill.wish.orders} orders"


def score_words(drill: Drill) -> str:
    """The score, and how it stands: "74", "74, left early"."""
    said = f"{drill.points}" if drill.played else "–"
    return ", ".join(part for part in (said, STATES[drill.state]) if part)


def trend_words(drills: Sequence[Drill], who: str) -> str:
    """How somebody's scores went: "Anna: 54, 61, 78"."""
    played = [d for d in drills if d.wish.who == who and d.state is DrillState.FINISHED and d.played]
    if not played:
        return f"{who} has finished no drill yet." if who else ""
    scores = ", ".join(str(drill.points) for drill in played[-TREND:])
    if len(played) < 2:
        return f"{who}: {scores}."
    half = len(played[-TREND:]) // 2
    last = [drill.points for drill in played[-TREND:]]
    early, late = sum(last[:half]) / half, sum(last[-half:]) / half
    way = "rising" if late > early + 2 else "falling" if late < early - 2 else "steady"
    return f"{who}, the last {len(last)}: {scores} – {way}."
