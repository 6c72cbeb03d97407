/* Shows which sentence is being spoken: as a highlight over the text where the browser knows how,
   else as a ground behind its paragraph. */

const NAME = "spoken";
const canHighlight = Boolean(window.CSS?.highlights && window.Highlight);
let marked = null;

export function unmark() {
  if (canHighlight) CSS.highlights.delete(NAME);
  marked?.classList.remove("is-spoken");
  marked = null;
}

export function mark({ range, block }) {
  unmark();
  if (range && canHighlight) CSS.highlights.set(NAME, new Highlight(range));
  else {
    marked = block;
    block.classList.add("is-spoken");
  }
  keepInSight(range ?? block);
}

/* Only when it is out of sight: a page that moves while somebody reads along is hard to follow. */
function keepInSight(thing) {
  const { top, bottom } = thing.getBoundingClientRect();
  if (top >= 0 && bottom <= window.innerHeight) return;
  const isCalm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const by = top - window.innerHeight / 3;
  window.scrollBy({ top: by, behavior: isCalm ? "instant" : "smooth" });
}
