"""A planned day as one web page: map, rounds and times, all in the file itself, nothing fetched from anywhere.

folium draws; its own links to libraries on the web are replaced by the texts themselves. Whatever comes from orders
reaches the page as escaped HTML or as JSON that a script puts in by `textContent`, and never as part of a template.
"""

import base64
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from dispatcher.domain.fleet import Lock
from dispatcher.domain.ids import ShiftId
from dispatcher.domain.place import Bounds, Place
from dispatcher.domain.plan import Day
from dispatcher.domain.roads import RoadPath
from dispatcher.domain.schedule import RouteTimes
from dispatcher.services.colours import ink_on, round_colour
from dispatcher.services.export_door import asked_words, done_at, happened_words
from dispatcher.services.export_json import line_of
from dispatcher.services.export_rows import Round, StopRow, broken_words, wall_clock, windows_text

NOBODY, DEPOT = "#6e7781", "#1f2328"
"""Colours of an unplanned order and of the depot."""

PICTURE_PIXELS = 1600
"""The longer side of the basemap picture."""


@dataclass(frozen=True, slots=True)
class Leaflet:
    """The texts of the map library."""

    js: str
    css: str


_LOCKS = {
    Lock.OPEN: "",
    Lock.SEQUENCE: ", sequence locked",
    Lock.DRIVER: ", driver locked",
    Lock.ROUTE: ", route locked",
}

type Picture = Callable[[Bounds, int, int], tuple[bytes, Bounds]]

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""Even what slipped through would not be fetched."""

_STYLE = """
html, body { height: 100%; margin: 0; font: 13px/1.4 system-ui, "Segoe UI", sans-serif; color: #1f2328; }
body { display: grid; grid-template-columns: minmax(400px, 32%) 1fr; }
aside { overflow: auto; padding: 16px; box-sizing: border-box; height: 100vh; }
h1 { font-size: 17px; margin: 0 0 4px; } h2 { font-size: 14px; margin: 20px 0 4px; }
p { margin: 0 0 8px; color: #57606a; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: #57606a; } th, td { padding: 3px 6px 3px 0; vertical-align: top; }
td { overflow-wrap: anywhere; } td.n, td.at { white-space: nowrap; }
.where { color: #57606a; }
tr + tr td { border-top: 1px solid #e4e7eb; } td.n, th.n { text-align: right; }
.swatch { display: inline-block; min-width: 18px; padding: 0 3px; margin-right: 6px; border-radius: 4px;
  text-align: center; } td.window { white-space: pre; }
.late { color: #b3261e; font-weight: 600; }
.folium-map { background: #eef0f2; }
.stop { border-radius: 11px; border: 2px solid #fff; font: 600 11px/18px system-ui, sans-serif;
  text-align: center; box-shadow: 0 1px 2px rgb(0 0 0 / 40%); }
.stop.square { border-radius: 3px; }
.note div:first-child { font-weight: 600; }
@media print { body { display: block; } aside { height: auto; } .folium-map { height: 60vh !important; } }
"""

_SCRIPT = """
for (const stop of STOPS) {
    const icon = L.divIcon({className: "", iconSize: [22, 22], html: document.createElement("div")});
    icon.options.html.className = stop.square ? "stop square" : "stop";
    icon.options.html.style.background = stop.colour;
    icon.options.html.style.color = stop.ink;
    icon.options.html.textContent = stop.label;
    const note = document.createElement("div");
    note.className = "note";
    for (const line of stop.lines) {
        note.appendChild(document.createElement("div")).textContent = line;
    }
    L.marker([stop.lat, stop.lon], {icon, title: stop.lines[0], alt: stop.lines[0]}).bindPopup(note).addTo(MAP);
}
MAP.attributionControl.setPrefix(false);
if (ATTRIBUTION) {
    MAP.attributionControl.addAttribution(ATTRIBUTION);
}
L.control.scale({imperial: false}).addTo(MAP);
"""


def day_page(
    day: Day,
    rounds: Sequence[Round],
    rows: Sequence[StopRow],
    lines: Mapping[ShiftId, RoadPath],
    picture: Picture | None,
    attribution: str,
    leaflet: Leaflet,
) -> str:
    """The whole page. Raises `ValueError` without the library's texts."""
    if not leaflet.js or not leaflet.css:
        raise ValueError("the page needs the texts of Leaflet's script and style sheet")
    # Here, not at the top: folium takes most of a second to import, and only this format needs it
    import folium

    from dispatcher.services.export_parts import AfterMap, Verbatim

    drawn = {each.shift.id: line_of(day, each, lines) for each in rounds}
    bounds = _bounds(day, rows, drawn.values())
    page: Any = folium.Map(tiles=None, zoom_snap=0.25)
    page.default_js, page.default_css = [], []
    if picture is not None:
        _add_picture(page, picture, bounds)
    for each in rounds:
        if len(drawn[each.shift.id]) > 1:
            line: Any = folium.PolyLine
            page.add_child(line(drawn[each.shift.id], color=colour_of(each), weight=4, opacity=0.8))
    page.fit_bounds([[bounds.south, bounds.west], [bounds.north, bounds.east]], padding=(24, 24))
    page.add_child(AfterMap(_script(page.get_name(), _markers(day, rows), attribution)))
    figure: Any = page.get_root()
    figure.header.add_child(Verbatim(_head(day, leaflet)))
    figure.html.add_child(Verbatim(_aside(day, rounds, rows)))
    return str(figure.render())


def colour_of(each: Round) -> str:
    """The colour of a round, by its driver's number."""
    return round_colour(each.driver.number)


def _head(day: Day, leaflet: Leaflet) -> str:
    # The style sheet's pictures stand beside it on disk and not here; none of them is drawn
    styles = re.sub(r"url\((?!#)[^)]*\)", "none", re.sub(r"/\*.*?\*/", "", leaflet.css, flags=re.DOTALL))
    script = re.sub(r"//# sourceMappingURL=\S+", "", leaflet.js).replace("</script", "<\\/script")
    title = escape(f"{day.depot.name}, {day.date:%d %B %Y}")
    return (
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{title}</title>'
        f"<style>{styles}</style><style>{_STYLE}</style><script>{script}</script>"
    )


def _script(map_name: str, markers: Sequence[Mapping[str, object]], attribution: str) -> str:
    """The markers' script."""
    # Leaflet takes the attribution for HTML
    credit = _literal(escape(attribution))
    return f"{{\nconst MAP = {map_name}, ATTRIBUTION = {credit}, STOPS = {_literal(markers)};\n{_SCRIPT}}}\n"


def _literal(value: object) -> str:
    """JSON with `<` written as an escape cannot end a script."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "").replace("\u2029", "")


def _bounds(day: Day, rows: Sequence[StopRow], lines: Iterable[Sequence[tuple[float, float]]]) -> Bounds:
    """What the map shows: the depot, every order and every line."""
    places = [day.depot.place, *(row.order.address.place for row in rows if row.order.address.place)]
    points = [(place.lat, place.lon) for place in places] + [point for line in lines for point in line]
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    return Bounds(min(lats), min(lons), max(lats), max(lons))


def _add_picture(page: Any, picture: Picture, bounds: Bounds) -> None:
    import folium

    roomy = _widened(bounds)
    width, height = _pixels(roomy)
    data, shown = picture(roomy, width, height)
    kind = "jpeg" if data.startswith(b"\xff\xd8") else "png"
    folium.raster_layers.ImageOverlay(
        f"data:image/{kind};base64,{base64.b64encode(data).decode()}",
        [[shown.south, shown.west], [shown.north, shown.east]],
        pixelated=False,
        control=False,
    ).add_to(page)


def _widened(bounds: Bounds) -> Bounds:
    """A fifth more on each side, at least some 300 m, so that the edge of the picture is not the edge of the view."""
    up, side = max(0.2 * (bounds.north - bounds.south), 0.003), max(0.2 * (bounds.east - bounds.west), 0.006)
    return Bounds(
        max(bounds.south - up, -85.0), max(bounds.west - side, -180.0),
        min(bounds.north + up, 85.0), min(bounds.east + side, 180.0),
    )  # fmt: skip


def _pixels(bounds: Bounds) -> tuple[int, int]:
    """Width and height of a web Mercator picture whose longer side has `PICTURE_PIXELS`."""
    wide = math.radians(bounds.east - bounds.west)
    high = _mercator(bounds.north) - _mercator(bounds.south)
    scale = PICTURE_PIXELS / max(wide, high)
    return max(1, round(wide * scale)), max(1, round(high * scale))


def _mercator(lat: float) -> float:
    return math.asinh(math.tan(math.radians(lat)))


def _markers(day: Day, rows: Sequence[StopRow]) -> list[dict[str, object]]:
    depot = day.depot
    markers: list[dict[str, object]] = [
        _marker(depot.place, "", DEPOT, [depot.name, depot.address], square=True),
    ]
    for row in rows:
        if place := row.order.address.place:
            colour = colour_of(row.round) if row.round else NOBODY
            label = str(row.sequence) if row.sequence else "–"
            markers.append(_marker(place, label, colour, _lines(row), square=row.round is None))
    return markers


def _marker(place: Place, label: str, colour: str, lines: Sequence[str], *, square: bool) -> dict[str, object]:
    return {
        "lat": round(place.lat, 6),
        "lon": round(place.lon, 6),
        "label": label,
        "colour": colour,
        "ink": ink_on(colour),
        "square": square,
        "lines": [line for line in lines if line] or [""],
    }


def _lines(row: StopRow) -> list[str]:
    """What a stop's note says."""
    order = row.order
    told = [f"{order.number} {order.contact.name}".strip(), order.address.text, order.contact.phone]
    if row.round and row.times:
        arrives = wall_clock(row.times.arrives_at, row.zone)
        told.append(f"Round {row.round.driver.number}, {row.round.driver.name}: stop {row.sequence} at {arrives:%H:%M}")
    if order.windows:
        told.append(f"Window {windows_text(order, row.zone)}")
    return [*told, *_marks(row), row.reason, order.notes]


def _marks(row: StopRow) -> list[str]:
    """What binds a stop besides its window, and what has happened to it."""
    return [
        f"Goods are fetched at order {row.pickup}" if row.pickup else "",
        f"Loaded in {row.loaded_in}" if row.loaded_in else "",
        *asked_words(row.order, row.currency),
        "Held with the driver" if row.stop and row.stop.held else "",
        _happened(row),
    ]


def _happened(row: StopRow) -> str:
    if row.attempt is None:
        return "Done" if row.stop and row.stop.done else ""
    at = wall_clock(done_at(row.attempt), row.zone)
    return happened_words(row.attempt, row.failure, f"{at:%H:%M}", row.currency)


def _aside(day: Day, rounds: Sequence[Round], rows: Sequence[StopRow]) -> str:
    km = sum(each.times.distance_m for each in rounds if each.times) / 1000
    unplanned = [row for row in rows if row.times is None]
    busy = [each for each in rounds if each.stops]
    parts = [
        f"<aside><h1>{escape(day.depot.name)}, {day.date:%A %d %B %Y}</h1>",
        f"<p>{_count(len(rows), 'order')} in {_count(len(busy), 'round')}, {len(unplanned)} unplanned, {km:.1f} km</p>",
        *(_round_table(each, [row for row in rows if row.round is each]) for each in busy),
    ]
    if unplanned:
        cells = "".join(_tr(_visit(row, row.order.address.text), _td(row.reason)) for row in unplanned)
        parts.append(f"<h2>Unplanned</h2><table>{_th('Order', 'Why')}{cells}</table>")
    return "".join([*parts, "</aside>"])


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _round_table(each: Round, rows: Sequence[StopRow]) -> str:
    assert each.times is not None
    zone, colour = rows[0].zone, colour_of(each)
    leaves, returns = wall_clock(each.times.leaves_at, zone), wall_clock(each.times.returns_at, zone)
    head = (
        f'<h2><span class="swatch" style="background:{colour};color:{ink_on(colour)}">{each.driver.number}</span>'
        f"{escape(each.driver.name)}, {escape(each.vehicle.name)}</h2>"
        f"<p>{leaves:%H:%M}–{returns:%H:%M}, {_count(len(rows), 'stop')}, {each.times.distance_m / 1000:.1f} km"
        f"{_LOCKS[each.shift.lock]}</p>{_wrong(broken_words(each.times.violations))}"
    )
    lines = [*(line for row in rows for line in _stop_lines(row)), *_way_back(each.times, zone)]
    return f"{head}<table>{_th('', 'Arrives', 'Order', 'Window')}{''.join(lines)}</table>"


def _stop_lines(row: StopRow) -> list[str]:
    """A stop, after what comes before it on the way."""
    assert row.times is not None
    times, zone = row.times, row.zone
    pauses = [
        (moment, _pause_line(moment, what, lasts_s, zone))
        for moment, what, lasts_s in (
            (times.reload_at, "Reload", times.reload_s),
            (times.break_at, "Break", times.break_s),
        )
        if moment is not None
    ]
    return [*(line for _, line in sorted(pauses)), _stop_line(row)]


def _way_back(times: RouteTimes, zone: ZoneInfo) -> list[str]:
    if times.back_break_at is None:
        return []
    return [_pause_line(times.back_break_at, "Break", times.back_break_s, zone)]


def _pause_line(moment: datetime, what: str, lasts_s: int, zone: ZoneInfo) -> str:
    begins = wall_clock(moment, zone)
    return _tr(
        "<td></td>", f'<td class="at">{begins:%H:%M}</td>', _td(f"{what}, {round(lasts_s / 60)} min"), "<td></td>"
    )


def _wrong(text: str) -> str:
    return f'<p class="late">{escape(text)}</p>' if text else ""


def _stop_line(row: StopRow) -> str:
    assert row.times is not None
    late = " late" if row.times.late_s > 0 else ""
    arrives = f'<td class="at{late}">{wall_clock(row.times.arrives_at, row.zone):%H:%M}</td>'
    return _tr(
        f'<td class="n">{row.sequence}</td>',
        arrives,
        _visit(row, row.order.address.line),
        f'<td class="window">{windows_text(row.order, row.zone).replace("; ", "\n")}</td>',
    )


def _visit(row: StopRow, where: str) -> str:
    """Whose order and where, one below the other: beside each other they leave no room in half a window."""
    name = f"{row.order.number} {row.order.contact.name}".strip()
    told = "".join(f'<div class="where">{escape(text)}</div>' for text in (where, *_marks(row)) if text)
    wrong = f'<div class="late">{escape(row.reason)}</div>' if row.times and row.reason else ""
    return f"<td>{escape(name)}{told}{wrong}</td>"


def _th(*names: str) -> str:
    return _tr(*(f"<th>{escape(name)}</th>" for name in names))


def _tr(*cells: str) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _td(text: str) -> str:
    return f"<td>{escape(text)}</td>"
