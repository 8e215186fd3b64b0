"""A modem's programs, played by a script that says what Gammu 1.42 says; and the daemon's files of what came in."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dispatcher.domain.errors import BadInput
from dispatcher.messages.lines import Handed, Outgoing, Verdict
from dispatcher.messages.lines_gammu import GammuLine, came_in, require_gammu_line

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
PART = "Sending SMS {n}/{of}....waiting for network answer"


def program(folder: Path, says: str, status: int = 0, name: str = "gammu") -> Path:
    """Writes down how it was called, says this, and ends so."""
    file = folder / name
    calls = folder / "calls.json"
    file.write_text(
        "#!/usr/bin/env python3\nimport json, os, sys, pathlib\n"
        f"pathlib.Path({str(calls)!r}).write_text(json.dumps([sys.argv[1:], os.environ['LC_ALL'], sys.stdin.read()]))\n"
        f"print({says!r}, flush=True)\nsys.exit({status})\n",
        encoding="utf-8",
    )
    file.chmod(0o755)
    return file


def hand(command: Path, text: str = "Hei") -> Handed:
    return GammuLine(str(command)).hand(Outgoing("id-1", "+358401234567", text, "", NOW))


def part(n: int = 1, of: int = 1, ends: str = "..OK, message reference=120") -> str:
    return f"Sending SMS {n}/{of}....waiting for network answer{ends}"


def test_the_modem_is_asked_in_its_own_words(tmp_path: Path) -> None:
    text = "Hyvää päivää; $(id) \"x\" 'y'"
    assert hand(program(tmp_path, part()), text) == Handed(Verdict.TAKEN, line_id="120")
    told, locale, stdin = json.loads((tmp_path / "calls.json").read_text())
    assert told == ["sendsms", "TEXT", "+358401234567", "-textutf8", text, "-len", str(len(text))]
    assert (locale, stdin) == ("C.UTF-8", "")
    hand(program(tmp_path, part()), "жук")
    told, _, _ = json.loads((tmp_path / "calls.json").read_text())
    assert told[-1] == "-unicode"


@pytest.mark.parametrize(
    ("says", "status", "verdict"),
    [
        (part(ends="..error 500, message reference=-1\nUnknown error."), 27, Verdict.LATER),
        ("Error opening device, it doesn't exist.", 4, Verdict.NO_LINE),
        ("Can not access SIM card.", 49, Verdict.NO_LINE),
        (part(ends=""), 1, Verdict.UNKNOWN),
        ("", 0, Verdict.NO_LINE),
        (part(), 1, Verdict.UNKNOWN),
    ],
)
def test_what_a_modem_says(tmp_path: Path, says: str, status: int, verdict: Verdict) -> None:
    handed = hand(program(tmp_path, says, status))
    assert handed.verdict is verdict
    assert handed.words


def test_all_parts_must_have_gone(tmp_path: Path) -> None:
    long = "a" * 200
    both = f"{part(1, 2)}\n{part(2, 2, '..OK, message reference=121')}"
    assert hand(program(tmp_path, both), long) == Handed(Verdict.TAKEN, line_id="121")
    half = f"{part(1, 2)}\n{part(2, 2, '..error 38, message reference=-1')}"
    handed = hand(program(tmp_path, half, 27), long)
    assert handed.verdict is Verdict.UNKNOWN
    assert handed.words.startswith("1 of 2 parts went out")


def test_a_program_that_hangs_or_cannot_be_run(tmp_path: Path) -> None:
    endless = tmp_path / "endless"
    endless.write_text("#!/bin/sh\nread nothing < /dev/zero\nwhile :; do :; done\n")
    endless.chmod(0o755)
    handed = GammuLine(str(endless), whole_s=0.3).hand(Outgoing("id-1", "+358401234567", "Hei", "", NOW))
    assert handed.verdict is Verdict.UNKNOWN
    assert hand(tmp_path / "nothing").verdict is Verdict.NO_LINE
    with pytest.raises(BadInput, match="no program"):
        require_gammu_line(str(tmp_path / "nothing"))


def test_the_daemon_is_handed_messages_too(tmp_path: Path) -> None:
    says = "gammu-smsd-inject[1]: Written message with ID 42\nWritten message with ID 42"
    command = program(tmp_path, says, name="gammu-smsd-inject")
    assert hand(command) == Handed(Verdict.TAKEN, line_id="42")
    told, _, _ = json.loads((tmp_path / "calls.json").read_text())
    assert told[:2] == ["TEXT", "+358401234567"]
    assert hand(program(tmp_path, "Failed to connect", 1, "gammu-smsd-inject")).verdict is Verdict.NO_LINE


def test_what_came_in_is_read_part_by_part(tmp_path: Path) -> None:
    def put(name: str, data: bytes) -> None:
        (tmp_path / name).write_bytes(data)

    put("IN20261124_100000_00_+358401234567_01.txt", b"toinen osa")
    put("IN20261124_100000_00_+358401234567_00.txt", "Ensimmäinen ja ".encode())
    put("IN20261124_100100_00_INFO_00.txt", "Käteinen".encode("utf-16"))
    put("IN20261124_100200_00_+358401234567_00.bin", b"\0\1")
    put("notes.txt", b"x")
    first, second = came_in(tmp_path)
    assert (first.sender, first.text, len(first.files)) == ("+358401234567", "Ensimmäinen ja toinen osa", 2)
    assert (second.sender, second.text) == ("INFO", "Käteinen")
    assert [found.key for found in came_in(tmp_path)] == [first.key, second.key]
