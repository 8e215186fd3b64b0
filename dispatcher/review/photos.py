"""Whether the photos are here, show something, were taken then, and at no other door."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from dispatcher.domain.review import Flag, FlagKind, FlagLimits
from dispatcher.review.seen import Findings, Seen

PLAIN_BITS = 6
"""A difference hash with fewer bits set, or unset, is of a plain surface: all of those look alike."""
_CHUNKS, _CHUNK_BITS = 4, 16
_MASK = (1 << _CHUNK_BITS) - 1
_PERCENT = 100


def photos(seen: Sequence[Seen], limits: FlagLimits, tick: Callable[[], None] = lambda: None) -> Findings:
    """Photos that are missing, damaged, dark, blurred, of another time or of another door."""
    for one in seen:
        for place, photo in enumerate(one.photos, 1):
            about = f"photo {place}"
            if photo is None:
                if one.photos_due and limits.absent_s is not None:
                    yield one.key, Flag(FlagKind.ABSENT, about=about)
            elif photo.fault:
                yield one.key, Flag(FlagKind.UNREADABLE, about=f"{about}: {photo.fault}")
            else:
                yield from ((one.key, flag) for flag in _of_one(one, place - 1, limits, about))
    if limits.twin_bits is not None:
        yield from _twins(seen, limits.twin_bits, tick)


def _of_one(one: Seen, place: int, limits: FlagLimits, about: str) -> Iterator[Flag]:
    photo = one.photos[place]
    assert photo is not None
    if limits.dark is not None and photo.brightness is not None and photo.brightness < limits.dark:
        yield Flag(FlagKind.DARK, photo.brightness * _PERCENT, limits.dark * _PERCENT, "%", about)
    if limits.blurred is not None and photo.sharpness is not None and photo.sharpness < limits.blurred:
        yield Flag(FlagKind.BLURRED, photo.sharpness, limits.blurred, about=about)
    if limits.other_time_s is not None and photo.taken_at is not None:
        away_s = abs((photo.taken_at - one.attempt.at).total_seconds())  # both by the phone's own clock
        if away_s >= limits.other_time_s:
            yield Flag(FlagKind.OTHER_TIME, away_s, limits.other_time_s, "s", about)


# --- the same picture at another door -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    one: Seen
    place: int
    look: object
    """The hash as a number; of a photo that has none worth comparing, the file's own name."""


def _twins(seen: Sequence[Seen], bits: int, tick: Callable[[], None]) -> Findings:
    by_look: dict[object, dict[object, _Shown]] = defaultdict(dict)
    shown = list(_shown(seen))
    for each in shown:
        by_look[each.look].setdefault(each.one.doorstep, each)
    index = _Index([look for look in by_look if isinstance(look, int)], bits)
    flagged: set[tuple[str, int]] = set()
    for at, each in enumerate(shown):
        if at % 100 == 0:
            tick()
        looks = index.near(each.look) if isinstance(each.look, int) else [(0, each.look)]
        for apart, look in looks:
            other = _elsewhere(by_look[look], each)
            if other and (each.one.key, each.place) not in flagged:
                flagged.add((each.one.key, each.place))
                about = f"photo {each.place}: {other.one.number}"
                yield each.one.key, Flag(FlagKind.TWIN, apart, bits, "bits", about)


def _elsewhere(by_door: dict[object, _Shown], each: _Shown) -> _Shown | None:
    """The first such photo of another door: two doors are looked at at most."""
    return next((other for door, other in by_door.items() if door != each.one.doorstep), None)


def _shown(seen: Sequence[Seen]) -> Iterator[_Shown]:
    for one in seen:
        for place, (sha256, photo) in enumerate(zip(one.attempt.photos, one.photos, strict=True), 1):
            look = int(photo.lookalike, 16) if photo and photo.lookalike else None
            plain = look is None or not PLAIN_BITS <= look.bit_count() <= 64 - PLAIN_BITS
            yield _Shown(one, place, sha256 if plain else look)


class _Index:
    """Hashes by each of their four chunks of 16 bits (multi-index hashing, Norouzi et al., CVPR 2012).

    Two hashes that differ in `bits` at most have a chunk in which they differ in a quarter of them at most.
    """

    def __init__(self, hashes: Sequence[int], bits: int) -> None:
        self._bits = bits
        self._tables: list[dict[int, list[int]]] = [defaultdict(list) for _ in range(_CHUNKS)]
        for look in hashes:
            for chunk, table in enumerate(self._tables):
                table[_chunk(look, chunk)].append(look)
        radius = bits // _CHUNKS
        flips = (c for n in range(radius + 1) for c in combinations(range(_CHUNK_BITS), n))
        self._probes = [sum(1 << bit for bit in flip) for flip in flips]

    def near(self, look: int) -> list[tuple[int, object]]:
        """Those that differ in so many bits at most, the nearest first; itself too."""
        found = {
            other
            for chunk, table in enumerate(self._tables)
            for probe in self._probes
            for other in table.get(_chunk(look, chunk) ^ probe, ())
            if (look ^ other).bit_count() <= self._bits
        }
        return sorted(((look ^ other).bit_count(), other) for other in found)


def _chunk(look: int, chunk: int) -> int:
    return look >> (_CHUNK_BITS * chunk) & _MASK
