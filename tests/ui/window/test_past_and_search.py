"""What the board shows instead of the day as it stands, the past or a search, and the hand that works on meanwhile."""

from dispatcher.domain.changes import HistoryEntry
from dispatcher.services.plan import Proposal, sequences_of
from tests.ui.window.conftest import TODAY, TOMORROW
from tests.ui.window.shown import Shown
from ui.orders.dialog import OrderDialog
from ui.runner import Outcome
from ui.search import AT_WORK
from ui.window.palette import commands_of


def looked_back(shown: Shown) -> HistoryEntry:
    """A stop is taken out; the day is shown as it was when it was made."""
    shown.window.hand.unassign(next(iter(shown.routes().values()))[:1])
    shown.settle()
    first = shown.workplace.store.entries(10, on=TODAY)[-1]
    shown.window.day.show_moment(first)
    shown.settle()
    assert shown.window.day.past is not None
    return first


def test_no_search_begins_and_no_form_opens_in_the_past(shown: Shown) -> None:
    looked_back(shown)
    window = shown.window
    for action in ("optimise", "new_order", "import_orders"):
        window.actions_by_name[action].trigger()
        assert "as it was" in shown.told.pop()
    window.edit_order(shown.stored().plan.routes[0].order_ids[0])
    assert not window.search.running
    assert not window.findChildren(OrderDialog)


def test_the_form_of_an_order_has_what_stands_now(shown: Shown) -> None:
    order_id = shown.stored().plan.routes[0].order_ids[0]
    shown.window.edit_order(order_id)
    form = shown.window.findChild(OrderDialog)
    assert form is not None
    form.reject()


def test_a_plan_that_is_searched_for_is_not_shown_over_the_past(shown: Shown) -> None:
    looked_back(shown)
    board = shown.window.day
    assert board.present is not None
    then = board.outlook
    board.show_preview(board.present)
    assert board.outlook is then
    board.show_preview(None)
    assert board.outlook is then


def test_no_moment_is_shown_while_a_search_runs(shown: Shown) -> None:
    first = shown.workplace.store.entries(10, on=TODAY)[-1]
    shown.window.actions_by_name["optimise"].trigger()
    assert shown.window.search.running
    shown.window.board.history.want(first)
    assert shown.window.day.past is None
    assert AT_WORK in shown.window.board.history.said.text()
    shown.window.search.cancel()
    shown.settle()
    assert shown.window.day.past is None


def test_a_reading_of_the_past_that_is_cancelled_can_be_asked_for_again(shown: Shown) -> None:
    history = shown.window.board.history
    first = shown.workplace.store.entries(10, on=TODAY)[-1]
    history.want(first)
    [job] = [job for job in shown.window.runner.jobs if job.title == "Looking back"]
    job.cancel()
    shown.until(lambda: job.outcome is not None)
    if job.outcome is Outcome.CANCELLED:  # else it was read before it could be cancelled
        assert not history.reading
        assert "cancelled" in history.said.text()
    shown.window.day.return_to_now()
    history.want(first)
    shown.settle()
    assert shown.window.day.past is not None


def test_going_to_the_day_shown_does_not_end_its_search(shown: Shown) -> None:
    shown.window.actions_by_name["optimise"].trigger()
    shown.window.open_day(TODAY)
    assert shown.window.search.running
    shown.window.search.cancel()


def test_what_would_mend_it_is_not_asked_in_the_past(shown: Shown) -> None:
    looked_back(shown)
    shown.window.wires.explain(shown.stored().unplanned[0])
    assert "as it was" in shown.told[-1]
    assert "Trying what would mend it" not in {job.title for job in shown.window.runner.jobs}


def test_a_search_that_ended_as_it_was_cancelled_changes_nothing(shown: Shown) -> None:
    """Its answer is on its way to the window when the person cancels it."""
    search, before = shown.window.search, shown.routes()
    wanted: list[object] = []
    search.wanted.connect(wanted.append)
    search.found.connect(wanted.append)
    search.start(1.0)
    search.stop()
    [done] = [job for job in shown.window.runner.jobs if job.title == "Optimising"]
    cancel, done.cancel = done.cancel, lambda: None  # type: ignore[method-assign]  # too late to reach the work
    search.cancel()
    shown.settle()
    done.cancel = cancel  # type: ignore[method-assign]
    assert wanted == []
    assert shown.routes() == before


def test_an_answer_for_another_day_is_not_offered(shown: Shown) -> None:
    desk, day = shown.window.proposals, shown.stored()
    routes = sequences_of(day)
    turned = {shift_id: tuple(reversed(route)) for shift_id, route in routes.items()}
    shown.window.open_day(TOMORROW)
    shown.settle()
    desk.offer(Proposal(TODAY, day.revision, routes, turned), "Too late")
    shown.settle()
    assert desk.cards == ()


def test_what_follows_a_move_is_done_on_its_day_whatever_is_shown_then(shown: Shown) -> None:
    read = shown.window.day.reading()
    shown.window.open_day(TOMORROW)
    shown.settle()
    assert read().date == TODAY


def test_nothing_is_said_to_be_searched_for_once_it_was_cancelled(shown: Shown) -> None:
    desk = shown.window.proposals
    said: list[str] = []
    desk.thinking_changed.connect(said.append)
    desk.improve_now()
    [job] = [job for job in shown.window.runner.jobs if job.title == said[-1]]
    job.cancel()
    shown.settle()
    assert said[-1] == ""
    assert desk.cards == ()


def test_a_search_for_an_answer_ends_when_another_day_is_shown(shown: Shown) -> None:
    desk = shown.window.proposals
    desk.improve_now()
    [job] = [job for job in shown.window.runner.jobs if "mprove" in job.title]
    shown.window.open_day(TOMORROW)
    shown.settle()
    assert job.cancel_requested
    assert desk.cards == ()


def test_what_left_the_day_under_the_hand_is_told_as_it_is(shown: Shown) -> None:
    window = shown.window
    (_, (first, second, *_)), (taker, _), *_ = shown.routes().items()
    window.hand.move([first, second], taker, 0)
    window.open_day(TOMORROW)
    shown.settle()
    window.hand.move([first], taker, 0)
    assert shown.told[-1] == "What was chosen left the day meanwhile: nothing is moved."


def test_a_freeze_line_that_is_not_there_is_not_taken_away(shown: Shown) -> None:
    before = shown.workplace.store.entries(1, on=TODAY)[0].revision
    shown.window.actions_by_name["unfreeze"].trigger()
    shown.settle()
    assert "no freeze line" in shown.told[-1]
    assert shown.workplace.store.entries(1, on=TODAY)[0].revision == before


def test_planning_from_the_pool_is_in_the_palette(shown: Shown) -> None:
    shown.window.board.select([shown.stored().unplanned[0]])
    commands = {command.action: command for command in commands_of(shown.window.menuBar())}
    assert commands[shown.window.board.pool.plan_action].action.isEnabled()
