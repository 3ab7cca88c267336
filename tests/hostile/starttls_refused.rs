//! Speaks the protocol before TLS, and says no.

use super::kit::{Case, serve, wait};
use super::talk::{Talk, refusing};

pub(crate) fn cases() -> Vec<Case> {
    let case = |talk: Talk| {
        let scheme = talk.scheme;
        let server = serve(move |client| {
            talk.play(client)?;
            wait(client)
        });
        Case::new(scheme, server).fails("starttls")
    };
    refusing().into_iter().map(case).collect()
}

#[test]
fn a_no_is_told_with_the_words_of_the_server() {
    for case in cases() {
        let record = case.holds();
        let message = record["error"]["message"].as_str().unwrap();
        let is_told = message.contains("refused") || message.contains("does not offer");
        assert!(is_told, "{}: {message}", case.target);
        assert_eq!(record["connections"], 1, "{}", case.target);
    }
}
