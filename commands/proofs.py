"""Commands about proofs, beside an open window: verify the chain, close a day, evidence for one stop."""

import argparse
from contextlib import closing
from typing import Any

from commands.opening import folder_of_depot, now, open_depot
from db.logbook.opening import open_logbook
from dispatcher.domain.errors import KnownError
from dispatcher.proof.files import ProofFiles
from dispatcher.services.closing import close_day, look, words_of_open
from dispatcher.services.closing_report import write_report
from dispatcher.services.home import Home
from dispatcher.services.reviewing import ReviewDesk
from dispatcher.services.verifying import verify_proofs


def verify(args: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Go through the chain of proofs and the files it names, beside an open window.

    Raises `KnownError` at the first break.
    """
    folder = folder_of_depot(args, home)
    with closing(open_logbook(folder, clock=now)) as logbook:
        verdict = verify_proofs(logbook, ProofFiles(folder / "proofs"), now=now(), head=args.head)
    if not verdict.sound:
        raise KnownError(verdict.fault, "Keep the data folder as it is, and compare it with a backup.")
    return verdict.described()


def close(args: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Sign a day off and write its report; of one that is closed, and nothing came since, write the report again.

    Raises `KnownError` with what is open, unless forced.
    """
    with open_depot(home, folder_of_depot(args, home).name) as workplace:
        on, desk = args.date or workplace.today, ReviewDesk(workplace, clock=workplace.clock)
        standing = look(workplace, desk, on)
        done = standing.closings.last if standing.closings.closed else None
        if done is None:
            if standing.open and not args.force:
                raise KnownError(f"{words_of_open(standing)} on {on}.", "Settle that, or close the day with --force.")
            done = close_day(workplace, standing, by=args.by, force=True)
            standing = look(workplace, desk, on)
        write_report(workplace, standing, args.report)
    return {
        "date": on.isoformat(),
        "at": done.at.isoformat(),
        "by": done.by,
        "records": done.signed.head.records,
        "open": dict(done.signed.head.open),
        "head": done.signed.head.head.hex(),
        "signature": done.signed.signature.hex(),
        "key": done.signed.key.hex(),
        "fingerprint": done.fingerprint,
        "file": str(args.report),
    }
