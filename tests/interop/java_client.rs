//! A default Java TLS client against loopback servers: accepted and refused exactly where `verify` says so.

mod cases;

use rustls_pki_types::CertificateDer;
use time::OffsetDateTime;
use trustpack_core::chain::PresentedChain;
use trustpack_core::keystore::{self, Alias, Entry, Format, KeyStore, Password, WriteOptions};
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, ServerName, verify};

use crate::support::java::ask;
use crate::support::judge;
use crate::support::server::Server;

pub(crate) use cases::{Case, cases};

const PASSWORD: &str = "changeit";

#[test]
fn java_accepts_and_refuses_where_verify_says_so() {
    let Some(mut java) = judge("java") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let cases = cases();
    let mut servers = Vec::new();
    let mut questions = String::new();
    for (place, case) in cases.iter().enumerate() {
        let running = Server::start(case.chain.clone(), case.key.clone());
        let port = running.address.port();
        servers.push(running);
        for (format, word) in [
            (Format::Jks, "JKS"),
            (Format::Pkcs12, "PKCS12"),
            (Format::Der, "DER"),
        ] {
            let Some(bytes) = store(&case.trusted, format) else {
                continue;
            };
            let path = folder.path().join(format!("{place}.{word}"));
            std::fs::write(&path, bytes).unwrap();
            questions += &format!(
                "{}\t{word}\t{PASSWORD}\t{}\t{port}\n",
                path.display(),
                case.host
            );
        }
    }

    let text = ask(&mut java, &questions);
    let mut answers = text.lines();

    let mut wrong = Vec::new();
    for case in &cases {
        let ours = verdict_of(case, Client::Java);
        if ours.is_ok() != case.accepted {
            wrong.push(format!(
                "{}: we say {ours:?}, expected accepted = {}",
                case.name, case.accepted
            ));
        }
        for format in [Format::Jks, Format::Pkcs12, Format::Der] {
            if store(&case.trusted, format).is_none() {
                continue;
            }
            let java = answers.next().expect("an answer for every question");
            if (java == "accepted") != case.accepted {
                wrong.push(format!(
                    "{} ({format}): Java says {java:?}, we say {ours:?}",
                    case.name
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
    eprintln!(
        "{} cases, each with every container that can hold its store",
        cases.len()
    );
}

/// What we say of a case.
pub(crate) fn verdict_of(case: &Case, client: Client) -> Result<(), String> {
    let chain = PresentedChain::from_ders(case.chain.iter().cloned());
    let store = key_store(&case.trusted);
    let anchors = TrustAnchors::from_store("the store", &store);
    let name = ServerName::try_from(case.host).unwrap();
    let verdict = verify(
        &chain,
        &anchors,
        &name,
        OffsetDateTime::now_utc(),
        client,
        case.name,
    );
    verdict
        .outcome
        .map(drop)
        .map_err(|refusal| refusal.to_string())
}

fn key_store(trusted: &[CertificateDer<'static>]) -> KeyStore {
    let mut store = KeyStore::new();
    for (place, certificate) in trusted.iter().enumerate() {
        store
            .push(Entry::trusted(
                Alias::new(format!("c{place}")),
                certificate.clone(),
            ))
            .unwrap();
    }
    store
}

/// The store in a container; `None` where the container holds exactly one certificate and there are several.
fn store(trusted: &[CertificateDer<'static>], format: Format) -> Option<Vec<u8>> {
    if format == Format::Der && trusted.len() != 1 {
        return None;
    }
    let password = Password::new(PASSWORD);
    let options = WriteOptions {
        password: Some(&password),
        ..WriteOptions::default()
    };
    Some(
        keystore::write(&key_store(trusted), format, &options)
            .unwrap()
            .bytes
            .to_vec(),
    )
}
