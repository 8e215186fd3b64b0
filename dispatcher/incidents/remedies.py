"""Which remedies fit which exception, the recommended first."""

from collections.abc import Mapping

from dispatcher.domain.incidents import IncidentKind, Remedy
from dispatcher.domain.proof import Owner

_R, _K = Remedy, IncidentKind

_DOOR = (
    _R.AGAIN_TODAY, _R.CALL, _R.ANOTHER_DAY, _R.MESSAGE, _R.OTHER_ADDRESS, _R.OTHER_DRIVER, _R.COLLECT, _R.RETURN,
    _R.REFUND, _R.CHANGE_REASON, _R.CLOSE,
)  # fmt: skip
_GOODS = (
    _R.CALL, _R.RETURN, _R.REFUND, _R.ANOTHER_DAY, _R.MESSAGE, _R.AGAIN_TODAY, _R.COLLECT, _R.CHANGE_REASON, _R.CLOSE,
)  # fmt: skip
_ROAD = (_R.MESSAGE, _R.CALL, _R.OTHER_DRIVER, _R.ANOTHER_DAY, _R.CLOSE)
_DRIVER = (_R.CALL, _R.MESSAGE, _R.CLOSE)

FITTING: Mapping[IncidentKind, tuple[Remedy, ...]] = {
    _K.FAILED: _DOOR,
    _K.NOT_ATTEMPTED: (
        _R.AGAIN_TODAY, _R.ANOTHER_DAY, _R.OTHER_DRIVER, _R.CALL, _R.MESSAGE, _R.COLLECT, _R.RETURN, _R.CHANGE_REASON,
        _R.CLOSE,
    ),
    _K.REFUSED: _GOODS,
    _K.DAMAGED: _GOODS,
    _K.PARTLY: (_R.CALL, _R.ANOTHER_DAY, _R.REFUND, _R.MESSAGE, _R.COLLECT, _R.RETURN, _R.CLOSE),
    _K.MISSING_LOADING: (_R.CALL, _R.ANOTHER_DAY, _R.MESSAGE, _R.REFUND, _R.CLOSE),
    _K.LATE: _ROAD,
    _K.AT_RISK: _ROAD,
    _K.OFF_ROUTE: _DRIVER,
    _K.SILENT: _DRIVER,
    _K.ADDRESS: (_R.OTHER_ADDRESS, _R.CALL, _R.MESSAGE, _R.CLOSE),
    _K.PROOF_REJECTED: (_R.CALL, _R.MESSAGE, _R.ANOTHER_DAY, _R.REFUND, _R.CLOSE),
    _K.CASH_SHORT: (_R.CALL, _R.MESSAGE, _R.REFUND, _R.CLOSE),
    _K.UNTOUCHED: (
        _R.ANOTHER_DAY, _R.AGAIN_TODAY, _R.OTHER_DRIVER, _R.CALL, _R.MESSAGE, _R.COLLECT, _R.RETURN, _R.CLOSE,
    ),
    _K.NOT_BACK: (_R.CALL, _R.MESSAGE, _R.CLOSE),
    _K.UNDELIVERABLE: (_R.SEND_AGAIN, _R.CALL, _R.CLOSE),
    _K.REPLY: (_R.MESSAGE, _R.CALL, _R.CLOSE),
    _K.WISH: (_R.GRANT, _R.DECLINE, _R.CALL),
    _K.LEFT_OUT: (_R.CLOSE,),
}  # fmt: skip

OF_THE_DRIVER = frozenset({_K.OFF_ROUTE, _K.SILENT, _K.NOT_BACK})
"""Whoever is called or written to about these is the driver."""

_FIRST: Mapping[str, Remedy] = {"RESCHEDULE_REQUESTED": _R.ANOTHER_DAY, "PAYMENT_NOT_MADE": _R.CALL}
_FIRST_OF: Mapping[Owner, Remedy] = {Owner.DATA: _R.OTHER_ADDRESS, Owner.DEPOT: _R.ANOTHER_DAY}


def remedies_for(kind: IncidentKind, code: str = "", owner: Owner | None = None) -> tuple[Remedy, ...]:
    """What fits, by kind, and of an attempt by its failure reason and whose affair that is."""
    fitting = FITTING[kind]
    first = _FIRST.get(code) or (_FIRST_OF.get(owner) if owner else None)
    if kind not in (_K.FAILED, _K.NOT_ATTEMPTED) or first not in fitting:
        return fitting
    return (first, *(remedy for remedy in fitting if remedy is not first))
