"""The set-up page, without encryption: hands a phone the depot's certificate, so that everything else can be encrypted.

Nothing secret is here. Where the depot's policy says so, positions are taken here too, from private addresses only.
"""

import html
import plistlib
import uuid
from pathlib import Path

from aiohttp import web

from dispatcher.gateway.answers import HEADERS
from dispatcher.gateway.tls import authority_der, fingerprint

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name}: set a phone up</title>
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:auto;padding:1rem}}
a.do{{display:block;padding:1rem;margin:1rem 0;background:#0b57d0;color:#fff;text-align:center;border-radius:.5rem;
text-decoration:none}}code{{font-size:.85rem;word-break:break-all}}
@media(prefers-color-scheme:dark){{body{{background:#111;color:#eee}}}}</style>
<h1>{name}</h1>
<p>Install the depot's certificate once, so that this phone talks to the depot and to nobody else.</p>
<h2>Android</h2>
<a class="do" href="/ca.crt">Get the certificate</a>
<ol><li>Open Settings, search for “CA certificate”.</li><li>Choose “Install anyway”, then the file
<em>roundhouse-depot.crt</em> among the downloads.</li><li>Scan the dispatcher's code.</li></ol>
<h2>iPhone</h2>
<a class="do" href="/ca.mobileconfig">Get the profile</a>
<ol><li>Open Settings, “Profile Downloaded”, and install it.</li><li>Under General, About, Certificate Trust Settings
switch this certificate on.</li><li>Scan the dispatcher's code.</li></ol>
<p>The dispatcher can compare its SHA-256 fingerprint:<br><code>{fingerprint}</code></p>
</html>"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"


class SetupPage:
    """What the plain listener shows."""

    def __init__(self, folder: Path, name: str) -> None:
        self._der = authority_der(folder)
        shown = fingerprint(folder)
        spaced = " ".join(shown[n : n + 4] for n in range(0, len(shown), 4))
        self._page = _PAGE.format(name=html.escape(name), fingerprint=spaced)
        self._profile = _profile(self._der, name, shown)

    async def page(self, _: web.BaseRequest) -> web.Response:
        """GET /."""
        headers = {**HEADERS, "Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}
        return web.Response(text=self._page, content_type="text/html", headers=headers)

    async def certificate(self, _: web.BaseRequest) -> web.Response:
        """GET /ca.crt."""
        return _file(self._der, "application/x-x509-ca-cert", "roundhouse-depot.crt")

    async def profile(self, _: web.BaseRequest) -> web.Response:
        """GET /ca.mobileconfig."""
        return _file(self._profile, "application/x-apple-aspen-config", "roundhouse-depot.mobileconfig")


def _file(content: bytes, kind: str, name: str) -> web.Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=content, content_type=kind, headers=headers)


def _profile(der: bytes, name: str, shown: str) -> bytes:
    """An Apple configuration profile that installs one root certificate; the same one for the same certificate."""
    inner, outer = (str(uuid.uuid5(uuid.NAMESPACE_OID, f"{part} {shown}")).upper() for part in ("root", "profile"))
    root = {
        "PayloadType": "com.apple.security.root",
        "PayloadVersion": 1,
        "PayloadIdentifier": f"roundhouse.depot.{inner}",
        "PayloadUUID": inner,
        "PayloadDisplayName": f"{name}: certificate",
        "PayloadContent": der,
    }
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadVersion": 1,
            "PayloadIdentifier": f"roundhouse.depot.{outer}",
            "PayloadUUID": outer,
            "PayloadDisplayName": f"{name} (Roundhouse)",
            "PayloadDescription": "Lets this phone trust the depot's own server, and nothing else.",
            "PayloadContent": [root],
        }
    )
