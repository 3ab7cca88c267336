// Shows the report that is packed into this page. Names in it were chosen by strangers: they become text nodes, never markup
// (nothing here parses HTML), and what would reorder or hide text in them is spelled out.

const SEVERITIES = ["fine", "note", "warning", "critical"];
const GROUPS = ["expired", "soon", "failed", "other", "fine"];
// Rows are made as they are scrolled to: ten thousand at once would take a second.
const WINDOW = 40;
const NAME = 120; // characters of a name in a row, as in the rows that are in the page already
const BLOCK = 64; // certificates in a block, as `certificates.rs` packs them

const collator = new Intl.Collator("en", { numeric: true });
const months = new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" });
let report = null; // what `unpack` gives
let rows = []; // all of them, the least time left first
let found = []; // those that fit the filters
let drawn = 0; // how many of these are in the table
const filters = { words: "", show: new Set(), severity: new Set(), role: "", change: "", ends: "", unit: "", sort: "left" };

const UNSAFE = /[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
const visible = text => String(text).replace(UNSAFE, one => `\\u{${one.codePointAt(0).toString(16)}}`);

function cut(text) {
  const characters = Array.from(text.slice(0, 2 * NAME + 2));
  return characters.length > NAME ? characters.slice(0, NAME).join("") + "…" : text;
}

// Properties are set as properties, except those that only exist as attributes.
function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("aria-") || name.startsWith("data-") || name === "role") made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.filter(child => child !== null && child !== ""));
  return made;
}

// A name keeps its own direction and does not turn its neighbours around.
const named = (text, whole = false) => element("bdi", {}, visible(whole ? text : cut(text)));

function shape(severity) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#${severity}`);
  svg.append(use);
  return svg;
}

// What RFC 3339 has no words for is `@` and seconds.
const date = moment => (moment.startsWith("@") ? moment : moment.slice(0, 10));
const minute = moment => (moment.startsWith("@") ? moment : `${date(moment)} ${moment.slice(11, 16)} UTC`);

