// What the page does when it is opened.

const choices = id => [...$(id).options].map(option => option.value);

function fillChoices() {
  const offer = (id, words) => words.forEach(word => $(id).append(element("option", { value: word }, word)));
  const present = (words, of) => words.filter(word => rows.some(row => row[of].has(word)));
  offer("role", present(["end-entity", "intermediate", "anchor", "crl"], "roles"));
  offer("change", present(["new", "renewed", "changed", "worse", "better", "unchanged"], "changes"));
  $("changes").hidden = !report.since;
  for (const severity of [...SEVERITIES].reverse()) {
    const number = rows.filter(row => SEVERITIES[row.severity] === severity).length;
    const chip = { type: "button", className: severity, "data-severity": severity, onclick: () => toggle(filters.severity, severity) };
    $("severities").append(element("button", chip, shape(severity), `${severity} ${numbers.format(number)}`));
  }
  for (const unit of Object.keys(UNITS)) {
    $("units").append(element("button", { type: "button", "data-unit": unit, onclick: () => chooseUnit(unit) }, unit));
  }
  for (const tile of document.querySelectorAll(".tile")) {
    tile.disabled = false;
    tile.onclick = () => toggle(filters.show, tile.dataset.show);
  }
}

function chooseUnit(unit) {
  filters.unit = unit;
  filters.ends = "";
  update();
}

function listen() {
  $("words").oninput = event => { filters.words = event.target.value; update(); };
  $("role").onchange = event => { filters.role = event.target.value; update(); };
  $("change").onchange = event => { filters.change = event.target.value; update(); };
  $("filters").onsubmit = event => event.preventDefault();
  $("filters").onreset = () => { history.replaceState(null, "", "#"); readAddress(); update(); };
  $("bars").onkeydown = moveAmongBars;
  $("more").onclick = () => drawMore(WINDOW);
  $("close").onclick = () => $("details").close();
  // a click beside it
  $("details").onclick = event => event.target === $("details") && $("details").close();
  drawAtTheEnd();
  addEventListener("hashchange", () => { readAddress(); update(); });
  addEventListener("beforeprint", () => drawMore(found.length));
  for (const head of document.querySelectorAll("th[data-sort]")) {
    const key = head.dataset.sort;
    head.replaceChildren(element("button", { type: "button", onclick: () => { filters.sort = filters.sort === key ? `-${key}` : key; update(); } }, head.textContent));
  }
}

function tellAge() {
  const age = Date.now() / 1000 - report.now;
  if (age < 1.5 * DAY) return;
  $("age").textContent = `This report is ${span(age)} old. What is left is told as of ${report.as_of}.`;
  $("age").hidden = false;
}

function tellGone() {
  const words = one => ({
    subject: `${one.subject}: was checked before`,
    certificate: `${one.subject}: ${one.name}: ${one.display_name}, which ends on ${date(one.not_after ?? "")}`,
    finding: `${one.id} ${one.subject}: ${one.message}`,
  })[one.kind];
  $("gone").lastElementChild.append(...report.gone.map(one => element("li", {}, named(words(one), true))));
  $("gone").hidden = report.gone.length === 0;
}

async function start() {
  report = await unpack();
  rows = makeRows();
  fillChoices();
  listen();
  readAddress();
  tellAge();
  tellGone();
  $("filters").hidden = rows.length === 0;
  $("timeline").hidden = !rows.some(row => row.certificate);
  update();
  document.body.dataset.ready = "true";
  performance.mark("ready");
}

start();
