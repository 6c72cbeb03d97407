/* A form that was pressed without a network: kept like a tail, and sent as the form itself would have been. */

import { currentToken, put } from "./server.js";

const TIMEOUT = 15_000;

/* Kinds: saved (with the address it led to), signed-out (likewise), gone, later, offline. */
export async function post(url, fields) {
  const body = new URLSearchParams({ ...fields, csrfmiddlewaretoken: currentToken() });
  const { signIn } = document.querySelector("script[data-autosave]").dataset;
  try {
    const signal = AbortSignal.timeout(TIMEOUT);
    const response = await fetch(url, { method: "POST", body, credentials: "same-origin", cache: "no-store", signal });
    if (new URL(response.url).pathname === signIn) return { kind: "signed-out", url: response.url };
    if (response.ok) return { kind: "saved", url: response.url };
    return { kind: response.status < 500 && response.status !== 429 ? "gone" : "later" };
  } catch {
    return { kind: "offline" };
  }
}

/* Sends what an earlier page left: the text of a draft, or the press of a form. */
export function sendTail(tail) {
  return tail.fields ? post(tail.url, tail.fields) : put(tail.url, tail.body);
}
