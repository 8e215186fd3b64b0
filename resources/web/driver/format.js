// Times, amounts and quantities as people read them. Times by the depot's clock, wherever the phone thinks it is.

const formats = new Map();

function format(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", options));
  return formats.get(key);
}

/** 08:12 */
export const clock = (moment, zone) =>
  format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(new Date(moment));

/** Tue 24 Nov */
export const day = (date) =>
  format({ weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${date}T12:00:00Z`)).replace(",", "");

/** The depot's day of a moment, as 2026-11-24. */
export const dateOf = (moment, zone) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(new Date(moment));

/** 2, 1.5, 0.25 */
export const quantity = (value) => String(Math.round(value * 100) / 100);

const digitsOf = (currency) =>
  new Intl.NumberFormat("en-GB", { style: "currency", currency }).resolvedOptions().maximumFractionDigits;

/** Minor units as an amount of money. */
export function money(minor, currency) {
  const amount = minor / 10 ** digitsOf(currency);
  return new Intl.NumberFormat("en-GB", { style: "currency", currency, currencyDisplay: "narrowSymbol" }).format(amount);
}

/** Minor units as they are typed: "12.50". */
export const typed = (minor, currency) => (minor / 10 ** digitsOf(currency)).toFixed(digitsOf(currency));

/** What was typed as minor units: "12,50" → 1250; null if it is no amount. */
export function minorOf(text, currency) {
  const plain = text.trim().replace(",", ".");
  if (!/^\d{1,7}(\.\d+)?$/.test(plain)) return null;
  const minor = Number(plain) * 10 ** digitsOf(currency);
  return Math.abs(minor - Math.round(minor)) < 1e-6 ? Math.round(minor) : null;
}

/** A moment as the gateway takes it. */
export const iso = (ms = Date.now()) => new Date(ms).toISOString();
