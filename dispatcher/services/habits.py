"""The bounds of a depot's habits on the road, and what makes no sense together. Whoever changes them asks here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter

from dispatcher.domain.errors import BadInput
from dispatcher.domain.incidents import IncidentPolicy
from dispatcher.domain.messages import MessagePolicy
from dispatcher.domain.proof import FailureReason
from dispatcher.domain.road_policy import RoadPolicy
from dispatcher.services.gateway_keeping import is_host
from dispatcher.services.message_habits import complaints

DEMANDS = ("photo", "note", "call")
"""What a failure reason may demand of the driver."""
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")
_PHONE = re.compile(r"[+0-9][0-9 ()/.\-]{2,39}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where to where a figure makes sense, in the unit it is kept in."""

    what: str
    least: float
    most: float


BOUNDS: Mapping[str, Bounds] = {
    "margin_s": Bounds("The margin around shifts", 0, 4 * 3_600),
    "keep_tracks_days": Bounds("How long tracks are kept", 1, 730),
    "keep_proofs_days": Bounds("How long proofs are kept", 1, 3_650),
    "keep_photos_days": Bounds("How long photos are kept", 1, 3_650),
    "keep_codes_days": Bounds("How long codes are kept", 1, 90),
    "keep_messages_days": Bounds("How long the words of messages are kept", 1, 730),
    "stale_s": Bounds("When a position is old", 30, 3_600),
    "geofence_m": Bounds("The circle around a stop", 10, 1_000),
    "dwell_s": Bounds("The time within the circle", 10, 900),
    "on_time_early_s": Bounds("The tolerance before a promised time", 0, 4 * 3_600),
    "on_time_late_s": Bounds("The tolerance after a promised time", 0, 4 * 3_600),
    "late_departure_s": Bounds("The alert of a late departure", 60, 7_200),
    "off_route_m": Bounds("The distance off the route", 100, 10_000),
    "standing_s": Bounds("The alert of a long stop", 120, 14_400),
    "silent_s": Bounds("The alert of a silent phone", 60, 7_200),
    "speeding_kmh": Bounds("The speed limit", 20, 200),
    "battery": Bounds("The alert of a low battery", 0.0, 0.9),
    "undo_s": Bounds("The time to take an action back", 0, 600),
    "port": Bounds("The gateway's port", 1_024, 65_535),
    "setup_port": Bounds("The set-up port", 1_024, 65_535),
}

FLAG_BOUNDS: Mapping[str, Bounds] = {
    "far_m": Bounds("The distance from the address", 20, 5_000),
    "stale_s": Bounds("The age of a proof's position", 10, 3_600),
    "bunched": Bounds("How many proofs at one point", 2, 50),
    "bunched_m": Bounds("How near to one another", 5, 200),
    "early_s": Bounds("The time before arrival", 10, 3_600),
    "quick_s": Bounds("The time at the door", 1, 600),
    "out_of_turn": Bounds("The places out of sequence", 1, 50),
    "ink_dot": Bounds("The size of a signature", 0.01, 0.5),
    "ink_short_s": Bounds("The time a signature takes", 0.1, 5.0),
    "ink_same": Bounds("The distance between two signatures", 0.01, 0.1),
    "dark": Bounds("The brightness of a photo", 0.01, 0.5),
    "blurred": Bounds("The sharpness of a photo", 1, 2_000),
    "twin_bits": Bounds("The difference between two photos", 0, 11),
    "other_time_s": Bounds("The time between photo and report", 60, 24 * 3_600),
    "absent_s": Bounds("The time until a photo must be here", 0, 7 * 24 * 3_600),
    "sample": Bounds("The share that is looked at all the same", 0.0, 1.0),
}
"""Of `FlagLimits`. Their names in a `BadHabit` begin with `flags.`."""

INCIDENT_BOUNDS: Mapping[str, Bounds] = {
    "most_attempts": Bounds("How often an order is tried", 1, 20),
    "due_s": Bounds("The time to settle an exception", 60, 7 * 24 * 3_600),
    "escalate_s": Bounds("The time until an exception is graver", 60, 7 * 24 * 3_600),
}
"""Of `IncidentPolicy` and its rules. Their names in a `BadHabit` begin with `incidents.`, and the kind's name."""

MESSAGE_BOUNDS: Mapping[str, Bounds] = {
    "near_stops": Bounds("How many stops before", 1, 20),
    "delayed_s": Bounds("From when on a delay is told", 300, 4 * 3_600),
    "mail.port": Bounds("The mail server's port", 1, 65_535),
    "sms.per_minute": Bounds("How many short messages a minute", 1, 6_000),
}
"""Of `MessagePolicy` and its lines. Their names in a `BadHabit` begin with `messages.`."""


class BadHabit(BadInput):
    """A habit that makes no sense; `part` names it, `row` the reason it is about."""

    def __init__(self, part: str, what: str, remedy: str, row: int | None = None) -> None:
        super().__init__(what, remedy)
        self.part, self.row = part, row


def require_sense_on_road(policy: RoadPolicy) -> None:
    """Raises `BadHabit` for the first habit that makes no sense."""
    figures = [(part, getattr(policy, part), bounds) for part, bounds in BOUNDS.items()]
    figures += [(f"flags.{part}", getattr(policy.flags, part), bounds) for part, bounds in FLAG_BOUNDS.items()]
    figures += [*_incident_figures(policy.incidents), *_message_figures(policy.messages)]
    for part, value, bounds in figures:
        if value is not None and not bounds.least <= value <= bounds.most:
            raise BadHabit(
                part,
                f"{bounds.what} is out of bounds: {value:g}.",
                f"Choose between {bounds.least:g} and {bounds.most:g}.",
            )
    if policy.host and not is_host(policy.host):
        what = f"“{policy.host}” is no name or address of a computer."
        raise BadHabit("host", what, "Write it as 192.168.1.20 or depot.local, without a port.")
    if policy.port == policy.setup_port:
        what = "The gateway and the set-up page cannot have the same port."
        raise BadHabit("setup_port", what, "Give one of them another.")
    if policy.keep_photos_days > policy.keep_proofs_days:
        what = "Photos would be kept longer than the proofs they belong to."
        raise BadHabit("keep_photos_days", what, "Keep the proofs as long as the photos, or longer.")
    if policy.phone and not _PHONE.fullmatch(policy.phone):
        raise BadHabit("phone", f"“{policy.phone}” is no telephone number.", "Write it as +358 9 123 4567.")
    _require_reasons(policy.reasons)
    for complaint in complaints(policy.messages):
        raise BadHabit(complaint.part, complaint.what, complaint.remedy, complaint.row)


def _incident_figures(policy: IncidentPolicy) -> Iterator[tuple[str, float | None, Bounds]]:
    yield "incidents.most_attempts", policy.most_attempts, INCIDENT_BOUNDS["most_attempts"]
    for kind, rule in policy.rules.items():
        for part in ("due_s", "escalate_s"):
            yield f"incidents.{kind.name}.{part}", getattr(rule, part), INCIDENT_BOUNDS[part]


def _message_figures(policy: MessagePolicy) -> Iterator[tuple[str, float | None, Bounds]]:
    for part, bounds in MESSAGE_BOUNDS.items():
        yield f"messages.{part}", attrgetter(part)(policy), bounds


def _require_reasons(reasons: tuple[FailureReason, ...]) -> None:
    if not reasons:
        raise BadHabit("reasons", "There is no failure reason left.", "Add one, or take the default list.")
    seen: set[str] = set()
    for row, reason in enumerate(reasons):
        if not _CODE.fullmatch(reason.code):
            what = f"Reason {row + 1} has no code of capital letters, digits and underscores: “{reason.code}”."
            raise BadHabit("reasons", what, "Write it as NOT_HOME.", row)
        if reason.code in seen:
            raise BadHabit("reasons", f"Two reasons have the code {reason.code}.", "Change one of them.", row)
        if not reason.label.strip():
            raise BadHabit("reasons", f"The reason {reason.code} has no name.", "Type what drivers choose.", row)
        seen.add(reason.code)
