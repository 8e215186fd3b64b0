"""Drills: a practice day in a copy of the depot, in which things go wrong, and a score for what is done about them.

Nothing of a drill reaches the depot but the paper that keeps its result. The order of things: `begin` makes the copy;
then for every cue `upcoming` says what happens, its change is written into the copy, `came` notes it, the person works
on the board, and `drills_scoring.Referee.judge` scores it; `keep` after each. `close` ends it, `sweep` clears up.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import new_id
from dispatcher.domain.papers import PaperKind
from dispatcher.domain.plan import Day
from dispatcher.domain.progress import Progress, checkpoint
from dispatcher.drills.cues import COUNTS, STEP, Cue, CueKind, Difficulty, deal
from dispatcher.drills.kept import Drill, DrillState, Turn, Wish, drill_of, paper_of
from dispatcher.drills.scoring import Score, Standing
from dispatcher.services import whatifs
from dispatcher.services.comparing import opened
from dispatcher.services.drills_day import SHELF, free_date, make_up, replay, same_clock
from dispatcher.services.drills_events import Happening, Scene, happening
from dispatcher.services.drills_recorded import recorded
from dispatcher.services.liveday import facts_on
from dispatcher.services.logbook import Logbook
from dispatcher.services.plan import apply_proposal
from dispatcher.services.planning import PlanningDesk
from dispatcher.services.ports import Store
from dispatcher.services.whatifs import WhatIf
from dispatcher.services.workplace import OpenStore, Workplace

__all__ = [
    "COUNTS", "CueKind", "Difficulty", "Drill", "DrillState", "Happening", "Score", "Standing", "Turn", "Wish",
    "all_of", "answered", "begin", "came", "close", "days_on_record", "discard", "keep", "running_in",
    "sweep", "upcoming",
]  # fmt: skip

PLAN_S = 8.0
"""How long the plan is searched for that a made-up day begins with."""
SHARE_OF_DAY = 0.7
"""Of the time on the road; by then everything has gone wrong that will."""
MOST_DAYS = 60
NEW = timedelta(hours=1)


def logbook_of(workplace: Workplace) -> Logbook:
    """Where results are kept. Raises `KnownError` for a depot that is opened without."""
    if workplace.live is None:
        raise KnownError("Without the depot's logbook no result could be kept.", "Open the depot in its window.")
    return workplace.live.logbook


# --- beginning ---


def days_on_record(workplace: Workplace) -> tuple[date, ...]:
    """The days that can be played again, latest first: gone by, with something planned."""
    today = workplace.today
    days = workplace.store.read(lambda reader: reader.days())
    past = [d.date for d in days if d.date < today and d.shifts and d.orders > d.unplanned]
    return tuple(reversed(past))[:MOST_DAYS]


def begin(
    workplace: Workplace, wish: Wish, *, open_store: OpenStore, progress: Progress, plan_s: float = PLAN_S
) -> Drill:
    """Make the copy, its day and its cues, and the paper; nothing is left of a drill that cannot be made.

    Raises `KnownError`: nobody named, no drivers or orders to make a day of, a day that was not planned.
    """
    if not wish.who.strip():
        raise BadInput("Nobody is named who plays the drill.", "Type a name.")
    logbook = logbook_of(workplace)
    checkpoint(progress, 0.0, "Copying the depot")
    copy = _copied(workplace, open_store)
    desk = PlanningDesk(workplace.roads)
    try:
        with closing(open_store(copy.file)) as store:
            on, cues = _laid_out(workplace, store, desk, logbook, wish, progress, plan_s)
        drill = Drill(new_id(), replace(wish, who=wish.who.strip()), workplace.clock(), copy.name, on, tuple(cues))
        keep(logbook, drill)
    except BaseException:
        whatifs.throw_away(copy)
        raise
    finally:
        desk.close()
    progress.report(1.0, "Ready")
    return drill


def _copied(workplace: Workplace, open_store: OpenStore) -> WhatIf:
    """Of the depot itself, wherever the window works, under a name that nothing else has."""
    with opened(workplace, None, open_store) as depot:
        home, slug, name = workplace.home, workplace.slug, f"Drill {new_id()}"
        return whatifs.make(
            home, slug, depot, name=name, on=workplace.today, clock=workplace.clock, open_store=open_store, drill=True
        )


def _laid_out(
    workplace: Workplace,
    store: Store,
    desk: PlanningDesk,
    logbook: Logbook,
    wish: Wish,
    progress: Progress,
    plan_s: float,
) -> tuple[date, Sequence[Cue]]:
    """The day in the copy, planned, and what goes wrong on it."""
    checkpoint(progress, 0.2, "Laying out the day")
    free = store.read(lambda reader: free_date(reader, workplace.today))
    happened: Sequence[Cue] = ()
    if wish.recorded is None:
        on = store.write("Make up a day", lambda uow: make_up(uow, on=free, seed=wish.seed, count=wish.orders)).value
        checkpoint(progress, 0.4, "Planning the day")
        plan = desk.optimise(store.read(lambda r: r.day(on)), seconds=plan_s, seed=1)
        store.write("Plan the day", lambda uow: apply_proposal(uow, plan))
    else:
        on, happened = free, _played_again(store, desk, logbook, wish.recorded, free)
    checkpoint(progress, 0.9, "Writing the script")
    day = store.read(lambda reader: reader.day(on))
    begins, ends = _on_road(desk, day)
    return on, deal(wish.seed, wish.difficulty, begins, ends, besides=happened)


def _played_again(store: Store, desk: PlanningDesk, logbook: Logbook, was: date, on: date) -> Sequence[Cue]:
    """Put a recorded day onto a date; what happened on it, at the same times."""
    incidents = logbook.read(lambda r: r.incidents(was))
    found = recorded(store, desk, was, facts=facts_on(logbook, was), incidents=incidents)
    store.write(f"Play {was.isoformat()} again", lambda uow: replay(uow, found.day, on=on, later=found.later))
    zone = found.day.depot.zone
    return [
        replace(
            cue,
            at=same_clock(cue.at, was, on, zone),
            windows=tuple(
                type(w)(same_clock(w.opens_at, was, on, zone), same_clock(w.closes_at, was, on, zone))
                for w in cue.windows
            ),
        )
        for cue in found.cues
    ]


def _on_road(desk: PlanningDesk, day: Day) -> tuple[datetime, datetime]:
    """From when until when things go wrong: while drivers are out, and there is time to answer. To five minutes."""
    routes = [route for route in desk.look(day, why=False).schedule.routes.values() if route.stops]
    if not routes:
        raise KnownError("Not one order of the day can be planned, so there is nothing to disturb.", "Choose another.")
    leaves, returns = min(r.leaves_at for r in routes), max(r.returns_at for r in routes)
    begins = leaves + (datetime.min.replace(tzinfo=leaves.tzinfo) - leaves) % STEP
    return begins, begins + (returns - begins) * SHARE_OF_DAY


# --- playing ---


def upcoming(desk: PlanningDesk, store: Store, drill: Drill) -> tuple[Drill, Happening | None]:
    """What happens next, by the plan as it stands in the copy; cues that can hit nobody any more are skipped.

    Raises `KnownError` while a disturbance is open.
    """
    if drill.open:
        raise KnownError("The last disturbance is not done with.", "Say that you are done first.")
    day, shelf = store.read(lambda r: (r.day(drill.on), r.orders_of([drill.on + SHELF])))
    schedule = desk.look(day, why=False).schedule
    while drill.ahead:
        turn = len(drill.turns) + drill.skipped
        scene = Scene.of(day, schedule, drill.ahead[0], seed=drill.wish.seed, turn=turn, shelf=shelf)
        if found := happening(scene):
            return drill, found
        drill = replace(drill, skipped=drill.skipped + 1)
    return drill, None


def came(drill: Drill, happened: Happening, revision: int) -> Drill:
    """The drill with a disturbance open, whose change was written as `revision` of the copy."""
    return replace(drill, turns=(*drill.turns, Turn(happened.kind, happened.at, happened.what, revision)))


def answered(drill: Drill, best: Mapping[str, tuple[str, ...]]) -> Drill:
    """The drill with the optimiser's rounds for the open disturbance, found while the person is at it."""
    turn = drill.open
    return replace(drill, turns=(*drill.turns[:-1], replace(turn, best=best))) if turn else drill


def close(drill: Drill) -> Drill:
    """The drill at its end: finished if everything came and was scored, else unfinished."""
    return replace(drill, state=DrillState.FINISHED if drill.over else DrillState.UNFINISHED)


# --- keeping ---


def keep(logbook: Logbook, drill: Drill) -> None:
    """Write the paper about whoever plays it, as it stands."""
    logbook.write(lambda writer: writer.put_paper(paper_of(drill)))


def discard(logbook: Logbook, drill: Drill) -> None:
    """As if it had never been played."""
    logbook.write(lambda writer: writer.remove_paper(drill.id))


def all_of(logbook: Logbook, who: str | None = None) -> tuple[Drill, ...]:
    """Everybody's drills, or one person's, oldest first."""
    papers = logbook.read(lambda reader: reader.papers(PaperKind.DRILL, who))
    return tuple(drill for drill in map(drill_of, papers) if drill)


def running_in(workplace: Workplace) -> Drill | None:
    """The drill that the copy was made for which is worked in; `None` elsewhere."""
    copy = workplace.what_if
    if copy is None or not copy.drill or workplace.live is None:
        return None
    return next((d for d in all_of(workplace.live.logbook) if d.copy == copy.name), None)


def sweep(workplace: Workplace) -> int:
    """Throw away the copies of drills that are over, as far as nothing has them open; returns how many.

    One that no paper knows was discarded, or is being made just now: it has an hour.
    """
    here = workplace.what_if.name if workplace.what_if else ""
    states = {drill.copy: drill.state for drill in all_of(logbook_of(workplace))}
    swept = 0
    for copy in whatifs.all_of(workplace.home, workplace.slug, drills=True):
        fresh = copy.name not in states and workplace.clock() - copy.made_at < NEW
        if copy.name != here and not fresh and states.get(copy.name) is not DrillState.RUNNING:
            with suppress(OSError):  # a window that still closes has it open; the next time
                whatifs.throw_away(copy)
                swept += 1
    return swept
