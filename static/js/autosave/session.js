/* When the sign-in ends while somebody writes: the page stays, they sign in again in a new tab
   (with whatever second factor they have), and this page goes on where it was. */

import { dialog } from "./parts.js";
import { get } from "./server.js";
import * as tabs from "./tabs.js";
import * as tails from "./tails.js";

// After "Not now" they may write on; the line beside the form says what is not sent.
const QUIET = 60_000;

export class Session {
  constructor(owner, forms) {
    this.owner = owner;
    this.forms = forms;
    this.waiting = new Set();
    this.quietUntil = 0;
    this.dialog = null;
    tabs.hear((message) => this.heard(message));
    for (const event of ["focus", "online"]) window.addEventListener(event, () => this.resume());
    document.addEventListener("visibilitychange", () => document.hidden || this.resume());
  }

  ended(form) {
    this.waiting.add(form);
    if (this.dialog || Date.now() < this.quietUntil) return;
    this.dialog = dialog("signed-out");
    this.dialog.answer.then(() => {
      this.dialog = null;
      this.quietUntil = Date.now() + QUIET;
    });
  }

  /* Somebody else signed in on this browser: what is on this page is not for them to read. */
  async somebodyElse(form) {
    this.waiting.delete(form);
    if (this.isOver) return;
    this.isOver = true;
    this.dialog?.close();
    document.querySelector("main")?.setAttribute("inert", "");
    form.form.hidden = true;
    await dialog("somebody-else").answer;
    await tails.drop(form.draft, form.page);
    window.location.assign("/");
  }

  heard(message) {
    if (message.type === "signed-out") window.location.reload();
    if (message.type !== "here") return;
    if (message.owner === this.owner) return void this.resume();
    const unsent = [...this.forms].filter((form) => form.isDirty);
    if (!unsent.length) return window.location.reload();
    for (const form of unsent) this.somebodyElse(form);
  }

  async resume() {
    if (this.isResuming) return;
    this.isResuming = true;
    for (const form of [...this.waiting]) {
      const found = await get(form.url, form.target);
      if (found.kind === "somebody-else") await this.somebodyElse(form);
      if (found.kind !== "saved" && found.kind !== "gone") continue;
      this.waiting.delete(form);
      await form.save();
    }
    this.isResuming = false;
    if (!this.waiting.size) this.dialog?.close();
  }
}
