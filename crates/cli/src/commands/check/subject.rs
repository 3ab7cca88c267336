//! What a file is to a check.

use std::fs::Metadata;
use std::path::Path;

use time::OffsetDateTime;
use trustpack_core::expiry::Subject;
use trustpack_core::keystore::{self, Contents, Entry, EntryKind};
use trustpack_core::report::{Finding, Origin, Severity};

use super::passwords::Read;
use super::pieces::Piece;
use crate::hint::hint_for;
use crate::platform;
use crate::render::told;

/// A file, or a member of one, that was read.
pub(super) fn of_contents(name: &str, origin: Origin, read: &Read, at: OffsetDateTime) -> Subject {
    let mut subject = Subject::from_contents(name, &read.contents, at);
    if let Some(refused) = &read.refused {
        let message = format!(
            "{refused}; its certificates are checked without it, and may have been changed"
        );
        let finding = Finding::new("CHECK-UNREADABLE", Severity::Warning, name, message);
        subject
            .findings
            .push(finding.with_hint("name the password of this file with --password-for"));
    }
    subject.origin = origin;
    if let Some(word) = read.common
        && has_key(&read.contents)
    {
        let password = match word {
            "" => "the empty password".to_owned(),
            word => format!("the password {word:?}"),
        };
        let message =
            format!("it holds a private key and opens with {password}, which everybody tries");
        let hint = "give it a password of its own: `trustpack store passwd STORE`";
        let finding = Finding::new("STORE-PROTECTION", Severity::Warning, name, message);
        subject.findings.push(finding.with_hint(hint));
    }
    subject
}

/// `KEY-EXPOSED`: a private key in the clear that others on this machine can read is a warning, a sealed one a note.
pub(super) fn exposed(
    name: &str,
    path: &Path,
    contents: &Contents,
    metadata: &Metadata,
) -> Option<Finding> {
    const OTHERS: u32 = 0o004;
    let mode = platform::mode(metadata)? & 0o777;
    if mode & OTHERS == 0 || !metadata.is_file() || !is_reachable(path) {
        return None;
    }
    let keys = contents
        .store
        .entries()
        .iter()
        .filter_map(|entry| match &entry.kind {
            EntryKind::PrivateKey { key, .. } => Some(key.is_sealed()),
            _ => None,
        });
    let is_sealed = keys.reduce(|one, other| one && other)?;
    let (severity, what) = match is_sealed {
        true => (Severity::Note, "a sealed private key"),
        false => (Severity::Warning, "a private key in the clear"),
    };
    let message = format!("{what} that every user of this machine can read (mode {mode:04o})");
    let hint = format!("chmod o-rwx {name}");
    Some(Finding::new("KEY-EXPOSED", severity, name, message).with_hint(hint))
}

/// Whether every folder above it lets others through.
fn is_reachable(path: &Path) -> bool {
    const OTHERS: u32 = 0o001;
    let Ok(path) = path.canonicalize() else {
        return false;
    };
    let mut folders = path.ancestors().skip(1);
    folders.all(|folder| {
        let mode = folder.metadata().ok().as_ref().and_then(platform::mode);
        mode.is_some_and(|mode| mode & OTHERS != 0)
    })
}

fn has_key(contents: &Contents) -> bool {
    let mut entries = contents.store.entries().iter();
    entries.any(|entry| matches!(entry.kind, EntryKind::PrivateKey { .. }))
}

/// A piece of a long stream. No server sends so long a chain: each certificate stands for itself, and its name is its
/// number; in the pieces before it every block counts, also one that could not be read.
pub(super) fn of_piece(
    name: &str,
    piece: &Piece,
    contents: Result<Contents, keystore::Error>,
) -> Subject {
    let mut subject = match contents {
        Ok(mut contents) => {
            let entries = std::mem::take(&mut contents.store).into_entries();
            let certificates = entries.into_iter().flat_map(Entry::into_certificates);
            let mut subject = Subject::from_collection(name, certificates, piece.blocks_before);
            subject.add_lists(&contents);
            subject.add_skipped(&contents.notes);
            subject
        }
        // text between blocks
        Err(keystore::Error::Unknown { .. } | keystore::Error::Empty) => Subject::new(name),
        Err(keystore::Error::NothingReadable { notes, .. }) => {
            let mut subject = Subject::new(name);
            subject.add_skipped(&notes);
            subject
        }
        Err(error) => {
            let mut subject = unreadable(name, file(name), &error.into());
            // others of the stream are read
            subject.failed = false;
            subject
        }
    };
    subject.origin = file(name);
    subject.continues = piece.continues;
    subject
}

/// Something of which nothing could be read.
pub(super) fn unreadable(name: &str, origin: Origin, error: &anyhow::Error) -> Subject {
    let mut subject = Subject::unreadable(name, told(error)).advised(hint_for(error));
    subject.origin = origin;
    subject
}

/// A file that was named, as by a pattern of the shell, and holds something else.
pub(super) fn with_others_only(name: &str) -> Subject {
    let message = "a key or request and no certificate, so there is nothing to check";
    let mut subject = Subject::new(name);
    subject.findings.push(Finding::new(
        "CHECK-UNREADABLE",
        Severity::Note,
        name,
        message,
    ));
    subject.origin = file(name);
    subject
}

/// A file that was named, and so is meant to hold one.
pub(super) fn without_certificates(name: &str) -> Subject {
    let why = "no certificate in it, so there is nothing to check";
    let hint = "`trustpack inspect` shows what the file holds";
    let mut subject = Subject::unreadable(name, why).advised(Some(hint));
    subject.origin = file(name);
    subject
}

/// The origin of a file.
pub(super) fn file(name: &str) -> Origin {
    Origin::File {
        path: name.to_owned(),
    }
}
