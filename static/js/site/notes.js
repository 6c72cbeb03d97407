/* A line at the foot of the page: shown without taking the focus, and said once to screen readers. */

export function show(note) {
  if (!note.hidden) return;
  note.hidden = false;
  const live = document.getElementById("live");
  const words = [...note.querySelectorAll("p:first-child, p:first-child > span:not([hidden])")].at(0);
  if (live && words) live.textContent = words.innerText.trim();
}
