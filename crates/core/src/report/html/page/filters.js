// Filters, whose state is in the address so that it can be sent to somebody.

function readAddress() {
  const given = new URLSearchParams(location.hash.slice(1));
  const set = (name, known) => new Set((given.get(name) ?? "").split(",").filter(word => known.includes(word)));
  const one = (name, known) => (known.includes(given.get(name)) ? given.get(name) : "");
  filters.words = given.get("q") ?? "";
  filters.show = set("show", GROUPS);
  filters.severity = set("severity", SEVERITIES);
  filters.role = one("role", choices("role"));
  filters.change = one("change", choices("change"));
  filters.ends = /^\d*\.\.\d*$/.test(given.get("ends") ?? "") ? given.get("ends") : "";
  filters.unit = one("unit", Object.keys(UNITS));
  filters.sort = one("sort", Object.keys(compare).flatMap(key => [key, `-${key}`])) || "left";
  $("words").value = filters.words;
  $("role").value = filters.role;
  $("change").value = filters.change;
}

function writeAddress() {
  const told = new URLSearchParams();
  const tell = (name, value) => value && told.set(name, value);
  tell("q", filters.words);
  tell("show", [...filters.show].join());
  tell("severity", [...filters.severity].join());
  ["role", "change", "ends", "unit"].forEach(name => tell(name, filters[name]));
  if (filters.sort !== "left") tell("sort", filters.sort);
  history.replaceState(null, "", `#${told}`);
}

// Whether a row fits, and whether it would if no time was chosen: the timeline shows those.
function fitting() {
  const words = filters.words.toLowerCase().split(/\s+/).filter(word => word);
  const fits = row =>
    (filters.show.size === 0 || filters.show.has(row.group)) &&
    (filters.severity.size === 0 || filters.severity.has(SEVERITIES[row.severity])) &&
    (!filters.role || row.roles.has(filters.role)) &&
    (!filters.change || row.changes.has(filters.change)) &&
    words.every(word => row.text.includes(word));
  const anytime = rows.filter(fits);
  if (!filters.ends) return { anytime, now: anytime };
  const [from, to] = filters.ends.split("..").map(text => (text === "" ? null : Number(text)));
  const isThen = row => row.ends !== null && (from === null || row.ends >= from) && (to === null || row.ends < to);
  return { anytime, now: anytime.filter(isThen) };
}

function update() {
  const { anytime, now } = fitting();
  found = filters.sort === "left" ? now : sorted(now);
  drawTimeline(anytime);
  drawTable();
  drawFilters();
  writeAddress();
}

function sorted(list) {
  const key = filters.sort.replace("-", "");
  const made = [...list].sort(compare[key]);
  return filters.sort.startsWith("-") ? made.reverse() : made;
}

function drawFilters() {
  for (const tile of document.querySelectorAll(".tile")) tile.ariaPressed = filters.show.has(tile.dataset.show);
  for (const chip of $("severities").children) chip.ariaPressed = filters.severity.has(chip.dataset.severity);
  for (const head of document.querySelectorAll("th[data-sort]")) {
    const isKey = filters.sort.replace("-", "") === head.dataset.sort;
    if (isKey) head.ariaSort = filters.sort.startsWith("-") ? "descending" : "ascending";
    else head.removeAttribute("aria-sort");
  }
  const all = found.length === rows.length;
  $("shown").textContent = (all ? count(rows.length, "row") : `${numbers.format(found.length)} of ${count(rows.length, "row")}`) + leftOut();
}

function leftOut() {
  return report.left_out > 0 ? `; ${count(report.left_out, "source")} with more time left had no room in this page` : "";
}

function toggle(set, word) {
  if (!set.delete(word)) set.add(word);
  update();
}

