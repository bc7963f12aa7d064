"use strict";

// n and p go to the next and the previous month, as their links do; keys.js says when single keys are off.
document.addEventListener("single-key", (event) => {
  const name = { n: "following-month", p: "previous-month" }[event.detail.key];
  const link = name && document.getElementById(name);
  if (link) {
    event.preventDefault();
    link.focus();
    link.click();
  }
});
