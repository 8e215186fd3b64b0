// What is other in a round than in the version the driver has seen.

const TIMES_APART_MS = 5 * 60_000;
const DETAILS = ["number", "kind", "name", "phone", "email", "parcels", "kg", "litres", "skills", "lines", "cash_due", "needs", "service_s"];

/**
 * Changes between two versions, leaving out stops that are done: {count, kinds: order → words' names, gone: stops}.
 * A stop counts as moved only if it changed places with others: one that moves leaves the rest as they were.
 */
export function changes(before, after, isDone) {
  const old = new Map(before.stops.map((stop) => [stop.order_id, stop]));
  const now = new Set(after.stops.map((stop) => stop.order_id));
  const moved = movedOnes(after.stops.filter((stop) => old.has(stop.order_id)).map((stop) => stop.order_id), before.stops.map((stop) => stop.order_id));
  const kinds = new Map();
  for (const stop of after.stops) {
    if (isDone(stop.order_id)) continue;
    const found = old.has(stop.order_id) ? differences(old.get(stop.order_id), stop) : ["new"];
    if (moved.has(stop.order_id)) found.unshift("moved");
    if (found.length) kinds.set(stop.order_id, found);
  }
  const gone = before.stops.filter((stop) => !now.has(stop.order_id) && !isDone(stop.order_id));
  return { count: kinds.size + gone.length, kinds, gone };
}

function differences(one, other) {
  const same = (name) => JSON.stringify(one[name]) === JSON.stringify(other[name]);
  const found = [];
  if (one.attempt !== other.attempt) found.push("again");
  if (Math.abs(Date.parse(one.arrives_at) - Date.parse(other.arrives_at)) >= TIMES_APART_MS) found.push("time");
  if (!same("windows")) found.push("window");
  if (!["address", "postcode", "city", "lat", "lon"].every(same)) found.push("address");
  if (!same("notes")) found.push("notes");
  if (!DETAILS.every(same)) found.push("details");
  return found;
}

/** The fewest ids that must have moved to get from one order to the other: all but a longest common rising run. */
function movedOnes(after, before) {
  const rank = new Map(before.map((id, index) => [id, index]));
  const ends = [];        // ends[n]: index in `after` of the smallest last member of a run of n + 1
  const previous = [];
  after.forEach((id, index) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rank.get(after[ends[middle]]) < rank.get(id)) low = middle + 1;
      else high = middle;
    }
    previous[index] = low ? ends[low - 1] : -1;
    ends[low] = index;
  });
  const stayed = new Set();
  for (let index = ends.at(-1) ?? -1; index >= 0; index = previous[index]) stayed.add(after[index]);
  return new Set(after.filter((id) => !stayed.has(id)));
}
