//! Single facts of certificates for scripts: one line a certificate, values between tabs.

use std::str::FromStr;

use crate::text::{escape, rfc3339};

use super::CertificateRecord;

/// A fact that a script can ask for by name.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    name: &'static str,
    value: fn(&Line<'_>) -> String,
}

/// A certificate and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// The file or server.
    pub source: &'a str,
    /// The entry, or the place in a chain that a server sent.
    pub alias: &'a str,
    /// `trusted-certificate`, `private-key`, `server`.
    pub kind: &'a str,
    /// The place in the entry's chain, from one.
    pub place: usize,
    /// The certificate, with its details.
    pub certificate: &'a CertificateRecord,
}

/// A field that there is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no field `{name}`; the fields are {}", Field::names().join(", "))]
pub struct UnknownField {
    /// What was asked for.
    pub name: String,
}

impl Field {
    /// The names of all fields, in the order in which help and documentation list them.
    pub fn names() -> Vec<&'static str> {
        FIELDS.iter().map(|field| field.name).collect()
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(name: &str) -> Result<Self, UnknownField> {
        let known = FIELDS.iter().find(|field| field.name == name.trim());
        known.copied().ok_or_else(|| UnknownField {
            name: name.trim().to_owned(),
        })
    }
}

impl Line<'_> {
    /// The values of these fields with tabs between them. Tabs, line ends and other control characters inside a value are
    /// spelled out, so that a line is a certificate and a tab ends a value.
    pub fn of(&self, fields: &[Field]) -> String {
        let values: Vec<String> = fields
            .iter()
            .map(|field| escape(&(field.value)(self)))
            .collect();
        values.join("\t")
    }
}

const DAY: i64 = 24 * 60 * 60;

/// What each is stands in the help of `--fields` and in [`CertificateRecord`].
const FIELDS: &[Field] = &[
    Field {
        name: "source",
        value: |line| line.source.to_owned(),
    },
    Field {
        name: "alias",
        value: |line| line.alias.to_owned(),
    },
    Field {
        name: "kind",
        value: |line| line.kind.to_owned(),
    },
    Field {
        name: "place",
        value: |line| line.place.to_string(),
    },
    Field {
        name: "name",
        value: |line| details(line, |details| details.display_name.clone()),
    },
    Field {
        name: "subject",
        value: |line| line.certificate.subject.clone(),
    },
    Field {
        name: "issuer",
        value: |line| line.certificate.issuer.clone(),
    },
    Field {
        name: "serial",
        value: |line| line.certificate.serial_number.clone(),
    },
    Field {
        name: "not_before",
        value: |line| rfc3339(line.certificate.not_before),
    },
    Field {
        name: "not_after",
        value: |line| rfc3339(line.certificate.not_after),
    },
    Field {
        name: "remaining_days",
        value: |line| {
            line.certificate
                .remaining_seconds
                .div_euclid(DAY)
                .to_string()
        },
    },
    Field {
        name: "sha256",
        value: |line| line.certificate.fingerprint.clone(),
    },
    Field {
        name: "sha1",
        value: |line| details(line, |details| details.sha1.clone()),
    },
    Field {
        name: "spki_sha256",
        value: |line| details(line, |details| details.spki_sha256.clone()),
    },
    Field {
        name: "key",
        value: |line| line.certificate.public_key.clone(),
    },
    Field {
        name: "signature_algorithm",
        value: |line| details(line, |details| details.signature_algorithm.clone()),
    },
    Field {
        name: "sans",
        value: |line| line.certificate.subject_alt_names.join(","),
    },
    Field {
        name: "is_ca",
        value: |line| line.certificate.is_ca.to_string(),
    },
    Field {
        name: "version",
        value: |line| details(line, |details| details.version.to_string()),
    },
];

fn details(line: &Line<'_>, get: impl Fn(&super::CertificateDetails) -> String) -> String {
    line.certificate
        .details
        .as_deref()
        .map(get)
        .unwrap_or_default()
}
