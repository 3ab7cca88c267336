// What there is to know of one row.

function openDetails(row) {
  const { certificate, places } = row;
  $("details-title").replaceChildren(row.name ? named(row.name) : "(no name)");
  $("details-body").replaceChildren(
    ...(certificate ? lead(row) : []),
    ...places.slice(0, PLACES).flatMap(drawPlace),
    places.length > PLACES ? element("p", {}, `… and ${count(places.length - PLACES, "more place")}`) : "",
    ...(certificate ? [element("h3", {}, "Facts"), facts(certificate), ...pem(certificate)] : []));
  $("details").showModal();
  $("details").scrollTop = 0;
  $("details-title").focus();
}

const PLACES = 20; // places of one certificate whose chains are drawn

function lead(row) {
  const { certificate } = row;
  const severity = SEVERITIES[row.severity];
  const bar = element("div", { className: `life ${severity}`, "aria-hidden": "true" }, element("i"));
  bar.firstChild.style.inlineSize = `${100 - certificate.remaining_percent}%`;
  const words = certificate.remaining_seconds < 0 ? left(row.left) : `${left(row.left)} left`;
  return [
    element("p", { className: `lead ${severity}` }, element("b", {}, words), `, until ${minute(certificate.not_after)}`),
    bar,
    element("p", { className: "ends-of-life" }, element("span", {}, date(certificate.not_before)), element("span", {}, `${certificate.remaining_percent} % of its lifetime left`), element("span", {}, date(certificate.not_after))),
  ];
}

function drawPlace(place) {
  const { subject, certificate } = place;
  const news = certificate?.change ?? subject.change;
  return [
    element("h3", {}, named(subject.subject, true), certificate ? element("small", {}, ": ", named(certificate.name, true)) : "", news ? element("span", { className: "change" }, news) : ""),
    ...place.findings.map(drawFinding),
    ...(certificate && certificate.role !== "crl" ? drawChain(subject, certificate) : []),
  ];
}

function drawFinding(finding) {
  const page = report.pages[finding.id];
  return element("div", { className: `finding ${finding.severity}` },
    element("p", {}, shape(finding.severity), element("b", {}, finding.severity), " ", element("span", { className: "id" }, visible(finding.id)),
      finding.change ? element("span", { className: "change" }, finding.change) : ""),
    element("p", {}, named(finding.message, true)),
    finding.silenced ? element("p", {}, "silenced: ", named(finding.silenced, true)) : "",
    finding.hint ? element("p", { className: "hint" }, named(finding.hint, true)) : "",
    page ? element("details", {}, element("summary", {}, "What it means"), ...explained(page)) : "");
}

// Between backticks stands a command.
function explained(page) {
  const steps = page.remedy.map(step => [step.text, ...step.commands.map(command => `\`${command}\``)].join(" "));
  return [page.meaning, page.consequence, ...steps].flatMap(text => text.split("\n\n")).map(paragraph =>
    element("p", {}, ...paragraph.split("`").map((piece, number) => (number % 2 ? element("code", {}, piece) : piece))));
}

