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
mod tests {
    use proptest::prelude::*;

    use super::super::testing::locked;
    use super::*;

    fn fixed() -> Locked {
        Locked {
            target: "api.example.com:443".to_owned(),
            address: None,
            server_name: None,
            cert_type: Some("rsa".to_owned()),
            leaf: Fingerprint::from_bytes([0xab; 32]),
            spki: [0xcd; 32],
            issuer: "CN=\"x\" \\, y,O=Zürich".to_owned(),
            not_after: time::macros::datetime!(2026-12-31 23:59:59 UTC),
            chain: vec![Fingerprint::from_bytes([0xab; 32])],
        }
    }

    #[test]
    fn the_text_is_for_people_too() {
        let lock = Lock::new([fixed()]);
        insta::assert_snapshot!(lock.to_toml(), @r#"
        # Written by trustpack fetch --lock; compared by --locked.
        version = 1

        [[server]]
        target = "api.example.com:443"
        cert_type = "rsa"
        leaf = "sha256:abababababababababababababababababababababababababababababababab"
        spki = "sha256:cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
        issuer = 'CN="x" \, y,O=Zürich'
        not_after = "2026-12-31T23:59:59Z"
        chain = [
            "sha256:abababababababababababababababababababababababababababababababab",
        ]
        "#);
        assert_eq!(Lock::from_toml(&lock.to_toml()), Ok(lock));
        assert_eq!(
            Lock::from_toml(&Lock::default().to_toml()),
            Ok(Lock::default())
        );
    }

    #[test]
    fn errors_say_where() {
        let text = Lock::new([fixed()]).to_toml();
        let error = |text: &str| Lock::from_toml(text).unwrap_err().to_string();
        for (from, to, message) in [
            (
                "version = 1",
                "version = 2",
                "line 2: version 2 of the lock file is not known",
            ),
            ("version = 1\n", "", "line 1: missing field `version`"),
            (
                "leaf = \"sha256:ab",
                "leaf = \"sha256:",
                "line 7: \"sha256:",
            ),
            (
                "2026-12-31T",
                "31.12.2026 ",
                "line 10: \"31.12.2026 23:59:59Z\" is no time",
            ),
            ("cert_type", "cert_typ", "line 6: unknown field `cert_typ`"),
            ("target = ", "target ", "line 5: "),
            ("leaf = ", "spki = ", "line 8: "),
        ] {
            assert!(text.contains(from));
            let error = error(&text.replacen(from, to, 1));
            assert!(error.starts_with(message), "{error}");
        }
        let server = text.split_once("\n[[server]]").unwrap().1;
        assert_eq!(
            error(&format!("{text}[[server]]{server}")),
            "line 14: api.example.com:443 stands here a second time"
        );
    }

    #[test]
    fn the_order_of_the_input_does_not_matter() {
        let [a, b] = ["a:443", "b:443"].map(|target| locked(target, "CA", 0));
        let text = Lock::new([a.clone(), b.clone()]).to_toml();
        assert_eq!(
            Lock {
                servers: vec![b, a]
            }
            .to_toml(),
            text
        );
    }

    fn any_locked() -> impl Strategy<Value = Locked> {
        let words = (
            any::<String>(),
            any::<String>(),
            any::<[Option<String>; 3]>(),
        );
        let digests = (any::<[u8; 32]>(), any::<[u8; 32]>(), any::<Vec<[u8; 32]>>());
        // the years of RFC 3339
        let years = -62_000_000_000_i64..253_000_000_000;
        (words, digests, years).prop_map(|(words, digests, seconds)| {
            let (target, issuer, [address, server_name, cert_type]) = words;
            let (leaf, spki, chain) = digests;
            Locked {
                target,
                address,
                server_name,
                cert_type,
                leaf: Fingerprint::from_bytes(leaf),
                spki,
                issuer,
                not_after: OffsetDateTime::from_unix_timestamp(seconds).unwrap(),
                chain: chain.into_iter().map(Fingerprint::from_bytes).collect(),
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(servers in prop::collection::vec(any_locked(), 0..4)) {
            let lock = Lock::new(servers);
            let text = lock.to_toml();
            prop_assert_eq!(Lock::from_toml(&text), Ok(lock.clone()), "{}", text);
        }

        #[test]
        fn no_text_panics(text in any::<String>(), place in 0_usize..600) {
            let _ = Lock::from_toml(&text);
            let mut changed = Lock::new([fixed()]).to_toml();
            if changed.is_char_boundary(place) && place < changed.len() {
                changed.insert_str(place, &text);
                let _ = Lock::from_toml(&changed);
            }
        }
    }
}
