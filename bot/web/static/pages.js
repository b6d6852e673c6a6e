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
