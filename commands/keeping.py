"""Commands about what is kept, and of whom: retention, legal holds, a person's data."""

import argparse
from collections.abc import Sequence
from typing import Any

from commands.terminal import TerminalProgress
from dispatcher.domain.keeping import Trace
from dispatcher.services.drivers_data import driver_named, erase_driver, export_driver
from dispatcher.services.erasing_persons import erase_person, refusals
from dispatcher.services.holds import hold_orders, holds, lift_holds
from dispatcher.services.persons import files_left, find_person, kept_of, orders_numbered
from dispatcher.services.persons_export import export_person
from dispatcher.services.retention import Retention, dry_run, forget
from dispatcher.services.workplace import Workplace


def keep(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Let go what is due, or say what would go."""
    if args.dry_run:
        return {"dry_run": True, **_described(dry_run(workplace, TerminalProgress()))}
    return {"dry_run": False, **_described(forget(workplace, TerminalProgress(), by=args.by))}


def hold_add(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Put orders under legal hold."""
    found = orders_numbered(workplace, args.order)
    new = hold_orders(workplace, [trace.order_id for trace in found], by=args.by, why=args.why)
    return {"held": new, "orders": _traces(found)}


def hold_lift(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Take legal holds off orders."""
    found = orders_numbered(workplace, args.order)
    lifted = lift_holds(workplace, [trace.order_id for trace in found], by=args.by, why=args.why)
    return {"lifted": lifted, "orders": _traces(found)}


def hold_list(_: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Say which orders are under hold."""
    told = [
        {
            "id": each.hold.order_id,
            "number": each.order.number if each.order else None,
            "date": each.order.date.isoformat() if each.order else None,
            "since": each.hold.at.isoformat(),
            "by": each.hold.by,
            "why": each.hold.why,
        }
        for each in holds(workplace)
    ]
    return {"holds": told}


def person_find(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Find a person's orders, and count what is kept of them."""
    found = find_person(workplace, " ".join(args.words), TerminalProgress())
    if not found:
        return {"orders": [], "kept": {}, "refused": []}
    kept = kept_of(workplace, [trace.order_id for trace in found], TerminalProgress())
    return {"orders": _traces(found), "kept": kept.counts(), "refused": refusals(kept, workplace.today)}


def person_export(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Write all that is kept of a person to a ZIP file."""
    found = orders_numbered(workplace, args.order)
    kept = kept_of(workplace, [trace.order_id for trace in found], TerminalProgress())
    counts = export_person(workplace, kept, args.out, by=args.by, progress=TerminalProgress())
    return {"file": str(args.out), "orders": _traces(found), "written": counts}


def person_erase(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Erase a person for good."""
    found = orders_numbered(workplace, args.order)
    ids = [trace.order_id for trace in found]
    done = erase_person(workplace, ids, by=args.by, why=args.why, orders=args.orders, progress=TerminalProgress())
    return {"erased": done.counts, "may_hold_them_still": list(done.left)}


def driver_export(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Write all that is kept of a driver to a ZIP file."""
    driver = driver_named(workplace, args.driver)
    return {"file": str(args.out), "written": export_driver(workplace, driver.id, args.out, by=args.by)}


def driver_erase(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Erase a former driver for good."""
    driver = driver_named(workplace, args.driver)
    erase_driver(workplace, driver.id, by=args.by, why=args.why, progress=TerminalProgress())
    return {"erased": driver.id, "number": driver.number, "may_hold_them_still": files_left(workplace)}


def _traces(found: Sequence[Trace]) -> list[dict[str, Any]]:
    return [
        {
            "id": trace.order_id,
            "number": trace.number,
            "date": trace.on.isoformat(),
            "name": trace.name,
            "phone": trace.phone,
            "email": trace.email,
            "address": ", ".join(filter(None, (trace.address, trace.postcode, trace.city))),
            "removed": trace.removed,
        }
        for trace in found
    ]


def _described(retention: Retention) -> dict[str, Any]:
    kinds = [
        {
            "kind": each.kind.key,
            "keep_days": each.days,
            "before": each.before.isoformat(),
            "rows": each.due.rows,
            "oldest": each.due.oldest and each.due.oldest.isoformat(),
            "bytes": each.due.size,
        }
        for each in retention.kinds
    ]
    return {"at": retention.at.isoformat(), "orders_held": retention.held, "kinds": kinds}
