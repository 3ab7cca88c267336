//! PKCS#12: the entries that Java shows, what opens with which password, and whether the MAC was checked.

use trustpack_core::keystore::{At, Contents, Entry, EntryKind, Error, Format, Integrity, Note};
use trustpack_core::keystore::{NoteKind, Password, SealedKey};

use crate::bags::Bags;
use crate::facts::{File, Findings, all_fingerprints, list, sha256, text, wrong_password};
use crate::{entries, protection, spki};

pub(crate) fn check(file: &File<'_>, findings: &mut Findings) {
    let Some(contents) = file.read(findings) else {
        return;
    };
    findings.same("format", "file", &contents.format, &Format::Pkcs12);
    findings.same(
        "format",
        "bytes",
        &Format::detect(&file.bytes),
        &Some(Format::Pkcs12),
    );
    visible(file, &contents, findings);
    if file.facts["bags"].is_array() {
        Bags::new(file.facts).check(file, &contents, findings);
    } else if file.facts["pyca"].is_object() {
        pyca_alone(file, &contents, findings);
    } else {
        opens(file, &contents, findings);
    }
    protection::check(file, &contents, findings);
    integrity(file, &contents, findings);
    passwords(file, &contents, findings);
}

/// What Java shows is there, and what it does not show is marked.
fn visible(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    if !file.facts["entries"].is_array() {
        return;
    }
    let told = list(&file.facts["entries"]);
    for expected in told {
        let alias = text(&expected["alias"]);
        let entry = contents.store.find(alias);
        // Java shows lower case only; how it is spelled, the bags say
        let folded = entry.map(|entry| entry.alias.folded());
        findings.same("alias", "entries", &folded.as_deref(), &Some(alias));
        if let Some(entry) = entry {
            entries::one(entry, expected, file.password().as_ref(), findings);
        }
    }
    let is_visible = |entry: &&Entry| !is_invisible_to_java(entry, &contents.notes);
    let visible = contents.store.entries().iter().filter(is_visible);
    findings.same("visible", "entries", &visible.count(), &told.len());
}

fn is_invisible_to_java(entry: &Entry, notes: &[Note]) -> bool {
    let at = At::Entry(entry.alias.as_str().to_owned());
    notes
        .iter()
        .any(|note| note.at == at && note.message.starts_with("invisible to Java"))
}

/// Where OpenSSL cannot read the file, pyca's word is all there is.
fn pyca_alone(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let pyca = &file.facts["pyca"];
    let told = pyca["cert"].is_object().then_some(&pyca["cert"]);
    let told: Vec<&str> = told
        .into_iter()
        .chain(list(&pyca["additional"]))
        .map(|certificate| text(&certificate["sha256"]))
        .collect();
    findings.same("bags", "pyca", &all_fingerprints(contents), &told);
    let keys = private_keys(contents);
    findings.same(
        "bags",
        "pyca",
        &(keys.len() == 1),
        &(pyca["has_key"] == true),
    );
    for (_, key) in keys {
        public_half(
            key,
            file.password().as_ref(),
            text(&pyca["spki_sha256"]),
            findings,
        );
    }
}

/// No tool opens these keys; the source says that the password does.
fn opens(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    for (entry, key) in private_keys(contents) {
        let told = list(&file.facts["entries"]).iter();
        let told = told.filter(|told| text(&told["alias"]) == entry.alias.folded());
        let own = told
            .map(|told| told["entry_password"].as_str())
            .next()
            .flatten();
        let password = own.map(Password::new).or_else(|| file.password());
        let open = key.unlock(password.as_ref()).map(drop);
        findings.ok("key-password", open.map_err(|error| error.to_string()));
    }
}

pub(crate) fn private_keys(contents: &Contents) -> Vec<(&Entry, &SealedKey)> {
    let entries = contents.store.entries().iter();
    entries
        .filter_map(|entry| match &entry.kind {
            EntryKind::PrivateKey { key, .. } => Some((entry, key)),
            _ => None,
        })
        .collect()
}

/// That the key opens to the one whose public half has this SHA-256.
pub(crate) fn public_half(
    key: &SealedKey,
    password: Option<&Password>,
    expected: &str,
    findings: &mut Findings,
) {
    let open = key.unlock(password).map_err(|error| error.to_string());
    let Some(open) = findings.ok("key-password", open) else {
        return;
    };
    match spki::of_private_key(open.secret_pkcs8()) {
        Some(public) => findings.same("key", "public half", &sha256(&public).as_str(), &expected),
        None => findings.unjudged("key"),
    }
}

fn integrity(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let mac = protection::lines(file).find(|line| line.starts_with("MAC: "));
    let expected = match mac {
        Some(_) => Integrity::Verified,
        None => Integrity::Absent,
    };
    findings.same("integrity", "file", &contents.integrity, &expected);
}

/// Another password is refused where a MAC or a cipher can tell; without one, nothing encrypted is shown.
fn passwords(file: &File<'_>, contents: &Contents, findings: &mut Findings) {
    let encrypted = protection::lines(file)
        .filter(|line| line.starts_with("PKCS7 Encrypted data"))
        .count();
    if contents.integrity == Integrity::Verified {
        let refused = file.read_with(Some(&wrong_password()));
        let is_refused = matches!(refused, Err(Error::WrongPassword { .. }));
        findings.holds("password", is_refused, || format!("another: {refused:?}"));
    }
    match file.read_with(None) {
        Ok(without) => {
            let skipped = |note: &&Note| note.kind == NoteKind::Skipped;
            let skipped = without.notes.iter().filter(skipped).count();
            // where OpenSSL could not go on it has not seen every part
            let all = file.facts["bags"].is_array();
            let fits = if all {
                skipped == encrypted
            } else {
                skipped >= encrypted
            };
            findings.holds("password", fits, || {
                format!("{skipped} parts skipped without, expected {encrypted}")
            });
            let expected = match contents.integrity {
                Integrity::Absent => Integrity::Absent,
                _ => Integrity::NotVerified,
            };
            findings.same("integrity", "none", &without.integrity, &expected);
        }
        Err(error) => {
            let is_locked = matches!(error, Error::PasswordRequired { .. }) && encrypted > 0;
            findings.holds("password", is_locked, || format!("none: {error}"));
        }
    }
}
