"use strict";

// The board keeps itself true while nobody is busy with it, and filters without loading the page again. Without this
// file it is as true as when it was loaded, and its form is sent by its button.
{
  const LOOK_EVERY = 20_000; // milliseconds; an unchanged board costs the server two small queries
  const SAID_FOR = 12_000; // milliseconds
  const STALE = "This board may no longer be true: load the page again.";
  // htmx names the element of the event in detail.elt; who asked stands in the request.
  const isLook = (event) => (event.detail.requestConfig?.elt ?? event.target).id === "look";

  // Nothing moves under a person who types, chooses, reads a menu or marks text.
  function isBusy() {
    return (
      document.hidden ||
      document.activeElement?.matches("input, select, textarea") ||
      document.querySelector("details.menu[open]") ||
      !getSelection().isCollapsed
    );
  }

  function look() {
    const looker = document.getElementById("look");
    if (looker && !isBusy()) {
      htmx.trigger(looker, "look");
    }
  }

  let fading = 0;

  // Who filtered sees the answer: that is only read out, what changed by itself is shown too.
  function say(words, { shown = true } = {}) {
    const news = document.getElementById("news");
    clearTimeout(fading);
    news.classList.toggle("hidden", !shown);
    if (news.textContent !== words) {
      news.textContent = words;
    }
    if (words !== STALE) {
      fading = setTimeout(() => say(""), SAID_FOR);
    }
  }

  // How many lines each section has, by its name.
  function counts() {
    const chips = document.querySelectorAll("#lines .chip[data-name]");
    return new Map([...chips].map((chip) => [chip.dataset.name, chip.querySelector("b").textContent]));
  }

  function changes(before, after) {
    const names = new Set([...before.keys(), ...after.keys()]);
    return [...names]
      .filter((name) => before.get(name) !== after.get(name))
      .map((name) => `${name} ${after.get(name) ?? 0} (was ${before.get(name) ?? 0})`);
  }

  setInterval(look, LOOK_EVERY);
  document.addEventListener("visibilitychange", look);

  document.addEventListener("htmx:configRequest", (event) => {
    if (isLook(event)) {
      event.detail.headers["Seen-Version"] = document.getElementById("lines").dataset.version;
    }
  });

  // What was on the page before an exchange: its counts, and the link that has the focus (it has no id).
  let before = null;
  // The field in which somebody went on typing while a filter was under way.
  let typed = null;

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event;
    before = null;
    if (!isLook(event)) {
      const field = document.activeElement?.closest("#filters input");
      typed = field ? { id: field.id, value: field.value } : null;
      return;
    }
    if (detail.xhr.status === 204) {
      say(document.getElementById("news").textContent.replace(STALE, ""));
    } else if (!detail.xhr.responseText.includes('id="lines"')) {
      detail.shouldSwap = false; // logged out, or something is wrong
      say(STALE);
    } else if (isBusy()) {
      detail.shouldSwap = false; // the next look will see it
    } else {
      const line = document.activeElement?.closest("#lines .lines a");
      before = { counts: counts(), href: line?.getAttribute("href"), top: scrollY };
    }
  });

  document.addEventListener("htmx:sendError", (event) => {
    if (isLook(event)) {
      say(STALE);
    }
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (!before) {
      return;
    }
    const { counts: old, href, top } = before;
    before = null;
    scrollTo({ top, behavior: "instant" });
    if (href) {
      document.querySelector(`#lines a[href="${CSS.escape(href)}"]`)?.focus({ preventScroll: true });
    }
    const news = changes(old, counts());
    say(news.length ? `Updated: ${news.join(", ")}` : "");
  });

  // After a filter, chip or page the focus stays where it was if that is still there, else it goes to the lines.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "view" && !isLook(event)) {
      if (typed && document.activeElement?.id === typed.id) {
        document.activeElement.value = typed.value;
      }
      const refused = event.target.querySelector(".summary[role=alert]");
      if (refused) {
        refused.focus();
      } else if (document.activeElement === document.body) {
        document.getElementById("lines").focus({ preventScroll: true });
      }
      const found = [...counts()].map(([name, number]) => `${name} ${number}`);
      say(`Shown: ${found.join(", ") || "nothing"}`, { shown: false });
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.id === "id_sort") {
      event.target.form.requestSubmit();
    }
  });
}
