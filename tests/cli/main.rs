//! The command line: one small file per case under `cmd/`, and what needs a live server or a signal as code.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says on stderr what it skipped"
)]

mod ari;
mod bad_input;
mod bundle;
mod calls;
mod channel_watch;
mod crash;
mod demo;
mod diff;
mod docs;
mod docs_bundle;
mod export;
mod exporter;
mod fetch;
mod hostile;
mod inspect;
mod issue;
mod issue_rules;
mod key_passwords;
mod kill;
mod limits;
mod memory;
mod pack;
mod pages;
mod policy;
mod questions;
mod record;
mod repack;
mod reports;
mod revocation;
mod revoking;
mod screen;
mod sources;
mod state;
mod store;
mod terminal;
mod verify;
mod watch;

#[path = "../support/mod.rs"]
mod support;

#[test]
fn cases() {
    let cases = trycmd::TestCases::new();
    cases.register_bin("trustpack", support::binary());
    cases.env("NO_COLOR", "1").case(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/cli/cmd/*/*.toml"
    ));
}
