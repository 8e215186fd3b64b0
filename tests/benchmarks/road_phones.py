"""200 phones in a process of their own: pair, tell the morning, then one position a second each, over TLS.

The drivers are those of the simulation, on their true ways. Told `go` on standard input, every phone sends the
position of each second once, in order, on a connection of its own, and the next only when the one before was
acknowledged. In the end one line of JSON says what was sent, what was acknowledged, and how long that took.
"""

import argparse
import asyncio
import json
import ssl
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from itertools import batched
from pathlib import Path

from db.logbook.opening import open_logbook
from dispatcher.domain.devices import App
from dispatcher.domain.ids import DriverId
from dispatcher.domain.letters import Letter
from dispatcher.domain.tracking import Decoded, Fix, Source
from dispatcher.region.network import open_network
from dispatcher.region.pack import RegionPack
from dispatcher.services.clocks import system_clock
from dispatcher.services.home import Home
from dispatcher.services.logbook import Logbook
from dispatcher.services.pairing import Connected, connect_app
from dispatcher.simulation.clock import Pace
from dispatcher.simulation.receiver import Receiver, Sighting
from dispatcher.simulation.rounds import Round
from dispatcher.simulation.site import sent_rounds
from dispatcher.simulation.wire import HABITS, Phone
from dispatcher.simulation.world import Life

MORNING_EVERY_S = 15.0
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Carried:
    """A phone on its way."""

    life: Life
    receiver: Receiver
    connected: Connected
    phone: Phone


@dataclass(slots=True)
class Sums:
    """What is said in the end."""

    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    waited_ms: list[float] = field(default_factory=list)
    """From the moment a position was due."""

    def told(self) -> dict[str, float]:
        """As plain numbers."""
        waited = sorted(self.waited_ms)
        half, most = (waited[int(part * len(waited))] for part in (0.5, 0.99))
        counted = {"sent": self.sent, "acknowledged": self.acknowledged, "refused": self.refused}
        return {**counted, "half_ms": half, "most_ms": most, "slowest_ms": waited[-1]}


def main(home: Home, slug: str, region: str, on: date, at: int, port: int, minutes: float) -> None:
    folder = home.database(slug).parent
    with closing(open_logbook(folder, clock=system_clock)) as logbook:
        rounds = sent_rounds(logbook, on)
        begins = datetime.combine(on, clock_time(at), rounds[0].zone).astimezone(UTC)
        carried = _carried(home, region, logbook, rounds, begins + timedelta(minutes=minutes + 30))
        _tell_morning(logbook, carried, begins)
    said = asyncio.run(_day(folder, carried, Pace(begins, 1.0), port, minutes))
    print(json.dumps(said.told()), flush=True)


def _carried(home: Home, region: str, logbook: Logbook, rounds: Sequence[Round], until: datetime) -> list[Carried]:
    """Every driver of the day with a phone, and the day lived up to a moment."""
    found = []
    with ExitStack() as opened:
        roads = open_network(RegionPack.open(home.regions / region), home.cache)
        opened.callback(roads.close)
        for round_ in rounds:
            life = Life(round_, roads, seed=1)
            while life.known_until < until and life.advance():
                pass
            driver = DriverId(round_.driver_id)
            connected = connect_app(logbook, app=App.TRACCAR, driver_id=driver, label="", now=system_clock())
            phone = Phone(App.TRACCAR, f"phone-{round_.driver_id[-8:]}", connected.token)
            found.append(Carried(life, Receiver(life, 1), connected, phone))
    return found


def _tell_morning(logbook: Logbook, carried: Sequence[Carried], until: datetime) -> None:
    """What was received since the shifts began, straight into the logbook."""
    letters = []
    for each in carried:
        moment = each.life.begins_at
        while moment < until - timedelta(seconds=MORNING_EVERY_S):
            fix = _fix(each.receiver.look(moment))
            device = each.connected.device
            letters.append(Letter(device.id, device.driver_id, Source.OSMAND, moment, b"", Decoded(fixes=(fix,))))
            moment += timedelta(seconds=MORNING_EVERY_S)
    letters.sort(key=lambda letter: letter.received_at)
    for some in batched(letters, 5_000, strict=False):
        logbook.append(some)


def _fix(seen: Sighting) -> Fix:
    return Fix(
        at=seen.at,
        place=seen.place,
        accuracy_m=seen.accuracy_m,
        speed_mps=seen.speed_mps,
        heading_deg=seen.heading_deg,
        battery=seen.battery,
    )


# --- from now on --------------------------------------------------------------------------------------------------


async def _day(folder: Path, carried: Sequence[Carried], pace: Pace, port: int, minutes: float) -> Sums:
    loop, sums = asyncio.get_running_loop(), Sums()
    context = ssl.create_default_context(cafile=str(folder / "gateway" / "ca.pem"))
    async with pace.shared(folder):
        print("ready", flush=True)
        await loop.run_in_executor(None, sys.stdin.readline)
        async with asyncio.TaskGroup() as group:
            for n, each in enumerate(carried):
                group.create_task(_send(each, n / len(carried), pace, context, port, minutes * 60, sums))
    return sums


async def _send(
    each: Carried, phase_s: float, pace: Pace, context: ssl.SSLContext, port: int, seconds: float, sums: Sums
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    began, encode = time.monotonic() + 1 + phase_s, HABITS[App.TRACCAR].encode
    first = pace.now + timedelta(seconds=1 + phase_s)
    for n in range(round(seconds)):
        due = began + n
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        moment = first + n * SECOND
        message = encode(each.phone, [each.receiver.look(moment)], moment)
        head = [f"{message.method} {message.path} HTTP/1.1", "Host: depot", f"Content-Length: {len(message.body)}"]
        head += [f"{name}: {value}" for name, value in message.headers.items()]
        writer.write("\r\n".join([*head, "", ""]).encode() + message.body)
        sums.sent += 1
        status = await reader.readuntil(b"\r\n\r\n")
        if length := int(status.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0):
            await reader.readexactly(length)
        good = status.startswith(b"HTTP/1.1 200")
        sums.acknowledged += good
        sums.refused += not good
        sums.waited_ms.append(round(1_000 * (time.monotonic() - due), 1))
    writer.close()


if __name__ == "__main__":
    wanted = argparse.ArgumentParser()
    wanted.add_argument("home", type=Path)
    wanted.add_argument("slug")
    wanted.add_argument("region")
    wanted.add_argument("on", type=date.fromisoformat)
    wanted.add_argument("at", type=int)
    wanted.add_argument("port", type=int)
    wanted.add_argument("minutes", type=float)
    said = wanted.parse_args()
    main(Home(said.home), said.slug, said.region, said.on, said.at, said.port, said.minutes)
