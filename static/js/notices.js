/* The page on which staff switch notices on for this device (web push). */

const card = document.querySelector("[data-notices]");
const form = card?.querySelector("[data-subscribe]");

function say(state) {
  for (const line of card.querySelectorAll("[data-when]")) line.hidden = line.dataset.when !== state;
  if (form) form.hidden = state === "on" || state === "unsupported";
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

async function digest(text) {
  const sum = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function manager() {
  const { serviceWorker } = navigator;
  const known = await serviceWorker.getRegistration("/");
  if (known?.active) return known.pushManager;
  await serviceWorker.register("/service-worker.js", { scope: "/", updateViaCache: "none" });
  return (await serviceWorker.ready).pushManager;
}

/* A subscription under an older key of this installation is of no use any more. */
function fits(own) {
  const key = own.options.applicationServerKey;
  if (!key) return true;
  const wanted = bytes(card.dataset.key);
  const held = new Uint8Array(key);
  return held.length === wanted.length && held.every((byte, place) => byte === wanted[place]);
}

async function subscribe() {
  const push = await manager();
  let own = await push.getSubscription();
  if (own && !fits(own)) {
    await own.unsubscribe();
    own = null;
  }
  own ??= await push.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(card.dataset.key) });
  const { endpoint, keys } = own.toJSON();
  form.elements.endpoint.value = endpoint;
  form.elements.p256dh.value = keys.p256dh;
  form.elements.auth.value = keys.auth;
  form.submit();
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if ((await Notification.requestPermission()) !== "granted") {
    say("blocked");
    return;
  }
  try {
    await subscribe();
  } catch {
    say("failed");
  }
});

function seconds(count) {
  return new Promise((done) => { setTimeout(done, count * 1000); });
}

/* Taken off here, the browser forgets it, too; taken off from elsewhere, only the site does. */
async function forget(row) {
  const own = await (await manager()).getSubscription();
  if (own && row.dataset.device === await digest(own.endpoint)) await own.unsubscribe();
}

for (const removal of card?.querySelectorAll("[data-remove]") ?? []) {
  removal.addEventListener("submit", async (event) => {
    event.preventDefault();
    const forgotten = forget(removal.closest("[data-device]")).catch(() => {});
    // A worker that never comes up must keep nobody from taking the device off.
    await Promise.race([forgotten, seconds(3)]);
    removal.submit();
  });
}

async function begin() {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    say("unsupported");
    return;
  }
  const own = await (await manager()).getSubscription();
  const here = own && fits(own) && card.querySelector(`[data-device="${await digest(own.endpoint)}"]`);
  if (here) here.querySelector("[data-here]").hidden = false;
  if (here) say("on");
  else say(Notification.permission === "denied" ? "blocked" : "off");
}

if (card) begin().catch(() => say("unsupported"));
