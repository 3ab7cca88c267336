//! `trustpack verify` with what strangers write into certificates, and with more of them than anybody needs.

use std::fs;
use std::path::Path;
use std::process::Output;

use rcgen::{CertificateParams, DnType, SanType};
use serde_json::Value;

use crate::support::pki::{self, Certified, pem};
use crate::support::{run, stderr, stdout, trustpack};

const CLIENTS: [&str; 5] = [
    "java",
    "java21",
    "openssl",
    "openssl-partial-chain",
    "browser",
];

/// Erases the line, ends a C string, runs backwards, begins a new line, sets the title.
const SLY: &str = "a\u{1b}[2K\u{0}b\u{202e}c\r\nd\u{9b}2Je\u{2066}f\u{1b}]0;g\u{7}h\u{200f}";

fn verify(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = trustpack();
    command.current_dir(folder).arg("verify").args(arguments);
    command.output().expect("trustpack runs")
}

fn sly(parameters: &mut CertificateParams) {
    let name = &mut parameters.distinguished_name;
    name.push(DnType::OrganizationalUnitName, SLY);
    name.push(DnType::CommonName, SLY);
}

fn sly_leaf(issuer: &Certified) -> Certified {
    pki::server(&["a.test"], Some(issuer), |parameters| {
        sly(parameters);
        for name in ["b\u{1b}[2J.test", "c\u{0}.test", "d\r\n.test"] {
            let name = name.try_into().expect("ASCII");
            parameters.subject_alt_names.push(SanType::DnsName(name));
        }
    })
}

#[test]
fn names_in_certificates_neither_steer_a_terminal_nor_reorder_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let root = pki::ca("Root", None, sly);
    let issuing = pki::ca("Issuing", Some(&root), sly);
    let stranger = pki::ca("Stranger", None, sly);
    let leaf = sly_leaf(&issuing);
    let chain = [leaf.der.clone(), issuing.der.clone(), stranger.der.clone()];
    fs::write(path.join("chain.pem"), pem(&chain)).expect("written");
    fs::write(path.join("leaf.pem"), leaf.pem()).expect("written");
    fs::write(
        path.join("root.pem"),
        pem(&[root.der.clone(), leaf.der.clone()]),
    )
    .expect("written");
    fs::write(path.join("stranger.pem"), stranger.pem()).expect("written");
    let mut accepted = 0;
    for client in CLIENTS {
        for subject in ["chain.pem", "leaf.pem"] {
            for trust in ["root.pem", "stranger.pem"] {
                for host in ["a.test", "no.test"] {
                    for more in [&[][..], &["--json"], &["--until"], &["--after-renewal"]] {
                        let asked = [subject, "--trust", trust, "--host", host, "--as", client];
                        let answer = verify(path, &[&asked, more].concat());
                        let code = answer.status.code();
                        assert!(
                            matches!(code, Some(0 | 1)),
                            "{asked:?}: {}",
                            stderr(&answer)
                        );
                        accepted += u32::from(code == Some(0));
                        assert_tame(&answer, &format!("{asked:?} {more:?}"));
                    }
                }
            }
        }
    }
    assert!(accepted >= 20, "{accepted}");
}

/// Every part of the sly name is there to be read, and none of it to be obeyed.
fn assert_tame(answer: &Output, what: &str) {
    let (page, talk) = (stdout(answer), stderr(answer));
    for text in [&page, &talk] {
        let bad = |character: &char| {
            (character.is_control() && *character != '\n')
                || matches!(character, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        let found = text.chars().find(bad);
        assert_eq!(found, None, "{what}: {text}");
        // the line of the name is not broken
        assert!(
            !text
                .lines()
                .any(|line| line.starts_with("d\\") || line.starts_with(".test")),
            "{what}: {text}"
        );
    }
    if let Ok(record) = serde_json::from_str::<Value>(&page) {
        let subject = record["presented"][0]["subject"]
            .as_str()
            .expect("a subject");
        for part in [r"\u{1b}[2K", r"\u{0}", r"\u{202e}", r"\u{9b}"] {
            assert!(subject.contains(part), "{what}: {part} is not in {subject}");
        }
    }
}

#[test]
fn a_file_of_a_thousand_certificates_is_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = pki::ca("Root", None, |_| {});
    let issuing = pki::ca("Issuing", Some(&root), |_| {});
    let leaf = pki::server(&["a.test"], Some(&issuing), |_| {});
    let strangers = (0..998).map(|at| pki::ca(&format!("Stranger {at}"), None, |_| {}).der);
    let strangers: Vec<_> = strangers.collect();
    let chain = [leaf.der.clone(), issuing.der.clone()];
    let chain: Vec<_> = chain.into_iter().chain(strangers.iter().cloned()).collect();
    let store: Vec<_> = strangers
        .iter()
        .cloned()
        .chain([root.der.clone()])
        .collect();
    for (name, list) in [
        ("chain.pem", &chain[..]),
        ("short.pem", &chain[..2]),
        ("store.pem", &store),
    ] {
        fs::write(folder.path().join(name), pem(list)).expect("written");
    }
    for client in CLIENTS {
        let ask = |subject| {
            let asked = [
                subject,
                "--trust",
                "store.pem",
                "--host",
                "a.test",
                "--as",
                client,
                "--until",
                "--after-renewal",
            ];
            let answer = verify(folder.path(), &asked);
            assert_eq!(stderr(&answer), "", "{client}");
            (answer.status.code(), stdout(&answer))
        };
        assert_eq!(ask("short.pem").0, Some(0), "{client}");
        let (code, page) = ask("chain.pem");
        let expected = if client.starts_with("java") { 1 } else { 0 };
        assert_eq!(code, Some(expected), "{client}: {page}");
    }
}

#[test]
fn a_store_of_nothing_is_an_error_with_a_hint() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let leaf = pki::server(&["a.test"], None, |_| {});
    fs::write(path.join("leaf.pem"), leaf.pem()).expect("written");
    fs::write(path.join("password"), "changeit").expect("written");
    for store in ["empty.jks", "empty.p12", "empty.bks"] {
        let mut new = trustpack();
        new.current_dir(path)
            .args(["store", "new", store, "--password", "file:password"]);
        run(&mut new);
    }
    for client in CLIENTS {
        for store in ["empty.jks", "empty.p12", "empty.bks"] {
            let asked = [
                "leaf.pem",
                "--trust",
                store,
                "--password",
                "file:password",
                "--host",
                "a.test",
                "--as",
                client,
            ];
            let answer = verify(path, &asked);
            let said = stderr(&answer);
            assert_eq!(answer.status.code(), Some(2), "{store}: {said}");
            assert_eq!(stdout(&answer), "", "{store}");
            assert!(
                said.starts_with(&format!(
                    "error: {store}: no certificate to trust in it\nhint: "
                )),
                "{said}"
            );
        }
    }
}
