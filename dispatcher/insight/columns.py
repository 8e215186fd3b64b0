"""The facts: four tables, what each column says, and how rows become a frame. No file is touched here.

One row of `STOPS` is one visit: an order at one attempt on one date, planned or tried or both. What a round took is
shared out over the stops that were made of it, so that every cut of the stops adds up to the rounds again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd


class ColumnKind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    """Few different words: kept as a category. Nothing known is an empty one."""
    KEY = "key"
    """Words that are different in nearly every row."""
    DAY = "day"
    MOMENT = "moment"
    """UTC, whole seconds."""
    NUMBER = "number"
    """NaN where it is not known."""
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table of facts."""

    name: str
    kind: ColumnKind
    title: str
    """As people read it."""
    unit: str = ""


class TableName(StrEnum):
    """Which facts."""

    STOPS = "stops"
    ROUNDS = "rounds"
    EXCEPTIONS = "exceptions"
    SLOTS = "slots"


_T, _K, _D, _M, _N, _Y = (
    ColumnKind.TEXT,
    ColumnKind.KEY,
    ColumnKind.DAY,
    ColumnKind.MOMENT,
    ColumnKind.NUMBER,
    ColumnKind.YES,
)

STOPS = (
    Column("date", _D, "Date"),
    Column("order_id", _K, "Order's id"),
    Column("number", _K, "Order"),
    Column("attempt_key", _K, "Attempt's key"),
    Column("sender", _T, "Sender"),
    Column("customer", _T, "Customer"),
    Column("postcode", _T, "Postcode"),
    Column("area", _T, "Area"),
    Column("driver_id", _T, "Driver's id"),
    Column("driver", _T, "Driver"),
    Column("vehicle", _T, "Vehicle"),
    Column("shift_id", _T, "Shift's id"),
    Column("slot", _T, "Slot"),
    Column("weekday", _N, "Weekday"),
    Column("hour", _N, "Hour"),
    Column("attempt", _N, "Attempt"),
    Column("turn_planned", _N, "Turn planned"),
    Column("turn_done", _N, "Turn done"),
    Column("outcome", _T, "Outcome"),
    Column("reason", _T, "Reason"),
    Column("owner", _T, "Whose affair"),
    Column("counted", _Y, "Counts as an attempt"),
    Column("in_full", _Y, "In full"),
    Column("promised_from", _M, "Promised from"),
    Column("promised_until", _M, "Promised until"),
    Column("planned_at", _M, "Planned arrival"),
    Column("arrived_at", _M, "Arrival"),
    Column("done_at", _M, "Done"),
    Column("departed_at", _M, "Departure"),
    Column("service_planned_s", _N, "Planned at the door", "s"),
    Column("service_s", _N, "At the door", "s"),
    Column("wait_planned_s", _N, "Planned waiting", "s"),
    Column("wait_s", _N, "Waiting", "s"),
    Column("parcels", _N, "Parcels"),
    Column("parcels_done", _N, "Parcels handed over"),
    Column("minutes_planned", _N, "Share of the planned time", "min"),
    Column("minutes", _N, "Share of the time", "min"),
    Column("km_planned", _N, "Share of the planned way", "km"),
    Column("km", _N, "Share of the way", "km"),
    Column("cost_planned", _N, "Share of the planned cost", "minor"),
    Column("cost", _N, "Share of the cost", "minor"),
    Column("cash_due", _N, "Cash due", "minor"),
    Column("cash", _N, "Cash taken", "minor"),
    Column("proof_wanted", _Y, "Proof wanted"),
    Column("proof_complete", _Y, "Proof complete"),
    Column("flags", _N, "Flags"),
    Column("flagged", _T, "What was flagged"),
    Column("decision", _T, "Review"),
    Column("messages", _N, "Messages"),
)

ROUNDS = (
    Column("date", _D, "Date"),
    Column("shift_id", _T, "Shift's id"),
    Column("driver_id", _T, "Driver's id"),
    Column("driver", _T, "Driver"),
    Column("vehicle", _T, "Vehicle"),
    Column("weekday", _N, "Weekday"),
    Column("stops_planned", _N, "Stops planned"),
    Column("stops_done", _N, "Stops made"),
    Column("leaves_at", _M, "Planned departure"),
    Column("left_at", _M, "Departure"),
    Column("returns_at", _M, "Planned return"),
    Column("returned_at", _M, "Return"),
    Column("minutes_planned", _N, "Planned time", "min"),
    Column("minutes", _N, "Time", "min"),
    Column("km_planned", _N, "Planned way", "km"),
    Column("km", _N, "Way", "km"),
    Column("cost_planned", _N, "Planned cost", "minor"),
    Column("cost", _N, "Cost", "minor"),
    Column("wait_planned_s", _N, "Planned waiting", "s"),
    Column("pairs", _N, "Stops that follow another"),
    Column("pairs_kept", _N, "Of these in the planned order"),
)

EXCEPTIONS = (
    Column("date", _D, "Date"),
    Column("incident_id", _K, "Exception's id"),
    Column("kind", _T, "Kind"),
    Column("severity", _N, "Severity"),
    Column("order_id", _K, "Order's id"),
    Column("driver_id", _T, "Driver's id"),
    Column("driver", _T, "Driver"),
    Column("weekday", _N, "Weekday"),
    Column("hour", _N, "Hour"),
    Column("since", _M, "Since"),
    Column("due_at", _M, "Due"),
    Column("closed_at", _M, "Settled"),
    Column("settled_by", _T, "By"),
    Column("who", _T, "Who"),
)

SLOTS = (
    Column("date", _D, "Date"),
    Column("rule_id", _T, "Rule's id"),
    Column("area", _T, "Area"),
    Column("slot", _T, "Slot"),
    Column("weekday", _N, "Weekday"),
    Column("capacity", _N, "Places"),
    Column("taken", _N, "Taken"),
)

TABLES: Mapping[TableName, tuple[Column, ...]] = {
    TableName.STOPS: STOPS,
    TableName.ROUNDS: ROUNDS,
    TableName.EXCEPTIONS: EXCEPTIONS,
    TableName.SLOTS: SLOTS,
}

NEVER = np.iinfo(np.int64).min
"""What NumPy has for a moment that is not known."""

type Row = Mapping[str, Any]
"""One fact by column name; what is missing is not known."""


def frame_of(table: TableName, rows: Iterable[Row]) -> pd.DataFrame:
    """Rows as a frame with this table's columns and types. Dates are `date`s, moments aware `datetime`s."""
    some = list(rows)
    return pd.DataFrame({c.name: _series(c, [row.get(c.name) for row in some]) for c in TABLES[table]})


def _series(column: Column, values: list[Any]) -> "pd.Series[Any]":
    match column.kind:
        case ColumnKind.TEXT:
            return pd.Series(pd.Categorical([value or "" for value in values]))
        case ColumnKind.KEY:
            return pd.Series([value or "" for value in values], dtype=object)
        case ColumnKind.DAY:
            return pd.Series(np.array(values, dtype="datetime64[s]"))
        case ColumnKind.MOMENT:
            seconds = [NEVER if value is None else round(value.timestamp()) for value in values]
            return pd.Series(np.array(seconds, dtype=np.int64).view("datetime64[s]"))
        case ColumnKind.YES:
            return pd.Series([bool(value) for value in values], dtype=bool)
        case ColumnKind.NUMBER:
            return pd.Series([np.nan if value is None else float(value) for value in values], dtype=float)
