// Brings what waits to the gateway, and the round from it: in order, one request at a time, over and over.
//
// Of several tabs one sends at a time (a web lock, held for one pass: a tab that sleeps holds up nobody for long).

import { NotLetIn, NotTaken, Unreachable, ask } from "./api.js";
import { iso } from "./format.js";
import * as kept from "./kept.js";
import { sendPhoto } from "./uploads.js";

const AT_ONCE = 200;
const AT_ONCE_BYTES = 500_000;
const POSITIONS_AT_ONCE = 500;
const EVERY_MS = 20_000;
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;

export class Sender {
  constructor(phone) {
    this.phone = phone;
    this.failures = 0;
    this.timer = null;
    this.running = null;
    this.again = false;
  }

  start() {
    for (const event of ["online", "focus"]) addEventListener(event, () => this.wake());
    addEventListener("offline", () => this.phone.setLink({ state: "offline" }));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.wake(); });
    this.wake();
  }

  /** Send as soon as can be; what is under way goes on and is followed by another pass. */
  wake() {
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = null;
      if (this.again) this.wake();
    });
  }

  async run() {
    clearTimeout(this.timer);
    while (this.again) {
      this.again = false;
      this.wait = await this.attempt();
    }
    this.timer = setTimeout(() => this.wake(), this.wait);
  }

  /** One pass; resolves with the milliseconds until the next is due. */
  async attempt() {
    if (!this.phone.identity) return EVERY_MS;
    try {
      const mine = await navigator.locks.request("roundhouse-sender", { ifAvailable: true }, (lock) => lock && this.pass().then(() => true));
      this.failures = 0;
      return mine ? EVERY_MS : FIRST_RETRY_MS;
    } catch (fault) {
      return this.failed(fault);
    }
  }

  failed(fault) {
    this.failures += 1;
    if (fault instanceof NotLetIn) this.phone.setLink({ state: "shut", words: fault.message });
    else if (fault instanceof NotTaken) this.phone.setLink({ state: "busy", words: fault.message });
    else if (fault instanceof Unreachable) this.phone.setLink({ state: "offline" });
    else {
      this.phone.setLink({ state: "broken", words: String(fault) });
      console.error(fault);
    }
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.failures - 1)) * (0.75 + Math.random() / 2);
    return Math.max(wait, (fault.retryAfterS ?? 0) * 1000);
  }

  async pass() {
    await this.phone.load();
    await this.sendActions();
    await this.fetchRound();
    this.phone.setLink({ state: "ok" });
    await this.sendPositions();
    for (const photo of this.phone.unsentPhotos) {
      await sendPhoto(this.phone, photo);
      await this.sendActions();
    }
  }

  get token() { return this.phone.identity.tokens.proofs; }

  async sendActions() {
    while (this.phone.waiting.length) await this.sendSome(someOf(this.phone.waiting));
  }

  async sendSome(rows) {
    try {
      const json = { sent_at: iso(), app: "1.0.0", actions: rows.map(sent) };
      const { body } = await ask("POST", "api/actions", { token: this.token, json });
      await this.phone.answered(body.taken);
      if (rows.some(({ key }) => !body.taken.some((taken) => taken.key === key))) throw new NotTaken(502, "an answer is missing", "");
    } catch (fault) {
      if (!(fault instanceof NotTaken) || fault.passing) throw fault;
      // one row that cannot be read must not hold up the rest: find it, and show it as refused
      if (rows.length > 1) for (const row of rows) await this.sendSome([row]);
      else await this.phone.answered([{ key: rows[0].key, taking: "refused", why: `${fault.message} ${fault.remedy}`.trim() }]);
    }
  }

  async fetchRound() {
    const etag = this.phone.known?.etag;
    const { status, body, etag: newer } = await ask("GET", "api/round", { token: this.token, headers: etag ? { "If-None-Match": etag } : {} });
    if (status === 304) return;
    this.phone.skew_ms = Date.now() - Date.parse(body.now);
    await this.phone.keepKnown({ etag: newer, round: body.round, notes: body.notes ?? [], done: body.done ?? {}, heard_at: Date.now() });
  }

  async sendPositions() {
    for (;;) {
      const { values, upTo } = await kept.oldestPositions(POSITIONS_AT_ONCE);
      if (!values.length) return;
      await this.sendSomePositions(values);
      await kept.dropPositions(upTo);
    }
  }

  async sendSomePositions(positions) {
    try {
      await ask("POST", "api/positions", { token: this.phone.identity.tokens.positions, json: { sent_at: iso(), positions } });
    } catch (fault) {
      if (!(fault instanceof NotTaken) || fault.passing) throw fault;   // what can never be read is let go of
    }
  }
}

const sent = ({ key, seq, kind, at, shift_id, order_id, body }) => ({ key, seq, kind, at, shift_id, ...(order_id && { order_id }), body });

/** As many as go into one request. */
function someOf(rows) {
  let size = 0;
  const fits = rows.slice(0, AT_ONCE).filter((row) => (size += JSON.stringify(row.body).length + 300) <= AT_ONCE_BYTES);
  return rows.slice(0, Math.max(1, fits.length));
}
