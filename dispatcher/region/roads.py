"""Building the road engine's data sets: OSRM's own tools, run as child processes. No answering (`engine`).

For each profile the files of both algorithms lie beside one another: contraction hierarchies for tables, multi-level
Dijkstra for closed streets and learned speeds (only the latter can be customised again in a third of a second).

Which side traffic keeps to is OSRM's own knowledge: `osrm-extract` looks every way up in a world-wide index
(https://github.com/Project-OSRM/osrm-backend/pull/7725) unless its tags say. The packaged car profile uses that; the
packaged bicycle profile does not, so a derived one stands in for it.
"""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import osrm

from dispatcher.domain.errors import BadInput, Cancelled, KnownError
from dispatcher.domain.fleet import Profile
from dispatcher.domain.progress import Progress, checkpoint

_HOME = Path(osrm.__file__).parent
_POLL_S = 0.1
_LOG = "tool.log"
_KILLED = -9
_NO_WINDOW = int(getattr(subprocess, "CREATE_NO_WINDOW", 0))  # Windows only

_BICYCLE = """-- The packaged bicycle profile, with its dear and cheap turns swapped where traffic keeps left;
-- ways that cargo bikes may not use are left out.
local packaged = require('bicycle')

local function setup()
  local profile = packaged.setup()
  profile.exclude_cargo_bike = true
  return profile
end

local function process_way(profile, way, result)
  packaged.process_way(profile, way, result)
  WayHandlers.driving_side(profile, way, result, {})
end

local function process_turn(profile, turn)
  local bias = profile.turn_bias
  if turn.is_left_hand_driving then
    profile.turn_bias = 1 / bias
  end
  packaged.process_turn(profile, turn)
  profile.turn_bias = bias
end

return { setup = setup, process_way = process_way, process_node = packaged.process_node, process_turn = process_turn }
"""

_SCRIPTS = {Profile.CAR: "car.lua", Profile.BICYCLE: "cargo_bicycle.lua"}
_CALLED = {Profile.CAR: "cars", Profile.BICYCLE: "bicycles"}


def data_name(profile: Profile) -> str:
    """The base name of a profile's files within the pack's road folder."""
    return f"{profile.value}.osrm"


def build_roads(extract: Path, folder: Path, highways: int, progress: Progress) -> None:
    """Fill `folder` with both profiles' data sets from a checked extract on the same drive.

    `highways` is how many ways the extract has: what counts as an island of roads, where no address is snapped to
    if the main network is at hand, goes by it. OSRM's own measure, 1,000 stretches, takes a small town for islands.
    Aachen (3.3 MB): 11 s on two cores, 102 MB. Raises `KnownError` with the tool's last words, or `Cancelled`.
    """
    folder.mkdir(exist_ok=True)
    scripts = folder / "profiles"
    shutil.copytree(_HOME / "share" / "profiles", scripts)
    (scripts / _SCRIPTS[Profile.BICYCLE]).write_text(_BICYCLE, "utf-8")
    source = os.path.relpath(extract, folder)
    runs = [(p, run) for p in Profile for run in _runs(p, source, min(1_000, highways // 20))]
    for done, (profile, (tool, *arguments)) in enumerate(runs):
        checkpoint(progress, done / len(runs), f"Building roads for {_CALLED[profile]}")
        try:
            run_tool(tool, arguments, folder, progress)
        except _NoRoads:
            raise BadInput(
                f"The extract holds no roads for {_CALLED[profile]}.",
                "Get an extract of a whole town or region, with all its data.",
            ) from None
    shutil.rmtree(scripts)
    (folder / _LOG).unlink()


def _runs(profile: Profile, source: str, island: int) -> list[list[str]]:
    data = data_name(profile)
    script = f"profiles/{_SCRIPTS[profile]}"
    return [
        ["osrm-extract", "-p", script, "-o", data, "--small-component-size", str(island), source],
        ["osrm-partition", data],
        ["osrm-customize", data],
        ["osrm-contract", data],
    ]


def run_tool(tool: str, arguments: list[str], folder: Path, progress: Progress) -> None:
    """Run one of OSRM's tools within `folder`, by relative names: on Windows it opens no others that are not ASCII.

    Its output stays in the folder as `tool.log`. Raises `KnownError` with the tool's last words, or `Cancelled`.
    """
    windows = platform.system() == "Windows"
    program = _HOME / "bin" / (f"{tool}.exe" if windows else tool)
    path = os.pathsep.join([str(_HOME.parent / "osrm_bindings.libs"), os.environ.get("PATH", "")])
    log = folder / _LOG
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, "-l", "ERROR", "-t", "2", *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PATH": path} if windows else None,
            creationflags=_NO_WINDOW,
        )
        try:
            code = _wait(process, progress)
        finally:
            process.kill()
            process.wait()
    if code:
        raise _failure(tool, code, log.read_text("utf-8", "replace"))


def _wait(process: subprocess.Popen[bytes], progress: Progress) -> int:
    while True:
        try:
            return process.wait(_POLL_S)
        except subprocess.TimeoutExpired:
            if progress.cancelled():
                raise Cancelled from None


def _failure(tool: str, code: int, log: str) -> Exception:
    words = last_words(log)
    if words.startswith("There are no edges remaining"):
        return _NoRoads()
    if not words and code == _KILLED:
        words = "the system ended it, perhaps for want of memory"
    return KnownError(
        f"The roads could not be made: {tool} ended with code {code}{f': {words}' if words else ''}.",
        "Check the extract, free memory and disk space, then build again.",
    )


def last_words(log: str) -> str:
    """The last line of a tool's output that says something, without timestamp, level and place in its source."""
    lines = [re.sub(r"^\[[^]]*\] \[\w+\] |[\w/]*\.[ch]pp:\d+$", "", line.strip()) for line in log.splitlines()]
    told = [re.sub(r"^what\(\):\s*", "", line) for line in lines if re.search(r"[^\W\d]{2}", line)]
    return told[-1].strip().rstrip(".") if told else ""


class _NoRoads(Exception):
    """The tool found nothing that its profile may use."""
