// The report: unpacked, and made into rows.

async function inflate(base64) {
  const bytes = Uint8Array.from(atob(base64), character => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function unpack() {
  const text = new TextDecoder().decode(await inflate($("packed-report").textContent));
  const [head, ...subjects] = text.split("\n").filter(line => line !== "").map(line => JSON.parse(line));
  return { ...head, subjects, now: Date.parse(head.at) / 1000 };
}

// Which finding is about which certificate: by its place (`file: entry`), else by the fingerprint.
function matched(subject) {
  const of = subject.certificates.map(() => []);
  const others = [];
  const names = new Map(), fingerprints = new Map();
  subject.certificates.forEach((one, place) => {
    if (!names.has(one.name)) names.set(one.name, place);
    if (!fingerprints.has(one.fingerprint)) fingerprints.set(one.fingerprint, place);
  });
  for (const finding of subject.findings) {
    const begin = `${subject.subject}: `;
    const name = finding.subject.startsWith(begin) ? finding.subject.slice(begin.length) : null;
    const place = names.get(name) ?? fingerprints.get(finding.certificate?.fingerprint);
    (of[place] ?? others).push(finding);
  }
  return { of, others };
}

const rank = severity => Math.max(0, SEVERITIES.indexOf(severity));
const worst = findings => Math.max(0, ...findings.map(finding => rank(finding.severity)));

function groupOf(row) {
  if (!row.certificate) return row.places[0].subject.failed ? "failed" : "other";
  if (row.certificate.state === "expired") return "expired";
  if (row.certificate.state === "expires-soon") return "soon";
  return row.severity > 0 ? "other" : "fine";
}

// A row for each certificate, wherever it is, and one for each subject that has a finding and no certificate.
function makeRows() {
  const known = new Map();
  for (const subject of report.subjects) {
    const { of, others } = matched(subject);
    subject.certificates.forEach((certificate, place) => {
      // the first certificate of a subject stands for it
      const about = place === 0 ? others : [];
      const severity = Math.max(rank(certificate.severity), worst(of[place]), worst(about));
      const here = { subject, certificate, findings: [...of[place], ...about] };
      const row = known.get(certificate.fingerprint);
      if (row) {
        row.places.push(here);
        row.severity = Math.max(row.severity, severity);
      } else {
        known.set(certificate.fingerprint, { certificate, places: [here], severity, left: certificate.remaining_seconds });
      }
    });
    if (subject.certificates.length === 0 && subject.findings.length > 0) {
      const here = { subject, certificate: null, findings: others };
      known.set(known.size, { certificate: null, places: [here], severity: worst(others), left: -Infinity });
    }
  }
  return [...known.values()].map(finishRow).sort((one, other) => compare.left(one, other));
}

function finishRow(row) {
  const { certificate, places } = row;
  row.group = groupOf(row);
  row.name = certificate ? certificate.display_name : places[0].subject.subject;
  row.ends = certificate ? report.now + certificate.remaining_seconds : null;
  row.issuer = certificate?.issuer ?? "";
  row.role = certificate?.role ?? "";
  row.roles = new Set(places.map(place => place.certificate?.role));
  row.changes = new Set(places.flatMap(place => [place.certificate?.change, place.subject.change, ...place.findings.map(finding => finding.change)]));
  row.text = searched(row).join("\n").toLowerCase();
  return row;
}

function searched({ certificate, places }) {
  const of = certificate ?? { dns_names: [] };
  return [
    of.display_name, of.subject, of.issuer, of.serial_number, of.fingerprint, of.not_after, of.role, of.state,
    ...(of.dns_names ?? []), ...(of.ip_addresses ?? []), ...(of.emails ?? []),
    ...places.flatMap(place => [place.subject.subject, place.certificate?.name, ...place.findings.flatMap(finding => [finding.id, finding.message])]),
  ].filter(text => text);
}

const compare = {
  left: (one, other) => (one.left === other.left ? 0 : one.left - other.left),
  name: (one, other) => collator.compare(one.name, other.name),
  role: (one, other) => collator.compare(one.role, other.role),
  issuer: (one, other) => collator.compare(one.issuer, other.issuer),
};

