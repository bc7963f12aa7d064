"use strict";

// Ctrl K, the list of keys, and single keys for whoever has not switched them off (WCAG 2.1.4). Lists listen for
// "single-key" (lists.js). Everything that keys do can be reached by links as well.
{
  const KEYS = [
    [["Ctrl", "K"], "go to a post, creator, campaign or page"],
    [["/"], "to the filter of a list"],
    [["j", "k"], "next and previous line"],
    [["x"], "choose the line"],
    [["n", "p"], "next and previous month of the calendar"],
    [["?"], "these keys"],
    [["Esc"], "close what is open"],
  ];
  const search = document.querySelector("a[data-search]");

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  }

  // Made here rather than sent with every page: without this file nobody could open them.
  function keyList() {
    const lines = KEYS.flatMap(([pressed, does]) => [
      element("dt", {}, ...pressed.map((key) => element("kbd", {}, key))),
      element("dd", {}, does),
    ]);
    const close = element("form", { method: "dialog" }, element("button", { class: "btn" }, "Close"));
    return element(
      "dialog",
      { id: "keys", class: "palette", "aria-labelledby": "keys-title" },
      element("h2", { id: "keys-title" }, "Keys"),
      element("dl", { class: "facts" }, ...lines),
      element("p", { class: "muted small" }, "Single keys can be switched off in your account."),
      close,
    );
  }

  function searchDialog(url) {
    const label = "Post, creator, campaign or page";
    const field = element("input", {
      class: "input",
      type: "search",
      id: "palette-words",
      name: "q",
      placeholder: `${label} …`,
      maxlength: "200",
      autocomplete: "off",
      "hx-get": url,
      "hx-trigger": "input changed delay:120ms, opened",
      "hx-target": "#palette-found",
      "hx-sync": "this:replace",
    });
    return element(
      "dialog",
      { id: "palette", class: "palette", "aria-label": "Go to" },
      element(
        "form",
        { method: "get", action: url, role: "search" },
        element("label", { class: "hidden", for: "palette-words" }, label),
        field,
      ),
      element("div", { id: "palette-found", class: "found", role: "status", "aria-live": "polite" }),
    );
  }

  const keys = keyList();
  const palette = search && searchDialog(search.getAttribute("href"));
  document.body.append(keys, ...(palette ? [palette] : []));
  if (palette) {
    htmx.process(palette);
  }
  const words = palette?.querySelector("input");
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
