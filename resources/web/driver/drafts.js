// A form that is half filled in. Phones close a page while their camera is open: every change is kept at once.

import * as kept from "./kept.js";

export class Draft {
  constructor(key, values) {
    this.key = key;
    this.values = values;
    this.listeners = [];
  }

  /** The form as it was left, or a new one with these values. */
  static async open(key, fresh) {
    return new Draft(key, { ...fresh, ...await kept.draft(key) });
  }

  onChange(listener) { this.listeners.push(listener); }

  /** Take over changes; resolves once they are on the disk. */
  set(changes) {
    Object.assign(this.values, changes);
    const done = kept.keepDraft(this.key, this.values);
    for (const listener of this.listeners) listener();
    return done;
  }
}
