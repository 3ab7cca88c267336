//! Keys that lie beside their certificate: in a file of a like name, in another field of a Secret.

use std::fs;
use std::path::{Path, PathBuf};

use time::OffsetDateTime;
use trustpack_core::expiry::Subject;
use trustpack_core::keystore::Contents;
use trustpack_core::report::{Origin, Role};

use super::passwords::FilePasswords;
use crate::input::name_of;

/// No key file comes near it.
const MAX_BYTES: u64 = 64 << 10;

/// Looks for the key of a file with a server's certificate and compares them.
pub(super) fn match_neighbour(subject: &mut Subject, path: &Path, passwords: &FilePasswords) {
    let mut own = subject
        .items
        .iter()
        .filter(|item| item.role == Role::EndEntity);
    if own.next().is_none_or(|item| item.has_key) {
        return;
    }
    for key in neighbours(path) {
        let is_small = |metadata: fs::Metadata| metadata.is_file() && metadata.len() <= MAX_BYTES;
        if !fs::metadata(&key).is_ok_and(is_small) {
            continue;
        }
        let name = name_of(&key);
        let read = fs::read(&key).ok();
        // What is wrong with the key file is told when it is looked at itself.
        if let Some(read) = read.and_then(|bytes| passwords.read(&name, &bytes).ok()) {
            subject.match_key_of(&name, &read.contents);
            return;
        }
    }
}

/// `server.crt` has `server.key` or `server.key.pem`, `tls.crt` has `tls.key`; certbot's `cert.pem` and `fullchain.pem` have
/// `privkey.pem`.
fn neighbours(path: &Path) -> Vec<PathBuf> {
    let mut found = vec![path.with_extension("key"), path.with_extension("key.pem")];
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    if matches!(stem, Some("cert" | "fullchain")) {
        found.push(path.with_file_name("privkey.pem"));
    }
    found.retain(|key| key != path);
    found
}

/// The fields of a Secret come one after the other, in any order: `tls.crt`, `tls.key`.
#[derive(Default)]
pub(super) struct Secret {
    origin: Option<Origin>,
    /// Of the field before, with its name.
    before: Option<(String, Contents)>,
}

impl Secret {
    /// Compares a field with the one before it, when both are of one Secret.
    pub(super) fn add(&mut self, subject: &mut Subject, contents: Contents, at: OffsetDateTime) {
        let origin = subject.origin.clone();
        let is_same = match (&self.origin, &origin) {
            (Some(before), now) => same_object(before, now),
            (None, _) => false,
        };
        if let Some((name, before)) = self.before.take().filter(|_| is_same) {
            if subject.items.is_empty() {
                // A key after its certificate: told at the key, which has no certificate of its own.
                let mut certificate = Subject::from_contents(&name, &before, at);
                let known = certificate.findings.len();
                certificate.match_key_of(&subject.name, &contents);
                subject.findings.extend(certificate.findings.drain(known..));
            } else {
                subject.match_key_of(&name, &before);
            }
        }
        self.before = Some((subject.name.clone(), contents));
        self.origin = Some(origin);
    }
}

fn same_object(one: &Origin, other: &Origin) -> bool {
    match (one, other) {
        (
            Origin::Kubernetes {
                resource,
                namespace,
                name,
                ..
            },
            Origin::Kubernetes {
                resource: r,
                namespace: n,
                name: m,
                ..
            },
        ) => (resource, namespace, name) == (r, n, m),
        _ => false,
    }
}
