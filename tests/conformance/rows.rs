//! `verify.tsv`: leaf, untrusted, trusted, time, purpose, host, and what `openssl verify` said.

use std::path::Path;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use trustpack_core::Certificate;
use trustpack_core::cert::AltName;
use trustpack_core::chain::PresentedChain;
use trustpack_core::keystore::{self, ReadOptions};
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, ServerName, verify};

use crate::support;

/// Rows that a TLS client answers otherwise than `openssl verify` at its level 0, and why.
const OTHERWISE: [(&str, &str); 0] = [];

#[test]
fn openssl_decided_so() {
    let Some(corpus) = support::corpus() else {
        return;
    };
    let text = std::fs::read_to_string(corpus.join("verify.tsv")).unwrap();
    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in text.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [leaf, untrusted, trusted, at, _, host, expected, error, case] = columns[..] else {
            panic!("nine columns: {line}");
        };
        rows += 1;
        let mut chain: Vec<_> = certificates(&corpus, leaf).into_iter().take(1).collect();
        for file in untrusted.split(',').filter(|file| !file.is_empty()) {
            chain.extend(certificates(&corpus, file));
        }
        let anchors = TrustAnchors::new("trusted", certificates(&corpus, trusted));
        let at = OffsetDateTime::parse(at, &Rfc3339).unwrap();
        let host = Some(host)
            .filter(|host| !host.is_empty())
            .map(str::to_owned);
        // a row without a name asks about the path alone: any name of the certificate will do
        let host = host.unwrap_or_else(|| own_name(&chain[0]));
        let name = ServerName::try_from(host).unwrap();
        let chain = PresentedChain {
            certificates: chain,
            unreadable: Vec::new(),
        };
        let verdict = verify(&chain, &anchors, &name, at, Client::OpenSsl, case);
        let ours = verdict.outcome.map(drop);
        let excepted = OTHERWISE.iter().any(|(name, _)| *name == case);
        if (ours.is_ok() == (expected == "valid")) == excepted {
            wrong.push(format!(
                "{leaf} at {at}, {case}: {expected} {error}, we say {ours:?}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {rows}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn certificates(corpus: &Path, file: &str) -> Vec<Certificate> {
    let bytes = std::fs::read(corpus.join(file)).unwrap();
    let contents = keystore::read(&bytes, &ReadOptions::default()).unwrap();
    let entries = contents.store.entries().iter();
    let ders = entries.flat_map(|entry| entry.certificates()).cloned();
    ders.map(|der| Certificate::from_der(der).unwrap())
        .collect()
}

fn own_name(certificate: &Certificate) -> String {
    let names = certificate.extensions().subject_alt_names.iter().flatten();
    let mut hosts = names.filter_map(|name| match name {
        AltName::Dns(name) => Some(name.replace('*', "x")),
        _ => None,
    });
    let common_name = certificate.subject().common_name();
    let host = hosts
        .next()
        .or_else(|| common_name.map(|name| name.replace('*', "x")));
    host.unwrap_or_else(|| "no.name".to_owned())
}
