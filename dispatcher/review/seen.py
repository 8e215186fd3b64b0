"""One attempt with everything else that is known of it: what the findings look at."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from dispatcher.domain.place import Place
from dispatcher.domain.proof import Attempt, Photo
from dispatcher.domain.review import Flag
from dispatcher.domain.tracking import Visit, Witness

type Shape = npt.NDArray[np.float64]
"""(n, 2): points at even steps along a signature, in a box of side 1 around its middle."""

type Findings = Iterator[tuple[str, Flag]]
"""Each with the key of the attempt it is about."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One attempt, and what else is known of it."""

    attempt: Attempt
    number: str
    """The order's."""
    door: Place | None = None
    """Where the goods belong."""
    photos: tuple[Photo | None, ...] = ()
    """In the order of `attempt.photos`; `None` for one that is not here."""
    visits: tuple[Visit, ...] = ()
    """The driver's stays at the order's stop."""
    shape: Shape | None = None
    """Of the signature."""
    turn: int | None = None
    """The order's place in the sequence planned for the round."""
    changed: str = ""
    """What is different with the order since, in words."""
    photos_due: bool = True
    """Whether its photos should be here by now."""

    @property
    def key(self) -> str:
        """The attempt's."""
        return self.attempt.key

    @property
    def happened(self) -> datetime:
        """When it was done, by the gateway's clock."""
        return self.attempt.at - timedelta(seconds=self.attempt.skew_s)

    @property
    def tracked(self) -> tuple[Visit, ...]:
        """The stays that the positions show, whatever the driver says."""
        return tuple(visit for visit in self.visits if visit.witness is Witness.TRACK)

    @property
    def doorstep(self) -> object:
        """The same for all attempts at one door, which share their photos and their people by right."""
        return (round(self.door.lat, 5), round(self.door.lon, 5)) if self.door else self.attempt.order_id
