"""What the list of phones says, in words and signs. Knows no Qt."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from dispatcher.domain.actions import SentRound
from dispatcher.services.gateway_keeping import Standing
from dispatcher.services.phones import Phone, Phones, PhoneState
from ui import format as words

HEADERS = ("Driver", "App", "Phone", "State", "Heard", "Battery", "Round", "Paired")
DRIVER, APP, LABEL, STATE, HEARD, BATTERY, ROUND, PAIRED = range(8)
LOW = 0.15
"""Of a battery."""


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A phone as the list shows it."""

    phone: Phone
    texts: tuple[str, ...]
    sorts: tuple[object, ...]
    """What each column is sorted by, below which the driver's number."""
    state: PhoneState
    silent: bool
    low: bool
    waits: bool
    """A version of its round is on the way and not seen."""


def row_of(phone: Phone, phones: Phones, now: datetime, zone: ZoneInfo) -> PhoneRow:
    """All that stands in one row, as of now."""
    device, state = phone.device, phone.state(now)
    seen = device.seen_at if device else None
    battery = device.battery if device else None
    paired = device.paired_at if device else None
    texts = (
        driver_words(phone),
        device.app.value if device else "",
        (device.label or device.unique_id) if device else "",
        state_words(phone, now, zone),
        heard_words(phone, now),
        f"{battery:.0%}" if battery is not None else "",
        round_words(phone.sent, phones.today) if phone.sent else "",
        day_words(paired, now, zone) if paired else "",
    )
    number = phone.driver.number if phone.driver else 1_000_000
    stamp = seen.timestamp() if seen else float("-inf")
    sorts = (
        number, texts[APP], texts[LABEL].casefold(), list(PhoneState).index(state), -stamp,
        2.0 if battery is None else battery, _behind(phone.sent), paired.timestamp() if paired else 0.0,
    )  # fmt: skip
    return PhoneRow(
        phone,
        texts,
        sorts,
        state,
        phone.silent(now, phones.silent_s),
        battery is not None and battery <= LOW and state is PhoneState.PAIRED,
        phone.sent is not None and phone.sent.accepted < phone.sent.version,
    )


def driver_words(phone: Phone) -> str:
    """Number and name; what speaks for many has neither."""
    if phone.driver:
        return f"{phone.driver.number}  {phone.driver.name}"
    return "All trackers" if phone.device and phone.device.driver_id is None else "A driver who is gone"


def state_words(phone: Phone, now: datetime, zone: ZoneInfo) -> str:
    """How the phone came to be trusted, or ceased to be."""
    state = phone.state(now)
    if state is PhoneState.INVITED and phone.invitation:
        return f"invited, {left_words(phone.invitation.expires_at, now)} left"
    if state is PhoneState.REVOKED and phone.device and phone.device.revoked_at:
        return f"revoked {words.clock(phone.device.revoked_at, zone)}"
    if state is PhoneState.NONE:
        return "Pair…"
    return state.value


def left_words(expires_at: datetime, now: datetime) -> str:
    """Minutes and seconds that a code still has: "8:12"."""
    left_s = max(0, round((expires_at - now).total_seconds()))
    return f"{left_s // 60}:{left_s % 60:02d}"


def heard_words(phone: Phone, now: datetime) -> str:
    """How long ago the phone was heard."""
    if phone.device is None:
        return ""
    return words.ago(phone.device.seen_at, now) if phone.device.seen_at else "never"


def round_words(sent: SentRound, today: date) -> str:
    """Which version of its round the page has, and whether the driver has seen it."""
    on = "" if sent.on == today else f"{words.weekday_date(sent.on)}: "
    if sent.accepted >= sent.version:
        return f"{on}v{sent.version} seen"
    if sent.fetched >= sent.version:
        return f"{on}v{sent.version} there, not seen"
    has = f"has v{sent.fetched}, " if sent.fetched else ""
    return f"{on}{has}v{sent.version} waits"


def day_words(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """The time of day, and the date unless it is today's."""
    local = moment.astimezone(zone).date()
    clock = words.clock(moment, zone)
    return clock if local == now.astimezone(zone).date() else f"{words.weekday_date(local)} {clock}"


def standing_words(standing: Standing, zone: ZoneInfo) -> str:
    """The gateway in one line."""
    status = standing.status
    if not status.running:
        starting = standing.policy.serve and not standing.last_words
        return "Starting…" if starting else "Not running: phones cannot send."
    told = status.counters.get("phones", {})
    paired = told.get("paired", 0)
    heard = f" · {told.get('heard', 0)} of {words.count(paired, 'phone')} heard" if paired else ""
    if not status.since:
        return "Starting…"
    since = words.clock(datetime.fromisoformat(status.since), zone)
    return f"Running since {since} on {standing.origin}{heard}"


def _behind(sent: SentRound | None) -> int:
    """How far a phone's round is from seen, worst first; none last."""
    if sent is None:
        return 3
    return 0 if sent.fetched < sent.version else 1 if sent.accepted < sent.version else 2
