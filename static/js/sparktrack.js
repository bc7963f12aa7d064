"use strict";

// Everything works without this file; it only spares a click.

// An open menu closes when the person turns to something else.
function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) {
      menu.open = false;
    }
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target instanceof Element ? event.target.closest("details.menu") : null);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector("details.menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
});

// Copies what an element holds: <button data-copy="its id">. Where there is no clipboard the text is left selected.
async function copyFrom(button) {
  const source = document.getElementById(button.dataset.copy);
  const text = "value" in source ? source.value : source.textContent;
  const said = button.dataset.said ?? button.textContent;
  button.dataset.said = said;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    source.closest("details")?.setAttribute("open", "");
    getSelection().selectAllChildren(source);
    source.select?.();
    button.textContent = "Selected: copy it with Ctrl+C";
  }
  setTimeout(() => {
    button.textContent = said;
  }, 4000);
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.setAttribute("aria-live", "polite");
  button.hidden = false;
  button.addEventListener("click", () => copyFrom(button));
}

// After a refused form the first thing read is what is wrong.
document.querySelector(".summary[role=alert]")?.focus();
