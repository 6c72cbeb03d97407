/* Hands on the keyboard: j and k through a worklist, r to the reply, t to Today, Ctrl+Enter sends.

   Single letters work only where nothing is being typed, never together with other keys, and can be
   turned off on each page (WCAG 2.1.4: speech input would press them by accident). */

const TYPING = "input, textarea, select, [contenteditable]";

function works() {
  return [...document.querySelectorAll("[data-worklist] [data-work]")].filter((one) => one.offsetParent);
}

function step(by) {
  const all = works();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const to = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
  all[to].focus();
}

function goToReply() {
  document.querySelector("#reply textarea")?.focus();
}

function goToToday() {
  const today = document.querySelector("[data-today]")?.href;
  if (today) window.location.assign(today);
}

const OFF = "painclinic-letters-off";
const switches = document.querySelectorAll("input[data-letters]");
for (const one of switches) {
  one.checked = !localStorage.getItem(OFF);
  one.addEventListener("change", () => one.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1"));
}

const LETTERS = { j: () => step(1), k: () => step(-1), r: goToReply, t: goToToday };

function send(event) {
  const form = event.target.closest?.("form");
  if (!form?.matches("form[data-reply], [data-reply] form")) return;
  const button = form.querySelector("[data-submit-key]") ?? form.querySelector("button[type=submit]:not([name])");
  if (!button) return;
  event.preventDefault();
  form.requestSubmit(button);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    send(event);
    return;
  }
  if (event.ctrlKey || event.metaKey || event.shiftKey || localStorage.getItem(OFF)) return;
  const act = LETTERS[event.key];
  if (!act || event.target.matches?.(TYPING) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  act();
});
