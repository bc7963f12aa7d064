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

// A form whose answer is shown once: <form data-sent-once>. Of two quick clicks the second answer would hide the first.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form[data-sent-once]")) {
    if ("sent" in form.dataset) {
      event.preventDefault();
    }
    form.dataset.sent = "";
  }
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent-once]")) {
    delete form.dataset.sent;
  }
});

// Prints the page: <button data-print>.
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// What a person asked htmx for and did not get is said where the page says what was done; the page is as it was.
{
  // Answers that base.html lets htmx show in their place: they say themselves what is wrong.
  const SHOWN = [400, 409, 422, 429];
  const AWAY = "The server could not be reached. Try again in a moment.";
  // What a page asks for by itself is missed by nobody, or said by its own script.
  const isAsked = (event) => event.detail.requestConfig?.triggeringEvent?.isTrusted ?? false;
  const failed = () => document.querySelector(".messages .failed");

  function sayFailed(event, words) {
    failed()?.remove();
    const said = document.createElement("p");
    said.className = "message error failed";
    said.textContent = `${event.detail.requestConfig.verb === "get" ? "Not loaded" : "Not saved"}. ${words}`;
    document.querySelector(".messages").append(said);
    said.scrollIntoView({ block: "nearest" });
  }

  // The words of a page of an error (error.html, error_bare.html): its heading and what follows.
  function wordsOf(xhr) {
    const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const found = [...page.querySelectorAll("h1, h1 + p")].map((each) => each.textContent.trim());
    return found.length ? found.join(": ") : "Something went wrong. Load the page again.";
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isAsked(event)) {
      failed()?.remove();
    }
  });

  document.addEventListener("htmx:responseError", (event) => {
    if (isAsked(event) && !SHOWN.includes(event.detail.xhr.status)) {
      sayFailed(event, wordsOf(event.detail.xhr));
    }
  });

  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (isAsked(event)) {
        sayFailed(event, AWAY);
      }
    });
  }
}

// After a refused form the first thing read is what is wrong.
document.querySelector(".summary[role=alert]")?.focus();
