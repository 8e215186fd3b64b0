"""The list of steps, and the one who plays them: each with its outcome, its pictures and what to clear up after it."""

import re
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from dispatcher.domain.plan import Day
from tests.hand.asking import Faults, Missed, Watched
from tests.hand.pointer import Hand

type Play = Callable[["Stage"], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a dispatcher does, and what must come of it."""

    title: str
    play: Play


STEPS: list[Step] = []


def step(title: str) -> Callable[[Play], Play]:
    """Put a function on the list, in the order in which it is written."""

    def keep(play: Play) -> Play:
        STEPS.append(Step(title, play))
        return play

    return keep


@dataclass(slots=True)
class Stage:
    """What a step works with."""

    hand: Hand
    see: Watched
    folder: Path
    faults: Faults
    first: Day
    """The day before anything was done to it."""
    pictures: int = 0
    notes: list[str] = field(default_factory=list)

    def picture(self, name: str) -> None:
        """The whole screen as it is now."""
        self.pictures += 1
        self.see.painted()
        path = self.folder / f"{self.pictures:02d}-{name}.png"
        self.see.ask(lambda: self.see.picture().save(str(path)))

    def check(self, holds: object, what: str) -> None:
        """Must be so now."""
        if not holds:
            raise Missed(what)

    def note(self, text: str) -> None:
        """A figure worth reading afterwards."""
        self.notes.append(text)

    def changed(self, revision: int, what: str) -> None:
        """Until something was written after `revision`, and the window has come to rest."""
        self.see.until(lambda: self.see.revision() > revision, what)
        self.see.settle()


def play(stage: Stage, only: str = "") -> bool:
    """Every step, whatever became of those before; whether all went well."""
    well = True
    for number, one in enumerate(STEPS, 1):
        if only.casefold() not in one.title.casefold():
            continue
        began, stage.notes = time.monotonic(), []
        fault = _played(stage, one)
        well = well and not fault
        took, said = time.monotonic() - began, "; ".join(stage.notes)
        print(f"{'FAILED' if fault else 'ok':6} {number:2} {one.title} ({took:.1f} s) {said}", flush=True)
        if fault:
            print("       " + fault.replace("\n", "\n       "), flush=True)
            _clear_up(stage)
    return well


def _played(stage: Stage, one: Step) -> str:
    """What went wrong, or nothing."""
    try:
        one.play(stage)
        stage.see.settle()
        said = stage.faults.take()
        return f"the program itself reports: {said}" if said else ""
    except Exception as error:  # noqa: BLE001 - the day goes on with the next step
        said = "".join(f"\nthe program reports: {text}" for text in stage.faults.take())
        where = traceback.extract_tb(error.__traceback__)
        line = next((f"{f.name}:{f.lineno}" for f in reversed(where) if "tests/hand/steps" in f.filename), "")
        stage.picture("failed-" + re.sub(r"\W+", "-", one.title.casefold())[:40].strip("-"))
        return f"{type(error).__name__}: {error} ({line}){said}"


def _clear_up(stage: Stage) -> None:
    """Hands off, forms closed, back to now."""
    stage.hand.empty()
    stage.hand.key("Escape", "Escape", "Escape")
    stage.see.ask(stage.see.window.day.return_to_now)
