"""What reading an order file takes: table, columns, orders; and the memory they fill."""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from dispatcher.domain.place import Bounds, Place
from dispatcher.intake import Context, match_headers, parse, read_sheet

HEADER = (
    "Order ID,Date,Type,Recipient name,Phone,Address,City,ZIP,Latitude,Longitude,Time window from,Time window to,"
    "Duration (min),Weight (kg),Skills,Notes\n"
)
CONTEXT = Context(
    date(2026, 11, 24), ZoneInfo("Europe/Helsinki"), bounds=Bounds(60.1, 24.8, 60.3, 25.1), depot=Place(60.17, 24.94)
)


def run() -> Iterator[dict[str, object]]:
    """Each figure with its goal. Each size in a process of its own, so that memory is its own too."""
    with tempfile.TemporaryDirectory() as folder:
        for count, goal_s in ((1_000, 0.3), (100_000, 10.0)):
            path = Path(folder) / f"{count}.csv"
            write(path, count)
            told = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.intake", str(path)], capture_output=True, text=True, check=True
            )
            read_s, parse_s, before_mb, after_mb = map(float, told.stdout.split())
            yield _figure(f"read a CSV of {count:,} rows", read_s, "s", goal_s / 4)
            yield _figure(f"read and parse {count:,} rows", read_s + parse_s, "s", goal_s)
            yield _figure(f"memory for {count:,} rows", after_mb - before_mb, "MB", 5 + count * 0.005)


def write(path: Path, count: int) -> None:
    """A file of made-up orders, the same each time."""
    rng = random.Random(count)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER)
        for n in range(count):
            place = f"{60.16 + rng.random() / 100:.6f},{24.93 + rng.random() / 50:.6f}"
            file.write(
                f"A{n},2026-11-{1 + n % 28:02},D,Matti {n},+358 40 555 {n % 10_000:04},Mannerheimintie {n % 200},"
                f"Helsinki,00100,{place},08:00,12:{n % 60:02},3,{rng.random() * 10:.1f},chilled,Ring twice\n"
            )


def measure(path: Path) -> tuple[float, float, float, float]:
    """Seconds to read, seconds to parse, and the process's peak memory in MB before and after."""
    before_mb = _peak_mb()
    begin = time.perf_counter()
    sheet = read_sheet(path)
    middle = time.perf_counter()
    parsed = parse(sheet, match_headers(sheet.headers), CONTEXT)
    end = time.perf_counter()
    assert len(parsed.orders) == len(sheet.rows)
    return middle - begin, end - middle, before_mb, _peak_mb()


def _peak_mb() -> float:
    """Highest resident memory so far; 0 where the system does not tell.

    Not from `getrusage`: its peak begins with that of the process that started this one.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(fields["VmHWM"].split()[0]) / 1_000


def _figure(name: str, value: float, unit: str, goal: float) -> dict[str, object]:
    return {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "goal": goal,
        "ok": value <= goal,
        "on": "made-up CSV",
    }


if __name__ == "__main__":
    print(*measure(Path(sys.argv[1])))
