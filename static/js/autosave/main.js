/* Starts on every page of somebody who is signed in: forms that save themselves, what earlier
   pages left unsent, and signing out. */

import { SavedForm } from "./form.js";
import * as plan from "../plan/kept.js";
import { watchSignOut } from "./leaving.js";
import { sendTail } from "./posts.js";
import { Session } from "./session.js";
import * as tabs from "./tabs.js";
import * as tails from "./tails.js";

const { owner, timezone: zone, signOut } = document.querySelector("script[data-autosave]").dataset;
const forms = new Set();
const session = new Session(owner, forms);

function begin(root) {
  for (const form of root.querySelectorAll("form[data-draft]")) {
    if ([...forms].some((known) => known.form === form)) continue;
    forms.add(new SavedForm(form, { owner, zone, session }));
  }
  for (const box of root.querySelectorAll("input[data-shared-device]")) {
    box.checked = tails.isShared();
    box.addEventListener("change", () => {
      tails.setShared(box.checked);
      if (box.checked) plan.remove();
    });
  }
}

function present() {
  for (const form of forms) if (!form.form.isConnected) forms.delete(form);
  return [...forms];
}

/* Pages that were closed, or whose computer was, left these behind. */
async function sendLeftovers() {
  for (const tail of await tails.all(owner)) {
    if (await tabs.isAlive(tail.page)) continue;
    const form = present().find((one) => one.draft === tail.draft);
    if (form) await form.adopt(tail);
    else {
      const { kind, url } = await sendTail(tail);
      if (["saved", "conflict", "gone"].includes(kind)) await tails.drop(tail.draft, tail.page);
      // What this page asks for has been pressed before, without a network.
      if (kind === "saved" && url && document.querySelector("form[data-send-later]")) window.location.assign(url);
    }
  }
}

function leave() {
  for (const form of present()) form.leave();
}

function comeBack() {
  for (const form of present()) form.retry();
  tabs.alone("leftovers", sendLeftovers);
}

begin(document);
document.addEventListener("htmx:load", (event) => begin(event.target));
window.addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => document.hidden && leave());
window.addEventListener("online", comeBack);
window.addEventListener("focus", () => { for (const form of present()) form.retry(); });
window.addEventListener("beforeunload", (event) => {
  const risky = ["unkept", "gone", "refused"];
  const unkept = present().some((form) => risky.includes(form.line.state) && form.isDirty && !form.isHandedIn);
  if (unkept) event.preventDefault();
});
// A page that comes out of the browser's memory may belong to a session that is over.
window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());

watchSignOut(signOut, owner, forms);
tabs.tell({ type: "here", owner });
await tails.purgeOthers(owner);
await plan.purgeOthers(owner);
await tabs.alone("leftovers", sendLeftovers);
for (const form of present()) {
  if (await tabs.isWrittenElsewhere(form.draft) && !form.pen) form.showElsewhere();
}
document.documentElement.dataset.autosave = "ready";
