/* Keeps one public page with its stylesheet, script and icon: whom to call, for when there is no network.

   Nothing else is ever stored. The page is fetched without cookies, so that it is the one that
   everybody gets; no page of a person, no answer and no draft passes through the cache.

   Staff who switched it on are told here that something needs them. A notice holds no content, and pressing
   it opens the front page. */

const CACHE = "painclinic-help-1";
const PAGE = "/help-now/offline/";
const MOST_AGE = 60 * 60 * 1000;
// What a front says when the site itself is away.
const AWAY = [502, 503, 504];

let language = "";
let filledFor = "";

async function fill() {
  filledFor = language;
  const headers = language ? { "Accept-Language": language } : {};
  const response = await fetch(PAGE, { credentials: "omit", cache: "no-store", redirect: "error", headers });
  if (!response.ok) throw new Error(`${PAGE}: ${response.status}`);
  const text = await response.clone().text();
  const files = [...text.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]);
  const cache = await caches.open(CACHE);
  await cache.addAll(files.map((file) => new Request(file, { credentials: "omit" })));
  // The page comes last: it never names a file that is not there.
  await cache.put(PAGE, response);
  const wanted = new Set([PAGE, ...files]);
  for (const request of await cache.keys()) {
    if (!wanted.has(new URL(request.url).pathname)) await cache.delete(request);
  }
}

async function kept(request) {
  return (await caches.open(CACHE)).match(request);
}

/* Numbers may change: a copy is renewed while the site is in use, at most once an hour. */
async function renew() {
  const page = await kept(PAGE);
  const age = Date.now() - (Date.parse(page?.headers.get("Date")) || 0);
  // A language that the site does not have is asked for once.
  const isForeign = language !== filledFor && page?.headers.get("Content-Language") !== language;
  if (age > MOST_AGE || isForeign) await fill();
}

async function open(event) {
  try {
    const response = (await event.preloadResponse) ?? (await fetch(event.request));
    return AWAY.includes(response.status) ? (await kept(PAGE)) ?? response : response;
  } catch {
    return (await kept(PAGE)) ?? Response.error();
  }
}

async function file(request) {
  try {
    return await fetch(request);
  } catch {
    return (await kept(request)) ?? Response.error();
  }
}

async function begin() {
  for (const name of await caches.keys()) {
    if (name.startsWith("painclinic-help-") && name !== CACHE) await caches.delete(name);
  }
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(begin()));

self.addEventListener("message", (event) => {
  if (typeof event.data?.language !== "string") return;
  language = event.data.language;
  event.waitUntil(renew().catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(open(event));
  else if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
});

/* A second copy of one notice has the same tag and takes the place of the first. */
async function tell(event) {
  let notice = {};
  try {
    notice = event.data?.json() ?? {};
  } catch {
    // Unreadable: somebody is called all the same.
  }
  const title = String(notice.title || "Please sign in and look now");
  await self.registration.showNotification(title, { tag: String(notice.tag || ""), requireInteraction: true });
}

self.addEventListener("push", (event) => event.waitUntil(tell(event)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("/"));
});
