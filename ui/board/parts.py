"""What a page of the inspector is made of. Knows no Qt."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what stands beside it."""

    label: str
    value: str
    tone: str = "text"
    """A colour token."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence that wants attention."""

    text: str
    tone: str = "late"
    """"late" for what is broken, "risk" for what is in doubt."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture on the page: the signature, or a photo."""

    name: str
    """Under which its pixels are found; empty while there are none."""
    caption: str
    width: int = 0
    height: int = 0
    """As shown, in pixels of the page."""
    fault: str = ""
    """Why there is nothing to see."""
