/* The pages with the numbers to call. What is pressed without a network is kept on this device,
   encrypted, and sent when there is one; the numbers stay where they are. */

import { post } from "./autosave/posts.js";
import * as tabs from "./autosave/tabs.js";
import * as tails from "./autosave/tails.js";

const LOOK = 5_000;
const { owner } = document.querySelector("script[data-autosave]").dataset;
const page = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const notice = document.querySelector("[data-waits]");
const waiting = new Map();
let isSending = false;

function wait(isKept) {
  notice.querySelector("[data-kept]").hidden = !isKept;
  notice.querySelector("[data-unkept]").hidden = isKept;
  if (!notice.hidden) return;
  notice.hidden = false;
  notice.focus();
}

async function sendOne(name, pressed) {
  const { kind, url } = await post(pressed.url, pressed.fields);
  if (kind === "saved") await tails.drop(name, page);
  if (kind === "saved" || kind === "signed-out") return { url };
  if (kind === "gone") return { form: pressed.form };
  wait(await tails.keep(owner, name, page, { url: pressed.url, fields: pressed.fields, at: Date.now() }));
  return {};
}

async function send() {
  if (isSending || !waiting.size) return;
  isSending = true;
  for (const [name, pressed] of [...waiting]) {
    const { url, form } = await sendOne(name, pressed);
    // The server says what is wrong better than a script could.
    if (form) return form.submit();
    if (!url) break;
    waiting.delete(name);
    if (!waiting.size) return window.location.assign(url);
  }
  isSending = false;
}

tabs.live(page);
for (const form of document.querySelectorAll("form[data-send-later]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { csrfmiddlewaretoken: _token, ...fields } = Object.fromEntries(new FormData(form));
    const url = new URL(form.action, window.location.href).pathname;
    waiting.set(`press:${url}`, { form, url, fields });
    send();
  });
}
window.addEventListener("online", send);
window.addEventListener("focus", send);
setInterval(send, LOOK);
