/* On a phone a worked example is one press away, so that the reader's own form is in sight. */
if (!window.matchMedia("(min-width: 60em)").matches) {
  for (const example of document.querySelectorAll("details[data-folds-when-narrow]")) example.open = false;
}

/* What there is to say about an answer pushes the button down, which has the focus: bring both into sight. */
document.addEventListener("htmx:afterSettle", () => {
  const pressed = document.activeElement;
  if (pressed?.matches("form.check button")) pressed.scrollIntoView({ block: "nearest" });
});
