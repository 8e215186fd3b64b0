"""How much the gateway takes from one phone, one address and all together; and the counting that holds them to it."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the gateway; tests narrow them."""

    body_bytes: int = 2_000_000
    """Of a message with positions."""
    envelope_bytes: int = 1_000_000
    """Of what the driver page says in one go."""
    request_s: float = 30.0
    """Until the last byte of a body has come."""
    handshake_s: float = 10.0
    """Until a new connection is encrypted."""
    idle_s: float = 75.0
    """A connection that completes no request head for this long is closed."""
    per_s: float = 20.0
    burst: int = 400
    """With `per_s`: requests of one token."""
    failures: int = 20
    failures_s: float = 60.0
    """With `failures`: wrong tokens and codes from one address."""
    page_per_s: float = 1.0
    page_burst: int = 60
    """With `page_per_s`: requests of one customer's page."""
    connections: int = 2_000
    waiting: int = 20_000
    """Messages that wait for the disk."""
    waiting_bytes: int = 64_000_000
    group: int = 500
    """Messages of one commit."""
    stop_s: float = 10.0
    """For what is under way when the gateway is asked to end."""
    photo_s: float = 20.0
    """For looking at one photo."""


class Buckets:
    """One bucket of requests a key, full at `burst`, refilled at `per_s`; for keys that were found, not any said."""

    MOST = 10_000

    def __init__(self, per_s: float, burst: int, monotonic: Callable[[], float]) -> None:
        self._per_s, self._burst, self._now = per_s, burst, monotonic
        self._levels: dict[str, tuple[float, float]] = {}

    def take(self, key: str) -> float:
        """Take one; returns 0, or after how many seconds there is one again."""
        now = self._now()
        level, at = self._levels.get(key, (float(self._burst), now))
        level = min(level + (now - at) * self._per_s, self._burst)
        if level < 1:
            return (1 - level) / self._per_s
        if len(self._levels) >= self.MOST:  # those that are full again say nothing
            full = self._burst / self._per_s
            self._levels = {k: v for k, v in self._levels.items() if now - v[1] < full}
        self._levels[key] = (level - 1, now)
        return 0.0


class Failures:
    """The wrong tokens and codes of each address within the last while; remembers the latest 10,000 addresses."""

    ADDRESSES = 10_000

    def __init__(self, most: int, span_s: float, monotonic: Callable[[], float]) -> None:
        self._most, self._span_s, self._now = most, span_s, monotonic
        self._of: OrderedDict[str, deque[float]] = OrderedDict()

    def note(self, address: str) -> None:
        """One more."""
        moments = self._of.setdefault(address, deque(maxlen=self._most))
        moments.append(self._now())
        self._of.move_to_end(address)
        if len(self._of) > self.ADDRESSES:
            self._of.popitem(last=False)

    def wait_s(self, address: str) -> float:
        """0, or how long until this address may fail again."""
        moments = self._of.get(address)
        if moments is None or len(moments) < self._most:
            return 0.0
        return max(0.0, moments[0] + self._span_s - self._now())
