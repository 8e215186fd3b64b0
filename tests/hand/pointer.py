"""The hand: pointer and keys of the display, by xdotool, no faster than the window looks."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

type Point = tuple[int, int]
"""In pixels of the screen."""

STEP_PX = 24


class Hand:
    """Moves, presses and types. `looks` returns when the window has taken in what was done before."""

    def __init__(self, looks: Callable[[], object]) -> None:
        self._looks = looks
        self.at: Point = (800, 500)

    # --- the pointer ------------------------------------------------------------------------------------------------

    def move(self, to: Point) -> None:
        """As a hand goes: not from here to there at once."""
        for point in _between(self.at, to):
            self._do("mousemove", *point)
            self._looks()
        self.at = to

    def press(self, button: int = 1) -> None:
        """And keep it pressed."""
        self._do("mousedown", button)
        self._looks()

    def let_go(self, button: int = 1) -> None:
        """What was pressed."""
        self._do("mouseup", button)
        self._looks()

    def click(self, at: Point, times: int = 1) -> None:
        """Once, or twice."""
        self.move(at)
        for _ in range(times):
            self._do("click", 1)
        self._looks()

    def take(self, at: Point) -> None:
        """Press there and pull a little, as far as it takes to begin a drag."""
        self.move(at)
        self.press()
        for step in (4, 8, 14, 20):
            self.move((at[0] + step, at[1] + step // 2))

    def carry(self, *by: Point) -> None:
        """What was taken, over these points; a little to and fro at each, as hands do."""
        for point in by:
            self.move((point[0] - 3, point[1]))
            self.move(point)

    def roll(self, at: Point, notches: int) -> None:
        """The wheel; down is positive."""
        self.move(at)
        for _ in range(abs(notches)):
            self._do("click", 5 if notches > 0 else 4)
        self._looks()

    # --- keys -------------------------------------------------------------------------------------------------------

    def key(self, *names: str) -> None:
        """One after the other, in X's names: "ctrl+z", "Return"."""
        for name in names:
            self._do("key", "--clearmodifiers", name)
            self._looks()

    def type(self, text: str) -> None:
        """Words."""
        self._do("type", "--delay", 15, text)
        self._looks()

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Keep a key down."""
        self._do("keydown", name)
        try:
            yield
        finally:
            self._do("keyup", name)

    def empty(self) -> None:
        """Nothing pressed any more."""
        self._do("mouseup", 1)
        for name in ("shift", "ctrl", "alt"):
            self._do("keyup", name)

    @staticmethod
    def _do(*words: object) -> None:
        subprocess.run(["xdotool", *map(str, words)], check=True, timeout=20)


def _between(start: Point, end: Point) -> Sequence[Point]:
    away = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    steps = max(1, min(14, away // STEP_PX))
    return [tuple(round(a + (b - a) * n / steps) for a, b in zip(start, end, strict=True)) for n in range(1, steps + 1)]  # type: ignore[misc]
