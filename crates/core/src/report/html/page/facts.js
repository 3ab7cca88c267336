// Facts of a certificate, and the certificate itself to copy.

const LONG = 600; // characters

function facts(certificate) {
  const list = element("dl", { className: "facts" });
  const tell = (name, value) => {
    if (!value) return;
    // one that needs a scroll bar is a stop of the Tab key
    const scrolls = value.length > LONG ? { className: "long", tabIndex: 0 } : {};
    list.append(element("dt", {}, name), element("dd", scrolls, named(value, true)));
  };
  const limit = seconds => (seconds === undefined ? "" : span(seconds));
  tell("Subject", certificate.subject || "(empty)");
  tell("Issuer", certificate.issuer);
  tell("Names", [...(certificate.dns_names ?? []), ...(certificate.ip_addresses ?? []), ...(certificate.emails ?? [])].join(", "));
  tell("Valid from", minute(certificate.not_before));
  tell("Valid until", minute(certificate.not_after));
  tell("Renew from", certificate.renew_after && minute(certificate.renew_after));
  const renewal = certificate.renewal_window;
  tell("Issuer's window", renewal && `${minute(renewal.start)} to ${minute(renewal.end)} ${renewal.explanation_url ?? ""}`);
  tell("Warns below", limit(certificate.warn_below_seconds));
  tell("Critical below", limit(certificate.critical_below_seconds));
  tell("Serial number", certificate.serial_number);
  tell("SHA-256", certificate.fingerprint);
  return list;
}

// In the order in which the certificates are packed: by time left, then by fingerprint.
let packedOrder = null;
function packedPlace(fingerprint) {
  const code = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
  packedOrder ??= new Map(rows.filter(row => row.roles.size > 0 && row.certificate && row.role !== "crl")
    .map(row => row.certificate)
    .sort((one, other) => one.remaining_seconds - other.remaining_seconds || code(one.fingerprint, other.fingerprint))
    .map((one, place) => [one.fingerprint, place]));
  return packedOrder.get(fingerprint);
}

async function derOf(fingerprint) {
  const place = packedPlace(fingerprint);
  const block = await inflate($("packed-certificates").textContent.split("\n")[Math.floor(place / BLOCK)]);
  const lengths = new DataView(block.buffer);
  let at = 0;
  for (let skip = place % BLOCK; skip > 0; skip -= 1) at += 4 + lengths.getUint32(at);
  return block.subarray(at + 4, at + 4 + lengths.getUint32(at));
}

function armored(der) {
  const base64 = btoa(Array.from(der, byte => String.fromCharCode(byte)).join(""));
  // not written out, so that no reader takes this page for a broken PEM file
  const line = (word) => `-----${word} CERTIFICATE-----\n`;
  return `${line("BEGIN")}${base64.match(/.{1,64}/g).join("\n")}\n${line("END")}`;
}

function pem(certificate) {
  if (certificate.role === "crl") return [];
  const title = element("h3", {}, "PEM");
  const place = packedPlace(certificate.fingerprint);
  if (!report.has_bytes) return [title, element("p", {}, "This page was made from reports, which hold what was said of certificates and not the certificates themselves.")];
  if (!(place < report.packed)) return [title, element("p", {}, "Left out to keep this page small: it has the certificates with the least time left.")];
  const text = element("pre", { tabIndex: 0, "aria-label": "PEM" });
  const said = element("span", { role: "status" });
  const button = element("button", { type: "button", className: "copy", disabled: true, onclick: () => copy(text.textContent, text, said) }, "Copy PEM");
  derOf(certificate.fingerprint).then(der => {
    text.textContent = der.length > 0 ? armored(der) : "Left out to keep this page small.";
    button.disabled = der.length === 0;
  });
  return [title, element("p", {}, button, said), text];
}

