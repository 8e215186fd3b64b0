"""Runs benchmarks and prints one JSON line a figure: name, value, unit, goal, ok, and what it ran on.

    python3 start.py bench                  all
    python3 start.py bench roads planning   these modules

Exit status 1 when a benchmark could not be run, 0 otherwise: a missed goal is a figure, not a fault.
"""

import importlib
import json
import os
import platform
import sys
import traceback
from pathlib import Path


def machine() -> str:
    """Cores, Python and system, to stand beside every figure."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def names() -> list[str]:
    """Every module here that has figures."""
    here = Path(__file__).parent
    return sorted(p.stem for p in here.glob("*.py") if "def run(" in p.read_text(encoding="utf-8") and p.stem[0] != "_")


def main(wanted: list[str]) -> int:
    """Run the wanted benchmarks, or all."""
    unknown = set(wanted) - set(names())
    if unknown:
        print(f"No benchmark is named {', '.join(sorted(unknown))}. There are: {', '.join(names())}.", file=sys.stderr)
        return 2
    failed = False
    for name in wanted or names():
        try:
            for figure in importlib.import_module(f"tests.benchmarks.{name}").run():
                print(json.dumps({"benchmark": name, **figure, "machine": machine()}, ensure_ascii=False), flush=True)
        except Exception:  # noqa: BLE001 - one broken measurement must not hide the others
            traceback.print_exc()
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
