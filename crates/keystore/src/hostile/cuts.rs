//! Every sample cut at every byte.

use super::samples::{Sample, samples};
use crate::ber::{self, Reader};
use crate::testing::{PASSWORD, open};
use crate::{Contents, Note};

/// What the whole says already does not tell that something is missing.
fn new_notes(part: &Contents, whole: Option<&Contents>) -> usize {
    let known: &[Note] = whole.map_or(&[], |whole| &whole.notes);
    let notes = part.notes.iter();
    notes.filter(|note| !known.contains(note)).count()
}

/// Whether a file of objects behind each other ends between two of them.
fn ends_between(part: &[u8]) -> bool {
    if part.first() == Some(&ber::SEQUENCE) {
        let mut objects = Reader::new(part, 0);
        while let Ok(Some(_)) = objects.next() {}
        return objects.next().is_ok();
    }
    let text = String::from_utf8_lossy(part);
    let after_last = text.rsplit_once("-----END ").map_or(&*text, |(_, end)| {
        end.split_once("-----").map_or(end, |(_, after)| after)
    });
    after_last.trim().is_empty()
}

/// Where a cut is neither an error nor told by a note nor the end of a shorter file.
fn silent_cuts(sample: &Sample, password: Option<&str>) -> Vec<usize> {
    let whole = open(&sample.bytes, password).ok();
    let is_silent = |end: &usize| {
        let Ok(part) = open(&sample.bytes[..*end], password) else {
            return false;
        };
        let is_told = new_notes(&part, whole.as_ref()) > 0;
        let is_whole = whole.as_ref().is_some_and(|whole| {
            (&whole.store, &whole.others.crls, &whole.others.public_keys)
                == (&part.store, &part.others.crls, &part.others.public_keys)
        });
        let is_shorter_file = sample.is_loose && ends_between(&sample.bytes[..*end]);
        !(is_told || is_whole || is_shorter_file)
    };
    (0..sample.bytes.len()).filter(is_silent).collect()
}

#[test]
fn every_cut_is_an_error_or_a_note() {
    for sample in samples() {
        assert_eq!(silent_cuts(&sample, None), [], "{}", sample.name);
        if sample.has_password() {
            assert_eq!(silent_cuts(&sample, Some(PASSWORD)), [], "{}", sample.name);
        }
    }
}
