"use strict";

// The import pages work without this file. It says at once what the server would say after a long upload, shows that
// a form was sent, and keeps the choices of a long table in reach.

const upload = document.querySelector("form.upload");

function tooLarge(input) {
  return [...input.files].some((file) => file.size > Number(input.dataset.limit));
}

function say(input, text) {
  const id = `${input.id}_size`;
  let place = document.getElementById(id);
  if (!place) {
    place = document.createElement("p");
    place.id = id;
    place.className = "error";
    place.setAttribute("role", "alert");
    input.closest(".field").append(place);
  }
  place.textContent = text;
  input.setCustomValidity(text);
}

upload?.querySelector("input[type=file]").addEventListener("change", (event) => {
  const input = event.target;
  say(input, tooLarge(input) ? input.dataset.tooLarge : "");
});

// A second click would send the same once more.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (form.dataset.sent) {
      event.preventDefault();
    } else if (button?.dataset.busy) {
      form.dataset.sent = "yes";
      button.dataset.words = button.textContent;
      button.textContent = button.dataset.busy;
      button.setAttribute("aria-disabled", "true");
    }
  });
}

// Who comes back by the back button finds the page as it was before.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[data-words]")) {
      button.textContent = button.dataset.words;
      button.removeAttribute("aria-disabled");
    }
  }
});
