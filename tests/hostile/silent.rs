//! Takes the connection and says nothing.

use super::kit::{Case, serve, wait};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        Case::new("tls", serve(wait)).fails("timeout"),
        Case::new("smtp", serve(wait)).fails("timeout"),
        Case::new("postgres", serve(wait)).fails("timeout"),
    ]
}

#[test]
fn silence_ends_in_time() {
    for case in cases() {
        case.holds();
    }
    let silent = Case::new("tls", serve(wait)).fails("timeout");
    silent.flags(&["--engine", "probe"]).holds();
}
