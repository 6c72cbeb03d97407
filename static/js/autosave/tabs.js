/* What the tabs of one browser tell each other. Where the browser has no such channel, every tab
   is alone, and the server still keeps both texts. */

const channel = "BroadcastChannel" in window ? new BroadcastChannel("painclinic-drafts") : null;
const listeners = [];

channel?.addEventListener("message", (event) => {
  for (const listener of listeners) listener(event.data);
});

export function tell(message) {
  channel?.postMessage(message);
}

export function hear(listener) {
  listeners.push(listener);
}

function forever() {
  return new Promise(() => {});
}

/* Says that this page lives, until it does not. */
export function live(page) {
  navigator.locks?.request(`autosave-page:${page}`, forever).catch(() => {});
}

async function held() {
  const state = await navigator.locks?.query();
  return new Set((state?.held ?? []).map((lock) => lock.name));
}

export async function isAlive(page) {
  return (await held()).has(`autosave-page:${page}`);
}

export async function isWrittenElsewhere(draft) {
  return (await held()).has(`autosave-draft:${draft}`);
}

/* Takes the pen for a draft: null when another tab has it, else a function that puts it down. */
export function takePen(draft, { steal = false } = {}) {
  if (!navigator.locks) return Promise.resolve(() => {});
  return new Promise((resolve) => {
    const options = steal ? { steal: true } : { ifAvailable: true };
    navigator.locks
      .request(`autosave-draft:${draft}`, options, (lock) => {
        if (!lock) return resolve(null);
        return new Promise((letGo) => { resolve(letGo); });
      })
      .catch(() => {});
  });
}

/* Does something that two tabs must not do at once. */
export function alone(name, work) {
  return navigator.locks ? navigator.locks.request(`autosave-${name}`, work) : work();
}
