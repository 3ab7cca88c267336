//! Files of PEM blocks and DER objects, by the kinds that their type names: `cert+key` is two of them.

use trustpack_core::keystore::{Contents, Format, NoteKind};

use crate::facts::{File, Findings, all_fingerprints, list, sha256, text, texts};
use crate::pkcs12::private_keys;
use crate::{certificates, keys, spki};

pub(crate) fn check(file: &File<'_>, kinds: &str, findings: &mut Findings) {
    // nothing in it for us; an error is as good as an empty answer
    if kinds == "pkcs7" && is_without_content(file) {
        let found = file.read_with(None).map(|contents| contents.store.len());
        return findings.same("certificates", "file", &found.unwrap_or(0), &0);
    }
    let Some(contents) = file.read(findings) else {
        return;
    };
    format(file, kinds, &contents, findings);
    labels(file, &contents, findings);
    for kind in kinds.split('+') {
        match kind {
            "cert" => certificates::check(file, &contents, findings),
            "key" => keys::check(file, &contents, findings),
            "csr" => requests(file, &contents, findings),
            "crl" => crls(file, &contents, findings),
            "pubkey" => public_keys(file, &contents, findings),
            "pkcs7" => pkcs7(file, &contents, findings),
            other => findings.fail("read", format!("no checks for files of type {other}")),
        }
    }
}

fn format(file: &File<'_>, kinds: &str, contents: &Contents, findings: &mut Findings) {
    let binary = if kinds == "pkcs7" {
        Format::Pkcs7
    } else {
        Format::Der
    };
    let (bytes, read) = match text(&file.facts["encoding"]) {
        // blocks are not opened to detect
        "pem" if kinds == "pkcs7" => (Format::Pem, Format::Pkcs7),
        "pem" => (Format::Pem, Format::Pem),
        "der" => (binary, binary),
        "base64" => {
            let is_told = contents
                .notes
                .iter()
                .any(|note| note.message.contains("base64"));
            findings.holds("format", is_told, || "base64 is not told".to_owned());
            (binary, binary)
        }
        other => return findings.fail("format", format!("{other} is no known encoding")),
    };
    findings.same("format", "file", &contents.format, &read);
    findings.same(
        "format",
        "bytes",
        &Format::detect(&file.bytes),
        &Some(bytes),
    );
}

/// As many objects of each kind as there are blocks with its label; what cannot be read, or is nothing for us, is named.
fn labels(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let labels = texts(&file.facts["pem_labels"]);
    // long lists are cut; what is inside a PKCS#7 the label does not say
    if labels
        .iter()
        .any(|label| label.starts_with('…') || *label == "PKCS7")
    {
        return;
    }
    let keys = private_keys(contents).len();
    let found = [
        (" PRIVATE KEY", keys),
        (" PUBLIC KEY", contents.others.public_keys.len()),
        (" CERTIFICATE REQUEST", contents.others.requests.len()),
        (" CRL", contents.others.crls.len()),
        (" CERTIFICATE", all_fingerprints(contents).len()),
    ];
    let is_kind = |label: &str, kind: &str| format!(" {label}").ends_with(kind);
    if !labels.is_empty() {
        for (kind, found) in found {
            let told = labels.iter().filter(|label| is_kind(label, kind)).count();
            let skipped = contents.notes.iter().filter(|note| {
                let label = note.message.split(" block").next().unwrap_or_default();
                note.kind == NoteKind::Skipped
                    && is_kind(label, kind)
                    && !note.message.contains("no BEGIN line")
            });
            findings.same("labels", kind, &(found + skipped.count()), &told);
        }
    }
    for label in labels {
        if !found.iter().any(|(kind, _)| is_kind(label, kind)) {
            let mut notes = contents.notes.iter();
            let is_named = notes.any(|note| note.message.contains(label));
            findings.holds("labels", is_named, || format!("{label} is not told"));
        }
    }
}

/// The tools tell of the first request; OpenSSL does not know every key.
fn requests(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let Some(request) = contents.others.requests.first() else {
        return findings.fail("requests", format!("no request; {:?}", contents.notes));
    };
    let request = request.der();
    let spki = spki::of_request(request).map(|spki| sha256(&spki));
    match file.facts["csr"]["openssl"]["spki_sha256"].as_str() {
        Some(expected) => {
            findings.same("requests", "public key", &spki.as_deref(), &Some(expected));
        }
        None => findings.unjudged("requests"),
    }
    if text(&file.facts["encoding"]) == "der" {
        findings.same("requests", "bytes", &request, &file.bytes);
    }
}

fn crls(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let crl = &file.facts["crl"];
    let found: Vec<String> = contents.others.crls.iter().map(|crl| sha256(crl)).collect();
    findings.same(
        "crls",
        "openssl",
        &found,
        &vec![text(&crl["openssl"]["sha256"])],
    );
    if crl["jdk"]["ok"] == true {
        let told = list(&crl["jdk"]["items"]).iter();
        let told: Vec<&str> = told.map(|item| text(&item["sha256"])).collect();
        findings.same("crls", "jdk", &found, &told);
    }
}

fn public_keys(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let keys = contents.others.public_keys.iter();
    let found: Vec<String> = keys.map(|key| sha256(key)).collect();
    let expected = text(&file.facts["pubkey"]["spki_sha256"]);
    findings.same("public-keys", "file", &found, &vec![expected]);
}

fn is_without_content(file: &File<'_>) -> bool {
    let told = &file.facts["pkcs7"]["openssl"];
    list(&told["cert_sha256"]).is_empty() && told["crls"] == 0
}

fn pkcs7(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    for tool in ["openssl", "pyca", "jdk"] {
        let told = &file.facts["pkcs7"][tool];
        if told["ok"] != true {
            continue;
        }
        let list = if tool == "jdk" {
            &told["items"]
        } else {
            &told["cert_sha256"]
        };
        findings.same(
            "certificates",
            tool,
            &all_fingerprints(contents),
            &texts(list),
        );
    }
    let crls = file.facts["pkcs7"]["openssl"]["crls"].as_u64();
    findings.same(
        "crls",
        "openssl",
        &Some(contents.others.crls.len() as u64),
        &crls,
    );
}
