// What a form still lacks: what keeps the driver from going on, and what is worth a question.

import { minorOf } from "./format.js";
import { barcodes } from "./rounds.js";

const SHORTEST_PATH = 0.15;      // these four in widths of the field, as the gateway measures
const SMALLEST_SIDE = 0.02;
const FEWEST_POINTS = 10;
const SHORTEST_MS = 300;
const NOBODY = new Set(["mailbox", "safe place"]);

/** Whether strokes are more than a dot or a slip of the finger; the same measure as the gateway's. */
export function signed(ink) {
  if (!ink) return false;
  const strokes = ink.strokes.map((stroke) => stroke.map(([x, y, t]) => [x, (y * ink.height) / ink.width, t]));
  const points = strokes.flat();
  if (points.length < FEWEST_POINTS) return false;
  const span = (axis) => Math.max(...points.map((point) => point[axis])) - Math.min(...points.map((point) => point[axis]));
  if (span(2) < SHORTEST_MS || Math.min(span(0), span(1)) < SMALLEST_SIDE) return false;
  return strokes.length > 1 || lengthOf(strokes[0]) >= SHORTEST_PATH;
}

const lengthOf = (stroke) => stroke.slice(1).reduce((sum, [x, y], index) => sum + Math.hypot(x - stroke[index][0], y - stroke[index][1]), 0);

/** The barcodes that should be scanned: of the articles that change hands. */
export function expectedScans(stop, { whole, quantities = {} }) {
  return barcodes({ lines: stop.lines.filter((line, index) => whole || (quantities[index]?.quantity ?? line.quantity) > 0) });
}

/** How often a code may be scanned: as often as it is printed on articles, others once. */
export const timesOf = (list, code) => list.filter((other) => other === code).length;

function scanned(stop, draft) {
  const expected = expectedScans(stop, draft);
  if (expected.length) return expected.every((code) => timesOf(draft.scans, code) >= timesOf(expected, code));
  return draft.scans.length >= (draft.whole ? stop.parcels : Math.min(stop.parcels, 1));
}

const GIVEN = {
  code: (stop, { code, verdict }) => /^\d{6}$/.test(code) && (verdict === "right" || verdict === "pending"),
  signature: (stop, { ink }) => signed(ink),
  photo: (stop, { photos }) => photos.length > 0,
  name: (stop, { name, handover }) => name.trim() !== "" || NOBODY.has(handover),
  scan: scanned,
  cash: (stop, { cash, whole }) => {
    const taken = minorOf(cash, stop.currency);
    return taken !== null && (taken >= stop.cash_due || !whole);
  },
};

/** How much each proof is wanted of a stop that is handed over; those that are off are left out. */
export function levels(stop) {
  const wanted = Object.entries(stop.needs.delivering).filter(([kind, level]) => level !== "off" && (kind !== "cash" || stop.cash_due > 0));
  return Object.fromEntries(wanted);
}

/** What a handover still lacks: {required, asked} names of proofs, and of parts of the form. */
export function lackingDelivery(stop, draft) {
  const lacking = Object.entries(levels(stop)).filter(([kind]) => !GIVEN[kind](stop, draft));
  const of = (level) => lacking.filter(([, wanted]) => wanted === level).map(([kind]) => kind);
  return { required: [...formFaults(stop, draft), ...of("required")], asked: of("asked") };
}

function formFaults(stop, { whole, quantities, note }) {
  if (whole) return [];
  if (!stop.lines.length) return note.trim() ? [] : ["note"];
  const rows = stop.lines.map((line, index) => ({ all: line.quantity, ...(quantities[index] ?? { quantity: line.quantity, reason: "" }) }));
  if (rows.every(({ quantity }) => quantity === 0) || rows.every(({ quantity, all }) => quantity >= all)) return ["whole"];
  return rows.some(({ quantity, all, reason }) => quantity < all && !reason) ? ["lines"] : [];
}

/** What a failure still lacks, by the reason's demands and the depot's habits. */
export function lackingFailure(stop, draft, reasons) {
  const reason = reasons.find(({ code }) => code === draft.reason);
  if (!reason) return { required: ["reason"], asked: [] };
  const demands = new Set(reason.demands);
  const photo = demands.has("photo") ? "required" : reason.attempt ? stop.needs.failing.photo : "optional";
  const lacking = { required: [], asked: [] };
  if (!draft.photos.length) lacking[photo]?.push("photo");
  if (demands.has("note") && !draft.note.trim()) lacking.required.push("note");
  if (demands.has("call") && stop.phone && !draft.called) lacking.required.push("called");
  return lacking;
}
