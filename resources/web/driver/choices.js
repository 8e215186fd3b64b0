// Small parts of forms, made for thumbs.

import { h } from "./dom.js";
import { words } from "./words.js";

/** One of several: radio buttons that look like keys. `options` are [value, label] pairs. */
export function choices({ name, legend, options, value, pick, level = null }) {
  return h("fieldset", {},
    h("legend", {}, legend, need(level)),
    options.map(([option, label]) => h("label", { class: "choice" },
      h("input", { type: "radio", name, value: option, checked: option === value, onchange: () => pick(option) }),
      h("span", {}, label))));
}

/** A labelled line, or several, of text. */
export function field({ label, value, input, level = null, lines = 1, ...more }) {
  const control = h(lines > 1 ? "textarea" : "input", {
    ...(lines > 1 ? { rows: lines } : { type: "text" }), ...more, value, oninput: ({ target }) => input(target.value),
  });
  return h("label", { class: "field" }, h("span", {}, label, need(level)), control);
}

/** How much a proof is wanted, in a word. */
export const need = (level) => level && words.need[level] && h("small", { class: `need ${level}` }, words.need[level]);

export const button = (label, onclick, { kind = "", ...more } = {}) =>
  h("button", { type: "button", class: kind, onclick, ...more }, label);
