"""One-time codes: six digits that only the customer has, checked without being kept.

The digits are HOTP (RFC 4226) of a key made for one attempt at one order from the depot's secret, with a counter drawn
anew at every issue. The counter is the head of the code's salt, so whoever has the depot's secret can make the digits
again to send them again, and whoever has the logbook alone can not. A code lives for the delivery day, not for the ten
minutes of OWASP ASVS 6.5.5: it is handed over at a door, it opens no login.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP

from dispatcher.domain.ids import OrderId
from dispatcher.domain.proof import CodeVerdict, OneTimeCode

DIGITS = 6
TRIES = 5
_SALT_BYTES = 16
_COST = 2**14
"""scrypt's N with r = 8, p = 1: 16 MiB and some 40 ms, so a million guesses cost half a day of one core."""
_DIGITS = re.compile(rf"[0-9]{{{DIGITS}}}")


type Hash = Callable[[str, bytes], bytes]
"""(digits, salt) → the slow hash."""


def hotp(key: bytes, counter: int) -> str:
    """Six digits after RFC 4226. `key` has 16 bytes or more."""
    # HMAC-SHA-1 is what the RFC has; what was found against SHA-1 is of no use against it
    return HOTP(key, DIGITS, SHA1()).generate(counter).decode("ascii")  # noqa: S303


def digits_of(code: OneTimeCode, secret: bytes) -> str:
    """The digits of a code that was issued with this secret."""
    name = f"one-time code\n{code.order_id}\n{code.attempt}".encode()
    return hotp(hmac.digest(secret, name, "sha256"), int.from_bytes(code.salt[:8]))


def issue(
    order_id: OrderId,
    attempt: int,
    secret: bytes,
    *,
    opens_at: datetime,
    expires_at: datetime,
    salt: Callable[[int], bytes] = secrets.token_bytes,
) -> OneTimeCode:
    """A new code. It takes the place of an earlier one of the same attempt, whose digits are void then."""
    blank = OneTimeCode(order_id, attempt, salt(_SALT_BYTES), b"", opens_at, expires_at)
    return replace(blank, digest=slow_hash(digits_of(blank, secret), blank.salt))


def slow_hash(digits: str, salt: bytes) -> bytes:
    """What is kept of a code's digits."""
    return hashlib.scrypt(digits.encode("ascii"), salt=salt, n=_COST, r=8, p=1, dklen=32)


@dataclass(slots=True)
class Beforehand:
    """A `Hash` that knows some answers: made while nobody waits, so that they are at hand where somebody would."""

    known: dict[tuple[str, bytes], bytes] = field(default_factory=dict)

    def prepare(self, code: OneTimeCode | None, typed: str) -> None:
        """Make what checking these digits will need."""
        if code is not None and _DIGITS.fullmatch(typed):
            self.known[typed, code.salt] = slow_hash(typed, code.salt)

    def __call__(self, digits: str, salt: bytes) -> bytes:
        """A code that was made anew meanwhile has another salt: then it takes its time."""
        return self.known.get((digits, salt)) or slow_hash(digits, salt)


def check(
    code: OneTimeCode | None, typed: str, at: datetime, hashed: Hash = slow_hash
) -> tuple[CodeVerdict, OneTimeCode | None]:
    """Whether `typed` was the code at that moment, and the code with the try counted, to be kept.

    A code that was right once stays right for the same digits, since the attempt it was typed for may be sent again or
    checked a second time; to any others it is spent. Whether that attempt is done is the caller's to know.
    """
    if code is None:
        return CodeVerdict.NONE, None
    if code.right_at is not None:
        return (CodeVerdict.RIGHT if _matches(code, typed, hashed) else CodeVerdict.SPENT), code
    if code.tries >= TRIES:
        return CodeVerdict.SPENT, code
    if at > code.expires_at:
        return CodeVerdict.EXPIRED, code
    if _matches(code, typed, hashed):
        return CodeVerdict.RIGHT, replace(code, tries=code.tries + 1, right_at=at)
    return CodeVerdict.WRONG, replace(code, tries=code.tries + 1)


def tries_left(code: OneTimeCode | None) -> int:
    """How often it may still be typed."""
    return 0 if code is None or code.right_at is not None else max(0, TRIES - code.tries)


def _matches(code: OneTimeCode, typed: str, hashed: Hash) -> bool:
    return bool(_DIGITS.fullmatch(typed)) and hmac.compare_digest(hashed(typed, code.salt), code.digest)
