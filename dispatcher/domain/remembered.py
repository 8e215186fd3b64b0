"""What a depot keeps of an address besides its pin: what drivers found out there, and somebody at the depot took."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remembered:
    """Of one address, known by its normalised key (`intake.address_key`)."""

    text: str
    """The address as it was written."""
    note: str = ""
    """How to get to the door; new orders of the address bring it with them."""
    approach: str = ""
    """The street the door is reached from, where that is not the one of the address."""
    service_s: int | None = None
    """How long a visit takes; `None` leaves it to what holds elsewhere."""
    declined: frozenset[str] = frozenset()
    """What was proposed and is not to be proposed again."""

    def __post_init__(self) -> None:
        if self.service_s is not None and self.service_s < 0:
            raise ValueError("a service time must not be negative")
