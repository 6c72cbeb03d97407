/* N goes on and B goes back, for those who turned it on (see "Text size and colours").

   Single letters can be in the way of people who speak to their computer (WCAG 2.1.4): they are off
   unless chosen, and never work while something is being written or chosen. */

const BUSY = "input, textarea, select, audio, [contenteditable], [role=textbox], dialog[open]";

function isFree(event) {
  if (event.defaultPrevented || event.isComposing || event.repeat) return false;
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return false;
  return !event.target.closest?.(BUSY) && !document.querySelector("dialog[open]");
}

export function keys() {
  if (document.documentElement.dataset.keys !== "on") return;
  document.addEventListener("keydown", (event) => {
    const wanted = { n: "[data-key=on]", b: "[data-key=back]" }[event.key];
    const target = wanted && isFree(event) && document.querySelector(wanted);
    if (!target) return;
    event.preventDefault();
    target.click();
  });
}
