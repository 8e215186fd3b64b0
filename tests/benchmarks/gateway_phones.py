"""The phones of the gateway's measurement: many connections of one process that writes and reads HTTP by hand.

They share the cores with the gateway, so all that they send is made beforehand and one thread serves them all. A
connection sends its next request when the one before is answered; a request waits from the moment it was due, not from
when a busy connection came to send it.
"""

import json
import select
import socket
import ssl
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from zlib import crc32

CONNECTIONS = 100
BATCH = 50
MOST_PER_S = 15_000
"""More than this is not made for phones that send as fast as they are answered."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the phones do."""

    port: int
    tls: bool
    rate: float
    """Requests a second; 0 for as fast as they are answered."""
    seconds: float
    batches: float
    """Share of the requests that are batches."""
    tokens: list[str]
    authority: str


@dataclass(slots=True)
class Told:
    """What came of it."""

    took_s: float = 0.0
    cpu_s: float = 0.0
    """What the phones themselves took of the cores."""
    positions: int = 0
    """In requests that were acknowledged."""
    waited_ms: list[float] = field(default_factory=list)
    refused: int = 0
    first: str = ""
    """The first answer that was no 200."""


class Phone:
    """One connection, and what it has to send: requests, each with the positions in it."""

    def __init__(self, load: Load, context: ssl.SSLContext | None, requests: Sequence[tuple[bytes, int]]) -> None:
        plain = socket.create_connection(("127.0.0.1", load.port))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname="127.0.0.1") if context else plain
        self.socket.setblocking(False)
        self.requests = requests
        self.sent = self.answered = 0
        self.due: list[float] = []
        """When each request was due that is due by now."""
        self._answer = b""

    @property
    def idle(self) -> bool:
        return self.sent == self.answered

    def send(self) -> None:
        """The next request that is due, if nothing is under way."""
        if self.idle and self.sent < len(self.due):
            self.socket.sendall(self.requests[self.sent][0])
            self.sent += 1

    def receive(self) -> bytes:
        """The answer's head when the answer is whole, nothing before."""
        while True:
            try:
                data = self.socket.recv(65_536)
            except (BlockingIOError, ssl.SSLWantReadError):
                return b""
            if not data:
                raise ConnectionResetError("the gateway hung up")
            self._answer += data
            head, end, body = self._answer.partition(b"\r\n\r\n")
            if end and len(body) >= int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0] or 0):
                self._answer = b""
                self.answered += 1
                return head


class Phones:
    """All of them."""

    def __init__(self, load: Load, requests: Sequence[tuple[bytes, int]]) -> None:
        context = ssl.create_default_context(cafile=load.authority) if load.tls else None
        self._all = [Phone(load, context, requests[number::CONNECTIONS]) for number in range(CONNECTIONS)]
        self._by_number = {phone.socket.fileno(): phone for phone in self._all}
        self._poll = select.epoll()
        for number in self._by_number:
            self._poll.register(number, select.EPOLLIN)
        self._told = Told()

    def paced(self, rate: float) -> Told:
        """Send each request when it is due, `rate` a second."""
        total, given, began = sum(len(phone.requests) for phone in self._all), 0, time.monotonic()
        while len(self._told.waited_ms) < total:
            now, due = time.monotonic(), began + given / rate
            while given < total and due <= now:
                phone = self._all[given % CONNECTIONS]
                phone.due.append(due)
                phone.send()
                given += 1
                due = began + given / rate
            for phone in self._answered(due - now if given < total else 1.0):
                phone.send()
        return self._ended(began)

    def flat_out(self, seconds: float) -> Told:
        """Send as fast as there are answers."""
        began = time.monotonic()
        for phone in self._all:
            phone.due.append(began)
            phone.send()
        while not all(phone.idle for phone in self._all):
            for phone in self._answered(1.0):
                if (now := time.monotonic()) < began + seconds:
                    phone.due.append(now)
                    phone.send()
        return self._ended(began)

    def _answered(self, wait_s: float) -> Iterator[Phone]:
        told = self._told
        for number, _ in self._poll.poll(wait_s):
            phone = self._by_number[number]
            if not (head := phone.receive()):
                continue
            nth = phone.answered - 1
            told.waited_ms.append((time.monotonic() - phone.due[nth]) * 1_000)
            if head.startswith(b"HTTP/1.1 200 "):
                told.positions += phone.requests[nth][1]
            else:
                told.refused += 1
                told.first = told.first or head[:300].decode()
            yield phone

    def _ended(self, began: float) -> Told:
        self._told.took_s = time.monotonic() - began
        for phone in self._all:
            phone.socket.close()
        return self._told


def drive(load: Load) -> Told:
    """Once around first: a gateway that has just started looks every phone up, once."""
    tokens = load.tokens
    Phones(load, [(_single(token, nth), 1) for nth, token in enumerate(tokens)]).paced(len(tokens))
    count = round((load.rate or MOST_PER_S) * load.seconds)
    requests = [
        _request(tokens[nth % len(tokens)], nth, load.batches) for nth in range(len(tokens), len(tokens) + count)
    ]
    phones = Phones(load, requests)
    used = time.process_time()
    told = phones.paced(load.rate) if load.rate else phones.flat_out(load.seconds)
    told.cpu_s = time.process_time() - used
    return told


# --- what they send -----------------------------------------------------------------------------------------------


def _request(token: str, nth: int, batches: float) -> tuple[bytes, int]:
    # Not all connections at once, as a plain remainder of their count would have it
    if crc32(nth.to_bytes(8)) < batches * 2**32:
        return _overland(token, nth), BATCH
    return _single(token, nth), 1


def _single(token: str, nth: int) -> bytes:
    body = (
        f"id={_name(token)}&lat={60 + nth % 9973 / 1e5:.5f}&lon={24 + nth / 1e7:.7f}&timestamp={int(time.time())}"
        f"&accuracy=12&altitude=4&speed=11.66&bearing={nth % 360}&batt=81&charge=false"
    )
    return _posted(f"/osmand/{token}", "application/x-www-form-urlencoded", body.encode())


def _overland(token: str, nth: int) -> bytes:
    began = datetime.now(UTC) - timedelta(seconds=BATCH)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [24 + nth / 1e7, 60 + n / 1e4]},
            "properties": {
                "timestamp": (began + timedelta(seconds=n)).isoformat(),
                "altitude": 4,
                "speed": 6,
                "horizontal_accuracy": 12,
                "vertical_accuracy": -1,
                "motion": ["driving"],
                "battery_state": "unplugged",
                "battery_level": 0.81,
                "wifi": "",
                "device_id": _name(token),
            },
        }
        for n in range(BATCH)
    ]
    return _posted(f"/overland/{token}", "application/json", json.dumps({"locations": features}).encode())


def _name(token: str) -> str:
    """What a phone calls itself."""
    return str(100_000 + crc32(token.encode()) % 900_000)


def _posted(path: str, kind: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nUser-Agent: Dart/3.5 (dart:io)\r\nAccept-Encoding: gzip\r\nHost: depot:8443\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    print(json.dumps(asdict(drive(Load(**json.loads(sys.stdin.read()))))))
