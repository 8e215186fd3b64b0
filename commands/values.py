"""Values on the command line: read, or refused with how to write them."""

import argparse
from datetime import date, time
from zoneinfo import available_timezones

from dispatcher.domain.place import Place


def a_date(text: str) -> date:
    """A day of this century."""
    try:
        on = date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no date; write it as 2026-11-24") from error
    if not 2000 <= on.year <= 2100:  # as in order files
        raise argparse.ArgumentTypeError(f"“{text}” lies in the year {on.year}")
    return on


def a_place(text: str) -> Place:
    """Latitude and longitude in degrees."""
    try:
        lat, lon = (float(part) for part in text.split(","))
        return Place(lat, lon)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no place; write it as 50.7753,6.0839") from error


def a_zone(text: str) -> str:
    """The name of a time zone."""
    if text not in available_timezones():
        raise argparse.ArgumentTypeError(f"“{text}” is no time zone; write it as Europe/Berlin")
    return text


def a_column(text: str) -> tuple[str, str]:
    """A header, and the field it is assigned to."""
    header, equals, field = text.rpartition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"“{text}” assigns nothing; write it as “Stop address=address”")
    return header, field


def seconds_of_search(text: str) -> float:
    """For how long to search."""
    try:
        seconds = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no number of seconds") from error
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError("the search needs more than 0 and at most 86,400 seconds")
    return seconds


def a_seed(text: str) -> int:
    """A seed of a search or a simulation."""
    if not (text.isdecimal() and int(text) < 1 << 32):
        raise argparse.ArgumentTypeError(f"“{text}” is no seed; use a whole number from 0 to 4,294,967,295")
    return int(text)


def a_speed(text: str) -> float:
    """How many times as fast as real."""
    try:
        speed = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no speed; write 60 for a minute in a second") from error
    if not 1 <= speed <= 3_600:
        raise argparse.ArgumentTypeError("a day can be simulated 1 to 3,600 times as fast as it is")
    return speed


def a_count(text: str) -> int:
    """How many drivers."""
    if not (text.isdecimal() and 0 < int(text) <= 1_000):
        raise argparse.ArgumentTypeError(f"“{text}” is no number of drivers")
    return int(text)


def a_clock(text: str) -> time:
    """A time of day."""
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no time of day; write it as 14:30") from error


def a_port(text: str) -> int:
    """A TCP port; 0 for any free one."""
    if not (text.isdecimal() and int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"“{text}” is no port; use a whole number from 1 to 65535, 0 for any free one")
    return int(text)
