"""Tries a line out before it is relied on: as it is being set up, saved or not, past the outbox."""

from datetime import datetime
from pathlib import Path

from dispatcher.domain.errors import BadInput, KnownError
from dispatcher.domain.ids import new_id
from dispatcher.domain.messages import Channel, MessagePolicy
from dispatcher.messages.lines import Line, Outgoing, Verdict
from dispatcher.messages.lines_http import HttpLine
from dispatcher.messages.lines_mail import SmtpLine
from dispatcher.messages.reach import address_of, email_fault, sms_fault
from dispatcher.services.outbox_lines import line_for


def try_line(
    policy: MessagePolicy,
    channel: Channel,
    to: str,
    *,
    depot: str,
    folder: Path,
    now: datetime,
    secret: str | None = None,
) -> str:
    """Send a line of test to this address; what the line says. Waits for it. Raises `KnownError`.

    `folder` is where secrets are kept; `secret` stands for the one there if it is not `None`.
    """
    if why := sms_fault(to, policy.country) if channel is Channel.SMS else email_fault(to):
        raise BadInput(f"Nothing can be sent there: {why}.", "Type your own, to see it arrive.")
    line = line_for(policy, channel, folder)
    if line is None:
        raise KnownError(f"There is no line for {channel.value} yet.", "Set one up.")
    if secret is not None:
        _give(line, secret)
    text = f"{depot}: this is a test of the line."
    return _tried(line, Outgoing(new_id(), address_of(channel, to, policy.country), text, text, now))


def _give(line: Line, secret: str) -> None:
    if isinstance(line, SmtpLine):
        line.password = secret
    elif isinstance(line, HttpLine):
        line.secret = secret


def _tried(line: Line, out: Outgoing) -> str:
    try:
        handed = line.hand(out)
    finally:
        line.close()
    if handed.verdict is not Verdict.TAKEN:
        raise KnownError(f"{line.name} did not take it: {handed.words}.", "See the settings of the line.")
    return f"{line.name} took it{f': {handed.line_id}' if handed.line_id else ''}."
