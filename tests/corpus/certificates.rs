//! Certificates in PEM and DER: which there are, and what each of them says.

use serde_json::Value;
use time::OffsetDateTime;
use trustpack_core::Certificate;
use trustpack_core::keystore::{Contents, Entry};

use crate::der;
use crate::facts::{File, Findings, all_fingerprints, list, sha256, text, texts};

pub(crate) fn check(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let told: Vec<&Value> = list(&file.facts["certs"])
        .iter()
        .filter(|certificate| text(&certificate["openssl"]) == "ok")
        .collect();
    let expected: Vec<&str> = told.iter().map(|told| text(&told["sha256"])).collect();
    let found = all_fingerprints(contents);
    findings.same("certificates", "file", &found, &expected);
    trailing(file, contents, findings);

    let entries = contents.store.entries().iter();
    for (der, told) in entries.flat_map(Entry::certificates).zip(told) {
        let read = Certificate::from_der(der.clone()).map_err(|error| error.to_string());
        if let Some(certificate) = findings.ok("certificates", read) {
            one(&certificate, told, findings);
        }
    }
}

/// The facts are of the first object alone; what follows it is read or named.
fn trailing(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let Some(rest) = file.facts["trailing_bytes_after_first_object"].as_u64() else {
        return;
    };
    let length = file.bytes.len() - usize::try_from(rest).unwrap();
    let found = all_fingerprints(contents);
    let first = sha256(&file.bytes[..length]);
    findings.same("trailing", "first object", &found.first(), &Some(&first));
    let is_named = contents
        .notes
        .iter()
        .any(|note| note.message.contains("byte(s)"));
    findings.holds("trailing", is_named || found.len() > 1, || {
        format!("{rest} bytes at {length} not told: {:?}", contents.notes)
    });
}

fn one(certificate: &Certificate, told: &Value, findings: &mut Findings) {
    for (found, expected) in [
        (certificate.subject(), &told["subject"]),
        (certificate.issuer(), &told["issuer"]),
    ] {
        // OpenSSL's short name of streetAddress is no keyword of RFC 4519
        let expected = text(expected).replace("street=", "STREET=");
        let (found, expected) = (unescaped(&found.to_string()), unescaped(&expected));
        findings.same("issuer-and-subject", "name", &found, &expected);
    }
    let serial = certificate.serial().to_string();
    let serial = serial.trim_start_matches('0').to_uppercase();
    let expected = text(&told["serial"]).trim_start_matches('0');
    findings.same("serial", "certificate", &serial.as_str(), &expected);
    for (found, expected) in [
        (certificate.not_before(), &told["not_before"]),
        (certificate.not_after(), &told["not_after"]),
    ] {
        findings.same(
            "validity",
            "certificate",
            &openssl_time(found),
            &text(expected),
        );
    }
    let spki = certificate.subject_public_key_info();
    if let Some(expected) = told["spki_sha256"].as_str() {
        findings.same(
            "public-key",
            "certificate",
            &sha256(spki).as_str(),
            &expected,
        );
    }
    if let Some(expected) = told["key"].as_str() {
        let key = certificate.key();
        let found = match (key.algorithm.as_str(), key.bits) {
            ("Ed25519" | "Ed448", _) | (_, None) => key.algorithm.replace('-', ""),
            ("RSASSA-PSS", Some(bits)) => format!("RSA-{bits}"),
            (algorithm, Some(bits)) => format!("{algorithm}-{bits}"),
        };
        findings.holds("public-key", found.eq_ignore_ascii_case(expected), || {
            format!("{found}, expected {expected}")
        });
    }
    if let Some(expected) = told["version"].as_str() {
        let version = format!("v{}", certificate.version());
        findings.same("version", "certificate", &version.as_str(), &expected);
    }
    if let Some(expected) = told["sig_alg_oid"].as_str() {
        let algorithm = der::children(certificate.signature_algorithm());
        let found = algorithm.and_then(|fields| der::dotted(fields.first()?));
        findings.same(
            "signature-algorithm",
            "certificate",
            &found.as_deref(),
            &Some(expected),
        );
    }
    extensions(certificate, told, findings);
}

fn extensions(certificate: &Certificate, told: &Value, findings: &mut Findings) {
    let extensions = certificate.extensions();
    if let Some(ca) = told["ca"].as_bool() {
        let found = extensions
            .basic_constraints
            .map(|constraints| constraints.ca);
        findings.same("extensions", "CA", &found, &Some(ca));
    }
    if told["san"].is_array() {
        let names = extensions.subject_alt_names.iter().flatten();
        let found: Vec<String> = names.map(ToString::to_string).collect();
        let expected: Vec<String> = texts(&told["san"])
            .into_iter()
            // pyca's way to show a directory name
            .map(|name| match name.strip_prefix("<Name(") {
                Some(name) => name.trim_end_matches(")>").to_owned(),
                None => name.to_owned(),
            })
            .collect();
        let all = expected.len() < MAX_NAMES_TOLD;
        let fits = if all {
            found == expected
        } else {
            found.starts_with(&expected)
        };
        findings.holds("extensions", fits, || {
            format!("names: {found:?}, expected {expected:?}")
        });
    }
}

/// The facts list that many subject alternative names of a certificate, and leave out the rest.
const MAX_NAMES_TOLD: usize = 6;

/// A name without the escapes of RFC 2253 and RFC 4514, which the tools set differently; a tab is shown as `\\t`.
fn unescaped(name: &str) -> String {
    let mut octets = Vec::new();
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            octets.push(*first);
            continue;
        }
        let pair = rest
            .get(..2)
            .and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(octet) => {
                octets.push(octet);
                rest = &rest[2..];
            }
            None => {
                let first = rest.first().copied();
                octets.extend(first.map(|first| if first == b't' { b'\t' } else { first }));
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    String::from_utf8_lossy(&octets).into_owned()
}

/// `Apr  1 00:00:00 2019 GMT`.
fn openssl_time(time: OffsetDateTime) -> String {
    let month = time.month().to_string();
    format!(
        "{} {:2} {:02}:{:02}:{:02} {} GMT",
        &month[..3],
        time.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.year()
    )
}
