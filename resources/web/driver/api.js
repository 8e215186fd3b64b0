// Requests to the gateway. Every failure has a kind, because each asks for something else of the driver.

const TIMEOUT_MS = 20_000;

export class Unreachable extends Error {}     // no signal, no gateway: try again later
export class NotLetIn extends Error {}        // the token is not good (any more)
export class NotTaken extends Error {         // the gateway answered, and did not want it
  constructor(status, said, remedy, retryAfterS) {
    super(said);
    Object.assign(this, { status, remedy, retryAfterS });
  }

  /** Whether the same request may be taken later. */
  get passing() { return this.status === 408 || this.status === 429 || this.status >= 500; }
}

/** Send a request; resolves with {status, etag, body}, where 304 counts as an answer and has no body. */
export async function ask(method, path, { token, json, bytes, headers = {}, timeoutMs = TIMEOUT_MS } = {}) {
  const all = { ...headers };
  if (token) all.Authorization = `Bearer ${token}`;
  if (json !== undefined) all["Content-Type"] = "application/json";
  let response;
  let body = null;
  try {
    response = await fetch(path, {
      method, headers: all, body: json === undefined ? bytes : JSON.stringify(json),
      cache: "no-store", credentials: "omit", redirect: "error", signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 304) body = await read(response);
  } catch (fault) {
    throw new Unreachable(String(fault));
  }
  if (response.ok || response.status === 304) return { status: response.status, etag: response.headers.get("ETag"), body };
  if (token && (response.status === 401 || response.status === 403)) throw new NotLetIn(body?.error ?? "");
  const wait = Number(response.headers.get("Retry-After")) || null;
  throw Object.assign(new NotTaken(response.status, body?.error ?? `${response.status}`, body?.remedy ?? "", wait), { body });
}

async function read(response) {
  const text = await response.text();
  try { return JSON.parse(text); } catch { return null; }
}
