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

// htmx leaves the page as it is when nothing good came back. Who pressed something is told; what asks by itself is not.
const IN_ITS_PLACE = [400, 409, 422, 429];
const NOT_DONE = {
  0: "sparktrack did not answer. Check your connection, then try again.",
  401: "You are logged out. Log in again, then load this page again.",
  403: "It was not allowed. Load this page again, then try again.",
  404: "It is not there any more. Load this page again.",
  503: "sparktrack is busy. Try again in a moment.",
};

function sayNotDone(event) {
  const { elt, requestConfig, xhr } = event.detail;
  if ((requestConfig?.elt ?? elt).hasAttribute("hx-trigger") || IN_ITS_PLACE.includes(xhr?.status)) {
    return;
  }
  const said = document.createElement("p");
  said.className = "message error";
  said.textContent = `Not done. ${NOT_DONE[xhr?.status ?? 0] ?? "Something went wrong. Try again."}`;
  const messages = document.querySelector(".messages");
  messages.classList.add("stays");
  messages.replaceChildren(said);
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, sayNotDone);
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.hasAttribute("hx-trigger")) {
    document.querySelector(".messages.stays")?.replaceChildren();
  }
});

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
