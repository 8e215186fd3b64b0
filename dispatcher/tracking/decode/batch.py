"""Many parts of one message, read one by one: what is good is kept, what is not is named with its number."""

from collections.abc import Callable, Sequence

from dispatcher.domain.tracking import Decoded, DeviceEvent, Fault, Fix
from dispatcher.tracking.decode.message import Unusable

FAULTS = 100
"""The most faults of one message that are told one by one."""

type Part = Fix | DeviceEvent


def one(parts: Sequence[Part], unique_id: str = "") -> Decoded:
    """A message that was read whole."""
    fixes = tuple([part for part in parts if type(part) is Fix])
    events = tuple([part for part in parts if type(part) is DeviceEvent]) if len(fixes) < len(parts) else ()
    return Decoded(fixes, events, (), unique_id)


def each[T](points: Sequence[T], read: Callable[[T], Sequence[Part]], unique_id: str = "") -> Decoded:
    """A batch: `read` makes fixes and events of one point, or raises `Unusable`."""
    parts: list[Part] = []
    faults: list[Fault] = []
    for n, point in enumerate(points):
        try:
            parts += read(point)
        except Unusable as error:
            faults.append(Fault(str(error), n))
    if len(faults) > FAULTS:
        more = f"{len(faults) - FAULTS:,} more points of this message could not be used."
        faults = [*faults[:FAULTS], Fault(more)]
    whole = one(parts, unique_id)
    return Decoded(whole.fixes, whole.events, tuple(faults), unique_id)
