// Plain numbers: Web Mercator as a unit square, and distances between points and lines. No map, no page.

/** [x, y] in the unit square of Web Mercator (EPSG:3857), y downwards; degrees in. */
export function unit(lat, lon) {
  const sine = Math.max(-0.99999, Math.min(0.99999, Math.sin(lat * Math.PI / 180)));
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)];
}

/** Pixels along one side of the world at a zoom. */
export const worldSize = (zoom) => 256 * 2 ** zoom;

/** Flat [lat, lon, step, step, …] in 1e-6 degrees, as wire.py writes it → flat [x, y, …] in the unit square. */
export function unitLine(steps) {
  const line = new Float64Array(steps.length);
  let lat = 0, lon = 0;
  for (let i = 0; i < line.length; i += 2) {
    lat += steps[i];
    lon += steps[i + 1];
    [line[i], line[i + 1]] = unit(lat / 1e6, lon / 1e6);
  }
  return line;
}

/**
 * The line in pixels at this size of the world, without the points that would shift it by less than a pixel
 * (Douglas and Peucker, 1973): a quarter of a road's points, and drawing takes time by the point.
 */
export function pixelLine(unitLine, size) {
  const line = unitLine.map((part) => part * size);
  const count = line.length / 2;
  if (count < 3) return line;
  const kept = new Uint8Array(count);
  kept[0] = kept[count - 1] = 1;
  const spans = [[0, count - 1]];
  while (spans.length) {
    const [first, last] = spans.pop();
    let farthest = 1, at = 0;   // one squared pixel
    for (let i = first + 1; i < last; i += 1) {
      const distance = toSegment(line[2 * i], line[2 * i + 1],
        line[2 * first], line[2 * first + 1], line[2 * last], line[2 * last + 1]);
      if (distance > farthest) [farthest, at] = [distance, i];
    }
    if (at) {
      kept[at] = 1;
      spans.push([first, at], [at, last]);
    }
  }
  return line.filter((_part, index) => kept[index >> 1]);
}

export function boxOf(line) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let i = 0; i < line.length; i += 2) {
    box.left = Math.min(box.left, line[i]);
    box.right = Math.max(box.right, line[i]);
    box.top = Math.min(box.top, line[i + 1]);
    box.bottom = Math.max(box.bottom, line[i + 1]);
  }
  return box;
}

export const joinBoxes = (boxes) => ({
  left: Math.min(...boxes.map((box) => box.left)), top: Math.min(...boxes.map((box) => box.top)),
  right: Math.max(...boxes.map((box) => box.right)), bottom: Math.max(...boxes.map((box) => box.bottom)),
});

export const touches = (a, b, margin = 0) =>
  a.left <= b.right + margin && a.right >= b.left - margin && a.top <= b.bottom + margin && a.bottom >= b.top - margin;

/** Squared distance from (x, y) to the segment. */
function toSegment(x, y, ax, ay, bx, by) {
  const dx = bx - ax, dy = by - ay;
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return (x - ax - t * dx) ** 2 + (y - ay - t * dy) ** 2;
}

/** Distance in pixels from (x, y) to the line; Infinity for an empty one. */
export function toLine(x, y, line) {
  if (line.length === 2) return Math.hypot(x - line[0], y - line[1]);
  let nearest = Infinity;
  for (let i = 2; i < line.length; i += 2) {
    nearest = Math.min(nearest, toSegment(x, y, line[i - 2], line[i - 1], line[i], line[i + 1]));
  }
  return Math.sqrt(nearest);
}

/** Pixels, or whatever the lines are in, from end to end. */
export function lengthOf(lines) {
  let length = 0;
  for (const line of lines) {
    for (let i = 2; i < line.length; i += 2) length += Math.hypot(line[i] - line[i - 2], line[i + 1] - line[i - 1]);
  }
  return length;
}

/** Calls visit(x, y, angle, along) every `gap` pixels of the lines laid end to end, first at `start`. */
export function walk(lines, start, gap, visit) {
  let next = start, along = 0;
  for (const line of lines) {
    for (let i = 2; i < line.length; i += 2) {
      const dx = line[i] - line[i - 2], dy = line[i + 1] - line[i - 1];
      const length = Math.hypot(dx, dy);
      for (; length && next <= along + length; next += gap) {
        const t = (next - along) / length;
        visit(line[i - 2] + t * dx, line[i - 1] + t * dy, Math.atan2(dy, dx), next);
      }
      along += length;
    }
  }
}
