// Photos on their way: by their hash, in pieces, going on where the gateway left off.

import { NotTaken, ask } from "./api.js";
import * as kept from "./kept.js";

const PIECE = 256 * 1024;
const TIMEOUT_MS = 60_000;
const MOST_TRIES = 3;

/** Send one photo to its end. A photo that the gateway cannot take is kept and shown, and holds up no other. */
export async function sendPhoto(phone, photo) {
  const buffer = await kept.one("bytes", photo.sha256);
  if (!buffer) return phone.keepPhoto({ ...photo, state: "refused", why: "" });
  try {
    const { fault } = await upload(phone.identity.tokens.proofs, photo, buffer);
    return await phone.keepPhoto(fault ? { ...photo, state: "refused", why: fault } : { ...photo, state: "sent" });
  } catch (fault) {
    if (!(fault instanceof NotTaken) || fault.passing) throw fault;
    const tries = photo.tries + 1;
    return phone.keepPhoto({ ...photo, tries, state: tries < MOST_TRIES ? "waiting" : "refused", why: fault.message });
  }
}

async function upload(token, { sha256 }, buffer) {
  const path = `api/photos/${sha256}`;
  let { have, done, fault } = (await ask("GET", path, { token })).body;
  while (!done) {
    const bytes = buffer.slice(have, have + PIECE);
    const headers = { "Upload-Offset": String(have), "Upload-Length": String(buffer.byteLength), "Content-Type": "application/octet-stream" };
    try {
      ({ have, done, fault } = (await ask("PUT", path, { token, bytes, headers, timeoutMs: TIMEOUT_MS })).body);
    } catch (refusal) {
      const there = refusal instanceof NotTaken && refusal.status === 409 ? refusal.body?.have : undefined;
      if (!Number.isInteger(there) || there === have) throw refusal;
      have = there;
    }
  }
  return { fault };
}
