//! What judging chains costs, beside peers that judge the same chains with the same roots in the same run.
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

mod chains;
mod hostile;
mod many;
mod process;

#[path = "../figure.rs"]
mod figure;
#[path = "../../tests/support/mod.rs"]
mod support;

use trustpack_core::verify::Client;

use crate::figure::Figure;

/// Those whose verdicts are measured; OpenSSL with `-partial_chain` does the same work as without.
const CLIENTS: [Client; 3] = [Client::Java, Client::OpenSsl, Client::Browser];

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
    let groups: [(&str, Measure); 3] = [
        ("process", process::openssl),
        ("cryptography", many::cryptography),
        ("signatures", many::signatures),
    ];
    for (_, measure) in groups.iter().filter(|(name, _)| is_wanted(name)) {
        measure(&mut |figure| println!("{figure}"));
    }
    if is_wanted("hostile") {
        hostile::print_slowest();
    }
}
