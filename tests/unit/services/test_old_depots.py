"""A depot that an earlier program kept: its proofs verify, are reviewed, closed and kept as if made today."""

import json
from contextlib import closing
from functools import partial
from pathlib import Path

from pysqlite3 import dbapi2

from db.logbook.opening import open_logbook
from db.opening import open_store
from dispatcher.domain.keeping import KeptKind
from dispatcher.domain.review import Decision
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.proof.files import ProofFiles
from dispatcher.services.closing import close_day, look
from dispatcher.services.retention import dry_run, photos_of
from dispatcher.services.reviewing import ReviewDesk
from dispatcher.services.verifying import verify_proofs
from dispatcher.services.workplace import open_workplace
from tests.db.logbook.test_opening import BEFORE_THE_DESK
from tests.fixtures import days
from tests.unit.services.conftest import now
from tests.unit.services.test_reviewing import NO_LIMITS, evening_in

NEW = ("incidents", "messages", "keep_proofs_days", "keep_messages_days")
NEW_FLAGS = ("no_place", "absent_s", "two_names")


def test_proofs_kept_before_the_desk_was_there(tmp_path: Path) -> None:
    with evening_in(tmp_path) as evening:
        keys = evening.deliver(0, 1, name="Kim")
        evening.desk.decide(days.DATE, keys[:1], Decision.REJECTED, by="Anna", note="Blank")
        place, before = evening.workplace, evening.book.read(lambda r: r.records())
        home, slug = place.home, place.slug
    folder = home.database(slug).parent
    _as_of_then(folder / "logbook.db", "UPDATE policy SET body = ?", "SELECT body FROM policy", BEFORE_THE_DESK, "0003")
    _as_of_then(home.database(slug), "UPDATE depot SET road = ?", "SELECT road FROM depot", "", "")
    stores, books = partial(open_store, clock=now), partial(open_logbook, clock=now)
    with open_workplace(home, slug, open_store=stores, clock=now, open_logbook=books) as again:
        assert again.live is not None
        book = again.live.logbook
        assert book.read(lambda r: r.records()) == before
        usual, road = RoadPolicy(), again.depot.road
        assert (road.messages, road.incidents, road.keep_proofs_days) == (usual.messages, usual.incidents, 365)
        assert road.flags.quick_s == NO_LIMITS.quick_s, "what was set stays"
        assert road.flags.two_names
        assert verify_proofs(book, ProofFiles(photos_of(again)), now=now()).fault == ""
        desk = ReviewDesk(again, clock=now)
        assert [p.standing for p in desk.day(days.DATE).proofs] == [Decision.REJECTED, None]
        assert close_day(again, look(again, desk, days.DATE), by="Anna", force=True).signed.sound
        assert {each.kind for each in dry_run(again).kinds} == set(KeptKind)
        assert verify_proofs(book, ProofFiles(photos_of(again)), now=now()).closings == 1


def _as_of_then(file: Path, put: str, said: str, schema: str, version: str) -> None:
    """Without what this program added."""
    with closing(dbapi2.connect(str(file))) as connection:
        if row := connection.execute(said).fetchone():
            policy = json.loads(row[0])
            policy = {name: part for name, part in policy.items() if name not in NEW}
            policy["flags"] = {name: part for name, part in policy["flags"].items() if name not in NEW_FLAGS}
            connection.execute(put, (json.dumps(policy),))
            connection.commit()
        if version:
            connection.executescript(
                f"{schema} UPDATE alembic_version SET version_num='{version}';PRAGMA user_version={int(version)};"
            )
