"""OwnTracks through a real broker: committed before it is acknowledged, and again after a failure."""

import asyncio
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from dispatcher.domain.devices import App
from dispatcher.domain.errors import BadInput
from dispatcher.gateway.mqtt import Broker
from dispatcher.services.pairing import revoke
from tests.unit.gateway.conftest import NOW, Depot
from tests.unit.gateway.test_ingest import Slow

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/opt/homebrew/sbin")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    if MOSQUITTO is None:
        pytest.skip("the broker mosquitto is not installed: apt install mosquitto")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
    process = subprocess.Popen([MOSQUITTO, "-c", settings], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield Broker("127.0.0.1", port)
    finally:
        process.terminate()
        process.wait(10)


def location(n: int = 0) -> dict[str, Any]:
    return {"_type": "location", "lat": 60.17, "lon": 24.94 + n / 1e4, "tst": int(NOW.timestamp()) + n, "vel": 36}


async def connected(broker: Broker) -> None:
    """Wait until the broker listens."""
    async with asyncio.timeout(20):
        while True:
            try:
                async with aiomqtt.Client(broker.host, broker.port):
                    return
            except aiomqtt.MqttError:
                await asyncio.sleep(0.05)


async def publish(broker: Broker, user: str, *said: Any, below: str = "") -> None:
    async with aiomqtt.Client(broker.host, broker.port) as client:
        for each in said:
            await client.publish(f"owntracks/{user}/phone{below}", json.dumps(each), qos=1)


async def until(true: Any) -> None:
    async with asyncio.timeout(30):
        while not true():
            await asyncio.sleep(0.02)


def test_messages_go_from_topic_to_row(depot: Depot, broker: Broker) -> None:
    depot.send_round()
    connected_app, old = depot.connect(App.OWNTRACKS), depot.connect(App.OWNTRACKS)
    other = depot.connect(App.TRACCAR)
    revoke(depot.logbook, old.device.id, now=NOW)
    enter = {"_type": "transition", "event": "enter", "desc": "door", "tst": int(NOW.timestamp()), "wtst": 1}

    async def scenario() -> None:
        await connected(broker)
        async with depot.open(broker=broker):
            await until_subscribed(broker, depot, connected_app.device.id)
            for user in ("nobody", old.device.id, other.device.id):
                await publish(broker, user, location(100))
            await publish(broker, connected_app.device.id, *(location(n) for n in range(1, 51)), {"_type": "rubbish"})
            await publish(broker, connected_app.device.id, enter, below="/event")
            await until(lambda: len(depot.fixes()) >= 51)
            await until(lambda: depot.logbook.read(lambda r: r.events_after(0)))

    asyncio.run(scenario())
    fixes = depot.fixes()
    assert len(fixes) == 51
    assert {stored.device_id for stored in fixes} == {connected_app.device.id}
    assert fixes[-1].fix.speed_mps == pytest.approx(10)


async def until_subscribed(broker: Broker, depot: Depot, device_id: str) -> None:
    """The first message that arrives shows that the subscription stands; before it, a broker keeps nothing for it."""
    async with asyncio.timeout(30):
        while not depot.fixes():
            await publish(broker, device_id, location())
            await asyncio.sleep(0.05)


def test_what_could_not_be_committed_comes_again(depot: Depot, broker: Broker) -> None:
    depot.send_round()
    device = depot.connect(App.OWNTRACKS).device

    async def scenario() -> None:
        await connected(broker)
        slow = Slow(depot.logbook)
        slow.gate.set()
        async with depot.open(logbook=slow, broker=broker) as site:
            await until_subscribed(broker, depot, device.id)
            begun = slow.begun
            slow.full = True
            await publish(broker, device.id, *(location(n) for n in range(1, 11)))
            await until(lambda: slow.begun > begun)
            health = (await site.ask("GET", "/health")).json
            assert health["fault"].startswith("The disk is full")
            slow.full = False
            await until(lambda: len(depot.fixes()) == 11)

    asyncio.run(scenario())


def test_what_came_while_the_gateway_was_away_is_there_when_it_is_back(depot: Depot, broker: Broker) -> None:
    depot.send_round()
    device = depot.connect(App.OWNTRACKS).device

    async def scenario() -> None:
        await connected(broker)
        async with depot.open(broker=broker):
            await until_subscribed(broker, depot, device.id)
        await publish(broker, device.id, *(location(n) for n in range(1, 31)))
        async with depot.open(broker=broker):
            await until(lambda: len(depot.fixes()) == 31)

    asyncio.run(scenario())


def test_a_broker_that_is_away_is_told(depot: Depot) -> None:
    async def scenario() -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            away = Broker("127.0.0.1", closed.getsockname()[1], "roundhouse", "s3cret")
            async with depot.open(broker=away) as site:
                async with asyncio.timeout(20):
                    while not (said := (await site.ask("GET", "/health")).json["fault"]):
                        await asyncio.sleep(0.02)
                assert f"The broker at 127.0.0.1:{away.port}" in said
                assert "s3cret" not in said

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("mqtt://depot.local", Broker("depot.local", 1883)),
        ("mqtts://a:p%40ss@10.0.0.5:8884", Broker("10.0.0.5", 8884, "a", "p@ss", True)),
        ("mqtts://depot.local", Broker("depot.local", 8883, tls=True)),
    ],
)
def test_a_brokers_address_is_read(url: str, read: Broker) -> None:
    assert Broker.of(url) == read


@pytest.mark.parametrize("url", ["http://x", "mqtt://", "mqtt://x:99999", "mqtt://[", "s3cret"])
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        Broker.of(url)
    assert "s3cret" not in str(refused.value)
