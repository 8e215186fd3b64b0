// What the phone keeps: an IndexedDB. Whatever is in a transaction here survives a closed tab and an empty battery.
//
// facts      one value under a name: pairing, identity, round, accepted, seq
// actions    by key: what the driver did, until long after it was sent
// photos     by SHA-256: which are to be sent, and how far they are
// bytes      by SHA-256: the photos themselves
// positions  in the order they were measured
// drafts     by stop: forms that are half filled in

const NAME = "roundhouse-driver";
const VERSION = 1;

let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const db = request.result;
      for (const name of ["facts", "bytes", "drafts"]) db.createObjectStore(name);
      db.createObjectStore("actions", { keyPath: "key" });
      db.createObjectStore("photos", { keyPath: "sha256" });
      db.createObjectStore("positions", { autoIncrement: true });
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      // the browser closed it (storage cleared, a newer page): the next call opens it anew
      request.result.onclose = () => { opened = null; };
      request.result.onversionchange = () => { request.result.close(); opened = null; };
      resolve(request.result);
    };
  });
  opened.catch(() => { opened = null; });
  return opened;
}

/** A request's answer. */
export const answer = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** Run `change(store by name)` in one transaction; resolves with its answer once everything is on the disk. */
export async function change(names, run) {
  const db = await open();
  const transaction = db.transaction(names, "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error ?? new DOMException("taken back", "AbortError"));
  });
  try {
    const result = await run((name) => transaction.objectStore(name));
    await done;
    return result;
  } catch (fault) {
    done.catch(() => {});
    try { transaction.abort(); } catch { /* it had ended by itself */ }
    throw fault;
  }
}

async function read(name, ask) {
  const db = await open();
  return answer(ask(db.transaction(name).objectStore(name)));
}

export const fact = (name) => read("facts", (store) => store.get(name));
export const keepFact = (name, value) => change(["facts"], (store) => { store("facts").put(value, name); });
export const all = (name) => read(name, (store) => store.getAll());
export const one = (name, key) => read(name, (store) => store.get(key));
export const draft = (key) => read("drafts", (store) => store.get(key));
export const keepDraft = (key, value) => change(["drafts"], (store) => { store("drafts").put(value, key); });

const MOST_POSITIONS = 10_000;
const APART_MS = 10_000;

/** Keep a position unless one was kept within ten seconds before it, by any tab; the oldest give way. */
export const keepPosition = (position) => change(["positions"], async (store) => {
  const positions = store("positions");
  const last = await answer(positions.openCursor(null, "prev"));
  if (last && Date.parse(position.at) - Date.parse(last.value.at) < APART_MS) return false;
  positions.add(position);
  const excess = await answer(positions.count()) - MOST_POSITIONS;
  if (excess > 0) {
    const oldest = await answer(positions.getAllKeys(null, excess));
    positions.delete(IDBKeyRange.upperBound(oldest.at(-1)));
  }
  return true;
});

/** The oldest positions with the key up to which they go. */
export const oldestPositions = (limit) => change(["positions"], async (store) => {
  const positions = store("positions");
  const [keys, values] = await Promise.all([answer(positions.getAllKeys(null, limit)), answer(positions.getAll(null, limit))]);
  return { values, upTo: keys.at(-1) ?? null };
});

export const dropPositions = (upTo) =>
  change(["positions"], (store) => { store("positions").delete(IDBKeyRange.upperBound(upTo)); });
