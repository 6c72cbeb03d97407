/* Pieces of markup that the page brings in a <template>, so that no script holds words. */

export function part(name) {
  const template = document.getElementById("autosave-parts");
  return template.content.querySelector(`[data-part="${name}"]`).cloneNode(true);
}

/* Shows a dialog and resolves with the data-answer of the button pressed; "" when it is just closed. */
export function dialog(name) {
  const element = part(name);
  document.body.append(element);
  const answer = new Promise((resolve) => {
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-answer]");
      if (button) element.close(button.dataset.answer);
    });
    element.addEventListener("close", () => {
      element.remove();
      resolve(element.returnValue);
    });
  });
  element.showModal();
  return { answer, close: (value = "") => element.open && element.close(value) };
}
