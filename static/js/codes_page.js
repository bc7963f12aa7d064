"use strict";

// Pages of codes. Everything works without this file; it spares keys.

// Ctrl Enter sends a form from inside a field of several lines.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("[data-submit-keys]")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

// In the batch: once a line is done, the date of the next one.
document.addEventListener("htmx:afterSettle", (event) => {
  const line = event.target.closest?.(".batch > li");
  if (line?.querySelector("[data-done]")) {
    const next = [...document.querySelectorAll(".batch [data-read] input[type=date]")].find(
      (field) => line.compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    (next ?? document.querySelector(".batch [data-read] input[type=date]"))?.focus();
  }
});
