"""Processes of this same program that it starts itself: a depot's gateway, a simulated day.

One that is started `--attached` ends in good order when its standard input does: when whoever started it lets go of it,
and also when that process ends by itself, falls or is killed.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from dispatcher.services.home import Home

LETS_GO_S = 15.0
"""How long one that was let go of may take to end in good order."""
_ENTRY = Path(__file__).resolve().parents[2] / "main.py"


def launch(
    home: Home, arguments: Sequence[str], *, stdin: int, stdout: int | IO[bytes], stderr: int | IO[bytes], cwd: Path
) -> subprocess.Popen[bytes]:
    """Start a command of this program on a data folder, without a console. Raises `OSError`.

    It hears no Ctrl+C that is meant for this process, and outlives it unless it is attached.
    """
    return subprocess.Popen(
        [*_program(), *arguments],
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
        cwd=cwd,
        env={**os.environ, "ROUNDHOUSE_HOME": str(home.root), "PYTHONUTF8": "1"},
        **_apart(),
    )


def detach(process: subprocess.Popen[bytes]) -> None:
    """Ask an attached process to end in good order; does not wait."""
    with contextlib.suppress(OSError):
        if process.stdin:
            process.stdin.close()


def let_go(process: subprocess.Popen[bytes], wait_s: float = LETS_GO_S) -> None:
    """Have an attached process end in good order, by force if it takes longer than allowed."""
    detach(process)
    try:
        process.wait(wait_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _program() -> list[str]:
    """This program: the frozen one, or this Python with the checkout's or the installed entry."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, str(_ENTRY)]


def _apart() -> dict[str, Any]:
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS
        return {"creationflags": flags}
    return {"start_new_session": True}
