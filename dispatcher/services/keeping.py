"""Which of a driver's positions are kept: those of the shifts that were sent to them, and the margin around.

Outside, a position is taken off the phone's hands and forgotten (data minimisation, GDPR article 5(1)(c)). The driver
has the last word: what is said to be the end of the round ends the keeping at once, and who begins earlier than the
margin opens it, by one margin more at most.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dispatcher.domain.actions import ActionKind, SentRound, TakenAction, Taking
from dispatcher.domain.ids import DriverId
from dispatcher.domain.tracking import Unkept
from dispatcher.services.logbook import LogbookReader

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a driver's positions are kept: spans of moments, both ends within."""

    spans: tuple[tuple[datetime, datetime], ...] = ()
    duties: tuple[tuple[datetime, datetime], ...] = ()
    """The rounds' own, whatever the driver said: what is in here and in no span came after the end of a round."""

    def keep(self, moment: datetime) -> bool:
        """Whether what happened at `moment` may be kept."""
        return any(begins <= moment <= ends for begins, ends in self.spans)

    def why_not(self, moment: datetime) -> Unkept:
        """Why what happened at `moment` may not be kept."""
        if not self.duties:
            return Unkept.NO_ROUND
        on_duty = any(begins <= moment <= ends for begins, ends in self.duties)
        return Unkept.ENDED if on_duty else Unkept.OFF_DUTY


def hours_of(reader: LogbookReader, driver_id: DriverId, first: datetime, last: datetime) -> Hours:
    """When the positions of this driver are kept, as far as shifts touch the time from `first` to `last`.

    None without a round that was sent. A withdrawn one counts only as long as its driver had begun it.
    """
    margin = timedelta(seconds=reader.policy().margin_s)
    # A day more on both sides: dates are the depot's, moments UTC, and a shift may pass midnight
    days = (first - _DAY).date(), (last + _DAY).date()
    rounds = {r.shift_id: r for r in (*reader.rounds_of(driver_id, *days), *reader.rounds_once_of(driver_id, *days))}
    if not rounds:
        return Hours()
    said: dict[str, list[TakenAction]] = {}
    for taken in reader.actions_of(rounds):
        if taken.driver_id == driver_id:
            said.setdefault(taken.action.shift_id, []).append(taken)
    spans: list[tuple[datetime, datetime]] = []
    duties: list[tuple[datetime, datetime]] = []
    for each in rounds.values():
        for tenure in _tenures(each, driver_id, margin):
            kept = _spans(each, *tenure, said.get(each.shift_id, []), margin)
            spans += kept
            duties += [tenure] if kept else []
    return Hours(tuple(spans), tuple(duties))


def unkept_words(counts: Mapping[str, int]) -> str:
    """For people, of counts by `Unkept.key`; empty without any."""
    why = {reason.key: reason.value for reason in Unkept}
    told = [f"{count:,} {why.get(key, key)}" for key, count in counts.items() if count]
    return f"Positions not kept: {', '.join(told)}." if told else ""


def _tenures(sent: SentRound, driver_id: DriverId, margin: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """From when until when the round was this driver's: one who takes it over was off duty before."""
    begins, ends = sent.starts_at - margin, max(sent.ends_at, _returns_at(sent)) + margin
    for former in sent.former:
        if former.driver_id == driver_id:
            yield begins, min(ends, former.until)
        begins = max(begins, former.until - margin)
    if sent.driver_id == driver_id:
        yield begins, ends


def _spans(
    sent: SentRound, begins: datetime, ends: datetime, actions: list[TakenAction], margin: timedelta
) -> list[tuple[datetime, datetime]]:
    turns = [
        (min(taken.action.at, taken.received_at), taken.action.kind)
        for taken in actions
        if taken.action.kind in (ActionKind.BEGIN, ActionKind.END) and _counts(taken)
    ]
    if sent.withdrawn and not turns:
        return []
    spans: list[tuple[datetime, datetime]] = []
    opened: datetime | None = begins
    for at, kind in sorted(turns, key=lambda turn: turn[0]):
        if kind is ActionKind.BEGIN:
            opened = max(at, begins - margin) if opened is None or at < opened else opened
        elif opened is not None:
            spans.append((opened, min(at, ends)))
            opened = None
    if opened is not None and not sent.withdrawn:
        spans.append((opened, ends))
    return [(opens, closes) for opens, closes in spans if opens <= closes]


def _counts(taken: TakenAction) -> bool:
    return taken.taking is not Taking.REFUSED and not taken.withdrawn


def _returns_at(sent: SentRound) -> datetime:
    """When the plan has the round back at the depot; the shift's end if it does not say."""
    try:
        planned = datetime.fromisoformat(str(sent.body.get("returns_at")))
    except ValueError:
        return sent.ends_at
    return planned if planned.tzinfo else sent.ends_at
