"use strict";

// Codes on the post page. Without this file Copy shows the code, selected, and the person copies it.

// A code that was revealed is not left on a screen that nobody looks at.
const SHOWN_FOR = 120_000;

function say(secret, words) {
  secret.querySelector("[data-said]").textContent = words;
}

// The text comes while the person waits, so it is promised to the clipboard: Safari takes it only in the click itself.
async function toClipboard(text) {
  if (window.ClipboardItem && navigator.clipboard?.write) {
    const blob = text.then((value) => new Blob([value], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
  } else {
    await navigator.clipboard.writeText(await text);
  }
}

// No clipboard (a page without https, or it was not allowed): the code is left selected for Ctrl+C.
function select(secret, value) {
  const kind = value.includes("\n") ? "textarea" : "input";
  const field = secret.querySelector(`${kind}[readonly]`) ?? document.createElement(kind);
  if (!field.isConnected) {
    field.readOnly = true;
    field.className = "input mono";
    field.setAttribute("aria-label", "Code");
    secret.prepend(field);
  }
  field.value = value;
  field.focus();
  field.select();
}

async function copy(form) {
  const secret = form.closest("[data-secret]");
  const text = fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "text/plain" },
    cache: "no-store",
  }).then(async (response) => {
    // Whoever is logged out is sent to the login page: that is no code.
    if (response.redirected) {
      throw new Error("You are logged out. Log in again, then copy.");
    }
    if (!response.headers.get("Content-Type")?.startsWith("text/plain")) {
      throw new Error("");
    }
    const answer = await response.text();
    if (!response.ok) {
      throw new Error(answer);
    }
    return answer;
  });
  say(secret, "Copying …");
  try {
    await toClipboard(text);
    say(secret, "Copied");
    secret.closest("article")?.querySelector("[data-applied]")?.setAttribute("open", "");
  } catch {
    try {
      select(secret, await text);
      say(secret, "Selected: copy it with Ctrl+C");
    } catch (refused) {
      say(secret, refused.message || "That did not work. Try again.");
    }
  }
}

function hideLater(secret) {
  const hide = secret.querySelector("[data-hide]");
  if (hide) {
    setTimeout(() => {
      if (hide.isConnected) {
        if (secret.contains(document.activeElement)) {
          hide.focus();
        }
        hide.click();
      }
    }, SHOWN_FOR);
  }
}

document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-copy-code]")) {
    event.preventDefault();
    copy(event.target);
  }
});

document.addEventListener("htmx:load", (event) => {
  if (event.target.matches?.("[data-secret]")) {
    event.target.querySelector("input[readonly]")?.select();
    hideLater(event.target);
  }
});

document.querySelectorAll("[data-secret]").forEach(hideLater);

// The browser keeps pages to go back to: no code in them.
window.addEventListener("pagehide", () => {
  for (const field of document.querySelectorAll("[data-secret] :is(input, textarea)[readonly]")) {
    field.value = "";
  }
});
