"use strict";

// The form of a flight. Without this file "Check these dates" and "Use the suggested name" ask the server.

for (const form of document.querySelectorAll("form[data-flight]")) {
  const name = form.elements.ad_name;
  form.classList.add("live");
  form.querySelector("[data-use-name]").addEventListener("click", (event) => {
    const suggested = document.getElementById("suggested");
    if (suggested) {
      event.preventDefault();
      name.value = suggested.textContent;
      name.focus();
    }
  });
}
