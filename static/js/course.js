/* On a phone a worked example is one press away, so that the reader's own form is in sight. */
if (!window.matchMedia("(min-width: 60em)").matches) {
  for (const example of document.querySelectorAll("details[data-folds-when-narrow]")) example.open = false;
}
