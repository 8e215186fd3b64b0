"""Stops moved by hand: in the table, in the timeline, on the map, between them, and by keys."""

from functools import partial

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.services.verdict import Verdict
from tests.hand.pointer import Point
from tests.hand.script import Stage, step
from ui.board import words


def smallest_round(stage: Stage) -> ShiftId:
    """The round with the fewest stops, but four at least."""
    routes = {shift_id: orders for shift_id, orders in stage.see.routes().items() if len(orders) >= 4}
    return min(routes, key=lambda shift_id: len(routes[shift_id]))


def show_only(stage: Stage, *shift_ids: ShiftId) -> None:
    """Open just these rounds in the table, from the keyboard."""
    see, hand = stage.see, stage.hand
    hand.key("Escape", "ctrl+1", "ctrl+minus")
    see.until(lambda: not see.window.board.rounds.model.open_rounds, "all rounds are closed")
    for shift_id in shift_ids:
        hand.click(see.round_row(shift_id))
        hand.key("Right")
        see.until(partial(_is_open, stage, shift_id), "the round opens")


def _is_open(stage: Stage, shift_id: ShiftId) -> bool:
    return shift_id in stage.see.window.board.rounds.model.open_rounds


def lands(stage: Stage, order_id: OrderId, shift_id: ShiftId, revision: int) -> None:
    """The store has the order there, and every other order as often as before."""
    see = stage.see
    stage.changed(revision, "the drop is written")
    stage.check(see.shift_of(order_id) == shift_id, f"{order_id} is with {see.shift_of(order_id)}, not with {shift_id}")
    planned = [o for orders in see.routes().values() for o in orders]
    stage.check(len(planned) == len(set(planned)), "no order is planned twice")
    in_rows = see.ask(lambda: see.window.board.rounds.model.shift_of(order_id))
    stage.check(in_rows == shift_id, "the table shows what the store has")
    verdicts_gone(stage, "the drop")


def verdicts_gone(stage: Stage, after: str) -> None:
    """The rows show their own figures again."""
    see = stage.see
    see.until(lambda: not see.window.board.rounds.view.rulings.by_shift, f"the verdicts go with {after}", 8)


def rulings(stage: Stage) -> dict[ShiftId, str]:
    """What the rows say while something is in the hand; as soon as every driver's says something."""
    see = stage.see
    shifts = set(see.day().shifts)
    shown = lambda: see.window.board.rounds.view.rulings.by_shift
    see.until(lambda: set(shown()) == shifts, "every driver's row has a verdict", 5)
    return see.ask(lambda: {shift_id: ruling.text for shift_id, ruling in shown().items()})


def check_rulings(stage: Stage, order_id: OrderId) -> None:
    """Minutes, kilometres and money in every row; something in that of the driver who has it."""
    said, home = rulings(stage), stage.see.shift_of(order_id)
    for shift_id in said.keys() - {home}:
        time, way, money = said[shift_id].split(" · ")[:3]
        told = time.endswith((" min", " h")) and way.endswith((" m", " km")) and "€" in money
        stage.check(told, f"{shift_id} says “{said[shift_id]}”")


def verdict_kept(stage: Stage, shown: Verdict, revision: int) -> None:
    """What the verdict said it would cost is what the judge says of the drop itself, before anything followed it."""
    see = stage.see
    entries = see.workplace.store.entries(20, on=see.on)
    dropped = min((e for e in entries if e.revision > revision), key=lambda e: e.revision)
    before, after = (
        see.workplace.desk.look(see.workplace.store.day_at(see.on, at)).schedule
        for at in (dropped.revision - 1, dropped.revision)
    )
    stage.check(
        after.cost - before.cost == shown.cost,
        f"the judge says {after.cost - before.cost} of “{dropped.label}”, the verdict said {shown.cost}",
    )
    stage.note(f"verdict {shown.cost / 100:+.2f} = judge")


@step("Drag a stop in the table: verdicts in every row, drop between two stops")
def drag_in_the_table(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    source = smallest_round(stage)
    target = next(shift_id for shift_id in see.day().shifts if shift_id != source)
    show_only(stage, source)
    order_id, revision = see.routes()[source][2], see.revision()
    hand.take(see.stop_row(order_id))
    check_rulings(stage, order_id)
    rows = list(see.day().shifts)
    hand.carry(*(see.round_row(shift_id) for shift_id in reversed(rows[1 : rows.index(source)])))
    stage.picture("verdicts-in-the-rows")
    hand.carry(see.round_row(target))
    see.until(lambda: target in see.window.board.rounds.model.open_rounds, "the round under the hand opens", 5)
    hand.carry(see.stop_row(see.routes()[target][3], low=True))
    view = lambda: see.window.board.rounds.view
    said = see.until(lambda: view().verdict, "the place under the pointer is judged", 5)
    shown = see.ask(lambda: see.window.wires.verdicts.at((order_id,), target, 4))
    stage.check(said == words.verdict_words(shown), f"“{said}” is said, the verdict is “{words.verdict_words(shown)}”")
    stage.picture("between-two-stops")
    hand.let_go()
    lands(stage, order_id, target, revision)
    verdict_kept(stage, shown, revision)
    stage.picture("dropped")


@step("Drag a stop in the timeline from lane to lane")
def drag_in_the_timeline(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    show_only(stage)
    hand.roll(see.of(lambda: see.window.board.timeline.chart), -10)
    source, target = (lane.shift_id for lane in see.ask(lambda: see.window.board.timeline.showing.lanes[:2]))
    routes, revision = see.routes(), see.revision()
    order_id = routes[source][5]
    hand.take(see.lane_stop(order_id))
    check_rulings(stage, order_id)
    hand.carry(see.lane_stop(routes[target][8]))
    landing = lambda: see.window.board.timeline._landing.verdict
    see.until(landing, "the place in the lane is judged", 5)
    stage.picture("timeline-drag")
    hand.let_go()
    lands(stage, order_id, target, revision)


def _far_apart(stage: Stage) -> tuple[OrderId, Point, OrderId, Point]:
    """Two lone marks of different rounds: a stop to move, and a stop to drop it on."""
    see = stage.see
    marks = see.lone_marks()
    home = {order_id: shift_id for shift_id, orders in see.routes().items() for order_id in orders}
    pairs = [
        (abs(marks[a][0] - marks[b][0]) + abs(marks[a][1] - marks[b][1]), a, b)
        for a in marks
        for b in marks
        if a in home and b in home and home[a] != home[b]
    ]
    wanted = [pair for pair in pairs if 80 < pair[0] < 260] or pairs
    stage.check(wanted, "there are lone marks of two rounds on the map")
    _, one, other = min(wanted)
    return one, see.map_point(*marks[one]), other, see.map_point(*marks[other])


@step("Drag a mark on the map to another route")
def drag_on_the_map(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    order_id, at, other, to = _far_apart(stage)
    target, revision = see.shift_of(other), see.revision()
    hand.take(at)
    see.map_until(lambda page: page["dragging"] == [order_id], "the mark is in the hand", 5)
    check_rulings(stage, order_id)
    hand.carry(to)
    aimed = lambda page: page["chosen"] and page["chosen"]["shift_id"] == target and "€" in page["ghost"]
    page = see.map_until(aimed, "the route under the pointer is named and judged", 5)
    stage.check(page["full"] == [target], f"only the route under the pointer is lit, not {page['full']}")
    stage.picture("map-drag")
    hand.let_go()
    lands(stage, order_id, target, revision)
    stage.picture("map-dropped")


@step("Drag a stop into the pool, and from the pool to a driver")
def drag_over_the_pool(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    source = smallest_round(stage)
    target = next(s for s in see.day().shifts if s != source)
    show_only(stage, source)
    order_id, revision = see.routes()[source][1], see.revision()
    hand.take(see.stop_row(order_id))
    hand.carry(see.of(lambda: see.window.board.pool))
    stage.picture("over-the-pool")
    hand.let_go()
    stage.changed(revision, "it is unassigned")
    stage.check(order_id in see.day().unplanned, "it is unplanned now")
    show_only(stage)
    revision = see.revision()
    hand.take(see.pool_row(order_id))
    hand.carry(see.round_row(target))
    said = rulings(stage)
    stage.picture("from-the-pool")
    stage.note(f"“{said[target]}”")
    hand.let_go()
    lands(stage, order_id, target, revision)


@step("Drag a stop from the table onto the map")
def drag_from_table_to_map(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    source = smallest_round(stage)
    show_only(stage, source)
    order_id, revision = see.routes()[source][2], see.revision()
    home = {o: shift_id for shift_id, orders in see.routes().items() for o in orders}
    marks = {o: at for o, at in see.lone_marks().items() if home.get(o) not in (None, source)}
    other = next(iter(marks))
    hand.take(see.stop_row(order_id))
    hand.carry(see.map_point(*marks[other]))
    aimed = lambda page: page["chosen"] and page["chosen"]["shift_id"] == home[other] and "€" in page["ghost"]
    see.map_until(aimed, "the route under the pointer is named and judged", 5)
    stage.picture("table-to-map")
    hand.let_go()
    lands(stage, order_id, home[other], revision)


@step("Move to… by keys: V, Enter")
def move_by_keys(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    source = smallest_round(stage)
    show_only(stage, source)
    order_id, revision = see.routes()[source][0], see.revision()
    hand.key("Right")
    see.until(lambda: see.window.board.selected == (order_id,), "Right goes to the first stop")
    hand.key("v")
    chooser = lambda: see.window.wires.move_to
    see.until(lambda: chooser().isVisible(), "the drivers are listed")
    offers = see.ask(lambda: chooser().shown)
    stage.check(len(offers) == len(see.day().shifts), "every driver is offered")
    stage.check(all(offer.ruling for offer in offers), "each with a verdict")
    best = next(n for n, offer in enumerate(offers) if offer.shift_id != source)
    stage.picture("move-to")
    hand.key(*["Down"] * best, "Return")
    lands(stage, order_id, offers[best].shift_id, revision)


@step("Drop a stop on nothing, and on itself")
def drop_on_nothing(stage: Stage) -> None:
    see, hand = stage.see, stage.hand
    source = smallest_round(stage)
    show_only(stage, source)
    order_id, before = see.routes()[source][1], see.day()
    for what, at in (
        ("the details", see.of(lambda: see.window.board.inspector)),
        ("itself", see.stop_row(order_id, low=True)),
        ("the header", see.of(lambda: see.window.header)),
    ):
        hand.take(see.stop_row(order_id))
        rulings(stage)
        hand.carry(at)
        hand.let_go()
        verdicts_gone(stage, f"a drop on {what}")
        see.settle()
        stage.check(see.day() == before, f"dropped on {what}, nothing changes")
    hand.take(see.stop_row(order_id))
    hand.carry(see.map_point(60, 300))
    page = see.map_until(lambda page: "moves nothing" in page["ghost"], "the map says that it moves nothing", 5)
    stage.picture("over-nothing")
    hand.let_go()
    page = see.map_until(lambda page: page["message"], "the map says that nothing was moved", 5)
    stage.note(f"“{page['message']}”")
    see.settle()
    stage.check(see.day() == before, "dropped beside every round, nothing changes")


@step("Let a mark of the map fall beside every round, and a bar of the timeline outside")
def drop_beside(stage: Stage) -> None:
    see, hand, before = stage.see, stage.hand, stage.see.day()
    _, at, _, _ = _far_apart(stage)
    for ends in ("a drop beside every round", "Escape"):
        hand.take(at)
        rulings(stage)
        hand.carry(see.map_point(60, 300))
        hand.key("Escape") if ends == "Escape" else hand.let_go()
        verdicts_gone(stage, ends)
        hand.let_go()
        see.settle()
        stage.check(see.day() == before, f"after {ends} nothing has changed")
    show_only(stage)
    hand.roll(see.of(lambda: see.window.board.timeline.chart), -10)
    lane = see.ask(lambda: see.window.board.timeline.showing.lanes[0])
    hand.take(see.lane_stop(lane.route[3]))
    rulings(stage)
    hand.carry(see.of(lambda: see.window.board.inspector))
    hand.let_go()
    verdicts_gone(stage, "a drop of a bar outside")
    stage.check(see.day() == before, "nothing has changed")
