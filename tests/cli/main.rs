//! The command line: one small file per case under `cmd/`, and what needs a live server or a signal as code.

mod bad_input;
mod kill;

#[path = "../support/mod.rs"]
mod support;

#[test]
fn cases() {
    trycmd::TestCases::new().env("NO_COLOR", "1").case(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/cli/cmd/*/*.toml"
    ));
}
