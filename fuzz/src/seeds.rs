//! Files of people as the first inputs: each taken apart, and its parts handed to the targets that take such.

use std::path::{Path, PathBuf};

use trustpack_core::Certificate;
use trustpack_core::facts::Facts;
use trustpack_core::keystore::{Format, ReadOptions, read};

use literal::{ANSWERS, BCFKS_ENTRY, POLICIES, PROXIES, TALKS, TARGETS};

mod literal;

/// Inputs by the name of their target.
pub type Seeds = Vec<(&'static str, Vec<u8>)>;

/// Every file below some folders, in order.
pub fn files(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in folders {
        let Ok(entries) = std::fs::read_dir(folder) else {
            continue;
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            match path.is_dir() {
                true => found.extend(files(&[path])),
                false => found.push(path),
            }
        }
    }
    found
}

/// What one file is good for.
pub fn of_file(path: &Path, bytes: &[u8]) -> Seeds {
    let mut seeds = Seeds::new();
    // what failed once, as it is
    if let Some(name) = failed_at(path) {
        return vec![(name, bytes.to_vec())];
    }
    let with_first = |first: u8, rest: &[u8]| [&[first], rest].concat();
    for target in ["detect", "inspect"] {
        seeds.push((target, bytes.to_vec()));
    }
    let extension = path.extension().and_then(|extension| extension.to_str());
    let by_name = match extension {
        Some("zip" | "jar") => 1,
        Some("yaml" | "yml") => 5,
        Some("json") => 6,
        Some("toml") => 7,
        _ => 0,
    };
    seeds.push(("source", with_first(by_name, bytes)));
    seeds.push(("diff", with_first(128, bytes)));
    match extension {
        Some("toml") => {
            for target in ["spec", "targets", "policy", "facts", "state"] {
                seeds.push((target, bytes.to_vec()));
            }
        }
        Some("json" | "jsonl") => {
            for target in ["spec", "report"] {
                seeds.push((target, bytes.to_vec()));
            }
            seeds.push(("answers", [&[1, 4, 0, 0, 0], bytes].concat()));
        }
        Some("zip") => seeds.push(("zip", bytes.to_vec())),
        _ => (),
    }
    of_container(bytes, &mut seeds);
    of_blocks(bytes, &mut seeds);
    seeds
}

/// The target that a file of `fixtures/fuzz/<target>` is for.
fn failed_at(path: &Path) -> Option<&'static str> {
    let folder = path.parent()?;
    let is_kept = folder.parent()?.ends_with("fixtures/fuzz");
    let target = super::targets::ALL
        .iter()
        .find(|target| folder.ends_with(target.name));
    target.filter(|_| is_kept).map(|target| target.name)
}

/// Whole files without the heads that their targets put before them.
fn of_container(bytes: &[u8], seeds: &mut Seeds) {
    match Format::detect(bytes) {
        Some(Format::Pem) => seeds.push(("pem", bytes.to_vec())),
        Some(Format::Jks | Format::Jceks) => {
            let rest = bytes.get(7..).unwrap_or_default();
            seeds.push((
                "jks",
                [&[u8::from(bytes.first() == Some(&0xce))], rest].concat(),
            ));
        }
        Some(Format::Bks) => {
            // a version, a salt with its length, iterations; at the end a MAC
            let salt = bytes.get(7).map_or(0, |length| usize::from(*length));
            let end = bytes.len().saturating_sub(21);
            seeds.push((
                "bks",
                bytes.get(12 + salt..end).unwrap_or_default().to_vec(),
            ));
        }
        Some(Format::Bcfks) => seeds.push(("bcfks", inner(inner(bytes)).to_vec())),
        Some(Format::Pkcs12 | Format::Pkcs7) => of_content_info(bytes, seeds),
        _ => (),
    }
}

fn of_content_info(bytes: &[u8], seeds: &mut Seeds) {
    // some definite, some indefinite, some in pieces
    for choice in [0, 1, 7, 0x1d] {
        seeds.push(("ber", [&[choice; 16], bytes].concat()));
    }
    const DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01";
    const SIGNED_DATA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    let behind = |oid: &[u8]| {
        let place = bytes.windows(oid.len()).position(|window| window == oid)?;
        bytes.get(place + oid.len()..)
    };
    if let Some(rest) = behind(SIGNED_DATA) {
        seeds.push(("pkcs7", inner(rest).to_vec()));
    } else if let Some(rest) = behind(DATA) {
        seeds.push(("pkcs12", inner(inner(rest)).to_vec()));
    }
}

/// The objects of a file: DER, or what stands in the blocks of a text.
fn of_blocks(bytes: &[u8], seeds: &mut Seeds) {
    match bytes.first() {
        Some(0x30) => of_object("", bytes, seeds),
        _ => {
            let blocks = pem::parse_many(bytes).unwrap_or_default();
            for block in blocks.iter().take(4) {
                of_object(block.tag(), block.contents(), seeds);
            }
        }
    }
    let Ok(contents) = read(bytes, &ReadOptions::default()) else {
        return;
    };
    let certificates = contents.store.entries().iter();
    let certificates = certificates.flat_map(|entry| entry.certificates());
    let chain: Vec<&[u8]> = certificates.map(AsRef::as_ref).take(4).collect();
    for der in &chain {
        of_certificate(der, seeds);
    }
    if !chain.is_empty() {
        of_chain(&chain, seeds);
    }
    for request in contents.others.requests.iter().take(4) {
        seeds.push(("request", request.der().to_vec()));
    }
    for der in contents.others.crls.iter().take(4) {
        seeds.push(("crl", der.clone()));
    }
}

fn of_object(label: &str, der: &[u8], seeds: &mut Seeds) {
    seeds.push(("der", der.to_vec()));
    if label.is_empty() || label.ends_with("KEY") {
        seeds.push(("pkcs8", der.to_vec()));
    }
    if label.is_empty() {
        seeds.push(("ocsp", der.to_vec()));
    }
}

fn of_certificate(der: &[u8], seeds: &mut Seeds) {
    seeds.push(("certificate", der.to_vec()));
    if let Ok(certificate) = Certificate::from_der(der.to_vec().into()) {
        seeds.push(("name", certificate.subject().der().to_vec()));
        seeds.push(("name", certificate.subject().to_string().into()));
    }
}

/// A chain as a server sends it, and as one that is verified.
fn of_chain(chain: &[&[u8]], seeds: &mut Seeds) {
    let length = |bytes: &[u8], octets: usize| bytes.len().to_be_bytes()[8 - octets..].to_vec();
    let message = |kind: u8, body: &[u8]| [&[kind], &length(body, 3)[..], body].concat();
    let hello = [&[3, 3], &[0; 33][..], &[0xc0, 0x2f, 0]].concat();
    let list: Vec<Vec<u8>> = chain
        .iter()
        .map(|der| [&length(der, 3)[..], der].concat())
        .collect();
    let list = list.concat();
    let certificates = [&length(&list, 3)[..], &list].concat();
    let flight = [
        message(2, &hello),
        message(11, &certificates),
        message(14, &[]),
    ]
    .concat();
    let records = flight
        .chunks(1 << 14)
        .map(|piece| [&[22, 3, 3], &length(piece, 2)[..], piece].concat());
    let records: Vec<Vec<u8>> = records.collect();
    seeds.push(("hello", [&[0xff], &records.concat()[..]].concat()));
    seeds.push(("hello", [&[0xff], &flight[..]].concat()));

    let pieces = chain
        .iter()
        .map(|der| [&[2], &length(der, 2)[..], der].concat());
    let pieces: Vec<Vec<u8>> = pieces.collect();
    seeds.push(("verify", [&[0; 5], &pieces.concat()[..]].concat()));
}

/// The content of an encoded value whose length is definite; else of an open one, with its end.
fn inner(bytes: &[u8]) -> &[u8] {
    let length = bytes.get(1).copied().unwrap_or_default();
    let head = match length {
        0x81..=0x84 => 2 + usize::from(length & 0x7f),
        _ => 2,
    };
    bytes.get(head..).unwrap_or_default()
}

/// What stands in no file.
pub fn others() -> Seeds {
    let mut seeds = Seeds::new();
    for (protocol, said) in TALKS {
        seeds.push(("starttls", [&[0xe0 | protocol], said].concat()));
    }
    for said in PROXIES {
        seeds.push(("proxy", [&[0xe0], said].concat()));
    }
    for text in TARGETS {
        seeds.push(("targets", text.as_bytes().to_vec()));
        seeds.push(("name", text.as_bytes().to_vec()));
    }
    seeds.push(("facts", Facts::builtin().as_toml().as_bytes().to_vec()));
    for text in POLICIES {
        seeds.push(("policy", text.as_bytes().to_vec()));
    }
    for answer in ANSWERS {
        seeds.push((
            "answers",
            [
                &[0, 100, 16],
                &b"application/json"[..],
                &[0, 0],
                answer.as_bytes(),
            ]
            .concat(),
        ));
        seeds.push(("answers", answer.as_bytes().to_vec()));
    }
    seeds.push(("bcfks", BCFKS_ENTRY.to_vec()));
    for which in 0..16 {
        // a format, a profile, switches, two passwords, and three entries
        let entries = b"\x00\x00\x01a\x05\x01\x02bc\x06\x02\x01d\0\0\0";
        seeds.push((
            "round_trip",
            [
                &[which, which >> 2, 0],
                &b"\x08changeit\x08changeit"[..],
                entries,
            ]
            .concat(),
        ));
        let wishes = b"\x0aCN=a,O=b+L\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0aDNS:a.test\x01\x0cIP:127.0.0.1\x03\x0adns:.test\x00";
        seeds.push(("issue", [&wishes[..], &[which]].concat()));
        seeds.push((
            "verify",
            [1, which, 0, 0, 0, which, 2, 0, 1, which, 0].to_vec(),
        ));
    }
    seeds
}
