// The table, row by row as it is scrolled to.

function drawTable() {
  drawn = 0;
  $("rows").replaceChildren();
  drawMore(WINDOW);
  if (found.length === 0) {
    const why = rows.length === 0 ? "This report has no certificates." : "Nothing fits these filters.";
    $("rows").append(element("tr", { className: "empty" }, element("td", { colSpan: 5 }, why)));
  }
}

function drawMore(number) {
  const next = found.slice(drawn, drawn + number);
  drawn += next.length;
  $("rows").append(...next.map(drawRow));
  $("rest").hidden = drawn >= found.length;
  $("more").textContent = `Show more (${numbers.format(found.length - drawn)} left)`;
}

// Draws on while the end of the table is near; observed anew each time, because it may be near still.
function drawAtTheEnd() {
  const observer = new IntersectionObserver(seen => {
    if (!seen[0].isIntersecting) return;
    drawMore(WINDOW);
    observer.unobserve($("rest"));
    observer.observe($("rest"));
  }, { rootMargin: "600px" });
  observer.observe($("rest"));
}

function drawRow(row) {
  const severity = SEVERITIES[row.severity];
  const { certificate, places } = row;
  const none = places[0].subject.failed ? "not checked" : "no certificate";
  const where = certificate ? [named(places[0].subject.subject), places.length > 1 ? ` and ${places.length - 1} more` : ""] : [named(places[0].findings[0].message)];
  const news = certificate?.change ?? places[0].subject.change;
  return element("tr", { onclick: () => openDetails(row) },
    element("td", { className: `left ${severity}` }, shape(severity), element("span", { className: "spoken" }, `${severity}: `), certificate ? left(row.left) : none),
    element("td", { className: "ends" }, certificate ? date(certificate.not_after) : ""),
    element("td", { className: "name" },
      element("button", { type: "button", "aria-haspopup": "dialog" }, row.name ? named(row.name) : "(no name)"),
      news && news !== "unchanged" ? element("span", { className: "change" }, news) : null,
      element("small", {}, ...where)),
    element("td", { className: "role" }, row.role),
    element("td", { className: "issuer" }, named(row.issuer)));
}

