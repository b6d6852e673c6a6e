// For somebody who answers alone, and for leaving a private page. Every page works without this: the server locks by itself.

const AWAY = "/away";
const SHIFTS = 3;
const SHIFT_WITHIN = 5000;
// Less than the server's grace (GRACE in bot/store/kiosk.py).
const TELL_EVERY = 30000;

// A page that comes back from the browser's memory shows nothing before the server has said that it may.
addEventListener("pagehide", () => { document.documentElement.hidden = true; });
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
  else document.documentElement.hidden = false;
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Leaving ------------------------------------------------------------------------------------------------------------

const exits = document.querySelectorAll("[data-away]");

function leave() {
  // Nothing of the page is left, even if the way to the server is slow or gone.
  document.title = "\u200b";
  document.body.replaceChildren();
  location.replace(AWAY);
}

for (const exit of exits) {
  exit.addEventListener(exit.tagName === "FORM" ? "submit" : "click", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    leave();
  });
}

if (exits.length) {
  const said = document.querySelector("#exit-said");
  let pressed = 0;
  let timer;
  addEventListener("keyup", ({ key }) => {
    clearTimeout(timer);
    pressed = key === "Shift" ? pressed + 1 : 0;
    if (pressed >= SHIFTS) return leave();
    if (said) said.textContent = pressed ? said.getAttribute(`data-more-${SHIFTS - pressed}`) : "";
    timer = setTimeout(() => { pressed = 0; }, SHIFT_WITHIN);
  });
}

// The lock that comes by itself --------------------------------------------------------------------------------------

const dialog = document.querySelector("#idle");

if (dialog) {
  const idle = Number(dialog.dataset.idle) * 1000;
  const warn = Number(dialog.dataset.warn) * 1000;
  const token = dialog.querySelector("[name=csrf_token]").value;
  const lock = dialog.querySelector("[data-lock]");
  let last = Date.now();
  let told = last;

  // The server counts for itself: tell it, now and then, that somebody is typing or reading. Where it has locked meanwhile the button
  // locks this page too: it takes along what is typed.
  function tell() {
    told = Date.now();
    fetch(dialog.dataset.stay, { method: "POST", headers: { "X-CSRFToken": token }, redirect: "manual" })
      .then((response) => { if (response.type === "opaqueredirect") lock.click(); })
      .catch(() => {});
  }

  function touched() {
    if (dialog.open) return;
    last = Date.now();
    if (last - told > Math.min(TELL_EVERY, idle / 6)) tell();
  }

  for (const kind of ["keydown", "pointerdown", "input", "scroll"]) addEventListener(kind, touched, { passive: true, capture: true });

  dialog.querySelector("[data-stay-here]").addEventListener("click", () => {
    dialog.close();
    last = Date.now();
    tell();
  });
  dialog.addEventListener("close", () => { last = Date.now(); });

  // Looked at often and by the clock: a laptop that slept has locked when it wakes.
  setInterval(() => {
    const rested = Date.now() - last;
    if (rested >= idle) {
      last = Infinity;
      lock.click();
      // The way to the server may be gone: then at least nothing is to be seen.
      setTimeout(() => document.body.replaceChildren(), 4000);
    } else if (rested >= idle - warn && !dialog.open) dialog.showModal();
  }, 500);
}
