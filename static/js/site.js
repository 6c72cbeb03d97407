/* Small behaviours, each keyed on a data- attribute; every page also works without them. */

import { breaks } from "./site/break.js";
import { readFirst } from "./site/crisis.js";
import { keepHelp } from "./site/offline.js";
import { watchSession } from "./site/session.js";

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  closeMenus(target.closest("details[data-menu]"));

  const printer = target.closest("[data-print]");
  if (printer) window.print();

  const opener = target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog instanceof HTMLDialogElement) {
    event.preventDefault();
    dialog.showModal();
  }
  if (target.closest("[data-closes]")) target.closest("dialog")?.close();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.activeElement?.closest("details[data-menu][open]");
  closeMenus(null);
  menu?.querySelector("summary")?.focus();
});

/* What needs a script is hidden until one is there. */
function reveal(root) {
  for (const element of root.querySelectorAll("[data-needs-js][hidden]")) element.hidden = false;
}

/* Letters left: said quietly, and to screen readers only when they grow few. */
function count(field) {
  const counter = document.getElementById(field.dataset.counter);
  if (!counter || field.maxLength < 0 && !field.dataset.limit) return;
  const left = Number(field.dataset.limit || field.maxLength) - field.value.length;
  counter.textContent = (left < 0 ? counter.dataset.over : counter.dataset.left).replace("%s", Math.abs(left));
  counter.classList.toggle("is-over", left < 0);
}

document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.matches?.("textarea[data-counter]")) count(field);
  const form = field.form;
  if (form?.matches("form[data-guard]")) form.dataset.changed = "1";
});

/* A form that does not save itself asks before it is left with changes in it. */
document.addEventListener("submit", (event) => {
  delete event.target.dataset.changed;
  const button = event.submitter;
  if (button && event.target.matches("form[data-once]") && !event.defaultPrevented) {
    window.setTimeout(() => { button.disabled = true; });
  }
});

window.addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-guard][data-changed]")) event.preventDefault();
});

/* A page that comes back from the browser's memory may press its buttons again. */
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-once] button[disabled]")) button.disabled = false;
});

function prepare(root) {
  reveal(root);
  for (const field of root.querySelectorAll("textarea[data-counter]")) count(field);
}

/* A session that ended is not an error to swallow: the sign-in page comes back here afterwards. */
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) window.location.reload();
});
document.addEventListener("htmx:load", (event) => prepare(event.target));

prepare(document);
const summary = document.querySelector(".error-summary");
if (summary) summary.focus();

/* A passkey that was not read: say so in place and leave the other ways open. */
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const notice = document.querySelector("[data-passkey-error]");
  if (!notice) return;
  notice.hidden = false;
  const live = document.getElementById("live");
  if (live) live.textContent = notice.textContent.trim();
});

breaks();
watchSession();
readFirst();
window.addEventListener("load", keepHelp);
