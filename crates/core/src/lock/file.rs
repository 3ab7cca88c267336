//! A lock as a file: TOML, the same text for the same servers.

use std::ops::Range;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use toml::Spanned;

use crate::cert::Fingerprint;
use crate::text::rfc3339;

use super::digest::{self, Written};
use super::{Lock, Locked};

impl Lock {
    /// Reads what [`to_toml`](Self::to_toml) wrote.
    ///
    /// # Errors
    /// When the text is no TOML, of another version, has a key that is not known here, lacks one, or holds a server twice.
    pub fn from_toml(text: &str) -> Result<Self, LockError> {
        // First the version: what another one has beside it is not known.
        let Version { version } = parse(text)?;
        if *version.get_ref() != VERSION {
            let found = *version.get_ref();
            return Err(at(text, version.span(), LockErrorKind::Version { found }));
        }
        let raw: RawLock = parse(text)?;
        let mut servers: Vec<Locked> = Vec::with_capacity(raw.server.len());
        let mut keys = std::collections::HashSet::new();
        for raw in &raw.server {
            let server = raw.get_ref().read(text)?;
            if !keys.insert(raw.get_ref().key()) {
                let target = server.target;
                return Err(at(text, raw.span(), LockErrorKind::Twice { target }));
            }
            servers.push(server);
        }
        Ok(Self::new(servers))
    }

    /// The text of the file, ending with a line feed.
    pub fn to_toml(&self) -> String {
        let mut text = HEADER.to_owned();
        for server in Self::new(self.servers.clone()).servers {
            text.push_str("\n[[server]]\n");
            let mut line = |name: &str, value: &str| {
                text.push_str(&format!("{name} = {}\n", quoted(value)));
            };
            line("target", &server.target);
            let given = [
                ("address", &server.address),
                ("server_name", &server.server_name),
                ("cert_type", &server.cert_type),
            ];
            for (name, value) in given {
                if let Some(value) = value {
                    line(name, value);
                }
            }
            line("leaf", &digest::write(server.leaf.as_bytes()));
            line("spki", &digest::write(&server.spki));
            line("issuer", &server.issuer);
            line("not_after", &rfc3339(server.not_after));
            text.push_str("chain = [\n");
            for one in &server.chain {
                text.push_str(&format!(
                    "    {},\n",
                    quoted(&digest::write(one.as_bytes()))
                ));
            }
            text.push_str("]\n");
        }
        text
    }
}

/// Why a text is no lock, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct LockError {
    /// The line, from one.
    pub line: usize,
    /// What is wrong.
    pub kind: LockErrorKind,
}

/// What is wrong with a lock as a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockErrorKind {
    /// No digest of the right length.
    #[error("{value:?} is no SHA-256; expected sha256: and 64 hex digits")]
    Digest {
        /// What is written.
        value: String,
    },
    /// Not TOML, a value of the wrong type, a key too many or too few.
    #[error("{0}")]
    Syntax(String),
    /// No moment.
    #[error("{value:?} is no time; expected RFC 3339, such as 2026-12-31T23:59:59Z")]
    Time {
        /// What is written.
        value: String,
    },
    /// Two entries about the same.
    #[error("{target} stands here a second time")]
    Twice {
        /// The server.
        target: String,
    },
    /// Written by a later program.
    #[error("version {found} of the lock file is not known here; version 1 is")]
    Version {
        /// What is written.
        found: i64,
    },
}

/// As anybody's quotes are right: TOML knows which ones.
fn quoted(value: &str) -> String {
    toml::Value::from(value).to_string()
}

fn parse<'de, T: Deserialize<'de>>(text: &'de str) -> Result<T, LockError> {
    toml::from_str(text).map_err(|error| {
        let kind = LockErrorKind::Syntax(error.message().to_owned());
        at(text, error.span().unwrap_or_default(), kind)
    })
}

fn at(text: &str, place: Range<usize>, kind: LockErrorKind) -> LockError {
    let before = text.get(..place.start).unwrap_or(text);
    LockError {
        line: before.matches('\n').count() + 1,
        kind,
    }
}

#[derive(Deserialize)]
struct Version {
    version: Spanned<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLock {
    #[serde(rename = "version")]
    _version: i64,
    #[serde(default)]
    server: Vec<Spanned<RawServer>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawServer {
    target: String,
    address: Option<String>,
    server_name: Option<String>,
    cert_type: Option<String>,
    leaf: Spanned<String>,
    spki: Spanned<String>,
    issuer: String,
    not_after: Spanned<String>,
    chain: Vec<Spanned<String>>,
}

impl RawServer {
    fn key(&self) -> [Option<&String>; 4] {
        [
            Some(&self.target),
            self.address.as_ref(),
            self.server_name.as_ref(),
            self.cert_type.as_ref(),
        ]
    }

    fn read(&self, text: &str) -> Result<Locked, LockError> {
        let digest = |value: &Spanned<String>| match digest::read(value.get_ref()) {
            Some(Written::Hex(digest) | Written::Base64(digest)) => Ok(digest),
            None => {
                let value_text = value.get_ref().clone();
                let kind = LockErrorKind::Digest { value: value_text };
                Err(at(text, value.span(), kind))
            }
        };
        let chain = self.chain.iter().map(&digest);
        Ok(Locked {
            target: self.target.clone(),
            address: self.address.clone(),
            server_name: self.server_name.clone(),
            cert_type: self.cert_type.clone(),
            leaf: Fingerprint::from_bytes(digest(&self.leaf)?),
            spki: digest(&self.spki)?,
            issuer: self.issuer.clone(),
            not_after: moment(self.not_after.get_ref()).ok_or_else(|| {
                let value = self.not_after.get_ref().clone();
                at(text, self.not_after.span(), LockErrorKind::Time { value })
            })?,
            chain: chain
                .map(|digest| digest.map(Fingerprint::from_bytes))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// What [`rfc3339`] writes.
fn moment(text: &str) -> Option<OffsetDateTime> {
    match text.strip_prefix('@') {
        Some(seconds) => OffsetDateTime::from_unix_timestamp(seconds.parse().ok()?).ok(),
        None => OffsetDateTime::parse(text, &Rfc3339).ok(),
    }
}

const VERSION: i64 = 1;
const HEADER: &str = "# Written by trustpack fetch --lock; compared by --locked.\nversion = 1\n";

#[cfg(test)]
mod tests;
