"""Writing a day to a file, and saying a day in figures, for the command line and the window alike."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from dispatcher.domain.errors import KnownError
from dispatcher.domain.ids import OrderId
from dispatcher.domain.plan import Day
from dispatcher.domain.proof import Attempt
from dispatcher.domain.schedule import Violation
from dispatcher.services.driving import attempts_of
from dispatcher.services.planning import Outlook
from dispatcher.services.workplace import Workplace

LEAFLET = Path(__file__).resolve().parents[2] / "resources" / "web" / "node_modules" / "leaflet" / "dist"


def export(workplace: Workplace, on: date, form: str, out: Path) -> dict[str, Any]:
    """Write a day's plan; returns what was written."""
    # loaded here, not at the top: spreadsheets and map drawing take over a second to load, and a window starts without
    from dispatcher.region.picture import draw
    from dispatcher.services.export import export_day

    day = workplace.store.read(lambda r: r.day(on))
    if not day.orders:
        raise KnownError(f"There are no orders on {on:%d %B %Y}.", "Choose a day that has some.")
    outlook = workplace.desk.look(day)
    wanted = form in ("html", "geojson")
    lines = {r.shift_id: workplace.desk.line(day, r.shift_id) for r in day.plan.routes if r.stops} if wanted else {}
    pack = workplace.pack
    picture = (lambda bounds, width, height: draw(pack.basemap, bounds, width, height)) if pack else None
    js, css = _leaflet() if form == "html" else ("", "")
    export_day(
        day,
        outlook.schedule,
        out,
        form,
        lines=lines,
        reasons=outlook.reasons,
        attempts=_attempts(workplace, day),
        picture=picture,
        attribution=pack.manifest.attribution if pack else "",
        leaflet_js=js,
        leaflet_css=css,
    )
    return {"written": str(out), "format": form, **summary(outlook)}


def _attempts(workplace: Workplace, day: Day) -> Mapping[OrderId, Attempt]:
    """What drivers did on the day, where anybody looks at the road."""
    if workplace.live is None:
        return {}
    return workplace.live.logbook.read(lambda reader: attempts_of(reader, day.shifts))


def _leaflet() -> tuple[str, str]:
    """The map library's texts, to be written into the page."""
    try:
        return (LEAFLET / "leaflet.js").read_text(encoding="utf-8"), (LEAFLET / "leaflet.css").read_text(
            encoding="utf-8"
        )
    except FileNotFoundError as fault:
        raise KnownError("The map library Leaflet is not installed.", "Run start.py once; it fetches it.") from fault


def summary(outlook: Outlook) -> dict[str, Any]:
    """A day in figures, as `--json` prints it."""
    day, schedule = outlook.day, outlook.schedule
    return {
        "date": day.date.isoformat(),
        "revision": day.revision,
        "orders": len(day.orders),
        "planned": sum(len(r.stops) for r in day.plan.routes),
        "unplanned": [
            {"order": day.orders[o].number, "code": outlook.reasons[o].code.name, "reason": outlook.reasons[o].sentence}
            for o in day.unplanned
            if o in outlook.reasons
        ],
        "rounds": sum(1 for r in day.plan.routes if r.stops),
        "distance_m": schedule.distance_m,
        "drive_s": schedule.drive_s,
        "late_stops": schedule.late_stops,
        "cost": schedule.cost,
        "currency": day.depot.currency,
        "violations": [_violation(day.orders[v.order_id].number if v.order_id else "", v) for v in _broken(outlook)],
    }


def _broken(outlook: Outlook) -> list[Violation]:
    return [v for route in outlook.schedule.routes.values() for v in route.broken]


def _violation(order: str, violation: Violation) -> dict[str, Any]:
    return {"order": order, "rule": violation.rule.value, "amount": violation.amount, "detail": violation.detail}
