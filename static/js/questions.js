/* Questionnaires one question at a time, for who prefers it; conditions; and how long it took.
   Without this script all questions stand on one page. */

const KEY = "questions-one-by-one";
const form = document.querySelector("form[data-questions]");
const all = [...form.querySelectorAll("[data-question]")];
const toggle = form.querySelector("[data-one-by-one]");
const hint = form.querySelector("[data-one-hint]");
const moves = form.querySelector("[data-moves]");
const submit = form.querySelector("[data-submit]");
const [before, after] = [form.querySelector("[data-before]"), form.querySelector("[data-after]")];
const hasErrors = form.querySelector(".error-summary") !== null;
let at = 0;
let began = 0;

const asked = () => all.filter((question) => holds(question));
const isAnswered = (question) => question.querySelector("input:checked") !== null
  || [...question.querySelectorAll("textarea, input[type=text]")].some((input) => input.value.trim());
const labels = [toggle.textContent, toggle.dataset.all];
let isOne = false;

/* Asked only when an earlier answer makes it fit. */
function holds(question) {
  const { showItems, showLow, showHigh } = question.dataset;
  if (!showItems) return true;
  return showItems.split(" ").some((name) => {
    const chosen = form.querySelector(`input[name="${CSS.escape(name)}"]:checked`);
    return chosen && Number(chosen.value) >= Number(showLow) && Number(chosen.value) <= Number(showHigh);
  });
}

function draw() {
  const list = asked();
  at = Math.min(at, list.length - 1);
  const single = isOne && list.length > 1;
  for (const question of all) question.hidden = !list.includes(question) || (single && question !== list[at]);
  hint.hidden = !single;
  moves.hidden = !single;
  before.disabled = at === 0;
  after.hidden = at === list.length - 1;
  submit.hidden = single && at < list.length - 1 && !list.every(isAnswered);
}

function go(to, focus = true) {
  at = Math.max(0, Math.min(to, asked().length - 1));
  draw();
  if (focus) asked()[at].focus({ preventScroll: true });
  if (focus) asked()[at].scrollIntoView({ block: "nearest" });
}

function remember() {
  try { localStorage.setItem(KEY, isOne ? "1" : "0"); } catch { /* only a preference */ }
}

function preferred() {
  let kept = null;
  try { kept = localStorage.getItem(KEY); } catch { /* only a preference */ }
  return kept === null ? matchMedia("(max-width: 40em)").matches : kept === "1";
}

function set(wanted) {
  isOne = wanted;
  toggle.textContent = labels[Number(isOne)];
  at = Math.max(0, asked().findIndex((question) => !isAnswered(question)));
  draw();
}

/* Keys that walk through the answers of one question do not go on; a tap or a click does. */
let wasTap = false;
form.addEventListener("pointerdown", () => { wasTap = true; });
form.addEventListener("keydown", () => { wasTap = false; });
form.addEventListener("change", (event) => {
  began ||= Date.now();
  const input = event.target;
  const question = input.closest("[data-question]");
  if (input.matches("[data-none]") && input.checked) {
    for (const other of question.querySelectorAll("input:checked")) if (other !== input) other.checked = false;
  } else if (input.type === "checkbox") {
    const none = question?.querySelector("[data-none]");
    if (none && input.checked) none.checked = false;
  }
  const place = asked().indexOf(question);
  // An answer that stands alone; of a list to tick only "none of these".
  const isWhole = input.type === "radio" || (input.matches("[data-none]") && input.checked);
  const goesOn = isOne && wasTap && isWhole && place === at && at < asked().length - 1;
  if (goesOn) setTimeout(() => go(place + 1), 150);
  else draw();
});
form.addEventListener("input", () => { began ||= Date.now(); });
form.addEventListener("autosave:filled", draw);
form.addEventListener("submit", () => {
  if (began) form.querySelector("[data-seconds]").value = String(Math.round((Date.now() - began) / 1000));
});
before.addEventListener("click", () => go(at - 1));
after.addEventListener("click", () => go(at + 1));
toggle.addEventListener("click", () => { set(!isOne); remember(); });

if (all.length < 2) toggle.parentElement.remove();
set(preferred() && !hasErrors);
