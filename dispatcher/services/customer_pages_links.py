"""The link that opens a customer's page: made from the depot's secret whenever it is needed, kept only as its hash."""

import base64
import hashlib
import hmac

from dispatcher.domain.ids import OrderId
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.network import origin_of

SECRET_PART_BYTES = 24
"""192 bits; OWASP ASVS 7.2.3 asks for 128."""
SHORTEST, LONGEST = 32, 64
"""Characters of anything worth looking up as a secret part."""


def secret_part(order_id: OrderId, secret: bytes) -> str:
    """What only the customer's link says: the same for all attempts at an order, so that a link once sent stays good.

    HMAC-SHA-256 of the depot's secret, cut to 192 bits, in the URL-safe alphabet of RFC 4648.
    """
    whole = hmac.digest(secret, f"customer page\n{order_id}".encode(), "sha256")
    return base64.urlsafe_b64encode(whole[:SECRET_PART_BYTES]).decode("ascii")


def digest_of(part: str) -> str:
    """How a page is found: SHA-256 of the secret part, in hexadecimal."""
    return hashlib.sha256(part.encode("utf-8", "surrogateescape")).hexdigest()


def link_of(order_id: OrderId, *, policy: RoadPolicy, secret: bytes) -> str:
    """The address of an order's page; empty where the depot gives its customers none.

    `secret` is the depot's own (`codes.depot_secret`).
    """
    if not policy.messages.page:
        return ""
    origin = policy.messages.page_origin.rstrip("/") or origin_of(policy)
    return f"{origin}/t/{secret_part(order_id, secret)}"
