"""What `ui.shots` pictures of the road: a day half driven, a stop in vain, one with proofs, and both themes.

Drivers, their phones and what they say are made up here; they reach the logbook by the same services as from the
gateway. Only in a depot for practice: what drivers said cannot be taken out of the chain of proofs again.
"""

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dispatcher.domain.devices import Device
from dispatcher.domain.ids import OrderId, ShiftId, new_id
from dispatcher.domain.letters import Letter
from dispatcher.domain.place import Place
from dispatcher.domain.progress import NoProgress
from dispatcher.domain.proof import Outcome
from dispatcher.domain.schedule import RouteTimes
from dispatcher.domain.tracking import Decoded, Fix, Source
from dispatcher.services import driving, pairing
from dispatcher.services.dispatching import send_day
from dispatcher.services.live import LiveDay
from dispatcher.services.logbook import Logbook
from dispatcher.services.planning import Outlook
from ui.board.filtering import Mark
from ui.exceptions import scenes as exception_scenes
from ui.insight import scenes as insight_scenes
from ui.loading import scenes as loading_scenes
from ui.messages import scenes as message_scenes
from ui.proofs import scenes as proof_scenes
from ui.slots import scenes as slot_scenes
from ui.theme import Mode, Theme

if TYPE_CHECKING:
    from ui.shots import Album
    from ui.window.main import MainWindow

EVERY_S = 15
SHARE = 0.45
"""So much of the day is over."""
LATE_MIN = (0, 4, 14, 0, 26, 2, 38, 0)
"""How far behind the plan drivers are, in turn."""
_INK = [[[0.08 + 0.03 * i, 0.55 + 0.25 * math.sin(i * 0.9) * (1 - i / 40), 30 * i] for i in range(28)]]


def play(album: "Album", window: "MainWindow", theme: Theme) -> None:
    """All scenes of the road; nothing without a logbook, in a depot that is in earnest, or on a day without rounds."""
    place, outlook = window.day.workplace, window.day.present
    if window.road is None or place.live is None or outlook is None or not place.depot.road.practice:
        return
    routes = [route for route in outlook.schedule.routes.values() if route.stops]
    if not routes:
        return
    begins, ends = min(r.leaves_at for r in routes), max(r.returns_at for r in routes)
    moment = begins + (ends - begins) * SHARE
    window.road.feed.take_time_of(lambda: moment)
    window.show_panel(window.board)
    send_day(place, outlook)
    phones = _drive(place.live.logbook, outlook, routes, moment, window)
    try:
        _followed(album, window, len(routes))
        _pictures(album, window, theme)
        for scenes in (proof_scenes, exception_scenes, message_scenes):
            scenes.play(album, window, theme)
        for scene, panel in ((slot_scenes, window.slots), (insight_scenes, window.insight)):
            window.show_panel(panel)
            scene.play(album, window, panel, theme)
        window.show_panel(window.loading)
        loading_scenes.play(album, window, theme, window.loading, window.settings)
        window.show_panel(window.board)
    finally:
        for device in phones:
            pairing.revoke(place.live.logbook, device.id, now=place.clock())
        window.road.feed.take_time_of(place.clock)


def _followed(album: "Album", window: "MainWindow", rounds: int) -> None:
    """Until everybody who was heard is timed."""
    assert window.road is not None
    timed = lambda live: sum(1 for r in live.rounds.values() if r.stops or r.visits) >= min(rounds, 3) and live.attempts
    album.wait(window.road.live_changed, when=timed)
    album.settle(3_000)


def _pictures(album: "Album", window: "MainWindow", theme: Theme) -> None:
    live = window.road.live if window.road else None
    assert live is not None
    board = window.board
    vain = [a.shift_id for a in live.attempts.values() if a.outcome is Outcome.FAILED]
    busy = max(vain, key=lambda shift_id: len(live.rounds[shift_id].stops))
    board.rounds.view.set_open([busy])
    board.select((), (busy,))
    album.settle()
    album.take("board-live")
    _details(album, window, live)
    board.rounds.show_only(Mark.FAILED)
    album.settle()
    album.take("board-failed")
    board.rounds.show_only(Mark.FAILED)
    board.rounds.view.set_open([busy])
    theme.apply(Mode.DARK, 1.0)
    album.settle()
    album.take("board-live-dark")
    theme.apply(Mode.LIGHT, 1.0)
    board.select(())


def _details(album: "Album", window: "MainWindow", live: LiveDay) -> None:
    """One stop with all its proofs, and one in vain."""
    signed = next(a.order_id for a in live.attempts.values() if a.ink and a.photos)
    failed = next(a.order_id for a in live.attempts.values() if a.outcome is Outcome.FAILED)
    for order_id, name in ((signed, "details-proof"), (failed, "details-failed")):
        window.board.bring_up("Details")
        window.board.find(order_id)
        album.settle()
        album.take(name)


# --- what happens on the road -------------------------------------------------------------------------------------


def _drive(
    logbook: Logbook, outlook: Outlook, routes: Sequence[RouteTimes], moment: datetime, window: "MainWindow"
) -> list[Device]:
    """Everybody drives their round, some late, and says what happens; their phones."""
    lines = window.day.lines(outlook.day, [r.shift_id for r in routes], NoProgress())
    phones = []
    for turn, times in enumerate(routes):
        shift, late = outlook.day.shifts[times.shift_id], timedelta(minutes=LATE_MIN[turn % len(LATE_MIN)])
        offer = pairing.invite(logbook, driver_id=shift.driver_id, label="Phone", now=times.leaves_at)
        phone = pairing.redeem(logbook, offer.code, unique_id=new_id(), label="", now=times.leaves_at).device
        phones.append(phone)
        marks = list(_marks(outlook, times, lines[times.shift_id].legs))
        fixes = tuple(_fixes(marks, times.leaves_at + late, late, moment))
        logbook.append([Letter(phone.id, phone.driver_id, Source.PAGE, moment, b"", Decoded(fixes))])
        _say(logbook, phone, times, late, moment)
    return phones


type Marks = Sequence[tuple[datetime, tuple[float, float]]]


def _marks(
    outlook: Outlook, times: RouteTimes, legs: Sequence[Sequence[tuple[float, float]]]
) -> Iterator[tuple[datetime, tuple[float, float]]]:
    """When a driver is where, by the plan: along each leg at an even pace, then standing at its stop."""
    left = times.leaves_at
    for stop, leg in zip(times.stops, legs, strict=False):
        steps = [0.0]
        for a, b in pairwise(leg):
            steps.append(steps[-1] + Place(*a).distance_m(Place(*b)))
        for point, so_far in zip(leg, steps, strict=True):
            yield left + (stop.arrives_at - left) * (so_far / (steps[-1] or 1)), point
        place = outlook.day.orders[stop.order_id].address.place
        yield stop.departs_at, (place.lat, place.lon) if place else leg[-1]
        left = stop.departs_at


def _fixes(marks: Marks, since: datetime, late: timedelta, until: datetime) -> Iterator[Fix]:
    at, place = since, 0
    while at <= until:
        while place + 1 < len(marks) and marks[place + 1][0] + late <= at:
            place += 1
        (t0, a), (t1, b) = marks[place], marks[min(place + 1, len(marks) - 1)]
        share = min(1.0, max(0.0, (at - late - t0) / (t1 - t0))) if t1 > t0 else 0.0
        lat, lon = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        yield Fix(at, Place(lat, lon), accuracy_m=7.0, speed_mps=8.0 if t1 > t0 and a != b else 0.0, battery=0.71)
        at += timedelta(seconds=EVERY_S)


def _say(logbook: Logbook, phone: Device, times: RouteTimes, late: timedelta, moment: datetime) -> None:
    """What the driver does on the page."""
    actions = [_action(times.shift_id, "begin", times.leaves_at + late), _accept(times, late)]
    for turn, stop in enumerate(times.stops):
        at = stop.departs_at + late
        if at <= moment:
            actions.append(_ending(times.shift_id, stop.order_id, at, turn))
    for seq, action in enumerate(actions, 1):
        action["seq"] = seq
    for first in range(0, len(actions), 100):
        envelope = {"sent_at": moment.isoformat(), "app": "1.0.0", "actions": actions[first : first + 100]}
        driving.take_queue(logbook, phone, envelope, now=moment)


def _accept(times: RouteTimes, late: timedelta) -> dict[str, Any]:
    return _action(times.shift_id, "accept", times.leaves_at + late + timedelta(seconds=20), version=1)


def _ending(shift_id: ShiftId, order_id: OrderId, at: datetime, turn: int) -> dict[str, Any]:
    """Most are delivered; every seventh in part, every ninth in vain."""
    if turn % 9 == 4:
        return _action(shift_id, "fail", at, order_id, reason="NOT_HOME", note="Rang twice, called once.")
    proofs: Mapping[str, Any] = {"name": "Kim Salo", "handover": "neighbour" if turn % 4 == 3 else "recipient"}
    photos = [hashlib.sha256(f"{order_id}".encode()).hexdigest()]
    ink = {"width": 600, "height": 240, "strokes": _INK}
    outcome = "partly" if turn % 7 == 5 else "delivered"
    return _action(shift_id, "deliver", at, order_id, outcome=outcome, **proofs, ink=ink, photos=photos)


def _action(shift_id: ShiftId, kind: str, at: datetime, order_id: OrderId | None = None, **body: Any) -> dict[str, Any]:
    said = {"key": new_id(), "kind": kind, "at": at.isoformat(), "shift_id": shift_id, "body": body}
    return {**said, "order_id": order_id} if order_id else said
