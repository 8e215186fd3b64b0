"""Commands about proofs, beside an open window: verify the chain, close a day, evidence for one stop."""

import argparse
from contextlib import closing
from typing import Any

from commands.opening import folder_of_depot, now, open_depot
from db.logbook.opening import open_logbook
from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.proof.files import ProofFiles
from dispatcher.services.closing import close_day, look, words_of_open
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
    from dispatcher.services.closing_report import write_report  # printing loads only where something is printed

    with open_depot(home, folder_of_depot(args, home).name) as workplace:
        on, desk = args.date or workplace.today, ReviewDesk(workplace, clock=workplace.clock)
        standing = look(workplace, desk, on)
        done = standing.closings.last if standing.closed else None
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


def evidence(args: argparse.Namespace, home: Home) -> dict[str, Any]:
    """Write the evidence for one stop, or verify such a file, which needs no depot. Raises `KnownError`."""
    from dispatcher.services import evidence_file  # as above

    if args.verify is not None:
        if args.order or args.out:
            raise BadInput("A file is either written or verified.", "Name an order with --out, or a file to --verify.")
        return evidence_file.verify_evidence(args.verify, key=args.key).described()
    if not (args.order and args.out):
        raise BadInput("Nothing is named to write evidence of.", "evidence ORDER --out FILE.pdf, or --verify FILE.pdf.")
    with open_depot(home, folder_of_depot(args, home).name) as workplace:
        order_id = evidence_file.order_named(workplace, args.order)
        desk = ReviewDesk(workplace, clock=workplace.clock)
        made = evidence_file.write_evidence(workplace, desk, order_id, args.out, number=args.attempt)
    return {
        "date": made.on.isoformat(),
        "order": made.number,
        "attempt": made.attempt,
        "signed": made.signed,
        "records": made.records,
        "photos": made.photos,
        "fingerprint": made.fingerprint,
        "file": str(made.file),
    }
