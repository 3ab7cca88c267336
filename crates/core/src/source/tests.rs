//! Helpers, and what holds for any bytes.

mod archives;
mod kubernetes;
mod specs;
mod texts;

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use trustpack_keystore::{Contents, ReadOptions, read};

use super::*;
use crate::cert::testing::certificate;

/// What a file gives, as lines: `NAME` for a member with its number of certificates, `NAME ! error`, `NAME -> file`,
/// `NAME => server`.
fn lines(items: &[Item]) -> Vec<String> {
    let line = |item: &Item| match item {
        Item::Member(member) => {
            let count = contents(member).map_or(0, |contents| contents.store.len());
            format!("{} ({count})", member.name)
        }
        Item::Problem(problem) => format!("{} ! {}", problem.name, problem.error),
        Item::Reference(reference) => {
            let follow = if reference.follow { "->" } else { "-/>" };
            format!("{} {follow} {}", reference.name, reference.path)
        }
        Item::Server(server) => format!("{} => {}", server.name, server.endpoint),
    };
    items.iter().map(line).collect()
}

fn contents(member: &Member) -> Option<Contents> {
    read(&member.bytes, &ReadOptions::default()).ok()
}

type Answer = Result<Option<Opened>, SourceError>;

fn open_with(name: &str, bytes: &[u8], budget: &Budget) -> (Answer, Vec<Item>) {
    let mut items = Vec::new();
    let opened = open(name, bytes, budget, &mut |item| items.push(item));
    (opened, items)
}

fn open_all(name: &str, bytes: &[u8]) -> (Opened, Vec<String>) {
    let (opened, items) = open_with(name, bytes, &Budget::default());
    (opened.unwrap().expect("one of ours"), lines(&items))
}

fn der(name: &str) -> Vec<u8> {
    certificate(name, false, 0, 86_400).der().to_vec()
}

fn pem(name: &str) -> String {
    let body = STANDARD.encode(der(name));
    let lines: Vec<&str> = body
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The text with every line moved to the right.
fn indented(text: &str, by: usize) -> String {
    let line = |line| format!("{}{line}\n", " ".repeat(by));
    text.lines().map(line).collect()
}

#[test]
fn what_is_for_the_key_store_reader_is_none_of_ours() {
    let text = "Certificate:\n    Data:\n        Version: 3 (0x2)\n";
    for (name, bytes) in [
        ("a.pem", pem("a").into_bytes()),
        ("a.crt", format!("{text}{}", pem("a")).into_bytes()),
        ("a.der", der("a")),
        ("a.txt", b"hello".to_vec()),
        ("a.yaml", b"hello: world\n".to_vec()),
        ("package.json", b"{\"name\": \"x\"}".to_vec()),
        ("setup.toml", b"[package]\nname = \"x\"\n".to_vec()),
        ("empty", Vec::new()),
        ("a.zip", b"not a zip".to_vec()),
    ] {
        let (opened, items) = open_with(name, &bytes, &Budget::default());
        assert_eq!(opened, Ok(None), "{name}");
        assert!(items.is_empty(), "{name}");
    }
}

/// Everything handed out, of a file that may be anything.
fn bounded(name: &str, bytes: &[u8]) {
    let (_, items) = open_with(name, bytes, &Budget::default());
    let total: usize = items
        .iter()
        .map(|item| match item {
            Item::Member(member) => member.bytes.len(),
            _ => 0,
        })
        .sum();
    assert!(total <= (64 << 20) + 100 * bytes.len());
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        start in prop::sample::select(vec![
            &b""[..], b"PK\x03\x04", b"PK\x05\x06", &[0x1f, 0x8b, 8, 0], b"{\"apiVersion\":\"v1\",\"kind\":\"Secret\",",
            b"apiVersion: v1\nkind: Secret\ndata:\n", b"[[channel]]\n", &[0xff, 0xfe], b"- -----BEGIN ",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        name in prop::sample::select(vec!["x", "x.zip", "x.tar", "x.tgz", "x.yaml", "x.json"]),
    ) {
        bounded(name, &[start, &bytes].concat());
    }

    #[test]
    fn any_yaml_is_read_or_refused(text in "([ \t]{0,3}|apiVersion: v1|kind: |Secret|data|a|: |- |\n|-----BEGIN |---|[\\[\\]{},&*!|>'\"%#?]|LS0tLS1CRUdJTi|&a |\\*a){0,60}") {
        bounded("x.yaml", text.as_bytes());
        bounded("x.json", text.as_bytes());
    }
}
