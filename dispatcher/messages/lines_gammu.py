"""Short messages by a modem, through Gammu's programs: `gammu` itself, or `gammu-smsd-inject` where the daemon runs.

`gammu sendsms` says for every part "..OK, message reference=N" or "..error N" (gammu/message.c of Gammu 1.42), and
`gammu-smsd-inject` "Written message with ID N". Only one program can have the modem; who wants replies runs the daemon,
whose files of what came in are read here: IN<date>_<time>_<serial>_<number>_<part>.txt (gammu-smsd-files(7)).
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dispatcher.domain.errors import BadInput
from dispatcher.messages.lines import Handed, Outgoing, Verdict, words_of
from dispatcher.messages.segments import segments_of

INJECT = "gammu-smsd-inject"
WHOLE_S = 180.0
"""A modem takes some seconds for every part."""
_PART_SENT = re.compile(r"\.\.OK, message reference=(-?\d+)")
_WRITTEN = re.compile(r"Written message with ID (\S+)")
_HANDED_OVER = "waiting for network answer"
_CAME_IN = re.compile(r"IN(\d{8}_\d{6}_\d+)_(.+)_(\d+)\.txt")


def require_gammu_line(command: str) -> None:
    """Raises `BadInput` if there is no such program."""
    if shutil.which(command) is None:
        raise BadInput(f"There is no program “{command}” on this computer.", "Install Gammu, or give its path.")


@dataclass(frozen=True, slots=True)
class GammuLine:
    """A modem."""

    command: str
    whole_s: float = WHOLE_S

    @property
    def name(self) -> str:
        return Path(self.command).name

    def close(self) -> None:
        pass

    def hand(self, out: Outgoing) -> Handed:
        injects = Path(self.command).stem == INJECT
        parts = segments_of(out.text)
        told = [*([] if injects else ["sendsms"]), "TEXT", out.to, "-textutf8", out.text, "-len", str(len(out.text))]
        if parts.encoding == "UCS-2":
            told.append("-unicode")
        try:
            done = subprocess.run(
                [self.command, *told],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=self.whole_s,
                env={**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "C"},
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Handed(Verdict.UNKNOWN, "the message was handed over, and then the modem did not answer")
        except (OSError, ValueError) as fault:
            return Handed(Verdict.NO_LINE, words_of(f"the program cannot be run: {fault}"))
        said = done.stdout.decode("utf-8", "replace")
        return _injected(said, done.returncode) if injects else _sent(said, done.returncode, parts.count)


def _injected(said: str, status: int) -> Handed:
    written = _WRITTEN.search(said)
    if status == 0 and written:
        return Handed(Verdict.TAKEN, line_id=written[1])
    return Handed(Verdict.NO_LINE, words_of(said) or f"it ended with {status}")


def _sent(said: str, status: int, parts: int) -> Handed:
    """All parts must have gone; where some did, the message must not be sent again."""
    sent = _PART_SENT.findall(said)
    if status == 0 and len(sent) >= parts:
        return Handed(Verdict.TAKEN, line_id=sent[-1] if int(sent[-1]) >= 0 else "")
    words = words_of(said) or f"it ended with {status}"
    if sent:
        return Handed(Verdict.UNKNOWN, f"{len(sent)} of {parts} parts went out: {words}")
    if _HANDED_OVER not in said:
        return Handed(Verdict.NO_LINE, words)
    # the network said no, or the program was ended while it waited
    return Handed(Verdict.LATER if "..error" in said else Verdict.UNKNOWN, words)


@dataclass(frozen=True, slots=True)
class CameIn:
    """A short message that the daemon took in."""

    key: str
    sender: str
    text: str
    files: tuple[Path, ...]


def came_in(folder: Path) -> Iterator[CameIn]:
    """What lies in the daemon's inbox, oldest first; the parts of a long one together."""
    found: dict[tuple[str, str], dict[int, Path]] = {}
    for file in sorted(folder.glob("IN*.txt")):
        if named := _CAME_IN.fullmatch(file.name):
            found.setdefault((named[1], named[2]), {})[int(named[3])] = file
    for (stamp, sender), parts in found.items():
        files = tuple(parts[n] for n in sorted(parts))
        text = "".join(_text(file.read_bytes()) for file in files)
        key = hashlib.sha256(f"{stamp}\n{sender}\n{text}".encode("utf-8", "replace")).hexdigest()
        yield CameIn(f"gammu {key[:32]}", sender, text, files)


def _text(data: bytes) -> str:
    """The daemon writes UTF-8, or UTF-16 with a mark where it is set so."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8", "replace").removeprefix("\ufeff")
