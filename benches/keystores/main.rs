//! What reading, making and looking into stores costs, beside peers that do the same work in the same run.
//!
//! Ours and the peer's runs take turns, so that whatever else the machine does strikes both; the median of the ratios
//! of each pair is what counts, the times are for orientation. `benches/README.md` says how to run and how to read it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its table, and ends by panicking when it cannot measure"
)]

mod certificates;
mod changes;
mod memory;
mod time;

#[path = "../figure.rs"]
mod figure;
#[path = "../../tests/support/mod.rs"]
mod support;

use trustpack_core::keystore::Password;

use crate::certificates::Folder;
use crate::figure::Figure;

/// How many certificates the large stores have; the largest collections that people keep have about as many.
const CERTIFICATES: usize = 10_000;
const PASSWORD: &str = "changeit";

/// Measures one group of figures, none of them where their peer is absent.
type Measure = fn(&Folder) -> Vec<Figure>;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, file @ ..] = arguments.as_slice()
        && word == memory::CHILD
    {
        memory::child(file.first().map(String::as_str));
        return;
    }
    // cargo adds --bench; every other word picks groups of figures
    let words: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word));

    let folder = Folder::new(CERTIFICATES);
    println!("{}", Figure::head());
    let groups: [(&str, Measure); 6] = [
        ("cacerts", time::cacerts),
        ("sha1", time::sha1),
        ("openssl", time::openssl),
        ("memory", memory::figures),
        ("merge", changes::merge),
        ("inspect", changes::inspect),
    ];
    for (_, measure) in groups.iter().filter(|(name, _)| is_wanted(name)) {
        for figure in measure(&folder) {
            println!("{figure}");
        }
    }
}

fn password() -> Password {
    Password::new(PASSWORD)
}
