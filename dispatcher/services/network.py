"""Under which addresses this computer can be reached, and the one that phones are told."""

import socket
import struct
import sys
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_address, ip_network

from dispatcher.domain.road_policy import RoadPolicy

_TOWARDS = ("10.255.255.255", "172.31.255.255", "192.168.255.255", "100.127.255.255", "192.0.2.255", "8.8.8.8")
"""Nothing is sent there: the system is only asked which of its own addresses it would send from."""
_SIOCGIFADDR = 0x8915
_SHARED = ip_network("100.64.0.0/10")
"""RFC 6598: providers' and VPNs' inner addresses, which Python does not count as private."""


def private_addresses() -> tuple[str, ...]:
    """This computer's addresses in private networks (RFC 1918, RFC 6598 and their kin), IPv4, most likely first."""
    found: dict[str, None] = {}
    for towards in _TOWARDS:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((towards, 9))
                found[probe.getsockname()[0]] = None
            except OSError:
                continue
    try:
        named = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET, socket.SOCK_STREAM)
    except OSError:
        named = []
    found.update((str(info[4][0]), None) for info in named)
    found.update(dict.fromkeys(_of_interfaces()))
    return tuple(address for address in found if is_private(address) and not ip_address(address).is_loopback)


def listening_addresses(host: str) -> tuple[str, ...]:
    """Where a gateway listens that nobody told otherwise: this computer, the depot's own network, and nowhere else.

    `host` is what phones are told: an address that a person has typed is listened on wherever it lies.
    """
    told = (host,) if _is_address(host) else ()
    return tuple(dict.fromkeys(("127.0.0.1", "::1", *private_addresses(), *told)))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _of_interfaces() -> Iterator[str]:
    """The first IPv4 address of each network interface (Linux: netdevice(7)), a second Wi-Fi's too."""
    if sys.platform != "linux":
        return
    import fcntl  # there is none elsewhere

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _, name in socket.if_nameindex():
            try:
                told = fcntl.ioctl(probe, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:  # it has none
                continue
            yield socket.inet_ntoa(told[20:24])


@lru_cache(1_024)
def is_private(address: str) -> bool:
    """Whether packets from `address` come from the depot's own network or this computer."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None) or ip
    return mapped.is_private or mapped.is_link_local or mapped in _SHARED


def is_own(address: str) -> bool:
    """Whether `address` is this computer speaking to itself."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback


def host_of(policy: RoadPolicy) -> str:
    """The name or address that phones are told."""
    return policy.host or next(iter(private_addresses()), "127.0.0.1")


def origin_of(policy: RoadPolicy) -> str:
    """Scheme, host and port of the gateway as phones are told."""
    return f"https://{in_url(host_of(policy))}:{policy.port}"


def setup_page_of(policy: RoadPolicy) -> str:
    """Where a phone gets the depot's certificate."""
    return f"http://{in_url(host_of(policy))}:{policy.setup_port}/"


def in_url(host: str) -> str:
    """A host as an address holds it: IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host
