// Puts the page together: this phone, its sender, and the screen that the address names.

import { Bar } from "./bar.js";
import { DeliverView } from "./deliver.js";
import { append, fill } from "./dom.js";
import { FailView } from "./fail.js";
import { LoadView } from "./load.js";
import { NotesView } from "./notes.js";
import { PairView } from "./pair.js";
import { catchCode, untriedCode } from "./pairing.js";
import { Phone } from "./phone.js";
import { Whereabouts } from "./place.js";
import { QueueView } from "./queue.js";
import { RoundView } from "./round.js";
import { Sender } from "./sender.js";
import { Shell } from "./shell.js";
import { Snack } from "./snack.js";
import { StopView } from "./stop.js";
import { words } from "./words.js";

const EVERY_MS = 15_000;     // what depends on the time alone is shown anew

const SCREENS = {
  "": (app) => new RoundView(app),
  stop: (app, id) => new StopView(app, id),
  deliver: (app, id) => DeliverView.open(app, id),
  fail: (app, id) => FailView.open(app, id),
  load: (app) => new LoadView(app),
  notes: (app) => new NotesView(app),
  queue: (app) => new QueueView(app),
};

class App {
  constructor() {
    this.phone = new Phone();
    this.sender = new Sender(this.phone);
    this.whereabouts = new Whereabouts(this.phone, this.sender);
    this.shell = new Shell(() => this.refresh());
    this.bar = new Bar(this);
    this.snack = new Snack(this);
    this.main = document.getElementById("view");
    this.dock = document.getElementById("dock");
    this.view = null;
    this.scrolled = 0;       // how far the round was, to come back to it
    history.scrollRestoration = "manual";
    this.go = this.go.bind(this);
  }

  async start() {
    const caught = await catchCode();
    await this.phone.load();
    await this.phone.tidy();
    this.phone.onChange(() => this.refresh());
    addEventListener("hashchange", async () => this.show(await catchCode()));
    setInterval(() => { if (!document.hidden) this.refresh(); }, EVERY_MS);
    await this.show(caught ?? (this.phone.identity ? null : await untriedCode()));
    this.sender.start();
    this.whereabouts.follow();
    this.shell.start();
  }

  /** Go to a screen. Home is always one step back in the browser's history, never a growing heap of steps. */
  go(path) {
    if (path === this.path) return;
    if (path === "") history.replaceState(null, "", "#/");
    else if (this.path === "" || path.startsWith("deliver/") || path.startsWith("fail/")) history.pushState(null, "", `#/${path}`);
    else history.replaceState(null, "", `#/${path}`);
    this.show();
  }

  get path() { return location.hash.replace(/^#\/?/, ""); }

  async show(code = null) {
    const turn = (this.turn = (this.turn ?? 0) + 1);
    const [name, id] = this.path.split("/");
    const open = SCREENS[name] ?? SCREENS[""];
    if (this.view instanceof RoundView) this.scrolled = scrollY;
    const view = !this.phone.identity || code ? new PairView(this, code) : await open(this, id && decodeURIComponent(id));
    if (turn !== this.turn) return undefined;   // somewhere else meanwhile
    if (!view) return this.go("");
    this.view?.leave?.();
    this.view = view;
    this.shown = this.path;
    fill(this.main, view.element);
    fill(this.dock, this.snack.element, view.foot);
    this.refresh();
    scrollTo(0, view instanceof RoundView ? this.scrolled : 0);
    this.main.focus({ preventScroll: true });
    return undefined;
  }

  refresh() {
    if (!this.view) return;
    this.bar.update(this.view, this.path === "");
    this.snack.update();
    this.view.update();
  }

  /** The driver did something: kept first, then shown, then sent. */
  async act(kind, more) {
    await this.phone.act(kind, more);
    this.sender.wake();
  }

  /** A stop was seen to: back to the round, with what comes next at the top; unless the driver went on already. */
  finished(view) {
    if (this.view !== view || this.path !== this.shown) return;
    this.scrolled = 0;
    this.go("");
  }

  arrive(stop) { return this.act("arrive", { order: stop, body: this.whereabouts.now }); }

  async paired() {
    await this.phone.changed();
    await this.show();
    this.sender.wake();
  }
}

new App().start().catch((fault) => {
  // without storage nothing could be kept: say so instead of losing it
  append(document.body, [`${words.link.broken}: ${fault}`]);
  throw fault;
});
