//! Entries: of JKS, JCEKS, BKS and UBER all that there are, of PKCS#12 those that Java shows.

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use trustpack_core::Certificate;
use trustpack_core::key::{Belongs, belongs};
use trustpack_core::keystore::{Contents, Entry, EntryKind, Error, Format, Integrity, SealedKey};
use trustpack_core::keystore::{Password, Timestamp};

use crate::facts::wrong_password;
use crate::facts::{File, Findings, all_fingerprints, fingerprints, list, sha256, text, texts};

pub(crate) fn check(file: &File<'_>, findings: &mut Findings) {
    let Some(contents) = file.read(findings) else {
        return;
    };
    let format: Format = file.kind().parse().unwrap();
    findings.same("format", "file", &contents.format, &format);
    findings.same(
        "format",
        "bytes",
        &Format::detect(&file.bytes),
        &Some(format),
    );
    findings.same(
        "integrity",
        "file",
        &contents.integrity,
        &Integrity::Verified,
    );
    for tool in ["entries", "pyjks"] {
        if file.facts[tool].is_array() {
            all(&contents, file, tool, findings);
        }
    }
    passwords(file, &contents, findings);
}

/// These stores list every entry, so that all of them are told.
pub(crate) fn all(contents: &Contents, file: &File<'_>, tool: &str, findings: &mut Findings) {
    let told = list(&file.facts[tool]);
    // a bare public key is no entry here, see below
    let found = contents.store.len() + contents.others.public_keys.len();
    findings.same("entries", tool, &found, &told.len());
    for expected in told {
        let alias = text(&expected["alias"]);
        if text(&expected["kind"]) == "public-key" {
            let keys: Vec<String> = contents
                .others
                .public_keys
                .iter()
                .map(|key| sha256(key))
                .collect();
            let expected = text(&expected["key_sha256"]);
            findings.holds(
                "public-keys",
                keys.iter().any(|key| key == expected),
                || format!("{alias:?}: not among {keys:?}"),
            );
            continue;
        }
        let entry = contents.store.find(alias);
        let spelled = entry.map(|entry| entry.alias.as_str());
        // pyjks names the public key without saying that it is one
        if spelled.is_none() && tool == "pyjks" && !contents.others.public_keys.is_empty() {
            findings.unjudged("alias");
            continue;
        }
        findings.same("alias", tool, &spelled, &Some(alias));
        if let Some(entry) = entry {
            one(entry, expected, file.password().as_ref(), findings);
        }
    }
}

/// One entry as a tool tells it.
pub(crate) fn one(
    entry: &Entry,
    expected: &Value,
    store_password: Option<&Password>,
    findings: &mut Findings,
) {
    let alias = entry.alias.as_str();
    kind(entry, text(&expected["kind"]), findings);
    let chain = texts(&expected["chain_sha256"]);
    // pyjks does not say which certificate BKS trusts
    if text(&expected["kind"]) == "BksTrustedCertEntry" {
        findings.unjudged("chain");
    } else {
        findings.same("chain", alias, &fingerprints(entry), &chain);
    }
    if let Some(expected) = expected["created"].as_str() {
        let expected = OffsetDateTime::parse(expected, &Rfc3339).unwrap();
        let expected = expected.unix_timestamp_nanos() / 1_000_000;
        let found = entry.created.map(Timestamp::millis).map(i128::from);
        findings.same("created", alias, &found, &Some(expected));
    }
    match &entry.kind {
        EntryKind::PrivateKey { key, .. } => {
            private_key(entry, key, expected, store_password, findings);
        }
        EntryKind::SecretKey(key) => secret_key(alias, key, expected, store_password, findings),
        _ => {}
    }
}

fn kind(entry: &Entry, expected: &str, findings: &mut Findings) {
    let (found, fits) = match &entry.kind {
        EntryKind::TrustedCertificate(_) => (
            "a trusted certificate",
            matches!(
                expected,
                "trusted-cert" | "TrustedCertEntry" | "BksTrustedCertEntry"
            ),
        ),
        EntryKind::PrivateKey { .. } => (
            "a private key",
            matches!(expected, "private-key" | "PrivateKeyEntry"),
        ),
        EntryKind::SecretKey(_) => (
            "a secret key",
            matches!(
                expected,
                "secret-key" | "SecretKeyEntry" | "BksSecretKeyEntry"
            ),
        ),
        _ => ("unknown", false),
    };
    // a key of whatever kind, for all that the tool can say
    let is_key = matches!(expected, "key" | "BksKeyEntry" | "BksSealedKeyEntry");
    let fits = fits || is_key && found.ends_with("key");
    let alias = entry.alias.as_str();
    findings.holds("kind", fits, || {
        format!("{alias:?}: {found}, expected {expected}")
    });
}

fn private_key(
    entry: &Entry,
    key: &SealedKey,
    expected: &Value,
    store_password: Option<&Password>,
    findings: &mut Findings,
) {
    let alias = entry.alias.as_str();
    let digest = expected["key_sha256"].as_str();
    let Some(digest) = digest.or_else(|| expected["pkcs8_sha256"].as_str()) else {
        return findings.unjudged("key");
    };
    let password = entry_password(expected);
    key_password(alias, key, expected, store_password, findings);
    let open = key.unlock(password.as_ref());
    let open = open.map_err(|error| format!("{alias:?}: {error}"));
    let Some(open) = findings.ok("key-password", open) else {
        return;
    };
    findings.same("key", alias, &sha256(open.secret_pkcs8()).as_str(), &digest);
    if let (Some(matches), Some(leaf)) = (
        expected["key_matches_first_cert"].as_bool(),
        entry.certificates().first(),
    ) {
        let leaf = Certificate::from_der(leaf.clone()).unwrap();
        match belongs(open.secret_pkcs8(), &leaf) {
            Belongs::CannotTell(_) => findings.unjudged("key-certificate"),
            found => findings.same("key-certificate", alias, &(found == Belongs::Yes), &matches),
        }
    }
}

fn secret_key(
    alias: &str,
    key: &SealedKey,
    expected: &Value,
    store_password: Option<&Password>,
    findings: &mut Findings,
) {
    let Some(digest) = expected["key_sha256"].as_str() else {
        return findings.unjudged("key");
    };
    key_password(alias, key, expected, store_password, findings);
    let open = key.unlock_secret(entry_password(expected).as_ref());
    let open = open.map_err(|error| format!("{alias:?}: {error}"));
    let Some(open) = findings.ok("key-password", open) else {
        return;
    };
    findings.same(
        "key",
        alias,
        &sha256(open.secret_octets()).as_str(),
        &digest,
    );
    let length = open.secret_octets().len();
    findings.same("key", alias, &expected["key_len_bytes"], &length);
    let algorithm = text(&expected["key_alg"]);
    findings.holds(
        "key-algorithm",
        open.algorithm().eq_ignore_ascii_case(algorithm),
        || format!("{alias:?}: {:?}, expected {algorithm:?}", open.algorithm()),
    );
}

/// A sealed key opens with its own password only, whether that is the store's or not.
fn key_password(
    alias: &str,
    key: &SealedKey,
    expected: &Value,
    store_password: Option<&Password>,
    findings: &mut Findings,
) {
    if !key.is_sealed() {
        return;
    }
    let locked = key.unlock(None);
    let is_locked = matches!(locked, Err(Error::PasswordRequired { .. }));
    findings.holds("key-password", is_locked, || {
        format!("{alias:?} without: {locked:?}")
    });
    let own = expected["entry_password_same_as_store"] == false;
    let wrong = match store_password {
        Some(password) if own => password.clone(),
        _ => wrong_password(),
    };
    let refused = key.unlock(Some(&wrong));
    let is_refused = matches!(refused, Err(Error::WrongPassword { .. }));
    findings.holds("key-password", is_refused, || {
        format!("{alias:?} with another: {refused:?}")
    });
}

fn entry_password(expected: &Value) -> Option<Password> {
    expected["entry_password"].as_str().map(Password::new)
}

/// Another password is refused; without any, what is in the clear reads all the same.
fn passwords(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let refused = file.read_with(Some(&wrong_password()));
    let is_refused = matches!(refused, Err(Error::WrongPassword { .. }));
    findings.holds("password", is_refused, || format!("another: {refused:?}"));

    let without = file.read_with(None);
    if contents.format == Format::Uber {
        let is_locked = matches!(without, Err(Error::PasswordRequired { .. }));
        return findings.holds("password", is_locked, || format!("none: {without:?}"));
    }
    if let Some(without) = findings.ok("password", without.map_err(|error| error.to_string())) {
        findings.same(
            "integrity",
            "none",
            &without.integrity,
            &Integrity::NotVerified,
        );
        let (found, expected) = (all_fingerprints(&without), all_fingerprints(contents));
        findings.same("password", "certificates without", &found, &expected);
    }
}
