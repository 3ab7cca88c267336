//! What commands report about certificates, chains, verdicts and containers: plain data with stable field names.
//!
//! A record is built once from the rich types; [`report`](crate::report) renders it as text, serde as JSON.

use serde::Serialize;
use time::OffsetDateTime;
use trustpack_keystore::{Contents, EntryKind, Integrity};

use crate::Certificate;
use crate::chain::ChainAnalysis;
use crate::fetch::{Fetched, Possession};
use crate::key::KeyFacts;
use crate::report::Finding;
use crate::text::serialize_time;
use crate::verify::{Client, Verdict};

/// One certificate.
#[derive(Clone, Debug, Serialize)]
pub struct CertificateRecord {
    /// RFC 4514, control characters made visible.
    pub subject: String,
    /// RFC 4514, control characters made visible.
    pub issuer: String,
    /// Hex.
    pub serial_number: String,
    /// SHA-256 of the DER, hex.
    pub fingerprint: String,
    /// First second of validity.
    #[serde(serialize_with = "serialize_time")]
    pub not_before: OffsetDateTime,
    /// Last second of validity.
    #[serde(serialize_with = "serialize_time")]
    pub not_after: OffsetDateTime,
    /// `not_after` minus now; negative when expired.
    pub remaining_seconds: i64,
    /// `RSA 2048`, `EC P-256`.
    pub public_key: String,
    /// Whether it may issue certificates.
    pub is_ca: bool,
    /// Issuer and subject are the same name.
    pub is_self_issued: bool,
    /// DNS names, addresses and others, in order.
    pub subject_alt_names: Vec<String>,
}

impl CertificateRecord {
    /// The facts of a certificate; `at` counts as now.
    pub fn new(certificate: &Certificate, at: OffsetDateTime) -> Self {
        let names = certificate.extensions().subject_alt_names.iter().flatten();
        Self {
            subject: certificate.subject().to_string(),
            issuer: certificate.issuer().to_string(),
            serial_number: certificate.serial().to_string(),
            fingerprint: certificate.fingerprint().to_string(),
            not_before: certificate.not_before(),
            not_after: certificate.not_after(),
            remaining_seconds: (certificate.not_after() - at).whole_seconds(),
            public_key: key_in_words(&certificate.key()),
            is_ca: certificate.is_ca(),
            is_self_issued: certificate.is_self_issued(),
            subject_alt_names: names.map(ToString::to_string).collect(),
        }
    }
}

/// `RSA 2048`, `EC P-256`, `Ed25519`.
fn key_in_words(key: &KeyFacts) -> String {
    match (&key.curve, key.bits) {
        (Some(curve), _) => format!("{} {curve}", key.algorithm),
        (None, Some(bits)) if key.algorithm.starts_with("RSA") || key.algorithm == "DSA" => {
            format!("{} {bits}", key.algorithm)
        }
        _ => key.algorithm.clone(),
    }
}

/// What came of asking one server. `chain` and `error` are independent: both may be there.
#[derive(Clone, Debug, Serialize)]
pub struct FetchRecord {
    /// What the user named, as `host:port`.
    pub target: String,
    /// The name that was expected, when it is not the target's host.
    pub server_name: Option<String>,
    /// The address that answered, or was tried last.
    pub address: Option<String>,
    /// `TLSv1.3`, `TLSv1.2`.
    pub protocol: Option<String>,
    /// The suite, by its IANA name.
    pub cipher_suite: Option<String>,
    /// `proven` or `unproven`: whether the server showed that it holds the private key.
    pub possession: &'static str,
    /// Whether the server asked for a client certificate.
    pub client_certificate_requested: bool,
    /// What was sent, in path order where there is one.
    pub chain: Vec<CertificateRecord>,
    /// The end of the path, sent or known.
    pub root: Option<RootRecord>,
    /// Order, duplicates, missing intermediates.
    pub findings: Vec<Finding>,
    /// What ended the fetch early.
    pub error: Option<ErrorRecord>,
    /// For the whole fetch.
    pub elapsed_ms: u64,
}

/// The root of a chain.
#[derive(Clone, Debug, Serialize)]
pub struct RootRecord {
    /// The certificate.
    pub certificate: CertificateRecord,
    /// Who trusts it: `system store`, `Mozilla roots`, a file; `null` when nobody who was asked does.
    pub origin: Option<String>,
    /// Whether the server sent it.
    pub presented: bool,
}

/// Why something failed.
#[derive(Clone, Debug, Serialize)]
pub struct ErrorRecord {
    /// A word from a closed list.
    pub reason: &'static str,
    /// In words.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl FetchRecord {
    /// From an answer and, when it holds a chain, the analysis of it.
    pub fn new(fetched: &Fetched, analysis: Option<&ChainAnalysis>, at: OffsetDateTime) -> Self {
        Self {
            target: fetched.target.endpoint.to_string(),
            server_name: fetched
                .target
                .server_name
                .as_ref()
                .map(|name| name.to_str().into_owned()),
            address: fetched.address.map(|address| address.to_string()),
            protocol: fetched.protocol.clone(),
            cipher_suite: fetched.cipher_suite.clone(),
            possession: match fetched.possession {
                Possession::Proven => "proven",
                Possession::Unproven => "unproven",
            },
            client_certificate_requested: fetched.client_certificate_requested,
            chain: analysis
                .iter()
                .flat_map(|analysis| &analysis.path)
                .map(|certificate| CertificateRecord::new(certificate, at))
                .collect(),
            root: analysis
                .and_then(|analysis| analysis.root.as_ref())
                .map(|root| RootRecord {
                    certificate: CertificateRecord::new(&root.certificate, at),
                    origin: root.origin.clone(),
                    presented: root.presented,
                }),
            findings: analysis
                .map(|analysis| analysis.findings.clone())
                .unwrap_or_default(),
            error: fetched.error.as_ref().map(|error| ErrorRecord {
                reason: error.reason(),
                message: error.to_string(),
                hint: error.hint(),
            }),
            elapsed_ms: u64::try_from(fetched.elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// Whether a client accepts a server with a store.
#[derive(Clone, Debug, Serialize)]
pub struct VerifyRecord {
    /// The server or file that was judged.
    pub subject: String,
    /// The name that had to match.
    pub server_name: String,
    /// The trust store.
    pub trust: String,
    /// `java`.
    pub client: &'static str,
    /// The answer.
    pub accepted: bool,
    /// Neither yes nor no: something that the client can check cannot be checked here.
    pub undecided: bool,
    /// The accepted path, end entity first, anchor last.
    pub path: Vec<CertificateRecord>,
    /// Why not.
    pub refusal: Option<ErrorRecord>,
    /// What else should be known.
    pub findings: Vec<Finding>,
}

impl VerifyRecord {
    /// From a verdict.
    pub fn new(
        subject: &str,
        server_name: &str,
        trust: &str,
        verdict: &Verdict,
        at: OffsetDateTime,
    ) -> Self {
        let path = verdict
            .outcome
            .as_ref()
            .map(|path| path.certificates())
            .unwrap_or_default();
        Self {
            subject: subject.to_owned(),
            server_name: server_name.to_owned(),
            trust: trust.to_owned(),
            client: match verdict.client {
                Client::Java => "java",
            },
            accepted: verdict.is_accepted(),
            undecided: verdict.is_undecided(),
            path: path
                .iter()
                .map(|certificate| CertificateRecord::new(certificate, at))
                .collect(),
            refusal: verdict.outcome.as_ref().err().map(|refusal| ErrorRecord {
                reason: refusal.reason(),
                message: refusal.to_string(),
                hint: refusal.hint(),
            }),
            findings: verdict.findings.clone(),
        }
    }
}

/// What one file holds.
#[derive(Clone, Debug, Serialize)]
pub struct ContentsRecord {
    /// Its name.
    pub name: String,
    /// `jks`, `pem`, …
    pub format: &'static str,
    /// `verified`, `not-verified` (no password), `absent` (the format has none).
    pub integrity: &'static str,
    /// In file order.
    pub entries: Vec<EntryRecord>,
    /// How many certificate requests.
    pub requests: usize,
    /// How many revocation lists.
    pub crls: usize,
    /// How many bare public keys.
    pub public_keys: usize,
    /// What could not be read, and what is odd.
    pub notes: Vec<String>,
}

/// One entry of a container.
#[derive(Clone, Debug, Serialize)]
pub struct EntryRecord {
    /// Its name, or its place where the container names nothing.
    pub alias: String,
    /// `trusted-certificate`, `private-key`, `secret-key`.
    pub kind: &'static str,
    /// How a key is protected.
    pub protection: Option<String>,
    /// The certificate, or the chain of a key, end entity first.
    pub certificates: Vec<CertificateRecord>,
    /// Certificates of this entry that cannot be parsed, in words.
    pub unreadable: Vec<String>,
}

impl ContentsRecord {
    /// From what was read; `at` counts as now.
    pub fn new(name: &str, contents: &Contents, at: OffsetDateTime) -> Self {
        let entries = contents.store.entries().iter().map(|entry| {
            let mut record = EntryRecord {
                alias: entry.alias.to_string(),
                kind: match entry.kind {
                    EntryKind::PrivateKey { .. } => "private-key",
                    EntryKind::TrustedCertificate(_) => "trusted-certificate",
                    _ => "secret-key",
                },
                protection: match &entry.kind {
                    EntryKind::PrivateKey { key, .. } | EntryKind::SecretKey(key) => {
                        Some(key.protection())
                    }
                    _ => None,
                },
                certificates: Vec::new(),
                unreadable: Vec::new(),
            };
            for der in entry.certificates() {
                match Certificate::from_der(der.clone()) {
                    Ok(certificate) => record
                        .certificates
                        .push(CertificateRecord::new(&certificate, at)),
                    Err(error) => record.unreadable.push(error.to_string()),
                }
            }
            record
        });
        Self {
            name: name.to_owned(),
            format: contents.format.word(),
            integrity: match contents.integrity {
                Integrity::Verified => "verified",
                Integrity::NotVerified => "not-verified",
                _ => "absent",
            },
            entries: entries.collect(),
            requests: contents.others.requests.len(),
            crls: contents.others.crls.len(),
            public_keys: contents.others.public_keys.len(),
            notes: contents.notes.iter().map(ToString::to_string).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use trustpack_keystore::{Alias, Entry, KeyStore, ReadOptions, SealedKey};

    use super::*;
    use crate::cert::testing::{DAY, at, ca, root, server};
    use crate::chain::PresentedChain;
    use crate::trust::TrustAnchors;
    use crate::verify::{ServerName, verify};

    #[test]
    fn a_certificate_in_json_has_every_documented_field() {
        let root = root("Root");
        let record = CertificateRecord::new(&server("h.example", &root).certificate, at(DAY));
        let mut json = serde_json::to_value(&record).unwrap();
        // New in every run; a serial number may start with a zero octet, which DER leaves out.
        for (field, longest) in [("fingerprint", 64), ("serial_number", 40)] {
            let hex = json[field].take();
            let hex = hex.as_str().unwrap();
            assert!(hex.len() <= longest && hex.chars().all(|c| c.is_ascii_hexdigit()));
        }
        insta::assert_snapshot!(serde_json::to_string_pretty(&json).unwrap(), @r#"
        {
          "fingerprint": null,
          "is_ca": false,
          "is_self_issued": false,
          "issuer": "CN=Root",
          "not_after": "2026-12-31T23:59:59Z",
          "not_before": "2026-01-01T00:00:00Z",
          "public_key": "EC P-256",
          "remaining_seconds": 31449599,
          "serial_number": null,
          "subject": "CN=h.example",
          "subject_alt_names": [
            "h.example"
          ]
        }
        "#);
    }

    #[test]
    fn an_expired_certificate_has_negative_time_left() {
        let record = CertificateRecord::new(&root("Root").certificate, at(366 * DAY));
        assert_eq!(record.remaining_seconds, -DAY - 1);
        assert!(record.is_ca && record.is_self_issued);
    }

    #[test]
    fn keys_are_named_by_curve_or_length() {
        let facts = |algorithm: &str, bits, curve: Option<&str>| {
            key_in_words(&KeyFacts {
                algorithm: algorithm.to_owned(),
                bits,
                curve: curve.map(str::to_owned),
            })
        };
        assert_eq!(facts("RSA", Some(2048), None), "RSA 2048");
        assert_eq!(facts("RSASSA-PSS", Some(3072), None), "RSASSA-PSS 3072");
        assert_eq!(facts("EC", Some(256), Some("P-256")), "EC P-256");
        assert_eq!(facts("Ed25519", Some(256), None), "Ed25519");
        assert_eq!(facts("1.2.3", None, None), "1.2.3");
    }

    #[test]
    fn a_verdict_is_a_path_or_a_refusal() {
        let root = root("Root");
        let ca = ca("CA", &root);
        let server = server("h.example", &ca);
        let chain = PresentedChain {
            certificates: vec![server.certificate, ca.certificate],
            ..PresentedChain::default()
        };
        let name = ServerName::try_from("h.example").unwrap();
        let ask = |anchors| {
            let anchors = TrustAnchors::new("s.jks", anchors);
            let verdict = verify(&chain, &anchors, &name, at(DAY), Client::Java, "h:443");
            VerifyRecord::new("h:443", "h.example", "s.jks", &verdict, at(DAY))
        };
        let accepted = ask(vec![root.certificate]);
        assert!(accepted.accepted && accepted.refusal.is_none());
        let subjects: Vec<&str> = accepted
            .path
            .iter()
            .map(|one| one.subject.as_str())
            .collect();
        assert_eq!(subjects, ["CN=h.example", "CN=CA", "CN=Root"]);

        let refused = ask(Vec::new());
        assert!(!refused.accepted && refused.path.is_empty());
        let refusal = refused.refusal.unwrap();
        assert_eq!(refusal.reason, "no-path");
        assert!(refusal.hint.is_some());
    }

    #[test]
    fn contents_keep_order_and_say_what_cannot_be_read() {
        let root = root("Root");
        let server = server("h.example", &root);
        let der = root.certificate.der();
        let mut contents = trustpack_keystore::read(der, &ReadOptions::default()).unwrap();
        let mut store = KeyStore::new();
        let trusted = |alias, der| Entry::trusted(Alias::new(alias), der);
        store.push(trusted("bad", vec![0x30, 0].into())).unwrap();
        store.push(trusted("root", der.clone())).unwrap();
        let kind = EntryKind::PrivateKey {
            key: SealedKey::from_pkcs8(server.key.serialize_der().into()),
            chain: vec![server.certificate.der().clone(), vec![1].into()],
        };
        let key = Entry {
            kind,
            ..trusted("key", der.clone())
        };
        store.push(key).unwrap();
        contents.store = store;
        let record = ContentsRecord::new("a.cer", &contents, at(DAY));
        assert_eq!((record.format, record.integrity), ("der", "absent"));
        let entries = record.entries.iter();
        let entries: Vec<_> = entries
            .map(|entry| {
                let counts = (entry.certificates.len(), entry.unreadable.len());
                (
                    &*entry.alias,
                    entry.kind,
                    entry.protection.as_deref(),
                    counts,
                )
            })
            .collect();
        let trusted = "trusted-certificate";
        assert_eq!(
            entries,
            [
                ("bad", trusted, None, (0, 1)),
                ("root", trusted, None, (1, 0)),
                ("key", "private-key", Some("none"), (1, 1)),
            ]
        );
    }
}
