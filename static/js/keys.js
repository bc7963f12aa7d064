"use strict";

// Ctrl K, the list of keys, and single keys for whoever has not switched them off (WCAG 2.1.4). Lists listen for
// "single-key" (lists.js). Everything that keys do can be reached by links as well.
{
  const palette = document.getElementById("palette");
  const keys = document.getElementById("keys");
  const words = document.getElementById("palette-words");
  const isTyping = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

  function openPalette() {
    palette.showModal();
    words.select();
    htmx.trigger(words, "opened");
  }

  document.addEventListener("click", (event) => {
    if (palette && event.target.closest?.("[data-search]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      openPalette();
    } else if (event.target.matches?.("[data-keys]")) {
      keys.showModal();
    } else if (event.target === palette || event.target === keys) {
      event.target.close(); // the ground behind the dialog
    }
  });

  palette?.addEventListener("keydown", (event) => {
    const links = [...palette.querySelectorAll(".found a")];
    const here = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = here + (event.key === "ArrowDown" ? 1 : -1);
      (links[next] ?? words).focus();
      event.preventDefault();
    } else if (event.key === "Enter" && document.activeElement === words && links.length && words.value) {
      links[0].click();
      event.preventDefault();
    }
  });

  document.addEventListener("keydown", (event) => {
    if (palette && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.altKey) {
      event.preventDefault();
      palette.open ? palette.close() : openPalette();
      return;
    }
    const off = document.body.dataset.shortcuts === "off";
    if (off || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
      return;
    }
    if (document.querySelector("dialog[open]")) {
      return;
    }
    if (event.key === "?") {
      keys.showModal();
      event.preventDefault();
    } else if (event.key === "/") {
      const field = document.querySelector("[data-find]") ?? document.querySelector("input[type=search]");
      if (field && !field.closest("dialog")) {
        field.focus();
        field.select();
        event.preventDefault();
      }
    } else if (/^[a-z]$/.test(event.key)) {
      const told = new CustomEvent("single-key", { detail: { key: event.key }, cancelable: true });
      if (!document.dispatchEvent(told)) {
        event.preventDefault();
      }
    }
  });
}
