"""How many short messages a text is: GSM-7 or UCS-2, and where it is cut (3GPP TS 23.038, 23.040).

A part of several carries a header of six bytes, so it holds 153 septets in place of 160, or 67 units in place of 70.
What takes two places, a character of the extension table or a surrogate pair, is never cut in the middle.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"
_ONE, _TWO = frozenset(GSM), frozenset(EXTENSION)

_PLAIN = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "‑": "-",
        "…": "...", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u00ad": "", "\u200b": "", "\t": " ",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segments:
    """A text as short messages."""

    encoding: str
    """"GSM-7" or "UCS-2"."""
    units: int
    """Septets, or 16-bit units."""
    count: int
    """Short messages it takes; 0 for an empty text."""
    left: int
    """Units that are free in the last one."""
    foreign: str = ""
    """The characters that GSM-7 has not, each once: why it is UCS-2."""


def segments_of(text: str) -> Segments:
    """Count."""
    foreign = "".join(dict.fromkeys(c for c in text if c not in _ONE and c not in _TWO))
    if foreign:
        return _count("UCS-2", [2 if ord(c) > 0xFFFF else 1 for c in text], 70, 67, foreign)
    return _count("GSM-7", [2 if c in _TWO else 1 for c in text], 160, 153)


def plainer(text: str) -> str:
    """The same with plain quotes, dashes and spaces, and without accents that GSM-7 lacks, if that makes it GSM-7.

    "août" would make a text UCS-2, and two messages of one; a text in Cyrillic is left as it is but for the former.
    """
    plain = text.translate(_PLAIN)
    bare = "".join(c if c in _ONE or c in _TWO else unicodedata.normalize("NFKD", c)[0] for c in plain)
    return plain if segments_of(bare).foreign else bare


def _count(encoding: str, widths: Iterable[int], alone: int, together: int, foreign: str = "") -> Segments:
    widths = list(widths)
    units = sum(widths)
    if units <= alone:
        return Segments(encoding, units, 1 if units else 0, alone - units, foreign)
    count, used = 1, 0
    for width in widths:
        if used + width > together:
            count, used = count + 1, 0
        used += width
    return Segments(encoding, units, count, together - used, foreign)
