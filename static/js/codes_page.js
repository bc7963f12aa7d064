"use strict";

// Pages of codes. Everything works without this file; it spares keys.

// Ctrl Enter sends a form from inside a field of several lines.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-submit-keys]")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
