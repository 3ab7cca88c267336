// Chains as pictures, from the end entity to its anchor.

function drawChain(subject, certificate) {
  const { boxes, extras, verdict, severity } = subject.connection ? servedChain(subject) : storedChain(subject, certificate);
  if (boxes.length === 0) return [];
  const draw = list => list.map(box => drawBox(box, certificate));
  return [
    element("p", { className: `verdict ${severity}` }, shape(severity), element("span", {}, verdict)),
    element("ol", { className: "chain", "aria-label": "Chain, from the end entity to its anchor" }, ...draw(boxes)),
    ...(extras.length > 0 ? [element("p", {}, "Sent, and not needed:"), element("ul", { className: "chain extras" }, ...draw(extras))] : []),
  ];
}

function drawBox({ certificate, fingerprint, issuer, mark }, current) {
  const isCurrent = certificate?.fingerprint === current.fingerprint;
  const box = element("li", { className: certificate ? "" : "absent" },
    element("b", {}, certificate ? named(certificate.display_name || certificate.subject) : issuer ? named(issuer) : "A certificate that is not in this report"),
    element("small", {}, certificate ? `${certificate.role}, ${certificate.state === "expired" ? "ended" : "ends"} on ${date(certificate.not_after)}` : fingerprint ?? ""),
    element("small", {}, mark));
  if (isCurrent) box.ariaCurrent = "true";
  return box;
}

// What a server sent, and the way by which a browser accepts it.
function servedChain(subject) {
  const { presented, verified_chains: chains } = subject.connection;
  const known = new Map(subject.certificates.map(one => [one.fingerprint, one]));
  const box = (fingerprint, mark) => ({ fingerprint, certificate: known.get(fingerprint), mark });
  const path = chains[0];
  if (!path) {
    const boxes = presented.map(one => box(one, "sent by the server"));
    return { boxes, extras: [], severity: "critical", verdict: "A browser does not accept this server." };
  }
  const marked = path.map((one, place) => box(one, presented.includes(one) ? "sent by the server" : place === path.length - 1 ? "trusted root, not sent" : "not sent"));
  const extras = presented.filter(one => !path.includes(one)).map(one => box(one, "no client needs it"));
  return { boxes: marked, extras, severity: "fine", verdict: "A browser accepts this server by this chain." };
}

// What is in a file, by the names of issuers: a file is not verified against roots.
function storedChain(subject, certificate) {
  const boxes = [];
  for (let one = certificate; one && boxes.length < 16 && !boxes.some(box => box.certificate === one); ) {
    boxes.push({ certificate: one, mark: one.subject === one.issuer ? "issued by itself" : "" });
    if (one.subject === one.issuer) break;
    const issuer = subject.certificates.find(other => other.subject === one.issuer && other.role !== "crl");
    if (!issuer) boxes.push({ issuer: one.issuer, mark: "issuer, not in this file" });
    one = issuer;
  }
  return { boxes, extras: [], severity: "note", verdict: "In this file, by the names of issuers; signatures and trust are not judged." };
}

