// What expires when, as bars that are buttons.

// The start of the unit that a moment is in, and of the one `by` later, in seconds since 1970.
const UNITS = {
  weeks: { bars: 26, start: (day, by) => Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() - ((day.getUTCDay() + 6) % 7) + 7 * by) },
  months: { bars: 24, start: (day, by) => Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + by) },
  years: { bars: 20, start: (day, by) => Date.UTC(day.getUTCFullYear() + by, 0) },
};

// The finest scale in which most ends have a bar of their own.
function usualUnit() {
  const ends = rows.filter(row => row.left >= 0 && row.ends !== null).map(row => row.ends);
  const isMost = unit => ends.filter(end => end < horizon(unit)).length * 2 >= ends.length;
  return Object.keys(UNITS).find(isMost) ?? "years";
}

const bound = (unit, by) => UNITS[unit].start(new Date(report.now * 1000), by) / 1000;
const horizon = unit => bound(unit, UNITS[unit].bars);

// The bars of a scale, each with the rows that end then, which no filter changes.
const scales = {};
function barsOf(unit) {
  if (scales[unit]) return scales[unit];
  const bars = [{ from: null, to: report.now, label: "expired", spoken: "expired", isEdge: true }];
  for (let by = 0; by < UNITS[unit].bars; by += 1) {
    const [from, to] = [bound(unit, by), bound(unit, by + 1)];
    const label = labelOf(unit, from, by);
    bars.push({ from: Math.max(from, report.now), to, label, spoken: `${unit.slice(0, -1)} of ${new Date(from * 1000).toISOString().slice(0, 10)}` });
  }
  bars.push({ from: horizon(unit), to: null, label: "later", spoken: "later", isEdge: true });
  const place = new Map();
  for (const row of rows.filter(one => one.ends !== null)) place.set(row, bars.findIndex(one => one.to === null || row.ends < one.to));
  scales[unit] = { bars, place };
  return scales[unit];
}

function labelOf(unit, from, by) {
  const day = new Date(from * 1000);
  if (unit === "years") return `${day.getUTCFullYear()}`;
  const month = months.format(day);
  const isFirst = unit === "weeks" ? day.getUTCDate() <= 7 : day.getUTCMonth() === 0;
  const second = unit === "weeks" ? (isFirst || by === 0 ? month : "") : isFirst || by === 0 ? day.getUTCFullYear() : "";
  return `${unit === "weeks" ? day.getUTCDate() : month}\n${second}`;
}

function drawTimeline(list) {
  const unit = filters.unit || usualUnit();
  const { bars, place } = barsOf(unit);
  bars.forEach(bar => (bar.counts = [0, 0, 0, 0]));
  for (const row of list) if (row.ends !== null) bars[place.get(row)].counts[row.severity] += 1;
  const total = bar => bar.counts.reduce((sum, number) => sum + number);
  // years of what is over and of what is far away must not flatten the weeks that matter; those bars are broken then
  const inner = Math.max(...bars.filter(bar => !bar.isEdge).map(total));
  const most = Math.max(1, inner > 0 ? 1.6 * inner : 0, ...(inner > 0 ? [] : bars.map(total)));
  // whoever moves through the bars by keyboard stays where they are
  const focused = [...$("bars").children].indexOf(document.activeElement);
  $("bars").replaceChildren(...bars.map(bar => drawBar(bar, total(bar), most)));
  const enabled = [...$("bars").children].filter(bar => !bar.disabled);
  const current = enabled.find(bar => bar.ariaPressed === "true") ?? enabled[0];
  if (current) current.tabIndex = 0;
  if (focused >= 0) $("bars").children[focused]?.focus();
  for (const button of $("units").children) button.ariaPressed = button.dataset.unit === unit;
}

function drawBar(bar, total, most) {
  const scale = most / Math.max(most, total);
  const column = element("span", { className: scale < 1 ? "column broken" : "column" });
  if (total > 0) column.append(element("span", { className: "number" }, numbers.format(total)));
  for (const severity of [3, 2, 1, 0].filter(one => bar.counts[one] > 0)) {
    const part = element("span", { className: `part ${SEVERITIES[severity]}` });
    // a single one is still seen beside thousands
    part.style.blockSize = `max(3px, ${(bar.counts[severity] / most) * scale * 6.4}rem)`;
    column.append(part);
  }
  const ends = `${bar.from ?? ""}..${bar.to ?? ""}`;
  const parts = [3, 2, 1].filter(one => bar.counts[one] > 0).map(one => `${bar.counts[one]} ${SEVERITIES[one]}`);
  return element("button", {
    type: "button",
    className: bar.isEdge ? "bar edge" : "bar",
    disabled: total === 0,
    tabIndex: -1,
    "aria-pressed": filters.ends === ends,
    "aria-label": [`${bar.spoken}: ${count(total, "certificate")}`, ...parts].join(", "),
    onclick: () => {
      filters.ends = filters.ends === ends ? "" : ends;
      update();
    },
  }, column, element("span", { className: "label", "aria-hidden": "true" }, bar.label));
}

// A toolbar: one stop of the Tab key, arrows within.
function moveAmongBars(event) {
  const by = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
  if (by === undefined) return;
  const bars = [...$("bars").children].filter(bar => !bar.disabled);
  const place = Math.max(0, Math.min(bars.length - 1, bars.indexOf(document.activeElement) + by));
  bars.forEach((bar, number) => (bar.tabIndex = number === place ? 0 : -1));
  bars[place]?.focus();
  event.preventDefault();
}

