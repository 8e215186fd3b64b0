"""Quiet hours, on the days the clocks change, too."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from dispatcher.domain.messages import MessagePolicy
from dispatcher.messages.quiet import quiet_until

HELSINKI = ZoneInfo("Europe/Helsinki")
ZONES = st.sampled_from(["Europe/Helsinki", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"])
MOMENTS = st.integers(0, 730 * 86_400).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
CLOCKS = st.times().map(lambda t: t.replace(second=0, microsecond=0))


def policy(begins: time = time(21), ends: time = time(8)) -> MessagePolicy:
    return MessagePolicy(quiet_from=begins, quiet_until=ends)


def local(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HELSINKI, fold=fold).astimezone(UTC)


def test_over_night_and_over_noon() -> None:
    night, noon = policy(), policy(time(12), time(13, 30))
    assert quiet_until(local("2026-11-24 20:59"), night, HELSINKI) is None
    assert quiet_until(local("2026-11-24 21:00"), night, HELSINKI) == local("2026-11-25 08:00")
    assert quiet_until(local("2026-11-25 03:00"), night, HELSINKI) == local("2026-11-25 08:00")
    assert quiet_until(local("2026-11-25 08:00"), night, HELSINKI) is None
    assert quiet_until(local("2026-11-25 12:00"), noon, HELSINKI) == local("2026-11-25 13:30")
    assert quiet_until(local("2026-11-25 21:00"), noon, HELSINKI) is None
    assert quiet_until(local("2026-11-25 21:00"), policy(time(8), time(8)), HELSINKI) is None


def test_on_the_nights_that_are_an_hour_shorter_or_longer() -> None:
    spring = quiet_until(local("2026-03-28 21:00"), policy(), HELSINKI)
    autumn = quiet_until(local("2026-10-24 21:00"), policy(), HELSINKI)
    assert spring == datetime(2026, 3, 29, 5, tzinfo=UTC)
    assert autumn == datetime(2026, 10, 25, 6, tzinfo=UTC)


def test_an_end_within_the_hour_that_comes_twice() -> None:
    until = policy(ends=time(3, 30))
    assert quiet_until(local("2026-10-25 03:29"), until, HELSINKI) == local("2026-10-25 03:30")
    # 03:10 for the second time
    assert quiet_until(local("2026-10-25 03:10", fold=1), until, HELSINKI) == local("2026-10-25 03:30", fold=1)


@given(MOMENTS, CLOCKS, CLOCKS, ZONES)
def test_quiet_ends_later_within_a_day_at_the_hour_that_was_set(
    moment: datetime, begins: time, ends: time, zone_name: str
) -> None:
    zone = ZoneInfo(zone_name)
    end = quiet_until(moment, policy(begins, ends), zone)
    clock = moment.astimezone(zone).time().replace(tzinfo=None)
    inside = begins <= clock < ends if begins < ends else begins != ends and (clock >= begins or clock < ends)
    assert (end is not None) == inside
    if end is None:
        return
    assert moment < end <= moment + timedelta(hours=25, minutes=1)
    # an hour that a spring change skips ends when it would have
    skipped = end.astimezone(zone).time() != ends
    assert not skipped or end.astimezone(zone).utcoffset() != (end - timedelta(hours=2)).astimezone(zone).utcoffset()
