"""OwnTracks over a broker that the depot runs: the same messages as over HTTP, from topics instead of requests.

A phone signs in to the broker with its device's id as user name, and the broker's access list lets each publish under
`owntracks/<its user name>/` only; so the topic says who speaks. The session is kept by the broker, and a message is
acknowledged (QoS 1) only after its commit and in the order received: what was not comes again with the next
connection. `aiomqtt` has no word for that yet (its issue 345); its inner `paho` client has.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from dispatcher.domain.devices import App, Device
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import DeviceId
from dispatcher.domain.tracking import Source
from dispatcher.gateway.answers import Refusal
from dispatcher.gateway.house import House
from dispatcher.gateway.positions import Positions
from dispatcher.tracking.decode import Message

if TYPE_CHECKING:
    import aiomqtt

log = logging.getLogger(__name__)

TOPICS = ("owntracks/+/+", "owntracks/+/+/event")
FIRST_S, LAST_S = 1.0, 60.0
MOST_BYTES = 64_000

type Taken = tuple[asyncio.Task[None], Callable[[], object]]
"""A message on its way to the disk, and what acknowledges it."""


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and who the gateway is there."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False

    @classmethod
    def of(cls, url: str) -> "Broker":
        """From `mqtt://user:password@host:port` or `mqtts://…`. Raises `BadInput`, never saying the password."""
        try:
            parts = urlsplit(url)
            scheme, host, port = parts.scheme, parts.hostname, parts.port
        except ValueError:
            scheme, host, port = "", None, None
        if scheme not in ("mqtt", "mqtts") or not host:
            raise BadInput("The broker's address cannot be read.", "Write it as mqtts://user:password@host:8883.")
        tls = scheme == "mqtts"
        user, password = (unquote(said or "") for said in (parts.username, parts.password))
        return cls(host, port or (8883 if tls else 1883), user, password, tls)


class Subscription:
    """Takes what phones publish, until it is cancelled. `fault` says why nothing comes, if so."""

    def __init__(self, broker: Broker, house: House, positions: Positions, authority: Path) -> None:
        """`authority` is the depot's own certificate, trusted beside those of the system."""
        self._broker, self._house, self._positions, self._authority = broker, house, positions, authority
        self.fault = ""

    async def run(self) -> None:
        """Connect, take, and connect anew when that ends."""
        aiomqtt = _library()
        wait_s = FIRST_S
        while True:
            try:
                async with self._client() as client:
                    for topic in TOPICS:
                        await client.subscribe(topic, qos=1)
                    self.fault, wait_s = "", FIRST_S
                    await self._take_all(client)
            except (aiomqtt.MqttError, KnownError, Refusal, OSError) as fault:
                self.fault = f"The broker at {self._broker.host}:{self._broker.port} gives nothing: {fault}"
                log.info("%s", self.fault)
            except Exception:
                log.exception("A message of the broker was not taken")
                self.fault = "The broker's messages cannot be taken; the log says why."
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LAST_S)

    def _client(self) -> "aiomqtt.Client":
        context = ssl.create_default_context() if self._broker.tls else None
        if context is not None:
            context.load_verify_locations(self._authority)
        client: aiomqtt.Client = _library().Client(
            self._broker.host,
            self._broker.port,
            username=self._broker.user or None,
            password=self._broker.password or None,
            identifier=f"roundhouse-{self._house.folder.name}",
            clean_session=False,
            tls_context=context,
        )
        client._client.manual_ack_set(True)
        return client

    async def _take_all(self, client: "aiomqtt.Client") -> None:
        """Messages are committed together and acknowledged in their order; the first that cannot be ends this."""
        taken: asyncio.Queue[Taken] = asyncio.Queue(self._house.limits.group)
        try:
            async with asyncio.TaskGroup() as together:
                together.create_task(_acknowledge(taken))
                async for message in client.messages:
                    body = message.payload if isinstance(message.payload, bytes) else b""
                    task = together.create_task(self._take(str(message.topic), body))
                    await taken.put((task, partial(client._client.ack, message.mid, message.qos)))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed

    async def _take(self, topic: str, body: bytes) -> None:
        device = await self._device(topic.split("/")[1])
        if device is None or len(body) > MOST_BYTES:
            self._house.counters.refused += 1
            return
        await self._positions.receive(device, Source.OWNTRACKS, Message("POST", "", "application/json", body))

    async def _device(self, user: str) -> Device | None:
        device = await asyncio.to_thread(self._house.logbook.read, lambda r: r.device(DeviceId(user)))
        return device if device is not None and device.app is App.OWNTRACKS and device.trusted else None


def _library() -> Any:
    """An extra, for depots that run a broker. Raises `KnownError` where it is not installed."""
    try:
        import aiomqtt
    except ImportError as error:
        raise KnownError("MQTT needs the package aiomqtt.", "Install Roundhouse with the extra “mqtt”.") from error
    return aiomqtt


async def _acknowledge(taken: asyncio.Queue[Taken]) -> None:
    while True:
        task, acknowledge = await taken.get()
        await task
        acknowledge()
