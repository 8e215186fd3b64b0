"""The depot's own certificate authority and the gateway's certificate, in files beside the logbook.

Phones trust the authority once, from the set-up page; so it is made once and kept for ten years. It may vouch for
private addresses and local names only (RFC 5280, 4.2.1.10), besides the host that phones were told: whoever steals
its key cannot pass for anything in the wide world. The certificate under it lasts 397 days and is made anew when
near its end or when the computer's addresses changed.
"""

import os
import ssl
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dispatcher.domain.errors import KnownError
from dispatcher.services.gateway_process import write_whole

AUTHORITY_DAYS = 3_650
LEAF_DAYS = 397
RENEW_DAYS = 30
LOCAL_NAMES = ("localhost", "depot.local")
_ALLOWED_NETWORKS = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "100.64.0.0/10",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)
_ALLOWED_DOMAINS = ("localhost", "local", "lan", "home", "internal", "home.arpa")


def prepare(folder: Path, name: str, hosts: Sequence[str], now: datetime) -> ssl.SSLContext:
    """What the gateway listens with; makes in `folder` what is missing, or no longer fits.

    `hosts` are the names and addresses by which phones may come, the one they are told first. Raises `KnownError`
    when the authority that phones trust cannot vouch for it, or the files cannot be used.
    """
    authority, key = _authority(folder, name, hosts[:1], now)
    wanted = _names(host for host in [*hosts, *LOCAL_NAMES, "127.0.0.1"] if _vouches(authority, host))
    leaf, leaf_key = folder / "leaf.pem", folder / "leaf.key"
    if not _still_good(leaf, leaf_key, authority, wanted, now):
        _make_leaf(leaf, leaf_key, authority, key, wanted, now)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(leaf, leaf_key)
    return context


def near_end(folder: Path, now: datetime) -> bool:
    """Whether it is time for a new certificate."""
    return now >= _read_certificate(folder / "leaf.pem").not_valid_after_utc - timedelta(days=RENEW_DAYS)


def authority_der(folder: Path) -> bytes:
    """The authority's certificate as phones install it."""
    return _read_certificate(folder / "ca.pem").public_bytes(serialization.Encoding.DER)


def fingerprint(folder: Path) -> str:
    """SHA-256 of the authority's certificate in hexadecimal, by which a person can compare it."""
    return _read_certificate(folder / "ca.pem").fingerprint(hashes.SHA256()).hex()


# --- the authority ------------------------------------------------------------------------------------------------


def _authority(
    folder: Path, name: str, told: Sequence[str], now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    file, key_file = folder / "ca.pem", folder / "ca.key"
    if not (file.exists() and key_file.exists()):
        return _make_authority(file, key_file, name, told, now)
    authority, key = _read_certificate(file), _read_key(key_file)
    if authority.public_key() != key.public_key():
        raise KnownError(
            f"{file} and {key_file.name} do not belong together.",
            "Put both back from a backup; or remove both, and set every phone up anew.",
        )
    if outside := [host for host in told if not _vouches(authority, host)]:
        raise KnownError(
            f"The depot's certificate authority cannot vouch for {outside[0]}.",
            f"Choose an address in the depot's own network; or remove ca.pem and ca.key in {folder}, "
            "and set every phone up anew.",
        )
    return authority, key


def _make_authority(
    file: Path, key_file: Path, name: str, told: Sequence[str], now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Roundhouse {name}"[:64])])
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    authority = (
        _begun(subject, subject, key.public_key(), now, AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.NameConstraints(_permitted(told), None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    write_whole(file, authority.public_bytes(serialization.Encoding.PEM))
    return authority, key


def _permitted(told: Iterable[str]) -> list[x509.GeneralName]:
    """What the authority may vouch for: the local world, and the host that phones were told."""
    networks: list[IPv4Network | IPv6Network] = list(_ALLOWED_NETWORKS)
    domains = list(_ALLOWED_DOMAINS)
    for name in _names(told):
        if isinstance(name, x509.DNSName):
            domains.append(name.value)
        elif isinstance(name, x509.IPAddress):
            networks.append(ip_network(name.value))
    return [*map(x509.IPAddress, networks), *map(x509.DNSName, domains)]


def _vouches(authority: x509.Certificate, host: str) -> bool:
    try:
        permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    except x509.ExtensionNotFound:
        return True
    (name,) = _names([host])
    if isinstance(name, x509.DNSName):
        domains = [each.value for each in permitted if isinstance(each, x509.DNSName)]
        return any(name.value == domain or name.value.endswith(f".{domain}") for domain in domains)
    networks = [each.value for each in permitted if isinstance(each, x509.IPAddress)]
    return any(name.value in each for each in networks if isinstance(each, IPv4Network | IPv6Network))


# --- the certificate ----------------------------------------------------------------------------------------------


def _make_leaf(
    file: Path,
    key_file: Path,
    authority: x509.Certificate,
    signer: ec.EllipticCurvePrivateKey,
    names: Sequence[x509.GeneralName],
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Roundhouse gateway")])
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    leaf = (
        _begun(subject, authority.subject, key.public_key(), now, LEAF_DAYS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write_key(key_file, key)
    write_whole(file, leaf.public_bytes(serialization.Encoding.PEM))


def _still_good(
    file: Path, key_file: Path, authority: x509.Certificate, wanted: Sequence[x509.GeneralName], now: datetime
) -> bool:
    """Whether the certificate is of this authority, for these names, and not near its end."""
    try:
        leaf, key = x509.load_pem_x509_certificate(file.read_bytes()), _read_key(key_file)
        leaf.verify_directly_issued_by(authority)
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, KnownError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    fresh = leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc - timedelta(days=RENEW_DAYS)
    return fresh and leaf.public_key() == key.public_key() and set(names) == set(wanted)


def _names(hosts: Iterable[str]) -> list[x509.DNSName | x509.IPAddress]:
    """The hosts as a certificate has them, each once."""
    named: dict[x509.DNSName | x509.IPAddress, None] = {}
    for host in hosts:
        try:
            named[x509.IPAddress(ip_address(host))] = None
        except ValueError:
            named[x509.DNSName(host.lower())] = None
    return list(named)


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, days: int
) -> x509.CertificateBuilder:
    """A certificate from yesterday, as phones' clocks lag, until `days` later."""
    begins = now.astimezone(UTC) - timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
    )


# --- files --------------------------------------------------------------------------------------------------------


def _read_certificate(file: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError) as fault:
        raise KnownError(f"{file} is no certificate that can be read.", "Put it back from a backup.") from fault


def _read_key(file: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as fault:
        raise KnownError(f"{file} is no key that can be read.", "Put it back from a backup.") from fault
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KnownError(f"{file} holds a key of another kind than this program makes.", "Put it back from a backup.")
    return key


def _write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    write_whole(file, pem, private=True)
    if os.name == "posix":
        file.chmod(0o600)
