"""Commands about what-if copies."""

import argparse
from typing import Any

from commands.opening import now, open_store
from commands.terminal import TerminalProgress
from dispatcher.services import comparing, whatifs
from dispatcher.services.workplace import Workplace


def whatif_list(_: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Say which what-if copies there are."""
    return {"copies": [comparing.described_copy(c) for c in whatifs.all_of(workplace.home, workplace.slug)]}


def whatif_new(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Make a what-if copy of a day."""
    home, slug, on = workplace.home, workplace.slug, args.date or workplace.today
    made = whatifs.make(home, slug, workplace.store, name=args.name, on=on, clock=now, open_store=open_store)
    return comparing.described_copy(made)


def whatif_compare(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Judge a day in the depot and in its copies."""
    on = args.date or workplace.today
    compared = comparing.compare(workplace, on, open_store=open_store, progress=TerminalProgress())
    sides = [comparing.described(side) for side in compared.sides]
    return {"date": on.isoformat(), "currency": compared.currency, "depot": sides[0], "copies": sides[1:]}


def whatif_promote(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Bring what was changed in a copy into the depot."""
    what_if = whatifs.named(workplace.home, workplace.slug, args.name)
    promotion = comparing.prepare_promotion(workplace, what_if, open_store=open_store)
    done = workplace.store.write(promotion.label, promotion.run)
    left = [{"order": number, "why": why} for number, why in promotion.left(done.value).items()]
    return {"name": what_if.name, "changed": not done.changes.empty, "moved": done.value.moved, "left": left}


def whatif_discard(args: argparse.Namespace, workplace: Workplace) -> dict[str, Any]:
    """Throw a copy away."""
    what_if = whatifs.named(workplace.home, workplace.slug, args.name)
    whatifs.throw_away(what_if)
    return {"discarded": what_if.name}
