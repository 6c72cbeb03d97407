/* The safety plan on the patient's own device, after they asked for it; see the decision record.

   Encrypted (AES-GCM) under a key that no script can read out, bound to one person. At most one
   plan is kept; it goes when its person signs out, and unread when somebody else signs in. */

const DATABASE = "painclinic-plan";

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

async function store(mode, work) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("plans", { keyPath: "owner" });
  const database = await promised(opening);
  try {
    const transaction = database.transaction("plans", mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("aborted"));
    });
    const [result] = await Promise.all([work(transaction.objectStore("plans")), done]);
    return result;
  } finally {
    database.close();
  }
}

function cipher(record) {
  return { name: "AES-GCM", iv: record.iv, additionalData: new TextEncoder().encode(record.owner) };
}

/* Keeps a plan in place of any other. Throws where the browser cannot. */
export async function keep(owner, plan) {
  const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const record = { owner, key, iv: crypto.getRandomValues(new Uint8Array(12)) };
  record.box = await crypto.subtle.encrypt(cipher(record), key, new TextEncoder().encode(JSON.stringify(plan)));
  await store("readwrite", async (plans) => {
    await promised(plans.clear());
    await promised(plans.put(record));
  });
}

async function records() {
  const known = await indexedDB.databases?.();
  // Looking must leave nothing behind.
  if (known && !known.some((one) => one.name === DATABASE)) return [];
  return store("readonly", (plans) => promised(plans.getAll()));
}

/* The plan that is kept here, or null. */
export async function read() {
  try {
    const [record] = await records();
    if (!record) return null;
    const plain = await crypto.subtle.decrypt(cipher(record), record.key, record.box);
    return { owner: record.owner, plan: JSON.parse(new TextDecoder().decode(plain)) };
  } catch {
    return null;
  }
}

/* Removes it from this device. */
export async function remove() {
  try {
    if ((await records()).length) await store("readwrite", (plans) => promised(plans.clear()));
    await promised(indexedDB.deleteDatabase(DATABASE));
  } catch {
    // Another page still holds the emptied database open: nothing is in it.
  }
}

/* What somebody else kept on this device goes, unread. */
export async function purgeOthers(owner) {
  try {
    if ((await records()).some((record) => record.owner !== owner)) await remove();
  } catch {
    // Without storage there is nothing to remove.
  }
}
