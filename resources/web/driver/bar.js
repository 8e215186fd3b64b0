// The top of every screen: where one is, messages, and in one line whether everything reached the depot.

import { button } from "./choices.js";
import { h, fill, icon } from "./dom.js";
import { clock } from "./format.js";
import { unread } from "./notes.js";
import { words } from "./words.js";

/** The truth about what was sent, in a few words. */
export function linkWords(phone) {
  const { state, since } = phone.link;
  const waiting = phone.waiting.length + phone.unsentPhotos.length;
  const { zone } = phone;
  if (state === "offline") return waiting ? words.link.waiting(waiting, clock(since, zone)) : words.link.offline(clock(since, zone));
  if (state === "shut" || state === "busy") return words.link[state](waiting);
  if (state === "broken") return words.link.broken;
  if (waiting) return words.link.sending(waiting);
  return words.link[state];
}

export class Bar {
  constructor(app) {
    this.app = app;
    this.element = document.getElementById("bar");
  }

  update(view, atHome) {
    const { phone, go } = this.app;
    document.title = view.title;
    if (!phone.identity) return fill(this.element, h("h1", {}, words.title));
    const news = unread(phone).length;
    const standing = phone.standing();
    return fill(this.element,
      h("div", { class: "row" },
        !atHome && button(icon("back"), () => history.back(), { kind: "plain", "aria-label": words.bar.back, "data-key": "back" }),
        h("h1", {}, view.title),
        button([icon("message"), news > 0 && h("span", { class: "count" }, news)], () => go("notes"), { kind: "plain", "aria-label": news ? words.bar.unread(news) : words.bar.messages, "data-key": "messages" }),
        standing && button(icon("box"), () => go("load"), { kind: "plain", "aria-label": words.round.load, "data-key": "load" })),
      h("button", { type: "button", class: `link ${phone.link.state}`, onclick: () => go("queue"), title: words.bar.status, data: { key: "link" } },
        h("span", {}, linkWords(phone)), standing && h("span", {}, words.round.progress(standing.done, standing.stops.length))));
  }
}
