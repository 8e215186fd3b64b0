// Which routes' lines pass a point of the map. Draws nothing: see lines.js.

import { toLine, touches, worldSize } from "/map/geometry.js";
import { routes } from "/map/world.js";

const REACH = 18;        // pixels from a line within which it is meant
const SAME_STREET = 4;   // lines this near to the nearest one may be meant as well

/** Nearest first, each with its nearest leg, point in pixels of the world: [{shift, leg, distance}]. */
export function near({ x, y }, zoom) {
  const size = worldSize(zoom);
  const [ux, uy, reach] = [x / size, y / size, REACH / size];
  const around = { left: ux, right: ux, top: uy, bottom: uy };
  const found = [];
  for (const { id, legs, box } of routes.values()) {
    if (!touches(box, around, reach)) continue;
    const nearest = { shift: id, leg: -1, distance: Infinity };
    legs.forEach((leg, index) => {
      if (!touches(leg.box, around, reach)) return;
      const distance = toLine(ux, uy, leg.line) * size;
      if (distance < nearest.distance) Object.assign(nearest, { leg: index, distance });
    });
    if (nearest.distance <= REACH) found.push(nearest);
  }
  found.sort((a, b) => a.distance - b.distance || (a.shift < b.shift ? -1 : 1));
  return found.filter((one) => one.distance <= found[0].distance + SAME_STREET);
}
