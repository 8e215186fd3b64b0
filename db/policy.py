"""A depot's habits on the road to JSON and back. Both databases keep them.

What an older program did not know takes its default; what only a newer one knows is left out.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from db.plain import from_plain, plain
from dispatcher.domain.incidents import IncidentPolicy
from dispatcher.domain.loading import Yard
from dispatcher.domain.messages import MessagePolicy
from dispatcher.domain.proof import DELIVERING, FAILING, REASONS, FailureReason, Need, Needs, Owner, ProofKind
from dispatcher.domain.review import FlagLimits
from dispatcher.domain.road_policy import RoadPolicy

_NAMES = frozenset(field.name for field in fields(RoadPolicy))
_LIMITS = frozenset(field.name for field in fields(FlagLimits))
_USUAL = {reason.code: reason for reason in REASONS}


def policy_json(policy: RoadPolicy) -> dict[str, Any]:
    """The policy as JSON can hold it."""
    return {name: getattr(policy, name) for name in _NAMES} | {
        "delivering": needs_json(policy.delivering),
        "failing": needs_json(policy.failing),
        "reasons": [_reason_json(reason) for reason in policy.reasons],
        "flags": asdict(policy.flags),
        "incidents": plain(policy.incidents),
        "messages": plain(policy.messages),
        "yard": plain(policy.yard),
    }


def to_policy(stored: Mapping[str, Any]) -> RoadPolicy:
    """The policy of its JSON."""
    known = {name: value for name, value in stored.items() if name in _NAMES}
    for name, default in (("delivering", DELIVERING), ("failing", FAILING)):
        known[name] = {**default, **to_needs(stored.get(name, {}))}
    if "reasons" in known:
        known["reasons"] = tuple(map(_to_reason, known["reasons"]))
    known["flags"] = FlagLimits(**{name: v for name, v in stored.get("flags", {}).items() if name in _LIMITS})
    known["incidents"] = from_plain(stored.get("incidents", {}), IncidentPolicy)
    known["messages"] = from_plain(stored.get("messages", {}), MessagePolicy)
    known["yard"] = from_plain(stored.get("yard", {}), Yard)
    return RoadPolicy(**known)


def needs_json(needs: Needs) -> dict[str, str]:
    """Which proofs are wanted, as JSON can hold it."""
    return {kind.value: need.value for kind, need in needs.items()}


def to_needs(stored: Mapping[str, str]) -> Needs:
    """Which proofs are wanted, of its JSON."""
    return {ProofKind(kind): Need(need) for kind, need in stored.items() if kind in ProofKind and need in Need}


def _reason_json(reason: FailureReason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "label": reason.label,
        "owner": reason.owner.value,
        "attempt": reason.attempt,
        "demands": sorted(reason.demands),
        "x12": reason.x12,
        "edifact": reason.edifact,
    }


def _to_reason(stored: Mapping[str, Any]) -> FailureReason:
    usual = _USUAL.get(stored["code"])
    return FailureReason(
        code=stored["code"],
        label=stored["label"],
        owner=Owner(stored["owner"]),
        attempt=stored["attempt"],
        demands=frozenset(stored["demands"]),
        x12=stored.get("x12", usual.x12 if usual else ""),
        edifact=stored.get("edifact", usual.edifact if usual else ""),
    )
