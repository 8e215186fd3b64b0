// The round as it stands: what was done about each stop, what comes next, when about. Plain values in, plain values out.

const OUTCOMES = new Set(["deliver", "fail"]);

/**
 * Everything the views want to know of a round.
 *
 * `round` as the gateway sent it, `done` what the gateway has of it by order, `actions` this phone's own in order of
 * seq, `now` in milliseconds. Refused actions never count; what was taken back counts no more.
 */
export function standing({ round, done, actions, now }) {
  const mine = actions.filter((action) => action.shift_id === round.shift_id && action.state !== "refused");
  const undone = new Set(mine.filter(({ kind }) => kind === "undo").map(({ body }) => body.key));
  const told = mine.filter(({ key }) => !undone.has(key));
  const stops = round.stops.map((stop) => ({ ...stop, ...doneTo(stop, told, theirs(done[stop.order_id], undone)) }));
  const todo = stops.filter(({ state }) => state === "todo");
  const next = todo.find(({ arrived }) => arrived) ?? todo.find(({ skipped }) => !skipped) ?? todo[0] ?? null;
  foresee(stops, next, round, now);
  const spans = told.filter(({ kind }) => kind === "begin" || kind === "end");
  const last = spans.at(-1)?.kind;
  return {
    stops, next,
    done: stops.length - todo.length,
    begun: spans.length > 0 || Object.keys(done).length > 0,
    ended: last === "end",
    undoable: latestOutcome(told, round, now),
  };
}

const theirs = (entry, undone) => (entry && !undone.has(entry.key) ? entry : null);

/** What was done about one stop, by this phone or, as the gateway knows, by another of the driver's. */
function doneTo(stop, told, known) {
  const about = told.filter((action) => action.order_id === stop.order_id && action.attempt === stop.attempt);
  const outcome = about.findLast(({ kind }) => OUTCOMES.has(kind));
  const arrived = about.findLast(({ kind }) => kind === "arrive")?.at ?? null;
  const skip = about.findLast(({ kind }) => kind === "skip");
  if (outcome) {
    return { state: outcome.kind === "fail" ? "failed" : outcome.body.outcome, at: outcome.at, key: outcome.key, arrived, reason: outcome.body.reason };
  }
  if (known) return { state: known.outcome, at: known.at, key: known.key, arrived, reason: known.reason };
  return { state: "todo", arrived, skipped: Boolean(skip) && !(arrived && arrived > skip.at) };
}

/** The outcome that can still be taken back, with the moment until when. */
function latestOutcome(told, round, now) {
  const action = told.findLast(({ kind }) => OUTCOMES.has(kind));
  if (!action) return null;
  const until = Date.parse(action.at) + round.undo_s * 1000;
  return until > now && Date.parse(action.at) <= now ? { action, until } : null;
}

/**
 * Give every stop ahead its `about`, in milliseconds: planned times moved by how late the driver is now. Waiting for a
 * window takes delay up; nobody is served before a window opens.
 */
function foresee(stops, next, round, now) {
  const ahead = stops.filter(({ state }) => state === "todo");
  const behind = stops.filter(({ state }) => state !== "todo").sort((one, other) => Date.parse(one.at) - Date.parse(other.at)).at(-1);
  let late = behind ? Date.parse(behind.at) - Date.parse(behind.departs_at) : Math.max(0, now - Date.parse(round.leaves_at));
  if (next) late = next.arrived ? Date.parse(next.arrived) - Date.parse(next.arrives_at) : Math.max(late, now - Date.parse(next.arrives_at));
  for (const stop of ahead) {
    const arrives = Date.parse(stop.arrives_at) + late;
    const starts = opening(stop, arrives);
    stop.about = arrives;
    stop.late_s = lateness(stop, starts);
    late = starts - Date.parse(stop.starts_at);
  }
}

/** When service can begin for somebody who arrives then. */
function opening(stop, arrives) {
  const open = stop.windows.find(({ closes_at: closes }) => Date.parse(closes) >= arrives);
  return open ? Math.max(arrives, Date.parse(open.opens_at)) : arrives;
}

/** Seconds after the last window's close; 0 in time. */
function lateness(stop, starts) {
  if (!stop.windows.length) return 0;
  return Math.max(0, Math.round((starts - Math.max(...stop.windows.map(({ closes_at: closes }) => Date.parse(closes)))) / 1000));
}

/** How many parcels of each stop were found at loading: by order, {scanned: Set, ticked, missing}. */
export function loading(round, actions) {
  const found = new Map(round.stops.map((stop) => [stop.order_id, { scanned: new Set(), ticked: false, missing: false }]));
  for (const { kind, shift_id: shift, state, order_id: order, body } of actions) {
    const entry = found.get(order);
    if (kind !== "load" || shift !== round.shift_id || state === "refused" || !entry) continue;
    if (body.missing) Object.assign(entry, { missing: true, ticked: false });
    else if (body.barcode) { entry.scanned.add(body.barcode); entry.missing = false; }
    else Object.assign(entry, { ticked: true, missing: false });
  }
  return found;
}

/** Whether everything of a stop is loaded, as far as `loading` knows. */
export function loaded(stop, entry) {
  const codes = barcodes(stop);
  if (entry.missing) return false;
  return entry.ticked || entry.scanned.size >= Math.max(1, codes.length || stop.parcels);
}

/** The barcodes printed on a stop's parcels, as far as they are known. */
export const barcodes = (stop) => stop.lines.map((line) => line.barcode).filter(Boolean);

/** The stop that a scanned code belongs to: by a parcel's barcode, an article's number, or the order's. */
export const stopOf = (round, code) =>
  round.stops.find((stop) => barcodes(stop).includes(code))
  ?? round.stops.find((stop) => stop.number === code || stop.lines.some(({ sku }) => sku === code)) ?? null;
