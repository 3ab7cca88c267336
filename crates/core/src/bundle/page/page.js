// What the page of a bundle does: it copies, remembers ticks, filters steps, and tells what is left as of today.

const channels = $("channels");
const bars = [...document.querySelectorAll(".bar")];
const boxes = [...document.querySelectorAll("[data-tick]")];
const isOpen = box => !box.checked;

// Ticks belong to this bundle: another one is to be set up anew. Where a browser keeps nothing, they last as long as the page.
const PLACE = `trustpack bundle ${channels.dataset.bundle}`;

function readTicks() {
  try {
    const ticked = JSON.parse(localStorage.getItem(PLACE));
    if (!Array.isArray(ticked)) return;
    for (const box of boxes) if (!box.disabled) box.checked = ticked.includes(box.dataset.tick);
  } catch {
    // what cannot be read was not written by this page
  }
}

// What another tab ticked meanwhile stays, also where word of it has not come yet.
function keepTick(changed) {
  const isTicked = changed.checked;
  readTicks();
  changed.checked = isTicked;
  const ticked = boxes.filter(box => box.checked && !box.disabled).map(box => box.dataset.tick);
  try {
    localStorage.setItem(PLACE, JSON.stringify(ticked));
  } catch {
    // full, or forbidden
  }
}

// What is done, and which steps are shown.
function update() {
  for (const bar of bars) {
    const section = bar.parentElement;
    const steps = [...section.querySelectorAll(".step")];
    const boxOf = step => step.querySelector("[data-tick]");
    const done = steps.filter(step => !isOpen(boxOf(step))).length;
    const progress = bar.querySelector("progress");
    progress.value = done;
    progress.nextElementSibling.textContent = `${done} of ${count(steps.length, "step")} done`;
    for (const told of document.querySelectorAll(".progress-of")) {
      if (told.dataset.of === bar.dataset.of) told.textContent = `${done} of ${steps.length}`;
    }
    const pressed = [...bar.querySelectorAll("[aria-pressed='true']")];
    const people = pressed.map(button => button.dataset.who).filter(who => who);
    const onlyOpen = pressed.some(button => "open" in button.dataset);
    for (const step of steps) {
      const isWanted = people.length === 0 || people.includes(step.dataset.who);
      // what was ticked just now stays in sight until the filter is chosen again
      step.hidden = !isWanted || (onlyOpen && !isOpen(boxOf(step)) && !step.contains(document.activeElement));
    }
    for (const part of section.querySelectorAll(".part")) {
      const own = [...part.querySelectorAll(".step")];
      part.hidden = own.length > 0 && own.every(step => step.hidden);
    }
  }
}

let silence = 0;
async function copyFrom(button) {
  await copy(button.dataset.copies, button.previousElementSibling, $("said"));
  clearTimeout(silence);
  silence = setTimeout(() => ($("said").textContent = ""), 4000);
}

// Dates stay, what is left does not.
function tellLeft() {
  const now = Date.now() / 1000;
  for (const cell of document.querySelectorAll("[data-ends]")) {
    const seconds = Number(cell.dataset.ends) - now;
    cell.querySelector(".time").textContent = left(seconds);
    if (seconds >= 0) continue;
    cell.className = "left critical";
    cell.querySelector("use").setAttribute("href", "#critical");
    cell.querySelector(".spoken").textContent = "critical: ";
  }
  for (const note of document.querySelectorAll(".as-of")) note.hidden = true;
  const age = now - Number(channels.dataset.made);
  if (age < 30 * DAY) return;
  $("age").textContent = `This bundle is ${span(age)} old. Whether its stores still hold tells: trustpack channel watch BUNDLE`;
  $("age").hidden = false;
}

function start() {
  readTicks();
  for (const bar of bars) bar.hidden = false;
  document.body.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (button?.dataset.copies !== undefined) copyFrom(button);
    if (button?.ariaPressed) {
      button.ariaPressed = button.ariaPressed !== "true";
      update();
    }
  });
  for (const box of boxes) box.addEventListener("change", () => { keepTick(box); update(); });
  // the same page in another tab; a tab in the background may hear of it late or never
  addEventListener("storage", event => { if (event.key === PLACE) { readTicks(); update(); } });
  addEventListener("visibilitychange", () => { readTicks(); update(); });
  tellLeft();
  update();
  document.body.dataset.ready = "true";
}

start();
