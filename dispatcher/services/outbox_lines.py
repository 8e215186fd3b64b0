"""The lines a depot's messages leave by, as its settings say; and their secrets, in files that only their owner reads.

Neither a password nor a token ever lies in a database: databases are copied, backed up and sent to people who help.
"""

import os
import secrets
from pathlib import Path

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.messages import Channel, MessagePolicy, SmsWay
from dispatcher.messages.lines import Line
from dispatcher.messages.lines_gammu import GammuLine, require_gammu_line
from dispatcher.messages.lines_http import HttpLine, preset, require_http_line
from dispatcher.messages.lines_mail import SmtpLine, require_mail_line

MAIL_PASSWORD, SMS_SECRET = "mail-password", "sms-secret"
"""Names of secrets."""
LONGEST = 4_096


def secret_of(folder: Path, name: str) -> str:
    """A secret from the gateway's folder; empty if there is none. Raises `KnownError`."""
    file = _file(folder, name)
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as fault:
        raise KnownError(f"The secret in {file} cannot be read.", "Type it in the settings again.") from fault


def put_secret(folder: Path, name: str, secret: str) -> None:
    """Keep a secret, whole or not at all; an empty one is forgotten. Raises `KnownError`, `BadInput`."""
    file = _file(folder, name)
    if len(secret) > LONGEST or any(c in secret for c in "\r\n\0"):
        raise BadInput("That is no password or token: it has several lines, or no end.", "Copy it again.")
    draft = file.with_name(f".{name}.{secrets.token_hex(4)}")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not secret:
            file.unlink(missing_ok=True)
            return
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as handle:
            handle.write(secret)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(file)
    except OSError as fault:
        raise KnownError(f"The secret cannot be kept in {folder} ({fault.strerror}).", "Allow it.") from fault
    finally:
        draft.unlink(missing_ok=True)


def _file(folder: Path, name: str) -> Path:
    if name not in (MAIL_PASSWORD, SMS_SECRET):
        raise ValueError(f"there is no secret {name!r}")
    return folder / name


def require_lines(policy: MessagePolicy) -> None:
    """Raises `BadInput` for a line that is set up and cannot work; one that is not set up is none."""
    if policy.mail.host:
        require_mail_line(policy.mail)
    match policy.sms.way:
        case SmsWay.HTTP | SmsWay.ANDROID:
            require_http_line(preset(policy.sms))
        case SmsWay.GAMMU:
            require_gammu_line(policy.sms.command)
        case SmsWay.NONE:
            pass
    if not 1 <= policy.sms.per_minute <= 6_000:
        raise BadInput(f"{policy.sms.per_minute} messages a minute cannot be sent.", "Choose from 1 to 6,000.")


def line_for(policy: MessagePolicy, channel: Channel, folder: Path) -> Line | None:
    """The line of this channel; `None` where none is set up. Raises `BadInput`, `KnownError`."""
    if channel is Channel.EMAIL:
        if not policy.mail.host:
            return None
        require_mail_line(policy.mail)
        return SmtpLine(policy.mail, secret_of(folder, MAIL_PASSWORD))
    match policy.sms.way:
        case SmsWay.NONE:
            return None
        case SmsWay.GAMMU:
            require_gammu_line(policy.sms.command)
            return GammuLine(policy.sms.command)
        case _:
            line = preset(policy.sms)
            require_http_line(line)
            return HttpLine(line, secret_of(folder, SMS_SECRET))
