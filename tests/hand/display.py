"""A display without a screen, with a window manager on it; both end with it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

SIZE = (1600, 1000)
PACKAGES = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool"}
"""Programs and the Debian packages that hold them."""


def missing_programs() -> list[str]:
    """The packages of those that are not installed."""
    return [package for program, package in PACKAGES.items() if not shutil.which(program)]


@contextmanager
def display() -> Iterator[str]:
    """A free display's name, such as ":7"."""
    told, tells = os.pipe()
    with ExitStack() as stack:
        screen = ["-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-dpi", "96"]
        command = ["Xvfb", "-displayfd", str(tells), *screen, "-nolisten", "tcp", "-noreset"]
        stack.enter_context(_running(command, pass_fds=(tells,)))
        os.close(tells)
        with os.fdopen(told) as answer:
            number = answer.readline().strip()  # empty if it could not start
        if not number:
            raise RuntimeError("Xvfb did not start.")
        name = f":{number}"
        stack.enter_context(_running(["openbox", "--sm-disable"], env=dict(os.environ, DISPLAY=name)))
        yield name


@contextmanager
def _running(command: list[str], **options: object) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        yield
    finally:
        process.terminate()
        process.wait()
