"""Has the gateway run as the depot's settings say, and says how it stands, in one answer for whoever looks after it.

The window asks every few seconds. What phones are told, and whether the gateway is kept running at all, are settings
of the depot like any other: they can be undone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address

from dispatcher.domain.errors import BadInput
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services import gateway_process
from dispatcher.services.gateway_process import GatewayStatus, Watch
from dispatcher.services.home import Home
from dispatcher.services.logbook import Logbook
from dispatcher.services.network import in_url, origin_of, private_addresses, setup_page_of
from dispatcher.services.ports import UnitOfWork
from dispatcher.services.sending import publish_policy

_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*")
"""RFC 1123, 2.1."""
_STOPPING_S = 8.0


@dataclass(frozen=True, slots=True)
class Standing:
    """How a depot's gateway stands, against how it should."""

    status: GatewayStatus
    policy: RoadPolicy
    addresses: tuple[str, ...] = ()
    """This computer's, most likely first."""
    last_words: str = ""
    """Why the gateway that was started last is not running, as it said itself."""

    @property
    def origin(self) -> str:
        """Scheme, host and port as phones are told: where it listens, or would."""
        if self.status.running and self.status.host and self.status.port:
            return f"https://{in_url(self.status.host)}:{self.status.port}"
        return origin_of(self.policy)

    @property
    def setup_page(self) -> str:
        """Where a phone gets the depot's certificate."""
        if self.status.running and self.status.host and self.status.setup_port:
            return f"http://{in_url(self.status.host)}:{self.status.setup_port}/"
        return setup_page_of(self.policy)

    @property
    def fault(self) -> str:
        """What keeps phones from sending although they should be able to; empty while all is well."""
        if self.status.running:
            return self.status.fault
        return self.last_words if self.policy.serve else ""


class GatewayKeeper:
    """Keeps one depot's gateway. Asked by one thread at a time, which may have to wait for seconds.

    `keeps` is whether it may start and stop anything: a window on a what-if copy only looks.
    """

    def __init__(
        self,
        home: Home,
        slug: str,
        logbook: Logbook,
        policy: Callable[[], RoadPolicy],
        *,
        keeps: bool = True,
        watch: Callable[[Home, str], Watch] = Watch,
    ) -> None:
        self._home, self._slug, self._logbook, self._policy = home, slug, logbook, policy
        self._keeps, self._make = keeps, watch
        self._known: RoadPolicy | None = None
        self._watch = watch(home, slug)

    def look(self) -> Standing:
        """How the gateway stands; starts or stops it first if the settings have changed, or if it fell."""
        policy = self._policy()
        if not self._keeps:
            return self._standing(gateway_process.status(self._home, self._slug), policy)
        former, self._known = self._known, policy
        if policy != former:
            publish_policy(self._logbook, policy)
            self.again()  # what kept it from starting may be mended
        if policy.serve:
            return self._standing(self._watch.look(), policy)
        if former is not None and former.serve:
            return self.stop()
        return self._standing(gateway_process.status(self._home, self._slug), policy)

    def again(self) -> None:
        """Wait no longer before the next try to start it."""
        self._watch = self._make(self._home, self._slug)

    def stop(self) -> Standing:
        """Ask the gateway to end, and wait until it has."""
        gateway_process.stop(self._home, self._slug, wait_s=_STOPPING_S)
        return self._standing(gateway_process.status(self._home, self._slug), self._policy())

    def _standing(self, status: GatewayStatus, policy: RoadPolicy) -> Standing:
        said = "" if status.running else gateway_process.last_words(self._home, self._slug)
        return Standing(status, policy, status.addresses or private_addresses(), said)


def keep_running(uow: UnitOfWork, *, wanted: bool) -> None:
    """Have the window keep the gateway running, or no longer."""
    _change(uow, serve=wanted)


def tell_phones(uow: UnitOfWork, host: str) -> None:
    """The name or address that phones are told; empty for this computer's first address. Raises `BadInput`."""
    named = host.strip()
    if named and not is_host(named):
        raise BadInput(
            f"“{named}” is no name or address of a computer.",
            "Write it as 192.168.1.20 or depot.local, without a port.",
        )
    _change(uow, host=named)


def is_host(text: str) -> bool:
    """Whether a phone could look for a computer by this."""
    try:
        ip_address(text)
    except ValueError:
        digits = text.replace(".", "").isdigit()  # 300.1.2.3 is an address mistyped, not a name
        return bool(_NAME.fullmatch(text)) and len(text) <= 253 and not digits
    return True


def _change(uow: UnitOfWork, **said: object) -> None:
    depot = uow.depot()
    road = replace(depot.road, **said)  # type: ignore[arg-type]
    if road != depot.road:
        uow.put_depot(replace(depot, road=road))
