// Where the phone is, while the round runs and not a moment longer; and a screen that stays on meanwhile.

import { iso } from "./format.js";
import * as kept from "./kept.js";

const FRESH_MS = 5 * 60_000;

export class Whereabouts {
  constructor(phone, sender) {
    this.phone = phone;
    this.sender = sender;
    this.latest = null;
    this.denied = false;
    this.watch = null;
    this.lock = null;
    this.battery = {};
    document.addEventListener("visibilitychange", () => this.follow());
    phone.onChange(() => this.follow());
    navigator.getBattery?.().then((battery) => { this.battery = battery; }, () => {});
  }

  /** Watch if the round runs, stop if not. */
  follow() {
    const { begun, ended } = this.phone.standing() ?? {};
    const running = Boolean(begun && !ended);
    if (running && this.watch === null) {
      this.watch = navigator.geolocation?.watchPosition((found) => this.heard(found), (fault) => this.failed(fault), {
        enableHighAccuracy: true, maximumAge: 5_000, timeout: 60_000,
      }) ?? null;
    }
    if (!running && this.watch !== null) {
      navigator.geolocation.clearWatch(this.watch);
      this.watch = null;
      this.latest = null;
    }
    this.keepAwake(running && !document.hidden);
  }

  async heard({ coords, timestamp }) {
    this.denied = false;
    const number = (value, digits) => (Number.isFinite(value) ? Number(value.toFixed(digits)) : undefined);
    const at = iso(Math.min(timestamp, Date.now()));
    this.latest = { at, lat: number(coords.latitude, 7), lon: number(coords.longitude, 7), accuracy_m: number(coords.accuracy, 1) };
    await kept.keepPosition({
      ...this.latest, speed_mps: number(coords.speed, 2), heading_deg: number(coords.heading, 1), altitude_m: number(coords.altitude, 1),
      battery: number(this.battery.level, 2), charging: this.battery.charging,
    });
  }

  failed({ code, PERMISSION_DENIED }) {
    const denied = code === PERMISSION_DENIED;
    if (denied === this.denied) return;
    this.denied = denied;
    this.phone.tell();
  }

  /** For a proof: the last position unless it is old. */
  get now() {
    return this.latest && Date.now() - Date.parse(this.latest.at) < FRESH_MS ? { position: this.latest } : {};
  }

  async keepAwake(wanted) {
    if (!wanted) {
      await this.lock?.release();
      this.lock = null;
    } else if ((!this.lock || this.lock.released) && !this.asking) {
      this.asking = true;
      try { this.lock = await navigator.wakeLock?.request("screen") ?? null; } catch { this.lock = null; }   // battery low: not now
      this.asking = false;
    }
  }
}
