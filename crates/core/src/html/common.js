"use strict";
// What the scripts of all pages share.

const DAY = 86400;
const $ = id => document.getElementById(id);
const numbers = new Intl.NumberFormat("en");

const count = (number, noun) => `${numbers.format(number)} ${noun}${number === 1 ? "" : "s"}`;

// As trustpack says it elsewhere: days, hours below three days, always rounded down.
function span(seconds) {
  if (seconds >= 3 * DAY) return count(Math.floor(seconds / DAY), "day");
  if (seconds >= 3600) return count(Math.floor(seconds / 3600), "hour");
  if (seconds >= 60) return count(Math.floor(seconds / 60), "minute");
  return "less than a minute";
}

const left = seconds => (seconds < 0 ? `expired ${span(-seconds)} ago` : span(seconds));

// Where a page may not write to the clipboard, what shows the text is selected, and a key away from being copied.
async function copy(text, shown, said) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(shown);
    said.textContent = "Selected: press Ctrl+C";
  }
}

