"""The exception desk and what it is asked with: all that others need of what went otherwise than planned."""

from dispatcher.services.exceptions.desk import ExceptionDesk
from dispatcher.services.exceptions.view import (
    CageRow,
    ExceptionBoard,
    Given,
    HistoryLine,
    Lying,
    Offer,
    Performed,
    PlanChange,
    Scanned,
    Shown,
)

__all__ = [
    "CageRow", "ExceptionBoard", "ExceptionDesk", "Given", "HistoryLine", "Lying", "Offer", "Performed", "PlanChange",
    "Scanned", "Shown",
]  # fmt: skip
