// How a marker comes from one fix to the next: in a straight line and within a second, or at once. Plain numbers.

export const GLIDE_MS = 1000;
const MOST_M = 500;          // farther than this in one step is a gap in what is known, not a drive
const EARTH_M = 40_075_017;  // around the equator: one side of the unit square

/** Metres between two points of the unit square of Web Mercator, right for short ways. */
function metres([ax, ay], [bx, by]) {
  const latitude = Math.atan(Math.sinh(Math.PI * (1 - 2 * ay)));
  return Math.hypot(bx - ax, by - ay) * EARTH_M * Math.cos(latitude);
}

/** Standing at a point. */
export const rest = (at) => ({ from: at, to: at, begun: -Infinity });

/** On the way from a point to another; at rest there when it is the same or too far, or when nothing is to move. */
export const glideTo = (from, to, now, moves) => {
  const way = moves ? metres(from, to) : 0;
  return way > 0 && way <= MOST_M ? { from, to, begun: now } : rest(to);
};

/** Where it is at a moment. */
export function placeAt({ from: [fromX, fromY], to: [toX, toY], begun }, now) {
  const part = Math.max(0, Math.min(1, (now - begun) / GLIDE_MS));
  return [fromX + (toX - fromX) * part, fromY + (toY - fromY) * part];
}

export const isGliding = ({ begun }, now) => now - begun < GLIDE_MS;

/** Milliseconds until the fastest of them has come a pixel further; `size`: pixels of the world. */
export function pause(glides, size) {
  const most = Math.max(...glides.map(({ from, to }) => Math.hypot(to[0] - from[0], to[1] - from[1]))) * size;
  return Math.max(16, Math.min(GLIDE_MS / 2, GLIDE_MS / most));
}
