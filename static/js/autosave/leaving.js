/* Signing out removes what is kept on this device; what was not sent yet is sent first, or said. */

import { remove as removePlan } from "../plan/kept.js";
import { dialog } from "./parts.js";
import { sendTail } from "./posts.js";
import * as tabs from "./tabs.js";
import * as tails from "./tails.js";

async function send(owner, forms) {
  await Promise.all([...forms].map((form) => (form.isDirty ? form.save() : null)));
  for (const tail of await tails.all(owner)) {
    const { kind } = await sendTail(tail);
    if (["saved", "conflict", "gone"].includes(kind)) await tails.drop(tail.draft, tail.page);
  }
}

async function isAllSent(owner, forms) {
  await send(owner, forms);
  const isUnsent = [...forms].some((form) => form.isDirty && !form.conflict);
  return !isUnsent && (await tails.all(owner)).length === 0;
}

async function mayLeave(owner, forms) {
  while (!(await isAllSent(owner, forms))) {
    const answer = await dialog("leaving").answer;
    if (answer !== "again") return answer === "leave";
  }
  return true;
}

export function watchSignOut(path, owner, forms) {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (new URL(form.action, window.location.href).pathname !== path) return;
    event.preventDefault();
    if (!(await mayLeave(owner, forms))) return;
    for (const written of forms) written.isHandedIn = true;
    await tails.wipe();
    await removePlan();
    tabs.tell({ type: "signed-out" });
    form.submit();
  });
}
