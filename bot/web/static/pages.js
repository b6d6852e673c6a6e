// Niceties only: every page works without this.

const heading = document.querySelector("[data-heading]");
const summary = document.querySelector("[data-focus]");
const talking = document.body.classList.contains("talk");

// A page of the interview begins at what matters: the mistake, or else the question.
if (summary) summary.focus();
else if (talking && !location.hash && heading) heading.focus({ preventScroll: true });

// A screen reader speaks a status that changes, not one that was there when the page came. The change is a space of no width.
setTimeout(() => {
  for (const status of document.querySelectorAll("[role=status]")) status.append("\u200b");
}, 300);

// "None of these" and the others put each other out.
for (const group of document.querySelectorAll("[data-exclusive]")) {
  group.addEventListener("change", ({ target }) => {
    if (!target.checked) return;
    for (const box of group.querySelectorAll("input[type=checkbox]")) {
      if (box !== target && (target.dataset.alone !== undefined || box.dataset.alone !== undefined)) box.checked = false;
    }
  });
}

// One press is one turn. Before a turn leaves, see that somebody is there to take it: words on the page are then never lost.
const offline = document.querySelector("#offline");
let waiting = null;

function free() {
  if (!waiting) return;
  waiting.form.removeAttribute("aria-busy");
  waiting = null;
}

async function reach() {
  const response = await fetch("/ping", { cache: "no-store", signal: AbortSignal.timeout(8000) });
  if (!response.ok) throw new Error(String(response.status));
}

async function send(form, button) {
  waiting = { form, button, ready: false };
  form.setAttribute("aria-busy", "true");
  try {
    await reach();
  } catch {
    const last = waiting;
    free();
    if (!offline) return;
    offline.hidden = false;
    offline.focus();
    offline.querySelector("[data-retry]").onclick = () => {
      offline.hidden = true;
      last.form.requestSubmit(last.button);
    };
    return;
  }
  waiting.ready = true;
  form.requestSubmit(button);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (waiting) {
    // The turn that was checked goes through once; any other press meanwhile does not.
    if (!waiting.ready || waiting.sent || waiting.form !== form) event.preventDefault();
    else waiting.sent = true;
    return;
  }
  if (form.dataset.talk === undefined) {
    waiting = { form, ready: true, sent: true };
    return;
  }
  event.preventDefault();
  send(form, event.submitter);
});

// Coming back to a page with the browser's own button.
addEventListener("pageshow", (event) => {
  if (event.persisted) free();
});

// Listening: a button in place of the browser's player. Nothing is read until it is pressed, and one thing at a time.
let playing = null;

function stop() {
  if (!playing) return;
  playing.audio.pause();
  playing.audio.currentTime = 0;
  playing.show(false);
  playing = null;
}

for (const box of document.querySelectorAll("[data-listen]")) {
  const audio = box.querySelector("audio");
  const button = box.querySelector("button");
  const words = button.querySelector("[data-words]");
  const show = (on) => {
    box.classList.toggle("listen--on", on);
    words.textContent = on ? button.dataset.stop : button.dataset.label;
  };
  audio.hidden = true;
  button.hidden = false;
  audio.addEventListener("ended", stop);
  button.addEventListener("click", async () => {
    const mine = playing?.audio === audio;
    stop();
    if (mine) return;
    playing = { audio, show };
    show(true);
    try {
      await audio.play();
    } catch {
      if (playing?.audio === audio) stop();
    }
  });
}

// Two at one interview: say when the other has answered. Never reloads by itself: somebody may be writing.
const newer = document.querySelector("[data-newest]");
if (newer) {
  // Only for a while: a page that lies open must not keep its session from ending.
  let times = 10;
  const look = async () => {
    if (document.hidden || waiting || !newer.hidden || times-- <= 0) return;
    try {
      const response = await fetch(newer.dataset.newest, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      const { seen } = await response.json();
      if (seen > Number(newer.dataset.seen)) newer.hidden = false;
    } catch {
      // Not reached, or signed out: the next press says so.
    }
  };
  setInterval(look, 15000);
}
