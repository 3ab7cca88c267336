//! Every target by its name.

mod archives;
mod certificates;
mod containers;
mod diff;
mod servers;
mod texts;
mod verify;
mod written;

/// Something that takes any bytes, and panics where what must hold does not.
#[derive(Clone, Copy)]
pub struct Target {
    /// Also that of its seeds and its dictionary.
    pub name: &'static str,
    /// What is tried.
    pub body: fn(&[u8]),
    /// Longer inputs are tried by nobody: they find the same, and slower.
    pub max_len: usize,
}

/// Every target, by module.
pub const ALL: &[Target] = &[
    target("detect", containers::detect, 32),
    target("pem", containers::pem, 16),
    target("der", containers::der, 16),
    target("ber", containers::ber, 16),
    target("pkcs7", containers::pkcs7, 16),
    target("pkcs8", containers::pkcs8, 8),
    target("pkcs12", containers::pkcs12, 16),
    target("jks", containers::jks, 16),
    target("bks", containers::bks, 16),
    target("bcfks", containers::bcfks, 16),
    target("certificate", certificates::certificate, 8),
    target("name", certificates::name, 2),
    target("crl", certificates::crl, 8),
    target("ocsp", certificates::ocsp, 8),
    target("request", certificates::request, 8),
    target("inspect", certificates::inspect, 16),
    target("hello", servers::hello, 16),
    target("starttls", servers::starttls, 4),
    target("proxy", servers::proxy, 4),
    target("answers", servers::answers, 8),
    target("spec", |bytes| text(bytes, texts::spec), 16),
    target("targets", |bytes| text(bytes, texts::targets), 4),
    target("policy", |bytes| text(bytes, texts::policy), 4),
    target("facts", |bytes| text(bytes, texts::facts), 16),
    target("state", |bytes| text(bytes, texts::state), 8),
    target("report", texts::report, 32),
    target("source", archives::source, 32),
    target("zip", archives::zip, 128),
    target("diff", diff::diff, 32),
    target("verify", verify::verify, 16),
    target("round_trip", written::round_trip, 2),
    target("issue", written::issue, 2),
];

const fn target(name: &'static str, body: fn(&[u8]), kib: usize) -> Target {
    Target {
        name,
        body,
        max_len: kib << 10,
    }
}

fn text(bytes: &[u8], body: fn(&str)) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        body(text);
    }
}
