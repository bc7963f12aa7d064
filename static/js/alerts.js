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

  // A line of a board leads to its post; where a post flies several times, the words below name the campaign.
  const links = () => [...document.querySelectorAll("#lines .lines .who a")];
  const postOf = (link) => link.pathname.split("/").at(-2);
  const about = (li) => li.querySelector(".who span").textContent.split(" · ").slice(1).join(" · ");

  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id === "board-alerts") {
      event.detail.parameters.posts = [...new Set(links().map(postOf))].join(",").replaceAll("-", "");
      // Marks follow what the board asks for by itself: they must not keep a login alive that nobody uses.
      event.detail.headers["Seen-Version"] = document.getElementById("lines")?.dataset.version ?? "none";
    }
  });

  function mark() {
    const marks = document.getElementById("marks");
    const lines = links();
    for (const item of marks?.children ?? []) {
      const { post, campaign } = item.dataset;
      const line = lines
        .filter((link) => postOf(link) === post)
        .map((link) => link.closest("li"))
        .find((li) => `${about(li)} · `.startsWith(`${campaign} · `));
      line?.querySelector(".warned")?.remove();
      line?.querySelector(".badge").after(item.firstElementChild);
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
    if (["alerts", "post-alerts"].includes(id) && event.detail.requestConfig?.verb === "post") {
      htmx.trigger(".bell", "said");
      if (document.activeElement === document.body) {
        document.getElementById(id === "alerts" ? "said" : "alerts-of-post").focus({ preventScroll: true });
      }
    } else if (["view", "lines"].includes(id) && document.getElementById("board-alerts")) {
      // The lines were exchanged, and with them the marks.
      htmx.trigger("#board-alerts", "lines");
    }
  });

  offerAll();
}
