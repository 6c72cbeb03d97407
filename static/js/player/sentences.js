/* What is to be spoken on a page, sentence by sentence, each with the place where it stands.

   Nothing of the page is changed: a sentence is a range over its text, so that selecting,
   translating and screen readers work as before. */

const BLOCKS = "h1, h2, h3, h4, p, li, dt, dd, th, td, legend, label, blockquote, figcaption, summary, div, ol, ul";
const SILENT = "[hidden], [aria-hidden=true], .visually-hidden, .no-print, script, template, select, input, textarea, button";

function runs(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, (node) => {
    if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
    if (node.matches(SILENT)) return NodeFilter.FILTER_REJECT;
    return node.dataset.pause ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP;
  });
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (node.nodeType === Node.ELEMENT_NODE) {
      found.push({ pause: Number(node.dataset.pause), block: node });
      continue;
    }
    if (node.parentElement.closest("[data-pause]")) continue;
    const block = node.parentElement.closest(BLOCKS) ?? root;
    const last = found.at(-1);
    if (last?.nodes && last.block === block) last.nodes.push(node);
    else if (node.data.trim()) found.push({ block, nodes: [node] });
  }
  return found;
}

function place(nodes, from, to) {
  const range = document.createRange();
  let at = 0;
  let isBegun = false;
  for (const node of nodes) {
    const end = at + node.data.length;
    if (!isBegun && from < end) {
      range.setStart(node, from - at);
      isBegun = true;
    }
    if (isBegun && to <= end) {
      range.setEnd(node, to - at);
      return range;
    }
    at = end;
  }
  return range;
}

function parts(text, language) {
  if (window.Intl?.Segmenter) {
    const cut = new Intl.Segmenter(language, { granularity: "sentence" }).segment(text);
    return [...cut].map(({ segment, index }) => [index, segment]);
  }
  return [...text.matchAll(/[^.!?…]+[.!?…]*["'”’)]*\s*/g)].map((found) => [found.index, found[0]]);
}

/* In order: `{ text, range, block }` to be spoken, or `{ pause, block }` of so many seconds. */
export function sentences(root, language) {
  const found = [];
  for (const run of runs(root)) {
    if (run.pause) {
      found.push(run);
      continue;
    }
    // One letter for one letter, so that places in the text stay places on the page.
    const whole = run.nodes.map((node) => node.data).join("").replace(/\s/g, " ");
    for (const [index, segment] of parts(whole, language)) {
      const text = segment.trim();
      if (!/[\p{L}\p{N}]/u.test(text)) continue;
      const from = index + segment.indexOf(text);
      const range = place(run.nodes, from, from + text.length);
      found.push({ text: text.replace(/ +/g, " "), range, block: run.block });
    }
  }
  return found;
}
