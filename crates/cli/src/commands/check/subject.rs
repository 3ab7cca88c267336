//! What a file is to a check.

use trustpack_core::expiry::Subject;
use trustpack_core::keystore::{self, At, Contents, Entry, NoteKind};
use trustpack_core::report::Origin;

use super::pieces::Piece;
use crate::hint::hint_for;
use crate::render::told;

/// A file that was read.
pub(super) fn of_file(name: &str, contents: &Contents) -> Subject {
    let subject = if contents.format.has_aliases() {
        Subject::from_store(name, &contents.store)
    } else {
        let certificates = contents
            .store
            .entries()
            .iter()
            .flat_map(Entry::certificates);
        Subject::from_certificates(name, certificates)
    };
    finish(subject, contents)
}

/// A piece of a long stream. No server sends so long a chain: each certificate stands for itself, and its name is the
/// number of its block.
pub(super) fn of_piece(
    name: &str,
    piece: &Piece,
    contents: Result<Contents, keystore::Error>,
) -> Subject {
    let mut subject = match contents {
        Ok(mut contents) => {
            for note in &mut contents.notes {
                if let At::Line(line) = &mut note.at {
                    *line += piece.lines_before;
                }
            }
            let certificates = contents
                .store
                .entries()
                .iter()
                .flat_map(Entry::certificates);
            let subject = Subject::from_collection(name, certificates, piece.blocks_before);
            finish(subject, &contents)
        }
        // text between blocks
        Err(keystore::Error::Unknown { .. } | keystore::Error::Empty) => Subject::new(name),
        Err(error) => {
            let mut subject = unreadable(name, &error.into());
            // others of the stream are read
            subject.failed = false;
            subject
        }
    };
    subject.origin = origin(name);
    subject.continues = piece.continues;
    subject
}

/// A file of which nothing could be read.
pub(super) fn unreadable(name: &str, error: &anyhow::Error) -> Subject {
    let mut subject = Subject::unreadable(name, told(error)).advised(hint_for(error));
    subject.origin = origin(name);
    subject
}

/// A file that was named, and so is meant to hold one.
pub(super) fn without_certificates(name: &str) -> Subject {
    let why = "no certificate in it, so there is nothing to check";
    let hint = "`trustpack inspect` shows what the file holds";
    let mut subject = Subject::unreadable(name, why).advised(Some(hint));
    subject.origin = origin(name);
    subject
}

fn finish(mut subject: Subject, contents: &Contents) -> Subject {
    let name = subject.name.clone();
    let skipped = |note: &&keystore::Note| note.kind == NoteKind::Skipped;
    for note in contents.notes.iter().filter(skipped) {
        subject
            .findings
            .extend(Subject::unreadable(&name, note).findings);
    }
    subject.origin = origin(&name);
    subject
}

fn origin(name: &str) -> Origin {
    Origin::File {
        path: name.to_owned(),
    }
}
