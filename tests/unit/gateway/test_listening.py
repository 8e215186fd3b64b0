"""Certificates, the set-up page, slow and crowded connections, settings that change, and the end."""

import asyncio
import contextlib
import plistlib
import socket
import ssl
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dispatcher.domain.errors import KnownError
from dispatcher.gateway import server, tls
from dispatcher.gateway.limits import Limits
from tests.unit.gateway.conftest import NOW, Depot, Site
from tests.unit.gateway.test_ingest import Slow


def certificate(folder: Path, name: str = "leaf.pem") -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / name).read_bytes())


def test_the_authority_is_kept_and_the_certificate_fits(tmp_path: Path) -> None:
    tls.prepare(tmp_path, "Depot", ["192.168.1.20"], NOW)
    authority, leaf = certificate(tmp_path, "ca.pem"), certificate(tmp_path)
    tls.prepare(tmp_path, "Depot", ["192.168.1.20"], NOW + timedelta(days=300))
    assert certificate(tmp_path) == leaf, "nothing is made anew without need"
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["192.168.1.20", "127.0.0.1"]
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "depot.local"]
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)
    leaf.verify_directly_issued_by(authority)
    for key in ("ca.key", "leaf.key"):
        assert stat.S_IMODE((tmp_path / key).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("hosts", "days"),
    [(["192.168.1.20"], 380), (["192.168.1.21"], 0), (["192.168.1.20", "10.0.0.7"], 0)],
)
def test_the_certificate_is_renewed_under_the_same_authority(tmp_path: Path, hosts: list[str], days: int) -> None:
    later = timedelta(days=days)
    tls.prepare(tmp_path, "Depot", ["192.168.1.20"], NOW)
    authority, leaf = certificate(tmp_path, "ca.pem"), certificate(tmp_path)
    assert tls.near_end(tmp_path, NOW + later) == bool(later)
    tls.prepare(tmp_path, "Depot", hosts, NOW + later)
    assert certificate(tmp_path, "ca.pem") == authority
    assert certificate(tmp_path) != leaf
    assert not tls.near_end(tmp_path, NOW + later)


def test_a_damaged_certificate_is_made_anew_and_a_damaged_authority_is_not(tmp_path: Path) -> None:
    tls.prepare(tmp_path, "Depot", ["192.168.1.20"], NOW)
    (tmp_path / "leaf.pem").write_bytes(b"rubbish")
    tls.prepare(tmp_path, "Depot", ["192.168.1.20"], NOW)
    (tmp_path / "leaf.key").unlink()
    tls.prepare(tmp_path, "Depot", ["192.168.1.20"], NOW)
    (tmp_path / "ca.pem").write_bytes(b"rubbish")
    with pytest.raises(KnownError, match=r"ca\.pem is no certificate"):
        tls.prepare(tmp_path, "Depot", ["192.168.1.20"], NOW)


def test_keys_of_two_authorities_are_not_mixed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        tls.prepare(tmp_path / name, "Depot", ["192.168.1.20"], NOW)
    (tmp_path / "one" / "ca.key").write_bytes((tmp_path / "two" / "ca.key").read_bytes())
    with pytest.raises(KnownError, match="do not belong together"):
        tls.prepare(tmp_path / "one", "Depot", ["192.168.1.20"], NOW)


def test_the_authority_vouches_for_nothing_in_the_wide_world(tmp_path: Path) -> None:
    tls.prepare(tmp_path, "Depot", ["depot.example.com"], NOW)
    tls.prepare(tmp_path, "Depot", ["depot.example.com", "192.168.1.9", "8.8.8.8"], NOW)
    names = certificate(tmp_path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "8.8.8.8" not in [str(ip) for ip in names.get_values_for_type(x509.IPAddress)]
    assert "depot.example.com" in names.get_values_for_type(x509.DNSName)
    with pytest.raises(KnownError, match=r"cannot vouch for evil\.example"):
        tls.prepare(tmp_path, "Depot", ["evil.example"], NOW)


def test_phones_trust_it_by_its_authority_and_not_without(depot: Depot) -> None:
    async def scenario(site: Site) -> None:
        port = site.gateway.port
        for context, name, trusted in (
            (site.context, "127.0.0.1", True),
            (site.context, "depot.local", True),
            (site.context, "example.com", False),
            (ssl.create_default_context(), "127.0.0.1", False),
        ):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname=name)
            except ssl.SSLCertVerificationError:
                assert not trusted
            else:
                writer.close()
                await writer.wait_closed()
                assert trusted
        old = ssl.create_default_context(cafile=depot.folder / "gateway" / "ca.pem")
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.open_connection("127.0.0.1", port, ssl=old)

    depot.run(scenario)


def test_the_set_up_page_hands_out_the_certificate_and_nothing_else(depot: Depot) -> None:
    async def scenario(site: Site) -> None:
        page = await site.ask("GET", "/", plain=True)
        assert b"Helsinki" in page.body
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        authority = certificate(depot.folder / "gateway", "ca.pem").public_bytes(Encoding.DER)
        got = await site.ask("GET", "/ca.crt", plain=True)
        assert (got.headers["Content-Type"], got.body) == ("application/x-x509-ca-cert", authority)
        profile = plistlib.loads((await site.ask("GET", "/ca.mobileconfig", plain=True)).body)
        assert profile["PayloadContent"][0]["PayloadContent"] == authority
        assert profile["PayloadContent"][0]["PayloadType"] == "com.apple.security.root"
        for path in ("/ca.key", "/leaf.key", "/driver/", "/health", "/pair", "/osmand/x"):
            assert (await site.ask("GET", path, plain=True)).status == 404

    depot.run(scenario)


# --- connections ---------------------------------------------------------------------------------------------------


async def raw(site: Site, sent: bytes) -> bytes:
    """What comes back until the gateway hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.gateway.setup_port)
    writer.write(sent)
    await writer.drain()
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_who_never_finishes_asking_is_hung_up_on(depot: Depot, sent: bytes) -> None:
    async def scenario(site: Site) -> None:
        assert await raw(site, sent) == b""

    depot.run(scenario, Limits(idle_s=0.3))


def test_a_body_that_never_ends_is_not_waited_for(depot: Depot) -> None:
    depot.policy(clear_text=True)
    token = depot.connect().token

    async def scenario(site: Site) -> None:
        head = f"POST /osmand/{token} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nConnection: close\r\n\r\nlat="
        assert (await raw(site, head.encode())).startswith(b"HTTP/1.1 408")

    depot.run(scenario, Limits(request_s=0.3))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 1_000 + b"\r\n", b"400"),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", b"400"),
    ],
)
def test_what_is_no_request_is_refused(depot: Depot, sent: bytes, status: bytes) -> None:
    async def scenario(site: Site) -> None:
        assert (await raw(site, sent))[9:12] == status

    depot.run(scenario, Limits(idle_s=0.5))


def test_there_is_an_end_to_connections(depot: Depot) -> None:
    async def scenario(site: Site) -> None:
        port = site.gateway.setup_port
        held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            assert await reader.read() == b""
        for _, each in (*held, (reader, writer)):
            each.close()

    depot.run(scenario, Limits(connections=3))


# --- settings ------------------------------------------------------------------------------------------------------


def test_a_port_that_is_taken_is_said(depot: Depot) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        depot.policy(port=other.getsockname()[1])

        async def scenario() -> None:
            from dispatcher.gateway.server import Gateway, Wanted
            from dispatcher.services.gateway_process import private_folder

            private_folder(depot.folder / "gateway")
            wanted = Wanted("127.0.0.1", None, 0, "127.0.0.1")
            await Gateway(depot.logbook, depot.folder, name="x", page=Path(), clock=depot.clock, wanted=wanted).run()

        with pytest.raises(KnownError, match=rf"Port {other.getsockname()[1]} is taken"):
            asyncio.run(scenario())


def test_it_listens_anew_when_the_depots_settings_change(depot: Depot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "TICK_S", 0.02)
    monkeypatch.setattr(server, "LOOK_AGAIN_TICKS", 1)
    depot.send_round()
    token = depot.connect().token

    async def scenario(site: Site) -> None:
        before = site.gateway.setup_port
        path = f"/osmand/{token}?lat=60.17&lon=24.94&timestamp={int(NOW.timestamp())}"
        assert (await site.ask("GET", path, plain=True)).status == 404
        depot.policy(clear_text=True)
        while not site.gateway.listening.is_set() or site.gateway.setup_port == before:
            await asyncio.sleep(0.01)
        assert (await site.ask("GET", path, plain=True)).status == 200

    depot.run(scenario)
    assert len(depot.fixes()) == 1


def test_requests_under_way_are_finished_before_the_end(depot: Depot) -> None:
    depot.send_round()
    token = depot.connect().token

    async def scenario() -> None:
        slow = Slow(depot.logbook)
        async with depot.open(logbook=slow) as site:
            asked = [asyncio.create_task(site.fix(token, NOW + timedelta(seconds=n))) for n in range(20)]
            while site.gateway.house is None or len(site.gateway.house.ingest) + slow.held < 20:
                await asyncio.sleep(0)
            site.gateway.end()
            while site.gateway.listening.is_set():
                await asyncio.sleep(0)
            with pytest.raises(OSError, match=r"[Cc]onnect"):
                await asyncio.open_connection("127.0.0.1", site.gateway.port)
            slow.gate.set()
            assert [answer.status for answer in await asyncio.gather(*asked)] == [200] * 20

    asyncio.run(scenario())
    assert len(depot.fixes()) == 20


@pytest.mark.skipif(not Path("/proc").exists(), reason="only Linux answers on all of 127.0.0.0/8")
@pytest.mark.parametrize(
    ("wanted", "own", "listening"),
    [
        (server.Wanted(port=0, setup_port=0), (), {"127.0.0.1"}),
        (server.Wanted(port=0, setup_port=0), ("127.0.0.2",), {"127.0.0.1", "127.0.0.2"}),
        (server.Wanted(port=0, setup_port=0, host="127.0.0.3"), (), {"127.0.0.1", "127.0.0.3"}),
        (server.Wanted(port=0, setup_port=0, host="depot.local"), ("203.0.113.9",), {"127.0.0.1"}),
        (server.Wanted(port=0, setup_port=0, bind="127.0.0.2"), ("127.0.0.3",), {"127.0.0.2"}),
        (server.Wanted(port=0, setup_port=0, bind="0.0.0.0"), (), {"127.0.0.1", "127.0.0.2", "127.0.0.3"}),
    ],
)
def test_it_listens_where_the_depot_is_and_nowhere_else(
    depot: Depot,
    monkeypatch: pytest.MonkeyPatch,
    wanted: server.Wanted,
    own: tuple[str, ...],
    listening: set[str],
) -> None:
    """203.0.113.9 is of no computer: an address that has just gone keeps nobody else out."""
    monkeypatch.setattr("dispatcher.services.network.private_addresses", lambda: own)
    monkeypatch.setattr(server, "private_addresses", lambda: own)

    async def reached(address: str, port: int) -> bool:
        try:
            _, writer = await asyncio.open_connection(address, port)
        except ConnectionRefusedError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    async def scenario(site: Site) -> None:
        for port in (site.gateway.port, site.gateway.setup_port):
            addresses = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
            assert {address for address in addresses if await reached(address, port)} == listening

    depot.run(scenario, wanted=wanted)
