// Messages between the driver and the dispatcher. Opening them is what "read" means.

import { button, field } from "./choices.js";
import { h, fill } from "./dom.js";
import { clock } from "./format.js";
import { words } from "./words.js";

/** All messages, those not yet sent too, oldest first; `read` is the driver's side. */
export function messages(phone) {
  const known = phone.known?.notes ?? [];
  const heard = phone.known?.heard_at ?? 0;
  const opened = new Set(phone.own.filter(({ kind }) => kind === "read").map(({ body }) => body.note_id));
  // the depot gives messages names of its own: what was taken is shown from here until the next answer has it
  const own = phone.own.filter(({ kind, state, answered_at: at }) => kind === "note" && (state === "waiting" || (state === "sent" && at > heard)))
    .map(({ key, body, at, state }) => ({ id: key, text: body.text, written_at: at, from_driver: true, waiting: state === "waiting" }));
  return [...known.map((note) => ({ ...note, read: note.read || opened.has(note.id) })), ...own]
    .sort((one, other) => Date.parse(one.written_at) - Date.parse(other.written_at));
}

export const unread = (phone) => messages(phone).filter((note) => !note.from_driver && !note.read);

export class NotesView {
  constructor(app) {
    this.app = app;
    this.list = h("ol", { class: "messages" });
    this.element = h("article", { class: "page" }, this.list);
    this.text = "";
    this.field = field({ label: words.notes.field, value: "", lines: 2, maxlength: 2000, input: (text) => { this.text = text; } });
    this.foot = h("div", { class: "card" }, app.phone.round ? [this.field, h("div", { class: "keys" }, button(words.notes.send, () => this.send(), { kind: "main" }))] : h("p", {}, words.notes.noRound));
    this.told = new Set();
    this.update();
  }

  get title() { return words.notes.title; }

  update() {
    const { phone } = this.app;
    const { zone } = phone;
    const all = messages(phone);
    fill(this.list, all.length ? all.map((note) => h("li", { class: note.from_driver ? "mine" : "theirs" },
      h("span", { class: "quiet" }, [note.from_driver ? words.notes.me : words.notes.from, clock(note.written_at, zone), note.waiting && words.notes.waiting].filter(Boolean).join(" · ")),
      h("p", { class: "as-written" }, note.text))) : h("li", { class: "quiet" }, words.notes.none));
    this.list.lastElementChild.scrollIntoView?.({ block: "end" });
    if (!document.hidden) this.markRead();
  }

  async markRead() {
    if (!this.app.phone.round) return;
    for (const { id } of unread(this.app.phone).filter((note) => !this.told.has(note.id))) {
      this.told.add(id);
      await this.app.act("read", { body: { note_id: id } });
    }
  }

  async send() {
    const text = this.text.trim();
    if (!text) return;
    await this.app.act("note", { body: { text } });
    this.text = this.field.querySelector("textarea").value = "";
  }
}
