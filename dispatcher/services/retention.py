"""What is kept no longer than the depot's habits say: raw tracks and one-time codes go; what was made of them stays."""

from collections.abc import Mapping
from datetime import timedelta

from dispatcher.services.workplace import Workplace

CURSOR = "forgotten"
"""The logbook's note of the day, as an ordinal, on which this was done last."""


def forget_today(workplace: Workplace) -> Mapping[str, int]:
    """Forget what is due, once a day; how many rows of each kind went. Takes a while after a long absence."""
    if workplace.live is None or workplace.what_if is not None:
        return {}
    logbook, today = workplace.live.logbook, workplace.today.toordinal()
    if logbook.read(lambda reader: reader.cursor(CURSOR)) >= today:
        return {}
    policy, now = workplace.depot.road, workplace.clock()
    gone = {
        **logbook.forget(now - timedelta(days=policy.keep_tracks_days), ["tracks"]),
        **logbook.forget(now - timedelta(days=policy.keep_codes_days), ["codes"]),
    }
    logbook.write(lambda book: book.put_cursor(CURSOR, today))
    return gone
