"""What is kept no longer than the depot's habits say: raw tracks, photos and one-time codes go.

What was made of tracks stays, and so does the chain of proofs, which knows photos by their hashes alone.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from dispatcher.services.clocks import DepotClock
from dispatcher.services.workplace import Workplace

KEEP_UNREADABLE_DAYS = 60
"""What phones sent of actions that nobody can read: long enough to look into it."""
KEEP_UPLOADS_DAYS = 14
"""Photos that came in part and no further."""
CURSOR = "forgotten"
"""The logbook's note of the day, as an ordinal, on which this was done last."""


def forget_today(workplace: Workplace) -> Mapping[str, int]:
    """Forget what is due, once a day; how many rows of each kind went. Takes a while after a long absence."""
    if workplace.live is None or workplace.what_if is not None or _simulated(workplace):
        return {}
    logbook, today = workplace.live.logbook, workplace.today.toordinal()
    if logbook.read(lambda reader: reader.cursor(CURSOR)) >= today:
        return {}
    policy, now = workplace.depot.road, workplace.clock()
    gone = {
        **logbook.forget(now - timedelta(days=policy.keep_tracks_days), ["tracks"]),
        **logbook.forget(now - timedelta(days=policy.keep_codes_days), ["codes"]),
        **logbook.forget(now - timedelta(days=KEEP_UNREADABLE_DAYS), ["unreadable"]),
        "photos": _forget_photos(photos_of(workplace), now - timedelta(days=policy.keep_photos_days)),
        "uploads": _forget_uploads(photos_of(workplace), now - timedelta(days=KEEP_UPLOADS_DAYS)),
    }
    logbook.write(lambda book: book.put_cursor(CURSOR, today))
    return gone


def _forget_uploads(folder: Path, before: datetime) -> int:
    """Delete what arrived of photos whose rest did not come: a phone that still has one begins it anew."""
    old = [file for file in (folder / "arriving").glob("*/*") if file.stat().st_mtime < before.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return sum(1 for file in old if file.suffix == ".part")


def _simulated(workplace: Workplace) -> bool:
    """Whether it is another day here than it is: nothing is deleted by a date that is made up."""
    return isinstance(workplace.clock, DepotClock) and workplace.clock.simulated is not None


def photos_of(workplace: Workplace) -> Path:
    """Where a depot keeps the files of its proofs."""
    return workplace.home.database(workplace.slug).parent / "proofs"


def _forget_photos(folder: Path, before: datetime) -> int:
    """Delete the files that came before a moment; originals and the copies made of them came together."""
    old = [file for file in folder.glob("??/??/*") if file.stat().st_mtime < before.timestamp()]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
