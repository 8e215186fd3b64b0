"""What drivers did against what dispatchers do: undo, other drivers, orders that were taken out, several phones."""

from datetime import timedelta

from dispatcher.domain.ids import OrderId, ShiftId
from dispatcher.domain.plan import Stop
from dispatcher.domain.proof import RecordKind
from dispatcher.services import disturbances, plan, rounds, sending
from dispatcher.services.live import facts_on
from tests.fixtures import days, onroad
from tests.unit.services.conftest import now
from tests.unit.services.test_live import Road
from tests.unit.services.test_live import road as road


def where_is(road: Road, order_id: OrderId) -> tuple[ShiftId, Stop] | None:
    found = [(r.shift_id, s) for r in road.day.plan.routes for s in r.stops if s.order_id == order_id]
    assert len(found) <= 1
    return found[0] if found else None


def test_a_delivered_order_stays_done_when_its_planning_is_undone(road: Road) -> None:
    store, other = road.workplace.store, list(road.day.shifts)[2]
    order_id = road.day.unplanned[0]
    store.write("Plan", lambda uow: plan.move_orders(uow, order_ids=[order_id], to_shift=road.shift, index=0))
    sending.send(road.logbook, road.outlook, now())
    road.deliver(0, road.times.stops[0].departs_at)
    road.step(road.times.stops[0].departs_at)
    store.undo()
    assert order_id not in road.day.unplanned, "nobody is to be sent there again"
    assert where_is(road, order_id) == (road.shift, Stop(order_id, done=True))
    store.write("Plan", lambda uow: plan.move_orders(uow, order_ids=[order_id], to_shift=other))
    assert where_is(road, order_id) == (road.shift, Stop(order_id, held=True, done=True))


def test_a_delivered_order_goes_to_no_other_drivers_phone(road: Road) -> None:
    store, other = road.workplace.store, list(road.day.shifts)[1]
    first = road.times.stops[0]
    road.deliver(0, first.departs_at)
    road.step(first.departs_at)
    more = [first.order_id, road.day.unplanned[0]]
    store.write("Move", lambda uow: plan.move_orders(uow, order_ids=more, to_shift=other))
    sending.send(road.logbook, road.outlook, first.departs_at)
    sent = road.logbook.read(lambda r: r.round(other))
    assert sent is not None
    told = {stop["order_id"] for stop in sent.body["stops"]}
    assert more[1] in told
    assert more[0] not in told


def test_a_fact_about_an_order_that_is_gone_is_no_stop(road: Road) -> None:
    first = road.times.stops[0]
    road.workplace.store.write("Remove", lambda uow: uow.remove_orders([first.order_id]))
    body = {"outcome": "delivered", "handover": "recipient", "name": "Kim"}
    at = first.departs_at  # the phone had no line when it was removed
    onroad.act(road.logbook, road.phone, "deliver", road.shift, at, order_id=first.order_id, **body)
    road.step(first.departs_at)
    assert where_is(road, first.order_id) is None
    assert road.outlook.day.plan.routes, "and the day can be timed"


def test_what_was_sent_all_at_once_stands_in_the_order_it_was_done(road: Road) -> None:
    stops = road.times.stops
    moments = {stops[i].order_id: stops[0].departs_at + timedelta(minutes=n) for n, i in enumerate((2, 0, 1))}
    sent = stops[0].departs_at + timedelta(hours=1)
    actions = [
        {"key": f"action-{n:08}", "seq": n, "kind": "deliver", "at": at.isoformat(), "shift_id": road.shift}
        | {"order_id": order_id, "body": {"outcome": "delivered"}}
        for n, (order_id, at) in enumerate(moments.items())
    ]
    envelope = {"sent_at": sent.isoformat(), "app": "1", "actions": actions}
    answers = onroad.driving.take_queue(road.logbook, road.phone, envelope, now=sent)
    assert {answer["taking"] for answer in answers} == {"taken"}
    road.step(sent)
    route = next(r for r in road.day.plan.routes if r.shift_id == road.shift)
    assert route.order_ids[:3] == tuple(moments)


def test_a_phone_takes_nothing_back_of_another_by_using_its_key(road: Road) -> None:
    first, others = road.times.stops[0], list(road.day.shifts)[1]
    road.deliver(0, first.departs_at)
    (mine,) = road.logbook.read(lambda r: r.actions_of([road.shift]))
    theirs = road.outlook.schedule.routes[others].stops[0].order_id
    phone = onroad.pair(road.logbook, road.day.shifts[others].driver_id, now())
    key, at = mine.action.key, first.departs_at
    said = {"key": key, "seq": 1, "kind": "deliver", "at": at.isoformat(), "shift_id": others, "order_id": theirs}
    undo = {"key": "undo-00001", "seq": 2, "kind": "undo", "at": at.isoformat(), "shift_id": others}
    for action in ({**said, "body": {"outcome": "delivered"}}, {**undo, "body": {"key": key}}):
        envelope = {"sent_at": at.isoformat(), "app": "1", "actions": [action]}
        (answer,) = onroad.driving.take_queue(road.logbook, phone, envelope, now=at)
        assert answer["taking"] == "taken"
    assert [r.kind for r in road.logbook.read(lambda r: r.records())][-1] is RecordKind.WITHDRAWN
    assert set(facts_on(road.logbook, days.DATE)) == {first.order_id}


def test_the_dispatchers_word_on_a_second_attempt_holds(road: Road) -> None:
    first, store = road.times.stops[0], road.workplace.store
    answer = onroad.act(
        road.logbook, road.phone, "fail", road.shift, first.departs_at, order_id=first.order_id, reason="NOT_HOME"
    )
    assert answer["taking"] == "taken"
    road.step(first.departs_at)
    later = first.departs_at + timedelta(hours=2)
    store.write("Again", lambda uow: disturbances.try_again(uow, order_id=first.order_id, not_before=later))
    store.write("Plan", lambda uow: plan.move_orders(uow, order_ids=[first.order_id], to_shift=road.shift))
    store.write("Done", lambda uow: rounds.mark_done(uow, on=days.DATE, order_ids=[first.order_id], done=True))
    found = where_is(road, first.order_id)
    assert found is not None
    assert found[1].done


def test_what_another_driver_says_of_a_round_changes_nothing_of_it(road: Road) -> None:
    """A driver whose words about somebody else's round were refused must not silence its alerts."""
    other = onroad.pair(road.logbook, list(road.day.drivers)[1], now())
    at = road.times.leaves_at + timedelta(minutes=40)
    before = {alert.kind for alert in road.step(at).alerts if alert.shift_id == road.shift}
    assert before
    assert onroad.act(road.logbook, other, "end", road.shift, at)["taking"] == "refused"
    after = road.step(at + timedelta(seconds=30)).alerts
    assert {alert.kind for alert in after if alert.shift_id == road.shift} >= before
    assert onroad.act(road.logbook, road.phone, "end", road.shift, at)["taking"] == "taken"
    after = road.step(at + timedelta(seconds=60)).alerts
    assert not [alert for alert in after if alert.shift_id == road.shift and alert.kind in before]
