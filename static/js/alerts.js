"use strict";

// Everything works without this file: it chooses all lines of a list, keeps the focus where something was done, and
// puts what is known about alerts into the lines of a board.
{
  const all = () => document.querySelector("[data-choose-all]");

  function offerAll() {
    const label = all();
    if (label) {
      label.hidden = false;
    }
  }

  document.addEventListener("change", (event) => {
    const label = event.target.closest("[data-choose-all]");
    if (label) {
      for (const box of document.querySelectorAll(".lines .pick input")) {
        box.checked = event.target.checked;
      }
    } else if (event.target.closest(".pick") && all() && !event.target.checked) {
      all().querySelector("input").checked = false;
    }
  });

  // Which flights a board shows.
  const flights = () => [...document.querySelectorAll("#lines [data-flight]")].map((line) => line.dataset.flight);

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id === "board-alerts") {
      event.detail.parameters.f = flights().join(",");
    }
  });

  function mark() {
    const marks = document.getElementById("marks");
    for (const item of marks?.children ?? []) {
      const line = document.querySelector(`#lines [data-flight="${CSS.escape(item.dataset.of)}"] .why`);
      line?.querySelector(".warned")?.remove();
      line?.append(item.firstElementChild);
    }
    marks?.remove();
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    const { id } = event.target;
    if (id === "board-alerts") {
      mark();
    } else if (id === "alerts") {
      offerAll();
    }
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    const { id } = event.target;
    if (id === "alerts" && document.activeElement === document.body) {
      document.getElementById("said").focus({ preventScroll: true });
    } else if (["view", "lines"].includes(id) && document.getElementById("board-alerts")) {
      // The lines were exchanged, and with them the marks.
      htmx.trigger("#board-alerts", "lines");
    }
  });

  offerAll();
}
