//! The part of x509-limbo in the corpus, as a browser-like client. Where we differ from what the suite expects stands in
//! `limbo.tsv` with a reason; a line that stops being needed fails too.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use trustpack_core::Certificate;
use trustpack_core::chain::PresentedChain;
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, verify};

use crate::support;

#[test]
fn limbo_agrees_but_for_the_listed_cases() {
    let Some(corpus) = support::corpus() else {
        return;
    };
    let mut json = String::new();
    let file = std::fs::File::open(corpus.join("limbo/limbo.json.gz")).unwrap();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut json)
        .unwrap();
    let suite: Value = serde_json::from_str(&json).unwrap();
    let listed: BTreeMap<&str, &str> = include_str!("limbo.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_once('\t').expect("an id, a tab, a reason"))
        .collect();
    let (mut ours, mut webpki, mut from_rustls) = (BTreeSet::new(), 0, Vec::new());
    let mut cases = 0;
    for case in suite["testcases"].as_array().unwrap() {
        if case["validation_kind"] != "SERVER" {
            continue;
        }
        cases += 1;
        let id = case["id"].as_str().unwrap();
        let expected = case["expected_result"] == "SUCCESS";
        let question = Question::new(case);
        let (we, they) = (question.ask_us(), question.ask_webpki());
        if we.is_ok() != expected {
            ours.insert(id);
        }
        webpki += usize::from(they.is_ok() != expected);
        if we.is_ok() != they.is_ok() && !BY_HANDSHAKE.contains(&id) {
            from_rustls.push(format!("{id}: we say {we:?}, rustls {they:?}"));
        }
    }
    eprintln!(
        "{cases} cases: we differ in {}, rustls-webpki in {webpki}",
        ours.len()
    );
    let listed_ids: BTreeSet<&str> = listed.keys().copied().collect();
    assert_eq!(
        ours, listed_ids,
        "left: what differs; right: what is listed"
    );
    assert!(ours.len() <= webpki);
    assert!(from_rustls.is_empty(), "{}", from_rustls.join("\n"));
}

/// The key of the leaf is refused by rustls when it signs the handshake, which this test does not make.
const BY_HANDSHAKE: [&str; 2] = [
    "webpki::forbidden-p192-leaf",
    "webpki::forbidden-weak-rsa-in-leaf",
];

struct Question {
    chain: Vec<CertificateDer<'static>>,
    roots: Vec<CertificateDer<'static>>,
    name: Option<ServerName<'static>>,
    at: OffsetDateTime,
}

impl Question {
    fn new(case: &Value) -> Self {
        let ders = |field: &str| -> Vec<CertificateDer<'static>> {
            let list = case[field].as_array().unwrap().iter();
            list.map(|pem| der(pem.as_str().unwrap())).collect()
        };
        let mut chain = vec![der(case["peer_certificate"].as_str().unwrap())];
        chain.extend(ders("untrusted_intermediates"));
        let at = case["validation_time"].as_str();
        Self {
            chain,
            roots: ders("trusted_certs"),
            name: case["expected_peer_name"]["value"]
                .as_str()
                .and_then(|name| ServerName::try_from(name.to_owned()).ok()),
            at: at.map_or_else(OffsetDateTime::now_utc, |at| {
                OffsetDateTime::parse(at, &Rfc3339).unwrap()
            }),
        }
    }

    fn ask_us(&self) -> Result<(), String> {
        let name = self.name.as_ref().ok_or("no name that a client takes")?;
        let chain = PresentedChain::from_ders(self.chain.iter().cloned());
        let roots = self.roots.iter().cloned();
        let roots = roots
            .filter_map(|der| Certificate::from_der(der).ok())
            .collect();
        let anchors = TrustAnchors::new("limbo", roots);
        let verdict = verify(&chain, &anchors, name, self.at, Client::Browser, "limbo");
        verdict
            .outcome
            .map(drop)
            .map_err(|refusal| refusal.to_string())
    }

    fn ask_webpki(&self) -> Result<(), String> {
        let name = self.name.as_ref().ok_or("no name that a client takes")?;
        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(self.roots.iter().cloned());
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|error| error.to_string())?;
        let (leaf, rest) = self.chain.split_first().unwrap();
        let since = u64::try_from(self.at.unix_timestamp()).unwrap();
        let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(since));
        let verdict = verifier.verify_server_cert(leaf, rest, name, &[], at);
        verdict.map(drop).map_err(|error| error.to_string())
    }
}

fn der(text: &str) -> CertificateDer<'static> {
    pem::parse(text).unwrap().into_contents().into()
}
