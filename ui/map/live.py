"""The part of the map that shows the road: drivers now or in replay, their trails, a round as it was driven.

It tells the page only what changed: positions come every second. What a day's plan looks like is in `view`.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, override

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from dispatcher.domain.ids import DriverId, ShiftId
from ui.map import messages as msg
from ui.map import wire
from ui.map.road import Driven, DriverMark, Trail
from ui.map.stage import Stage

LIVE_KEPT = ("replay", "drivers", "trails", "driven", "follow")
"""Kinds of messages that a new page gets of the road; after all others, since going somewhere ends following."""


class LiveStage(Stage):
    """A page that shows the road. GUI thread only.

    Signals, besides those of `Stage`:
        driver_clicked(DriverId): a driver's marker was clicked.
        followed_changed(DriverId | None): who is followed now; also when a hand on the map ends it.
    """

    driver_clicked = Signal(object)
    followed_changed = Signal(object)

    def __init__(self, parent: QWidget | None, web_root: Path, kept: tuple[str, ...]) -> None:
        super().__init__(parent, web_root, kept)
        self._live: dict[DriverId, DriverMark] = {}
        self._replayed: dict[DriverId, DriverMark] | None = None
        self._shown: dict[DriverId, DriverMark] = {}
        self._trails: dict[ShiftId, Trail] = {}
        self._followed: DriverId | None = None

    # --- drivers -------------------------------------------------------------------------------------------------

    def show_drivers(self, drivers: Iterable[DriverMark]) -> None:
        """Replace all drivers; the page is told only of those that are other than before."""
        self._live = {driver.driver_id: driver for driver in drivers}
        self._tell_drivers()

    def update_drivers(self, changed: Iterable[DriverMark], removed: Iterable[DriverId] = ()) -> None:
        """Replace, add or take away these drivers only."""
        gone = set(removed)
        marks = self._live | {driver.driver_id: driver for driver in changed}
        self._live = {key: mark for key, mark in marks.items() if key not in gone}
        self._tell_drivers()

    def show_replay(self, positions: Iterable[DriverMark], moment_text: str) -> None:
        """Show these instead of the live drivers, under a badge "Replay 10:42", until `end_replay`."""
        if self._replayed is None:
            self._forget_shown()
        self._replayed = {driver.driver_id: driver for driver in positions}
        self._keep("replay", text=f"Replay {moment_text}")
        self._tell_drivers()

    def end_replay(self) -> None:
        """Show the live drivers again."""
        if self._replayed is None:
            return
        self._replayed = None
        self._forget_shown()
        self._keep("replay", text="")
        self._tell_drivers()

    @property
    def replaying(self) -> bool:
        """Whether the drivers shown are those of another moment."""
        return self._replayed is not None

    def _tell_drivers(self) -> None:
        marks = self._live if self._replayed is None else self._replayed
        known, self._shown = self._shown, dict(marks)
        changed = [mark for key, mark in marks.items() if known.get(key) != mark]
        removed = [key for key in known if key not in marks]
        if changed or removed:
            self._send("update_drivers", drivers=map(wire.driver_values, changed), removed=removed)

    def _forget_shown(self) -> None:
        """Nobody glides from where they are to where they were."""
        self._shown = {}
        self._send("drivers", drivers=[])

    # --- where they were -----------------------------------------------------------------------------------------

    def show_trails(self, trails: Iterable[Trail]) -> None:
        """Replace all trails; the page is told only of those that are other than before."""
        wanted = {trail.shift_id: trail for trail in trails}
        known, self._trails = self._trails, wanted
        changed = [trail for key, trail in wanted.items() if known.get(key) != trail]
        removed = [key for key in known if key not in wanted]
        if changed or removed:
            self._send("update_trails", trails=map(wire.trail_values, changed), removed=removed)

    def show_driven(self, driven: Driven) -> None:
        """Hold one round as it was driven, full, against its plan, dashed; other rounds fade until `end_driven`."""
        self._keep("driven", active=True, **wire.driven_values(driven))

    def end_driven(self) -> None:
        """Take away what `show_driven` drew."""
        self._keep("driven", active=False)

    # --- following -----------------------------------------------------------------------------------------------

    @property
    def followed(self) -> DriverId | None:
        """Whose marker is kept in view."""
        return self._followed

    def follow(self, driver_id: DriverId | None) -> None:
        """Keep this driver's marker in view until a hand moves the map elsewhere, or `None` is told."""
        self._keep("follow", driver_id=driver_id)
        self._set_followed(driver_id)

    def _set_followed(self, driver_id: DriverId | None) -> None:
        changed, self._followed = driver_id != self._followed, driver_id
        if changed:
            self.followed_changed.emit(driver_id)

    # --- the page ------------------------------------------------------------------------------------------------

    @override
    def _kept_values(self, kind: str) -> Mapping[str, Any] | None:
        if kind == "drivers":
            return {"drivers": map(wire.driver_values, self._shown.values())}
        if kind == "trails":
            return {"trails": map(wire.trail_values, self._trails.values())}
        return super()._kept_values(kind)

    @override
    def _on_event(self, event: msg.Event) -> None:
        if isinstance(event, msg.DriverClicked):
            self.driver_clicked.emit(event.driver_id)
        elif isinstance(event, msg.FollowEnded):
            self._on_follow_ended(event)
        else:
            super()._on_event(event)

    def _on_follow_ended(self, event: msg.FollowEnded) -> None:
        if event.driver_id == self._followed:  # else another is followed by now
            self._state["follow"] = {"driver_id": None}
            self._set_followed(None)
