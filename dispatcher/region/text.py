"""The words of addresses: folding, street types of many languages, house numbers.

Both sides of every comparison pass through here, the index when it is built and the query when it is asked, so a
spelling needs no single truth: it only has to fold to the same letters. No files, no SQL, no scores.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARS = 300
"""What is longer is not an address; the rest is ignored."""

_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h", "ŋ": "n"}
    | dict.fromkeys("’‘`´ʼ′", "'")
    | dict.fromkeys("‐‑‒–—―−", "-")
)
_UMLAUT_E = re.compile(r"(?<=[ao])e|(?<=(?<![aeoq])u)e")
"""The e of "ae", "oe" and "ue" that stands for dots above; not the one in "Bauer", "Neuer" or "Quelle"."""
_WORD = re.compile(r"[^\W_]+")
_ITALIAN_DOT = re.compile(r"\b([vpcl])\.(?=(?:le|za|zza|so|go|lo)\b)")


def fold(text: str) -> str:
    """Lower case without accents, punctuation kept; "Jülicher Straße" and "Juelicher Strasse" fold alike."""
    text = unicodedata.normalize("NFKD", text[:MAX_CHARS]).casefold()
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _UMLAUT_E.sub("", text.translate(_UNDECOMPOSED))


def words(text: str) -> list[str]:
    """The folded runs of letters and digits."""
    return _WORD.findall(_ITALIAN_DOT.sub(r"\1", fold(text)))


# Every spelling of a street type or title comes down to its shortest, so "St" need not choose between street and saint.
_SHORT: dict[str, dict[str, str]] = {
    "German": {
        "str": "straße straßen", "pl": "platz", "w": "weg", "g": "gasse", "al": "allee all", "ch": "chaussee",
        "st": "sankt", "dr": "doktor", "prof": "professor", "bgm": "bürgermeister bürgerm", "gen": "general",
        "hbf": "hauptbahnhof", "bf": "bahnhof bhf", "univ": "universität",
    },
    "English": {
        "st": "street saint", "rd": "road", "av": "avenue ave", "dr": "drive doctor", "ln": "lane", "ct": "court",
        "bd": "boulevard blvd bvd boul", "sq": "square", "pl": "place", "ter": "terrace terr", "hwy": "highway",
        "cres": "crescent", "cl": "close", "gdns": "gardens gdn", "mt": "mount", "pkwy": "parkway", "cir": "circle",
        "gr": "grove", "n": "north", "s": "south", "e": "east", "w": "west",
    },
    "French": {
        "r": "rue", "ch": "chemin chem", "rte": "route", "imp": "impasse", "fg": "faubourg fbg", "ste": "sainte",
        "al": "allées allée", "q": "quai", "pas": "passage pass", "mal": "maréchal", "dr": "docteur",
        "gen": "général", "univ": "université",
    },
    "Italian": {
        "v": "via", "vle": "viale", "pza": "piazza pzza", "ple": "piazzale", "cso": "corso", "lgo": "largo",
        "vlo": "vicolo", "str": "strada", "s": "san santo santa sant",
    },
    "Spanish, Catalan, Portuguese": {
        "c": "calle carrer", "av": "avenida avda avinguda", "pza": "plaza plza", "po": "paseo pso", "r": "rua",
        "ctra": "carretera", "cno": "camino", "rda": "ronda", "pg": "passeig", "pl": "plaça", "pc": "praça pca",
        "tv": "travessa trav", "estr": "estrada", "al": "alameda",
    },
    "Dutch": {
        "str": "straat", "ln": "laan", "pln": "plein", "bgm": "burgemeester burg", "st": "sint", "dr": "dokter",
        "sgl": "singel", "gr": "gracht", "kd": "kade",
    },
    "Finnish": {"k": "katu", "t": "tie", "p": "polku", "kj": "kuja", "espl": "esplanadi"},
    "Swedish, Danish, Norwegian": {
        "g": "gatan gata gade gate gt", "v": "vägen väg vej veien vei", "espl": "esplanaden", "al": "allén alle",
        "pl": "plass plads",
    },
    "Polish, Czech, Maltese": {"al": "aleja aleje", "pl": "plac", "nam": "náměstí", "t": "triq"},
}  # fmt: skip
_CANON = {fold(long): short for table in _SHORT.values() for short, longs in table.items() for long in longs.split()}
_COMPOUND = {
    fold(long): short
    for short, longs in {
        "str": "straße straat", "pl": "platz", "w": "weg", "g": "gasse gatan gade", "al": "allee",
        "v": "vägen vejen veien", "k": "katu", "t": "tie", "ln": "laan", "pln": "plein",
    }.items()
    for long in longs.split()
}  # fmt: skip
_COMPOUND_END = re.compile(rf"(?<=[^\W_]{{3}})({'|'.join(sorted(_COMPOUND, key=len, reverse=True))})$")
_SILENT = frozenset({"ul", "ulica"})


def canonical(tokens: list[str]) -> list[str]:
    """The words with each street type and title in its shortest spelling, compounds included."""
    kept = [token for token in tokens if token not in _SILENT] or tokens
    return [_CANON.get(token) or _COMPOUND_END.sub(lambda m: _COMPOUND[m[1]], token) for token in kept]


@dataclass(frozen=True, slots=True)
class Name:
    """A street's, town's or shop's name as comparisons want it."""

    tokens: tuple[str, ...]
    """Canonical words."""
    raw: str
    """All letters as written, without spaces."""
    key: str
    """All letters of the canonical words, without spaces."""
    spoken: tuple[str, ...] = ()
    """Words as written."""

    @property
    def index_text(self) -> str:
        """What full-text search should find it by: as written, abbreviated, and in one word."""
        return " ".join(dict.fromkeys((*self.spoken, *self.tokens, self.raw, self.key)))

    @property
    def spaced(self) -> str:
        """The canonical words with spaces."""
        return " ".join(self.tokens)


@lru_cache(maxsize=8192)
def name_of(text: str) -> Name:
    """Take a name apart."""
    spoken = words(text)
    tokens = canonical(spoken)
    return Name(tuple(tokens), "".join(spoken), "".join(tokens), tuple(spoken))


def squeeze(text: str) -> str:
    """The folded letters and digits, without anything between them."""
    return "".join(words(text))


_COUNTRY_PREFIX = re.compile(r"^[a-z]{1,3}[- ]\s*(?=\d)")


def postcode_key(text: str) -> str:
    """A postcode's letters and digits, without a country's letters ("D-52062") and without leading zeros.

    Spreadsheets lose the zeros of "01067", so both sides do.
    """
    folded = fold(text).strip()
    bare = _COUNTRY_PREFIX.sub("", folded)
    joined = "".join(_WORD.findall(bare if bare.isdecimal() else folded))
    return joined.lstrip("0") if joined.isdecimal() else joined


@dataclass(frozen=True, slots=True)
class HouseNumber:
    """A house number, or a range of them that one building bears."""

    text: str
    """Normal form: folded, no spaces: "12a", "12-14", "12/3"."""
    first: int
    last: int

    @property
    def suffix(self) -> str:
        """Whatever follows the first digits."""
        return self.text[len(str(self.first)) :]


_NUMBER_BODY = (
    r"\d{1,5}(?:\s?(?:bis|ter|quater)\b|\s?[a-z]\b)?"
    r"(?:\s?[-/+&]\s?(?:\d{1,5}(?:\s?[a-z]\b)?|[a-z]\b))*"
)
_NUMBER_WORD = r"(?:\b(?:hausnummer|hausnr|haus-nr|numero|num|nr|no|n)\s*[.°:]?\s*|#\s*)?"
NUMBER = re.compile(rf"(?<![^\W_])(?<![^\W_][.'-]){_NUMBER_WORD}({_NUMBER_BODY})(?![^\W_])")
"""A house number within folded text; group 1 without the word "number" before it."""
_WHOLE_NUMBER = re.compile(r"\d{1,6}(?:bis|ter|quater|[a-z]{1,2})?(?:[-/+&](?:\d{1,5}[a-z]?|[a-z]{1,2}))*")
_RANGE_END = re.compile(r"[a-z]?-(\d{1,5})")
_LETTER_RANGE = re.compile(r"(\d{1,5})([a-z])-([a-z])")
WIDEST_RANGE = 60
"""Beyond this, "12-800" is no range of house numbers."""


def house_number(text: str) -> HouseNumber | None:
    """Read one house number; `None` when it has no digits in front. What is no number after them is left out."""
    normal = re.sub(r"[\s.]", "", re.sub(r"(?<=\d)\s+(?=\d)", "/", fold(text).strip()))
    digits = re.match(r"\d{1,6}(?!\d)", normal)
    if not digits:
        return None
    first = int(digits[0])
    if not _WHOLE_NUMBER.fullmatch(normal):
        return HouseNumber(str(first), first, first)
    normal = str(first) + normal[digits.end() :]
    end = _RANGE_END.match(normal, len(str(first)))
    last = int(end[1]) if end and first < int(end[1]) <= first + WIDEST_RANGE else first
    return HouseNumber(normal, first, last)


def house_numbers(text: str) -> list[HouseNumber]:
    """Read what a map object bears: "12;14" and "3, 5" are several, "7a-c" is 7a, 7b and 7c."""
    found: list[HouseNumber] = []
    for part in re.split(r"[;,]", text[:MAX_CHARS]):
        letters = _LETTER_RANGE.fullmatch(re.sub(r"\s", "", fold(part)))
        if letters:
            spread = range(ord(letters[2]), ord(letters[3]) + 1)
            found += [HouseNumber(f"{int(letters[1])}{chr(c)}", int(letters[1]), int(letters[1])) for c in spread]
        elif number := house_number(part):
            found.append(number)
    return found
