//! What checking costs, beside peers that look at the same certificates in the same run.
//!
//! Ours and the peer's runs take turns; the median of the ratios of each pair is what counts. `benches/README.md` says how to
//! run and how to read it.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark prints its table, and ends by panicking when it cannot measure"
)]

mod files;
mod made;
mod page;
mod process;
mod stores;
mod stream;

#[path = "../figure.rs"]
mod figure;
#[path = "../../tests/support/mod.rs"]
mod support;

use crate::figure::Figure;

/// Measures one group of figures, and prints each as soon as it is there.
type Measure = fn(&mut dyn FnMut(Figure));

fn main() {
    // cargo adds --bench; every other word picks groups of figures
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments
        .iter()
        .map(String::as_str)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word));

    println!("{}", Figure::head());
    let groups: [(&str, Measure); 5] = [
        ("process", process::openssl),
        ("files", files::peers),
        ("stream", stream::rate),
        ("stores", stores::derivation),
        ("page", page::limits),
    ];
    for (_, measure) in groups.iter().filter(|(name, _)| is_wanted(name)) {
        measure(&mut |figure| println!("{figure}"));
    }
}
