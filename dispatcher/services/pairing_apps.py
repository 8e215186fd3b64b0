"""How each tracking app is told where to report: the link or the fields it takes, and the steps, in words.

The same words stand in the window and in the docs. Sources of what each app takes: traccar-client
`configuration_service.dart`; the OwnTracks booklet (JSON, remote configuration); Overland's README; GPSLogger's and
OsmAnd's settings; traccar.org/forward.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode

import orjson
import segno

from dispatcher.domain.devices import App

INTERVAL_S = 15
DISTANCE_M = 20
MQTT_USER = "User name, only over MQTT"


@dataclass(frozen=True, slots=True)
class Setup:
    """What a person does to set an app up."""

    link: str
    """Opened on the phone, or shown as a QR code, it sets the app up; empty if the app takes none."""
    steps: tuple[str, ...]
    fields: tuple[tuple[str, str], ...] = ()
    """What to type, if anything: name of the field as the app has it, and what goes in."""


def setup_of(app: App, origin: str, token: str, device_id: str = "") -> Setup:
    """How `app` is set up to report to the gateway at `origin` with `token`.

    To a broker OwnTracks signs in as its device.
    """
    setup = _OF[app](origin, token)
    return replace(setup, fields=((MQTT_USER, device_id),)) if app is App.OWNTRACKS and device_id else setup


def qr(text: str) -> tuple[tuple[bool, ...], ...]:
    """A QR code's modules by row, `True` for dark, without the quiet zone (ISO/IEC 18004, level M or better)."""
    return tuple(tuple(bool(module) for module in row) for row in segno.make_qr(text, error="m").matrix)


CERTIFIED = frozenset({App.PAGE, App.TRACCAR, App.OWNTRACKS, App.OVERLAND, App.OSMAND})
"""Apps that trust the gateway once the depot's certificate is installed on the phone, and not before."""
PAGE_STEPS = (
    "Scan the large code with the phone's camera and open it in the browser.",
    "Allow location, and the camera when a photo is wanted.",
    "Add the page to the home screen: it opens from there also without a signal.",
)
"""The driver page pairs itself by the link."""
CERTIFICATE = "Open the depot's set-up page on the phone and install the depot's certificate."


def _traccar(origin: str, token: str) -> Setup:
    settings: Mapping[str, str | int] = {
        "accuracy": "high",
        "distance": DISTANCE_M,
        "interval": INTERVAL_S,
        "angle": 30,
        "heartbeat": 300,
        "buffer": "true",
        "wakelock": "true",
        "stop_detection": "false",
    }
    return Setup(
        f"{origin}/osmand/{token}?{urlencode(settings)}",
        (
            CERTIFICATE,
            "In Traccar Client open Settings and tap the QR symbol; scan the code.",
            "Switch “Continuous tracking” on, and allow location “all the time”.",
        ),
    )


def _owntracks(origin: str, token: str) -> Setup:
    settings = {
        "_type": "configuration",
        "mode": 3,
        "url": f"{origin}/owntracks/{token}",
        "auth": False,
        "monitoring": 2,
        "locatorInterval": INTERVAL_S,
        "locatorDisplacement": DISTANCE_M,
        "moveModeLocatorInterval": INTERVAL_S,
        "extendedData": True,
        "cmd": False,
    }
    inline = base64.b64encode(orjson.dumps(settings)).decode("ascii")
    return Setup(
        f"owntracks:///config?inline={quote(inline, safe='')}",
        (
            CERTIFICATE,
            "Scan the code with the phone's camera and open it in OwnTracks.",
            "Confirm the import; keep monitoring at “Move” while on duty.",
        ),
    )


def _overland(origin: str, token: str) -> Setup:
    settings = {"url": f"{origin}/overland", "token": token, "device_id": "", "unique_id": "yes"}
    return Setup(
        f"overland://setup?{urlencode({k: v for k, v in settings.items() if v}, quote_via=quote)}",
        (
            CERTIFICATE,
            "In the phone's settings trust the certificate fully (General, About, Certificate Trust Settings).",
            "Scan the code with the camera and open it in Overland.",
            "Switch tracking on, and allow location “always”.",
        ),
    )


def _gpslogger(origin: str, token: str) -> Setup:
    return Setup(
        "",
        (
            "In GPSLogger open “Logging details” and switch “Log to custom URL” on.",
            "Enter the fields below.",
            "Choose “Validate custom SSL certificate” there and accept the depot's certificate.",
            f"Under “Performance” set the logging interval to {INTERVAL_S} seconds.",
        ),
        (
            ("URL", f"{origin}/gpslogger/{token}"),
            ("HTTP Method", "POST"),
            ("HTTP Body", "%ALL"),
            ("HTTP Headers", "Content-Type: application/x-www-form-urlencoded"),
            ("Basic Authentication", ""),
        ),
    )


def _osmand(origin: str, token: str) -> Setup:
    address = f"{origin}/osmand/{token}?" + (
        "lat={0}&lon={1}&timestamp={2}&hdop={3}&altitude={4}&speed={5}&bearing={6}"
    )
    return Setup(
        "",
        (
            CERTIFICATE,
            "In OsmAnd switch the plugin “Trip recording” on and open its settings.",
            f"Switch “Online tracking” on, enter the web address below, and set the interval to {INTERVAL_S} seconds.",
        ),
        (("Web address", address),),
    )


def _nmea(origin: str, token: str) -> Setup:
    return Setup(
        "",
        (
            "Set the tracker to send NMEA sentences (RMC, GGA or GLL) by HTTP POST to the address below, one a line.",
            "It must trust the depot's certificate; the set-up page hands it out.",
        ),
        (("Address", f"{origin}/nmea/{token}"), ("Content-Type", "text/plain")),
    )


def _server(origin: str, token: str) -> Setup:
    return Setup(
        "",
        (
            "Add the lines below to the Traccar server's configuration file.",
            "Add the depot's certificate to the trust store of the server's Java.",
            "Restart the server; then name each tracker here by its identifier there.",
        ),
        (
            ("forward.url", f"{origin}/traccar"),
            ("forward.type", "json"),
            ("forward.header", f"Authorization: Bearer {token}"),
            ("forward.retry.enable", "true"),
            ("forward.retry.count", "10"),
            ("event.forward.url", f"{origin}/traccar"),
            ("event.forward.type", "json"),
            ("event.forward.header", f"Authorization: Bearer {token}"),
        ),
    )


_OF = {
    App.TRACCAR: _traccar,
    App.OWNTRACKS: _owntracks,
    App.OVERLAND: _overland,
    App.GPSLOGGER: _gpslogger,
    App.OSMAND: _osmand,
    App.NMEA: _nmea,
    App.SERVER: _server,
}
