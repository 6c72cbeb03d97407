/* A form that saves itself: `<form data-draft=… data-draft-rev=… data-draft-url=…>`.

   What is typed goes to the server a second after the last key, ten at the latest, and when the
   page is left. Until the server has acknowledged it, it is kept on this device (tails.js). */

import { fill, isEqual, read } from "./fields.js";
import { Line } from "./line.js";
import { dialog, part } from "./parts.js";
import { get, put } from "./server.js";
import * as tabs from "./tabs.js";
import * as tails from "./tails.js";
import { Versions } from "./versions.js";

const PAUSE = 1_000;
const LONGEST = 10_000;
const LEFT = "painclinic-left-unsaved";
const TAIL_PAUSE = 250;
const CONFLICT_PAUSE = 5_000;
const RETRIES = [2_000, 4_000, 8_000, 15_000, 30_000, 60_000];

function newPage() {
  return [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class SavedForm {
  constructor(form, { owner, zone, session }) {
    Object.assign(this, { form, owner, session });
    const { draft, draftRev, draftUrl, draftPurpose, draftTarget } = form.dataset;
    Object.assign(this, { draft, rev: Number(draftRev), url: draftUrl, purpose: draftPurpose, target: draftTarget });
    this.page = newPage();
    this.count = this.acknowledged = 0;
    this.line = new Line(form, zone);
    this.saved = read(form);
    this.conflict = this.versions = this.saving = this.waitingSince = null;
    this.failures = 0;
    tabs.live(this.page);
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", () => this.changed());
    form.addEventListener("submit", (event) => this.submitted(event));
    tabs.hear((message) => this.heard(message));
    this.showKept();
    this.catchUp();
  }

  /* The last save of the page before this one may have arrived after this one was drawn. */
  catchUp() {
    if (sessionStorage.getItem(LEFT) !== this.draft) return;
    sessionStorage.removeItem(LEFT);
    setTimeout(() => this.follow(), PAUSE);
  }

  get isDirty() {
    return !isEqual(read(this.form), this.saved);
  }

  get mark() {
    return `${this.page}.${this.count}`;
  }

  body(data, tab) {
    return { base_rev: this.rev, data, purpose: this.purpose, target: this.target, tab };
  }

  /* --- typing --- */

  changed() {
    if (this.isFilling) return;
    if (!this.isDirty && !this.conflict) return;
    this.takePen();
    if (this.line.state === "saved" || this.line.state === "idle") this.line.set("unsaved");
    this.tailTimer ??= setTimeout(() => this.keepTail(), this.hasTail ? TAIL_PAUSE : 0);
    this.waitingSince ??= Date.now();
    const rest = Math.max(0, this.waitingSince + LONGEST - Date.now());
    this.saveIn(this.conflict ? CONFLICT_PAUSE : Math.min(PAUSE, rest));
    this.versions?.element.contains(document.activeElement) || this.versions?.draw();
  }

  saveIn(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), pause);
  }

  async keepTail() {
    clearTimeout(this.tailTimer);
    this.tailTimer = null;
    if (!this.isDirty) return true;
    this.hasTail = true;
    // Later than everything sent so far, so that the server takes it for the newest of this page.
    const body = this.body(read(this.form), `${this.page}.${Math.max(this.count + 1, Date.now())}`);
    return tails.keep(this.owner, this.draft, this.page, { url: this.url, body, at: Date.now() });
  }

  async dropTail() {
    if (!this.hasTail) return;
    this.hasTail = false;
    await tails.drop(this.draft, this.page);
  }

  /* --- saving --- */

  /* Resolves with the kind of the outcome: saved, conflict, signed-out, offline… */
  async save({ force = false, keepalive = false, tab = "", chosen = null } = {}) {
    clearTimeout(this.timer);
    // While the page is left there is no time to wait for an earlier save: the count puts them in order.
    while (this.saving && !keepalive) await this.saving;
    const data = chosen ?? read(this.form);
    if (!force && isEqual(data, this.saved)) return this.clean();
    this.waitingSince = null;
    this.count = Math.max(this.count + 1, Date.now());
    const sent = { data, count: this.count };
    const slow = setTimeout(() => this.line.state === "unsaved" && this.line.set("saving"), PAUSE);
    const sending = put(this.url, this.body(data, tab || this.mark), { keepalive });
    this.saving = sending.then(() => {}, () => {});
    const result = await sending;
    this.saving = null;
    clearTimeout(slow);
    await this.came(result, sent);
    return result.kind;
  }

  clean() {
    this.waitingSince = null;
    if (!this.conflict) this.line.set("saved");
    this.dropTail();
    return "saved";
  }

  async came(result, sent) {
    if (result.kind === "saved") return this.acknowledge(result, sent);
    if (result.kind === "conflict") return this.meet(result, sent);
    if (result.kind === "refused") return this.refuse(result);
    const isKept = await this.keepTail();
    if (result.kind === "gone") return this.line.set("gone");
    this.line.set(isKept ? "local" : "unkept");
    if (result.kind === "signed-out") return this.session.ended(this);
    if (result.kind === "somebody-else") return this.session.somebodyElse(this);
    const pause = Math.max(RETRIES[Math.min(this.failures, RETRIES.length - 1)], (result.after ?? 0) * 1000);
    this.failures += 1;
    return this.saveIn(pause);
  }

  async acknowledge(result, sent) {
    this.failures = 0;
    if (sent.count < this.acknowledged) return;
    this.acknowledged = sent.count;
    this.build(result.rev, sent.data);
    tabs.tell({ type: "saved", draft: this.draft, page: this.page, rev: result.rev });
    if (this.isDirty) {
      this.line.time(result.saved_at);
      this.changed();
    } else {
      this.line.set("saved", { savedAt: result.saved_at });
      await this.dropTail();
    }
  }

  build(rev, data) {
    this.rev = rev;
    this.saved = data;
    this.form.dataset.draftRev = String(rev);
    const input = this.form.querySelector("input[name=base_rev]");
    if (input) input.value = String(rev);
  }

  refuse(result) {
    this.line.set("refused", { reason: Object.values(result.errors)[0] ?? "" });
    return this.keepTail();
  }

  /* --- two texts --- */

  async meet(result, sent) {
    this.failures = 0;
    const isNews = !this.conflict || !isEqual(this.conflict.data, result.data);
    this.conflict = result;
    // The server keeps this text too: nothing is left to keep here.
    if (isEqual(read(this.form), sent.data)) await this.dropTail();
    this.line.set("conflict");
    if (this.versions) return isNews && this.versions.draw(result.data);
    this.versions = new Versions(this.form, {
      mine: () => read(this.form),
      other: result.data,
      isClosed: result.is_closed,
      choose: (chosen) => this.chosen(chosen),
    });
  }

  chosen(data, tab = "") {
    const met = this.conflict;
    this.versions = this.conflict = null;
    if (met) this.build(met.rev, met.data);
    return this.saveWhole(data, tab);
  }

  /* Saves a text for parts of which the form may have no rows: the server then draws it with them. */
  async saveWhole(data, tab) {
    const without = this.put(data);
    const kind = await this.save({ force: true, tab, chosen: data });
    if (without.length && kind === "saved") window.location.reload();
  }

  /* Texts of other pages and devices that the server kept beside this form, and nobody decided about. */
  showKept() {
    const source = this.form.querySelector("[data-kept] > script");
    const [kept] = source ? JSON.parse(source.textContent) : [];
    if (kept) this.showOther(kept.data, kept.tab);
  }

  showOther(data, tab) {
    if (this.versions || isEqual(read(this.form), data)) return;
    const [page, count] = tab.split(".");
    this.line.set("conflict");
    this.versions = new Versions(this.form, {
      mine: () => read(this.form),
      other: data,
      // A decision is saved under the name of the page whose text it decides about.
      choose: (chosen) => this.chosen(chosen, `${page}.${Number(count) + 1}`),
    });
  }

  put(data) {
    this.isFilling = true;
    const without = fill(this.form, data);
    this.isFilling = false;
    return without;
  }

  /* --- what an earlier page left unsent --- */

  async adopt(tail) {
    const before = read(this.form);
    const result = await put(this.url, tail.body);
    const isUntouched = isEqual(read(this.form), before);
    if (result.kind === "saved") {
      await tails.drop(tail.draft, tail.page);
      if (result.rev <= this.rev) return;
      // Not the tail itself: a later save of its page may have arrived on its own.
      if (isUntouched) await this.follow({ mayReload: true });
      else this.showOther(tail.body.data, tail.body.tab);
    } else if (result.kind === "conflict") {
      await tails.drop(tail.draft, tail.page);
      this.showOther(tail.body.data, tail.body.tab);
    } else if (result.kind === "gone") {
      await tails.drop(tail.draft, tail.page);
    } else if (isUntouched && tail.body.base_rev === this.rev) {
      // Not sent yet: it goes on from here as if it had just been typed.
      this.put(tail.body.data);
      this.changed();
      await tails.drop(tail.draft, tail.page);
    }
  }

  /* --- other tabs --- */

  async takePen() {
    if (this.pen || this.isAskingForPen) return;
    this.isAskingForPen = true;
    this.pen = await tabs.takePen(this.draft);
    this.isAskingForPen = false;
    if (!this.pen) this.showElsewhere();
  }

  showElsewhere() {
    if (this.elsewhere) return;
    this.elsewhere = part("elsewhere");
    this.elsewhere.querySelector("[data-go-on]").addEventListener("click", () => this.goOnHere());
    this.form.prepend(this.elsewhere);
  }

  /* The other tab sends what it has; then this one takes the newest text and the pen. */
  async goOnHere() {
    tabs.tell({ type: "hand-over", draft: this.draft, page: this.page });
    await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    this.pen = await tabs.takePen(this.draft, { steal: true });
    this.elsewhere?.remove();
    this.elsewhere = null;
    if (this.isDirty) await this.save();
    else await this.follow();
    this.form.querySelector("textarea, input:not([type=hidden])")?.focus();
  }

  async heard(message) {
    if (message.draft !== this.draft || message.page === this.page) return;
    if (message.type === "saved" && message.rev > this.rev && !this.isDirty) await this.follow();
    if (message.type === "hand-over") {
      if (this.isDirty) await this.save();
      this.pen?.();
      this.pen = null;
      this.showElsewhere();
    }
  }

  /* Nothing of its own is unsaved here: the form shows what was saved elsewhere. */
  async follow({ mayReload = false } = {}) {
    const newest = await get(this.url, this.target);
    if (newest.kind !== "saved" || newest.is_closed || newest.rev <= this.rev || this.isDirty) return;
    const without = this.put(newest.data);
    this.build(newest.rev, read(this.form));
    this.line.set("saved", { savedAt: newest.saved_at });
    // The form lacks rows for it: the server draws the page with them.
    if (without.length && mayReload) window.location.reload();
  }

  /* --- leaving, coming back, handing in --- */

  /* The page may be gone any moment. */
  leave() {
    if (this.isHandedIn || !this.isDirty) return;
    sessionStorage.setItem(LEFT, this.draft);
    this.keepTail();
    this.save({ keepalive: true });
  }

  retry() {
    if (this.isDirty && !this.conflict && !this.session.waiting.has(this)) this.save();
  }

  /* Hands in only what arrives. The text is saved first; then the form posts like any other. */
  async submitted(event) {
    if (this.isHandedIn || event.defaultPrevented) return;
    event.preventDefault();
    if (this.isSubmitting) return;
    this.isSubmitting = true;
    const kind = await this.save({ force: true });
    this.isSubmitting = false;
    if (kind === "conflict") this.versions?.focus();
    else if (kind === "offline") this.cannotSend();
    else if (kind !== "signed-out" && kind !== "somebody-else") this.handIn(event.submitter);
  }

  handIn(submitter) {
    const tab = this.form.querySelector("input[name=draft_tab]");
    this.count += 1;
    if (tab) tab.value = this.mark;
    this.isHandedIn = true;
    this.form.requestSubmit(submitter?.isConnected ? submitter : undefined);
    // A page that is still here later was not left: what is typed then is saved again.
    setTimeout(() => { this.isHandedIn = false; }, PAUSE);
  }

  async cannotSend() {
    const isKept = await this.keepTail();
    const { answer } = dialog(isKept || !this.isDirty ? "offline" : "offline-unkept");
    await answer;
  }
}
