"""Where an SMS gateway brings what customers write back: an address of the depot's gateway, with a token of its own.

The token lies in the gateway's folder, in a file that only its owner reads; the window makes it, the gateway reads it.
"""

import hmac
import secrets
from pathlib import Path

from dispatcher.domain.errors import KnownError
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.gateway_process import private_folder, write_whole
from dispatcher.services.network import origin_of

TOKEN_NAME = "reply-token"
PATH = "/messages/reply"
_BYTES = 32


def reply_address(policy: RoadPolicy, folder: Path, *, anew: bool = False) -> str:
    """What to type into the SMS gateway as the address for incoming messages; `folder` is the gateway's.

    Makes the token if there is none; with `anew` another one, and the former address is void. Raises `KnownError`.
    """
    origin = policy.messages.page_origin.rstrip("/") or origin_of(policy)
    token = "" if anew else _kept(folder)
    if not token:
        token = secrets.token_urlsafe(_BYTES)
        try:
            private_folder(folder)
            write_whole(folder / TOKEN_NAME, token.encode("ascii"), private=True)
        except OSError as fault:
            raise KnownError(f"The token cannot be kept in {folder} ({fault.strerror}).", "Allow it.") from fault
    return f"{origin}{PATH}/{token}"


def is_reply_token(folder: Path, said: str) -> bool:
    """Whether this is the token; never before the window has made one. Raises `KnownError`."""
    token = _kept(folder)
    return bool(token) and hmac.compare_digest(token.encode("ascii"), said.encode("utf-8", "surrogateescape"))


def _kept(folder: Path) -> str:
    try:
        return (folder / TOKEN_NAME).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as fault:
        raise KnownError(f"The token in {folder / TOKEN_NAME} cannot be read.", "Make a new address.") from fault
