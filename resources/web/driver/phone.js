// This phone: who it belongs to, the round it has, what its driver did. In memory as it is on the disk, for all tabs.

import * as kept from "./kept.js";
import { uuid7 } from "./keys.js";
import { standing } from "./rounds.js";

const KEEP_SENT_MS = 4 * 86_400_000;

export class Phone {
  constructor() {
    this.identity = null;     // {device_id, driver, depot, tokens, at}
    this.known = null;        // {etag, round, notes, done, heard_at}
    this.accepted = null;     // the round as the driver has last said to have seen it
    this.actions = [];        // in order of seq
    this.photos = [];         // those not yet sent, or not taken
    this.link = { state: "unknown", since: null, words: "" };
    this.skew_ms = 0;
    this.listeners = new Set();
    this.tabs = new BroadcastChannel("roundhouse-driver");
    this.tabs.onmessage = () => this.load().then(() => this.tell());
  }

  async load() {
    const [identity, known, accepted, actions, photos] = await Promise.all([
      kept.fact("identity"), kept.fact("known"), kept.fact("accepted"), kept.all("actions"), kept.all("photos"),
    ]);
    this.identity = identity ?? null;
    this.known = known ?? null;
    this.accepted = accepted ?? null;
    this.actions = actions.sort((one, other) => one.seq - other.seq);
    this.photos = photos;
  }

  onChange(listener) { this.listeners.add(listener); }

  tell() { for (const listener of this.listeners) listener(); }

  /** What is on the disk changed by this tab's doing. */
  async changed() {
    await this.load();
    this.tabs.postMessage("changed");
    this.tell();
  }

  setLink(link) {
    const since = link.state === this.link.state ? this.link.since : Date.now();
    const other = link.state !== this.link.state || link.words !== this.link.words;
    this.link = { words: "", ...link, since };
    if (other) this.tell();
  }

  get round() { return this.known?.round ?? null; }

  /** The depot's zone; before a first round the phone's own. */
  get zone() { return this.round?.zone || this.identity?.depot.zone || undefined; }

  get depot() { return this.round?.depot ?? this.identity?.depot ?? null; }

  /** The actions of this driver's; after another driver was paired with the phone, the former's wait for them. */
  get own() { return this.actions.filter((action) => action.driver_id === this.identity?.driver.id); }

  get waiting() { return this.own.filter(({ state }) => state === "waiting"); }

  get refused() { return this.actions.filter(({ state, seen }) => state === "refused" && !seen); }

  get unsentPhotos() {
    return this.photos.filter(({ state, driver_id: id }) => state === "waiting" && id === this.identity?.driver.id);
  }

  get lostPhotos() { return this.photos.filter(({ state, seen }) => state === "refused" && !seen); }

  standing(now = Date.now()) {
    return this.round && standing({ round: this.round, done: this.known.done, actions: this.own, now });
  }

  stop(orderId) { return this.standing()?.stops.find((stop) => stop.order_id === orderId) ?? null; }

  /**
   * Keep what the driver did, with its photos, and drop the form it came from: all or nothing, before it resolves.
   * `photos` are {sha256, size} whose bytes are kept already.
   */
  async act(kind, { order = null, body = {}, photos = [], draft = null, at = new Date().toISOString() } = {}) {
    const key = uuid7();
    const row = {
      key, kind, at, order_id: order?.order_id ?? null, attempt: order?.attempt ?? null, number: order?.number ?? "",
      shift_id: this.round.shift_id, driver_id: this.identity.driver.id, body, state: "waiting", why: "",
    };
    await kept.change(["facts", "actions", "photos", "drafts"], async (store) => {
      const seq = ((await kept.answer(store("facts").get("seq"))) ?? 0) + 1;
      store("facts").put(seq, "seq");
      store("actions").add({ ...row, seq });
      for (const photo of photos) store("photos").put({ ...photo, key, driver_id: row.driver_id, number: row.number, state: "waiting", tries: 0, why: "" });
      if (draft) store("drafts").delete(draft);
      if (kind === "accept") store("facts").put(this.round, "accepted");
    });
    await this.changed();
    return key;
  }

  /** Note the gateway's answers by action; what was taken needs its signature no more. */
  async answered(answers) {
    await kept.change(["actions"], async (store) => {
      for (const { key, taking, why = "", code = null } of answers) {
        const row = await kept.answer(store("actions").get(key));
        if (!row) continue;
        const refused = taking === "refused" || (taking === "again" && Boolean(why));
        const { ink, ...body } = row.body;
        const seen = refused || !ink ? row.body : { ...body, signed: true };
        store("actions").put({ ...row, body: seen, state: refused ? "refused" : "sent", why, code, answered_at: Date.now() });
      }
    });
    await this.changed();
  }

  async seen(key) {
    await kept.change(["actions", "photos"], async (store) => {
      for (const name of ["actions", "photos"]) {
        const row = await kept.answer(store(name).get(key));
        if (row) store(name).put({ ...row, seen: true });
      }
    });
    await this.changed();
  }

  async keepKnown(known) {
    await kept.keepFact("known", known);
    await this.changed();
  }

  async keepPhoto(photo) {
    await kept.change(["photos", "bytes"], (store) => {
      if (photo.state === "sent") {
        store("photos").delete(photo.sha256);
        store("bytes").delete(photo.sha256);
      } else store("photos").put(photo);
    });
    await this.changed();
  }

  /** Let go of what was sent days ago, of forms for stops that are gone, and of photos that nothing speaks of. */
  async tidy(now = Date.now()) {
    const stops = new Set(this.round?.stops.map((stop) => stop.order_id));
    await kept.change(["actions", "photos", "bytes", "drafts"], async (store) => {
      for (const { key, state, at } of this.actions) {
        if (state === "sent" && Date.parse(at) < now - KEEP_SENT_MS) store("actions").delete(key);
      }
      const wanted = new Set(await kept.answer(store("photos").getAllKeys()));
      for (const key of await kept.answer(store("drafts").getAllKeys())) {
        const { photos } = await kept.answer(store("drafts").get(key));
        if (this.round && !stops.has(key.split("/")[1])) store("drafts").delete(key);
        else for (const { sha256 } of photos) wanted.add(sha256);
      }
      for (const sha256 of await kept.answer(store("bytes").getAllKeys())) {
        if (!wanted.has(sha256)) store("bytes").delete(sha256);
      }
    });
  }
}
