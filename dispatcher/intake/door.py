"""Cells about the door: how much cash is due, and which proofs are wanted. What cannot be read raises `Unreadable`.

Money is read more strictly than other numbers: "1.234" is a thousand to one sender and one and a bit to another, and
a driver would ask the customer for it.
"""

import re
from collections.abc import Iterable, Mapping, Set
from decimal import Decimal

from dispatcher.domain.proof import MOST_CASH, Asked, Need, Needs, ProofKind
from dispatcher.intake.fields import Field
from dispatcher.intake.raw import Cell
from dispatcher.intake.row import RowView
from dispatcher.intake.sheet import text_of
from dispatcher.intake.values import Unreadable, spelt

# --- cash ---------------------------------------------------------------------------------------------------------

_NOTHING = frozenset(["-", "–", "no", "none", "paid", "prepaid", "nein", "bezahlt", "ei", "maksettu"])
_DOLLARS = frozenset(["USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN"])
_SIGNS: Mapping[str, Set[str]] = {
    "€": {"EUR"}, "euro": {"EUR"}, "£": {"GBP"}, "$": _DOLLARS, "us$": {"USD"}, "zł": {"PLN"}, "zl": {"PLN"},
    "kč": {"CZK"}, "ft": {"HUF"}, "kr": {"SEK", "NOK", "DKK", "ISK"}, "fr": {"CHF"}, "sfr": {"CHF"}, "lei": {"RON"},
    "₹": {"INR"}, "₺": {"TRY"}, "₴": {"UAH"}, "¥": {"JPY", "CNY"},
}  # fmt: skip
_SUM = re.compile(r"([^\d.,+\-−]*)([+\-−]?)\s*(\d[\d.,'’\s]*|[.,]\d+)(?:[-–—]{1,2})?([^\d+\-−]*)")


def money(cell: Cell, currency: str) -> int:
    """An amount in minor units: "42,50", "€ 1.234,50", "45,-", "12 EUR". Raises `Unreadable`.

    A sign or code of another currency than the depot's is refused, and so is what can be read two ways.
    """
    if isinstance(cell, int | float) and abs(cell) < 1e15:
        return _minor(round(Decimal(repr(cell)), 6), str(cell))
    text = text_of(cell).strip()
    if text.casefold() in _NOTHING:
        return 0
    found = _SUM.fullmatch(text)
    if not found:
        raise Unreadable(f"“{text}” is no amount of money.", "Write digits, such as 12.50.")
    before, sign, digits, after = found.groups()
    for unit in (before, after):
        require_currency(unit, currency)
    amount = _decimal(re.sub(r"['’\s]", "", digits), text)
    return _minor(-amount if sign in ("-", "−") else amount, text)


def require_currency(unit: str, currency: str) -> None:
    """Whether these words mean the depot's currency; an empty one is not known. Raises `Unreadable`."""
    word = unit.strip().casefold().rstrip(".")
    if word and currency and word != currency.casefold() and currency not in _SIGNS.get(word, ()):
        raise Unreadable(
            f"“{unit.strip()}” is not the depot's currency, {currency}.", f"Write the amount in {currency}."
        )


def _decimal(digits: str, text: str) -> Decimal:
    marks = [mark for mark in digits if mark in ".,"]
    if not marks:
        return Decimal(digits)
    head, _, tail = digits.rpartition(marks[-1])
    if len(set(marks)) == 1 and len(tail) == 3 and head not in ("", "0"):
        if len(marks) == 1:
            plain = f"{head}{tail}"
            raise Unreadable(f"“{text}” can be read two ways.", f"Write {plain}.00, or {head}.{tail[:2]}.")
        head, tail = head + tail, ""
    return Decimal(f"{re.sub(r'[.,]', '', head) or '0'}.{tail or '0'}")


def _minor(amount: Decimal, text: str) -> int:
    cents = amount * 100
    if amount < 0:
        raise Unreadable(f"“{text}” is negative.", "Write what the customer pays at the door.")
    if cents != cents.to_integral_value():
        raise Unreadable(f"“{text}” is finer than a cent.", "Write two decimals at most.")
    if cents > MOST_CASH:
        raise Unreadable(f"“{text}” is more than a driver takes.", "Check the column.")
    return int(cents)


# --- proofs -------------------------------------------------------------------------------------------------------

FLAGS: Mapping[Field, ProofKind] = {
    Field.PROOF_CODE: ProofKind.CODE,
    Field.PROOF_SIGNATURE: ProofKind.SIGNATURE,
    Field.PROOF_PHOTO: ProofKind.PHOTO,
    Field.PROOF_NAME: ProofKind.NAME,
    Field.PROOF_SCAN: ProofKind.SCAN,
}
"""Columns that tell of one proof each."""

_AS_DEPOT = frozenset(["-", "–", "default", "depot", "as depot", "as the depot"])
_LEVELS = spelt(
    {
        Need.REQUIRED: "required,require,requires,yes,y,true,1,x,mandatory,must,needed,ja,pflicht,kyllä,pakollinen",
        Need.ASKED: "asked,ask,warn,warning,enabled with warning,recommended",
        Need.OPTIONAL: "optional,enabled,not required,allowed,valinnainen",
        Need.OFF: "off,no,n,false,0,disabled,none,never,nein,ei",
    }
)
_KINDS = spelt(
    {
        ProofKind.CODE: "code,pin,otp,sms,one-time code,one time code",
        ProofKind.SIGNATURE: "signature,sign,unterschrift,allekirjoitus",
        ProofKind.PHOTO: "photo,picture,image,foto,kuva",
        ProofKind.NAME: "name,recipient name,nimi",
        ProofKind.SCAN: "scan,barcode,barcodes,qr",
        ProofKind.CASH: "cash,cod,payment",
    }
)
_IN_GENERAL: Mapping[Need, Needs] = {
    Need.REQUIRED: {ProofKind.SIGNATURE: Need.REQUIRED},
    Need.ASKED: {ProofKind.SIGNATURE: Need.ASKED, ProofKind.PHOTO: Need.ASKED},
    Need.OPTIONAL: dict.fromkeys((ProofKind.SIGNATURE, ProofKind.PHOTO, ProofKind.NAME), Need.OPTIONAL),
    Need.OFF: dict.fromkeys((ProofKind.CODE, ProofKind.SIGNATURE, ProofKind.PHOTO, ProofKind.NAME), Need.OFF),
}
"""What a word for all proofs together means, such as Spoke's `required` and `not_required`."""
_STRICTEST = list(Need)


def proofs(text: str) -> Needs:
    """The proofs of one cell: a word for all of them, or a list of single ones. Raises `Unreadable`.

    "required", "not_required"; "signature; photo" (required both), "signature asked, photo off"; "-" for what the
    depot asks for.
    """
    word = _plain(text)
    if word in _AS_DEPOT:
        return {}
    if word in _LEVELS:
        return _IN_GENERAL[_LEVELS[word]]
    return dict(_one_proof(part, text) for part in re.split(r"[;,|+/]", word) if part.strip())


def _one_proof(part: str, text: str) -> tuple[ProofKind, Need]:
    words = part.replace(":", " ").replace("=", " ").split()
    for cut in range(len(words), 0, -1):
        kind, level = _KINDS.get(" ".join(words[:cut])), " ".join(words[cut:]) or "required"
        if kind and level in _LEVELS:
            return kind, _LEVELS[level]
    raise Unreadable(f"“{text}” does not say which proof is wanted.", "Write it as: signature required; photo off.")


def level(text: str) -> Need | None:
    """How much the proof of a column is wanted; `None` for as the depot has it. Raises `Unreadable`."""
    word = _plain(text)
    if word in _AS_DEPOT:
        return None
    if word not in _LEVELS:
        remedy = "Write required, asked, optional or off."
        if word.isdigit():  # a code of the sender's own is worth nothing here: the depot makes its codes itself
            remedy += " The codes themselves are made by the depot."
        raise Unreadable(f"“{text}” does not say whether it is wanted.", remedy)
    return _LEVELS[word]


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def needs_of(view: RowView) -> Needs:
    """All that a row says of proofs; a column of one proof goes before the column of all."""
    found = dict(view.read(Field.PROOFS, lambda cell: proofs(text_of(cell)), {}))
    for field, kind in FLAGS.items():
        if view.cell(field) == "":
            continue
        need = view.read(field, lambda cell: level(text_of(cell)), None)
        if need is None:
            found.pop(kind, None)
        else:
            found[kind] = need
    return found


def cash_of(view: RowView, currency: str) -> int | None:
    """What a row says of the cash due, minor units; `None` if nothing."""
    due = view.read(Field.CASH_DUE, lambda cell: money(cell, currency), None)
    if due:
        view.read(Field.CASH_CURRENCY, lambda cell: require_currency(text_of(cell), currency), None)
    return due


def strictest(several: Iterable[Needs]) -> Needs:
    """What rows of one order want together."""
    found: dict[ProofKind, Need] = {}
    for needs in several:
        for kind, need in needs.items():
            found[kind] = min(found.get(kind, need), need, key=_STRICTEST.index)
    return found


def asked_onto(before: Asked, now: Asked, told: Set[Field]) -> Asked:
    """What an order asks for at the door when a file has told these fields of it."""
    due = now.cash_due if Field.CASH_DUE in told else before.cash_due
    if Field.PROOFS in told:
        return Asked(now.needs, due)
    kept = {kind: need for kind, need in before.needs.items() if not _tells(told, kind)}
    needs = {**kept, **{kind: need for kind, need in now.needs.items() if _tells(told, kind)}}
    if due != before.cash_due and needs.get(ProofKind.CASH) is Need.OFF:
        del needs[ProofKind.CASH]  # it was of another amount
    return Asked(needs, due)


def _tells(told: Set[Field], kind: ProofKind) -> bool:
    return any(FLAGS[field] is kind for field in FLAGS.keys() & told)
