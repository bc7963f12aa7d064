"use strict";

// Lists: choosing many lines, moving through them by keys, saying how many there are after a filter.
{
  const list = document.getElementById("list");
  const boxes = () => [...list.querySelectorAll("tbody .pick input")];
  const rows = () => [...list.querySelectorAll(".listing tbody tr")];

  function count() {
    const all = list.querySelector("[data-pick-all]");
    if (!all) {
      return;
    }
    const picked = boxes().filter((box) => box.checked).length;
    all.hidden = false;
    all.checked = picked > 0 && picked === boxes().length;
    all.indeterminate = picked > 0 && !all.checked;
    const words = list.querySelector("[data-picked]");
    words.textContent = list.querySelector("[data-all]")?.checked ? "All lines" : `${picked} chosen`;
    if (picked === 0 && list.querySelector("[data-all]")) {
      list.querySelector("[data-all]").checked = false;
    }
  }

  let last = null;
  list.addEventListener("click", (event) => {
    const box = event.target.closest?.("tbody .pick input");
    if (box) {
      // With Shift everything from the last one on.
      if (event.shiftKey && last) {
        const all = boxes();
        const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
        for (const each of all.slice(Math.max(from, 0), to + 1)) {
          each.checked = box.checked;
        }
      }
      last = box;
    } else if (event.target.matches?.("[data-pick-all]")) {
      for (const each of boxes()) {
        each.checked = event.target.checked;
      }
    }
    count();
  });

  // j and k go through the lines, x chooses one (sparktrack.js tells when single keys are switched off).
  document.addEventListener("single-key", (event) => {
    const lines = rows();
    const here = lines.indexOf(document.activeElement?.closest("tr"));
    const { key } = event.detail;
    if ((key === "j" || key === "k") && lines.length) {
      const next = lines[Math.min(Math.max(here + (key === "j" ? 1 : -1), 0), lines.length - 1)];
      (next.querySelector("th a") ?? next.querySelector("input"))?.focus();
      event.preventDefault();
    } else if (key === "x" && here >= 0) {
      lines[here].querySelector(".pick input")?.click();
      event.preventDefault();
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === list) {
      document.getElementById("list-news").textContent = list.querySelector("[data-said]")?.dataset.said ?? "";
      const wrong = list.querySelector(".summary[role=alert]");
      if (wrong) {
        wrong.focus();
      } else if (document.activeElement === document.body) {
        // What had the focus is gone, such as a filter that was taken away.
        list.querySelector(".narrowed a, [data-find]")?.focus();
      }
      count();
    }
  });

  count();
}
