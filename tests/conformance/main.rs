//! Chains with a known verdict: cells that every kind of client decides live, x509-limbo, and the rows that OpenSSL
//! itself decided (`verify.tsv`); and chains made to hold us up (`hostile`).
//!
//! The corpus lies beside the checkout and is test input only; without it the tests say so and end.

#![allow(
    clippy::cast_possible_truncation,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says on stderr what it skipped"
)]

#[path = "../support/mod.rs"]
mod support;

mod hostile;
mod limbo;
mod matrix;
mod rows;
