"""What a program takes in memory, with everything it started (Linux)."""

import os
from collections import defaultdict
from pathlib import Path


def memory_mb() -> dict[str, float]:
    """Megabytes of this process and all it started, by what they are; shared pages by their share (PSS)."""
    processes = {int(p.name): p for p in Path("/proc").iterdir() if p.name.isdigit()}
    tree, grown = {os.getpid()}, True
    while grown:
        children = {pid for pid, path in processes.items() if pid not in tree and _parent(path) in tree}
        tree, grown = tree | children, bool(children)
    found: dict[str, float] = defaultdict(float)
    for pid in tree:
        found[_kind(pid, processes[pid])] += _pss_kb(processes[pid]) / 1024
    return dict(found)


def _kind(pid: int, process: Path) -> str:
    if pid == os.getpid():
        return "window"
    return "map" if b"QtWebEngine" in _bytes(process / "cmdline") else "workers"


def _parent(process: Path) -> int:
    stat = _bytes(process / "stat")
    return int(stat.rsplit(b")", 1)[1].split()[1]) if stat else 0


def _pss_kb(process: Path) -> int:
    lines = _bytes(process / "smaps_rollup").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(b"Pss:"))


def _bytes(file: Path) -> bytes:
    """Nothing once the process has ended."""
    try:
        return file.read_bytes()
    except OSError:
        return b""
