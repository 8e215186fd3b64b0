// Keeps the page itself on the phone. A whole set of files is named by the hash of all their bytes; the page uses one set
// until the driver takes over the next, so that no action is cut short and no two versions are ever mixed.

const FILES = [
  "./", "driver.css", "icon-192.png", "icon-512.png", "icon.svg", "manifest.webmanifest", "api.js", "bar.js", "changes.js", "choices.js", "code.js", "deliver.js",
  "dom.js", "drafts.js", "fail.js", "finish.js", "format.js", "ink.js", "kept.js", "keys.js", "load.js", "main.js", "needs.js", "notes.js", "pair.js", "pairing.js",
  "phone.js", "photos.js", "place.js", "queue.js", "round.js", "rounds.js", "scan.js", "sender.js", "shell.js", "snack.js", "stop.js", "uploads.js",
  "words.js",
];
const API = new URL("api/", self.registration.scope).pathname;
const HOME = new URL("./", self.registration.scope).href;
const PREFIX = "driver-";
const POINTER = "driver";           // the cache that holds nothing but the name of the set in use
const CURRENT = new URL("current", HOME).href;
const WHOLE = new URL("whole", HOME).href;   // in a set: all of its files are there

let using = null;

async function current() {
  using ??= (await (await (await caches.open(POINTER)).match(CURRENT))?.text()) ?? null;
  return using;
}

async function use(name) {
  await (await caches.open(POINTER)).put(CURRENT, new Response(name));
  using = name;
  const old = (await caches.keys()).filter((key) => key.startsWith(PREFIX) && key !== name);
  await Promise.all(old.map((key) => caches.delete(key)));
}

/** Fetch every file anew and keep the set under its hash; resolves with its name. */
async function fetchSet() {
  const answers = await Promise.all(FILES.map((file) => fetch(new URL(file, HOME), { cache: "no-cache", credentials: "omit" })));
  const bad = answers.find((answer) => !answer.ok || answer.redirected);
  if (bad) throw new Error(`${bad.status} ${bad.url}`);
  const bodies = await Promise.all(answers.map((answer) => answer.clone().arrayBuffer()));
  const sums = await Promise.all(bodies.map((body) => crypto.subtle.digest("SHA-256", body)));
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(sums).arrayBuffer()));
  const name = PREFIX + [...sum.slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const cache = await caches.open(name);
  if (!(await cache.match(WHOLE))) {
    await Promise.all(answers.map((answer, index) => cache.put(new URL(FILES[index], HOME), answer)));
    await cache.put(WHOLE, new Response(name));
  }
  return name;
}

async function install() {
  const name = await fetchSet();
  if (!(await current())) await use(name);
  await self.skipWaiting();
}

async function fromSet(request) {
  const name = await current();
  const page = request.mode === "navigate" ? HOME : request.url;
  const held = name && (await (await caches.open(name)).match(page, { ignoreSearch: true, ignoreVary: true }));
  return held ?? fetch(request);
}

async function answer({ data, ports: [port] }) {
  try {
    if (data.kind === "check") port.postMessage({ newer: await fetchSet().then(async (name) => (name === (await current()) ? null : name)) });
    if (data.kind === "use") port.postMessage({ used: await use(data.name).then(() => data.name) });
  } catch (fault) {
    port.postMessage({ failed: String(fault) });   // no signal: asked again with the next start
  }
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("message", (event) => event.waitUntil(answer(event)));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || !event.request.url.startsWith(HOME) || url.pathname.startsWith(API)) return;
  event.respondWith(fromSet(event.request));
});
