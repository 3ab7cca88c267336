//! Lengths and counts that lie: every stretch of one, two and four bytes becomes as large as it can.

use super::samples::{Sample, built, samples};
use super::{bound, held};
use crate::testing::{self, PASSWORD, der, open};

/// Offsets in `bytes` that are not deep inside a certificate or a key of the tests: nothing but DER is there, and what
/// stands at its start has lengths of every size.
fn places(bytes: &[u8]) -> Vec<usize> {
    const START: usize = 16;
    let mut skipped = vec![false; bytes.len()];
    for inner in [
        testing::CERT_A,
        testing::CERT_B,
        testing::KEY,
        testing::ENCRYPTED_KEY,
    ]
    .map(der)
    {
        let deep = &inner[START..];
        let found = bytes.windows(deep.len()).enumerate();
        for (at, _) in found.filter(|(_, window)| *window == deep) {
            skipped[at..at + deep.len()].fill(true);
        }
    }
    (0..bytes.len()).filter(|at| !skipped[*at]).collect()
}

/// Width and first octet of a stretch of ff: lengths are signed in Java, and in BER they say how many octets they have.
const LIES: [(usize, u8); 6] = [
    (4, 0xff),
    (4, 0x7f),
    (2, 0xff),
    (2, 0x7f),
    (1, 0xff),
    (1, 0x7f),
];

fn assert_lies_are_harmless(sample: &Sample, password: Option<&str>) {
    let bytes = &sample.bytes;
    let is_tried =
        |at: &usize| *at < 100 || at + 100 > bytes.len() || at.is_multiple_of(sample.step);
    for at in places(bytes).into_iter().filter(is_tried) {
        for (width, first) in LIES {
            let mut bytes = bytes.clone();
            let Some(window) = bytes.get_mut(at..at + width) else {
                continue;
            };
            window.fill(0xff);
            window[0] = first;
            let Ok(contents) = open(&bytes, password) else {
                continue;
            };
            let held = held(&contents);
            let name = &sample.name;
            assert!(held <= bound(&bytes), "{name}, {width} at {at}: {held}");
        }
    }
}

#[test]
fn without_a_password_a_lie_takes_no_memory() {
    // text has no lengths
    for sample in samples().iter().filter(|sample| !sample.is_text()) {
        assert_lies_are_harmless(sample, None);
    }
}

/// Behind a MAC that fits, or where there is none, lies are told in the tests of `bks` and `bcfks`.
#[test]
fn with_the_password_a_lie_takes_no_memory() {
    for sample in built().iter().filter(|sample| sample.has_password()) {
        assert_lies_are_harmless(sample, Some(PASSWORD));
    }
}
