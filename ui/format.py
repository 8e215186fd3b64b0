"""Figures as people read them: times, durations, distances, loads, dates, counts.

Knows no Qt and no theme. Every view asks here, so that the same amount looks the same everywhere.
"""

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dispatcher.domain.orders import Load
from dispatcher.domain.time import TimeWindow

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def clock(moment: datetime, zone: ZoneInfo, day: date | None = None) -> str:
    """The depot's wall clock to the minute: "08:12"; "00:12 +1" when past the end of `day`."""
    local = moment.astimezone(zone)
    later = (local.date() - day).days if day else 0
    return _hh_mm(local) + (f" {later:+d}" if later else "")


def window(span: TimeWindow, zone: ZoneInfo) -> str:
    """A time window, short where it begins and ends on the hour: "10–12", "10:30–12:00"."""
    opens, closes = span.opens_at.astimezone(zone), span.closes_at.astimezone(zone)
    ends_at_midnight = closes.date() > opens.date() and (closes.hour, closes.minute) == (0, 0)
    hour = 24 if ends_at_midnight else closes.hour
    if opens.minute == closes.minute == 0:
        return f"{opens.hour:02d}–{hour:02d}"
    return f"{_hh_mm(opens)}–{hour:02d}:{closes.minute:02d}"


def windows(spans: Iterable[TimeWindow], zone: ZoneInfo) -> str:
    """Several time windows: "08–10, 14–16"; empty when service may begin at any time."""
    return ", ".join(window(span, zone) for span in spans)


def duration(seconds: float) -> str:
    """Hours and minutes: "6:12 h"."""
    total_min = round(abs(seconds) / 60)
    sign = "−" if seconds < 0 and total_min else ""
    return f"{sign}{total_min // 60}:{total_min % 60:02d} h"


def minutes(seconds: float) -> str:
    """Whole minutes, rounded up so that a little late is never "0 min": "7 min"; from two hours on "2:05 h"."""
    whole = math.ceil(seconds / 60)
    return f"{whole} min" if whole < 120 else duration(whole * 60)


def distance(metres: float) -> str:
    """Kilometres with one decimal: "12.4 km"."""
    return f"{metres / 1000:,.1f} km"


def kilograms(kg: float) -> str:
    """Whole kilograms, one decimal below ten: "412 kg", "2.5 kg"."""
    return f"{_amount(kg)} kg"


def litres(amount: float) -> str:
    """Whole litres, one decimal below ten: "80 l"."""
    return f"{_amount(amount)} l"


def load(amount: Load) -> str:
    """The dimensions that say something: "412 kg · 80 l · 3 parcels"; "–" for nothing at all."""
    parts = (
        kilograms(amount.kg) if amount.kg else "",
        litres(amount.litres) if amount.litres else "",
        count(amount.parcels, "parcel") if amount.parcels else "",
    )
    return " · ".join(part for part in parts if part) or "–"


def weekday_date(day: date) -> str:
    """Weekday, day and month, the same in every locale: "Tue 24 Nov"."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 stop", "1,240 stops", "2 deliveries"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def money(minor_units: int, currency: str) -> str:
    """An amount of money with two decimals: "1,234.50 EUR"."""
    return f"{minor_units / 100:,.2f} {currency}"


_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}


def price(minor_units: int, currency: str, *, whole_from: int | None = None) -> str:
    """An amount with its currency's sign where that is well known: "€3.40", "3.40 CHF"; as it is, never below nothing.

    From `whole_from` minor units on cents say nothing: "€31".
    """
    whole = whole_from is not None and abs(minor_units) >= whole_from
    figure = f"{abs(minor_units) / 100:,.{0 if whole else 2}f}"
    return f"{_SIGNS[currency]}{figure}" if currency in _SIGNS else f"{figure} {currency}"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, coarsely: "just now", "4 min ago", "3 h ago", "2 days ago"."""
    past = max(now - moment, timedelta())
    if past < timedelta(minutes=1):
        return "just now"
    if past < timedelta(hours=1):
        return f"{past // timedelta(minutes=1)} min ago"
    if past < timedelta(days=1):
        return f"{past // timedelta(hours=1)} h ago"
    return f"{count(past.days, 'day')} ago"


def _amount(value: float) -> str:
    """No decimals that say nothing."""
    if value and abs(value) < 9.95:
        return f"{value:.1f}".removesuffix(".0")
    return f"{value:,.0f}"


def _hh_mm(local: datetime) -> str:
    """By hand: `strftime` imports a module on every call, which PySide makes five times as slow."""
    return f"{local.hour:02d}:{local.minute:02d}"
