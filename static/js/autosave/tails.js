/* What is typed and not acknowledged yet, kept on this device until it is.

   Encrypted (AES-GCM) under a key that no script can read out, bound to one person, one draft and
   one page. Nothing is kept on a device that is shared. See the decision record on unsent text. */

const DATABASE = "painclinic-drafts";
const SHARED = "painclinic-shared-device";

let opening = null;
let isClosed = false;

export function isShared() {
  try {
    return localStorage.getItem(SHARED) === "1";
  } catch {
    return true;
  }
}

export async function setShared(shared) {
  try {
    localStorage.setItem(SHARED, shared ? "1" : "0");
  } catch {
    // A browser that remembers no choice counts as shared, see above.
  }
  if (shared) await wipe();
  isClosed = false;
}

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

async function connect() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("keys", { keyPath: "owner" });
    request.result.createObjectStore("tails", { keyPath: "id" });
  };
  const database = await promised(request);
  const forget = () => { opening = null; };
  database.onclose = forget;
  database.onversionchange = () => { database.close(); forget(); };
  return database;
}

async function inStore(name, mode, work) {
  opening ??= connect();
  const transaction = (await opening).transaction(name, mode);
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("aborted"));
  });
  const [result] = await Promise.all([work(transaction.objectStore(name)), done]);
  return result;
}

/* A browser short of memory closes the database under a living page: open it again, once. */
async function store(name, mode, work) {
  if (isClosed) throw new Error("closed");
  try {
    return await inStore(name, mode, work);
  } catch {
    opening = null;
    return inStore(name, mode, work);
  }
}

async function keyOf(owner) {
  const found = await store("keys", "readonly", (keys) => promised(keys.get(owner)));
  if (found) return found.key;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return store("keys", "readwrite", async (keys) => {
    const other = await promised(keys.get(owner));
    if (!other) keys.put({ owner, key: made });
    return other ? other.key : made;
  });
}

function cipher(record) {
  const bound = new TextEncoder().encode(`${record.owner}:${record.id}`);
  return { name: "AES-GCM", iv: record.iv, additionalData: bound };
}

function idOf(draft, page) {
  return `${draft}:${page}`;
}

/* Keeps a tail in place of the page's earlier one. Answers whether it is really kept. */
export async function keep(owner, draft, page, content) {
  if (isShared()) return false;
  try {
    const record = { id: idOf(draft, page), owner, draft, page, iv: crypto.getRandomValues(new Uint8Array(12)) };
    const plain = new TextEncoder().encode(JSON.stringify(content));
    record.box = await crypto.subtle.encrypt(cipher(record), await keyOf(owner), plain);
    await store("tails", "readwrite", (tails) => promised(tails.put(record)));
    return true;
  } catch {
    // No room, private browsing, no secure connection: the saved line must not claim otherwise.
    return false;
  }
}

export async function drop(draft, page) {
  try {
    await store("tails", "readwrite", (tails) => promised(tails.delete(idOf(draft, page))));
  } catch {
    // It is found again with the next page, and the server knows its text already.
  }
}

async function opened(record, key) {
  try {
    const plain = await crypto.subtle.decrypt(cipher(record), key, record.box);
    return { draft: record.draft, page: record.page, ...JSON.parse(new TextDecoder().decode(plain)) };
  } catch {
    await drop(record.draft, record.page);
    return null;
  }
}

/* The tails of this person, of all pages. */
export async function all(owner) {
  try {
    const records = await store("tails", "readonly", (tails) => promised(tails.getAll()));
    const own = records.filter((record) => record.owner === owner);
    if (!own.length) return [];
    const key = await keyOf(owner);
    return (await Promise.all(own.map((record) => opened(record, key)))).filter(Boolean);
  } catch {
    return [];
  }
}

/* What somebody else left on this device goes, unread. */
export async function purgeOthers(owner) {
  try {
    for (const name of ["tails", "keys"]) {
      await store(name, "readwrite", async (rows) => {
        for (const row of await promised(rows.getAll())) {
          if (row.owner !== owner) rows.delete(name === "keys" ? row.owner : row.id);
        }
      });
    }
  } catch {
    // Without storage there is nothing to remove.
  }
}

/* Removes everything from this device; this page keeps nothing after it. */
export async function wipe() {
  try {
    for (const name of ["tails", "keys"]) await store(name, "readwrite", (rows) => promised(rows.clear()));
    (await opening)?.close();
    await promised(indexedDB.deleteDatabase(DATABASE));
  } catch {
    // Another page still holds the emptied database open: nothing is in it.
  }
  opening = null;
  isClosed = true;
}
