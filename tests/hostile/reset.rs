//! Answers the ClientHello with a reset: it closes before it has read all of it.

use std::io::Read;

use super::kit::{Case, serve};

pub(crate) fn cases() -> Vec<Case> {
    let at_once = serve(|client| client.read_exact(&mut [0; 16]));
    vec![Case::new("tls", at_once).fails("closed")]
}

#[test]
fn a_reset_is_told() {
    for case in cases() {
        let record = case.holds();
        let message = record["error"]["message"].as_str().unwrap();
        assert!(message.contains("reset"), "{message}");
        case.flags(&["--retries", "2"]).holds();
    }
}
