//! Inside one process: many chains with one store.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::hint::black_box;
use std::num::NonZero;
use std::path::Path;

use time::OffsetDateTime;
use trustpack_core::Certificate;
use trustpack_core::cert::Fingerprint;
use trustpack_core::chain::PresentedChain;
use trustpack_core::keystore::CertificateDer;
use trustpack_core::signature::{self, SignatureCheck};
use trustpack_core::trust::TrustAnchors;
use trustpack_core::verify::{Client, ServerName, verify};

use crate::CLIENTS;
use crate::chains::{Chains, KINDS, Presented};
use crate::figure::{Clock, Figure, Promise};
use crate::support;

const CHAINS: usize = 10_000;

/// The verifier of Python's cryptography. Both have the store parsed, and start from the DER of each chain in memory. In
/// one thread by processor time; then all threads that the machine has, which is what Python cannot do in one process.
pub(crate) fn cryptography(found: &mut dyn FnMut(Figure)) {
    if support::python("cryptography.x509.verification").is_none() {
        return;
    }
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    for (kind, algorithm) in KINDS {
        let chains = Chains::new(CHAINS, algorithm);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("chains");
        std::fs::write(&file, lines(&chains)).unwrap();
        let anchors = chains.anchors();
        let at = OffsetDateTime::now_utc();
        let judge = |presented: &[Presented], client| {
            for one in presented {
                accept(&black_box(one).parse(), &anchors, &one.name, at, client);
            }
        };
        let rate = |seconds: f64| CHAINS as f64 / seconds;
        for client in CLIENTS {
            let word = client.word();
            let ours = || Clock::Thread.seconds(&mut || judge(&chains.presented, client));
            found(Figure::of_rates(
                format!("verify {CHAINS} --as {word}, {kind}, peer: cryptography"),
                Promise::AtLeast(5.0),
                5,
                || rate(ours()),
                || rate(by_python(&file).0),
            ));
        }
        let in_threads = || {
            std::thread::scope(|scope| {
                for part in chains.presented.chunks(CHAINS.div_ceil(threads)) {
                    scope.spawn(|| judge(part, Client::Java));
                }
            });
        };
        found(Figure::of_rates(
            format!("the same --as java in {threads} threads, {kind}, by the wall clock"),
            Promise::AtLeast(5.0),
            5,
            || rate(Clock::Wall.seconds(&mut || in_threads())),
            || rate(by_python(&file).1),
        ));
    }
}

/// The seconds that it takes: processor time, and by the wall clock.
fn by_python(file: &Path) -> (f64, f64) {
    let script = support::root().join("benches/verify/verifier.py");
    let mut python = support::python("cryptography").expect("it was there");
    let output = support::run(python.arg(script).arg(file));
    let text = support::stdout(&output);
    let (processor, wall) = text.trim().split_once(' ').unwrap();
    (processor.parse().unwrap(), wall.parse().unwrap())
}

/// For the script: the roots a line each, then the name and the certificates of each chain, in hex.
fn lines(chains: &Chains) -> String {
    let mut text = String::new();
    for root in &chains.roots {
        writeln!(text, "root {}", hex(root)).unwrap();
    }
    for one in &chains.presented {
        let (end_entity, intermediate) = (hex(&one.end_entity), hex(&one.intermediate));
        writeln!(text, "{} {end_entity} {intermediate}", one.name).unwrap();
    }
    text
}

fn hex(der: &CertificateDer<'_>) -> String {
    der.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// The signatures that decide the same chains, by the same library, and nothing else: that of each server's certificate, and
/// that of each intermediate once. Both start from certificates that were parsed and that nobody has judged before.
pub(crate) fn signatures(found: &mut dyn FnMut(Figure)) {
    for (kind, algorithm) in KINDS {
        let chains = Chains::new(CHAINS, algorithm);
        let at = OffsetDateTime::now_utc();
        let parse = || -> (Vec<PresentedChain>, TrustAnchors) {
            let parsed = chains.presented.iter().map(Presented::parse);
            (parsed.collect(), chains.anchors())
        };
        for client in CLIENTS {
            let word = client.word();
            found(Figure::of_seconds(
                format!("verify {CHAINS} --as {word}, {kind}, peer: the signatures"),
                Promise::AtMost(1.5),
                11,
                || {
                    let (parsed, anchors) = parse();
                    Clock::Thread.seconds(&mut || {
                        for (chain, one) in black_box(&parsed).iter().zip(&chains.presented) {
                            accept(chain, &anchors, &one.name, at, client);
                        }
                    })
                },
                || {
                    let (parsed, anchors) = parse();
                    let mut seen = HashSet::new();
                    Clock::Thread.seconds(&mut || {
                        for (chain, one) in black_box(&parsed).iter().zip(&chains.presented) {
                            let root = &anchors.certificates()[one.root];
                            check_signatures(chain, root, &mut seen);
                        }
                    })
                },
            ));
        }
    }
}

fn accept(
    chain: &PresentedChain,
    anchors: &TrustAnchors,
    name: &str,
    at: OffsetDateTime,
    client: Client,
) {
    let server_name = ServerName::try_from(name).unwrap();
    let verdict = verify(chain, anchors, &server_name, at, client, name);
    assert!(verdict.is_accepted(), "{name}: {:?}", verdict.outcome);
}

fn check_signatures(chain: &PresentedChain, root: &Certificate, seen: &mut HashSet<Fingerprint>) {
    let issuers = chain.certificates.iter().skip(1).chain([root]);
    for (child, issuer) in chain.certificates.iter().zip(issuers) {
        if seen.insert(child.fingerprint()) {
            assert_eq!(signature::check(child, issuer), SignatureCheck::Good);
        }
    }
}
