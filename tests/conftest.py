"""Switches for every test: a data folder of its own, and no log warning, thread or environment left behind.

`HYPOTHESIS_PROFILE=thorough` tries every property 2,000 times, `ROUNDHOUSE_EXAMPLES=500` as often as it says.
Nothing here imports Qt; what tests of the window need besides is in tests/ui/conftest.py.
"""

import logging
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

# Read by Qt when the first application object is made, which is long after this.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
if hasattr(os, "geteuid") and os.geteuid() == 0:
    os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")

HARMLESS_QT_MESSAGES = (
    r"^This plugin does not support propagateSizeHints\(\)$",  # the offscreen platform, of every window shown
)
SETTLED_THREADS = ("Dummy-", "pytest_timeout", "asyncio_")
"""Beginnings of names: Qt's own threads that once called Python, the timeout's watch, and asyncio's default pool."""
JOIN_S = 5.0

THOROUGH = 2_000
THOROUGH_TIMEOUT_S = 3_600

settings.register_profile("thorough", max_examples=int(os.environ.get("ROUNDHOUSE_EXAMPLES", THOROUGH)), deadline=None)
if "ROUNDHOUSE_EXAMPLES" in os.environ or "HYPOTHESIS_PROFILE" in os.environ:
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "thorough"))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Give many examples time; let through what Qt says of the platform, anything else it warns of fails the test."""
    if settings.default.max_examples >= THOROUGH or "ROUNDHOUSE_EXAMPLES" in os.environ:
        config.option.timeout = config.option.timeout or THOROUGH_TIMEOUT_S
    if config.pluginmanager.hasplugin("pytest-qt"):
        for message in HARMLESS_QT_MESSAGES:
            config.addinivalue_line("qt_log_ignore", message)


type ExpectLog = Callable[..., AbstractContextManager[list[logging.LogRecord]]]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's data folder, empty, for this test only."""
    folder = tmp_path / "roundhouse"
    monkeypatch.setenv("ROUNDHOUSE_HOME", str(folder))
    return folder


class _Listener(logging.Handler):
    """Keeps what is said at warning level or above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record)


@pytest.fixture(autouse=True)
def log_listener() -> Iterator[_Listener]:
    """Fails the test for every warning in the log that it did not expect; see `expect_log`."""
    listener = _Listener()
    logging.getLogger().addHandler(listener)
    yield listener
    logging.getLogger().removeHandler(listener)
    if listener.heard:
        said = "\n".join(f"{r.levelname} {r.name}: {r.getMessage()}" for r in listener.heard)
        pytest.fail(f"unexpected in the log:\n{said}", pytrace=False)


@pytest.fixture
def expect_log(log_listener: _Listener) -> ExpectLog:
    """`with expect_log("pattern"):` – what matches must be logged within, and is forgiven."""

    @contextmanager
    def expect(pattern: str, level: int = logging.WARNING) -> Iterator[list[logging.LogRecord]]:
        before = len(log_listener.heard)
        found: list[logging.LogRecord] = []
        yield found
        within = log_listener.heard[before:]
        found += [r for r in within if r.levelno == level and re.search(pattern, r.getMessage())]
        log_listener.heard[before:] = [r for r in within if r not in found]
        assert found, f"nothing at level {logging.getLevelName(level)} in the log matches {pattern!r}"

    return expect


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    """Fails the test if a thread it started outlives it. Threads of fixtures with a wider scope were there before."""
    before = set(threading.enumerate())
    yield
    started = [t for t in threading.enumerate() if t not in before and not t.name.startswith(SETTLED_THREADS)]
    for thread in started:
        thread.join(JOIN_S if thread.daemon is False else 0.5)
    alive = [thread.name for thread in started if thread.is_alive()]
    assert not alive, f"threads left running: {', '.join(alive)}"
