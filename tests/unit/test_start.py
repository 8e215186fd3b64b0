"""The set-up: what makes it repair what is half made, and how it stops."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import start

HOUSE = Path(start.__file__).parent
CHILD = (
    "import os, signal, sys, time\n"
    "def closing(*_):\n    time.sleep(0.5)\n    os.write(1, b'closed in good order\\n')\n    sys.exit(0)\n"
    "signal.signal(signal.SIGINT, closing)\n"
    "signal.signal(signal.SIGTERM, closing)\n"
    "os.write(1, b'open\\n')\n"  # `print` may be interrupted half-way by the signal
    "signal.pause()\n"
)


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for an environment of the test's own."""
    venv = tmp_path / "venv"
    monkeypatch.setattr(start, "VENV", venv)
    monkeypatch.setattr(start, "PYTHON", venv / start.PYTHON.relative_to(HOUSE / ".venv"))
    return venv


def test_an_environment_without_pip_is_made_anew(environment: Path) -> None:
    # What is left when Debian lacks python3-venv, or when somebody stops the making half-way
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    assert start.version_of([str(start.PYTHON)]) is not None
    assert start.version_of([str(start.PYTHON)], needing="pip") is None
    start.make_venv()
    assert start.version_of([str(start.PYTHON)], needing="pip") == sys.version_info[:2]
    mark = environment / "mark"
    mark.touch()
    start.make_venv()
    assert mark.exists()


@pytest.mark.skipif(not shutil.which("apt-cache"), reason="no Debian")
def test_packages_have_the_names_they_have_here() -> None:
    for package in start.packages_of(["libasound.so.2", "libnss3.so"]):
        known = subprocess.run(["apt-cache", "show", package], capture_output=True, check=False)
        assert package in {"libasound2", "libasound2t64", "libnss3"}
        assert known.returncode == 0 or not package.endswith("t64")


@pytest.mark.parametrize(("argument", "status"), [("--help", 0), ("-h", 0), ("--date", 2), ("tset", 2)])
def test_wrong_usage_is_told_from_a_wish_for_help(
    argument: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert start.main([argument]) == status
    assert "start.py test" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
@pytest.mark.parametrize("how", ["Ctrl+C", "SIGTERM"])
def test_stopping_waits_for_the_program_to_close(how: str) -> None:
    run = f"import sys, start; sys.exit(start.go({sys.executable!r}, '-c', {CHILD!r}))"
    with subprocess.Popen(
        [sys.executable, "-c", run], cwd=HOUSE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        if how == "Ctrl+C":
            os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        else:
            process.terminate()
        said, wrong = process.communicate()
    assert (said, wrong) == ("closed in good order\n", "")
    assert process.returncode == (130 if how == "Ctrl+C" else 0)


def test_tests_go_on_without_a_browser_and_say_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(start.shutil, "which", lambda name: None)
    start.install_browser()
    assert "sudo apt-get install chromium" in capsys.readouterr().err
