// How this phone comes to be trusted: a one-time code in the link's fragment, which no server and no log ever sees.

import { ask } from "./api.js";
import * as kept from "./kept.js";
import { uuid7 } from "./keys.js";

/** The code in a link, or what was typed instead of one. */
export function codeIn(text) {
  const trimmed = text.trim();
  const found = /#pair=([^&\s]+)/.exec(trimmed);
  return found ? decodeURIComponent(found[1]) : trimmed;
}

/** The code in the address, which is taken out of it before anything else, and kept until it was tried. */
export async function catchCode() {
  if (!location.hash.startsWith("#pair=")) return null;
  const code = codeIn(location.hash);
  history.replaceState(null, "", location.pathname);
  await kept.keepFact("pairing", code);
  return code;
}

/** A code that could not be tried yet. */
export const untriedCode = async () => (await kept.fact("pairing")) ?? null;

/** Redeem a code. Raises what `ask` raises; a code that was tried in vain is forgotten. */
export async function pair(code) {
  try {
    const json = { code, unique_id: await ownName(), label: label() };
    const { body } = await ask("POST", "/pair", { json });
    await kept.change(["facts"], (store) => {
      const facts = store("facts");
      facts.put({ ...body, at: Date.now() }, "identity");
      for (const name of ["pairing", "known", "accepted"]) facts.delete(name);
    });
    navigator.storage?.persist?.();
  } catch (fault) {
    if (fault.status && !fault.passing) await kept.change(["facts"], (store) => { store("facts").delete("pairing"); });
    throw fault;
  }
}

async function ownName() {
  const known = await kept.fact("unique_id");
  if (known) return known;
  const made = uuid7();
  await kept.keepFact("unique_id", made);
  return made;
}

/** What the dispatcher will see this phone called: its model, as far as the browser tells. */
function label() {
  const model = /\((?:Linux; Android [\d.]+; )?([^;)]+)/.exec(navigator.userAgent)?.[1] ?? "Phone";
  return model === "K" ? "Android phone" : model.slice(0, 40);
}
