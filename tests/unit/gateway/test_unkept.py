"""Every position that is acknowledged is either in the logbook or counted under the reason why not."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatcher.domain.actions import Action, ActionKind, TakenAction
from dispatcher.domain.devices import App
from dispatcher.domain.ids import DeviceId, ShiftId, new_id
from dispatcher.gateway.positions import UNKEPT
from dispatcher.services.pairing import add_tracker
from tests.conftest import ExpectLog
from tests.unit.gateway.conftest import ANNA, BORIS, NOW, Answer, Depot, Site, hours

MIDNIGHT = NOW.replace(hour=0)


def at(hour: float) -> datetime:
    return MIDNIGHT + hours(hour)


def batch(*moments: datetime) -> dict[str, Any]:
    """As Overland sends it."""
    place = {"type": "Point", "coordinates": [24.94, 60.17]}
    points = [{"type": "Feature", "geometry": place, "properties": {"timestamp": m.isoformat()}} for m in moments]
    return {"locations": points}


def end_round(depot: Depot, hour: float) -> None:
    action = Action(new_id(), 1, ActionKind.END, at(hour), ShiftId("shift-1"))
    depot.logbook.write(lambda w: w.put_action(TakenAction(0, DeviceId("d"), ANNA, at(hour), action)))


def unkept(answer: Answer) -> Mapping[str, int]:
    """What the answer's header says."""
    assert answer.status == 200
    words = answer.headers.get(UNKEPT, "")
    return {why: int(count) for why, _, count in (part.partition("=") for part in words.split(", ") if part)}


async def counted(site: Site, sent: int) -> Mapping[str, int]:
    """What `/health` has, once it is sure that nothing is missing there."""
    health = (await site.ask("GET", "/health")).json
    assert health["fixes"] + health["again"] + sum(health["unkept"].values()) == sent
    assert health["fixes"] == len(site.depot.fixes())
    counts: Mapping[str, int] = health["unkept"]
    return counts


def test_a_batch_over_the_whole_day_is_told_apart_by_reason(depot: Depot) -> None:
    depot.send_round()  # 8 to 16, margin half an hour
    end_round(depot, 14.0)
    token = depot.connect(App.OVERLAND).token
    depot.clock.now = at(20)
    moments = [at(hour) for hour in (5, 6, 8, 9, 14, 14.5, 15, 16, 18)]

    async def scenario(site: Site) -> None:
        got = await site.ask("POST", f"/overland/{token}", json=batch(*moments))
        assert unkept(got) == {"off-duty": 3, "ended": 3}
        again = await site.ask("POST", f"/overland/{token}", json=batch(*moments[2:5]))
        assert unkept(again) == {}
        assert await counted(site, 12) == {"off-duty": 3, "ended": 3}

    depot.run(scenario)
    assert [stored.fix.at for stored in depot.fixes()] == moments[2:5]


def test_what_was_kept_before_the_end_was_said_is_not_counted_as_forgotten_when_it_comes_again(depot: Depot) -> None:
    depot.send_round()
    token, page = depot.connect(App.OVERLAND).token, depot.page().proofs
    moments = [NOW + timedelta(seconds=10 * n) for n in range(6)]

    async def scenario(site: Site) -> None:
        assert unkept(await site.ask("POST", f"/overland/{token}", json=batch(*moments[:4]))) == {}
        # the driver said so between the second and the third, where there was no signal
        end = {"key": new_id(), "seq": 1, "kind": "end", "at": (NOW + timedelta(seconds=15)).isoformat()}
        said = {"sent_at": NOW.isoformat(), "app": "1", "actions": [{**end, "shift_id": "shift-1", "body": {}}]}
        depot.clock.now += timedelta(minutes=5)
        await site.ask("POST", "/driver/api/actions", token=page, json=said)
        assert unkept(await site.ask("POST", f"/overland/{token}", json=batch(*moments))) == {"ended": 2}
        assert await counted(site, 10) == {"ended": 2}

    depot.run(scenario)
    assert [stored.fix.at for stored in depot.fixes()] == moments[:4]


def test_without_a_round_or_with_one_that_was_withdrawn_before_it_began_there_is_none(depot: Depot) -> None:
    depot.send_round(withdrawn=True)
    tokens = [depot.connect(driver=driver).token for driver in (ANNA, BORIS)]

    async def scenario(site: Site) -> None:
        for token in tokens:
            assert unkept(await site.fix(token)) == {"no-round": 1}
        assert await counted(site, 2) == {"no-round": 2}

    depot.run(scenario)


def test_of_a_server_s_trackers_each_has_its_own_reason(depot: Depot) -> None:
    depot.send_round()
    server = depot.connect(App.SERVER, None)
    for name, driver in (("known", ANNA), ("idle", BORIS), ("parked", None)):
        add_tracker(depot.logbook, unique_id=name, driver_id=driver, label="", now=NOW)
    place = {"valid": True, "latitude": 60.17, "longitude": 24.94, "fixTime": NOW.isoformat(), "attributes": {}}
    message = [
        {"position": place, "device": {"uniqueId": name}} for name in ("known", "idle", "parked", "nobody", "nobody")
    ]

    async def scenario(site: Site) -> None:
        got = await site.ask("POST", f"/traccar/{server.token}", json=message)
        assert unkept(got) == {"no-round": 1, "no-driver": 1, "unknown": 2}
        assert await counted(site, 5) == {"no-round": 1, "no-driver": 1, "unknown": 2}

    depot.run(scenario)


def test_what_is_set_aside_by_a_fault_of_ours_is_counted(
    depot: Depot, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    depot.send_round()
    token = depot.connect(App.OVERLAND).token

    async def scenario(site: Site) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(type(site.gateway.house.hours), "keep", None)
            assert unkept(await site.ask("POST", f"/overland/{token}", json=batch(NOW, at(11)))) == {"aside": 2}
        assert unkept(await site.ask("POST", f"/overland/{token}", json=batch(NOW))) == {}
        assert await counted(site, 3) == {"aside": 2}

    with expect_log("fault of ours", logging.ERROR):
        depot.run(scenario)
    assert len(depot.quarantined()) == 1


def test_a_sign_of_life_off_duty_is_no_position(depot: Depot) -> None:
    token = depot.connect(App.OWNTRACKS).token

    async def scenario(site: Site) -> None:
        for said in ({"_type": "lwt", "tst": int(NOW.timestamp())}, {"_type": "status"}):
            assert unkept(await site.ask("POST", f"/owntracks/{token}", json=said)) == {}
        assert await counted(site, 0) == {}

    depot.run(scenario)


def test_the_page_is_told_too(depot: Depot) -> None:
    paired = depot.page()
    position = {"at": NOW.isoformat(), "lat": 60.17, "lon": 24.94}

    async def scenario(site: Site) -> None:
        said = {"sent_at": NOW.isoformat(), "positions": [position]}
        got = await site.ask("POST", "/driver/api/positions", token=paired.positions, json=said)
        assert (got.json, unkept(got)) == ({"taken": 1}, {"no-round": 1})

    depot.run(scenario)
