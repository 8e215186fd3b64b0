"""Starts the display, plays the day in a process of its own, and passes its exit status on.

    python -m tests.hand DIR [--only WORDS]     pictures and what failed go to DIR

Exit status: 0; 1 when a step failed; 2 when a program is missing.
"""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.hand.display import display, missing_programs

LIMIT_S = 420


def main() -> int:
    """Play it once."""
    parser = argparse.ArgumentParser(prog="python -m tests.hand", description="A day done by hand, with pictures.")
    parser.add_argument("dir", type=Path, help="where the pictures go")
    parser.add_argument("--only", default="", help="only steps with these words; some build on others")
    args = parser.parse_args()
    if missing := missing_programs():
        print(f"Not installed: {', '.join(missing)}.\nTo install: sudo apt-get install {' '.join(missing)}")
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    args.dir.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="roundhouse-hand-") as data, display() as name:
        environment = dict(os.environ, DISPLAY=name, QT_QPA_PLATFORM="xcb", QT_QUICK_BACKEND="software")
        command = [sys.executable, "-m", "tests.hand.day", str(args.dir), data, args.only]
        player = subprocess.Popen(command, env=environment)
        try:
            return player.wait(LIMIT_S)
        except subprocess.TimeoutExpired:
            print(f"The day was not over after {LIMIT_S} s.")
            return 1
        finally:
            _end(player)


def _end(player: subprocess.Popen[bytes]) -> None:
    """In good order if it can, so that nothing it started is left."""
    player.terminate()
    try:
        player.wait(20)
    except subprocess.TimeoutExpired:
        player.kill()
        player.wait()


if __name__ == "__main__":
    sys.exit(main())
