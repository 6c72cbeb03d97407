/* Talks to the drafts API and says in one word what came of it. */

const TIMEOUT = 15_000;
const OWNER = document.querySelector("script[data-autosave]").dataset.owner;

function firstToken() {
  const input = document.querySelector("input[name=csrfmiddlewaretoken]");
  if (input) return input.value;
  try {
    return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
  } catch {
    return "";
  }
}

let token = firstToken();

/* After signing in again the old token is worth nothing, in this page's forms as well. */
export function takeToken(fresh) {
  token = fresh;
  for (const input of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) input.value = fresh;
  if (document.body.hasAttribute("hx-headers")) {
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": fresh }));
  }
}

export function currentToken() {
  return token;
}

async function ask(url, options) {
  const signal = options.keepalive ? undefined : AbortSignal.timeout(TIMEOUT);
  const response = await fetch(url, { credentials: "same-origin", cache: "no-store", signal, ...options });
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  const content = isJson ? await response.json() : {};
  const owner = response.headers.get("X-Draft-Owner") ?? "";
  return { status: response.status, after: Number(response.headers.get("Retry-After")) || 0, owner, content };
}

function outcome({ status, after, owner, content }) {
  if (owner && owner !== OWNER) return { kind: "somebody-else" };
  if (status === 200 && "rev" in content) return { kind: "saved", ...content };
  if (status === 409) return { kind: "conflict", ...content };
  if (status === 401) return { kind: "signed-out" };
  if (status === 403) return { kind: "forbidden" };
  if (status === 404) return { kind: "gone" };
  if (status === 400 || status === 413) return { kind: "refused", errors: content.errors ?? {} };
  return { kind: "later", after };
}

async function attempt(url, options) {
  try {
    return outcome(await ask(url, options));
  } catch {
    // No network, no answer in time, or an answer cut short: whether it arrived is not known.
    return { kind: "offline" };
  }
}

/* The newest text of a draft, and a fresh token: kinds saved, signed-out, somebody-else, gone, later, offline. */
export async function get(url, target) {
  const found = await attempt(`${url}?target=${encodeURIComponent(target)}`, { method: "GET" });
  if (found.csrf_token) takeToken(found.csrf_token);
  return found;
}

/* Kinds: saved, conflict, signed-out, somebody-else, gone, refused, later, offline. */
export async function put(url, body, { keepalive = false } = {}) {
  const send = () => attempt(url, {
    method: "PUT",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
    keepalive,
  });
  const first = await send();
  if (first.kind !== "forbidden") return first;
  // Signing in, in another tab, changed the token: take the new one and try once more.
  const fresh = await get(url, body.target);
  if (fresh.kind !== "saved") return fresh;
  const second = await send();
  return second.kind === "forbidden" ? { kind: "gone" } : second;
}
