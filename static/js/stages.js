"use strict";

// Stages: cards are dragged, or moved by arrow keys. Everything is a submit of the form: it works without this file.
{
  const board = document.getElementById("stages");
  const any = document.getElementById("any-step");
  const cardOf = (target) => target?.closest?.(".stage li");
  const columns = () => [...board.querySelectorAll(".stage")];
  let dragged = null;

  // The card knows its post and the stage at which it is seen: what its box would send.
  function move(card, column) {
    const box = card.querySelector("input[name=card]");
    const here = card.closest(".stage");
    if (!box || !column || column === here || column.dataset.stage === undefined) {
      return;
    }
    card.classList.add("taken");
    any.value = `${box.value}:${column.dataset.stage}`;
    any.click(); // not requestSubmit: htmx learns of the button by the click
  }

  board.addEventListener("keydown", (event) => {
    const card = cardOf(event.target);
    if (!card || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) {
      return;
    }
    const all = columns();
    const at = all.indexOf(card.closest(".stage"));
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (step) {
      event.preventDefault();
      move(card, all[at + step]);
    }
    const next = { ArrowUp: card.previousElementSibling, ArrowDown: card.nextElementSibling }[event.key];
    if (next) {
      event.preventDefault();
      next.querySelector("a").focus();
    }
  });

  board.addEventListener("dragstart", (event) => {
    const card = cardOf(event.target);
    if (card?.draggable) {
      dragged = card;
      event.dataTransfer.setData("text/plain", card.id);
      event.dataTransfer.effectAllowed = "move";
      card.classList.add("taken");
    }
  });

  board.addEventListener("dragover", (event) => {
    const column = event.target.closest?.(".stage");
    if (dragged && column) {
      event.preventDefault();
      for (const each of columns()) {
        each.classList.toggle("over", each === column);
      }
    }
  });

  board.addEventListener("drop", (event) => {
    const column = event.target.closest?.(".stage");
    if (dragged && column) {
      event.preventDefault();
      move(dragged, column);
    }
  });

  board.addEventListener("dragend", () => {
    dragged?.classList.remove("taken");
    dragged = null;
    for (const each of columns()) {
      each.classList.remove("over");
    }
  });

  // What could not be done leaves the card where it was; sparktrack.js says why.
  document.addEventListener("htmx:afterRequest", () => {
    board.querySelector(".taken")?.classList.remove("taken");
  });

  // The moved card keeps the focus, wherever it is now; where it is not seen, what was done has it.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== board) {
      return;
    }
    const said = document.getElementById("moved");
    document.getElementById("stages-news").textContent = said?.querySelector("span").textContent ?? "";
    const link = said && document.getElementById(said.dataset.moved)?.querySelector("a");
    (board.querySelector(".summary") ?? (link?.offsetParent ? link : said))?.focus();
  });
}
