//! What must not be read, or not without a password that nobody has.

use trustpack_core::keystore::NoteKind;
use trustpack_core::keystore::{Contents, Error, Integrity};

use crate::entries;
use crate::facts::{File, Findings, texts, wrong_password};
use crate::pkcs12::private_keys;

/// The source says refuse, and no tool reads it.
pub(crate) fn check(file: &File<'_>, findings: &mut Findings) {
    let read = file.read_with(file.password().as_ref());
    findings.holds("refused", read.is_err(), || format!("reads as {read:?}"));
}

/// Nothing for us: passwords, parameters. No certificate or key comes of it, and what it is gets named.
pub(crate) fn check_foreign(file: &File<'_>, findings: &mut Findings) {
    let labels = texts(&file.facts["pem_labels"]);
    match file.read_with(None) {
        Ok(contents) => findings.holds("refused", is_empty(&contents), || {
            format!("{contents:?} came of it")
        }),
        Err(error) => {
            let message = error.to_string();
            let is_named = labels.iter().all(|label| message.contains(label));
            findings.holds("refused", is_named, || {
                format!("{message}, without {labels:?}")
            });
        }
    }
}

fn is_empty(contents: &Contents) -> bool {
    contents.store.is_empty()
        && contents.others.requests.is_empty()
        && contents.others.crls.is_empty()
        && contents.others.public_keys.is_empty()
}

/// Nobody knows the password: what needs none reads, the rest asks for one and refuses any.
pub(crate) fn check_locked(file: &File<'_>, findings: &mut Findings) {
    match file.kind() {
        "jks" => {
            let read = file.read_with(None).map_err(|error| error.to_string());
            if let Some(contents) = findings.ok("read", read) {
                findings.same(
                    "integrity",
                    "file",
                    &contents.integrity,
                    &Integrity::NotVerified,
                );
                entries::all(&contents, file, "pyjks", findings);
            }
            refuses(file, findings);
        }
        "key" => {
            let read = file.read_with(None).map_err(|error| error.to_string());
            let Some(contents) = findings.ok("read", read) else {
                return;
            };
            let keys = private_keys(&contents);
            findings.same("key", "number", &keys.len(), &1);
            for (_, key) in keys {
                let none = key.unlock(None).err();
                let is_asked = matches!(none, Some(Error::PasswordRequired { .. }));
                findings.holds("key-password", is_asked, || format!("none: {none:?}"));
                let another = key.unlock(Some(&wrong_password())).err();
                let is_refused = matches!(another, Some(Error::WrongPassword { .. }));
                findings.holds("key-password", is_refused, || {
                    format!("another: {another:?}")
                });
            }
        }
        _ => {
            match file.read_with(None) {
                // keys that stand outside the encrypted parts
                Ok(contents) => {
                    let told = contents.notes.iter();
                    let told = told.filter(|note| note.kind == NoteKind::Skipped).count();
                    let keys = private_keys(&contents);
                    let is_locked = keys.iter().all(|(_, key)| key.unlock(None).is_err());
                    findings.holds("password", told > 0 && is_locked, || {
                        format!("none: {contents:?}")
                    });
                }
                Err(error) => {
                    let is_asked = matches!(error, Error::PasswordRequired { .. });
                    findings.holds("password", is_asked, || format!("none: {error}"));
                }
            }
            refuses(file, findings);
        }
    }
}

fn refuses(file: &File<'_>, findings: &mut Findings) {
    let another = file.read_with(Some(&wrong_password()));
    let is_refused = matches!(another, Err(Error::WrongPassword { .. }));
    findings.holds("password", is_refused, || format!("another: {another:?}"));
}
