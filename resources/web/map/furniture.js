// Small boxes over the map: tooltip, passing message, and a chooser. Text goes in as text, never as HTML.

const MESSAGE_MS = 4000;
const element = (id) => document.getElementById(id);
let messageTimer = null;

/** Put the box near the point of the view, wholly inside. */
export function placeBeside(box, { x, y }, gap = 14) {
  const fits = (start, size, room) => (start + gap + size <= room ? start + gap : Math.max(0, start - gap - size));
  box.style.left = `${fits(x, box.offsetWidth, window.innerWidth)}px`;
  box.style.top = `${fits(y, box.offsetHeight, window.innerHeight)}px`;
}

export function showTooltip(text, point) {
  const box = element("tooltip");
  box.hidden = !text;
  if (!text) return;
  box.textContent = text;
  placeBeside(box, point);
}

export function showMessage(text) {
  const box = element("message");
  box.textContent = text;
  box.hidden = false;
  clearTimeout(messageTimer);
  messageTimer = setTimeout(() => { box.hidden = true; }, MESSAGE_MS);
}

/** How many stops are selected, from two on. */
export function showCount(count) {
  const box = element("count");
  box.hidden = count < 2;
  box.textContent = `${count} stops selected · Esc clears`;
}

/** A line of a list: what to press, whose colour, what, and what about it. */
export function rowOf({ mark, colour, text, detail }) {
  const row = document.createElement("div");
  row.className = "row";
  const part = (name, content) => {
    const span = document.createElement("span");
    span.className = name;
    span.textContent = content;
    return span;
  };
  const swatch = part("swatch", "");
  swatch.style.backgroundColor = colour ?? "transparent";
  row.append(...(mark ? [part("mark", mark)] : []), swatch, ...(text ? [part("text", text)] : []), part("detail", detail ?? ""));
  return row;
}

/** One of several things under the pointer. Arrows, Enter and Escape work; a click elsewhere closes it. */
export class Chooser {
  constructor(onClose) {
    this.box = element("chooser");
    this.onClose = onClose;
    this.box.addEventListener("keydown", (event) => this._onKey(event));
  }

  get open() {
    return !this.box.hidden;
  }

  /** entries: [{text, detail, colour, pick()}] */
  ask(title, entries, point) {
    const heading = document.createElement("div");
    heading.className = "title";
    heading.textContent = title;
    this.box.replaceChildren(heading, ...entries.map((entry) => this._button(entry)));
    this.box.hidden = false;
    placeBeside(this.box, point, 4);
    this.box.querySelector("button").focus();
  }

  close() {
    if (!this.open) return;
    this.box.hidden = true;
    this.onClose();
  }

  _button({ text, detail, colour, pick }) {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("role", "option");
    button.append(...rowOf({ mark: "", colour, text, detail }).childNodes);
    button.addEventListener("click", () => { this.close(); pick(); });
    return button;
  }

  _onKey(event) {
    const buttons = [...this.box.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) buttons[(at + step + buttons.length) % buttons.length].focus();
    if (step) event.preventDefault();
    if (event.key !== "Escape") event.stopPropagation();
  }
}
